"""Score a dataset: evidence in, assessment out, stored, and the search index brought in line.

Scores live in tables of their own and in the index, never in a dataset's metadata: an edit for every score would make
endless loops and false dates of change.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from ckan import model as ckan_model
from ckan.plugins import toolkit as tk
from ckanext.kielce.common import changes, indexing
from sqlalchemy.dialects.postgresql import insert

from . import findings, jobs, rdf, rows, store, stored
from .domain.index import assess
from .domain.model import Assessment, DatasetEvidence
from .domain.rules import RULES
from .evidence import build_evidence
from .model import Score, ScoreDay
from .publish import journal
from .settings import Settings, settings

#: Looks that a dataset gets in one of its update periods.
LOOKS_PER_PERIOD = 4
#: What search and cards show; a change of any of it re-indexes the dataset.
SHOWN = (
    "quality_index",
    "grade",
    "reason",
    "status",
    "labels",
    "withheld",
    "newest_period",
    "next_expected",
    "next_crossing",
    "due_at",
    "overdue_at",
    "delinquent_at",
)


def score_package(
    package_id: str, *, now: dt.datetime | None = None, index: bool = True, defer_commit: bool = False
) -> Score | None:
    """Score a dataset from stored evidence and commit.

    :param now: moment to judge at, the present one unless given
    :param index: bring the search index in line if what it shows changed
    :param defer_commit: leave the index's commit to the caller (many datasets in one go)
    :returns: the score, or None for a dataset that is gone or a draft
    """
    package = package_of(package_id)
    if package is None:
        return None
    for score in score_packages([package], now or dt.datetime.now(dt.timezone.utc)):
        if index:
            reindex(score.package_id, defer_commit=defer_commit)
    return store.score_of(package["id"])


def score_after_look(package_id: str, *, now: dt.datetime | None = None) -> bool:
    """Score a dataset that was looked at, unless the look found nothing new and no threshold has passed.

    :returns: False if its score stands as it is and only the next look was set
    """
    now = now or dt.datetime.now(dt.timezone.utc)
    score = store.score_of(package_id)
    stands = (
        score is not None
        and score.rules_version == RULES.version
        and (score.next_crossing is None or score.next_crossing > now)
        and not store.changed_since(package_id, score.scored_at)
    )
    if score is None or not stands:
        score_package(package_id, now=now)
        return True
    looks = store.last_looks_of([package_id]).get(package_id, {})
    kept = score.assessment or {}
    days = kept.get("period_days") or kept.get("declared_period_days")
    score.next_check = next_check(looks, days, settings(), now)
    ckan_model.Session.commit()
    return False


def score_packages(packages: Sequence[dict[str, Any]], now: dt.datetime) -> list[Score]:
    """Score datasets from stored evidence and commit.

    :param packages: their dicts as ``package_show`` gives them
    :returns: the scores of which search or pages show something else than before
    """
    options = settings()
    scores = store.scores_of(package["id"] for package in packages)
    evidence_rows = rows.load_rows(packages)
    changed, days, happened = [], [], []
    for package in packages:
        score = scores.get(package["id"])
        if score is None:
            score = Score(package_id=package["id"])
            ckan_model.Session.add(score)
        before, state = score.content_hash, journal.state_of(score)
        _score(score, package, evidence_rows[package["id"]], options, now)
        days.append(_day(score))
        happened += journal.events_between(state, score, now)
        if score.content_hash != before:
            changed.append(score)
    _keep_days(days)
    journal.write(happened)
    ckan_model.Session.commit()
    if happened:
        jobs.enqueue_telling()
    return changed


def _score(
    score: Score, package: dict[str, Any], kept: rows.Rows, options: Settings, now: dt.datetime
) -> None:
    evidence = build_evidence(package, options, rows=kept)
    previous = score if score.content_hash else None
    measured = rdf.measure(package, rdf.link_statuses(package, evidence), previous)
    evidence = replace(evidence, mqa=measured.result)
    assessment = assess(evidence, now)
    _fill(score, assessment, options, now, kept.looks)
    people = suspected(evidence)
    score.withheld_resources = sorted({*people, *findings.withholding(evidence.findings)})
    score.withheld = score.withheld or bool(people)
    score.labels = labels_of(assessment, evidence)
    score.content_hash = _shown_hash(score)
    score.source_hash, score.rdf_hash, score.mqa = measured.source_hash, measured.rdf_hash, measured.as_json()


def reindex(package_id: str, *, defer_commit: bool = False) -> None:
    """Write a dataset's document to the search index again, in full."""
    indexing.reindex(package_id, defer_commit=defer_commit)
    changes.tell([package_id])


def package_of(package_id: str) -> dict[str, Any] | None:
    """Dict of a dataset as it is in the database; None for one that is gone, a draft, or no data."""
    try:
        package = tk.get_action("package_show")({"ignore_auth": True, "use_cache": False}, {"id": package_id})
    except tk.ObjectNotFound:
        return None
    scored = package.get("state") == "active" and package.get("type") not in store.NO_DATA_TYPES
    return package if scored else None


def _fill(
    score: Score,
    assessment: Assessment,
    options: Settings,
    now: dt.datetime,
    looks: Mapping[str, dt.datetime],
) -> None:
    forecast = assessment.forecast
    score.scored_at = now
    score.rules_version = assessment.rules_version
    score.quality_index = assessment.index
    score.metadata_points = assessment.metadata.score
    score.freshness_points = assessment.freshness.score
    score.content_points = assessment.content.score
    score.coverage = assessment.coverage
    score.grade = assessment.grade
    score.reason = assessment.reason
    score.status = assessment.status
    score.withheld = assessment.reason == "personal_data"
    score.newest_period = assessment.newest_period
    score.last_content_at = assessment.last_new_content
    score.next_expected = forecast.median.date() if forecast else None
    score.next_crossing = assessment.next_crossing
    score.due_at = assessment.due_at
    score.overdue_at = assessment.overdue_at
    score.delinquent_at = assessment.delinquent_at
    days = assessment.period_days or assessment.declared_period_days
    score.next_check = next_check(looks, days, options, now)
    score.assessment = stored.dump(assessment)


def _shown_hash(score: Score) -> str:
    shown = [getattr(score, name) for name in SHOWN]
    return hashlib.sha256(json.dumps(shown, default=str).encode()).hexdigest()


def suspected(evidence: DatasetEvidence) -> list[str]:
    """Resources whose newest content is suspected of personal data and not cleared by a coordinator."""
    newest = {
        item.resource_id: next((seen for seen in reversed(item.observations) if seen.pii is not None), None)
        for item in evidence.resources
        if "pii" not in item.checked
    }
    found = {key for key, seen in newest.items() if seen is not None and seen.pii}
    people = [item for item in evidence.findings if item.code in findings.PERSONAL]
    return sorted(found | findings.withholding(people))


def labels_of(assessment: Assessment, evidence: DatasetEvidence) -> list[str]:
    """Labels of failures found, as search filters them; stale sets have their status instead."""
    parts = (*assessment.metadata.parts, *assessment.freshness.parts, *assessment.content.parts)
    found = {part.params.get("finding") for part in parts} | {item.code for item in evidence.findings}
    if assessment.reason == "personal_data":
        found.add("pii")
    return sorted(code for code in found if code in LABELS)


#: Quality model, section 1.
LABELS = frozenset(
    [
        "touched_only",
        "truncated",
        "method_break",
        "schema_break",
        "twin_disagreement",
        "volume_collapse",
        "bad_dates",
        "pii",
        "freq_gaming",
    ]
)


def next_check(
    looks: Mapping[str, dt.datetime], period_days: float | None, options: Settings, now: dt.datetime
) -> dt.datetime:
    """When to look at a dataset next: four times in its period, within the configured limits."""
    days = period_days or 30.0
    rhythm = min(max(dt.timedelta(days=days / LOOKS_PER_PERIOD), options.check_min), options.check_max)
    return (max(looks.values()) if looks else now) + rhythm


def _day(score: Score) -> dict[str, Any]:
    return {
        "package_id": score.package_id,
        "day": score.scored_at.date(),
        "rules_version": score.rules_version,
        "quality_index": score.quality_index,
        "metadata_points": score.metadata_points,
        "freshness_points": score.freshness_points,
        "content_points": score.content_points,
        "grade": score.grade,
        "status": score.status,
    }


def _keep_days(days: Sequence[dict[str, Any]]) -> None:
    """Write the last score of a day for each dataset, over the one that the day had so far."""
    if not days:
        return
    row = insert(ScoreDay)
    kept = {name: row.excluded[name] for name in days[0] if name not in ("package_id", "day")}
    ckan_model.Session.execute(
        row.on_conflict_do_update(index_elements=["package_id", "day"], set_=kept), list(days)
    )
