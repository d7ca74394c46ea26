"""Where each source stands: its state, its newest runs, and how it does, in the same few queries however many there are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import ckan.plugins as p
import sqlalchemy as sa
from ckan import model
from ckanext.harvest.interfaces import IHarvester
from ckanext.harvest.model import HarvestSource
from ckanext.kielce.common.columns import utc_now
from ckanext.kielce.harvest import health, schedule
from ckanext.kielce.harvest.model import HarvestItem, HarvestRecord, HarvestRun, HarvestSourceState
from ckanext.kielce.harvest.runs import OPEN_STATES


@dataclass(frozen=True)
class Standing:
    """A source with its page, its state and its newest runs; ``seen_at``: until when somebody was known to work on one."""

    package: model.Package
    source: HarvestSource
    state: HarvestSourceState | None
    last: HarvestRun | None
    held: HarvestRun | None
    under_way: HarvestRun | None
    seen_at: dt.datetime | None
    type_known: bool

    @property
    def schedule(self) -> str:
        """The schedule in force: the source's own, else the one that ckanext-harvest's frequency stands for."""
        if self.state and self.state.schedule:
            return self.state.schedule
        return schedule.from_frequency(self.source.frequency, self.source.id)

    @property
    def active(self) -> bool:
        """Whether the source is switched on."""
        return bool(self.source.active) and self.package.state == "active"

    def health(self, now: dt.datetime) -> health.Health:
        """How the source does."""
        state, last, held, open_run = self.state, self.last, self.held, self.under_way
        return health.judge(
            health.Facts(
                now=now,
                created_at=_aware(self.source.created),
                active=self.active,
                type=self.source.type,
                type_known=self.type_known,
                schedule=self.schedule,
                paused_at=state.paused_at if state else None,
                next_due=state.next_due if state else None,
                retry_at=state.retry_at if state else None,
                last_success_at=state.last_success_at if state else None,
                last_outcome=last.outcome if last else None,
                last_complete=last.complete if last else True,
                last_at=(last.finished_at or last.created_at) if last else None,
                held_at=(held.read_at or held.created_at) if held else None,
                open_state=open_run.state if open_run else None,
                open_since=(open_run.started_at or open_run.created_at) if open_run else None,
                open_seen=self.seen_at,
                failed_records=int((last.counts or {}).get("failed", 0)) if last else 0,
            )
        )


def _aware(moment: dt.datetime | None) -> dt.datetime | None:
    """A moment of ckanext-harvest's, which is UTC without a zone."""
    return moment.replace(tzinfo=dt.timezone.utc) if moment else None


def types() -> dict[str, str]:
    """The kinds of source that can be read today: name -> title."""
    found: dict[str, str] = {}
    for plugin in p.PluginImplementations(IHarvester):
        info = plugin.info()
        found[info["name"]] = info.get("title") or info["name"]
    return found


def of_sources(source_ids: Collection[str] | None = None) -> list[Standing]:
    """The sources with these ids (all by default), switched-off ones included, by title."""
    query = (
        sa.select(model.Package, HarvestSource, HarvestSourceState)
        .join(HarvestSource, HarvestSource.id == model.Package.id)
        .outerjoin(HarvestSourceState, HarvestSourceState.source_id == HarvestSource.id)
        .where(model.Package.type == "harvest")
        .order_by(sa.func.lower(model.Package.title), model.Package.name)
        .execution_options(populate_existing=True)
    )
    if source_ids is not None:
        query = query.where(model.Package.id.in_(source_ids))
    found = model.Session.execute(query).all()
    ids = [package.id for package, _source, _state in found]
    if not ids:
        return []
    mine, known = HarvestRun.source_id.in_(ids), types()
    last = _newest(mine, HarvestRun.kind == "run", HarvestRun.state == "finished")
    held = _newest(mine, HarvestRun.state == "held")
    under_way = _newest(mine, HarvestRun.state.in_(OPEN_STATES))
    seen = _seen(list(under_way.values()))
    return [
        Standing(
            package,
            source,
            state,
            last.get(package.id),
            held.get(package.id),
            under_way.get(package.id),
            seen.get(package.id),
            source.type in known,
        )
        for package, source, state in found
    ]


def _newest(*conditions: Any) -> dict[str, HarvestRun]:
    query = (
        sa.select(HarvestRun)
        .where(*conditions)
        .distinct(HarvestRun.source_id)
        .order_by(HarvestRun.source_id, HarvestRun.created_at.desc())
        .execution_options(populate_existing=True)
    )
    return {run.source_id: run for run in model.Session.scalars(query)}


def _seen(runs: Sequence[HarvestRun]) -> dict[str, dt.datetime]:
    """Source id -> until when somebody was known to work on its run: its reader's lease; of a run that is written, the
    newest of its writers' leases, of what waits on purpose, and of the datasets that were written."""
    seen = {
        run.id: max((each for each in (run.lease_until, run.read_at, run.accepted_at) if each), default=None)
        for run in runs
    }

    def note(query: Any) -> None:
        for run_id, *times in model.Session.execute(query):
            seen[run_id] = max(each for each in (seen[run_id], *times) if each)

    writing = [run.id for run in runs if run.state == "writing"]
    if writing:
        note(
            sa.select(
                HarvestItem.run_id, sa.func.max(HarvestItem.lease_until), sa.func.max(HarvestItem.not_before)
            )
            .where(HarvestItem.run_id.in_(writing), HarvestItem.state.in_(("ready", "written")))
            .group_by(HarvestItem.run_id)
        )
    # that one reads all records of a source, so it is asked of those only that look as if nobody was at them
    silent = {run.id: run.source_id for run in runs if run.id in writing and _is_past(seen[run.id])}
    if silent:
        note(
            sa.select(HarvestRecord.changed_run, sa.func.max(HarvestRecord.changed_at))
            .where(HarvestRecord.source_id.in_(silent.values()), HarvestRecord.changed_run.in_(silent))
            .group_by(HarvestRecord.changed_run)
        )
    return {run.source_id: moment for run in runs if (moment := seen[run.id])}


def _is_past(moment: dt.datetime | None) -> bool:
    return moment is None or moment < utc_now() - dt.timedelta(minutes=5)
