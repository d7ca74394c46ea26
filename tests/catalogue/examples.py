"""One dataset of each type as a client would send it, full enough to touch every rule of the profile."""

from __future__ import annotations

import copy
from typing import Any

COMMON: dict[str, Any] = {
    "notes": "Co jest w zbiorze, skąd pochodzi i do czego się przydaje.",
    "notes_en": "What is in the set, where it comes from and what it is good for.",
    "frequency": "MONTHLY",
    "license_id": "CC-BY-4.0",
    "rights": "Podaj źródło: Urząd Miasta Kielce.",
    "legal_basis": "Ustawa o otwartych danych z 11 sierpnia 2021 r.",
    "provenance": "Rejestr prowadzony przez wydział.",
    "contact": [{"name": "Wydział Organizacyjny", "email": "dane@um-kielce.example"}],
    "temporal_coverage": [{"start": "2020-01", "end": "2024-12"}],
    "issued": "2020-02-01",
    "modified": "2025-01-15",
    "tags": [{"name": "budżet"}, {"name": "wydatki miasta"}],
}

DATASET = COMMON | {
    "type": "dataset",
    "name": "wydatki-miasta",
    "title": "Wydatki miasta",
    "title_en": "City spending",
    "domain": "finanse",
    "url": "https://bip.kielce.example/budzet",
    "documentation": ["https://bip.kielce.example/budzet/opis"],
    "resources": [
        {
            "url": "https://dane.kielce.example/wydatki.csv",
            "name": "Wydatki 2020-2024",
            "name_en": "Spending 2020-2024",
            "format": "csv",
            "encoding": "cp1250",
            "delimiter": ";",
            "size": 12345,
            "hash": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "hash_algorithm": "sha256",
            "columns": [{"name": "kwota", "type": "number", "unit": "zł", "title": "Kwota"}],
            "status": "COMPLETED",
            "availability": "STABLE",
            "temporal_start": "2020-01",
            "temporal_end": "2024-12",
        },
        {"url": "https://dane.kielce.example/wydatki.xlsx", "name": "Wydatki (arkusz)"},
    ],
}

SPATIAL_LAYER = COMMON | {
    "type": "spatial_layer",
    "name": "dzialki-ewidencyjne",
    "title": "Działki ewidencyjne",
    "title_en": "Cadastral parcels",
    "domain": "planowanie-przestrzenne",
    "hvd_category": ["http://data.europa.eu/bna/c_ac64a52d"],
    "crs": ["EPSG:2178", "urn:ogc:def:crs:EPSG::4326"],
    "wfs_url": "https://msip.kielce.example/wfs",
    "wms_url": "https://msip.kielce.example/wms",
    "layer_name": "ms:dzialki",
    "lineage": "Pomiar geodezyjny.",
    "scale_denominator": 500,
    "spatial_resolution_in_meters": "0,1",
    "geometry_type": "polygon",
    "spatial": {
        "type": "Polygon",
        "coordinates": [[[20.51, 50.79], [20.71, 50.79], [20.71, 50.92], [20.51, 50.92], [20.51, 50.79]]],
    },
    "resources": [
        {
            "url": "https://msip.kielce.example/wfs",
            "name": "WFS",
            "format": "WFS",
            "access_services": [
                {
                    "title": "MSIP WFS",
                    "endpoint_url": ["https://msip.kielce.example/wfs"],
                    "endpoint_description": "https://msip.kielce.example/wfs?service=WFS&request=GetCapabilities",
                }
            ],
        },
        {"url": "https://msip.kielce.example/wms", "name": "WMS", "format": "WMS_SRVC"},
        {"url": "https://dane.kielce.example/dzialki.geojson", "name": "GeoJSON"},
    ],
}

INDICATOR = COMMON | {
    "type": "indicator",
    "name": "stopa-bezrobocia",
    "title": "Stopa bezrobocia",
    "title_en": "Unemployment rate",
    "domain": "gospodarka",
    "frequency": "http://publications.europa.eu/resource/authority/frequency/ANNUAL",
    "indicator_code": "EC 5.1",
    "indicator_standard": "ISO 37120:2014",
    "indicator_theme": "EC",
    "indicator_kind": "core",
    "indicator_unit": "%",
    "indicator_direction": "down",
    "definition": "Bezrobotni jako odsetek ludności aktywnej zawodowo.",
    "numerator": "Liczba bezrobotnych",
    "denominator": "Ludność aktywna zawodowo",
    "method": "Dane urzędu pracy na koniec roku.",
    "method_version": "2014",
    "comparability": "Inne miasta podają lata 2011-2015.",
    "limits": "Nie obejmuje osób niezarejestrowanych.",
    "compiler": "Biuro Rozwoju Miasta",
    "publisher": [
        {"name": "Biuro Rozwoju Miasta", "type": "LocalAuthority", "email": "rozwoj@um-kielce.example"}
    ],
    "resources": [{"url": "https://dane.kielce.example/ec51.csv", "name": "Wartości"}],
}

LIVE_FEED = COMMON | {
    "type": "live_feed",
    "name": "autobusy-na-zywo",
    "title": "Położenie autobusów",
    "title_en": "Bus positions",
    "domain": "transport",
    "frequency": "1MIN",
    "hvd_category": ["c_b79e35eb"],
    "feed_url": "https://ztm.kielce.example/vehicles.pb",
    "protocol": "GTFS-RT",
    "update_interval_seconds": 30,
    "resources": [
        {"url": "https://ztm.kielce.example/vehicles.pb", "name": "Pojazdy", "format": "GTFS-RT"},
        {"url": "https://ztm.kielce.example/gtfs.zip", "name": "Rozkład", "format": "GTFS"},
    ],
}

EXAMPLES = {item["type"]: item for item in (DATASET, SPATIAL_LAYER, INDICATOR, LIVE_FEED)}


def example(kind: str, **changes: Any) -> dict[str, Any]:
    """A fresh copy of the example of one type, with fields replaced."""
    return copy.deepcopy(EXAMPLES[kind]) | changes
