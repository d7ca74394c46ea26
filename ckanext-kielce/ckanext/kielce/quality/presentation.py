"""Scores as plain data for the API and the pages, with every reason as a sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ckan.plugins import toolkit as tk
from flask import has_request_context

from . import findings, store, stored, words
from .domain import sentences
from .domain.model import Assessment, Deduction, Gate
from .domain.rules import RULES
from .model import Decision, FindingRow, Observation, Score
from .settings import settings

#: What a stored assessment gives away while personal data are suspected: nothing but that.
WITHHELD_REASON = "personal_data"


def reader_lang() -> str:
    """The caller's language, ``pl`` or ``en``; outside a request (jobs, commands) the portal's own."""
    lang = tk.h.lang() if has_request_context() else tk.config.get("ckan.locale_default")
    return "pl" if str(lang or "").startswith("pl") else "en"


def said(lang: str, make: Callable[[str], Any]) -> Any:
    """A text in one language, or in both as ``{"pl": …, "en": …}``."""
    if lang == "both":
        return {code: make(code) for code in ("pl", "en")}
    return make(lang)


def status_title(code: str, lang: str) -> str:
    """Word for a status."""
    return sentences.status_word(code, lang)  # type: ignore[arg-type]


def grade_title(code: str, lang: str) -> str:
    """Word for a grade, ``none`` included."""
    return words.word(words.GRADES, code, lang)


def iso(value: dt.date | None) -> str | None:
    """ISO text of a day or moment."""
    return value.isoformat() if value else None


def compact(score: Score) -> dict[str, Any]:
    """What a result card shows."""
    if score.withheld:
        return {"index": None, "grade": None, "reason": WITHHELD_REASON, "status": "unknown"}
    return {
        "index": score.quality_index,
        "grade": score.grade,
        "reason": score.reason,
        "status": store.status_now(score),
        "labels": score.labels,
        "newest_period": iso(score.newest_period),
        "last_new_content": iso(score.last_content_at),
        "next_expected": iso(score.next_expected),
        "overdue_at": iso(score.overdue_at),
    }


def row(score: Score, package: Any, lang: str) -> dict[str, Any]:
    """One line of a list of scores."""
    card = compact(score)
    assessment = present(score)
    worst = assessment.deductions[0] if assessment.deductions else None
    return {
        "id": package.id,
        "name": package.name,
        "title": package.title,
        "owner_org": package.owner_org,
        **card,
        "status_text": said(lang, lambda code: status_title(card["status"], code)),
        "reason_text": said(lang, lambda code: sentences.reason_sentence(assessment, code)),
        "sentence": said(lang, lambda code: sentences.status_sentence(assessment, code)),
        "worst": said(lang, lambda code: sentences.explain(worst, code)[0]) if worst else None,
        "remedy": said(lang, lambda code: sentences.explain(worst, code)[1]) if worst else None,
        "scored_at": iso(score.scored_at),
    }


def present(score: Score, now: dt.datetime | None = None) -> Assessment:
    """The stored assessment with the status of this moment."""
    now = now or store.utc_now()
    assessment = stored.load(score.assessment)
    return replace(assessment, assessed_at=now, status=store.status_now(score, now))  # type: ignore[arg-type]


def describe(package: dict[str, Any], *, lang: str, private: bool) -> dict[str, Any]:
    """The whole score of a dataset.

    :param lang: ``pl``, ``en`` or ``both``
    :param private: the caller may edit the dataset, so alerts about personal data are his to see
    """
    about = {"id": package["id"], "name": package["name"], "title": package.get("title")}
    score = store.score_of(package["id"])
    if score is None:
        return {**about, **_not_scored(lang)}
    if score.withheld and not private:
        return {**about, **_withheld(score, lang)}
    assessment = present(score)
    kept = score.assessment
    return {
        **about,
        "scored_at": iso(score.scored_at),
        "rules_version": score.rules_version,
        **compact(score),
        "withheld": score.withheld,
        "index": score.quality_index,
        "grade": score.grade,
        "grade_text": said(lang, lambda code: grade_title(score.grade or "none", code)),
        "reason": score.reason,
        "reason_text": said(lang, lambda code: sentences.reason_sentence(assessment, code)),
        "status": assessment.status,
        "status_text": said(lang, lambda code: status_title(assessment.status, code)),
        "sentence": said(lang, lambda code: sentences.status_sentence(assessment, code)),
        "notes": said(lang, lambda code: sentences.note_sentences(assessment, code)),
        "labels": [_label(label, lang) for label in score.labels],
        "coverage": score.coverage,
        "weights": dict(RULES.weights),
        "components": [_component(kept[name], lang) for name in ("metadata", "freshness", "content")],
        "gates": [
            _gate(gate, dumped, lang) for gate, dumped in zip(assessment.gates, kept["gates"], strict=True)
        ],
        "deductions": [
            _deduction(item, dumped, lang)
            for item, dumped in zip(assessment.deductions, kept["deductions"], strict=True)
        ],
        "findings": _standing(package["id"], lang, private=private),
        "forecast": kept.get("forecast"),
        "declared": kept.get("declared_code"),
        "pending": kept.get("pending_code"),
        "period_days": kept.get("period_days"),
        "typical_gap_days": kept.get("typical_gap_days"),
        "punctuality": kept.get("punctuality"),
        "cycles": kept.get("cycles"),
        "content_age_days": kept.get("content_age_days"),
        "update_age_days": kept.get("update_age_days"),
        "worst_resource_id": kept.get("worst_resource_id"),
        "due_at": iso(score.due_at),
        "overdue_at": iso(score.overdue_at),
        "delinquent_at": iso(score.delinquent_at),
        "next_crossing": iso(score.next_crossing),
        "next_check": iso(score.next_check),
        "history": [
            {"day": iso(item.day), "index": item.quality_index, "grade": item.grade, "status": item.status}
            for item in store.history(package["id"], settings().history_days)
        ],
    }


def decisions_of(package_id: str) -> list[Decision]:
    """The coordinator's decisions in force on a dataset."""
    from .evidence import active_decisions

    return active_decisions(package_id)


def _standing(package_id: str, lang: str, *, private: bool) -> list[dict[str, Any]]:
    """Findings that stand and count, the most certain first; one that costs points is among the deductions too."""
    found = findings.load([package_id]).get(package_id)
    if found is None:
        return []
    decisions = decisions_of(package_id)
    rows = [row for row in found.standing if not findings.cleared(row, decisions)]
    return [
        finding(row, lang, cleared=False)
        for row in rows
        if private or not findings.traits(row.code).get("private")
    ]


def finding(row: FindingRow, lang: str, *, cleared: bool) -> dict[str, Any]:
    """One finding: what, where, since when, how sure, and what mends it."""
    made = findings.as_domain(row)
    return {
        "id": row.id,
        "resource_id": row.resource_id,
        "code": row.code,
        "text": said(lang, lambda code: findings.sentence(made, code)[0]),
        "remedy": said(lang, lambda code: findings.sentence(made, code)[1]),
        "where": {key: row.params[key] for key in ("file", "row", "column", "period") if key in row.params},
        "since": iso(row.since),
        "certainty": row.certainty,
        "found_at": iso(row.found_at),
        "confirmed_at": iso(row.confirmed_at),
        "ended_at": iso(row.ended_at),
        "private": bool(findings.traits(row.code).get("private")),
        "withholds": bool(findings.traits(row.code).get("withholds")),
        "cleared": cleared,
    }


def _label(label: str, lang: str) -> dict[str, Any]:
    return {"code": label, "text": said(lang, lambda code: words.word(words.LABELS, label, code))}


def _gate(gate: Gate, dumped: dict[str, Any], lang: str) -> dict[str, Any]:
    return {**dumped, "text": said(lang, lambda code: sentences.gate_sentence(gate, code))}


def _deduction(item: Deduction, dumped: dict[str, Any], lang: str) -> dict[str, Any]:
    """A deduction with what was seen (``text``) and what would mend it (``remedy``)."""
    return {
        **dumped,
        "text": said(lang, lambda code: sentences.explain(item, code)[0]),
        "remedy": said(lang, lambda code: sentences.explain(item, code)[1]),
    }


def _component(kept: dict[str, Any], lang: str) -> dict[str, Any]:
    return {
        "code": kept["code"],
        "name": said(lang, lambda code: words.word(words.COMPONENTS, kept["code"], code)),
        "score": kept["score"],
        "coverage": kept["coverage"],
        "measured": kept["score"] is not None,
        "parts": kept["parts"],
        "notes": kept["notes"],
    }


def _not_scored(lang: str) -> dict[str, Any]:
    return {
        "scored_at": None,
        "index": None,
        "grade": None,
        "grade_text": said(lang, lambda code: grade_title("none", code)),
        "reason": "not_scored",
        "reason_text": said(lang, lambda code: words.word(words.REASONS, "not_scored", code)),
        "status": "unknown",
        "status_text": said(lang, lambda code: status_title("unknown", code)),
        "labels": [],
        "components": [],
        "gates": [],
        "deductions": [],
        "findings": [],
        "history": [],
        "withheld": False,
    }


def _withheld(score: Score, lang: str) -> dict[str, Any]:
    """The public's view of a set in which personal data are suspected: no score, and why."""
    return {
        **_not_scored(lang),
        "scored_at": iso(score.scored_at),
        "reason": WITHHELD_REASON,
        "reason_text": said(lang, lambda code: words.word(words.REASONS, WITHHELD_REASON, code)),
        "withheld": True,
    }


def observation(seen: Observation) -> dict[str, Any]:
    """One observation, without the hashes of rows and periods and without findings of personal data."""
    return {
        "resource_id": seen.resource_id,
        "observed_at": iso(seen.observed_at),
        "last_seen_at": iso(seen.last_seen_at),
        "checks": seen.checks,
        "method": seen.method,
        "http_status": seen.http_status,
        "etag": seen.etag,
        "last_modified": seen.last_modified,
        "content_length": seen.content_length,
        "bytes_sha256": seen.bytes_sha256,
        "value_hash": seen.value_hash,
        "schema_fingerprint": seen.schema_fingerprint,
        "row_count": seen.row_count,
        "newest_period": iso(seen.newest_period),
        "columns": (seen.profile or {}).get("columns", {}),
        "problems": seen.problems,
    }


def decision(taken: Decision) -> dict[str, Any]:
    """A coordinator's decision."""
    return {
        "id": taken.id,
        "package_id": taken.package_id,
        "kind": taken.kind,
        "subject": taken.subject,
        "decided_at": iso(taken.decided_at),
        "decided_by": taken.user_id,
        "reason": taken.reason,
        "valid_until": iso(taken.valid_until),
        "revoked_at": iso(taken.revoked_at),
    }
