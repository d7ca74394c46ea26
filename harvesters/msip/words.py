"""The sentences of words.yaml."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ckanext.kielce.harvest.records import SourceError


@cache
def _words() -> dict[str, dict[str, str]]:
    return yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))


def say(code: str, lang: str, **values: Any) -> str:
    """The sentence in Polish ("pl") or else English."""
    return _words()[code]["pl" if lang == "pl" else "en"].format(**values)


def source_error(code: str, **values: Any) -> SourceError:
    """A SourceError with the sentence in both languages."""
    return SourceError(say(code, "en", **values), say(code, "pl", **values))
