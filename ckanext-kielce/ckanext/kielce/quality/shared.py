"""The public face of the quality room: other rooms import from here and from nowhere else in it.

Languages are ``pl`` and ``en``. Nothing here writes.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any

from ckan import model as ckan_model

from . import gains, presentation, store, withholding, words
from .domain.sentences import status_word
from .gains import Fix, fixes
from .gather.fetching import kind_of as way_in
from .jobs import enqueue_observe, enqueue_score
from .league import UnitRow, league
from .overview import SORTS as SET_SORTS
from .overview import (
    Filter,
    Issue,
    SetRow,
    decided,
    finding_texts,
    issues,
    sets,
    status_texts,
    turning_between,
    with_points,
)
from .pending import FrequencyChange, frequency_changes
from .publish.seen import seen_versions, version_text
from .transitions import Transition, transitions
from .trial import trial
from .twins import Pair
from .twins import cells as twin_cells
from .twins import pairs as twin_pairs

__all__ = [
    "SET_SORTS",
    "Filter",
    "Fix",
    "FrequencyChange",
    "Issue",
    "Pair",
    "SetRow",
    "Transition",
    "UnitRow",
    "decided",
    "deductions",
    "enqueue_observe",
    "enqueue_score",
    "finding_texts",
    "fixes",
    "frequency_changes",
    "issues",
    "late_list",
    "league",
    "next_crossing",
    "points_won",
    "quality_for",
    "quality_for_many",
    "seen_versions",
    "series_members",
    "sets",
    "status_texts",
    "status_word",
    "transitions",
    "trial",
    "turning_between",
    "twin_cells",
    "twin_pairs",
    "unit_summary",
    "version_text",
    "way_in",
    "with_points",
]


def quality_for(dataset_id: str, lang: str = "pl") -> dict[str, Any]:
    """The whole score of a dataset as the public sees it (see action ``kielce_quality_show``); {} when it is gone."""
    package = ckan_model.Package.get(dataset_id)
    if package is None:
        return {}
    about = {"id": package.id, "name": package.name, "title": package.title}
    return presentation.describe(about, lang=lang, private=False)


def quality_for_many(dataset_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What result cards show (index, grade, reason, status, next expected update) by dataset id; one query."""
    scores = store.scores_of(dataset_ids, whole=False)
    return {key: presentation.compact(score) for key, score in scores.items()}


def series_members(dataset_id: str) -> set[str]:
    """Members of the dataset's series (districts, lines, kinds …) as last read from its files; one query."""
    return store.members_of(dataset_id)


def deductions(dataset_id: str, lang: str = "pl") -> list[dict[str, Any]]:
    """What a dataset lost points for, the most first: code, component, points, text."""
    return quality_for(dataset_id, lang).get("deductions", [])


def late_list(limit: int = 10, lang: str = "pl", user: str | None = None) -> list[dict[str, Any]]:
    """Sets that are overdue at this moment and why, title, status, sentence; those that became so last come first.

    What went late this month can still be mended; what has been late for years would hide it.
    """
    _total, rows = store.list_scores({"late": True}, "-overdue", limit, 0, store.visible(user))
    return [presentation.row(score, package, lang) for score, package in rows]


def unit_summary(unit: str, lang: str = "pl", user: str | None = None) -> dict[str, Any]:
    """How the sets of an organisation (name or id) stand: ``total``, ``statuses``, ``index`` (mean), ``sentence``."""
    rows = store.list_scores({"organization": unit}, "name", 10_000, 0, store.visible(user))[1]
    if not rows:
        return {}
    statuses = Counter(store.status_now(score) for score, _package in rows)
    points = [score.quality_index for score, _package in rows if score.quality_index is not None]
    mean = sum(points) / len(points) if points else None
    late = statuses["overdue"] + statuses["delinquent"]
    told = words.unit_sentence(lang, total=len(rows), late=late, mean=mean)
    return {"total": len(rows), "statuses": dict(statuses), "late": late, "index": mean, "sentence": told}


def next_crossing(dataset_ids: Iterable[str] | None, now: dt.datetime) -> dt.datetime | None:
    """When the first of these datasets (None: of all) will read differently because of the time alone; None for never."""
    return store.next_crossing(dataset_ids, now)


def schema_changes(limit: int, lang: str = "pl", package_id: str | None = None) -> list[dict[str, Any]]:
    """Changes of columns in public files, the newest first; of one dataset, or of the whole portal.

    Each has what action ``kielce_quality_changes`` gives of a change, ``package`` (the dataset's row) and ``moment``.
    """
    from .publish import columns_changed

    return columns_changed.newest(limit, lang, package_id)


def withheld_files() -> frozenset[str]:
    """Ids of all files that are kept from the public for now."""
    return withholding.all_withheld()


def points_won(issues: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str, str], float]:
    """Points of the index that mending each issue brings back; one query.

    :param issues: (dataset id, kind: ``late``, ``broken`` or ``found``, code of the finding or "")
    """
    wanted = list(issues)
    lost = gains.lost([ckan_model.Package.id.in_({issue[0] for issue in wanted})]) if wanted else {}
    return {issue: gains.points_of(issue[1], issue[2], lost.get(issue[0], ())) for issue in wanted}
