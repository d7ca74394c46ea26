"""Who may do what: everyone may submit and read what is public; the unit concerned and the coordinator answer."""

from __future__ import annotations

from ckan import authz
from ckan.plugins import plugin_loaded
from ckan.plugins import toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from .. import store


@tk.auth_allow_anonymous_access
def kielce_participation_submit(_context: Context, _data_dict: DataDict) -> AuthResult:
    """Everyone; there is a limit a day, and nothing is shown before a person has read it."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def kielce_participation_list(_context: Context, _data_dict: DataDict) -> AuthResult:
    """Everyone: others than the public ones are listed to those only who may answer them."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def kielce_participation_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Public ones everyone; others whoever holds the unguessable id, and those who may answer."""
    row, by_id = store.get(str(data_dict["id"]))
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such submission"))
    if row.public or by_id:
        return {"success": True}
    return kielce_participation_decide(context, data_dict)


def kielce_participation_decide(context: Context, data_dict: DataDict) -> AuthResult:
    """The coordinator, and the editors of the unit that it was sent to."""
    row, _by_id = store.get(str(data_dict["id"]))
    if row is None:
        raise tk.ObjectNotFound(tk._("There is no such submission"))
    user = context.get("user")
    if is_coordinator(context) or (
        row.unit_id and authz.has_user_permission_for_group_or_org(row.unit_id, user, "update_dataset")
    ):
        return {"success": True}
    return {"success": False, "msg": tk._("Only the unit concerned and the data coordinator may answer")}


def is_coordinator(context: Context) -> bool:
    """Sysadmins, and whom the quality room lets decide."""
    user = context.get("user")
    if not user:
        return False
    if authz.is_sysadmin(user):
        return True
    if not plugin_loaded("kielce_quality"):
        return False
    try:
        tk.check_access("kielce_quality_decide", {"user": user}, {})
    except tk.NotAuthorized:
        return False
    return True
