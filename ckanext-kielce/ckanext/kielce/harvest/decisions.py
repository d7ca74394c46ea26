"""What a coordinator decides: whether a refused run is acted on, a run goes on, and a source runs by itself."""

from __future__ import annotations

import sqlalchemy as sa
from ckan import model
from ckanext.harvest.model import HarvestJob
from ckanext.kielce.harvest import closing
from ckanext.kielce.harvest.model import HarvestItem, HarvestRun
from ckanext.kielce.harvest.runs import OPEN_STATES, RunError, now, state_of
from ckanext.kielce.harvest.words import reason


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
    closing.release(run)


def reject(run_id: str, user: str) -> None:
    """Turn a refused run down: its plan is forgotten, nothing changes. Raises RunError as `accept`."""
    _turn_down(_held(run_id), user)


def _turn_down(run: HarvestRun, user: str) -> None:
    run.accepted_by, run.accepted_at = user, now()
    model.Session.execute(
        sa.delete(HarvestItem)
        .where(HarvestItem.run_id == run.id)
        .execution_options(synchronize_session=False)
    )
    run.state, run.outcome = "finished", "rejected"
    model.Session.commit()


def stop(run_id: str, user: str) -> None:
    """Stop a run: what is written stays, the rest is given up. A refused one, which writes nothing, is turned down.

    Raises RunError when the run is over.
    """
    run = _locked(run_id)
    if run.state == "held":
        _turn_down(run, user)
        return
    if run.state not in OPEN_STATES:
        model.Session.rollback()
        raise RunError(f"The run {run_id} is not under way: it is {run.outcome or run.state}.")
    run.accepted_by, run.accepted_at = user, now()
    run.reason = {**reason("stopped", user=user or "?"), "numbers": {}}
    closing.stop(run)


def _locked(run_id: str) -> HarvestRun:
    run = model.Session.scalars(
        sa.select(HarvestRun)
        .where(HarvestRun.id == run_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()
    if run is None:
        raise RunError(f"There is no run {run_id}.")
    return run


def _held(run_id: str) -> HarvestRun:
    run = _locked(run_id)
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
