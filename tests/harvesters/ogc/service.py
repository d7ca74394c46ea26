"""A client that answers from memory, and documents in the shapes of pygeoapi, ldproxy and pycsw."""

from __future__ import annotations

import json
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from ckanext.kielce.common.http import FetchError

BASE = "https://api.example/ogc"


def link(rel: str, href: str, media: str = "application/json", **more: str) -> dict[str, str]:
    return {"rel": rel, "href": href, "type": media, **more}


class Service:
    """``answers``: address -> object, text or exception; an address without one is 404. ``asked``: addresses in order."""

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers, self.asked, self.expected = answers, [], None

    def expect(self, number: int) -> None:
        self.expected = number

    def fetch(self, url: str, **more: Any) -> Any:
        self.asked.append(url)
        answer = self.answers.get(url, self.answers.get(url.partition("?")[0]))
        answer = answer(url) if callable(answer) else answer
        if answer is None:
            answer = FetchError("http_error", f"404 {urlsplit(url).path}", url, 404)
        if isinstance(answer, Exception):
            raise answer
        body = answer if isinstance(answer, str) else json.dumps(answer)
        return nullcontext(SimpleNamespace(body=body.encode(), url=url, headers={}))


LOGIN = "<!DOCTYPE html><html><body><form action='/login'>Zaloguj się</form></body></html>"

DISTRICTS = {
    "id": "dzielnice",
    "title": "Dzielnice",
    "description": "Granice dzielnic.",
    "keywords": ["Jednostki administracyjne"],
    "itemType": "feature",
    "extent": {
        "spatial": {"bbox": [[20.5, 50.8, 100.0, 20.7, 50.9, 400.0]]},
        "temporal": {"interval": [["2020-01-01T00:00:00Z", None]]},
    },
    "crs": ["#/crs", "http://www.opengis.net/def/crs/EPSG/0/2180"],
    "storageCrs": "http://www.opengis.net/def/crs/EPSG/0/2178",
    "links": [
        link("self", "collections/dzielnice"),
        link("items", "collections/dzielnice/items?f=json", "application/geo+json"),
        link("items", "collections/dzielnice/items?f=html", "text/html"),
        link("items", "collections/dzielnice/items?f=csv", "text/csv"),
        link("items", "collections/dzielnice/items?f=odd", "application/x-odd"),
        link("http://www.opengis.net/def/rel/ogc/1.0/queryables", "collections/dzielnice/queryables"),
        link("alternate", "collections/dzielnice?f=html", "text/html"),
        link("license", "https://creativecommons.org/licenses/by/4.0/", "text/html"),
        link("describedby", "https://csw.example/a1b2c3d4-0000-4000-8000-00000000000a", "application/xml"),
    ],
}
QUERYABLES = {
    "type": "object",
    "properties": {
        "geom": {"$ref": "https://geojson.org/schema/MultiPolygon.json"},
        "nazwa": {"type": "string", "title": "Nazwa dzielnicy"},
        "pow": {"type": ["number", "null"], "x-ogc-unit": "km2"},
        "od": {"type": "string", "format": "date"},
    },
}
ONE = {
    "type": "FeatureCollection",
    "numberMatched": 28,
    "features": [
        {
            "type": "Feature",
            "id": "1",
            "geometry": {"type": "MultiLineString", "coordinates": []},
            "properties": {"nazwa": "Herby", "liczba": 3, "udzial": 0.5, "czynna": True},
        }
    ],
}


def features() -> dict[str, Any]:
    """An API with two collections on two pages, and one of coverages."""
    plain = {"id": "ulice", "links": [link("items", "collections/ulice/items", "application/geo+json")]}
    coverage = {"id": "nmt", "itemType": "coverage", "links": []}
    return {
        BASE: {
            "title": "Geoportal",
            "links": [
                link("conformance", "/ogc/conformance"),
                link("data", "http://api.example/ogc/collections?f=json"),
                link("service-desc", "/ogc/api", "application/vnd.oai.openapi+json;version=3.0"),
            ],
        },
        f"{BASE}/conformance": {
            "conformsTo": ["http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core"]
        },
        f"{BASE}/api": {
            "info": {
                "contact": {"name": "UM Kielce", "email": "gis@kielce.example"},
                "license": {"name": "CC0-1.0"},
            },
            "components": {"parameters": {"limit": {"schema": {"maximum": 5000}}}},
        },
        f"{BASE}/collections?f=json": {
            "crs": ["http://www.opengis.net/def/crs/OGC/1.3/CRS84"],
            "collections": [DISTRICTS, coverage],
            "links": [link("next", "collections?page=2")],
        },
        f"{BASE}/collections?page=2": {"collections": [plain], "links": []},
        f"{BASE}/collections/dzielnice/queryables": QUERYABLES,
        f"{BASE}/collections/dzielnice/items": ONE,
        f"{BASE}/collections/ulice/items": ONE,
    }


def record(number: int, **more: Any) -> dict[str, Any]:
    """A record; ``more`` replaces its properties."""
    return {
        "id": f"a1b2c3d4-0000-4000-8000-{number:012d}",
        "type": "Feature",
        "geometry": {
            "type": "Polygon",
            "coordinates": [[[20.5, 50.8], [20.7, 50.8], [20.7, 50.9], [20.5, 50.8]]],
        },
        "time": {"interval": ["2024-01-01", ".."]},
        "properties": {
            "type": "dataset",
            "title": f"Ścieżki {number}",
            "description": "Przebieg ścieżek.",
            "keywords": ["rower"],
            "themes": [{"scheme": "https://inspire", "concepts": [{"id": "Sieci transportowe"}]}],
            "language": {"code": "pl"},
            "created": "2020-02-03T00:00:00Z",
            "updated": "2026-11-01T10:00:00Z",
            "license": "CC-BY-4.0",
            "contacts": [
                {
                    "organization": "Miejski Zarząd Dróg",
                    "name": "Jan Dróżnik",
                    "emails": [{"value": "mzd@kielce.example"}],
                    "roles": ["publisher"],
                }
            ],
            **more,
        },
        "links": [
            link("self", "collections/k/items/1"),
            link(
                "item",
                "https://files.example/sciezki.geojson",
                "application/geo+json",
                title="Ścieżki (GeoJSON)",
            ),
            link("about", "https://mzd.example/rowery", "text/html", title="Strona"),
        ],
    }


def catalogue(records: list[Any], size: int = 2) -> dict[str, Any]:
    """A catalogue of these records, ``size`` a page, behind ``rel=next``."""
    items = f"{BASE}/collections/k/items"

    def page(url: str) -> dict[str, Any]:
        start = int(url.rpartition("offset=")[2].partition("&")[0]) if "offset=" in url else 0
        links = [link("next", f"{items}?offset={start + size}")] if start + size < len(records) else []
        return {
            "type": "FeatureCollection",
            "features": records[start : start + size],
            "numberMatched": len(records),
            "links": links,
        }

    return {
        BASE: {"links": [link("data", f"{BASE}/collections")]},
        f"{BASE}/collections": {
            "collections": [
                {"id": "k", "itemType": "record", "links": [link("items", items)]},
                {"id": "obiekty"},
            ]
        },
        items: page,
    }
