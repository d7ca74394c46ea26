"""When to expect the next new content, and how likely the set is to become overdue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from .days import FAR, DayCounter, local_date, midnight
from .model import Forecast
from .rhythm import quantile
from .rules import RULES, Rules


def probability_without_update(lengths: Sequence[float], age: float, until_age: float) -> float:
    """Return the chance, 0-1, that nothing new comes before `until_age` given that nothing came up to `age`.

    From past gaps in days; half a gap is added to each side, so that few gaps never make it certain.
    """
    if until_age <= age:
        return 1.0
    still_open = [length for length in lengths if length > age]
    late = sum(length >= until_age for length in still_open)
    return (late + 0.5) / (len(still_open) + 1)


def probability_overdue_by(
    day: date, *, lengths: Sequence[float], last: datetime, overdue_on: date | None, now: datetime
) -> float:
    """Return the probability, 0-1, that the set will be overdue on a given day."""
    if overdue_on is None or day < overdue_on:
        return 0.0
    start = local_date(last)
    return probability_without_update(lengths, (local_date(now) - start).days, (overdue_on - start).days)


def _shift(start: date, days: float, counter: DayCounter) -> datetime:
    reached = counter.reach(start, round(days)) or start + timedelta(days=min(round(days), FAR))
    return midnight(reached)


def forecast(
    lengths: Sequence[float],
    last: datetime,
    now: datetime,
    period_days: float,
    overdue_on: date,
    counter: DayCounter,
    rules: Rules = RULES,
) -> Forecast:
    """Return the median next update with its 80 % interval, and the probability of being overdue.

    `lengths`: past gaps in days that counted; fewer than three say less than the declared period does.
    """
    start, today = local_date(last), local_date(now)
    age = counter.count(start, today)
    used = list(lengths)[-rules.learn_last :]
    if len(used) < rules.forecast_minimum:
        low, high = (share * period_days for share in rules.forecast_declared_spread)
        middle, based_on, used = period_days, 0, []
    else:
        # What has already lasted longer than a past gap can't end like it.
        possible = [length for length in used if length > age] or used
        low, high = quantile(possible, rules.forecast_low), quantile(possible, rules.forecast_high)
        middle, based_on = quantile(possible, 0.5), len(used)
    overdue_age = counter.count(start, overdue_on)
    return Forecast(
        median=_shift(start, middle, counter),
        earliest=_shift(start, low, counter),
        latest=_shift(start, high, counter),
        overdue_at=midnight(overdue_on),
        probability_overdue=round(probability_without_update(used, age, overdue_age), 3),
        based_on=based_on,
    )
