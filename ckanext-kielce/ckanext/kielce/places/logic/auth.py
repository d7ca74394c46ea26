"""Who may ask for sheets: everyone. They hold only what is public."""

from __future__ import annotations

from ckan.plugins import toolkit as tk
from ckan.types import AuthResult, Context, DataDict


@tk.auth_allow_anonymous_access
def kielce_place_sheet(_context: Context, _data_dict: DataDict) -> AuthResult:
    """Everyone; whoever asks, the answer is the public's."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def kielce_place_layers(_context: Context, _data_dict: DataDict) -> AuthResult:
    """Everyone; the list holds layers of public datasets."""
    return {"success": True}
