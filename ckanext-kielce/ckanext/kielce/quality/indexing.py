"""The score in the search index, and on the results that a search brings.

Solr's schema of CKAN 2.12 has no numeric dynamic field, so the index is a zero-padded text for sorting. The dates at
which the status turns are indexed too: a query that compares them with NOW is right even before the next score.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from . import store, withholding
from .model import Score
from .presentation import compact, grade_title, reader_lang, status_title

#: Facet value and search word of a dataset without a grade.
NO_GRADE = "none"
#: Words of a query's ``fq`` or ``q`` that stand for a condition on dates.
LATE = "quality_late:true"
LATE_QUERY = "quality_overdue_date:[* TO NOW]"
NOT_SCORED = "unknown"


def add_fields(document: dict[str, Any]) -> dict[str, Any]:
    """Add ``quality_*`` fields to a dataset's Solr document; a dataset not scored yet is ``unknown``."""
    score = store.score_of(document["id"])
    if score is None or score.withheld:
        document["quality_status"] = NOT_SCORED
        document["quality_grade"] = NO_GRADE
        return document
    document["quality_status"] = store.status_now(score)
    document["quality_grade"] = score.grade or NO_GRADE
    if score.quality_index is not None:
        document["quality_index"] = padded(score.quality_index)
    if score.reason:
        document["quality_reason"] = score.reason
    if score.labels:
        document["vocab_quality_labels"] = list(score.labels)
    for field, value in (
        ("next_expected_date", score.next_expected),
        ("next_crossing_date", score.next_crossing),
        ("quality_overdue_date", score.overdue_at),
        ("quality_delinquent_date", score.delinquent_at),
    ):
        if value is not None:
            document[field] = solr_date(value)
    return document


def padded(points: float) -> str:
    """0-100 as text that sorts like the number: 7.25 is ``007.25``."""
    return f"{min(max(points, 0.0), 100.0):06.2f}"


def solr_date(value: dt.date) -> str:
    """A day or moment in Solr's form (UTC)."""
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{value.isoformat()}T00:00:00Z"


def widen_query(params: dict[str, Any]) -> dict[str, Any]:
    """Let ``fq=quality_late:true`` ask for sets that are overdue at this very moment."""
    for key in ("fq", "q"):
        if isinstance(params.get(key), str) and LATE in params[key]:
            params[key] = params[key].replace(LATE, LATE_QUERY)
    if isinstance(params.get("fq_list"), list):
        params["fq_list"] = [query.replace(LATE, LATE_QUERY) for query in params["fq_list"]]
    return params


def add_to_results(search_results: dict[str, Any]) -> dict[str, Any]:
    """Attach ``quality`` to each result and titles to the facets; one database query a page."""
    results = [item for item in search_results.get("results", ()) if isinstance(item, dict) and "id" in item]
    scores = store.scores_of([item["id"] for item in results], whole=False)
    for item in results:
        score: Score | None = scores.get(item["id"])
        if score is not None:
            item["quality"] = compact(score)
            withholding.hide(item, frozenset(score.withheld_resources))
    for name, title in (("quality_status", status_title), ("quality_grade", grade_title)):
        for entry in search_results.get("search_facets", {}).get(name, {}).get("items", ()):
            entry["display_name"] = title(entry["name"], reader_lang())
    return search_results
