"""Rows of the store as plain data for actions, pages and downloads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .domain.codes import slug
from .domain.export import CARD_FIELDS
from .domain.vocabulary import DIRECTIONS, KINDS, STATUSES, themes, units
from .model import IndicatorCard, IndicatorValue


def number(value: Any) -> int | float | None:
    """A Numeric as a JSON number: whole ones stay whole."""
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)


def value_dict(row: IndicatorValue) -> dict[str, Any]:
    """A value: numbers as numbers, reasons both as one sentence per language and as codes."""
    return {
        "indicator": row.indicator,
        "period": row.period,
        "area": row.area,
        "value": number(row.value),
        "unit": row.unit,
        "status": row.status,
        "as_printed": row.as_printed,
        "printed_value": number(row.printed_value),
        "corrected": row.value != row.printed_value,
        "reason_pl": " ".join(reason["pl"] for reason in row.reasons),
        "reason_en": " ".join(reason["en"] for reason in row.reasons),
        "reason_codes": [reason["code"] for reason in row.reasons],
        "revision": row.revision,
        "revised": row.created.isoformat(),
        "source": row.source,
    }


def card_dict(card: IndicatorCard) -> dict[str, Any]:
    """A card with the words for its codes."""
    theme, unit = themes()[card.theme], units()[card.unit]
    direction, kind = DIRECTIONS[card.direction], KINDS[card.kind]
    return {
        **{name: getattr(card, name) for name in CARD_FIELDS},
        "slug": slug(card.code),
        "theme_pl": theme.name.pl,
        "theme_en": theme.name.en,
        "domain": theme.domain,
        "kind_pl": kind[0],
        "kind_en": kind[1],
        "unit_pl": unit.name.pl,
        "unit_en": unit.name.en,
        "unit_symbol": unit.symbol,
        "direction_pl": direction[0],
        "direction_en": direction[1],
        "revision": card.revision,
        "modified": card.modified.isoformat(),
    }


def status_words() -> dict[str, dict[str, str]]:
    """The words for the statuses of values."""
    return {code: {"pl": pl, "en": en} for code, (pl, en) in STATUSES.items()}


def own_first(rows: Iterable[dict[str, Any]], own_area: str) -> list[dict[str, Any]]:
    """Values with the own area first, the others by name; the order of periods is kept."""
    return sorted(rows, key=lambda row: (row["area"] != own_area, row["area"]))


def latest(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each area the value of its newest period; one that the print gives no year for gives way to a dated one."""
    best: dict[str, dict[str, Any]] = {}
    for row in rows:
        other = best.get(row["area"])
        if other is None or (row["value"] is not None, row["period"]) > (
            other["value"] is not None,
            other["period"],
        ):
            best[row["area"]] = row
    return list(best.values())
