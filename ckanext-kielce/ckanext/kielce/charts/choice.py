"""Which chart says something about a table. Pure: columns with a sample of their values in, a chart's description out.

The rules are in ``rules.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from ckanext.kielce.common.periods import name_words, parse_period
from ckanext.kielce.tables.shared import Field

Role = Literal["time", "category", "quantity", ""]
KINDS = ("line", "columns", "bars")
AGGREGATES = ("sum", "mean", "count", "min", "max")
#: Years that a column of years may hold.
YEARS = range(1800, 2101)
COUNT = "count"


@cache
def rules() -> dict[str, Any]:
    """The table of rules."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("rules.yaml").read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True, slots=True)
class Facts:
    """What a column is for a chart, how many values it has in the sample, and whether each of them stands there once."""

    field: Field
    role: Role
    distinct: int = 0
    once: bool = False

    @property
    def title(self) -> str:
        """What people call it."""
        return self.field.label or self.field.id


@dataclass(frozen=True, slots=True)
class Spec:
    """A chart: names of columns; ``y`` empty with aggregate "count"; ``group`` empty without groups."""

    kind: str
    x: str
    y: str = ""
    group: str = ""
    aggregate: str = "sum"

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of its address."""
        named = (
            ("ck", self.kind),
            ("cx", self.x),
            ("cy", self.y),
            ("cg", self.group),
            ("ca", self.aggregate),
        )
        return [(name, value) for name, value in named if value]


def facts(fields: Sequence[Field], rows: Sequence[Sequence[Any]]) -> list[Facts]:
    """What each column is, from its kind, name and the values of a sample of rows."""
    found = []
    for at, field in enumerate(fields):
        values = [row[at] for row in rows if row[at] is not None and row[at] != ""]
        distinct = len({str(value) for value in values})
        found.append(
            Facts(field, _role(field, values, distinct, len(rows)), distinct, distinct == len(values))
        )
    return found


def _role(field: Field, values: Sequence[Any], distinct: int, rows: int) -> Role:
    known, words = rules(), name_words(field.id)
    if not values:
        return ""
    if field.kind in ("date", "datetime"):
        return "time" if distinct > 1 else ""
    if field.kind == "number":
        # A column named "period" may be called "Year".
        if (words | name_words(field.label or "")) & set(known["years"]) and all(
            value == int(value) and int(value) in YEARS for value in values
        ):
            return "time" if distinct > 1 else ""
        return "" if words & {*known["naming"], *known["places"]} else "quantity"
    if field.kind == "boolean":
        return "category"
    if field.kind != "text":
        return ""
    if distinct > 1 and sum(parse_period(value) is not None for value in values) >= known["time_share"] * len(
        values
    ):
        return "" if words & set(known["naming"]) - set(known["years"]) else "time"
    unlike = distinct <= known["most_categories"] and (
        rows <= known["few_rows"] or distinct <= known["naming_share"] * len(values)
    )
    return "category" if distinct > 1 and unlike else ""


def choose(columns: Sequence[Facts]) -> Spec | None:
    """The first chart of a table; None when nothing can be shown."""
    by_role = {
        role: [column for column in columns if column.role == role]
        for role in ("time", "category", "quantity")
    }
    for rule in rules()["first"]:
        x = by_role[rule["x"]]
        y = by_role["quantity"] if rule["y"] == "quantity" else []
        if not x or (rule["y"] == "quantity" and not y):
            continue
        # Rows that are named by a category, one each, and share their years are no series: cities side by side.
        if rule["kind"] == "line" and not x[0].once and any(column.once for column in by_role["category"]):
            continue
        spec = Spec(rule["kind"], x[0].field.id, aggregate=COUNT)
        if y:
            spec = replace(spec, y=y[0].field.id, aggregate=aggregate_of(y[0].field))
        if rule["kind"] == "line":
            few = [column for column in by_role["category"] if column.distinct <= rules()["most_lines"]]
            spec = replace(spec, group=few[0].field.id if few else "")
        return spec
    return None


def aggregate_of(field: Field) -> str:
    """How values of a quantity are put together: shares and prices are averaged, amounts added up."""
    known = rules()
    if field.unit in known["mean_units"] or name_words(field.id) & set(known["mean_words"]):
        return "mean"
    return "sum"


def asked(args: Mapping[str, Sequence[str]], columns: Sequence[Facts]) -> Spec | None:
    """The chart that an address asks for, each part that does not fit replaced by that of the first chart."""
    first = choose(columns)
    by_id = {column.field.id: column for column in columns}
    if first is None and not by_id:
        return None

    def given(name: str) -> str:
        return next(iter(args.get(name) or ()), "")

    x = given("cx") if given("cx") in by_id else (first.x if first else "")
    if not x:
        return None
    numbers = {column.field.id for column in columns if column.field.kind == "number"}
    touched = any(given(name) for name in ("ck", "cx", "cy", "cg", "ca"))
    y = given("cy") if given("cy") in numbers else ("" if touched or not first else first.y)
    aggregate = given("ca") if given("ca") in AGGREGATES else ""
    if not aggregate or (aggregate != COUNT and not y):
        aggregate = aggregate_of(by_id[y].field) if y else COUNT
    group = (
        given("cg")
        if given("cg") in by_id and given("cg") != x
        else ("" if touched or not first else first.group)
    )
    kind = given("ck") if given("ck") in KINDS else ""
    if not kind:
        kind = "line" if by_id[x].role == "time" and y else "columns" if by_id[x].role == "time" else "bars"
    return Spec(kind, x, "" if aggregate == COUNT else y, group, aggregate)
