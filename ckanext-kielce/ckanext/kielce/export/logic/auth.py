"""Who may see what can be downloaded: who may see the dataset."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from ckan.types import AuthResult, Context


@tk.auth_allow_anonymous_access
def kielce_export_list(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """As public as the dataset; files that the caller may not see are left out."""
    tk.check_access("package_show", context, {"id": data_dict["id"]})
    return {"success": True}
