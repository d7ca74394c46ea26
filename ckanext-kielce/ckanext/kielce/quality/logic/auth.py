"""Who may see and do what.

Everyone who sees a dataset sees its score. A score that is withheld because of suspected personal data is for those who
may edit the dataset. A coordinator's decisions are for sysadmins and the users named in ``coordinators``: an owner
mustn't be able to make his own data look fresh.
"""

from __future__ import annotations

from typing import Any

from ckan import model as ckan_model
from ckan.plugins import toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from .. import withholding
from ..settings import settings


@tk.auth_allow_anonymous_access
def kielce_quality_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may see the dataset."""
    return _same_as("package_show", context, data_dict)


@tk.auth_allow_anonymous_access
def kielce_quality_list(_context: Context, _data_dict: DataDict) -> AuthResult:
    """Everyone; the list holds only what the caller may see."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def kielce_quality_observations(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may see the dataset."""
    return _same_as("package_show", context, data_dict)


@tk.auth_allow_anonymous_access
def kielce_quality_findings(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may see the dataset; private findings are left out for those who may not edit it."""
    return _same_as("package_show", context, data_dict)


def kielce_quality_private(context: Context, data_dict: DataDict) -> AuthResult:
    """Alerts about personal data: whoever may edit the dataset."""
    return _same_as("package_update", context, data_dict)


def kielce_quality_withheld_show(context: Context, data_dict: DataDict) -> AuthResult:
    """The content of withheld files: whoever may edit the dataset."""
    return _same_as("package_update", context, data_dict)


def kielce_quality_observe(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may edit the dataset."""
    return _same_as("package_update", context, data_dict)


def kielce_quality_score(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may edit the dataset."""
    return _same_as("package_update", context, data_dict)


def kielce_quality_sweep(_context: Context, _data_dict: DataDict) -> AuthResult:
    """Sysadmins only."""
    return {"success": False, "msg": tk._("Only administrators of the portal may start a sweep")}


@tk.auth_allow_anonymous_access
def kielce_quality_follow(_context: Context, _data_dict: DataDict) -> AuthResult:
    """Everyone: an address is told nothing before its owner has confirmed it, and there is a limit a day."""
    return {"success": True}


def kielce_quality_publish(_context: Context, _data_dict: DataDict) -> AuthResult:
    """Sysadmins only."""
    return {"success": False, "msg": tk._("Only administrators of the portal may publish the scores")}


def kielce_quality_decide(context: Context, _data_dict: DataDict) -> AuthResult:
    """Coordinators (sysadmins are let through by CKAN itself)."""
    if context.get("user") in settings().coordinators:
        return {"success": True}
    return {"success": False, "msg": tk._("Only the data coordinator may decide this")}


@tk.chained_auth_function
@tk.auth_allow_anonymous_access
def resource_show(next_auth: Any, context: Context, data_dict: DataDict) -> AuthResult:
    """Refuse files that are withheld because of suspected personal data to whoever may not edit the dataset."""
    result = next_auth(context, data_dict)
    if not result["success"] or not data_dict.get("id") or not withholding.is_withheld(data_dict["id"]):
        return result
    resource = ckan_model.Resource.get(data_dict["id"])
    if resource is not None and withholding.may_open(context, resource.package_id):
        return result
    return {
        "success": False,
        "msg": tk._("This file is withheld until a coordinator has decided whether it may be public"),
    }


@tk.chained_auth_function
@tk.auth_allow_anonymous_access
def resource_view_list(next_auth: Any, context: Context, data_dict: DataDict) -> AuthResult:
    """Let the dataset's page list the views of a withheld file: CKAN's page fails without the list, and it shows no data."""
    resource = ckan_model.Resource.get(data_dict.get("id"))
    if resource is not None and withholding.is_withheld(resource.id):
        return _same_as("package_show", context, {"id": resource.package_id})
    return next_auth(context, data_dict)


def _same_as(action: str, context: Context, data_dict: Any) -> AuthResult:
    try:
        tk.check_access(action, context, {"id": data_dict["id"]})
    except tk.NotAuthorized as error:
        return {"success": False, "msg": str(error)}
    return {"success": True}
