"""Who may announce changes: who may edit the dataset. Who may read them: who may see it."""

from __future__ import annotations

from typing import Any

from ckan import model as ckan_model
from ckan.plugins import toolkit as tk
from ckan.types import AuthResult, Context
from ckanext.kielce.api.model import Announcement


def kielce_api_announce(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Whoever may edit the dataset."""
    tk.check_access("package_update", context, {"id": data_dict["id"]})
    return {"success": True}


def kielce_api_announcement_withdraw(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Whoever may edit the dataset that the announcement is about."""
    found = ckan_model.Session.get(Announcement, data_dict["id"])
    if found is None:
        return {"success": False, "msg": tk._("There is no such announcement.")}
    tk.check_access("package_update", context, {"id": found.package_id})
    return {"success": True}


@tk.auth_allow_anonymous_access
def kielce_api_changes(context: Context, data_dict: dict[str, Any]) -> AuthResult:
    """Whoever may see the dataset; everyone for the whole portal, where only public datasets are told of."""
    if data_dict.get("id"):
        tk.check_access("package_show", context, {"id": data_dict["id"]})
    return {"success": True}
