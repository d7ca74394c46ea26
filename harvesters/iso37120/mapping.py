"""An indicator of the table as a dataset of type ``indicator``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ckanext.kielce.common import formatting, vocabularies
from ckanext.kielce.indicators.shared import columns, slug, themes, units

from .revisions import Row, newest

OWN_AREA = "Kielce"


#: What of a card shapes its dataset.
CARD = (
    "code", "standard", "theme", "kind", "name_pl", "name_en", "unit", "direction", "definition_pl", "definition_en",
    "numerator_pl", "denominator_pl", "method_pl", "method_version", "comparability_pl", "limits_pl", "source_pl", "compiler",
)  # fmt: skip
#: Earlier values named beside the newest.
EARLIER = 4


def content(card: Mapping[str, Any], rows: Sequence[Row]) -> dict[str, Any]:
    """An indicator as plain JSON data: the card, and its values in force with their revisions."""
    return {"card": {name: card[name] for name in CARD}, "values": list(rows)}


def _shown(row: Row, unit: Any, lang: str) -> str:
    value = formatting.number(Decimal(row["value"]), lang)
    year = f" ({row['period']})" if row["period"] else ""
    # A symbol such as "/100 tys." reads badly in a sentence; a ratio or a count needs none.
    words = unit.symbol if not unit.symbol.startswith("/") else unit.name.get(lang)
    return f"{value}\u00a0{words}".strip() + year


def _sentence(card: dict[str, Any], rows: list[Row], lang: str) -> str:
    """The own city's newest value and the ones before it, or why there is none."""
    own = newest(rows)
    if own is None:
        return ""
    if own["value"] is None:
        return own[f"reason_{lang}"]
    unit = units()[card["unit"]]
    earlier = sorted(
        (row for row in rows if row["value"] is not None and row["period"] and row is not own),
        key=lambda row: row["period"],
        reverse=True,
    )[:EARLIER]
    before = ", ".join(_shown(row, unit, lang) for row in earlier)
    said = {"pl": "; wcześniej ", "en": "; before "}[lang] + before if before else ""
    doubt = f" {own[f'reason_{lang}']}" if own["status"] == "U" else ""
    return f"{OWN_AREA}: {_shown(own, unit, lang)}{said}.{doubt}"


def _notes(card: dict[str, Any], values: list[Row], lang: str) -> str:
    own = [value for value in values if value["area"] == OWN_AREA]
    names = sorted(
        {value["area"] for value in values if value["value"] is not None}, key=lambda a: (a != OWN_AREA, a)
    )
    areas = ", ".join(names)
    compared = (
        {"pl": f"Wartości dla miast: {areas}.", "en": f"Values for the cities: {areas}."}[lang]
        if areas
        else ""
    )
    parts = (card[f"definition_{lang}"], _sentence(card, own, lang), compared)
    return " ".join(filter(None, parts))


def _revised(values: list[Row]) -> str:
    """Which values a later table revised, with what they were."""

    def plain(value: str | None) -> str:
        return "brak danych" if value is None else formatting.number(Decimal(value), "pl")

    told = [
        f"{' '.join(filter(None, (row['area'], row['period'])))}: {plain(row['before'])} → {plain(row['value'])} "
        f"(rewizja {row['revision']}, {row['source']})"
        for row in values
        if row["revision"] > 1
    ]
    return f"Zrewidowane wartości: {'; '.join(told)}." if told else ""


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
        "version_notes": _revised(values),
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
