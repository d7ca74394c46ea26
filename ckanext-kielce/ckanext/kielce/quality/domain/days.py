"""Counting days: whole days in Warsaw, working days, seasons, calendar months.

An age is a number of whole days between two dates of the Polish calendar, so that a status turns at midnight
in Kielce. A `DayCounter` says which days count at all.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from datetime import time as clock
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

WARSAW = ZoneInfo("Europe/Warsaw")
FAR = 40 * 366
"""Days after which a counter gives up looking for a date."""


def local_date(moment: datetime) -> date:
    """Return the day in Warsaw of a timezone-aware moment."""
    return moment.astimezone(WARSAW).date()


def midnight(day: date) -> datetime:
    """Return the moment in Warsaw at which a day begins."""
    return datetime.combine(day, clock.min, tzinfo=WARSAW)


def add_months(day: date, months: int, *, keep_month_end: bool = False) -> date:
    """Return the same day `months` later, cut to the month's length (31 January + 1 = 28 February).

    With `keep_month_end` the last day of a month stays a last day: the period after September ends on 31 October.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    last = monthrange(year, month + 1)[1]
    at_end = keep_month_end and day.day == monthrange(day.year, day.month)[1]
    return date(year, month + 1, last if at_end else min(day.day, last))


@lru_cache(maxsize=64)
def _polish_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("PL", years=year))


def is_working_day(day: date) -> bool:
    """Monday to Friday and no public holiday in Poland."""
    return day.weekday() < 5 and day not in _polish_holidays(day.year)


@dataclass(frozen=True, slots=True)
class DayCounter:
    """Counts the days that age a dataset.

    `working_only` leaves out weekends and Polish holidays; `empty_months` (1-12) leaves out the months in which
    this set never has anything new.
    """

    working_only: bool = False
    empty_months: frozenset[int] = frozenset()

    @property
    def plain(self) -> bool:
        """Whether every day counts."""
        return not self.working_only and not self.empty_months

    def counts(self, day: date) -> bool:
        """Whether a day ages the set."""
        if day.month in self.empty_months:
            return False
        return not self.working_only or is_working_day(day)

    def count(self, start: date, end: date) -> int:
        """Return the days after `start` up to `end` inclusive that count; 0 where end isn't after start."""
        span = (end - start).days
        if span <= 0:
            return 0
        if self.plain:
            return span
        return sum(self.counts(start + timedelta(days=step)) for step in range(1, span + 1))

    def reach(self, start: date, days: int) -> date | None:
        """Return the first date on which `count(start, date) >= days`; None if not within forty years."""
        if days <= 0:
            return start
        if self.plain:
            return start + timedelta(days=days) if days <= FAR else None
        seen = 0
        for step in range(1, FAR):
            day = start + timedelta(days=step)
            seen += self.counts(day)
            if seen >= days:
                return day
        return None
