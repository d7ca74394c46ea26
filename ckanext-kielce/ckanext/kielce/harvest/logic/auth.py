"""Who may call the actions of the harvest room.

What a source promises and keeps is for everybody. Runs, errors and settings are for those who may change the source:
they can quote internal addresses and unpublished titles.
"""

from __future__ import annotations

import ckan.plugins.toolkit as tk
from ckan.types import AuthFunction, AuthResult, Context, DataDict
from ckanext.kielce.harvest import overview, runlog


def _may_change_source(context: Context, source_id: str) -> AuthResult:
    inner: Context = {"user": context.get("user", ""), "auth_user_obj": context.get("auth_user_obj")}
    try:
        tk.check_access("harvest_source_update", inner, {"id": source_id})
    except tk.NotAuthorized as error:
        return {"success": False, "msg": str(error)}
    return {"success": True}


def _may_change_source_of_run(context: Context, data_dict: DataDict) -> AuthResult:
    run = runlog.run_of(str(data_dict["id"]))
    if run is None:
        raise tk.ObjectNotFound(tk._("There is no such run."))
    return _may_change_source(context, run.source_id)


@tk.auth_allow_anonymous_access
def kielce_harvest_source_list(_context: Context, _data_dict: DataDict) -> AuthResult:
    """Everybody."""
    return {"success": True}


@tk.auth_allow_anonymous_access
def kielce_harvest_source_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Everybody; a source that is marked private only those who may see it. A switched-off one is no secret."""
    package = overview.find(str(data_dict["id"]))
    if package is None:
        raise tk.ObjectNotFound(tk._("There is no such source."))
    if package.private:
        tk.check_access("package_show", {"user": context.get("user", "")}, {"id": package.id})
    return {"success": True}


def kielce_harvest_source_details(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who may change the source see its runs, errors and remedies."""
    return _may_change_source(context, data_dict["id"])


def kielce_harvest_run_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who may change the source."""
    return _may_change_source_of_run(context, data_dict)


def kielce_harvest_run_create(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who may change the source."""
    return _may_change_source(context, data_dict["id"])


def kielce_harvest_run_accept(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who may change the source."""
    return _may_change_source_of_run(context, data_dict)


def kielce_harvest_run_reject(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who may change the source."""
    return _may_change_source_of_run(context, data_dict)


def kielce_harvest_run_stop(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who may change the source."""
    return _may_change_source_of_run(context, data_dict)


def kielce_harvest_source_pause(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who may change the source."""
    return _may_change_source(context, data_dict["id"])


def kielce_harvest_schedule_update(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who may change the source."""
    return _may_change_source(context, data_dict["id"])


def kielce_harvest_curated_show(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who may change the dataset."""
    return _may_change_dataset(context, data_dict)


def kielce_harvest_field_restore(context: Context, data_dict: DataDict) -> AuthResult:
    """Those who may change the dataset."""
    return _may_change_dataset(context, data_dict)


def _may_change_dataset(context: Context, data_dict: DataDict) -> AuthResult:
    inner: Context = {"user": context.get("user", ""), "auth_user_obj": context.get("auth_user_obj")}
    try:
        tk.check_access("package_update", inner, {"id": data_dict["id"]})
    except tk.NotAuthorized as error:
        return {"success": False, "msg": str(error)}
    return {"success": True}


@tk.chained_auth_function
def harvest_source_clear(_next_auth: AuthFunction, _context: Context, _data_dict: DataDict) -> AuthResult:
    """Removing all datasets of a source for good is for sysadmins (who are not asked here), not for every editor."""
    return {"success": False, "msg": tk._("Only an administrator may remove all datasets of a source.")}
