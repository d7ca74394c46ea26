"""Who may do what with the register.

Everyone reads what is public. Members of a unit read its other entries, its editors and administrators write them;
coordinators read and write all, auditors read all.
"""

from __future__ import annotations

from ckan.plugins import toolkit as tk
from ckan.types import AuthResult, Context, DataDict

from .. import access, store


@tk.auth_allow_anonymous_access
def kielce_register_list(_context: Context, _data_dict: DataDict) -> AuthResult:
    """Everyone; the list holds only what the caller may see."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def kielce_register_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Everyone who sees the entry in the list."""
    user = str(context.get("user") or "")
    where = [access.visible(user), store.Entry.id == data_dict["id"]]
    if store.listed(where, "title", 1, 0)[0]:
        return {"success": True}
    return {"success": False, "msg": tk._("This entry of the register is not public")}


def kielce_register_create(context: Context, _data_dict: DataDict) -> AuthResult:
    """Editors and administrators of any unit; which unit, is looked at when the entry is read."""
    if access.may_edit_any(str(context.get("user") or "")):
        return {"success": True}
    return {
        "success": False,
        "msg": tk._("The register is written by editors of units and by the coordinator"),
    }


def kielce_register_update(context: Context, data_dict: DataDict) -> AuthResult:
    """Editors and administrators of the entry's unit."""
    entry = store.get(str(data_dict["id"]))
    if entry is None:
        raise tk.ObjectNotFound(tk._("There is no such entry in the register"))
    if access.may_edit(str(context.get("user") or ""), entry.unit_id):
        return {"success": True}
    return {
        "success": False,
        "msg": tk._("The register is written by editors of units and by the coordinator"),
    }


def kielce_register_delete(context: Context, data_dict: DataDict) -> AuthResult:
    """As for a change."""
    return kielce_register_update(context, data_dict)


def kielce_register_import(context: Context, data_dict: DataDict) -> AuthResult:
    """As for a new entry; each row's unit is looked at when it is written."""
    return kielce_register_create(context, data_dict)


def kielce_register_prefill(context: Context, _data_dict: DataDict) -> AuthResult:
    """The coordinator only: it writes entries of all units."""
    if access.is_coordinator(str(context.get("user") or "")):
        return {"success": True}
    return {"success": False, "msg": tk._("Only the coordinator may fill the register from the catalogue")}
