"""Who may see and answer digests: coordinators and auditors read, coordinators run, editors answer for their own sets."""

from __future__ import annotations

from ckan import authz
from ckan.plugins import plugin_loaded
from ckan.plugins import toolkit as tk
from ckan.types import AuthResult, Context, DataDict


def _desk(context: Context, *, reads: bool) -> bool:
    user = str(context.get("user") or "")
    if authz.is_sysadmin(user):
        return True
    if not user or not plugin_loaded("kielce_desk"):
        return False
    from ckanext.kielce.desk import shared  # only where its tables are

    return shared.is_coordinator(user) or (reads and shared.is_auditor(user))


def kielce_digest_list(context: Context, _data_dict: DataDict) -> AuthResult:
    """Coordinators and auditors."""
    if _desk(context, reads=True):
        return {"success": True}
    return {"success": False, "msg": tk._("Digests are for the data coordinator to see")}


def kielce_digest_run(context: Context, _data_dict: DataDict) -> AuthResult:
    """Coordinators."""
    if _desk(context, reads=False):
        return {"success": True}
    return {"success": False, "msg": tk._("Only the data coordinator may start the digests")}


def kielce_digest_answer(context: Context, data_dict: DataDict) -> AuthResult:
    """Coordinators, and whoever may edit the dataset."""
    if _desk(context, reads=False):
        return {"success": True}
    try:
        tk.check_access("package_update", {"user": context.get("user", "")}, {"id": data_dict["package_id"]})
    except tk.NotAuthorized as error:
        return {"success": False, "msg": str(error)}
    return {"success": True}
