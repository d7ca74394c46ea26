"""Findings on content in plain Polish and English; the templates are in sentences.yaml."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from ckanext.kielce.common import formatting

from ..domain.model import Finding

_QUOTES = {"pl": "„{}”", "en": "“{}”"}


@lru_cache(maxsize=1)
def templates() -> Mapping[str, Any]:
    """The table: code -> variant -> language -> text and remedy."""
    return yaml.safe_load((Path(__file__).parent / "sentences.yaml").read_text(encoding="utf-8"))


def sentence(finding: Finding, lang: str) -> tuple[str, str]:
    """What was seen, and what mends it, in Polish ("pl") or English."""
    language = "pl" if lang.startswith("pl") else "en"
    params = finding.params
    values: dict[str, Any] = defaultdict(lambda: "?")
    for key, value in params.items():
        if isinstance(value, list):
            values[key] = ", ".join(_QUOTES[language].format(item) for item in value)
        elif isinstance(value, int | float) and key != "row" and not isinstance(value, bool):
            values[key] = formatting.number(value, language)
        else:
            values[key] = value
    percent = round(100 * finding.share)
    values["share"] = f"{max(1, percent) if finding.share else 0}%"
    told = str(params.get(f"told_{language}") or "")
    if told:  # the reader's sentence says both
        seen, _, mended = told.partition(". ")
        return f"{seen.rstrip('.')}.", mended
    template = templates()[finding.code][params["variant"]][language]
    return template["text"].format_map(values), template["remedy"].format_map(values)
