"""F, freshness: the ages of every promised table, judged by the rhythm in force; the worst one is the dataset's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from .ages import Age, content_age, live_age, update_age
from .days import DayCounter, local_date
from .forecast import forecast
from .frequency import Frequency, InForce, in_force
from .model import Component, DatasetEvidence, Forecast, Part, PartState, ResourceEvidence, Status
from .newness import History, adopt, content_observations, read_history
from .parts import Loss, Scored, score_parts
from .rhythm import Checks, Period, check_pattern, cycles, gaps, judged_period, punctuality
from .rules import RULES, Rules
from .seasons import day_counter
from .thresholds import STATUS_ORDER, live_thresholds, worse


@dataclass(frozen=True, slots=True)
class TableFreshness:
    """Freshness of one table (or of the files of one series)."""

    resource: ResourceEvidence
    history: History
    force: InForce
    period: Period
    status: Status
    scored: Scored
    content: Age | None
    update: Age | None
    punctuality: float | None
    gaps: tuple[int, ...]
    forecast: Forecast | None


@dataclass(frozen=True, slots=True)
class Freshness:
    """Freshness of a dataset: that of its worst promised table, with what every table has to say."""

    scored: Scored
    status: Status
    worst: TableFreshness | None
    tables: tuple[TableFreshness, ...] = ()
    due_at: datetime | None = None
    overdue_at: datetime | None = None
    delinquent_at: datetime | None = None


def tables_of(evidence: DatasetEvidence) -> list[ResourceEvidence]:
    """Return the promised tables: files of one series joined, recreated resources given back their history."""
    joined: dict[str, ResourceEvidence] = {}
    for resource in evidence.resources:
        if not resource.promised:
            continue
        whole = adopt(resource, evidence.removed)
        key = f"series:{resource.series_key}" if resource.series_key else f"id:{resource.resource_id}"
        if key in joined:
            looks = sorted(
                [*joined[key].observations, *whole.observations], key=lambda item: item.observed_at
            )
            # The newest file of a series stands for it: its name and link are what a reader meets.
            whole = replace(
                whole,
                observations=tuple(looks),
                ended_members=whole.ended_members | joined[key].ended_members,
            )
        joined[key] = whole
    return list(joined.values())


def _declared(evidence: DatasetEvidence, history: History, now: datetime, rules: Rules) -> InForce:
    return in_force(evidence.declarations, [move.at for move in history.advances], now, rules)


def _history(
    evidence: DatasetEvidence, resource: ResourceEvidence, now: datetime, rhythm: Frequency, rules: Rules
) -> History:
    return read_history(
        resource,
        now=now,
        stated_start=evidence.stated_start,
        period_days=rhythm.days,
        live=rhythm.kind == "live",
        rules=rules,
    )


def assess_table(
    resource: ResourceEvidence, evidence: DatasetEvidence, now: datetime, rules: Rules = RULES
) -> TableFreshness | None:
    """Judge one table; None when its content was never seen up to `now`."""
    force = in_force(evidence.declarations, [], now, rules)
    history = _history(evidence, resource, now, force.frequency, rules)
    if history.first is None:
        return None
    read_as, force = force.frequency, _declared(evidence, history, now, rules)
    if force.frequency != read_as:
        # The rhythm decides how content is read, and the content decides what is in force: read again.
        history = _history(evidence, resource, now, force.frequency, rules)
    if force.frequency.kind == "live":
        return _assess_live(resource, evidence, history, force, now, rules)
    return _assess_periodic(resource, evidence, history, force, now, rules)


def _looks(resource: ResourceEvidence, now: datetime, rules: Rules) -> Checks | None:
    """How often the portal looked until a moment."""
    seen = content_observations(item for item in resource.observations if item.observed_at <= now)
    if seen and (seen[-1].last_checked_at or now) > now:
        seen[-1] = replace(seen[-1], checks=1, last_checked_at=None)
    return check_pattern(seen, rules)


def _assess_live(
    resource: ResourceEvidence,
    evidence: DatasetEvidence,
    history: History,
    force: InForce,
    now: datetime,
    rules: Rules,
) -> TableFreshness:
    interval = evidence.check_interval_days
    if interval is None:
        pattern = _looks(resource, now, rules)
        interval = pattern.interval_days if pattern else None
    limits = live_thresholds(force.frequency.days, interval, rules)
    content = live_age(history.newest_at, now, limits, rules)
    update = live_age(history.last_new_content, now, limits, rules)
    moments = _moments(history)[-rules.punctuality_last :]
    on_time = punctuality(
        moments, now, lambda one, two: (two - one).total_seconds() / 86400, lambda _: limits, rules
    )
    period = Period(limits.period, frequency=force.frequency)
    return _table(resource, history, force, period, content, update, on_time, (), None, rules)


def _assess_periodic(
    resource: ResourceEvidence,
    evidence: DatasetEvidence,
    history: History,
    force: InForce,
    now: datetime,
    rules: Rules,
) -> TableFreshness:
    declared = force.frequency.days
    starts = cycles([move.at for move in history.advances], declared, merge=not history.dated, rules=rules)
    # Only looks up to the newest content tell how we looked while it came: putting the same file there again adds looks,
    # and mustn't change the period.
    until = starts[-1] if starts else now
    period = judged_period(force, starts, pattern=_looks(resource, min(until, now), rules), rules=rules)
    counter = day_counter(history, period.days, rules)
    content = content_age(history, now, period, counter, rules)
    update = update_age(history, now, period, counter, evidence.reviewed_at, rules)
    moments = _moments(history, starts)
    on_time = punctuality(
        moments,
        now,
        lambda one, two: counter.count(local_date(one), local_date(two)),
        lambda anchor: period.limits(anchor, rules=rules),
        rules,
    )
    lengths = tuple(counter.count(local_date(one), local_date(two)) for one, two in pairwise(starts))
    expected = _expected(history, lengths, now, period, update, counter, rules)
    return _table(
        resource, history, force, period, content, update, on_time, tuple(gaps(starts)), expected, rules
    )


def _moments(history: History, starts: Sequence[datetime] | None = None) -> list[datetime]:
    """Beginnings of the cycles that punctuality judges.

    The gap before the first advance counts from our first look, for nothing is known of what came before it; a set
    that never advanced is late since its baseline.
    """
    if history.first is None or history.baseline_at is None:
        return []
    moves = list(starts) if starts is not None else [move.at for move in history.advances]
    return [history.first.observed_at, *moves] if moves else [history.baseline_at]


def _expected(
    history: History,
    lengths: Sequence[int],
    now: datetime,
    period: Period,
    update: Age | None,
    counter: DayCounter,
    rules: Rules,
) -> Forecast | None:
    last = history.last_new_content
    if last is None or update is None or update.overdue_at is None:
        return None
    if period.open_ended and len(lengths) < rules.forecast_minimum:
        return None
    return forecast(lengths, last, now, period.days, local_date(update.overdue_at), counter, rules)


def _table(
    resource: ResourceEvidence,
    history: History,
    force: InForce,
    period: Period,
    content: Age | None,
    update: Age | None,
    on_time: float | None,
    lengths: tuple[int, ...],
    expected: Forecast | None,
    rules: Rules,
) -> TableFreshness:
    status: Status = "fresh"
    for age in (content, update):
        if age is not None:
            status = worse(status, age.status)
    scored = _score(resource, history, force, period, content, update, on_time, rules)
    if force.frequency.kind in {"unknown", "never"} and not period.learned and status == "fresh":
        status = "unknown"
    return TableFreshness(
        resource, history, force, period, status, scored, content, update, on_time, lengths, expected
    )


def _score(
    resource: ResourceEvidence,
    history: History,
    force: InForce,
    period: Period,
    content: Age | None,
    update: Age | None,
    on_time: float | None,
    rules: Rules,
) -> Scored:
    common = {
        "resource_id": resource.resource_id,
        "resource": resource.name,
        "period_days": round(period.days, 3),
    }
    last = history.last_new_content
    common["since"] = local_date(last).isoformat() if last else None
    common["first_look"] = not history.advances
    newest = history.newest_period.isoformat() if history.newest_period else None
    weights = rules.dated_parts if history.dated else rules.undated_parts
    ages = {"content_age": content, "update_age": update}
    parts = []
    for code, weight in weights.items():
        if code == "punctuality":
            state = PartState.NOT_APPLICABLE if on_time is None else PartState.MEASURED
            parts.append(Part(code, weight, on_time, state, {**common, "share": on_time}))
            continue
        age = ages[code]
        params = {**common, "newest_period": newest}
        if age is None:
            # A dated table without one period that counts has nothing to show: that is measured.
            parts.append(Part(code, weight, 0.0, PartState.MEASURED, params))
            continue
        params |= {"age_days": int(age.days), "age_hours": round(age.days * 24, 1), "status": age.status}
        parts.append(Part(code, weight, age.severity / 100, PartState.MEASURED, params))
    live = force.frequency.kind == "live"
    caps: list[tuple[float, Loss]] = []
    notes: list[str] = []
    if not history.dated:
        caps.append((rules.undated_cap, Loss("undated", 0.0, common)))
        notes.append("undated")
    if force.frequency.kind in {"unknown", "never"}:
        caps.append((rules.unknown_cap, Loss("unknown_frequency", 0.0, common)))
        notes.append("unknown_frequency")
    notes += [
        code
        for code, holds in (
            ("volatile", history.volatile),
            ("column_dropped", history.column_dropped),
            ("loosening_pending", force.pending is not None),
            ("baseline", not history.advances),
            ("reviewed", update is not None and update.anchor != last and not live),
        )
        if holds
    ]
    return score_parts("F", parts, caps=caps, notes=tuple(notes))


def assess_freshness(evidence: DatasetEvidence, now: datetime, rules: Rules = RULES) -> Freshness:
    """Judge a dataset by its worst promised table.

    Tables that were never seen don't pull it down, but lower the coverage of the evidence.
    """
    promised = tables_of(evidence)
    tables = [table for table in (assess_table(item, evidence, now, rules) for item in promised) if table]
    if not tables:
        return Freshness(Scored(Component("F", None)), "unknown", None)
    order = ("unknown", *STATUS_ORDER)
    worst = min(tables, key=lambda table: table.scored.component.score or 0.0)
    status = max((table.status for table in tables), key=order.index)
    component = replace(
        worst.scored.component, coverage=worst.scored.component.coverage * len(tables) / len(promised)
    )
    return Freshness(
        Scored(component, worst.scored.losses),
        status,
        worst,
        tuple(tables),
        _earliest(tables, "due_at"),
        _earliest(tables, "overdue_at"),
        _earliest(tables, "delinquent_at"),
    )


def _earliest(tables: Sequence[TableFreshness], name: str) -> datetime | None:
    moments = [
        getattr(age, name) for table in tables for age in (table.content, table.update) if age is not None
    ]
    return min((moment for moment in moments if moment is not None), default=None)
