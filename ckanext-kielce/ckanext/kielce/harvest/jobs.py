"""Runs of harvest sources: started, followed, closed and tidied up.

ckanext-harvest closes a run only when somebody calls ``harvester run``. Here a small job on CKAN's own worker does
it every minute; each round first books the next one, under an id made of its time slot, so that however often it is
booked there is one.
"""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import ckan.plugins.toolkit as tk
import redis
import sqlalchemy as sa
from ckan import model
from ckan.lib.jobs import get_queue
from ckan.lib.redis import connect_to_redis
from ckanext.harvest import queue
from ckanext.harvest.logic import HarvestJobExists
from ckanext.harvest.model import (
    HarvestGatherError,
    HarvestJob,
    HarvestObject,
    HarvestObjectError,
    HarvestObjectExtra,
    HarvestSource,
)
from ckanext.kielce.harvest import store

log = logging.getLogger(__name__)

OPEN_STATES = ("WAITING", "FETCH", "IMPORT")


class NoSuchSourceError(ValueError):
    """There is no harvest source of that name or id."""


def find_source(name_or_id: str) -> HarvestSource:
    """The source by name or id. Raises NoSuchSourceError naming the sources that exist."""
    package = model.Package.get(name_or_id)
    source = HarvestSource.get(package.id) if package else None
    if source is None:
        names = [name for name, _source in all_sources()]
        raise NoSuchSourceError(
            f'No harvest source "{name_or_id}". Sources: {", ".join(names) or "none yet"}.'
        )
    return source


def all_sources(*, active_only: bool = False) -> list[tuple[str, HarvestSource]]:
    """(name, source) of every harvest source, by name."""
    rows = model.Session.execute(
        sa.select(model.Package.name, HarvestSource)
        .join(HarvestSource, HarvestSource.id == model.Package.id)
        .where(sa.or_(sa.literal(not active_only), HarvestSource.active.is_(True)))
        .order_by(model.Package.name)
    )
    return [(row[0], row[1]) for row in rows]


# Starting


def start(source: HarvestSource) -> str:
    """Put a run of the source into the queue and return its job's id; a run under way is taken as it is."""
    source_id = source.id
    try:
        return tk.get_action("harvest_job_create")(
            store.site_context(), {"source_id": source_id, "run": True}
        )["id"]
    except HarvestJobExists:
        job = _open_job(source_id)
        if job is None:
            raise
        if job.status == "New":
            tk.get_action("harvest_send_job_to_gather_queue")(store.site_context(), {"id": job.id})
        return job.id


def _open_job(source_id: str) -> HarvestJob | None:
    return (
        model.Session.query(HarvestJob)
        .filter(HarvestJob.source_id == source_id, HarvestJob.status != "Finished")
        .order_by(HarvestJob.created.desc())
        .first()
    )


def run_inline(source: HarvestSource) -> str:
    """Run the source in this process, without queues and consumers; returns the job's id."""
    job = tk.get_action("harvest_job_create")(store.site_context(), {"source_id": source.id, "run": False})
    row = HarvestJob.get(job["id"])
    row.status = "Running"
    row.save()
    harvester = queue.get_harvester(source.type)
    if harvester is None:
        HarvestGatherError.create(
            f'No harvester for the type "{source.type}": is its plugin switched on?', row
        )
        row.gather_finished = store.now()
        row.save()
    else:
        for object_id in queue.gather_stage(harvester, row):
            queue.fetch_and_import_stages(harvester, HarvestObject.get(object_id))
    close_finished(source.id)
    return job["id"]


# Following


def progress(job_id: str) -> dict[str, Any]:
    """status, gathered (bool), total and done records of a run."""
    model.Session.rollback()  # a fresh look at what the consumers have written
    job = HarvestJob.get(job_id)
    counts = dict(
        model.Session.execute(
            sa.select(HarvestObject.state, sa.func.count())
            .where(HarvestObject.harvest_job_id == job_id)
            .group_by(HarvestObject.state)
        )
        .tuples()
        .all()
    )
    total = sum(counts.values())
    waiting = sum(counts.get(state, 0) for state in OPEN_STATES)
    return {
        "status": job.status,
        "gathered": job.gather_finished is not None,
        "total": total,
        "done": total - waiting,
    }


def close_finished(source_id: str) -> None:
    """Close the source's runs whose records are all done.

    Not by harvest_jobs_run, which also queues again every waiting record of every source.
    """
    running = model.Session.scalars(
        sa.select(HarvestJob).where(
            HarvestJob.source_id == source_id,
            HarvestJob.status == "Running",
            HarvestJob.gather_finished.isnot(None),
        )
    ).all()
    for job in running:
        if progress(job.id)["done"] < progress(job.id)["total"]:
            continue
        last = model.Session.scalar(
            sa.select(sa.func.max(HarvestObject.import_finished)).where(
                HarvestObject.harvest_job_id == job.id
            )
        )
        job.finished = max(last or job.gather_finished, job.gather_finished)
        job.status = "Finished"
        job.save()
        tk.get_action("harvest_source_reindex")(store.site_context(), {"id": source_id})


# Housekeeping on CKAN's worker


def ensure_tick() -> None:
    """Book the next round of housekeeping; does nothing but log when Redis is away."""
    seconds = max(5, int(tk.config.get("ckanext.kielce.harvest.tick_seconds") or 60))
    slot = int(time.time()) // seconds + 1
    job_id = f"kielce-harvest-tick-{tk.config.get('ckan.site_id')}-{slot}"
    try:
        # The first to name the slot books it; booking twice would run it twice.
        if not connect_to_redis().set(job_id, "1", nx=True, ex=seconds * 3):
            return
        due = datetime.fromtimestamp(slot * seconds, tz=timezone.utc)
        get_queue().enqueue_at(due, tick, job_id=job_id, result_ttl=0)
    except redis.RedisError as error:
        log.warning("Harvest housekeeping could not be booked: %s", error)


def tick() -> None:
    """One round: book the next, queue again what was lost, close and start runs, prune."""
    ensure_tick()
    requeue_stuck()
    tk.get_action("harvest_jobs_run")(
        store.site_context(), {}
    )  # closes, starts what is due, finds lost records
    prune()


def requeue_stuck() -> list[str]:
    """Queue again the runs that were created or queued but never begun (a flushed queue, a killed process).

    Without this such a run would block its source: every later schedule would skip it as "already there".
    """
    minutes = int(tk.config.get("ckanext.kielce.harvest.stuck_minutes") or 10)
    limit = store.now() - timedelta(minutes=minutes)
    stuck = model.Session.scalars(
        sa.select(HarvestJob.id)
        .join(HarvestSource, HarvestSource.id == HarvestJob.source_id)
        .where(
            HarvestJob.status.in_(("New", "Running")),
            HarvestJob.gather_started.is_(None),
            HarvestJob.created < limit,
            HarvestSource.active.is_(True),
        )
    ).all()
    for job_id in stuck:
        log.warning("Harvest run %s was never begun; queued again", job_id)
        tk.get_action("harvest_send_job_to_gather_queue")(store.site_context(), {"id": job_id})
    return list(stuck)


def prune() -> int:
    """Remove the records of old runs, except the current ones; returns how many."""
    keep = max(1, int(tk.config.get("ckanext.kielce.harvest.keep_runs") or 10))
    rank = sa.func.row_number().over(partition_by=HarvestJob.source_id, order_by=HarvestJob.created.desc())
    ranked = sa.select(HarvestJob.id, rank.label("rank")).where(HarvestJob.status == "Finished").subquery()
    old = sa.select(ranked.c.id).where(ranked.c.rank > keep)
    gone = (
        sa.select(HarvestObject.id)
        .where(HarvestObject.harvest_job_id.in_(old), HarvestObject.current.isnot(True))
        .scalar_subquery()
    )
    for table in (HarvestObjectError, HarvestObjectExtra):
        model.Session.execute(
            sa.delete(table)
            .where(table.harvest_object_id.in_(gone))
            .execution_options(synchronize_session=False)
        )
    done: Any = model.Session.execute(
        sa.delete(HarvestObject)
        .where(HarvestObject.harvest_job_id.in_(old), HarvestObject.current.isnot(True))
        .execution_options(synchronize_session=False)
    )
    model.Session.commit()
    return int(done.rowcount)
