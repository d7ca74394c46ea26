"""Actions of the tables room."""

from __future__ import annotations

from typing import Any

from ckan.logic import validate
from ckan.plugins import toolkit as tk
from ckan.types import Context
from ckanext.kielce.tables import jobs
from ckanext.kielce.tables.logic import schema
from ckanext.kielce.tables.service import load_resource


@validate(schema.table_load)
def kielce_table_load(context: Context, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Load the table of a resource into the DataStore, now or in the background.

    :param resource_id: the resource
    :param force: load even when the file has not changed (default false)
    :param background: only queue the load (default false)
    :returns: ``resource_id``, ``status`` (loaded, unchanged, no_table, failed, skipped, queued), ``rows``,
        ``columns``, ``seconds``, ``table``, ``other_tables``, ``problems``
    """
    tk.check_access("kielce_table_load", context, data_dict)
    resource = tk.get_action("resource_show")(tk.fresh_context(context), {"id": data_dict["resource_id"]})
    if data_dict["background"]:
        jobs.enqueue(resource["id"])
        return {"resource_id": resource["id"], "status": "queued"}
    return load_resource(resource, force=data_dict["force"]).as_dict()
