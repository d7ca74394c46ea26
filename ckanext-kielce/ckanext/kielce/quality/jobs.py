"""Background work on CKAN's own queue: one small job per dataset, and a sweep that queues those that are due.

Jobs carry an id made of the dataset's id, so a dataset waits in the queue at most once however often it is changed
or swept. A change that comes while its job is running queues one more, for the run may have read the old state.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import time
from collections.abc import Callable, Collection
from typing import Any

import ckan.lib.jobs as ckan_jobs
import redis
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.queueing import Call, enqueue_many
from rq.exceptions import DuplicateJobError, NoSuchJobError
from rq.job import Job, JobStatus

from .settings import settings

log = logging.getLogger(__name__)

#: Jobs that share the scores that are due, and how many scores are worth another one.
SCORERS, EACH_SCORER = 4, 1000
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


def enqueue_looks(package_ids: Collection[str]) -> int:
    """Queue looks at many datasets, asking Redis twice for all that have no job yet.

    :returns: how many were queued
    """
    wanted = {job_id("observe", package_id): package_id for package_id in package_ids}
    with ckan_jobs.get_queue(settings().queue).connection.pipeline(transaction=False) as pipe:
        for identifier in wanted:
            pipe.exists(Job.key_for(identifier))
        known = [identifier for identifier, there in zip(wanted, pipe.execute(), strict=True) if there]
    calls = [
        Call([package_id], f"Look at the content of dataset {package_id}", identifier)
        for identifier, package_id in wanted.items()
        if identifier not in known
    ]
    made = enqueue_many(observe_dataset, calls, settings().queue, result_ttl=0, failure_ttl=FAILURE_TTL)
    return made + sum(enqueue_observe(wanted[identifier]) for identifier in known)


def enqueue_observe_later(package_id: str, seconds: int) -> bool:
    """Queue a look after a while; what is written until then is covered by it, so a stream of writes makes few looks.

    :returns: True if it was scheduled or queued, False when one is waiting already
    """
    if seconds <= 0:
        return enqueue_observe(package_id)
    identifier = _clear_way(job_id("observe", package_id))
    if identifier is None:
        return False
    ckan_jobs.get_queue(settings().queue).enqueue_in(
        dt.timedelta(seconds=seconds),
        observe_dataset,
        package_id,
        job_id=identifier,
        result_ttl=0,
        failure_ttl=FAILURE_TTL,
        meta={"title": f"Look at the content of dataset {package_id}"},
    )
    return True


def enqueue_score(package_id: str) -> bool:
    """Queue a new score of a dataset from the evidence at hand."""
    return enqueue("score", score_dataset, package_id, f"Score dataset {package_id}")


def enqueue_telling() -> bool:
    """Queue the telling of events if anyone is to be told. :returns: True if it was queued"""
    from .publish.telling import any_due

    if not any_due(dt.datetime.now(dt.timezone.utc)):
        return False
    try:
        return enqueue("tell", tell_followers, "", "Tell followers what happened")
    except redis.RedisError as error:
        log.warning("Could not queue the telling of events: %s", error)  # the next sweep does
        return False


def tell_followers(_key: str = "") -> None:
    """Job: tell followers what happened since they were told last."""
    from .publish.telling import tell_all

    tell_all()


def score_due_datasets(_key: str = "") -> None:
    """Job: score what is due by the schedule; goes on in another job when there is more than a job's time allows."""
    from .many import score_due

    if score_due(TOGETHER).scored and store_has_due():
        enqueue_score_due()


def enqueue_score_due(number: int = 1) -> int:
    """Queue jobs that score what is due by the schedule; they share the work. :returns: how many were queued"""
    return sum(
        enqueue("scores", score_due_datasets, str(place), "Score what is due") for place in range(number)
    )


def store_has_due() -> bool:
    """Whether any score is due by the schedule."""
    from .store import due_scores

    return due_scores(dt.datetime.now(dt.timezone.utc)) > 0


def publish_scores(_key: str = "") -> None:
    """Job: refresh the open dataset of the scores."""
    from ckanext.kielce.common.open_dataset import NotConfiguredError

    from .publish.dataset import publish

    try:
        publish()
    except NotConfiguredError as error:
        log.warning("The scores are not published: %s", error)


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
    from .scoring import score_after_look

    try:
        observe_package(package_id)
    except tk.ObjectNotFound:
        log.info("Dataset %s is gone; nothing to look at", package_id)
        return
    score_after_look(package_id)


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
        result_ttl=0,
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
    from .store import due_scores, due_to_observe, keep_today
    from .versions import prune

    ensure_sweep()
    options = settings()
    now = dt.datetime.now(dt.timezone.utc)
    waiting = len(ckan_jobs.get_queue(options.queue))
    room = max(0, options.sweep_batch - waiting)
    to_observe, to_score = due_to_observe(now), due_scores(now)
    observed = sum(enqueue_observe(package_id) for package_id in to_observe[:room])
    if to_score:
        enqueue_score_due(min(SCORERS, -(-to_score // EACH_SCORER)))
    if keep_today(now.date()) and tk.config.get("ckanext.kielce.quality.open_dataset"):
        enqueue("publish", publish_scores, "", "Refresh the open dataset of the scores")
    enqueue_telling()
    prune(options)
    log.info("Sweep: %s looks queued; %s looks and %s scores are due", observed, len(to_observe), to_score)
    return {"observe": observed, "score": to_score, "due": len(to_observe) + to_score}
