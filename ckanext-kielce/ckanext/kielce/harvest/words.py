"""The harvest's sentences in the portal's language."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def _messages() -> dict[str, dict[str, str]]:
    return yaml.safe_load(Path(__file__).with_name("messages.yaml").read_text(encoding="utf-8"))


def say(code: str, lang: str, **values: Any) -> str:
    """The sentence for ``code`` of messages.yaml in Polish ("pl") or else English."""
    words = _messages()[code]
    return words["pl" if lang == "pl" else "en"].format(**values)


def both(code: str, **values: Any) -> tuple[str, str]:
    """The sentence in English and in Polish, in the order in which SourceError takes them."""
    return say(code, "en", **values), say(code, "pl", **values)
