"""Actions of the harvest room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.harvest.model import HarvestJob
from ckanext.kielce.harvest import jobs, report


@tk.side_effect_free
def kielce_harvest_report(context: dict[str, Any], data_dict: dict[str, Any]) -> dict[str, Any]:
    """Report of a harvest source's last run, or of the run named by ``job_id``.

    ``id``: name or id of the source. Errors name record and remedy, in the portal's language. Whoever may see the
    runs of the source may see the report. Raises ObjectNotFound.
    """
    name = tk.get_or_bust(data_dict, "id")
    try:
        source = jobs.find_source(name)
    except jobs.NoSuchSourceError as error:
        raise tk.ObjectNotFound(str(error)) from error
    tk.check_access("kielce_harvest_report", context, {"id": source.id})
    job = None
    if data_dict.get("job_id"):
        job = HarvestJob.get(data_dict["job_id"])
        if job is None or job.source_id != source.id:
            raise tk.ObjectNotFound(f"The source has no run {data_dict['job_id']}.")
    return report.report(source, model.Package.get(source.id).name, job)


@tk.chained_action
def harvest_job_create(
    next_action: Callable[..., dict[str, Any]], context: dict[str, Any], data_dict: dict[str, Any]
) -> dict[str, Any]:
    """A run started from the pages or the API needs somebody to close it: see that housekeeping is booked."""
    jobs.ensure_tick()
    return next_action(context, data_dict)
