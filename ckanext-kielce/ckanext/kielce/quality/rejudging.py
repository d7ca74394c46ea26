"""The portal's own history judged again under other thresholds: which findings come and go, which grades would move.

Each dataset is judged as of its last score, on the evidence of then, so that a difference is the rules' and not time's.
Nothing is written.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from ckan import model as ckan_model

from . import checks, content, findings, judging, store
from .checks.rules import CheckRules
from .domain.index import assess
from .domain.model import Finding, MetricScore, MqaResult
from .domain.rules import RULES, Rules
from .evidence import build_evidence
from .model import FindingRow, Score
from .rows import Rows, load_rows
from .scoring import labels_of, package_of
from .settings import settings

#: Datasets whose evidence is held in memory at once.
SLICE = 50


class RuleError(Exception):
    """A threshold that isn't one; the message says what would be."""


@dataclass(frozen=True)
class Moved:
    """One dataset before and after."""

    name: str
    grade: tuple[str | None, str | None]
    index: tuple[float | None, float | None]
    status: tuple[str, str]
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def any(self) -> bool:
        """Whether anything a reader sees is different."""
        return bool(
            self.grade[0] != self.grade[1]
            or self.index[0] != self.index[1]
            or self.status[0] != self.status[1]
            or self.added
            or self.removed
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain data for the command line."""
        pairs = {key: {"before": a, "after": b} for key, (a, b) in self._pairs().items()}
        return {"name": self.name, **pairs, "added": list(self.added), "removed": list(self.removed)}

    def _pairs(self) -> dict[str, tuple[Any, Any]]:
        return {"grade": self.grade, "index": self.index, "status": self.status}


@dataclass
class Rejudged:
    """All of them: how many were judged, and those that moved."""

    judged: int = 0
    moved: list[Moved] = field(default_factory=list)

    def regraded(self) -> list[Moved]:
        """Those whose grade is another one."""
        return [item for item in self.moved if item.grade[0] != item.grade[1]]


def with_changes(changes: Sequence[str]) -> tuple[Rules, CheckRules]:
    """The rules in force with some thresholds replaced.

    :param changes: ``name=value``, the names being those of ``domain/rules.py`` and ``checks/rules.py``; the value is JSON. A
        table of numbers is changed in the entries that are given (``truncated_after={"month": 90}``).
    :raises RuleError: no such threshold, or no such value
    """
    model: dict[str, Any] = {}
    check: dict[str, Any] = {}
    known: list[tuple[Rules | CheckRules, dict[str, Any]]] = [(RULES, model), (checks.CHECK_RULES, check)]
    for change in changes:
        name, _, text = change.partition("=")
        try:
            value = json.loads(text)
        except ValueError as error:
            raise RuleError(f"{change}: write it as name=value, the value being a number or JSON") from error
        taken = False
        for rules, wanted in known:
            if name in {item.name for item in dataclasses.fields(rules)}:
                wanted[name] = _like(getattr(rules, name), value, change)
                taken = True
        if not taken:
            raise RuleError(f"{name}: no threshold of that name in domain/rules.py or checks/rules.py")
    return dataclasses.replace(RULES, **model), dataclasses.replace(checks.CHECK_RULES, **check)


def _like(present: Any, value: Any, change: str) -> Any:
    """A value of the same kind as the present one."""
    if isinstance(present, dict) and isinstance(value, dict):
        return {**present, **value}
    if isinstance(present, tuple) and isinstance(value, list):
        return tuple(tuple(item) if isinstance(item, list) else item for item in value)
    number = isinstance(present, int | float) and not isinstance(present, bool)
    if number and isinstance(value, int | float) and not isinstance(value, bool):
        return value
    if isinstance(present, str) and isinstance(value, str):
        return value
    raise RuleError(f"{change}: expected a value like {present!r}")


def rejudge(
    package_ids: Iterable[str], rules: Rules = RULES, check_rules: CheckRules = checks.CHECK_RULES
) -> Iterator[Moved]:
    """Judge datasets again; yields one entry for each that has a score."""
    ids = list(package_ids)
    for start in range(0, len(ids), SLICE):
        packages = [package for key in ids[start : start + SLICE] if (package := package_of(key))]
        scores = store.scores_of(package["id"] for package in packages)
        evidence_rows = load_rows(packages)
        for package in packages:
            score = scores.get(package["id"])
            if score is not None:
                yield _one(package, evidence_rows[package["id"]], score, rules, check_rules)
        ckan_model.Session.expunge_all()


def _one(package: dict[str, Any], rows: Rows, score: Score, rules: Rules, check_rules: CheckRules) -> Moved:
    options, as_of = settings(), score.scored_at
    judged = judging.judge_rows(package, rows, options, as_of, rules=check_rules)
    rows.found = _found(package["id"], rows, judged)
    metrics = (score.mqa or {}).get("metrics")
    mqa = MqaResult(tuple(MetricScore(**metric) for metric in metrics)) if metrics else None
    evidence = build_evidence(package, options, mqa, rows=rows)
    assessment = assess(evidence, as_of, rules)
    before, after = set(score.labels), set(labels_of(assessment, evidence))
    return Moved(
        name=package["name"],
        grade=(score.grade, assessment.grade),
        index=(score.quality_index, assessment.index),
        status=(score.status, assessment.status),
        added=tuple(sorted(after - before)),
        removed=tuple(sorted(before - after)),
    )


def _found(
    package_id: str, rows: Rows, judged: dict[str, tuple[list[Finding], frozenset[str]]]
) -> findings.Found:
    """The stored findings, those on past versions replaced where they were judged anew."""
    standing = [row for row in rows.found.standing if row.kind != "history" or row.resource_id not in judged]
    known = {(row.resource_id, row.code, row.place): row for row in rows.found.standing}
    for resource_id, (found, _codes) in judged.items():
        for item in found:
            place = findings.place_of(item)
            before = known.get((resource_id, item.code, place))
            row = FindingRow(
                package_id=package_id,
                resource_id=resource_id,
                kind="history",
                code=item.code,
                place=place,
                since=item.since,
                share=item.share,
                certainty=float(item.params.get("certainty", 1.0)),
                params=dict(item.params),
                rules_version=content.rules_version(),
            )
            # What a coordinator has cleared stays cleared.
            row.found_at = before.found_at if before is not None else store.utc_now()
            standing.append(row)
    checked = {**rows.found.checked}
    for resource_id, (_found, codes) in judged.items():
        checked[resource_id] = (checked.get(resource_id, frozenset()) - judging.labels()) | codes
    return findings.Found(standing, checked)
