"""Authorisation of the desk.

Coordinators and auditors see all, owners what is theirs; auditors change nothing. The roles reach the quality room through its
own checks, chained here: who decides, who is told of suspected personal data, who may open a withheld file.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model as ckan_model
from ckan.types import AuthResult, Context, DataDict

from .. import roles
from ..acts import OF_OWNERS
from ..model import Staged


def kielce_desk_list(context: Context, _data_dict: DataDict) -> AuthResult:
    """Whoever has a place at the desk: coordinators, auditors, and editors of an organisation."""
    if roles.viewer_of(context.get("user")) is not None:
        return {"success": True}
    return {
        "success": False,
        "msg": tk._("The desk is for the coordinator, for auditors, and for editors of units"),
    }


def kielce_desk_act(context: Context, data_dict: DataDict) -> AuthResult:
    """Coordinators; owners what is said of a task, of their own sets. ``package``: id of the dataset, ``act``: what."""
    viewer = roles.viewer_of(context.get("user"))
    if viewer is None or not viewer.acts:
        return {"success": False, "msg": tk._("You may look here, but change nothing")}
    if viewer.role == "coordinator":
        return {"success": True}
    package = ckan_model.Package.get(data_dict.get("package"))
    if data_dict.get("act") not in OF_OWNERS:
        return {"success": False, "msg": tk._("Only the data coordinator may decide this")}
    if package is None or not viewer.sees(package.owner_org):
        return {"success": False, "msg": tk._("This dataset is another unit’s")}
    return {"success": True}


def kielce_desk_stage(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may edit the dataset. ``id``: the dataset."""
    return _edits(context, data_dict["id"])


def kielce_desk_staged_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may edit the dataset that the file is meant for. ``id``: the checked file."""
    row = ckan_model.Session.get(Staged, data_dict["id"])
    return (
        _edits(context, row.package_id)
        if row is not None
        else {"success": False, "msg": tk._("No such file")}
    )


def kielce_desk_publish(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may edit the dataset."""
    return kielce_desk_staged_show(context, data_dict)


def kielce_desk_discard(context: Context, data_dict: DataDict) -> AuthResult:
    """Whoever may edit the dataset."""
    return kielce_desk_staged_show(context, data_dict)


def kielce_role_grant(_context: Context, _data_dict: DataDict) -> AuthResult:
    """Sysadmins only."""
    return {"success": False, "msg": tk._("Only administrators of the portal give roles")}


def kielce_role_revoke(_context: Context, _data_dict: DataDict) -> AuthResult:
    """Sysadmins only."""
    return {"success": False, "msg": tk._("Only administrators of the portal give roles")}


def kielce_role_list(context: Context, _data_dict: DataDict) -> AuthResult:
    """Coordinators and auditors."""
    viewer = roles.viewer_of(context.get("user"))
    if viewer is not None and viewer.role != "owner":
        return {"success": True}
    return {"success": False, "msg": tk._("Only the coordinator and auditors see who has which role")}


@tk.chained_auth_function
def kielce_quality_decide(next_auth: Any, context: Context, data_dict: DataDict) -> AuthResult:
    """Those who were granted the coordinator's role, too."""
    return _or_role(next_auth, context, data_dict, "coordinator")


@tk.chained_auth_function
def kielce_quality_private(next_auth: Any, context: Context, data_dict: DataDict) -> AuthResult:
    """Coordinators and auditors are told of suspected personal data, too: what and where, never a value."""
    return _or_role(next_auth, context, data_dict, "coordinator", "auditor")


@tk.chained_auth_function
def kielce_quality_withheld_show(next_auth: Any, context: Context, data_dict: DataDict) -> AuthResult:
    """Coordinators open a withheld file, for they have to decide about it; auditors don't."""
    return _or_role(next_auth, context, data_dict, "coordinator")


def _or_role(next_auth: Any, context: Context, data_dict: DataDict, *names: roles.RoleName) -> AuthResult:
    if any(roles.has_role(context.get("user"), name) for name in names):
        return {"success": True}
    return next_auth(context, data_dict)


def _edits(context: Context, package_id: str) -> AuthResult:
    try:
        tk.check_access("package_update", context, {"id": package_id})
    except tk.NotAuthorized as error:
        return {"success": False, "msg": str(error)}
    return {"success": True}
