"""Writing and adding up counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from ckan import model
from ckanext.kielce.usage.model import UsageCount
from sqlalchemy.dialects.postgresql import insert

KINDS = ("download", "api", "view")
"""Kinds of use of a dataset or file. Besides these the table holds ``action`` (API calls by action), ``callers`` (different
callers of a day) and ``for:…`` (who said in one click what they use it for)."""
USES = ("download", "api")
"""What counts as use of the data itself; a look at a page is a view."""
_WARSAW = ZoneInfo("Europe/Warsaw")


def day_of(when: dt.datetime | dt.date | None) -> dt.date:
    """The day in Warsaw of a moment (now when None); a date is itself."""
    if when is None:
        when = dt.datetime.now(dt.timezone.utc)
    if isinstance(when, dt.datetime):
        return when.astimezone(_WARSAW).date()
    return when


class Count(NamedTuple):
    """What is counted: a kind of use of an object (a dataset's or file's id, an action's name) on a day."""

    kind: str
    object_id: str
    day: dt.date
    robot: bool = False


def add(counts: Mapping[Count, int]) -> None:
    """Add to the counts, in a transaction of its own: the request being answered may roll its own back."""
    if not counts:
        return
    # Sorted, so that two requests never wait for one another's rows.
    rows = [{**count._asdict(), "number": number} for count, number in sorted(counts.items())]
    statement = insert(UsageCount).values(rows)
    statement = statement.on_conflict_do_update(
        index_elements=["kind", "object_id", "day", "robot"],
        set_={"number": UsageCount.number + statement.excluded.number},
    )
    with model.meta.engine.begin() as connection:
        connection.execute(statement)


def put(kind: str, object_id: str, day: dt.date, number: int) -> None:
    """Write a day's number down, over an earlier one, in a transaction of its own."""
    row = {"kind": kind, "object_id": object_id, "day": day, "robot": False, "number": number}
    statement = insert(UsageCount).values(row)
    statement = statement.on_conflict_do_update(
        index_elements=["kind", "object_id", "day", "robot"], set_={"number": statement.excluded.number}
    )
    with model.meta.engine.begin() as connection:
        connection.execute(statement)


def totals(
    object_ids: Collection[str], since: dt.date, until: dt.date, kinds: Collection[str]
) -> dict[str, dict[str, int]]:
    """People's use from ``since`` to ``until``, both included: object id -> kind -> number, zeros left out."""
    query = (
        sa.select(UsageCount.object_id, UsageCount.kind, sa.func.sum(UsageCount.number))
        .where(UsageCount.object_id.in_(list(object_ids)), UsageCount.kind.in_(list(kinds)))
        .where(UsageCount.day.between(since, until), UsageCount.robot.is_(False))
        .group_by(UsageCount.object_id, UsageCount.kind)
    )
    found: dict[str, dict[str, int]] = {}
    for object_id, kind, number in model.Session.execute(query):
        found.setdefault(object_id, {})[kind] = int(number)
    return found


def by_day(object_id: str, since: dt.date, until: dt.date) -> list[dict[str, object]]:
    """Each day with any use, in order: ``day`` (ISO) and the number of each kind, robots as ``robots``."""
    query = (
        sa.select(UsageCount.day, UsageCount.kind, UsageCount.robot, sa.func.sum(UsageCount.number))
        .where(UsageCount.object_id == object_id, UsageCount.day.between(since, until))
        .where(UsageCount.kind.in_(KINDS))
        .group_by(UsageCount.day, UsageCount.kind, UsageCount.robot)
        .order_by(UsageCount.day)
    )
    days: dict[dt.date, dict[str, object]] = {}
    for day, kind, robot, number in model.Session.execute(query):
        row = days.setdefault(day, {"day": day.isoformat(), **dict.fromkeys(KINDS, 0), "robots": 0})
        key = "robots" if robot else kind
        row[key] = int(number) + int(str(row.get(key, 0)))
    return list(days.values())


def of_kind(kind: str, since: dt.date, until: dt.date, limit: int = 100) -> list[tuple[str, int]]:
    """(object id, number by people) of one kind, the largest first."""
    number = sa.func.sum(UsageCount.number)
    query = (
        sa.select(UsageCount.object_id, number)
        .where(UsageCount.kind == kind, UsageCount.day.between(since, until), UsageCount.robot.is_(False))
        .group_by(UsageCount.object_id)
        .order_by(number.desc(), UsageCount.object_id)
        .limit(limit)
    )
    return [(object_id, int(n)) for object_id, n in model.Session.execute(query)]


def average(kind: str, object_id: str, since: dt.date, until: dt.date) -> float | None:
    """Mean of a kind over the days that have it, to one decimal; None when there is none."""
    query = sa.select(sa.func.avg(UsageCount.number)).where(
        UsageCount.kind == kind, UsageCount.object_id == object_id, UsageCount.day.between(since, until)
    )
    mean = model.Session.scalar(query)
    return None if mean is None else round(float(mean), 1)


def published(since: dt.date, until: dt.date) -> list[tuple[dt.date, str, str, int, int]]:
    """(day, dataset's name, kind, number by people, number by robots) of public datasets, in order."""
    people = sa.func.coalesce(sa.func.sum(UsageCount.number).filter(UsageCount.robot.is_(False)), 0)
    robots = sa.func.coalesce(sa.func.sum(UsageCount.number).filter(UsageCount.robot.is_(True)), 0)
    query = (
        sa.select(UsageCount.day, model.Package.name, UsageCount.kind, people, robots)
        .join(model.Package, model.Package.id == UsageCount.object_id)
        .where(
            UsageCount.day.between(since, until),
            model.Package.state == "active",
            model.Package.private.is_(False),
        )
        .group_by(UsageCount.day, model.Package.name, UsageCount.kind)
        .order_by(UsageCount.day, model.Package.name, UsageCount.kind)
    )
    return [
        (day, name, kind, int(by_people), int(by_robots))
        for day, name, kind, by_people, by_robots in model.Session.execute(query)
    ]


def busiest(days: int, limit: int, today: dt.date) -> list[tuple[str, int]]:
    """Datasets with the most use by people in the last ``days`` days: (package id, number), busiest first."""
    number = sa.func.sum(UsageCount.number)
    query = (
        sa.select(UsageCount.object_id, number)
        .join(model.Package, model.Package.id == UsageCount.object_id)
        .where(UsageCount.day > today - dt.timedelta(days=days), UsageCount.robot.is_(False))
        .where(UsageCount.kind.in_(USES), model.Package.state == "active", model.Package.private.is_(False))
        .group_by(UsageCount.object_id)
        .order_by(number.desc(), UsageCount.object_id)
        .limit(limit)
    )
    return [(package_id, int(n)) for package_id, n in model.Session.execute(query)]
