"""Actions of the usage room."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ckan import model
from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context
from ckanext.kielce.usage import store
from ckanext.kielce.usage.logic import schema


@tk.side_effect_free
@validate(schema.usage_show)
def kielce_usage_show(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """How often people used a dataset or a resource.

    :param id: id or name of a dataset, or id of a resource
    :param days: so many days back, today included (default 30)
    :returns: ``id``, ``type`` ("dataset" or "resource"), ``days``, ``totals`` (download, api, view) and ``by_day``, a
        list of days with any use. A dataset's numbers include those of its resources; robots are apart.
    """
    tk.check_access("kielce_usage_show", context, data_dict)
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
    }
