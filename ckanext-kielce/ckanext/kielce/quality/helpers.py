"""Template helpers: the room's public face in the reader's language."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.kielce.common import formatting

from . import presentation, shared, words
from .chart import history_svg
from .publish import outlets

DECIMAL = re.compile(r"-?\d+\.\d+")


def kielce_quality_lang() -> str:
    """The reader's language: ``pl`` or ``en``."""
    return presentation.reader_lang()


def kielce_quality_show(dataset_id: str) -> dict[str, Any]:
    """The whole score of a dataset as this reader may see it; asked once a request."""
    cache: dict[str, dict[str, Any]] = tk.g.__dict__.setdefault("_kielce_quality", {})
    if dataset_id not in cache:
        try:
            cache[dataset_id] = tk.get_action("kielce_quality_show")(
                {"user": tk.g.user}, {"id": dataset_id, "lang": kielce_quality_lang()}
            )
        except (tk.ObjectNotFound, tk.NotAuthorized):
            cache[dataset_id] = {}
    return cache[dataset_id]


def kielce_quality_for(dataset_id: str) -> dict[str, Any]:
    """What a result card shows of one dataset."""
    return shared.quality_for_many([dataset_id]).get(dataset_id, {})


def kielce_quality_for_many(dataset_ids: list[str]) -> dict[str, dict[str, Any]]:
    """What result cards show, by dataset id."""
    return shared.quality_for_many(dataset_ids)


def kielce_quality_late(limit: int = 10) -> list[dict[str, Any]]:
    """Sets that are out of date, each with ``reason``: a sentence that says why."""
    rows = shared.late_list(limit, kielce_quality_lang(), getattr(tk.g, "user", None))
    return [{**row, "reason": row["sentence"]} for row in rows]


def kielce_quality_unit(unit: str) -> dict[str, Any]:
    """How the sets of an organisation stand: counts by status and a sentence; {} when none was scored."""
    return shared.unit_summary(unit, kielce_quality_lang(), getattr(tk.g, "user", None))


def kielce_quality_number(value: float | None, decimals: int = 0) -> str:
    """Points as readers write them."""
    return "" if value is None else formatting.number(value, kielce_quality_lang(), decimals)


def kielce_quality_word(kind: str, code: str | None) -> str:
    """Word for a code; kind is status, grade, reason, label, component or decision."""
    if kind == "status":
        return presentation.status_title(code or "unknown", kielce_quality_lang())
    tables: Mapping[str, Mapping[str, tuple[str, str]]] = {
        "grade": words.GRADES,
        "reason": words.REASONS,
        "label": words.LABELS,
        "component": words.COMPONENTS,
        "decision": words.DECISIONS,
    }
    return words.word(tables[kind], code, kielce_quality_lang())


def kielce_quality_date(value: str | None) -> str:
    """A day or moment as readers write it."""
    if not value:
        return ""
    moment = dt.datetime.fromisoformat(value)
    return formatting.date(moment.date(), kielce_quality_lang())


def kielce_quality_chart(history: list[dict[str, Any]]) -> str:
    """Daily scores as a small inline SVG with a text for those who don't see it."""
    return history_svg(history, kielce_quality_lang())


def kielce_quality_changes(package: dict[str, Any]) -> dict[str, Any]:
    """What a dataset's files cover and their last real changes, for the dataset's page."""
    return outlets.section(package, kielce_quality_lang())


def kielce_quality_cell(value: str) -> str:
    """A cell of a table of differences: a decimal point becomes the reader's; codes stay as they are."""
    decimal = kielce_quality_lang() == "pl" and DECIMAL.fullmatch(value)
    return value.replace(".", ",") if decimal else value


def kielce_quality_card(score: dict[str, Any] | None) -> dict[str, Any]:
    """A card's score, or the one that says "not checked yet"."""
    return score or {"index": None, "grade": None, "reason": "not_scored", "status": "unknown"}


__all__ = [
    "kielce_quality_card",
    "kielce_quality_cell",
    "kielce_quality_changes",
    "kielce_quality_chart",
    "kielce_quality_date",
    "kielce_quality_for",
    "kielce_quality_for_many",
    "kielce_quality_lang",
    "kielce_quality_late",
    "kielce_quality_number",
    "kielce_quality_show",
    "kielce_quality_unit",
    "kielce_quality_word",
]
