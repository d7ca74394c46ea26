"""The harvest's sentences in the portal's language."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Protocol

import yaml


class Told(Protocol):
    """An error that can say itself in both languages: SourceError, FetchError."""

    def text(self, lang: str) -> str: ...


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


def reason(cause: str, **values: Any) -> dict[str, Any]:
    """Why something went wrong, as it is kept with a run or an item: ``{cause, pl, en}``."""
    english, polish = both(cause, **values)
    return {"cause": cause, "pl": polish, "en": english}


def record_reason(error: Told, guid: str, cause: str) -> dict[str, Any]:
    """The same for an error of one record, its guid before each sentence."""
    return {
        "cause": cause,
        "pl": say("record", "pl", guid=guid, reason=error.text("pl")),
        "en": say("record", "en", guid=guid, reason=error.text("en")),
    }
