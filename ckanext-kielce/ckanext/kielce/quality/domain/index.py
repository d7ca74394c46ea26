"""The gated index: M, F and C weighed, ceilings applied, and a grade or the reason why there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from .content import assess_content
from .days import local_date, midnight
from .freshness import Freshness, assess_freshness
from .model import (
    Assessment,
    ClosedDeclaration,
    Component,
    ComponentCode,
    DatasetEvidence,
    Deduction,
    Gate,
    Grade,
    ReasonCode,
)
from .mqa import score_metadata
from .parts import Scored
from .rhythm import quantile
from .rules import RULES, Rules
from .thresholds import STATUS_ORDER


def coverage(components: Sequence[Component], rules: Rules = RULES) -> float:
    """Return the share, 0-1, of the evidence that applies and is there, by the weights of the index."""
    return sum(rules.weights[item.code] * item.coverage for item in components if item.measured)


def _weighted(scored: Sequence[Scored], rules: Rules) -> tuple[float | None, list[Deduction]]:
    """Return the index before gates and every loss in points of the index."""
    measured = [item for item in scored if item.component.score is not None]
    whole = sum(rules.weights[item.component.code] for item in measured)
    if not whole:
        return None, []
    index, deductions = 0.0, []
    for item in measured:
        share = rules.weights[item.component.code] / whole
        index += share * (item.component.score or 0.0)
        deductions += [
            Deduction(loss.code, item.component.code, round(share * loss.points, 2), loss.params)
            for loss in item.losses
        ]
    deductions.sort(key=lambda deduction: (-deduction.points, deduction.code))
    return index, deductions


def closed_in_force(evidence: DatasetEvidence, now: datetime) -> ClosedDeclaration | None:
    """Return the declaration that the set can't be updated, if it holds: by the coordinator, with reason and end."""
    declared = evidence.closed
    if declared is None or declared.end is None or not declared.approved_by or not declared.reason.strip():
        return None
    if declared.at is not None and declared.at > now:
        return None
    return declared if declared.end <= local_date(now) else None


def gates(
    evidence: DatasetEvidence, fresh: Freshness, content: Component, rules: Rules = RULES
) -> list[Gate]:
    """Return the ceilings that apply, whether or not the index reaches them."""
    found: list[Gate] = []
    parts = {part.code: part for part in content.parts}
    personal = parts.get("personal_data")
    if personal is not None and personal.measured and personal.value == 0:
        found.append(Gate("personal_data", None, personal.params))
    promised = [item for item in evidence.resources if item.promised]
    if promised and all(item.link == "down" for item in promised):
        seen = max((item.link_checked_at for item in promised if item.link_checked_at), default=None)
        params = {"count": len(promised), "seen": local_date(seen).isoformat() if seen else None}
        found.append(Gate("links_down", rules.gate_links_down, params))
    if fresh.status == "delinquent":
        last = fresh.worst.history.last_new_content if fresh.worst else None
        params = {"since": local_date(last).isoformat() if last else None}
        found.append(Gate("delinquent", rules.gate_delinquent, params))
    series = parts.get("continuity")
    if series is not None and series.params.get("finding") == "truncated":
        found.append(Gate("truncated", rules.gate_truncated, series.params))
    return found


def _grade(index: float, rules: Rules) -> Grade:
    for letter, least in rules.grades:
        if index >= least:
            return letter  # type: ignore[return-value]
    return "D"


def _next_crossing(
    evidence: DatasetEvidence, fresh: Freshness, now: datetime, rules: Rules
) -> datetime | None:
    """Return the next moment at which status or score change by themselves.

    Between being due and near nothing the score falls day by day; else it waits for the next threshold.
    """
    moments: list[datetime | None] = []
    falling = False
    for table in fresh.tables:
        for age in (table.content, table.update):
            if age is None:
                continue
            moments += [age.due_at, age.overdue_at, age.delinquent_at]
            falling = falling or (age.status in STATUS_ORDER[1:] and age.severity > 1)
        if table.update is not None and table.period.days >= 1:
            late = table.update.overdue_at
            while late is not None and late <= now:
                late += timedelta(days=max(1, round(table.period.days)))
            moments.append(late)
    if evidence.reviewed_at is not None and fresh.worst is not None:
        limits = fresh.worst.period.limits(evidence.reviewed_at, rules=rules)
        moments.append(midnight(local_date(evidence.reviewed_at) + timedelta(days=int(limits.due))))
    if evidence.closed is not None and evidence.closed.end is not None:
        moments.append(midnight(evidence.closed.end))
    if falling:
        moments.append(midnight(local_date(now) + timedelta(days=1)))
    return min((moment for moment in moments if moment is not None and moment > now), default=None)


def assess(evidence: DatasetEvidence, now: datetime, rules: Rules = RULES) -> Assessment:
    """Judge one dataset at a moment: a grade, or the reason why there is none, and why.

    Only evidence up to `now` counts, so that the past can be judged as it was. Raises ValueError for a naive `now`.
    """
    if now.tzinfo is None:
        raise ValueError("now must know its time zone")
    fresh = assess_freshness(evidence, now, rules)
    content = assess_content(evidence, fresh.tables, now, rules)
    metadata = score_metadata(evidence.mqa)
    scored: list[Scored] = [metadata, fresh.scored, content]
    components = [item.component for item in scored]
    covered = coverage(components, rules)
    index, deductions = _weighted(scored, rules)
    applied = gates(evidence, fresh, content.component, rules)
    for gate in applied:
        if index is not None and gate.limit is not None:
            index = min(index, gate.limit)
    closed = closed_in_force(evidence, now)
    reason: ReasonCode | None = None
    if any(gate.code == "personal_data" for gate in applied):
        reason = "personal_data"
    elif closed is not None:
        reason = "not_updatable"
    elif index is None or covered < rules.minimum_coverage:
        reason = "insufficient_evidence"
    rounded = round(index, 1) if index is not None and reason is None else None
    result = Assessment(
        dataset_id=evidence.dataset_id,
        assessed_at=now,
        rules_version=rules.version,
        index=rounded,
        grade=_grade(rounded, rules) if rounded is not None else None,
        reason=reason,
        status="closed" if closed is not None else fresh.status,
        metadata=_rounded(metadata, "M"),
        freshness=_rounded(fresh.scored, "F"),
        content=_rounded(content, "C"),
        coverage=round(covered, 3),
        gates=tuple(applied),
        deductions=tuple(deductions),
        closed=closed,
    )
    return _with_rhythm(result, evidence, fresh, now, rules)


def _rounded(scored: Scored, code: ComponentCode) -> Component:
    component = scored.component
    score = round(component.score, 1) if component.score is not None else None
    return replace(component, code=code, score=score, coverage=round(component.coverage, 3))


def _with_rhythm(
    result: Assessment, evidence: DatasetEvidence, fresh: Freshness, now: datetime, rules: Rules
) -> Assessment:
    """Add what the pages say of the rhythm; a closed set has none."""
    table = fresh.worst
    if table is None:
        return result
    force = table.force
    moving = result.status != "closed"
    typical = table.gaps[-rules.learn_last :]
    return replace(
        result,
        forecast=table.forecast if moving else None,
        next_crossing=_next_crossing(evidence, fresh, now, rules) if moving else None,
        due_at=fresh.due_at if moving else None,
        overdue_at=fresh.overdue_at if moving else None,
        delinquent_at=fresh.delinquent_at if moving else None,
        declared_code=force.frequency.code,
        pending_code=force.pending.code if force.pending else None,
        declared_period_days=force.frequency.days or None,
        period_days=table.period.days,
        typical_gap_days=round(quantile(typical, 0.5)) if len(typical) >= rules.forecast_minimum else None,
        content_age_days=int(table.content.days) if table.content else None,
        update_age_days=int(table.update.days) if table.update else None,
        newest_period=table.history.newest_period,
        last_new_content=table.history.last_new_content,
        punctuality=table.punctuality,
        cycles=len(table.history.advances),
        worst_resource_id=table.resource.resource_id,
    )
