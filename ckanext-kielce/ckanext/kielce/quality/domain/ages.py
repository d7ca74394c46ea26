"""The two ages of a table, content age and update age, and the days on which they cross a threshold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from .days import DayCounter, local_date, midnight
from .model import Status
from .newness import History
from .rhythm import Period
from .rules import RULES, Rules
from .thresholds import Thresholds, severity, whole_days


@dataclass(frozen=True, slots=True)
class Age:
    """An age in days, what it is counted from, and when it crosses the thresholds."""

    days: float
    anchor: datetime
    status: Status
    severity: float
    due_at: datetime | None
    overdue_at: datetime | None
    delinquent_at: datetime | None


def publication_lag(history: History, period_days: float, rules: Rules = RULES) -> int:
    """Return the usual days from the end of a period to its publication.

    Median over the last 5 periods that were seen as the newest when they came; before there are 3 that of the first
    period ever seen; at most one period, never negative.
    """
    came = [(local_date(move.at) - move.period).days for move in history.advances if move.period]
    if len(came) >= rules.lag_minimum:
        usual = int(median(came[-rules.lag_periods :]))
    elif history.first is not None and history.baseline_period is not None:
        seen = history.first.observed_at
        stated = history.first.last_modified
        if stated is not None and stated < seen and local_date(stated) >= history.baseline_period:
            seen = stated
        usual = (local_date(seen) - history.baseline_period).days
    else:
        usual = came[0] if came else 0
    return max(0, min(usual, int(period_days)))


def _age_in_days(
    start: date, anchor: datetime, now: datetime, limits: Thresholds, counter: DayCounter, rules: Rules
) -> Age:
    days = counter.count(start, local_date(now))

    def crossing(limit: float) -> datetime | None:
        reached = counter.reach(start, whole_days(limit))
        return midnight(reached) if reached else None

    return Age(
        days,
        anchor,
        limits.status(days),
        severity(days, limits, rules),
        crossing(limits.due),
        crossing(limits.overdue),
        crossing(limits.delinquent),
    )


def content_age(
    history: History, now: datetime, period: Period, counter: DayCounter, rules: Rules = RULES
) -> Age | None:
    """Return the age of the newest period: now - (its end + publication lag); None of an undated table."""
    if history.newest_period is None:
        return None
    end = history.newest_period
    start = end + timedelta(days=publication_lag(history, period.days, rules))
    limits = period.limits(midnight(end), period_end=True, rules=rules)
    return _age_in_days(start, midnight(end), now, limits, counter, rules)


def update_age(
    history: History,
    now: datetime,
    period: Period,
    counter: DayCounter,
    reviewed_at: datetime | None,
    rules: Rules = RULES,
) -> Age | None:
    """Return the age of the last new content; None where no content was ever seen.

    A coordinator's review counts as new content for one period; then it is as if it had not been.
    """
    last = history.last_new_content
    if last is None:
        return None
    limits = period.limits(last, rules=rules)
    own = _age_in_days(local_date(last), last, now, limits, counter, rules)
    if reviewed_at is None or not last < reviewed_at <= now:
        return own
    review_limits = period.limits(reviewed_at, rules=rules)
    reviewed = _age_in_days(local_date(reviewed_at), reviewed_at, now, review_limits, counter, rules)
    if reviewed.due_at is None or now >= reviewed.due_at:
        return own
    later = [
        max(own_at, reviewed.due_at) if own_at else None
        for own_at in (own.due_at, own.overdue_at, own.delinquent_at)
    ]
    return Age(reviewed.days, reviewed_at, reviewed.status, reviewed.severity, later[0], later[1], later[2])


def live_age(anchor: datetime | None, now: datetime, limits: Thresholds, rules: Rules = RULES) -> Age | None:
    """Return the age of live data in fractions of a day, counted from a moment."""
    if anchor is None:
        return None
    days = max(0.0, (now - anchor).total_seconds() / 86400)
    return Age(
        days,
        anchor,
        limits.status(days),
        severity(days, limits, rules),
        anchor + timedelta(days=limits.due),
        anchor + timedelta(days=limits.overdue),
        anchor + timedelta(days=limits.delinquent),
    )
