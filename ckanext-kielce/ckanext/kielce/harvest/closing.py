"""What becomes of a run once its source is read: released to the writers, refused, failed; and its end.

Nothing of a reading is visible before it is released, and then all at once.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckanext.harvest.model import HarvestGatherError, HarvestJob
from ckanext.kielce.harvest import missing, rhythm
from ckanext.kielce.harvest.model import HarvestItem, HarvestRecord, HarvestRun
from ckanext.kielce.harvest.runs import keep, naive, now

# Causes of a record's failure that may be gone when it is tried again soon; others wait for the next run.
PASSING = ("fetch", "incomplete", "index", "database", "gave_up_record")


def release(run: HarvestRun) -> None:
    """The reading may be acted on: settle what is missing and give the items to the writers, all at once.

    Raises LeaseLostError, as `refuse` and `fail` do, when the run was stopped or taken over meanwhile.
    """
    keep(run)
    run.read_at = now()
    if run.kind == "dry_run":
        run.counts = _tally(run)
        _end(run, "ok" if run.complete and not run.counts.get("failed") else "partly")
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
    keep(run)
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
    keep(run)
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
        again = outcome == "failed" or not run.complete or _may_pass(run)
        rhythm.after(run, again=again and outcome != "stopped")
    model.Session.commit()


def stop(run: HarvestRun) -> None:
    """End a run that waits, is read or is written; its row is locked.

    Nothing of a reading is left. Of what is being written, everything that no writer has in hand is given up; the run
    ends when the writers have finished what they have, so that the index says what the database says.
    """
    if run.state == "writing":
        run.outcome = "stopped"
        give_up(run.id)
        model.Session.commit()
        finish_if_done(run.id)
        return
    model.Session.execute(
        sa.delete(HarvestItem)
        .where(HarvestItem.run_id == run.id)
        .execution_options(synchronize_session=False)
    )
    run.counts, run.complete = {}, False
    _end(run, "stopped")


def give_up(run_id: str) -> None:
    """Take what no living writer has in hand off the run's list (not committed)."""
    free = sa.or_(HarvestItem.lease_until.is_(None), HarvestItem.lease_until < sa.func.now())
    model.Session.execute(
        sa.update(HarvestItem)
        .where(HarvestItem.run_id == run_id, HarvestItem.state == "ready", free)
        .values(state="stopped", content=None, lease_owner=None, lease_until=None)
        .execution_options(synchronize_session=False)
    )


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


def _tally(run: HarvestRun) -> dict[str, int]:
    """The run's counts from its items; those of unchanged records, which leave none, are the reading's."""
    rows = model.Session.execute(
        sa.select(
            HarvestItem.action,
            HarvestItem.state,
            HarvestItem.changes == sa.cast(sa.literal("[]"), HarvestItem.changes.type),
            sa.func.count(),
        )
        .where(HarvestItem.run_id == run.id, HarvestItem.action != "note")
        .group_by(HarvestItem.action, HarvestItem.state, sa.literal_column("3"))
    ).all()
    counts = Counter({"unchanged": int(run.counts.get("unchanged", 0))})
    for action, state, same, number in rows:
        if state == "stopped":
            counts["stopped"] += number
        elif state == "failed" or action == "fail":
            counts["failed"] += number
        elif action == "change" and same:
            counts["unchanged"] += number  # something in the record changed that does not reach the dataset
        else:
            counts["linked" if action == "link" else action] += number
    return dict(counts)


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
    open_items = sa.exists().where(HarvestItem.run_id == run_id, HarvestItem.state.in_(("ready", "written")))
    if model.Session.scalar(sa.select(open_items)):
        model.Session.rollback()
        return False
    counts = _tally(run)
    run.counts, run.done = counts, run.total
    clean = run.complete and not counts.get("failed")
    changed = any(counts.get(name) for name in ("create", "change", "return", "archive", "linked"))
    if run.outcome == "stopped":
        _end(run, "stopped")
    elif run.outcome == "unchanged" and not changed:
        _end(run, "unchanged")
    else:
        _end(run, "ok" if clean else "partly")
    return True
