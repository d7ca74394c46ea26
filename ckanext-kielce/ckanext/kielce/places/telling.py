"""Features in words: names, columns that matter, values, directions. Pure but for the sources' own titles."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ckanext.kielce.common import formatting
from ckanext.kielce.places import plane, rules
from ckanext.kielce.places.rules import Rule
from ckanext.kielce.places.sources import Source
from ckanext.kielce.places.store import Found

#: Columns told of a layer that no rule names.
COLUMNS = 3
_DECIMAL = re.compile(r"-?\d{1,15}\.\d{1,15}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d(?:T00:00:00(?:\.0+)?)?")
#: What drivers write for yes and no.
TRUTHS = {"True": {"pl": "tak", "en": "yes"}, "False": {"pl": "nie", "en": "no"}}


def value(text: str, lang: str) -> str:
    """A value as people write it: days in words, decimal commas; whole numbers stay (they may be codes)."""
    if text in TRUTHS:
        return TRUTHS[text][lang]
    if _DAY.fullmatch(text):
        return formatting.date(text[:10], lang)
    if _DECIMAL.fullmatch(text):
        return formatting.number(text.rstrip("0").rstrip("."), lang)
    return text


def name_column(rule: Rule, attributes: Mapping[str, str]) -> str:
    """The column that names a feature, "" for none."""
    folded = {name.lower(): name for name in attributes}
    if rule.one or rule.name:
        return folded.get(rule.name, "")
    return next((folded[name] for name in rules.table().raw["names"] if folded.get(name)), "")


def label(rule: Rule, source: Source, attributes: Mapping[str, str], lang: str) -> str:
    """What a feature is called: its own name, else what the rule calls it, else its layer's title."""
    if rule.one:
        return rules.said(rule.one, lang)
    column = name_column(rule, attributes)
    return attributes[column] if column else source.title(lang)


def columns(rule: Rule, source: Source, attributes: Mapping[str, str], lang: str) -> list[dict[str, str]]:
    """The columns that matter: name, label, value; without the one that names the feature."""
    folded = {name.lower(): name for name in attributes}
    shown = [folded[name] for name in rule.show if name in folded]
    if not shown:
        hidden = set(rules.table().raw["hidden"])
        shown = [name for low, name in folded.items() if low not in hidden][: COLUMNS + 1]
    named = name_column(rule, attributes)
    return [
        {"name": name, "label": source.column(name, lang), "value": value(attributes[name], lang)}
        for name in shown
        if name != named
    ][: max(COLUMNS, len(rule.show))]


def item(place: Any, found: Found, rule: Rule, source: Source, lang: str) -> dict[str, Any]:
    """A feature as the sheet tells it: ``label``, ``columns``, ``distance`` (metres), ``direction``, ``share`` (of the area)."""
    metres = plane.rounded(found.distance)
    way = plane.direction(place, found.shape) if metres else None
    part = plane.share(place, found.shape) if not metres else None
    return {
        "label": label(rule, source, found.attributes, lang),
        "columns": columns(rule, source, found.attributes, lang),
        "distance": metres,
        "distance_text": distance(metres, lang),
        "direction": rules.table().raw["words"]["directions"][lang][way] if way is not None else "",
        "share": round(part, 4) if part is not None else None,
        "share_text": percent(part, lang) if part is not None else "",
        "source": source.resource_id,
    }


def distance(metres: int, lang: str) -> str:
    """A distance in words."""
    if not metres:
        return rules.said(rules.table().raw["words"]["here"], lang)
    if metres < 1000:
        return f"{metres}{formatting.NBSP}m"
    return f"{formatting.number(metres / 1000, lang, 2 if metres < 10_000 and metres % 100 else 1)}{formatting.NBSP}km"


def percent(part: float, lang: str) -> str:
    """A part of an area; what is not nothing is not told as 0 %."""
    if part < 0.01:
        return f"<{formatting.NBSP}1%"
    return (
        f"{formatting.number(part * 100, lang, 0)}{formatting.NBSP}%"
        if lang == "pl"
        else f"{part * 100:.0f}%"
    )
