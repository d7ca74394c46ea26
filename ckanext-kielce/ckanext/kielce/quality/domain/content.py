"""C, content and trust: does the data parse, go on, stay comparable, and hold nothing it must not hold.

What the format prevents from being measured counts 0 (a PDF can't earn 100); what doesn't apply is dropped; what
hasn't been looked at yet is left out and lowers the coverage. Of several promised tables the worst measured one
counts, part by part; a map service beside a file takes nothing away from the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any

from .days import DayCounter, local_date
from .freshness import TableFreshness
from .model import DatasetEvidence, Finding, Observation, Part, PartState, ResourceEvidence
from .newness import content_observations
from .parts import Scored, score_parts
from .rules import NO_TABLE_FORMATS, NUMBER_TYPES, RULES, TEXT_TYPES, Rules
from .seasons import day_counter
from .thresholds import thresholds

Judgement = tuple[PartState, float | None, dict[str, Any]]

MEASURED, UNMEASURABLE = PartState.MEASURED, PartState.UNMEASURABLE
MISSING, NOT_APPLICABLE = PartState.MISSING, PartState.NOT_APPLICABLE


def holds_no_table(resource: ResourceEvidence, latest: Observation | None) -> bool:
    """Whether no values can be read out of this format."""
    seen = latest.format_true if latest is not None else None
    return (seen or resource.format).upper() in NO_TABLE_FORMATS


def _found(findings: Sequence[Finding], *codes: str) -> Finding | None:
    return next((item for item in findings if item.code in codes), None)


def _finding_params(finding: Finding) -> dict[str, Any]:
    kept = {key: value for key, value in finding.params.items() if key != "part"}
    return {
        "finding": finding.code,
        "finding_since": finding.since.isoformat() if finding.since else None,
        **kept,
    }


# --- one judgement for each part, of one table ----------------------------------------------------------------


class _Table:
    """One promised resource as the parts look at it."""

    def __init__(
        self,
        resource: ResourceEvidence,
        evidence: DatasetEvidence,
        freshness: TableFreshness | None,
        now: datetime,
        rules: Rules,
    ) -> None:
        self.resource = resource
        self.rules = rules
        self.evidence = evidence
        self.freshness = freshness
        looks = [item for item in resource.observations if item.observed_at <= now]
        self.last_look = looks[-1] if looks else None
        self.versions = _versions(content_observations(looks))
        self.latest = self.versions[-1] if self.versions else None
        self.findings = [
            item for item in evidence.findings if item.resource_id in (None, resource.resource_id)
        ]
        self.no_table = holds_no_table(resource, self.latest)

    def checked(self, code: str) -> bool:
        return code in self.evidence.checked or code in self.resource.checked

    def lowered(self, part: str, judged: Judgement) -> Judgement:
        """What findings leave of a part that isn't theirs by name: the worst of them, with its words."""
        state, value, _params = judged
        lowest = value if state is MEASURED and value is not None else 1.0
        for found in self.findings:
            limit = (found.params.get("part") or {}).get(part)
            if limit is not None and (limit < lowest or state is not MEASURED):
                judged, state, lowest = (
                    (MEASURED, min(limit, lowest), _finding_params(found)),
                    MEASURED,
                    limit,
                )
        return judged

    def parses(self) -> Judgement:
        seen = self.latest or self.last_look
        if self.resource.link == "down":
            when = self.resource.link_checked_at
            return (
                MEASURED,
                0.0,
                {"link_status": self.resource.link_status, "seen": _iso(when), "broken": "link"},
            )
        if broken := _found(self.findings, "broken"):
            return MEASURED, 0.0, _finding_params(broken)
        if seen is not None and seen.parsed is False:
            return (
                MEASURED,
                0.0,
                {"seen": _iso(seen.observed_at), "problems": list(seen.problems), "broken": "parse"},
            )
        if self.no_table:
            return UNMEASURABLE, None, {"format": self.resource.format}
        if seen is None or seen.parsed is None:
            return MISSING, None, {}
        problems = list(seen.problems)
        other = (
            seen.format_true
            and seen.format_declared
            and seen.format_true.upper() != seen.format_declared.upper()
        )
        if other and "wrong_format" not in problems:
            problems.append("wrong_format")
        lost = sum(
            self.rules.parse_penalties.get(code, self.rules.parse_penalty_default) for code in set(problems)
        )
        told = sorted(code for code in set(problems) if code in self.rules.parse_penalties)
        params = {
            "problems": told,
            "format_true": seen.format_true,
            "format_declared": seen.format_declared,
            "seen": _iso(seen.observed_at),
        }
        return MEASURED, max(0.0, 1.0 - lost), params

    def continuity(self) -> Judgement:
        if found := _found(self.findings, "truncated"):
            return MEASURED, 1.0 - max(0.5, found.share), _finding_params(found)
        if self.no_table:
            return UNMEASURABLE, None, {"format": self.resource.format}
        if self.freshness is None or self.latest is None:
            return MISSING, None, {}
        if not self.freshness.history.dated or self.freshness.force.frequency.kind == "live":
            return NOT_APPLICABLE, None, {}
        if self.checked("truncated"):
            return MEASURED, 1.0, {}
        cut = truncation(self.freshness, self.versions, self.rules)
        if cut is None:
            return MEASURED, 1.0, {}
        return MEASURED, 1.0 - max(0.5, cut.share), _finding_params(cut)

    def stability(self) -> Judgement:
        if found := _found(self.findings, "schema_break", "method_break"):
            return MEASURED, self.rules.break_value, _finding_params(found)
        if self.no_table:
            return UNMEASURABLE, None, {"format": self.resource.format}
        if len(self.versions) < 2:
            return (NOT_APPLICABLE if self.versions else MISSING), None, {}
        if self.freshness is not None and self.freshness.history.column_dropped:
            return MEASURED, self.rules.break_value, {"finding": "schema_break", "change": "date_dropped"}
        if self.checked("schema_break"):
            return MEASURED, 1.0, {}
        change = schema_break(self.versions)
        if change is None:
            return MEASURED, 1.0, {}
        return MEASURED, self.rules.break_value, _finding_params(change)

    def volume(self) -> Judgement:
        if found := _found(self.findings, "volume_collapse"):
            return MEASURED, 0.0, _finding_params(found)
        if self.no_table:
            return UNMEASURABLE, None, {"format": self.resource.format}
        counted = [item for item in self.versions if item.rows is not None]
        if len(counted) < 2:
            return (NOT_APPLICABLE if self.versions else MISSING), None, {}
        if self.checked("volume_collapse"):
            return MEASURED, 1.0, {}
        fall = volume_collapse(counted, self.rules)
        return (MEASURED, 1.0, {}) if fall is None else (MEASURED, 0.0, _finding_params(fall))

    def twins(self) -> Judgement:
        if not self.evidence.twin_declared:
            return NOT_APPLICABLE, None, {}
        if found := _found(self.findings, "twin_disagreement"):
            return MEASURED, 0.0, _finding_params(found)
        if self.no_table:
            return UNMEASURABLE, None, {"format": self.resource.format}
        return (MEASURED, 1.0, {}) if self.checked("twin_disagreement") else (MISSING, None, {})

    def completeness(self) -> Judgement:
        if self.no_table:
            return UNMEASURABLE, None, {"format": self.resource.format}
        if self.latest is None or self.latest.null_share is None:
            return MISSING, None, {}
        return MEASURED, 1.0 - self.latest.null_share, {"null_share": self.latest.null_share}

    def described(self) -> Judgement:
        if self.no_table:
            return UNMEASURABLE, None, {"format": self.resource.format}
        seen = self.latest
        if seen is None or seen.described_columns is None or not seen.total_columns:
            return MISSING, None, {}
        params = {"described": seen.described_columns, "columns": seen.total_columns}
        return MEASURED, min(1.0, seen.described_columns / seen.total_columns), params

    def personal_data(self) -> Judgement:
        if found := _found(self.findings, "pii"):
            return MEASURED, 0.0, _finding_params(found)
        seen = self.latest
        if self.checked("pii"):
            return MEASURED, 1.0, {}
        if seen is not None and seen.pii:
            kinds = sorted({item.code for item in seen.pii})
            return MEASURED, 0.0, {"kinds": kinds, "count": sum(item.count for item in seen.pii)}
        if self.no_table:
            return UNMEASURABLE, None, {"format": self.resource.format}
        return (MEASURED, 1.0, {}) if seen is not None and seen.pii is not None else (MISSING, None, {})


PARTS: Mapping[str, Callable[[_Table], Judgement]] = {
    "parses": _Table.parses,
    "continuity": _Table.continuity,
    "stability": _Table.stability,
    "volume": _Table.volume,
    "twins": _Table.twins,
    "completeness": _Table.completeness,
    "described": _Table.described,
    "personal_data": _Table.personal_data,
}
"""Part of C -> how one table is judged; the weights are in the rules."""


def _iso(moment: datetime | None) -> str | None:
    return local_date(moment).isoformat() if moment else None


def _versions(looks: Sequence[Observation]) -> list[Observation]:
    """Return the observations whose parsed content differs from the one before (errors of one look aside)."""
    kept: list[Observation] = []
    for item in looks:
        if kept and item.value_hash and item.value_hash == kept[-1].value_hash:
            kept[-1] = item
        else:
            kept.append(item)
    return kept


# --- what can be told from observations alone -----------------------------------------------------------------


def truncation(
    table: TableFreshness, versions: Sequence[Observation], rules: Rules = RULES
) -> Finding | None:
    """Tell whether the series, or a member that came regularly, stopped while the file goes on being published.

    'Goes on' means looked at with other bytes after the newest period had its time; a file that nobody touches is
    stale, not truncated.
    """
    history = table.history
    latest, newest = history.latest, history.newest_period
    if latest is None or newest is None or table.force.frequency.kind in {"irregular", "never"}:
        return None
    grain = latest.period_grain or "month"
    # A set that is promised once a year may stand still for a year, whatever the grain of its rows.
    slow = thresholds(table.period.days, rules).overdue
    limit = max(rules.truncated_after.get(grain, 152) * (1 - rules.truncated_tolerance), slow)
    counter = DayCounter(empty_months=day_counter(history, table.period.days, rules).empty_months)
    touched = [
        item
        for item in table.resource.observations
        if item.bytes_sha256 and item.observed_at <= latest.observed_at
    ]
    last_change = _last_change(touched)
    reached = (
        history.advances[-1].at if history.advances else history.first.observed_at if history.first else None
    )
    if last_change and reached and counter.count(local_date(reached), last_change) >= limit:
        return Finding(
            "truncated",
            since=newest,
            params={"last_period": newest.isoformat(), "published": last_change.isoformat()},
        )
    stopped = {
        name: last
        for name, last in history.behind_members.items()
        if counter.count(last, newest) >= limit and _came_regularly(name, last, versions)
    }
    if not stopped:
        return None
    first = min(stopped, key=lambda name: (stopped[name], name))
    return Finding(
        "truncated",
        since=stopped[first],
        share=len(stopped) / max(1, len(latest.series)),
        params={"member": first, "members": len(stopped), "last_period": stopped[first].isoformat()},
    )


def _last_change(looks: Sequence[Observation]) -> date | None:
    """Return the day on which the file was last seen changed or put there again (bytes or its own date)."""
    changed = [
        two
        for one, two in pairwise(looks)
        if (one.bytes_sha256, one.last_modified) != (two.bytes_sha256, two.last_modified)
    ]
    return local_date(changed[-1].observed_at) if changed else None


def _came_regularly(name: str, last: date, versions: Sequence[Observation]) -> bool:
    """Whether a member was ever seen among the newest before it stopped."""
    return any(
        item.newest_period is not None and item.series.get(name) == last and item.newest_period <= last
        for item in versions
    )


def schema_break(versions: Sequence[Observation]) -> Finding | None:
    """Tell whether the newest version lost or renamed a column, turned numbers to text or changed a date format.

    Order, new columns and another kind of number are sound. Without names of columns nothing can be told.
    """
    named = [item for item in versions if item.columns]
    if len(named) < 2:
        return None
    before, after = named[-2], named[-1]
    gone = sorted(set(before.columns) - set(after.columns))
    seen = {"seen": _iso(after.observed_at)}
    since = local_date(after.observed_at)
    if gone:
        return Finding("schema_break", since=since, params={"change": "dropped", "columns": gone[:3], **seen})
    for name, old in before.columns.items():
        new = after.columns[name]
        if old in NUMBER_TYPES and new in TEXT_TYPES:
            return Finding("schema_break", since=since, params={"change": "text", "columns": [name], **seen})
        if old.startswith("date") and new != old and (new.startswith("date:") or new in TEXT_TYPES):
            return Finding(
                "schema_break", since=since, params={"change": "date_format", "columns": [name], **seen}
            )
    return None


def volume_collapse(versions: Sequence[Observation], rules: Rules = RULES) -> Finding | None:
    """Tell whether the newest version has under half the rows of the last sound one over the same span of time.

    A moving window or a file of the year to date covers less time, so it is sound.
    """
    sound = versions[0]
    for item in versions[1:]:
        if not _collapsed(sound, item, rules):
            sound = item
    latest = versions[-1]
    if latest is sound:
        return None
    params = {"rows": latest.rows, "rows_before": sound.rows, "seen": _iso(latest.observed_at)}
    return Finding("volume_collapse", since=local_date(latest.observed_at), params=params)


def _collapsed(before: Observation, after: Observation, rules: Rules) -> bool:
    if not before.rows or after.rows is None or after.rows >= rules.volume_share * before.rows:
        return False
    if before.oldest_period and before.newest_period and after.oldest_period and after.newest_period:
        span = (before.newest_period - before.oldest_period).days
        still = (after.newest_period - after.oldest_period).days
        return still >= span * (1 - rules.volume_span_slack)
    return True


# --- the dataset ----------------------------------------------------------------------------------------------


def assess_content(
    evidence: DatasetEvidence,
    tables: Sequence[TableFreshness],
    now: datetime,
    rules: Rules = RULES,
) -> Scored:
    """Judge the content of all promised resources; `tables` as judged for freshness."""
    by_id = {table.resource.resource_id: table for table in tables}
    promised = [item for item in evidence.resources if item.promised]
    seen = [_Table(item, evidence, by_id.get(item.resource_id), now, rules) for item in promised]
    parts = []
    for code, weight in rules.content_weights.items():
        judged = [(table.lowered(code, PARTS[code](table)), table.resource) for table in seen]
        (state, value, params), resource = _worst(judged) or ((MISSING, None, {}), None)
        if resource is not None:
            params = {"resource_id": resource.resource_id, "resource": resource.name, **params}
        parts.append(Part(code, weight, value, state, params))
    return score_parts("C", parts)


def _worst(
    judged: Sequence[tuple[Judgement, ResourceEvidence]],
) -> tuple[Judgement, ResourceEvidence] | None:
    """Return the worst measured judgement; else one that the format prevents; else missing; else not applicable."""
    measured = [item for item in judged if item[0][0] is MEASURED]
    if measured:
        return min(measured, key=lambda item: item[0][1] or 0.0)
    for state in (UNMEASURABLE, MISSING, NOT_APPLICABLE):
        for item in judged:
            if item[0][0] is state:
                return item
    return None
