"""A submission as the API and the pages show it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ckanext.kielce.common import titles, vocabularies

from . import store
from .kinds import is_open, word
from .model import Submission


def described(rows: Sequence[Submission], lang: str) -> list[dict[str, Any]]:
    """Dicts of submissions with the names of their datasets and units, in four queries at most for all of them."""
    ids = {package_id for row in rows for package_id in row.package_ids}
    packages = store.packages(ids)
    english = titles.english(ids) if lang == "en" else {}
    units = store.units({row.unit_id for row in rows if row.unit_id})
    today = store.now().astimezone(store.WARSAW).date()
    return [_described(row, packages, english, units.get(row.unit_id or ""), today, lang) for row in rows]


def _described(
    row: Submission, packages: dict[str, Any], english: dict[str, str], unit: Any, today: Any, lang: str
) -> dict[str, Any]:
    return {
        "number": row.number,
        "kind": row.kind,
        "kind_title": word("kinds", row.kind, lang),
        "state": row.state,
        "state_title": word("states", row.state, lang),
        "open": is_open(row.state),
        "public": row.public,
        "title": row.title,
        "text": row.text,
        "datasets": [
            {
                "name": packages[package_id].name,
                "title": english.get(package_id) or packages[package_id].title,
            }
            for package_id in row.package_ids
            if package_id in packages
        ],
        "unit": {"name": unit.name, "title": _unit_title(unit, lang)} if unit else None,
        "url": row.url,
        "what": row.what,
        "what_title": word("reuses", row.what, lang) if row.what else None,
        "author": row.author,
        "created_at": row.created_at.isoformat(),
        "due_on": row.due_on.isoformat() if row.due_on else None,
        "late": bool(row.due_on and is_open(row.state) and row.due_on < today),
        "answer": row.answer,
        "answered_at": row.answered_at.isoformat() if row.answered_at else None,
    }


def _unit_title(unit: Any, lang: str) -> str:
    entry = vocabularies.unit(unit.name)
    return entry.label(lang) if entry else str(unit.title or unit.name)
