"""The life of a run: booked, claimed under a lease, released to the writers or refused, finished.

A run belongs to the process whose lease it carries. A process that dies lets its lease lapse, and another one begins the
reading again; nothing of a reading is visible before it is complete, so that beginning again is harmless.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckanext.harvest import queue
from ckanext.harvest.model import HarvestGatherError, HarvestJob, HarvestSource
from ckanext.kielce.harvest import missing, rhythm, settings
from ckanext.kielce.harvest.cache_store import DatabaseCache
from ckanext.kielce.harvest.model import HarvestItem, HarvestRecord, HarvestRun, HarvestSourceState
from ckanext.kielce.harvest.records import Client, Source
from sqlalchemy.dialects.postgresql import insert

if TYPE_CHECKING:
    from ckanext.kielce.harvest.base import SourceHarvester

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5  # a run that kills its process so often is given up
# Causes of a record's failure that may be gone when it is tried again soon; others wait for the next run.
PASSING = ("fetch", "incomplete", "index", "database", "gave_up_record")
OPEN_STATES = ("queued", "reading", "writing")


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
    made = Client(source, cache=DatabaseCache(source.id, writes=run.kind == "run"))
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


def start(source_id: str, *, dry_run: bool = False) -> str:
    """Book a run of the source and return its id; a run that is already under way is taken as it is.

    Raises RunError for a dry run while another run is under way.
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
    return run.id


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
    from ckanext.kielce.harvest import plan

    row = model.Session.get(HarvestSource, run.source_id)
    harvester = harvester_of(row.type) if row else None
    if row is None or harvester is None:
        kind = row.type if row else "?"
        fail(run, {"cause": "no_harvester", **sentence("no_harvester", type=kind), "numbers": {}})
        return
    if run.attempts > MAX_ATTEMPTS:
        fail(run, {"cause": "gave_up", **sentence("gave_up", attempts=MAX_ATTEMPTS), "numbers": {}})
        return
    try:
        source = source_of(row)
    except settings.ConfigError as error:
        fail(run, {"cause": "config", "pl": str(error), "en": str(error), "numbers": {}})
        return
    share = source.config.get("minimum_share")
    share = tk.config.get("ckanext.kielce.harvest.minimum_share") if share is None else share
    minutes = float(tk.config.get("ckanext.kielce.harvest.read_minutes"))
    plan.read(run, harvester, source, minimum_share=float(share), seconds=minutes * 60)


def sentence(code: str, **values: Any) -> dict[str, str]:
    from ckanext.kielce.harvest.words import both

    english, polish = both(code, **values)
    return {"pl": polish, "en": english}


# What becomes of a reading


def release(run: HarvestRun) -> None:
    """The reading may be acted on: settle what is missing and give the items to the writers, all at once."""
    run.read_at = now()
    if run.kind == "dry_run":
        _end(run, "ok" if run.complete else "partly")
        return
    if run.complete:
        missing.settle(run)
    _note_failures(run)
    mine = HarvestItem.run_id == run.id
    to_write = HarvestItem.action.in_(("create", "change", "return", "archive"))
    for states, wanted in (((mine, to_write), "ready"), ((mine, ~to_write), "done")):
        model.Session.execute(
            sa.update(HarvestItem)
            .where(*states, HarvestItem.state == "planned")
            .values(state=wanted)
            .execution_options(synchronize_session=False)
        )
    run.total = model.Session.scalar(sa.select(sa.func.count()).where(mine, HarvestItem.state == "ready"))
    run.state, run.lease_owner, run.lease_until = "writing", None, None
    _gathered(run)
    _overtake(run)
    model.Session.commit()
    if not run.total:
        finish_if_done(run.id)


def _note_failures(run: HarvestRun) -> None:
    """Keep with each record why it could not be read; its dataset stays in its last good state (not committed)."""
    failed = (
        sa.select(HarvestItem.guid, HarvestItem.error)
        .where(HarvestItem.run_id == run.id, HarvestItem.action == "fail")
        .subquery()
    )
    model.Session.execute(
        sa.update(HarvestRecord)
        .where(HarvestRecord.source_id == run.source_id, HarvestRecord.guid == failed.c.guid)
        .values(error=failed.c.error, attempts=HarvestRecord.attempts + 1)
        .execution_options(synchronize_session=False)
    )


def unchanged(run: HarvestRun, records: int) -> None:
    """The source said that nothing has changed."""
    run.counts, run.read, run.complete, run.outcome = {"unchanged": records}, 0, True, "unchanged"
    release(run)


def refuse(run: HarvestRun, reason: dict[str, Any]) -> None:
    """The answer may not be believed: hold the plan until somebody accepts or rejects it, and tell the coordinator."""
    run.reason, run.read_at = reason, now()
    if run.kind == "dry_run":
        _end(run, "refused")
        return
    run.state, run.outcome = "held", "refused"
    run.lease_owner = run.lease_until = None
    run.finished_at = now()
    model.Session.add(HarvestGatherError(message=reason["pl"], harvest_job_id=run.id))
    _gathered(run)
    _finish_job(run)
    _overtake(run)
    rhythm.after(run, again=False)
    model.Session.commit()
    rhythm.tell("refused", run)


def fail(run: HarvestRun, reason: dict[str, Any]) -> None:
    """The source could not be read at all: nothing changes, and it is asked again after a while."""
    run.reason = reason
    model.Session.add(HarvestGatherError(message=reason["pl"], harvest_job_id=run.id))
    _end(run, "failed")


def _gathered(run: HarvestRun) -> None:
    job = model.Session.get(HarvestJob, run.id)
    if job is not None:
        job.gather_finished = naive(now())


def _finish_job(run: HarvestRun) -> None:
    job = model.Session.get(HarvestJob, run.id)
    if job is not None:
        job.gather_started = job.gather_started or naive(now())
        job.gather_finished = job.gather_finished or naive(now())
        job.status, job.finished = "Finished", naive(now())


def _overtake(run: HarvestRun) -> None:
    """Earlier refused runs wait no more: this one knows better (not committed)."""
    older = sa.select(HarvestRun.id).where(
        HarvestRun.source_id == run.source_id, HarvestRun.state == "held", HarvestRun.id != run.id
    )
    model.Session.execute(
        sa.delete(HarvestItem)
        .where(HarvestItem.run_id.in_(older), HarvestItem.state == "planned")
        .execution_options(synchronize_session=False)
    )
    model.Session.execute(
        sa.update(HarvestRun)
        .where(HarvestRun.id.in_(older))
        .values(state="finished")
        .execution_options(synchronize_session=False)
    )


def _end(run: HarvestRun, outcome: str) -> None:
    model.Session.execute(sa.text("SET LOCAL synchronous_commit TO on"))  # and with it all that came before
    run.state, run.outcome, run.finished_at = "finished", outcome, now()
    run.lease_owner = run.lease_until = None
    _finish_job(run)
    if run.kind == "run":
        rhythm.after(run, again=outcome == "failed" or not run.complete or _may_pass(run))
    model.Session.commit()


def _may_pass(run: HarvestRun) -> bool:
    """True when a record failed for a reason that may be gone soon."""
    return bool(
        model.Session.scalar(
            sa.select(
                sa.exists().where(
                    HarvestItem.run_id == run.id,
                    sa.or_(
                        HarvestItem.state == "failed",
                        HarvestItem.action == "fail",
                        HarvestItem.error["cause"].astext == "incomplete",
                    ),
                    HarvestItem.error["cause"].astext.in_(PASSING),
                )
            )
        )
    )


def finish_if_done(run_id: str) -> bool:
    """Close the run when all its items are done; True when it was closed now."""
    run = model.Session.scalars(
        sa.select(HarvestRun)
        .where(HarvestRun.id == run_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if run is None or run.state != "writing":
        model.Session.rollback()
        return False
    rows = model.Session.execute(
        sa.select(
            HarvestItem.action,
            HarvestItem.state,
            HarvestItem.changes == sa.cast(sa.literal("[]"), HarvestItem.changes.type),
            sa.func.count(),
        )
        .where(HarvestItem.run_id == run_id)
        .group_by(HarvestItem.action, HarvestItem.state, sa.literal_column("3"))
    ).all()
    if any(state in ("ready", "written") for _action, state, _same, _number in rows):
        model.Session.rollback()
        return False
    counts = {"unchanged": int(run.counts.get("unchanged", 0))}
    for action, state, same, number in rows:
        if state == "failed" or action == "fail":
            name = "failed"
        elif action == "change" and same:
            name = "unchanged"  # something in the record changed that does not reach the dataset
        elif action == "link":
            name = "linked"
        elif action == "note":
            continue
        else:
            name = action
        counts[name] = counts.get(name, 0) + number
    run.counts, run.done = counts, run.total
    clean = run.complete and not counts.get("failed")
    changed = any(counts.get(name) for name in ("create", "change", "return", "archive", "linked"))
    nothing = run.outcome == "unchanged" and not changed
    _end(run, "unchanged" if nothing else "ok" if clean else "partly")
    return True


# Decisions


def accept(run_id: str, user: str) -> None:
    """Act on a refused run after all. Records that are gone are marked missing and go through the time of grace.

    Raises RunError when the run is not waiting for a decision.
    """
    run = _held(run_id)
    run.accepted_by, run.accepted_at = user, now()
    run.outcome, run.finished_at, run.complete = None, None, True
    job = model.Session.get(HarvestJob, run.id)
    if job is not None:
        job.status, job.finished = "Running", None
    release(run)


def reject(run_id: str, user: str) -> None:
    """Turn a refused run down: its plan is forgotten, nothing changes. Raises RunError as `accept`."""
    run = _held(run_id)
    run.accepted_by, run.accepted_at = user, now()
    model.Session.execute(
        sa.delete(HarvestItem)
        .where(HarvestItem.run_id == run.id)
        .execution_options(synchronize_session=False)
    )
    run.state, run.outcome = "finished", "rejected"
    model.Session.commit()


def _held(run_id: str) -> HarvestRun:
    run = model.Session.scalars(
        sa.select(HarvestRun).where(HarvestRun.id == run_id).with_for_update()
    ).first()
    if run is None:
        raise RunError(f"There is no run {run_id}.")
    if run.state != "held":
        model.Session.rollback()
        raise RunError(f"The run {run_id} does not wait for a decision: it is {run.outcome or run.state}.")
    return run


def pause(source_id: str, user: str, reason: str) -> None:
    """Stop starting runs of the source by itself, until it is resumed."""
    state = state_of(source_id)
    state.paused_at, state.paused_by, state.pause_reason = now(), user, reason
    model.Session.commit()


def resume(source_id: str) -> None:
    """Start runs of the source by itself again."""
    state = state_of(source_id)
    state.paused_at = state.paused_by = state.pause_reason = None
    model.Session.commit()


def run_inline(source_id: str, *, dry_run: bool = False) -> str:
    """Run the source to its end in this process, without queues and consumers; returns the run's id."""
    from ckanext.kielce.harvest import write

    run_id = start(source_id, dry_run=dry_run)
    owner = f"inline:{run_id}"
    run = model.Session.get(HarvestRun, run_id)
    if run is None:  # pragma: no cover - just booked
        raise RunError(run_id)
    run.state, run.started_at, run.attempts = "reading", now(), 1
    run.lease_owner, run.lease_until = owner, now() + timedelta(hours=6)
    model.Session.commit()
    work(run)
    while write.work(owner, run_id=run_id):
        pass
    return run_id
