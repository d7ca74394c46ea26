"""Who may load tables: who may edit the resource."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from ckan.types import AuthResult, Context


def kielce_table_load(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Loading a table is editing the resource."""
    tk.check_access("resource_update", context, {"id": data_dict["resource_id"]})
    return {"success": True}
