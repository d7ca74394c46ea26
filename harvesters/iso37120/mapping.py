"""An indicator of the table as a dataset of type ``indicator``."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from ckanext.kielce.common import formatting, vocabularies
from ckanext.kielce.indicators.shared import Card, Value, columns, slug, themes, units

OWN_AREA = "Kielce"


def content(card: Card, values: Sequence[Value]) -> dict[str, Any]:
    """An indicator as plain JSON data: the card, and its values as text so that no number is rounded."""
    return {
        "card": card.as_dict(),
        "values": [
            {
                "area": value.area,
                "period": value.period,
                "value": None if value.value is None else f"{value.value:f}",
                "status": value.status,
                "as_printed": value.as_printed,
                "reason_pl": value.reason("pl"),
                "reason_en": value.reason("en"),
            }
            for value in values
        ],
    }


def _sentence(card: dict[str, Any], own: dict[str, Any] | None, lang: str) -> str:
    unit = units()[card["unit"]]
    if own is None:
        return ""
    if own["value"] is None:
        return own[f"reason_{lang}"]
    value = formatting.number(Decimal(own["value"]), lang)
    year = f" ({own['period']})" if own["period"] else ""
    # A symbol such as "/100 tys." reads badly in a sentence; a ratio or a count needs none.
    words = unit.symbol if not unit.symbol.startswith("/") else unit.name.get(lang)
    shown = f"{value}\u00a0{words}".strip()
    doubt = f" {own[f'reason_{lang}']}" if own["status"] == "U" else ""
    return f"{OWN_AREA}: {shown}{year}.{doubt}"


def _notes(card: dict[str, Any], values: list[dict[str, Any]], lang: str) -> str:
    own = next((value for value in values if value["area"] == OWN_AREA), None)
    areas = ", ".join(value["area"] for value in values if value["value"] is not None)
    compared = (
        {"pl": f"Wartości dla miast: {areas}.", "en": f"Values for the cities: {areas}."}[lang]
        if areas
        else ""
    )
    parts = (card[f"definition_{lang}"], _sentence(card, own, lang), compared)
    return " ".join(filter(None, parts))


def _columns(unit: str) -> list[dict[str, str]]:
    """The values' columns, with this indicator's unit on its numbers."""
    return [{**column, "unit": unit} if column["type"] == "number" else column for column in columns()]


def _resources(code: str, unit: str, site: str, span: dict[str, str]) -> list[dict[str, Any]]:
    base = f"{site.rstrip('/')}/wskaznik/{slug(code)}"
    table = {
        "url": f"{base}.csv",
        "name": "Wartości (CSV)",
        "name_en": "Values (CSV)",
        "format": "CSV",
        "mimetype": "text/csv",
        "encoding": "utf-8",
        "delimiter": ",",
        "columns": _columns(unit),
        "primary": True,
    }
    card = {
        "url": f"{base}.json",
        "name": "Karta i wartości (JSON)",
        "name_en": "Card and values (JSON)",
        "format": "JSON",
        "mimetype": "application/json",
        "encoding": "utf-8",
    }
    ends = {f"temporal_{end}": day for end, day in span.items()}
    return [{**table, **ends}, {**card, **ends}]


def dataset(given: dict[str, Any], site: str) -> dict[str, Any]:
    """The dataset of an indicator.

    :param given: as made by `content`
    :param site: address of the portal, which serves the values itself
    """
    card, values = given["card"], given["values"]
    theme = themes()[card["theme"]]
    years = sorted(value["period"] for value in values if value["period"])
    span = {"start": f"{years[0]}-01-01", "end": f"{years[-1]}-12-31"} if years else {}
    data = {
        "type": "indicator",
        "title": f"{card['name_pl']} ({card['code']})",
        "title_en": f"{card['name_en']} ({card['code']})",
        "notes": _notes(card, values, "pl"),
        "notes_en": _notes(card, values, "en"),
        "identifier": card["code"],
        "url": f"{site.rstrip('/')}/wskaznik/{slug(card['code'])}",
        "domain": theme.domain,
        "theme": vocabularies.themes_of_domain(theme.domain),
        "tags": [{"name": name} for name in ("ISO 37120", "wskaźnik", theme.name.pl)],
        "temporal_coverage": [span] if span else [],
        "provenance": card["source_pl"],
        "indicator_code": card["code"],
        "indicator_standard": card["standard"],
        "indicator_theme": card["theme"],
        "indicator_kind": card["kind"],
        "indicator_unit": units()[card["unit"]].name.pl,
        "indicator_direction": card["direction"],
        "definition": card["definition_pl"],
        "numerator": card["numerator_pl"],
        "denominator": card["denominator_pl"],
        "method": card["method_pl"],
        "method_version": card["method_version"],
        "comparability": card["comparability_pl"],
        "limits": card["limits_pl"],
        "compiler": card["compiler"],
        "resources": _resources(card["code"], units()[card["unit"]].name.pl, site, span),
    }
    return {key: value for key, value in data.items() if value not in (None, "", [])}
