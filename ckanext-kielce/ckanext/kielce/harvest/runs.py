"""The first half of a run's life: booked, claimed under a lease, read; `closing` is the other half.

A run belongs to the process whose lease it carries. A process that dies lets its lease lapse, and another one begins the
reading again; nothing of a reading is visible before it is complete, so that beginning again is harmless.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
import redis
import sqlalchemy as sa
from ckan import model
from ckanext.harvest import queue
from ckanext.harvest.model import HarvestJob, HarvestSource
from ckanext.kielce.harvest import settings
from ckanext.kielce.harvest.cache_store import DatabaseCache
from ckanext.kielce.harvest.model import HarvestItem, HarvestRun, HarvestSourceState
from ckanext.kielce.harvest.records import Client, Source
from ckanext.kielce.harvest.words import reason
from sqlalchemy.dialects.postgresql import insert

if TYPE_CHECKING:
    from ckanext.kielce.harvest.base import SourceHarvester

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5  # a run that kills its process so often is given up
OPEN_STATES = ("queued", "reading", "writing")


class LeaseLostError(Exception):
    """The run is not this process's any more: another has taken it over, or somebody has stopped it."""


class RunError(ValueError):
    """The run is not in the state that this needs; the message says which and what helps."""


def now() -> datetime:
    return datetime.now(timezone.utc)


def lease() -> timedelta:
    """How long a silent process keeps its work; it says four times in that time that it lives."""
    return timedelta(seconds=max(2, int(tk.config.get("ckanext.kielce.harvest.lease_seconds"))))


def naive(moment: datetime) -> datetime:
    """The moment as ckanext-harvest's columns hold it: UTC without a zone."""
    return moment.astimezone(timezone.utc).replace(tzinfo=None)


# Harvesters and sources


def harvester_of(source_type: str) -> SourceHarvester | None:
    """The harvester of a type of source, if it is one of the engine's."""
    from ckanext.kielce.harvest.base import SourceHarvester

    found = queue.get_harvester(source_type)
    return found if isinstance(found, SourceHarvester) else None


def engine_types() -> list[str]:
    """The types of sources that the engine runs."""
    from ckan.plugins import PluginImplementations
    from ckanext.harvest.interfaces import IHarvester
    from ckanext.kielce.harvest.base import SourceHarvester

    return [
        each.info()["name"] for each in PluginImplementations(IHarvester) if isinstance(each, SourceHarvester)
    ]


def source_of(row: HarvestSource) -> Source:
    return Source(row.id, row.url, row.title or "", settings.parse(row.config))


def state_of(source_id: str) -> HarvestSourceState:
    """The engine's memory of a source, made when there is none."""
    state = model.Session.get(HarvestSourceState, source_id)
    if state is None:
        model.Session.execute(
            insert(HarvestSourceState)
            .values(source_id=source_id, retry_attempts=0, clean_runs=0, told={})
            .on_conflict_do_nothing()
        )
        state = model.Session.get(HarvestSourceState, source_id)
        if state is None:  # pragma: no cover - the row was just written
            raise RunError(f"The state of source {source_id} could not be made.")
    return state


def client(source: Source, run: HarvestRun) -> Client:
    """The run's HTTP client. It may skip a source that answers "not modified" only when all is as it was and well."""
    state = state_of(source.id)
    last = model.Session.get(HarvestRun, state.last_run_id) if state.last_run_id else None
    # a dry run may look at what is kept, but leaves no trace
    made = Client(source, cache=DatabaseCache(source.id, writes=run.kind == "run", of_run=run))
    made.dry_run = run.kind == "dry_run"
    made.may_skip = (
        run.kind == "run"
        and run.attempts <= 1  # a reading that broke off has kept answers that nobody acted on
        and state.basis == run.basis
        and last is not None
        and last.complete
        and last.outcome in ("ok", "unchanged")
    )
    return made


# Booking


def start(source_id: str, *, dry_run: bool = False, wake: bool = True) -> str:
    """Book a run of the source and return its id; a run that is already under way is taken as it is.

    A consumer is woken for it unless ``wake`` is false. Raises RunError for a dry run while another run is under way.
    """
    open_run = under_way(source_id)
    if open_run is not None:
        if dry_run and open_run.kind != "dry_run":
            raise RunError("A run is under way; try the dry run again when it has finished.")
        return open_run.id
    job = HarvestJob()
    job.source_id, job.status = source_id, "Running"
    model.Session.add(job)
    model.Session.flush()
    run = HarvestRun(id=job.id, source_id=source_id, kind="dry_run" if dry_run else "run", counts={})
    model.Session.add(run)
    model.Session.commit()
    if wake:
        _knock(run.id)
    return run.id


def _knock(run_id: str) -> None:
    """Wake a gather consumer that waits at ckanext-harvest's queue; without Redis it looks by itself a moment later."""
    try:
        queue.get_gather_publisher().send({"harvest_job_id": run_id})
    except redis.RedisError as error:
        log.info("No consumer could be woken for run %s: %s", run_id, error)


def under_way(source_id: str) -> HarvestRun | None:
    """The source's run that is booked, being read or being written."""
    return model.Session.scalars(
        sa.select(HarvestRun)
        .where(HarvestRun.source_id == source_id, HarvestRun.state.in_(OPEN_STATES))
        .order_by(HarvestRun.created_at.desc())
    ).first()


def adopt_jobs() -> None:
    """Give runs to the jobs that ckanext-harvest's pages, API or commands have sent to its queue."""
    model.Session.execute(
        insert(HarvestRun)
        .from_select(
            ["id", "source_id", "kind", "state", "created_at", "counts", "complete"],
            sa.select(
                HarvestJob.id,
                HarvestJob.source_id,
                sa.literal("run"),
                sa.literal("queued"),
                sa.func.now(),
                sa.cast(sa.literal("{}"), HarvestRun.counts.type),
                sa.false(),
            )
            .join(HarvestSource, HarvestSource.id == HarvestJob.source_id)
            .where(
                HarvestJob.status == "Running",
                HarvestJob.finished.is_(None),
                HarvestSource.type.in_(engine_types()),
                ~sa.exists().where(HarvestRun.id == HarvestJob.id),
            ),
        )
        .on_conflict_do_nothing()
    )
    model.Session.commit()


def claim(owner: str) -> HarvestRun | None:
    """Take one booked run, or one whose process has gone silent; None when there is nothing to read.

    A source is read by one process at a time, and a run waits while an earlier one of its source is still written.
    """
    adopt_jobs()
    other = sa.orm.aliased(HarvestRun)
    run = model.Session.scalars(
        sa.select(HarvestRun)
        .where(
            sa.or_(
                HarvestRun.state == "queued",
                sa.and_(HarvestRun.state == "reading", HarvestRun.lease_until < sa.func.now()),
            ),
            ~sa.exists().where(
                other.source_id == HarvestRun.source_id,
                other.id != HarvestRun.id,
                sa.or_(
                    other.state == "writing",
                    sa.and_(other.state == "reading", other.lease_until >= sa.func.now()),
                ),
            ),
        )
        .order_by(HarvestRun.created_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).first()
    if run is None:
        model.Session.rollback()
        return None
    run.state, run.lease_owner, run.lease_until = "reading", owner, now() + lease()
    run.started_at = run.started_at or now()
    run.attempts += 1
    job = model.Session.get(HarvestJob, run.id)
    if job is not None and job.gather_started is None:
        job.gather_started = naive(now())
    model.Session.commit()
    return run


def keep(run: HarvestRun) -> None:
    """Lock the run for a step from one state to the next. Raises LeaseLostError when it is not as this process left it."""
    found = model.Session.execute(
        sa.select(HarvestRun.state, HarvestRun.lease_owner).where(HarvestRun.id == run.id).with_for_update()
    ).first()
    if found is None or tuple(found) != (run.state, run.lease_owner):
        model.Session.rollback()
        raise LeaseLostError(run.id)


def renew(owner: str) -> None:
    """Say that ``owner`` lives: keep its leases. On a connection of its own, for it is called from another thread."""
    with model.meta.engine.begin() as connection:
        until = now() + lease()
        connection.execute(
            sa.update(HarvestRun)
            .where(HarvestRun.lease_owner == owner, HarvestRun.state == "reading")
            .values(lease_until=until)
        )
        connection.execute(
            sa.update(HarvestItem)
            .where(HarvestItem.lease_owner == owner, HarvestItem.state.in_(("ready", "written")))
            .values(lease_until=until)
        )


def work(run: HarvestRun) -> None:
    """Read the source of a claimed run. Whatever happens, the run ends in a state that says so."""
    from ckanext.kielce.harvest import closing, plan

    row = model.Session.get(HarvestSource, run.source_id)
    harvester = harvester_of(row.type) if row else None
    if row is None or harvester is None:
        kind = row.type if row else "?"
        closing.fail(run, {**reason("no_harvester", type=kind), "numbers": {}})
        return
    if run.attempts > MAX_ATTEMPTS:
        closing.fail(run, {**reason("gave_up", attempts=MAX_ATTEMPTS), "numbers": {}})
        return
    try:
        source = source_of(row)
    except settings.ConfigError as error:
        closing.fail(run, {"cause": "config", "pl": str(error), "en": str(error), "numbers": {}})
        return
    share = source.config.get("minimum_share")
    share = tk.config.get("ckanext.kielce.harvest.minimum_share") if share is None else share
    minutes = float(tk.config.get("ckanext.kielce.harvest.read_minutes"))
    plan.read(run, harvester, source, minimum_share=float(share), seconds=minutes * 60)


def run_inline(source_id: str, *, dry_run: bool = False) -> str:
    """Run the source to its end in this process, without queues and consumers; returns the run's id."""
    from ckanext.kielce.harvest import write

    run_id = start(source_id, dry_run=dry_run, wake=False)
    owner = f"inline:{run_id}"
    run = model.Session.get(HarvestRun, run_id)
    if run is None:  # pragma: no cover - just booked
        raise RunError(run_id)
    run.state, run.started_at, run.attempts = "reading", now(), 1
    run.lease_owner, run.lease_until = owner, now() + timedelta(hours=6)
    model.Session.commit()
    try:
        work(run)
    except LeaseLostError:  # stopped by somebody
        return run_id
    while write.work(owner, run_id=run_id):
        pass
    return run_id
