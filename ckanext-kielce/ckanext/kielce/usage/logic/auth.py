"""Who may see counts: who may see the dataset or resource."""

from __future__ import annotations

from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk
from ckan.types import AuthResult, Context


@tk.auth_allow_anonymous_access
def kielce_usage_show(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Counts are as public as what they count. Raises ``ObjectNotFound`` for an unknown id."""
    if model.Package.get(data_dict["id"]):
        tk.check_access("package_show", context, {"id": data_dict["id"]})
    else:
        tk.check_access("resource_show", context, {"id": data_dict["id"]})
    return {"success": True}


@tk.auth_allow_anonymous_access
def kielce_usage_say(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Who may see the dataset may say what they use it for."""
    tk.check_access("package_show", context, {"id": data_dict["id"]})
    return {"success": True}


@tk.auth_allow_anonymous_access
def kielce_usage_actions(_context: Context, _data_dict: dict[str, Any]) -> AuthResult:
    """Everyone."""
    return {"success": True}


def kielce_usage_publish(_context: Context, _data_dict: dict[str, Any]) -> AuthResult:
    """Sysadmins only."""
    return {"success": False, "msg": tk._("Only administrators of the portal may publish the counts")}
