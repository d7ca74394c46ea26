"""Which days age a table: working days and seasons, learned from its own content."""

from __future__ import annotations

from datetime import date, timedelta

from .days import DayCounter, add_months, is_working_day, local_date
from .newness import History
from .rules import RULES, Rules


def _data_days(history: History) -> set[date]:
    """Return the days that have content: days of a daily table, else days on which something new came."""
    latest = history.latest
    if history.dated:
        known = {move.period for move in history.advances if move.period}
        if latest is not None and latest.period_grain == "day":
            known |= set(latest.period_hashes)
            return {day for day in known if history.newest_period is None or day <= history.newest_period}
        return set()
    return {local_date(move.at) for move in history.advances}


def works_only_on_working_days(history: History, rules: Rules = RULES) -> bool:
    """Whether the last eight weeks of content show only Polish working days."""
    days = _data_days(history)
    if not days:
        return False
    last = max(days)
    start = last - timedelta(weeks=rules.working_weeks)
    inside = [day for day in days if day > start]
    covered = min(days) <= start + timedelta(days=4)
    return covered and len(inside) >= rules.working_shortest_evidence and all(map(is_working_day, inside))


def empty_months(history: History, rules: Rules = RULES) -> frozenset[int]:
    """Return the months (1-12) without any data in both of the last two years before the newest period.

    Counted back from the newest period and not from today, so that a dead set doesn't make itself a season.
    """
    if not history.dated or history.newest_period is None or history.latest is None:
        return frozenset()
    if history.latest.period_grain not in {"day", "week", "month"}:
        return frozenset()
    months = set(history.latest.active_months)
    if not months:
        months = {f"{day:%Y-%m}" for day in history.latest.period_hashes}
        months |= {f"{move.period:%Y-%m}" for move in history.advances if move.period}
    newest = history.newest_period.replace(day=1)
    window = [f"{add_months(newest, -back):%Y-%m}" for back in range(12 * rules.season_years)]
    if not months or min(months) > window[-1]:
        return frozenset()
    present = {int(month[5:]) for month in window if month in months}
    return frozenset(range(1, 13)) - present


def day_counter(history: History, period_days: float, rules: Rules = RULES) -> DayCounter:
    """Return the counter for a table judged by a period of so many days."""
    working = period_days < rules.working_below_days and works_only_on_working_days(history, rules)
    seasonal = period_days <= rules.season_longest_period
    return DayCounter(working, empty_months(history, rules) if seasonal else frozenset())
