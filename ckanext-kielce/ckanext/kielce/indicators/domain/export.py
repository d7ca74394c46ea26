"""Publishing: values and cards as CSV, and a Frictionless Tabular Data Package that describes them. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from .vocabulary import STANDARD, STATUSES, units

#: Fields of the published values, in order. Rule source: Data Package v1, Table Schema.
VALUE_FIELDS: tuple[dict[str, Any], ...] = (
    {
        "name": "indicator",
        "type": "string",
        "title": "Kod wskaźnika",
        "description": f"Kod według {STANDARD}, np. EC 5.1",
    },
    {
        "name": "period",
        "type": "year",
        "title": "Rok",
        "description": "Rok pomiaru; pusty, gdy druk go nie podaje",
    },
    {"name": "area", "type": "string", "title": "Miasto"},
    {"name": "value", "type": "number", "title": "Wartość", "description": "Pusta, gdy brak danych"},
    {"name": "unit", "type": "string", "title": "Jednostka", "constraints": {"enum": []}},
    {
        "name": "status",
        "type": "string",
        "title": "Status (SDMX CL_OBS_STATUS)",
        "description": "; ".join(f"{code} = {pl} / {en}" for code, (pl, en) in STATUSES.items()),
        "constraints": {"enum": list(STATUSES)},
    },
    {
        "name": "as_printed",
        "type": "string",
        "title": "Zapis w druku",
        "description": "Komórka tabeli co do znaku",
    },
    {
        "name": "printed_value",
        "type": "number",
        "title": "Wartość odczytana z druku",
        "description": "Przed poprawkami",
    },
    {"name": "reason_pl", "type": "string", "title": "Powód poprawki lub oznaczenia"},
    {"name": "reason_en", "type": "string", "title": "Powód po angielsku"},
    {
        "name": "revision",
        "type": "integer",
        "title": "Rewizja",
        "description": "1 = pierwsza; starsze rewizje są zachowane",
    },
    {"name": "revised", "type": "datetime", "title": "Kiedy zapisano"},
)
#: Fields of the published cards that are texts of the card itself.
CARD_FIELDS: tuple[str, ...] = (
    "code", "standard", "theme", "kind", "name_pl", "name_en", "unit", "direction", "definition_pl", "definition_en",
    "numerator_pl", "numerator_en", "denominator_pl", "denominator_en", "method_pl", "method_en", "method_version",
    "comparability_pl", "comparability_en", "limits_pl", "limits_en", "source_pl", "source_en", "compiler",
)  # fmt: skip


def plain(value: Any) -> str:
    """A cell: numbers without exponent, nothing for None."""
    if value is None:
        return ""
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def to_csv(rows: Iterable[Mapping[str, Any]], fields: Iterable[str]) -> str:
    """Rows as CSV (RFC 4180: comma, CRLF, quotes where needed) with a header; keys beyond ``fields`` are left out."""
    names = list(fields)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([plain(row.get(name)) for name in names] for row in rows)
    return out.getvalue()


def values_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Values of the store as CSV."""
    return to_csv(rows, (field["name"] for field in VALUE_FIELDS))


def cards_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """Cards of the store as CSV."""
    return to_csv(rows, CARD_FIELDS)


def value_schema() -> dict[str, Any]:
    """The Table Schema of the values."""
    fields = [dict(field) for field in VALUE_FIELDS]
    for field in fields:
        if field["name"] == "unit":
            field["constraints"] = {"enum": list(units())}
    # No primaryKey: a period that the print doesn't give is empty, which a key may not be.
    return {"fields": fields, "missingValues": [""]}


def columns() -> list[dict[str, str]]:
    """The values' columns as a resource's column dictionary in the city's schema."""
    keys = ("name", "type", "title", "description")
    return [{key: field[key] for key in keys if field.get(key)} for field in VALUE_FIELDS]


def package(
    name: str, title: str, description: str, values_url: str, cards_url: str | None, source: str
) -> dict[str, Any]:
    """The descriptor of a Tabular Data Package over the published addresses.

    :param cards_url: address of the cards' CSV, None for the package of a single indicator
    """
    table = {
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
    }
    resources: list[dict[str, Any]] = [
        {**table, "name": "values", "title": "Wartości", "path": values_url, "schema": value_schema()}
    ]
    if cards_url:
        fields = [{"name": field, "type": "string"} for field in CARD_FIELDS]
        resources.append(
            {
                **table,
                "name": "cards",
                "title": "Karty wskaźników",
                "path": cards_url,
                "schema": {"fields": fields, "missingValues": [""], "primaryKey": "code"},
            }
        )
    return {
        "profile": "tabular-data-package",
        "name": name,
        "title": title,
        "description": description,
        "sources": [{"title": source}],
        "resources": resources,
    }
