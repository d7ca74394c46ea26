"""Actions of the usage room."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ckan import model
from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context
from ckanext.kielce.common import callers
from ckanext.kielce.common.open_dataset import NotConfiguredError
from ckanext.kielce.usage import callers as unique
from ckanext.kielce.usage import publishing, purposes, store, waiting
from ckanext.kielce.usage.logic import schema

_SAYS_A_DAY = 1


@tk.side_effect_free
@validate(schema.usage_show)
def kielce_usage_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """How often people used a dataset or a resource.

    :param id: id or name of a dataset, or id of a resource
    :param days: so many days back, today included (default 30)
    :returns: ``id``, ``type`` ("dataset" or "resource"), ``days``, ``totals`` (download, api, view), ``by_day`` (a list of
        days with any use), ``callers`` (different callers a day on average over days with any, an estimate; today left out)
        and ``purposes`` (answers to "what for", by code). A dataset's numbers include those of its resources; robots are apart.
    """
    tk.check_access("kielce_usage_show", context, data_dict)
    waiting.write_down()
    package = model.Package.get(data_dict["id"])
    object_id = package.id if package else data_dict["id"]
    until = store.day_of(None)
    since = until - dt.timedelta(days=data_dict["days"] - 1)
    found = store.totals([object_id], since, until, store.KINDS).get(object_id, {})
    return {
        "id": object_id,
        "type": "dataset" if package else "resource",
        "days": data_dict["days"],
        "totals": {kind: found.get(kind, 0) for kind in store.KINDS},
        "by_day": store.by_day(object_id, since, until),
        "callers": store.average("callers", object_id, since, until),
        "purposes": purposes.said(object_id, since, until),
    }


@validate(schema.usage_say)
def kielce_usage_say(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Say in one click what a dataset is used for. Only counted; at most a few times a day from one address.

    :param id: id or name of a dataset
    :param purpose: ``resident``, ``business``, ``school``, ``research``, ``city_unit`` or ``media``
    :returns: ``purposes``: how often each was said in the last 365 days
    """
    tk.check_access("kielce_usage_say", context, data_dict)
    package = model.Package.get(data_dict["id"])
    if package is None:
        raise tk.ObjectNotFound(tk._("No such dataset"))
    day = store.day_of(None)
    try:
        callers.limit("usage-say", f"{callers.address()} {package.id}", _SAYS_A_DAY)
        store.add({store.Count(purposes.kind(data_dict["purpose"]), package.id, day): 1})
    except callers.TooManyError:
        pass  # said before: thanked again, not counted again
    return {"purposes": purposes.said(package.id, day - dt.timedelta(days=364), day)}


@tk.side_effect_free
@validate(schema.usage_actions)
def kielce_usage_actions(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """How often each action of the API was called by people's programs, and how many different callers the portal had.

    :param days: so many days back, today included (default 30)
    :returns: ``actions`` (a list of ``action`` and ``number``, most first), ``callers_today`` and ``callers`` (a day, on average)
    """
    tk.check_access("kielce_usage_actions", context, data_dict)
    waiting.write_down()
    until = store.day_of(None)
    since = until - dt.timedelta(days=data_dict["days"] - 1)
    return {
        "days": data_dict["days"],
        "actions": [
            {"action": name, "number": number} for name, number in store.of_kind("action", since, until)
        ],
        "callers_today": unique.today(),
        "callers": store.average("callers", unique.PORTAL, since, until),
    }


def kielce_usage_publish(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Refresh the open dataset of use (option ``open_dataset`` names its owner). For sysadmins.

    :returns: ``id``, ``name``, ``resource_id``, ``rows``, ``created``
    :raises ValidationError: the option is empty or names no organisation
    """
    tk.check_access("kielce_usage_publish", context, data_dict)
    waiting.write_down()
    try:
        return publishing.publish()
    except NotConfiguredError as error:
        raise tk.ValidationError({"open_dataset": [str(error)]}) from error
