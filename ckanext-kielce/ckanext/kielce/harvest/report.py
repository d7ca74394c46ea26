"""What the last run of a source did: counts, errors by cause, what could not be mapped, what went missing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckanext.harvest.model import (
    HarvestGatherError,
    HarvestJob,
    HarvestObject,
    HarvestObjectError,
    HarvestSource,
)
from ckanext.kielce.harvest import store

STATUS_NAMES = {
    "added": "added",
    "updated": "updated",
    "not modified": "unchanged",
    "errored": "errored",
    "deleted": "deleted",
}


def last_job(source_id: str) -> HarvestJob | None:
    return (
        model.Session.query(HarvestJob)
        .filter(HarvestJob.source_id == source_id)
        .order_by(HarvestJob.created.desc())
        .first()
    )


def report(source: HarvestSource, name: str, job: HarvestJob | None = None) -> dict[str, Any]:
    """The report of a run (the last one by default), as plain data.

    ``outcome`` is ok, partly (some records failed), failed (the source as a whole), running or never. ``unmapped``
    counts by kind, ``unmapped_records`` lists per record; ``missing`` are guids known before and not seen in this
    run: their datasets stay as they are.
    """
    job = job or last_job(source.id)
    current = store.known(source.id)
    result: dict[str, Any] = {
        "source": name,
        "title": source.title,
        "type": source.type,
        "url": source.url,
        "active": source.active,
        "datasets": sum(1 for entry in current.values() if entry.state == "active"),
        "outcome": "never",
        "job": None,
        "counts": dict.fromkeys(STATUS_NAMES.values(), 0),
        "source_errors": [],
        "record_errors": [],
        "missing": [],
    }
    notes = {guid: entry.memory.notes for guid, entry in current.items() if entry.memory.notes}
    result["unmapped"] = dict(
        Counter(note.partition(":")[0] for texts in notes.values() for note in texts).most_common()
    )
    result["unmapped_records"] = dict(sorted(notes.items()))
    if job is None:
        return result
    result["job"] = {
        "id": job.id,
        "status": job.status,
        "created": _iso(job.created),
        "gathered": _iso(job.gather_finished),
        "finished": _iso(job.finished),
    }
    guids = set()
    rows = model.Session.execute(
        sa.select(HarvestObject.guid, HarvestObject.report_status).where(
            HarvestObject.harvest_job_id == job.id
        )
    )
    for guid, status in rows:
        guids.add(guid)
        if status in STATUS_NAMES:
            result["counts"][STATUS_NAMES[status]] += 1
    result["source_errors"] = list(
        model.Session.scalars(
            sa.select(HarvestGatherError.message)
            .where(HarvestGatherError.harvest_job_id == job.id)
            .order_by(HarvestGatherError.created)
        )
    )
    result["record_errors"] = [
        {"guid": guid, "message": message}
        for guid, message in model.Session.execute(
            sa.select(HarvestObject.guid, HarvestObjectError.message)
            .join(HarvestObject, HarvestObject.id == HarvestObjectError.harvest_object_id)
            .where(HarvestObject.harvest_job_id == job.id)
            .order_by(HarvestObject.guid)
        )
    ]
    if guids:
        result["missing"] = sorted(set(current) - guids)
    result["outcome"] = _outcome(job, result)
    return result


def _outcome(job: HarvestJob, result: dict[str, Any]) -> str:
    if job.status != "Finished":
        return "running"
    if result["source_errors"]:
        return "failed"
    return "partly" if result["counts"]["errored"] or result["record_errors"] else "ok"


def _iso(moment: Any) -> str | None:
    return f"{moment.isoformat(timespec='seconds')}Z" if moment else None
