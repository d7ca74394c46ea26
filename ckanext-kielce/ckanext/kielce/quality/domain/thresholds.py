"""From a period to the ages at which a set is due, overdue and delinquent, and to the severity of an age."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from .days import add_months
from .frequency import Frequency
from .model import Status
from .rules import RULES, Rules

STATUS_ORDER: tuple[Status, ...] = ("fresh", "due", "overdue", "delinquent")
"""From best to worst."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Ages in days (fractions for live data only) at which a status is reached: at or above."""

    due: float
    overdue: float
    delinquent: float
    period: float

    def status(self, age: float) -> Status:
        """Return the status of an age in days."""
        if age >= self.delinquent:
            return "delinquent"
        if age >= self.overdue:
            return "overdue"
        return "due" if age >= self.due else "fresh"


def thresholds(period: float, rules: Rules = RULES) -> Thresholds:
    """Return the thresholds of a period in days: a row of the table, or between two rows by interpolation.

    Above the last row the last row is scaled, below the first one the first.
    """
    if period <= 0:
        raise ValueError("a period must be longer than nothing")
    table = rules.thresholds
    edge = table[0] if period <= table[0][0] else table[-1] if period >= table[-1][0] else None
    if edge is not None:
        scale = period / edge[0]
        return Thresholds(edge[1] * scale, edge[2] * scale, edge[3] * scale, period)
    for low, high in pairwise(table):
        if low[0] <= period <= high[0]:
            share = (period - low[0]) / (high[0] - low[0])
            due, overdue, delinquent = (
                low[column] + share * (high[column] - low[column]) for column in (1, 2, 3)
            )
            return Thresholds(due, overdue, delinquent, period)
    raise ValueError("the table of thresholds isn't sorted")  # pragma: no cover


def live_thresholds(period: float, check_interval: float | None, rules: Rules = RULES) -> Thresholds:
    """Return thresholds of live data (period under a day), in fractions of a day.

    The daily row scaled down, but never finer than two of our checks, and delinquent only after 24 hours.
    """
    unit = max(period, rules.live_checks * (check_interval or 0.0))
    base = thresholds(unit, rules)
    return Thresholds(base.due, base.overdue, max(base.delinquent, rules.live_delinquent_days), unit)


def calendar_thresholds(
    frequency: Frequency, anchor: date, *, period_end: bool = False, rules: Rules = RULES
) -> Thresholds:
    """Return thresholds counted from `anchor` in calendar months where the frequency has months.

    Whole periods in a threshold are calendar ones, what is left over is days: monthly from 5 October is due on
    5 November (31 days), overdue 14 days after that, delinquent on 5 December. `period_end` says that the anchor
    is the last day of a period, so that the period after September ends on 31 October.
    """
    base = thresholds(frequency.days, rules)
    if not frequency.months:
        return base

    def days_to(limit: float) -> int:
        whole = int(limit // frequency.days)
        moved = add_months(anchor, whole * frequency.months, keep_month_end=period_end)
        return (moved + timedelta(days=round(limit - whole * frequency.days)) - anchor).days

    return Thresholds(days_to(base.due), days_to(base.overdue), days_to(base.delinquent), frequency.days)


def severity(age: float, limits: Thresholds, rules: Rules = RULES) -> float:
    """Return S(age), 0-100: whole before due, falling in straight lines to delinquent, then halved each period."""
    full, at_overdue, at_delinquent, half = rules.severity_at
    if age < limits.due:
        return full
    if age < limits.overdue:
        return full - (full - at_overdue) * (age - limits.due) / (limits.overdue - limits.due)
    if age < limits.delinquent:
        span = limits.delinquent - limits.overdue
        return at_overdue - (at_overdue - at_delinquent) * (age - limits.overdue) / span
    return at_delinquent * half ** -((age - limits.delinquent) / limits.period)


def worse(first: Status, second: Status) -> Status:
    """Return the worse of two of fresh, due, overdue, delinquent."""
    return max(first, second, key=STATUS_ORDER.index)


def whole_days(limit: float) -> int:
    """Return the first whole number of days at or above a limit."""
    return math.ceil(limit - 1e-9)
