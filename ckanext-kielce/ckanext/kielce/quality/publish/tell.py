"""Sentences about events, by the table ``tell.yaml``. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ckanext.kielce.common import formatting

from .. import words


@cache
def _table() -> dict[str, Any]:
    return yaml.safe_load(Path(__file__).with_name("tell.yaml").read_text(encoding="utf-8"))


def kind_word(kind: str, lang: str) -> str:
    """Word for a kind of events, in the plural."""
    return _table()["kinds"][lang].get(kind, kind)


def told(kind: str, data: Mapping[str, Any], title: str, lang: str) -> tuple[str, str]:
    """Title and sentence of an event.

    :param title: the dataset's
    :param lang: ``pl`` or ``en``
    """
    head, sentence = _table()[kind][lang]
    parts = _table()["parts"][lang]
    problems = ", ".join(
        parts[code] if code in parts else words.word(words.LABELS, code, lang)
        for code in data.get("problems", ())
    )
    filled = sentence.format(
        until=_dated(parts["until"], data.get("newest_period"), lang),
        late=parts["late"] if data.get("was_late") else "",
        last=_dated(parts["last"], data.get("last_content"), lang),
        problems=problems,
    )
    return head.format(title=title), filled


def _dated(pattern: str, value: str | None, lang: str) -> str:
    if not value:
        return ""
    moment = dt.datetime.fromisoformat(value) if "T" in value else dt.date.fromisoformat(value)
    return pattern.format(date=formatting.date(moment, lang))
