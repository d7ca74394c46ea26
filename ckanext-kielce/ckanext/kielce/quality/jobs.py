"""Background work on CKAN's own queue: one small job per dataset, and a sweep that queues those that are due.

Jobs carry an id made of the dataset's id, so a dataset waits in the queue at most once however often it is changed
or swept. A change that comes while its job is running queues one more, for the run may have read the old state.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import time
from collections.abc import Callable
from typing import Any

import ckan.lib.jobs as ckan_jobs
from ckan.plugins import toolkit as tk
from rq.exceptions import DuplicateJobError, NoSuchJobError
from rq.job import Job, JobStatus

from .settings import settings

log = logging.getLogger(__name__)

WAITING = {JobStatus.QUEUED, JobStatus.SCHEDULED, JobStatus.DEFERRED, JobStatus.CREATED}
SWEEP = "sweep"
#: Seconds for which one process goes on with waiting jobs of its kind.
TOGETHER = 60
#: Seconds that a failed job is kept for the operator to look at (RQ's default is a year, which fills Redis).
FAILURE_TTL = 7 * 24 * 3600


def job_id(kind: str, key: str = "") -> str:
    """Id of a job, unique per site because several sites may share one Redis."""
    site = re.sub(r"[^A-Za-z0-9_-]", "-", tk.config["ckan.site_id"])
    return "-".join(part for part in ("kielce-quality", site, kind, key) if part)


def _clear_way(identifier: str) -> str | None:
    """Return the id under which the job may be queued now, or None when it is waiting already."""
    connection = ckan_jobs.get_queue(settings().queue).connection
    for candidate in (identifier, f"{identifier}-again"):
        try:
            job = Job.fetch(candidate, connection=connection)
        except NoSuchJobError:
            return candidate
        status = job.get_status()
        if status in WAITING:
            return None
        if status != JobStatus.STARTED:
            job.delete()
            return candidate
    return None


def enqueue(kind: str, function: Callable[..., Any], key: str, title: str) -> bool:
    """Queue ``function(key)`` unless it is waiting already.

    :returns: True if it was queued
    """
    identifier = _clear_way(job_id(kind, key))
    if identifier is None:
        return False
    try:
        tk.enqueue_job(
            function,
            [key],
            title=title,
            queue=settings().queue,
            rq_kwargs={"job_id": identifier, "unique": True, "result_ttl": 0, "failure_ttl": FAILURE_TTL},
        )
    except DuplicateJobError:
        return False
    return True


def enqueue_observe(package_id: str) -> bool:
    """Queue a look at a dataset's content followed by its score."""
    return enqueue("observe", observe_dataset, package_id, f"Look at the content of dataset {package_id}")


def enqueue_score(package_id: str) -> bool:
    """Queue a new score of a dataset from the evidence at hand."""
    return enqueue("score", score_dataset, package_id, f"Score dataset {package_id}")


def observe_dataset(package_id: str) -> None:
    """Job: look at a dataset's resources, then score it."""
    ensure_sweep()
    _in_one_process(package_id, "observe", _observe)


def score_dataset(package_id: str) -> None:
    """Job: score a dataset from stored evidence."""
    from .scoring import score_package

    _in_one_process(package_id, "score", score_package)


def _observe(package_id: str) -> None:
    from .gather.observe import observe_package
    from .scoring import score_package

    try:
        observe_package(package_id)
    except tk.ObjectNotFound:
        log.info("Dataset %s is gone; nothing to look at", package_id)
        return
    score_package(package_id)


def _in_one_process(package_id: str, kind: str, work: Callable[[str], Any]) -> None:
    """Do a dataset's work, then that of waiting jobs of the same kind for a while.

    A worker starts a process for each job and loads CKAN's environment in it, which takes longer than the job itself. A
    taken job that fails fails this one; its dataset stays due, so that the sweep queues it again.
    """
    end = time.monotonic() + TOGETHER
    current: str | None = package_id
    while current is not None:
        work(current)
        current = _take_waiting(kind) if time.monotonic() < end else None


def _take_waiting(kind: str) -> str | None:
    """Take the next waiting job of a kind out of the queue; its dataset's id, or None when none is waiting."""
    queue = ckan_jobs.get_queue(settings().queue)
    prefix = job_id(kind) + "-"
    for identifier in queue.get_job_ids():
        # Whoever removes the id owns the job: a worker that came first leaves nothing to remove.
        if identifier.startswith(prefix) and queue.connection.lrem(queue.key, 1, identifier):
            try:
                job = Job.fetch(identifier, connection=queue.connection)
            except NoSuchJobError:
                continue
            key = job.args[0]
            job.delete()
            return key
    return None


def ensure_sweep() -> bool:
    """Schedule the next sweep unless one is waiting or running. Cheap, so every job calls it: the chain mends itself.

    :returns: True if it was scheduled now
    """
    options = settings()
    if options.sweep_interval <= 0:
        return False
    queue = ckan_jobs.get_queue(options.queue)
    identifier = job_id(SWEEP)
    try:
        job = Job.fetch(identifier, connection=queue.connection)
        if job.get_status() in WAITING:
            return False
        if job.get_status() == JobStatus.STARTED:
            identifier = f"{identifier}-next"
            return not Job.exists(identifier, connection=queue.connection) and _schedule(identifier)
        job.delete()
    except NoSuchJobError:
        pass
    return _schedule(identifier)


def _schedule(identifier: str) -> bool:
    options = settings()
    ckan_jobs.get_queue(options.queue).enqueue_in(
        dt.timedelta(seconds=options.sweep_interval),
        sweep,
        job_id=identifier,
        job_result_ttl=0,
        meta={"title": "Sweep: queue datasets whose look or score is due"},
    )
    return True


def stop_sweep() -> bool:
    """Cancel scheduled sweeps. :returns: True if one was waiting."""
    connection = ckan_jobs.get_queue(settings().queue).connection
    found = False
    for identifier in (job_id(SWEEP), f"{job_id(SWEEP)}-next"):
        try:
            Job.fetch(identifier, connection=connection).delete()
            found = True
        except NoSuchJobError:
            continue
    return found


def sweep() -> dict[str, int]:
    """Job: queue what is due and schedule the next sweep.

    :returns: how many datasets were queued for a look, for a score, and how many are due in all
    """
    from .store import due_datasets

    ensure_sweep()
    options = settings()
    waiting = len(ckan_jobs.get_queue(options.queue))
    room = max(0, options.sweep_batch - waiting)
    to_observe, to_score = due_datasets(dt.datetime.now(dt.timezone.utc))
    observed = sum(enqueue_observe(package_id) for package_id in to_observe[:room])
    room -= min(room, len(to_observe))
    scored = sum(enqueue_score(package_id) for package_id in to_score[:room])
    log.info(
        "Sweep: %s looks and %s scores queued of %s due", observed, scored, len(to_observe) + len(to_score)
    )
    return {"observe": observed, "score": scored, "due": len(to_observe) + len(to_score)}
