"""How units stand beside each other, and where they go: by the use of their sets, with a trend that one odd day can't bend."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

import sqlalchemy as sa
from ckan import model as ckan_model
from sqlalchemy import select

from . import store
from .model import Score, ScoreDay
from .overview import Filter

Package = ckan_model.Package
#: Days that a trend is drawn from at least.
LEAST_DAYS = 7
LATE = frozenset({"overdue", "delinquent"})


@dataclass(frozen=True)
class UnitRow:
    """One organisation.

    :ivar index: mean index of its graded sets, weighted by use + 1; None: no set is graded
    :ivar days_late: median days by which its late sets are overdue; None: none is late
    :ivar trends: days of a span -> points of the mean index that it moves in 30 days (Theil-Sen); None: too few days
    """

    unit_id: str
    sets: int
    graded: int
    late: int
    withheld: int
    closed: int
    index: float | None
    days_late: float | None
    use: int
    trends: Mapping[int, float | None]


def theil_sen(points: Sequence[tuple[float, float]]) -> float | None:
    """The median slope of all pairs of points (Theil 1950, Sen 1968); None for fewer than two distinct x."""
    slopes = [
        (two[1] - one[1]) / (two[0] - one[0])
        for place, one in enumerate(points)
        for two in points[place + 1 :]
        if two[0] != one[0]
    ]
    return median(slopes) if slopes else None


def trend(days: Sequence[tuple[dt.date, float]], span: int, today: dt.date) -> float | None:
    """Points in 30 days, by the daily means of the last ``span`` days; None for fewer than a week of them."""
    kept = [((day - today).days, value) for day, value in days if 0 <= (today - day).days < span]
    slope = theil_sen(kept) if len(kept) >= LEAST_DAYS else None
    return None if slope is None else round(30 * slope, 2)


def league(
    wanted: Filter,
    use: Mapping[str, int],
    *,
    spans: Iterable[int] = (30, 90),
    now: dt.datetime | None = None,
) -> list[UnitRow]:
    """Units of the wanted sets, the best first; two queries.

    :param use: dataset -> downloads and API calls
    """
    now = now or store.utc_now()
    spans = tuple(spans)
    columns = (
        Package.owner_org,
        Package.id,
        Score.quality_index,
        Score.withheld,
        Score.status,
        Score.overdue_at,
    )
    conditions = [Package.owner_org.is_not(None), *wanted.conditions()]
    joined = sa.outerjoin(Package, Score, Score.package_id == Package.id)
    rows = ckan_model.Session.execute(select(*columns).select_from(joined).where(*conditions)).all()
    means = _daily_means(conditions, now.date() - dt.timedelta(days=max(spans)))
    by_unit: dict[str, list[sa.Row]] = defaultdict(list)
    for row in rows:
        by_unit[row.owner_org].append(row)
    made = []
    for unit_id, members in by_unit.items():
        graded = [
            (row.quality_index, use.get(row.id, 0) + 1) for row in members if row.quality_index is not None
        ]
        overdue = [
            (now - row.overdue_at).days
            for row in members
            if row.overdue_at is not None and row.overdue_at <= now and row.status != "closed"
        ]
        weight = sum(each for _index, each in graded)
        days = means.get(unit_id, [])
        made.append(
            UnitRow(
                unit_id,
                sets=len(members),
                graded=len(graded),
                late=len(overdue),
                withheld=sum(bool(row.withheld) for row in members),
                closed=sum(row.status == "closed" for row in members),
                index=sum(index * each for index, each in graded) / weight if graded else None,
                days_late=float(median(overdue)) if overdue else None,
                use=sum(use.get(row.id, 0) for row in members),
                trends={span: trend(days, span, now.date()) for span in spans},
            )
        )
    return sorted(made, key=lambda row: (row.index is None, -(row.index or 0), row.unit_id))


def _daily_means(
    conditions: Sequence[sa.ColumnElement[bool]], since: dt.date
) -> dict[str, list[tuple[dt.date, float]]]:
    """Unit -> its mean index of each day on which any of its sets had one."""
    joined = sa.join(Package, ScoreDay, ScoreDay.package_id == Package.id).outerjoin(
        Score, Score.package_id == Package.id
    )
    rows = ckan_model.Session.execute(
        select(Package.owner_org, ScoreDay.day, sa.func.avg(ScoreDay.quality_index))
        .select_from(joined)
        .where(ScoreDay.day > since, ScoreDay.quality_index.is_not(None), *conditions)
        .group_by(Package.owner_org, ScoreDay.day)
        .order_by(ScoreDay.day)
    )
    found: dict[str, list[tuple[dt.date, float]]] = defaultdict(list)
    for unit_id, day, mean in rows:
        found[unit_id].append((day, float(mean)))
    return found
