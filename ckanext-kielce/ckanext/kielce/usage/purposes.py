"""Who uses the data, said by visitors in one click: counted, and nothing else is kept."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path

import yaml
from ckanext.kielce.usage import store


@cache
def purposes() -> dict[str, dict[str, str]]:
    """The answers that may be given: code -> words in ``pl`` and ``en``."""
    found: dict[str, dict[str, str]] = yaml.safe_load(
        Path(__file__).with_name("purposes.yaml").read_text(encoding="utf-8")
    )
    return found


def kind(code: str) -> str:
    """The kind under which an answer is counted."""
    return f"for:{code}"


def said(object_id: str, since: dt.date, until: dt.date) -> dict[str, int]:
    """How often each answer was given, zeros left out."""
    kinds = {kind(code): code for code in purposes()}
    found = store.totals([object_id], since, until, list(kinds)).get(object_id, {})
    return {kinds[name]: number for name, number in found.items()}
