"""Who may do what: everyone reads the store, sysadmins (and the harvest, as the site user) write it."""

from __future__ import annotations

from ckan.plugins import toolkit as tk
from ckan.types import AuthResult, Context, DataDict

__all__ = [
    "kielce_indicator_import",
    "kielce_indicator_list",
    "kielce_indicator_show",
    "kielce_indicator_values",
]


@tk.auth_allow_anonymous_access
def kielce_indicator_show(_context: Context, _data_dict: DataDict) -> AuthResult:
    """Everyone."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def kielce_indicator_list(_context: Context, _data_dict: DataDict) -> AuthResult:
    """Everyone."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def kielce_indicator_values(_context: Context, _data_dict: DataDict) -> AuthResult:
    """Everyone."""
    return {"success": True}


def kielce_indicator_import(_context: Context, _data_dict: DataDict) -> AuthResult:
    """Sysadmins only: the store is the city's official record."""
    return {"success": False, "msg": tk._("Only a system administrator may import indicators.")}
