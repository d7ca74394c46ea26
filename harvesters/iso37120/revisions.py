"""Tables that succeed each other: which of them are new to the store, and what is in force after them. Pure.

Values are rows as the store publishes them (``indicator``, ``area``, ``period``, ``value``, ``status``, ``as_printed`` …,
numbers as text so that none is rounded).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ckanext.kielce.indicators.shared import IndicatorTable, Value

Row = dict[str, Any]
Key = tuple[str, str, str]
#: What makes two values the same value.
SAME = ("value", "status", "as_printed")


def text(value: Any) -> str | None:
    """A number as text without exponent and closing zeros; None for no data."""
    if value is None:
        return None
    plain = f"{Decimal(str(value)):f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def from_store(row: Mapping[str, Any]) -> Row:
    """A row of ``kielce_indicator_values``."""
    names = (
        "indicator",
        "area",
        "period",
        "status",
        "as_printed",
        "reason_pl",
        "reason_en",
        "revision",
        "source",
    )
    return {**{name: row[name] for name in names}, "value": text(row["value"])}


def from_table(value: Value, source: str) -> Row:
    """A value read from a table that the store does not know yet."""
    return {
        "indicator": value.indicator,
        "area": value.area,
        "period": value.period,
        "value": text(value.value),
        "status": value.status,
        "as_printed": value.as_printed,
        "reason_pl": value.reason("pl"),
        "reason_en": value.reason("en"),
        "revision": 1,
        "source": source,
    }


def key(row: Row) -> Key:
    """What a value is of."""
    return row["indicator"], row["area"], row["period"]


def _same(one: Row, other: Row) -> bool:
    return all(one[name] == other[name] for name in SAME)


class Store:
    """The store's values: all revisions, and those in force."""

    def __init__(self, revisions: Iterable[Row]) -> None:
        self._all: dict[Key, list[Row]] = {}
        for row in revisions:
            self._all.setdefault(key(row), []).append(row)
        for rows in self._all.values():
            rows.sort(key=lambda row: row["revision"])

    def knows(self, table: IndicatorTable, source: str) -> bool:
        """Whether this table was imported already, so that importing it again could only bring old values back.

        Of each value: what came from this file last is the same, or, when nothing did, some revision is (a table repeats what an
        earlier one said). A table of which nothing ever came counts as known only when all of it is in force.
        """
        ours = False
        in_force = True
        for value in table.values:
            row = from_table(value, source)
            rows = self._all.get(key(row), [])
            own = [each for each in rows if each["source"] == source]
            ours = ours or bool(own)
            in_force = in_force and bool(rows) and _same(rows[-1], row)
            if not (_same(own[-1], row) if own else any(_same(each, row) for each in rows)):
                return False
        return ours or in_force

    def add(self, table: IndicatorTable, source: str) -> None:
        """What the import of this table would make of the store."""
        for value in table.values:
            row = from_table(value, source)
            rows = self._all.setdefault(key(row), [])
            if not rows or not _same(rows[-1], row):
                row["revision"] = rows[-1]["revision"] + 1 if rows else 1
                rows.append(row)

    def of(self, code: str) -> list[Row]:
        """The values of an indicator in force, by area and period; one that replaced another says which (``before``)."""
        found = []
        for rows in self._all.values():
            if rows[-1]["indicator"] == code:
                before = rows[-2]["value"] if len(rows) > 1 else None
                found.append({**rows[-1], "before": before})
        return sorted(found, key=lambda row: (row["area"], row["period"]))


def newest(rows: Sequence[Row]) -> Row | None:
    """The value of the newest period; a gap only when there is no value at all, one without a year only when none has one."""
    return max(rows, key=lambda row: (row["value"] is not None, row["period"]), default=None)
