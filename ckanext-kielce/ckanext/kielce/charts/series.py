"""The numbers of a chart: added up by the database, put in order here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ckanext.kielce.charts.choice import COUNT, Facts, Spec, rules
from ckanext.kielce.common.periods import parse_period
from ckanext.kielce.tables.shared import Field, View, rows
from psycopg2 import sql

#: Groups that the database gives at most; of more the largest are kept.
MOST = 5000
#: Steps of time, finest first, each with the days that one step takes at least.
STEPS = (("hour", 1 / 24), ("day", 1), ("month", 28), ("year", 365))


@dataclass(slots=True)
class Series:
    """One line or one set of bars: values by place in ``Chart.places``, None where there is none."""

    name: str
    values: list[float | None]


@dataclass(slots=True)
class Chart:
    """What is drawn. ``places`` are the values of x in order: text, number, day or moment."""

    spec: Spec
    x: Field
    y: Field | None
    places: list[Any]
    series: list[Series]
    step: str = ""
    left_out: int = 0
    groups_left_out: int = 0
    single: bool = False
    totals: dict[str, Any] = field(default_factory=dict)


def sample(cursor: Any, resource_id: str, fields: Sequence[Field]) -> list[Sequence[Any]]:
    """The first rows of a table, to tell what its columns are."""
    page = rows.read_page(cursor, resource_id, list(fields), View(), int(rules()["sample"]))
    return page.rows


def read(cursor: Any, resource_id: str, columns: Sequence[Facts], spec: Spec, view: View) -> Chart:
    """The numbers of a chart of a view."""
    by_id = {column.field.id: column.field for column in columns}
    x, y, group = by_id[spec.x], by_id.get(spec.y), by_id.get(spec.group)
    table, wanted = sql.Identifier(resource_id), rows.where(view, by_id)
    step = _step(cursor, table, wanted, x) if x.kind in ("date", "datetime") else ""
    place: sql.Composable = sql.Identifier(x.id)
    if step:
        place = sql.SQL("date_trunc({}, {})").format(sql.Literal(step), place)
    name = sql.SQL("{}::text").format(sql.Identifier(group.id)) if group else sql.SQL("NULL::text")
    cursor.execute(
        sql.SQL(
            "SELECT {} AS place, {} AS name, {} AS value, count(*) FROM {} WHERE {} AND {} IS NOT NULL "
            "GROUP BY 1, 2 ORDER BY count(*) DESC, 1, 2 LIMIT {}"
        ).format(place, name, _value(spec, y), table, wanted, sql.Identifier(x.id), sql.Literal(MOST))
    )
    return arranged(cursor.fetchall(), spec, x, y, step)


def _value(spec: Spec, y: Field | None) -> sql.Composable:
    if spec.aggregate == COUNT or y is None:
        return sql.SQL("count(*)")
    word = {"sum": "sum", "mean": "avg", "min": "min", "max": "max"}[spec.aggregate]
    return sql.SQL("{}({})").format(sql.SQL(word), sql.Identifier(y.id))  # type: ignore[arg-type]


def _step(cursor: Any, table: sql.Composable, wanted: sql.Composable, x: Field) -> str:
    """The finest step of time that leaves few enough points."""
    name = sql.Identifier(x.id)
    cursor.execute(
        sql.SQL(
            "SELECT min({0}), max({0}), count(DISTINCT {0}) FROM (SELECT {0} FROM {1} WHERE {2} LIMIT 200000) few"
        ).format(name, table, wanted)
    )
    first, last, number = cursor.fetchone()
    most = int(rules()["most_points"])
    if first is None or last is None:
        return "day"
    days = (last - first).total_seconds() / 86400
    for step, length in STEPS:
        if step == "hour" and x.kind == "date":
            continue
        if days / length <= most or (step == "day" and x.kind == "date" and number <= most):
            return step
    return "year"


def arranged(found: Sequence[Sequence[Any]], spec: Spec, x: Field, y: Field | None, step: str) -> Chart:
    """Rows of (place, group, value, number of rows) as a chart: places in order, the largest groups, the rest counted."""
    known = rules()
    by_group: dict[str, dict[Any, float | None]] = {}
    sizes: dict[str, float] = {}
    weight: dict[Any, float] = {}
    for place, name, value, _number in found:
        number = None if value is None else float(value)
        key = name if name is not None else ""
        place = _plain(place, step)
        by_group.setdefault(key, {})[place] = number
        sizes[key] = sizes.get(key, 0) + abs(number or 0)
        weight[place] = weight.get(place, 0) + abs(number or 0)
    groups = sorted(by_group, key=lambda key: (-sizes[key], key))[: known["most_lines"]]
    places = (
        sorted(weight, key=_rank)
        if _in_time(weight, x, step)
        else sorted(weight, key=lambda one: (-weight[one], str(one)))
    )
    most = known["most_bars"] if spec.kind == "bars" else known["most_points"]
    # Of a long time the newest points are shown, of categories the largest.
    shown = places[-most:] if _in_time(weight, x, step) else places[:most]
    return Chart(
        spec,
        x,
        y,
        shown,
        [Series(key, [by_group[key].get(place) for place in shown]) for key in groups],
        step=step,
        left_out=len(places) - len(shown),
        groups_left_out=len(by_group) - len(groups),
        single=all(row[3] == 1 for row in found),
    )


def _plain(place: Any, step: str) -> Any:
    if isinstance(place, dt.datetime) and step != "hour":
        return place.date()
    if isinstance(place, bool):
        return place
    return place


def _in_time(places: dict[Any, float], x: Field, step: str) -> bool:
    if step or x.kind == "number":
        return True
    known = sum(parse_period(place) is not None for place in places if isinstance(place, str))
    return bool(places) and known >= rules()["time_share"] * len(places)


def _rank(place: Any) -> Any:
    if not isinstance(place, str):
        return (0, place)
    period = parse_period(place)
    return (0, period.start, period.end) if period else (1, place)
