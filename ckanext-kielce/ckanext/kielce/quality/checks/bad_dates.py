"""Dates that are none: sentinels in a time column, and values more than 20 years from every other."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from ckanext.kielce.common.periods import name_words

from ..domain.model import Finding
from .base import Check, Scene, register
from .cells import is_blank, period, sentinel
from .history import History, day
from .panel import describes_thing, find_time, looks_like_time, spread, time_score, years_of_things

_YEAR = re.compile(r"(?<!\d)\d{4,5}(?!\d)")


@register
class BadDates(Check):
    """A time column holds a sentinel or a value far from every other.

    Forecasts that follow on, next year's schedule, contract ends and old entries of a register are sound.
    """

    code = "bad_dates"

    def findings(self, history: History, scene: Scene) -> Iterator[Finding]:
        """Yield one finding for each column."""
        table = history.newest.content.table
        main = find_time(table, self.rules)[0]
        today = day(history.as_of)
        for name, cells in table.columns():
            founded = years_of_things(table, name, cells)
            thing = founded or describes_thing(name, self.rules)
            if not (name == main or self._dated(name, cells, thing and not founded)):
                continue
            bad = self._bad(name, cells, thing=thing, today=today)
            if bad:
                first = cells.index(next(cell for cell in cells if cell in bad))
                yield self.found(
                    history,
                    "dates",
                    column=name,
                    row=table.lines[first],
                    value=cells[first],
                    count=sum(cell in bad for cell in cells),
                    share=sum(cell in bad for cell in cells) / max(1, len(cells)),
                    since=self._since(history, name, cells[first]),
                    certainty=0.9 if thing else 0.98,
                )

    def _dated(self, name: str, cells: list[str], thing: bool) -> bool:
        sample = [cell for cell in spread(cells) if not is_blank(cell)]
        read = [cell for cell in sample if period(cell) is not None]
        if len(read) < 0.6 * max(1, len(sample)) or not looks_like_time(read):
            return False
        sample = read
        if thing:
            days = sum(
                1
                for cell in sample
                if (when := period(cell)) is not None and when.grain == "day" and len(cell) >= 8
            )
            return days >= 0.6 * len(sample) and not all(cell.isdigit() for cell in sample)
        return time_score(name, sample) > 0.5

    def _bad(self, name: str, cells: list[str], *, thing: bool, today: date) -> set[str]:
        """The cells that are no real dates."""
        ends_open = bool(name_words(name) & self.rules.open_end_words)
        years: dict[str, float] = {}
        bad: set[str] = set()
        for cell in set(cells):
            if is_blank(cell):
                continue
            when = period(cell)
            year = when.end.year + when.end.timetuple().tm_yday / 366 if when is not None else _year(cell)
            if year is None:
                continue
            years[cell] = year
            if when is not None and sentinel(when) and not (ends_open and year > today.year):
                bad.add(cell)
        sound = sorted(year for cell, year in years.items() if cell not in bad)
        if thing:
            real = [year for year in sound if 1700 < year < today.year + 80]
            bad = {
                cell
                for cell in bad
                if years[cell] > today.year or _alone(years[cell], real, self.rules.isolated_years)
            }
            if ends_open:
                return bad
            late = {cell for cell, year in years.items() if year > today.year + self.rules.isolated_years}
            return bad | {
                cell for cell in late if _alone(years[cell], [y for y in real if y <= today.year + 5], 20)
            }
        return bad | self._far(years, sound, bad, today, Counter(cells))

    def _far(
        self, years: dict[str, float], sound: list[float], bad: set[str], today: date, rows: Counter[str]
    ) -> set[str]:
        """Values separated by more than 20 years from the bulk of the others."""
        limit = self.rules.isolated_years
        groups: list[list[float]] = []
        for year in sound:
            if groups and year - groups[-1][-1] <= limit:
                groups[-1].append(year)
            else:
                groups.append([year])
        if len(groups) < 2:
            return set()
        bulk = max(groups, key=len)

        def rows_of(group: list[float]) -> int:
            return sum(rows[cell] for cell, year in years.items() if cell not in bad and year in group)

        found: set[str] = set()
        for group in groups:
            few = len(group) == 1 or (
                len(group) <= self.rules.outliers_most and len(group) <= max(1, 0.2 * len(bulk))
            )
            many = len(group) <= self.rules.outliers_share * len(sound)
            beyond = group[0] > today.year + limit
            # Two years of many rows are as sure as three periods.
            known = len(bulk) >= 3 or rows_of(bulk) >= self.rules.bulk_rows * rows_of(group)
            if group is not bulk and known and (few or many or (beyond and len(group) < len(bulk))):
                found |= {cell for cell, year in years.items() if cell not in bad and year in group}
        return found

    def _since(self, history: History, name: str, cell: str) -> date:
        since = history.newest
        for item in reversed(history.versions[:-1]):
            if cell not in item.content.table.column(name):
                break
            since = item
        return day(since.at + timedelta(0))


def _year(cell: str) -> float | None:
    """The year of something written like a date that is none ("0202-03-01", "20223-05-01")."""
    found = _YEAR.search(cell)
    return float(found.group()) if found and len(cell) <= 20 else None


def _alone(year: float, others: list[float], limit: float) -> bool:
    return bool(others) and all(abs(year - other) > limit for other in others if other != year)
