"""A sheet as a file: a list for spreadsheets, shapes for maps."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ckanext.kielce.common import spreadsheet
from ckanext.kielce.places import plane
from ckanext.kielce.places.sheet import Sheet

HEADS: Mapping[str, tuple[str, ...]] = {
    "pl": (
        "część", "temat", "stan", "obiekt", "odległość [m]", "kierunek", "część obszaru", "cechy", "uwagi", "zbiór",
        "kto publikuje", "aktualność", "zmiana treści", "odczyt", "adres zbioru",
    ),
    "en": (
        "part", "theme", "state", "object", "distance [m]", "direction", "share of the area", "features", "remarks",
        "dataset", "publisher", "freshness", "content changed", "read", "address of the dataset",
    ),
}  # fmt: skip
PARTS = {
    "touches": {"pl": "dotyczy miejsca", "en": "at the place"},
    "near": {"pl": "w pobliżu", "en": "near by"},
}


def csv(sheet: Sheet, lang: str) -> bytes:
    """The rows of a sheet, one for each object; a theme without objects has one row."""
    return spreadsheet.as_csv(HEADS[lang], _rows(sheet.data, lang), lang)


def _rows(data: Mapping[str, Any], lang: str) -> Iterator[list[Any]]:
    for part, words in PARTS.items():
        for row in data[part]:
            begin = [words[lang], row["title"], row["state_text"]]
            remark = " ".join(filter(None, (row.get("note"), row["reason_text"])))
            for item in row["objects"]:
                told = "; ".join(f"{entry['label']}: {entry['value']}" for entry in item["columns"])
                measured = [item["distance"], item["direction"], item["share"]]
                yield [*begin, item["label"], *measured, told, remark, *_source(data, item["source"])]
            if not row["objects"]:
                first = row["sources"][0] if row["sources"] else ""
                yield [*begin, "", None, "", None, "", remark, *_source(data, first)]


def _source(data: Mapping[str, Any], key: str) -> list[Any]:
    source = data["sources"].get(key)
    if not source:
        return [""] * 6
    return [
        source["title"],
        source["publisher"],
        source["status_text"],
        (source["changed"] or "")[:10],
        (source["read_at"] or "")[:16],
        source["url"],
    ]


def geojson(sheet: Sheet) -> bytes:
    """The place and everything that the sheet tells of, in degrees (RFC 7946)."""
    from shapely.geometry import mapping

    features = [
        {"type": "Feature", "properties": properties, "geometry": mapping(plane.to_degrees(shape))}
        for shape, properties in sheet.shapes
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()
