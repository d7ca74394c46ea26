"""Findings in plain Polish and English; the templates are in sentences.yaml."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from ckanext.kielce.common import formatting

from ..domain.frequency import frequency
from ..domain.model import Finding

_DATES = ("last", "last_period", "published", "seen", "period")
_QUOTES = {"pl": "„{}”", "en": "“{}”"}


@lru_cache(maxsize=1)
def templates() -> Mapping[str, Any]:
    """The table: label -> variant -> language -> text and remedy."""
    return yaml.safe_load((Path(__file__).parent / "sentences.yaml").read_text(encoding="utf-8"))


def _filled(finding: Finding, lang: str) -> Mapping[str, Any]:
    values: dict[str, Any] = defaultdict(lambda: "?")
    for key, value in finding.params.items():
        if isinstance(value, list):
            values[key] = ", ".join(_QUOTES[lang].format(item) for item in value)
        elif key in _DATES:
            values[key] = formatting.date(str(value), lang) or value
        elif key == "factor" and isinstance(value, float):
            small = value if value >= 1 else 1 / value
            values[key] = formatting.number(round(small, 2) if small < 100 else round(small), lang)
        elif isinstance(value, int) and key != "row":
            values[key] = formatting.number(value, lang)
        else:
            values[key] = value
    for key in ("before", "after"):
        if key in finding.params:
            known = frequency(str(finding.params[key]))
            values[key] = known.pl if lang == "pl" else known.en
    values["since"] = (
        formatting.date(finding.since, lang) if isinstance(finding.since, date) else values["since"]
    )
    others = int(finding.params.get("members") or 1) - 1
    more = f" (i jeszcze {others})" if lang == "pl" else f" (and {others} more)"
    values["more"] = more if others > 0 else ""
    return values


def sentence(finding: Finding, lang: str) -> tuple[str, str]:
    """What was seen, and what mends it, in Polish ("pl") or English."""
    language = "pl" if lang.startswith("pl") else "en"
    template = templates()[finding.code][finding.params["variant"]][language]
    values = _filled(finding, language)
    return template["text"].format_map(values), template["remedy"].format_map(values)
