"""The rhythm of a table: its cycles, the period it is judged by, punctuality, and what to expect next."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

from .days import local_date
from .frequency import Frequency, InForce
from .model import Observation
from .rules import RULES, Rules
from .thresholds import Thresholds, calendar_thresholds, thresholds


@dataclass(frozen=True, slots=True)
class Period:
    """The period a table is judged by."""

    days: float
    frequency: Frequency | None = None
    """Set where the declared period holds, so that calendar months are counted."""
    learned: bool = False
    open_ended: bool = False
    """Irregular or unknown: no promise of a rhythm."""

    def limits(self, anchor: datetime, *, period_end: bool = False, rules: Rules = RULES) -> Thresholds:
        """Return the thresholds for an age counted from `anchor`."""
        if self.frequency is not None and self.frequency.months:
            return calendar_thresholds(self.frequency, local_date(anchor), period_end=period_end, rules=rules)
        return thresholds(self.days, rules)


def quantile(values: Sequence[float], share: float) -> float:
    """Return a quantile by linear interpolation (0: smallest, 1: largest); ValueError on nothing."""
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def cycles(
    moments: Sequence[datetime], declared_days: float, *, merge: bool, rules: Rules = RULES
) -> list[datetime]:
    """Return the moments (oldest first) that begin cycles.

    With `merge` (undated tables) changes closer together than a quarter of the declared period are one cycle, the
    first of them, so that errata don't make a rhythm.
    """
    if not merge or declared_days <= 0:
        return list(moments)
    kept: list[datetime] = []
    for moment in moments:
        if not kept or (moment - kept[-1]).total_seconds() / 86400 >= rules.cycle_merge * declared_days:
            kept.append(moment)
    return kept


def gaps(moments: Sequence[datetime]) -> list[int]:
    """Return the whole days between neighbouring moments."""
    dates = [local_date(moment) for moment in moments]
    return [(second - first).days for first, second in pairwise(dates)]


def change_interval(unchanged: int, checks: int, interval_days: float) -> float:
    """Return the estimated days between changes where checks at equal intervals may miss some.

    Cho and Garcia-Molina: the rate is -ln((X + 0.5) / (n + 0.5)) per interval, X of n checks having seen no change.
    Infinite where every check saw none.
    """
    if checks <= 0 or not 0 <= unchanged <= checks:
        raise ValueError("unchanged must be among the checks")
    rate = -math.log((unchanged + 0.5) / (checks + 0.5))
    return interval_days / rate if rate > 0 else math.inf


@dataclass(frozen=True, slots=True)
class Checks:
    """How the portal looked: number of looks, how many saw no change, days between looks."""

    total: int
    unchanged: int
    interval_days: float
    equal: bool


def check_pattern(looks: Sequence[Observation], rules: Rules = RULES) -> Checks | None:
    """Return how often the portal looked, from observations and their counters; None from fewer than two looks."""
    steps: list[float] = []
    previous: datetime | None = None
    for item in looks:
        if previous is not None:
            steps.append((item.observed_at - previous).total_seconds() / 86400)
        last = item.last_checked_at or item.observed_at
        if item.checks > 1 and last > item.observed_at:
            steps += [(last - item.observed_at).total_seconds() / 86400 / (item.checks - 1)] * (
                item.checks - 1
            )
        previous = max(last, item.observed_at)
    if not steps:
        return None
    middle = median(steps)
    spread = quantile(steps, 0.75) - quantile(steps, 0.25)
    unchanged = sum(item.checks - 1 for item in looks)
    return Checks(
        len(steps), min(unchanged, len(steps)), middle, spread <= rules.equal_checks_spread * middle
    )


def learned_days(lengths: Sequence[float], rules: Rules = RULES) -> float | None:
    """Return 1.5 x the median of the last 12 cycles, when there are at least 6 and they agree; else None."""
    last = list(lengths)[-rules.learn_last :]
    if len(last) < rules.learn_from:
        return None
    middle = median(last)
    if middle <= 0 or quantile(last, 0.75) - quantile(last, 0.25) > rules.learn_spread * middle:
        return None
    return rules.learn_factor * middle


def irregular_days(lengths: Sequence[float], rules: Rules = RULES) -> float:
    """Return when an event-driven set is due: the 95th percentile of its last 20 gaps, 3 years until there are 8."""
    last = list(lengths)[-rules.irregular_last :]
    if len(last) < rules.irregular_from:
        return rules.irregular_default_days
    return max(1.0, quantile(last, rules.irregular_percentile))


def judged_period(
    force: InForce,
    starts: Sequence[datetime],
    *,
    pattern: Checks | None = None,
    rules: Rules = RULES,
) -> Period:
    """Return the period a table is judged by.

    `starts`: beginnings of its cycles, oldest first. Only cycles since the declaration in force teach a rhythm. A
    tightening never makes the period longer than it was: what had been learned before still holds until the new
    declaration has its own six cycles.
    """
    inside = [moment for moment in starts if force.since is None or moment >= force.since]
    lengths = gaps(inside)
    kind = force.frequency.kind
    if kind in {"irregular", "never"}:
        return Period(irregular_days(lengths, rules), open_ended=True)
    learned = learned_days(lengths, rules)
    if (
        learned is not None
        and pattern is not None
        and pattern.equal
        and median(lengths) <= 1.5 * pattern.interval_days
    ):
        # Nearly every check saw a change, so some were missed; but no age finer than two checks can be told.
        missed = change_interval(pattern.unchanged, pattern.total, pattern.interval_days)
        learned = max(min(learned, rules.learn_factor * missed), rules.live_checks * pattern.interval_days)
    if kind == "unknown":
        if learned is not None:
            return Period(learned, learned=True, open_ended=True)
        return Period(irregular_days(lengths, rules), open_ended=True)
    declared = force.frequency.days
    ceiling = learned
    if learned is None and force.before is not None:
        until = [moment for moment in starts if force.since is not None and moment < force.since]
        ceiling = judged_period(force.before, until, rules=rules).days
    if ceiling is not None and ceiling < declared:
        return Period(ceiling, learned=learned is not None)
    return Period(declared, frequency=force.frequency)


def late_cycles(age: float, limits: Thresholds) -> int:
    """Return how many cycles an age in days has missed: one when overdue, and one with each period after it."""
    if age < limits.overdue:
        return 0
    return int((age - limits.overdue) // limits.period) + 1


def punctuality(
    moments: Sequence[datetime],
    now: datetime,
    age_between: Callable[[datetime, datetime], float],
    limits_from: Callable[[datetime], Thresholds],
    rules: Rules = RULES,
) -> float | None:
    """Return the exponentially weighted share of cycles on time, 0-1; None while no cycle has ended or is late.

    A cycle is on time when its content came before it was overdue. `moments`: when the portal first saw the content,
    then every new content, oldest first; `age_between` and `limits_from` measure as the table's ages are measured.
    """
    outcomes: list[int] = []
    for first, second in pairwise(moments):
        late = late_cycles(age_between(first, second), limits_from(first))
        outcomes += [0] * late if late else [1]
    last = moments[-1]
    outcomes += [0] * late_cycles(age_between(last, now), limits_from(last))
    if not outcomes:
        return None
    weight, total, on_time = 1.0, 0.0, 0.0
    for outcome in reversed(outcomes[-rules.punctuality_last :]):
        total += weight
        on_time += weight * outcome
        weight *= rules.punctuality_decay
    return on_time / total
