"""What has to be done again and again: start what is due, close what is done, tell of what is stuck, forget what is old.

Every gather consumer does a round a minute, and so does a job on CKAN's own worker, so that the death of either is not
the end of the schedule; a lock in the database keeps two rounds from running at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckanext.harvest.model import HarvestGatherError, HarvestJob, HarvestObject
from ckanext.kielce.common import periodic
from ckanext.kielce.harvest import closing, mirror, rhythm, runs, uploads
from ckanext.kielce.harvest.model import HarvestCache, HarvestItem, HarvestRun

log = logging.getLogger(__name__)

LOCK = 0x6B69656C63650001  # of one round at a time
TICK = "harvest-tick"
CACHE_DAYS = 90  # an answer that was not asked for so long is forgotten


def _seconds() -> int:
    return max(5, int(tk.config.get("ckanext.kielce.harvest.tick_seconds")))


def ensure_tick() -> None:
    """Book the next round on CKAN's worker; does nothing but log when Redis is away."""
    periodic.book(TICK)


def work() -> bool:
    """One round; False when another process is at it. What goes wrong in one part stops no other part."""
    with model.meta.engine.connect() as connection:
        if not connection.execute(sa.select(sa.func.pg_try_advisory_lock(LOCK))).scalar():
            return False
        try:
            for part in PARTS:
                try:
                    part()
                except sa.exc.OperationalError:
                    raise
                except Exception:
                    model.Session.rollback()
                    log.exception("Harvest housekeeping: %s failed", part.__name__)
        finally:
            connection.execute(sa.select(sa.func.pg_advisory_unlock(LOCK)))
            connection.commit()
    return True


def close() -> None:
    """Close the runs whose items are all done though their last writer died before it could say so.

    Of a run that was stopped, what a writer had in hand that died is given up first.
    """
    stopped = sa.select(HarvestRun.id).where(HarvestRun.state == "writing", HarvestRun.outcome == "stopped")
    for run_id in model.Session.scalars(stopped).all():
        closing.give_up(run_id)
    model.Session.commit()
    open_items = sa.exists().where(
        HarvestItem.run_id == HarvestRun.id, HarvestItem.state.in_(("ready", "written"))
    )
    for run_id in model.Session.scalars(
        sa.select(HarvestRun.id).where(HarvestRun.state == "writing", ~open_items)
    ).all():
        closing.finish_if_done(run_id)


def prune() -> int:
    """Forget old runs; returns how many. The records themselves and what they last said stay."""
    keep = max(1, int(tk.config.get("ckanext.kielce.harvest.keep_runs")))
    rank = sa.func.row_number().over(
        partition_by=HarvestRun.source_id, order_by=(HarvestRun.created_at.desc(), HarvestRun.id)
    )
    ranked = sa.select(HarvestRun.id, HarvestRun.state, rank.label("rank")).subquery()
    old = list(
        model.Session.scalars(
            sa.select(ranked.c.id).where(ranked.c.rank > keep, ranked.c.state == "finished")
        )
    )
    if old:
        for table in (HarvestItem.run_id, HarvestRun.id, HarvestGatherError.harvest_job_id):
            _delete(table.class_, table.in_(old))
        # A job that made or last changed a dataset is named by its harvest object and stays.
        named = sa.select(HarvestObject.harvest_job_id).where(HarvestObject.harvest_job_id.in_(old))
        _delete(HarvestJob, sa.and_(HarvestJob.id.in_(old), HarvestJob.id.not_in(named)))
    limit = runs.now() - timedelta(days=CACHE_DAYS)
    _delete(HarvestCache, HarvestCache.used_at < limit)
    rhythm.forget_old_days()
    model.Session.commit()
    uploads.prune()
    return len(old)


def _delete(table: type, condition: sa.ColumnElement[bool]) -> None:
    model.Session.execute(sa.delete(table).where(condition).execution_options(synchronize_session=False))


def start_due() -> None:
    """Start what is due."""
    rhythm.start_due()


PARTS: tuple[Callable[[], object], ...] = (close, start_due, rhythm.watch, mirror.look, prune)

periodic.every(TICK, "kielce_harvest", _seconds, work)
