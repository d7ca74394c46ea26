"""What the columns of a table are for: time, labels of members, quantities; and the series that come of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import cached_property
from itertools import pairwise
from statistics import median

from ckanext.kielce.common.periods import TIME_COLUMN_MINIMUM, Period, name_words, time_column_score
from ckanext.kielce.common.things import REGISTER_MINIMUM, is_grid, is_identity, several_years

from .cells import is_blank, number, period, periods, sentinel
from .rules import CHECK_RULES, CheckRules
from .table import Table

_SAMPLE = 40
_BARE_DIGITS = re.compile(r"\d+")
_FRACTION = re.compile(r"[+\-−]?\d*[.,]\d+")
_PART_WORDS = {
    "miesiac": "{y}-{n:02d}", "mies": "{y}-{n:02d}", "month": "{y}-{n:02d}", "mc": "{y}-{n:02d}",
    "kwartal": "{y}-Q{n}", "kw": "{y}-Q{n}", "quarter": "{y}-Q{n}", "tydzien": "{y}-W{n:02d}", "week": "{y}-W{n:02d}",
}  # fmt: skip
"""Word in the name of a column that parts a year -> how both together are written."""
_ROMAN = {
    "I": 1,
    "II": 2,
    "III": 3,
    "IV": 4,
    "V": 5,
    "VI": 6,
    "VII": 7,
    "VIII": 8,
    "IX": 9,
    "X": 10,
    "XI": 11,
    "XII": 12,
}
_STEPS: tuple[tuple[float, str], ...] = (
    (4.5, "day"), (20, "week"), (60, "month"), (140, "quarter"), (270, "half"), (10**9, "year"),
)  # fmt: skip
GRAIN_DAYS = {
    "day": 1,
    "week": 7,
    "month": 30.44,
    "quarter": 91.3,
    "half": 182.6,
    "year": 365.25,
    "school_year": 365.25,
}


def spread(cells: Sequence[str], most: int = _SAMPLE) -> list[str]:
    """Some of the cells that hold something, from all over the column."""
    full = [cell for cell in cells if cell]
    return full if len(full) <= most else full[:: len(full) // most][:most]


def looks_like_time(cells: Sequence[str]) -> bool:
    """Whether it is worth reading a column as periods: cheap, and wrong on the generous side only."""
    if not cells or not any(ch.isdigit() for ch in cells[0]):
        return False
    bare = [cell for cell in cells if _BARE_DIGITS.fullmatch(cell)]
    if len(bare) == len(cells):
        return all(len(cell) in (4, 6, 8) for cell in cells)
    fractions = sum(1 for cell in cells if _FRACTION.fullmatch(cell) and period(cell) is None)
    return fractions < 0.1 * len(cells)


def time_score(name: str, cells: Sequence[str]) -> float:
    """How surely a column says when; 0 for a date that describes a thing (year of construction, end of contract)."""
    sample = spread(cells)
    return time_column_score(name, sample) if looks_like_time(sample) else 0.0


def describes_thing(name: str, rules: CheckRules = CHECK_RULES) -> bool:
    """Whether a date column describes a thing rather than the time of its row ("tydzień od" says when, "data od" not)."""
    words = name_words(name)
    return bool(
        words & rules.attribute_words - (rules.bound_words if words & rules.span_words else frozenset())
    )


def years_of_things(table: Table, name: str, cells: Sequence[str]) -> bool:
    """Whether a column of years describes things: rows have names or ids of their own and make no series."""
    rows = len(cells)
    read = [found for found in map(period, spread(cells)) if found is not None]
    if rows < REGISTER_MINIMUM or not several_years(read, rows):
        return False
    others = [(other, values) for other, values in table.columns() if other != name]
    if not any(is_identity(other) and len(set(values)) == rows for other, values in others):
        return False
    years = len(set(cells))
    return not any(
        is_grid(rows, len(set(values)), years, len(set(zip(values, cells, strict=True))))
        for _, values in others
    )


def parts_of_year(name: str, cells: Sequence[str]) -> Sequence[str]:
    """Months, quarters and weeks by their numbers ("lipiec" and "VII" are "7") in a column named after such parts."""
    if not name_words(name) & set(_PART_WORDS):
        return cells
    return [cell if (number := _part(cell)) is None else str(number) for cell in cells]


def _part(cell: str) -> int | None:
    if cell.isdigit() and len(cell) < 3:
        return int(cell)
    if cell.upper() in _ROMAN:
        return _ROMAN[cell.upper()]
    found = period(f"{cell} 2000")
    return found.start.month if found is not None and found.grain == "month" else None


def find_time(table: Table, rules: CheckRules = CHECK_RULES) -> tuple[str, str | None]:
    """The name of the column of time, and of one that parts its years (months as 1-12); ("", None): undated."""
    best, chosen = 0.0, ""
    for name, cells in table.columns():
        if describes_thing(name, rules):
            continue
        score = time_score(name, cells)
        if score > best and not years_of_things(table, name, cells):
            best, chosen = score, name
    if best < TIME_COLUMN_MINIMUM:
        return "", None
    sample = spread(table.column(chosen), 12)
    if all(found is not None and found.grain == "year" for found in map(period, sample)):
        for name, cells in table.columns():
            words = name_words(name) & set(_PART_WORDS)
            if name != chosen and words and all(_part(cell) is not None for cell in spread(cells, 12)):
                return chosen, name
    return chosen, None


class Panel:
    """A table as series: `time` names the column of time ("" if undated), `dims` the labels, `measures` the quantities.

    `periods` holds each row's period; sentinels and what is no period are None there.
    """

    def __init__(self, table: Table, time: tuple[str, str | None], rules: CheckRules = CHECK_RULES) -> None:
        self.rules = rules
        self.table = table
        self.header, self.rows, self.lines = table.header, table.rows, table.lines
        self.time, self.part = time
        if self.time and self.time not in table.header:
            self.time, self.part = "", None
        if not self.time:
            self._melt()
        self.periods: list[Period | None] = self._periods()
        self._roles()

    # --- shape

    def _melt(self) -> None:
        """A column for each year becomes a row for each: only then does the table say when."""
        wide = [
            index
            for index, name in enumerate(self.header)
            if len(name) >= 4 and any(c.isdigit() for c in name) and period(name) is not None
        ]
        if len(wide) < 3 or len(wide) * 2 < len(self.header):
            return
        kept = [index for index in range(len(self.header)) if index not in wide]
        rows = [[row[i] for i in kept] + [self.header[at], row[at]] for row in self.rows for at in wide]
        self.lines = [line for line in self.lines for _ in wide]
        self.header = [self.header[i] for i in kept] + ["okres", "wartosc"]
        self.rows = rows
        self.time = "okres"

    def _periods(self) -> list[Period | None]:
        if not self.time:
            return [None] * len(self.rows)
        at = self.header.index(self.time)
        if self.part and self.part in self.header:
            beside = self.header.index(self.part)
            form = _PART_WORDS[next(iter(sorted(name_words(self.part) & set(_PART_WORDS))))]
            found = []
            for row in self.rows:
                year, part = period(row[at]), _part(row[beside])
                text = form.format(y=year.start.year, n=part) if year is not None and part is not None else ""
                found.append(period(text))
        else:
            found = periods(self.time, [row[at] for row in self.rows])
        return [None if item is None or sentinel(item) else item for item in found]

    def _roles(self) -> None:
        self.dims: list[str] = []
        self.measures: list[str] = []
        integers: list[tuple[int, str]] = []
        cells = list(zip(*self.rows, strict=True)) if self.rows else [() for _ in self.header]
        self.cells: dict[str, tuple[str, ...]] = dict(zip(self.header, cells, strict=True))
        count = len(self.rows)
        alone = bool(self.time) and len(set(self.periods)) >= 0.98 * count  # a row a period: no labels needed
        for name, values in self.cells.items():
            if name in (self.time, self.part) or not name:
                continue
            distinct = set(values)
            full = [cell for cell in values if not is_blank(cell)]
            if not full:
                continue
            numeric = sum(number(cell) is not None for cell in full) >= self.rules.number_share * len(full)
            if not numeric:
                if len(distinct) <= min(self.rules.members_most, max(3, count / 2)):
                    self.dims.append(name)
                continue
            whole = all(cell.isdigit() for cell in distinct if not is_blank(cell))
            coded = bool(name_words(name) & self.rules.code_words) and not alone
            if whole and coded and len(distinct) <= max(3, count / 2):
                self.dims.append(name)
                continue
            self.measures.append(name)
            if whole and len(distinct) <= max(2, count / 3):
                integers.append((len(distinct), name))
        if self.time:
            before = (list(self.dims), list(self.measures))
            for _, name in sorted(integers):
                if self.unique or len(self.measures) < 2:
                    break
                self.measures.remove(name)
                self.dims.append(name)
            if not self.unique or (self.dims != before[0] and self._numbered()):
                # Rows that these numbers don't tell apart, or that have numbers of their own, are events or answers: a
                # duration in minutes is no member of anything.
                self.dims, self.measures = before
        self.dims = [name for name in self.dims if len(set(self.cells[name])) > 1 or not self.time]

    def _numbered(self) -> bool:
        """Whether a column of numbers of its own tells the rows apart."""
        return any(
            name_words(name) & self.rules.row_words and len(set(values)) == len(values) > 2
            for name, values in self.cells.items()
            if name not in (self.time, self.part)
        )

    @cached_property
    def key_dims(self) -> list[str]:
        """The labels needed to tell rows of one period apart; others (a status, a name beside a code) only describe."""
        if not self.time or not self.unique:
            return self.dims
        kept = list(self.dims)
        for name in reversed(self.dims):
            columns = [self.cells[other] for other in kept if other != name]
            if len(set(zip(self.periods, *columns, strict=True))) >= 0.98 * len(self.rows):
                kept.remove(name)
        return kept

    @cached_property
    def keys(self) -> list[tuple[str, ...]]:
        """Each row's labels."""
        columns = [self.cells[name] for name in self.key_dims]
        return list(zip(*columns, strict=True)) if columns else [()] * len(self.rows)

    @property
    def unique(self) -> bool:
        """Whether period and labels tell the rows apart (else the table lists events)."""
        columns = [self.cells[name] for name in self.dims]
        seen = set(zip(self.periods, *columns, strict=True))
        return len(seen) >= 0.98 * len(self.rows)

    # --- time

    def ends(self, until: date | None = None, *, begun: date | None = None) -> list[date]:
        """The last days of the distinct periods that hold values, oldest first.

        :param until: periods that end later are left out
        :param begun: periods that begin later are left out (pupils are counted while their school year lasts)
        """
        found = {
            item.end
            for item, full in zip(self.periods, self.filled, strict=True)
            if item is not None
            and full
            and (until is None or item.end <= until)
            and (begun is None or item.start <= begun)
        }
        return sorted(found)

    @cached_property
    def filled(self) -> list[bool]:
        """Whether a row holds any quantity (any other cell, where the table has no quantities)."""
        if not self.time or not self.measures:
            return [True] * len(self.rows)
        columns = [self.cells[name] for name in self.measures]
        return [any(not is_blank(cell) for cell in row) for row in zip(*columns, strict=True)]

    @cached_property
    def grain(self) -> str:
        """The step from one period to the next: days that are ends of months come monthly."""
        return self.grain_by(self.ends())

    def grain_by(self, ends: Sequence[date]) -> str:
        """The same by the last days of other periods, such as those of all versions."""
        grains = Counter(item.grain for item in self.periods if item is not None)
        if not grains:
            return "day"
        named = grains.most_common(1)[0][0]
        if len(ends) < 3:
            return named
        step = median((b - a).days for a, b in pairwise(ends))
        stepped = next(grain for most, grain in _STEPS if step <= most)
        return stepped if GRAIN_DAYS[stepped] > GRAIN_DAYS[named] + 2 else named

    # --- series

    @cached_property
    def series(self) -> dict[tuple[str, tuple[str, ...]], dict[date, float]]:
        """(quantity, labels) -> last day of a period -> number; empty where rows aren't told apart."""
        found: dict[tuple[str, tuple[str, ...]], dict[date, float]] = {}
        if not self.time or not self.unique:
            return found
        for name in self.measures:
            for cell, when, key in zip(self.cells[name], self.periods, self.keys, strict=True):
                value = number(cell) if when is not None else None
                if value is not None and when is not None:
                    found.setdefault((name, key), {})[when.end] = value
        return found

    @cached_property
    def cells_by_key(self) -> dict[tuple[str, tuple[object, ...]], float]:
        """(quantity, period and labels) -> number, for comparing the same cell of two versions."""
        if self.time:
            return {
                (name, (end, *key)): value
                for (name, key), values in self.series.items()
                for end, value in values.items()
            }
        found: dict[tuple[str, tuple[object, ...]], float] = {}
        for at, name in enumerate(self.header):
            cells = self.cells.get(name, ())
            if at < 3 and name not in self.dims and len(set(cells)) == len(cells) > 1:
                return self._by_identity(name)
        if self.key_dims and len(set(self.keys)) == len(self.keys):
            for name in self.measures:
                for cell, key in zip(self.cells[name], self.keys, strict=True):
                    value = number(cell)
                    if value is not None:
                        found[name, key] = value
        return found

    def _by_identity(self, identity: str) -> dict[tuple[str, tuple[object, ...]], float]:
        found: dict[tuple[str, tuple[object, ...]], float] = {}
        for name in self.measures:
            if name == identity:
                continue
            for cell, key in zip(self.cells[name], self.cells[identity], strict=True):
                value = number(cell)
                if value is not None:
                    found[name, (key,)] = value
        return found

    def row_of(self, column: str, value: str, last: date | None = None) -> int | None:
        """The line in the file of the last row with a label (in a period, if one is given)."""
        cells = self.cells.get(column, ())
        for index in range(len(cells) - 1, -1, -1):
            when = self.periods[index]
            if cells[index] == value and (last is None or (when is not None and when.end == last)):
                return self.lines[index]
        return None
