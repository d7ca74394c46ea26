"""Sources as people ask about them: what each promises, what it kept, how it does. Plain data from the tables.

The public part quotes no error and no setting: those may name internal addresses. A list costs the same few queries
however many sources there are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckanext.kielce.common.columns import utc_now
from ckanext.kielce.common.formatting import WARSAW
from ckanext.kielce.common.http_errors import safe_url
from ckanext.kielce.harvest import punctuality, runlog, schedule, standing
from ckanext.kielce.harvest.model import HarvestDay, HarvestRecord, HarvestSourceState
from ckanext.kielce.harvest.runlog import iso

LISTED = 20  # missing and archived records that a source's page names


@dataclass(frozen=True)
class Row(standing.Standing):
    """A source with everything that its description is made of."""

    organization: model.Group | None
    records: dict[str, int]
    datasets: int
    days: Sequence[tuple[dt.date, int, int]]


def find(name_or_id: str) -> model.Package | None:
    """The page of a source that was not deleted for good, by name or id."""
    package = model.Package.get(name_or_id)
    return package if package is not None and package.type == "harvest" else None


def rows(source_ids: Sequence[str] | None = None, *, now: dt.datetime | None = None) -> list[Row]:
    """The sources with these ids (all of them by default), switched-off ones included, by title."""
    found = standing.of_sources(source_ids)
    ids = [each.package.id for each in found]
    if not ids:
        return []
    units = _units({each.package.owner_org for each in found})
    records, datasets, days = _records(ids), _datasets(ids), _days(ids, now or utc_now())
    return [
        Row(
            **vars(each),
            organization=units.get(each.package.owner_org),
            records=records.get(each.package.id, {}),
            datasets=datasets.get(each.package.id, 0),
            days=days.get(each.package.id, ()),
        )
        for each in found
    ]


def _units(ids: set[str | None]) -> dict[str | None, model.Group]:
    query = sa.select(model.Group).where(model.Group.id.in_([each for each in ids if each]))
    return {group.id: group for group in model.Session.scalars(query)}


def _records(ids: list[str]) -> dict[str, dict[str, int]]:
    query = (
        sa.select(HarvestRecord.source_id, HarvestRecord.state, sa.func.count())
        .where(HarvestRecord.source_id.in_(ids))
        .group_by(HarvestRecord.source_id, HarvestRecord.state)
    )
    found: dict[str, dict[str, int]] = {}
    for source_id, state, count in model.Session.execute(query):
        found.setdefault(source_id, {})[state] = count
    return found


def _datasets(ids: list[str]) -> dict[str, int]:
    """How many public datasets each source has a part in."""
    query = (
        sa.select(HarvestRecord.source_id, sa.func.count(sa.distinct(HarvestRecord.package_id)))
        .join(model.Package, model.Package.id == HarvestRecord.package_id)
        .where(
            HarvestRecord.source_id.in_(ids),
            model.Package.state == "active",
            model.Package.private.is_(False),
        )
        .group_by(HarvestRecord.source_id)
    )
    return {row[0]: row[1] for row in model.Session.execute(query)}


def _days(ids: list[str], now: dt.datetime) -> dict[str, list[tuple[dt.date, int, int]]]:
    since = now.astimezone(WARSAW).date() - dt.timedelta(days=punctuality.DAYS - 1)
    query = sa.select(HarvestDay.source_id, HarvestDay.day, HarvestDay.due, HarvestDay.kept).where(
        HarvestDay.source_id.in_(ids), HarvestDay.day >= since
    )
    found: dict[str, list[tuple[dt.date, int, int]]] = {}
    for source_id, day, due, kept in model.Session.execute(query):
        found.setdefault(source_id, []).append((day, due, kept))
    return found


def public(row: Row, now: dt.datetime | None = None) -> dict[str, Any]:
    """What everybody may know of a source; ``punctuality_90`` counts due and kept runs of the last 90 days."""
    now = now or utc_now()
    kept = punctuality.of(row.days, now.astimezone(WARSAW).date())
    judged = row.health(now).as_dict()
    for name in ("remedy_pl", "remedy_en"):
        judged.pop(name)
    group = row.organization
    return {
        "id": row.package.id,
        "name": row.package.name,
        "title": row.package.title or row.package.name,
        "notes": row.package.notes or "",
        "url": safe_url(row.source.url or ""),
        "organization": {"name": group.name, "title": group.title} if group else None,
        "type": row.source.type,
        "type_title": standing.types().get(row.source.type, row.source.type),
        "active": row.active,
        "schedule": row.schedule,
        "schedule_pl": schedule.words(row.schedule, "pl"),
        "schedule_en": schedule.words(row.schedule, "en"),
        "last_success_at": iso(row.state.last_success_at) if row.state else None,
        "datasets": row.datasets,
        "punctuality_90": {"due": kept.due, "kept": kept.kept, "share": kept.share},
        "days": [
            {"day": day.day.isoformat(), "due": day.due, "kept": day.kept} for day in kept.days if day.due
        ],
        "health": judged,
    }


def private(row: Row, now: dt.datetime | None = None, runs: int = 10) -> dict[str, Any]:
    """The public part with what those who look after the source need: remedies, due times, runs, errors."""
    now = now or utc_now()
    state = row.state
    result = public(row, now)
    due = state.next_due if state else None
    paused = bool(state and state.paused_at)
    if due is None and result["active"] and not paused:
        due = schedule.next_due(row.schedule, now)
    result["health"] = row.health(now).as_dict()
    result |= {
        "own_schedule": bool(state and state.schedule),
        "next_due": None if paused or not result["active"] else iso(due),
        "retry_at": iso(state.retry_at) if state else None,
        "retry_attempts": state.retry_attempts if state else 0,
        "paused": {"at": iso(state.paused_at), "by": state.paused_by, "reason": state.pause_reason}
        if state and state.paused_at
        else None,
        "records": row.records,
        "held": runlog.describe(row.held, now) if row.held else None,
        "under_way": runlog.describe(row.under_way, now) if row.under_way else None,
        "runs": [runlog.describe(run, now) for run in runlog.last_runs(row.package.id, runs)],
        "errors": (runlog.run_errors(row.last.id) if row.last else [])
        or runlog.record_errors(row.package.id),
        "gone": gone(row.package.id),
        "unmapped": runlog.unmapped(row.package.id),
    }
    return result


def gone(source_id: str) -> dict[str, list[dict[str, Any]]]:
    """Records that the source names no more, ``missing`` (not archived yet) and ``archived``, the newest first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for state, since in (("missing", HarvestRecord.missing_since), ("archived", HarvestRecord.archived_at)):
        query = (
            sa.select(HarvestRecord.guid, since, model.Package.name, model.Package.type, model.Package.title)
            .outerjoin(model.Package, model.Package.id == HarvestRecord.package_id)
            .where(HarvestRecord.source_id == source_id, HarvestRecord.state == state)
            .order_by(since.desc(), HarvestRecord.guid)
            .limit(LISTED)
        )
        found[state] = [
            {
                "guid": guid,
                "since": iso(moment),
                "title": title or guid,
                "dataset": {"name": name, "type": kind} if name else None,
            }
            for guid, moment, name, kind, title in model.Session.execute(query)
        ]
    return found


def datasets(source_id: str, offset: int = 0, limit: int = 20) -> tuple[int, list[dict[str, Any]]]:
    """(how many, one page of) the public datasets that a source has a part in, by title."""
    query = (
        sa.select(
            model.Package.id,
            model.Package.name,
            model.Package.type,
            model.Package.title,
            sa.func.max(HarvestRecord.changed_at).label("changed_at"),
            sa.func.bool_and(HarvestRecord.role == "also").label("also"),
            sa.func.bool_or(HarvestRecord.state == "archived").label("archived"),
        )
        .join(HarvestRecord, HarvestRecord.package_id == model.Package.id)
        .where(
            HarvestRecord.source_id == source_id,
            model.Package.state == "active",
            model.Package.private.is_(False),
        )
        .group_by(model.Package.id, model.Package.name, model.Package.type, model.Package.title)
    )
    total = model.Session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    page = query.order_by(sa.func.lower(model.Package.title), model.Package.name).offset(offset).limit(limit)
    return total, [
        {**row._mapping, "changed_at": iso(row._mapping["changed_at"])} for row in model.Session.execute(page)
    ]


def sources_of(package_id: str) -> list[dict[str, Any]]:
    """The sources of a dataset, its owner first: title, name, role, state, when it was last there.

    A record that is there was there when its source was last read in full.
    """
    query = (
        sa.select(HarvestRecord, model.Package.name, model.Package.title, HarvestSourceState.last_success_at)
        .join(model.Package, model.Package.id == HarvestRecord.source_id)
        .outerjoin(HarvestSourceState, HarvestSourceState.source_id == HarvestRecord.source_id)
        .where(HarvestRecord.package_id == package_id)
        .order_by(HarvestRecord.role.desc(), model.Package.title)
    )
    return [
        {
            "source": name,
            "title": title or name,
            "role": record.role,
            "state": record.state,
            "first_seen": iso(record.first_seen),
            "last_seen": iso(
                record.missing_since
                if record.state in ("missing", "archived")
                else last_success or record.changed_at or record.first_seen
            ),
        }
        for record, name, title, last_success in model.Session.execute(query)
    ]


def name_of(package_id: str) -> str:
    """The present address of a dataset; its id when it is gone."""
    package = model.Package.get(package_id)
    return package.name if package else package_id
