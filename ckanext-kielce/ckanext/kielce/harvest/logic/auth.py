"""Who may call the actions of the harvest room."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk


def kielce_harvest_report(context: dict[str, Any], data_dict: dict[str, Any]) -> dict[str, Any]:
    """Those who may change the source: errors can quote internal addresses and unpublished titles."""
    return {"success": tk.check_access("harvest_source_update", context, {"id": data_dict["id"]})}
