"""A small OGC API – Records: the catalogue of the functional area around the city, under ``/ogc`` of the file server.

Landing page, conformance, collections, items with ``limit``, ``offset``, ``q`` and links to the next page, single items. Two
records have data of their own; the third describes a layer of MSIP under the id that the city's own catalogue gives it, as
catalogues which copy one another do.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from typing import Any

from demo.city import SAMPLE_NOTE
from demo.city.faults import Answer
from demo.city.msip.mapfile import record_id
from demo.city.places import stream

ROOT = "/ogc"
CATALOGUE = "kof"
MOST = 2
"""Records an answer holds at most: few, so that readers must follow the links to the next page."""

CONFORMS = tuple(
    f"http://www.opengis.net/spec/{name}"
    for name in (
        "ogcapi-common-1/1.0/conf/core",
        "ogcapi-common-2/1.0/conf/collections",
        "ogcapi-records-1/1.0/conf/record-core",
        "ogcapi-records-1/1.0/conf/record-core-query-parameters",
        "ogcapi-records-1/1.0/conf/record-api",
        "ogcapi-records-1/1.0/conf/json",
    )
)
COMMUNES = (
    *("Chęciny", "Chmielnik", "Daleszyce", "Górno", "Kielce", "Masłów", "Miedziana Góra", "Morawica"),
    *("Piekoszów", "Sitkówka-Nowiny", "Strawczyn", "Zagnańsk"),
)
STATIONS = (
    ("Kielce", 20.6171, 50.8742),
    ("Kielce Białogon", 20.5606, 50.8419),
    ("Kielce Piaski", 20.6064, 50.9098),
    ("Sitkówka-Nowiny", 20.5386, 50.8019),
    ("Wolica", 20.4560, 50.7589),
    ("Zagnańsk", 20.6579, 50.9819),
)
AREA = (20.25, 50.60, 21.05, 51.05)


def _communes() -> Answer:
    rng = stream("kof:communes")
    text = io.StringIO()
    rows = csv.writer(text, delimiter=";", lineterminator="\r\n")
    rows.writerow(["gmina", "liczba_mieszkancow", "dojezdzajacy_do_kielc", "punkty_przesiadkowe"])
    for name in COMMUNES:
        people = 186_000 if name == "Kielce" else rng.randint(7_000, 17_000)
        rows.writerow(
            [
                name,
                people,
                0 if name == "Kielce" else round(people * rng.uniform(0.12, 0.3)),
                rng.randint(1, 6),
            ]
        )
    return Answer(200, "text/csv; charset=utf-8", text.getvalue().encode())


def _stations() -> Answer:
    rng = stream("kof:stations")
    features = [
        {
            "type": "Feature",
            "id": number,
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
            "properties": {
                "nazwa": name,
                "miejsca_parkingowe": rng.randint(8, 120),
                "stojaki_rowerowe": rng.randint(4, 40),
                "linie_autobusowe": rng.randint(1, 9),
            },
        }
        for number, (name, lon, lat) in enumerate(STATIONS, 1)
    ]
    return _json({"type": "FeatureCollection", "features": features}, "application/geo+json")


FILES = {"gminy-kof.csv": _communes, "punkty-przesiadkowe-kof.geojson": _stations}


def _record(
    key: str,
    title: str,
    about: str,
    words: list[str],
    theme: str,
    links: list[dict[str, str]],
    box: tuple[float, ...] = AREA,
) -> dict[str, Any]:
    west, south, east, north = box
    ring = [[west, south], [west, north], [east, north], [east, south], [west, south]]
    return {
        "id": record_id(key),
        "type": "Feature",
        "conformsTo": [
            f"http://www.opengis.net/spec/ogcapi-records-1/1.0/{name}" for name in ("req/record-core",)
        ],
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "time": {"interval": ["2024-01-01", ".."]},
        "properties": {
            "type": "dataset",
            "title": title,
            "description": f"{about} {SAMPLE_NOTE}",
            "keywords": words,
            "themes": [
                {"concepts": [{"id": theme}], "scheme": "http://inspire.ec.europa.eu/theme"},
            ],
            "language": {"code": "pl"},
            "created": "2024-03-01T00:00:00Z",
            "updated": "2026-09-30T00:00:00Z",
            "license": "CC-BY-4.0",
            "contacts": [
                {
                    "organization": "Biuro Rozwoju Miasta (z Biurem Smart City)",
                    "emails": [{"value": "rozwoj@um-kielce.example"}],
                    "roles": ["publisher", "pointOfContact"],
                }
            ],
        },
        "links": links,
    }


def records(base: str, msip: str | None) -> list[dict[str, Any]]:
    """All records in the order of their ids; ``base`` is the server's own address, ``msip`` MapServer's."""

    def file(name: str, media: str, title: str) -> dict[str, str]:
        return {"rel": "item", "href": f"{base}{ROOT}/files/{name}", "type": media, "title": title}

    made = [
        _record(
            "kof/gminy",
            "Gminy Kieleckiego Obszaru Funkcjonalnego – dojazdy do Kielc",
            "Liczba mieszkańców i dojeżdżających do Kielc według gmin obszaru.",
            ["KOF", "gminy", "dojazdy"],
            "Rozmieszczenie ludności – demografia",
            [file("gminy-kof.csv", "text/csv", "Gminy KOF (CSV)")],
        ),
        _record(
            "kof/punkty-przesiadkowe",
            "Punkty przesiadkowe Kieleckiego Obszaru Funkcjonalnego",
            "Stacje i przystanki, przy których można zostawić samochód albo rower.",
            ["KOF", "P+R", "kolej"],
            "Sieci transportowe",
            [
                file(
                    "punkty-przesiadkowe-kof.geojson", "application/geo+json", "Punkty przesiadkowe (GeoJSON)"
                )
            ],
        ),
    ]
    if msip:
        service = {
            "rel": "service",
            "type": "OGC:WFS",
            "name": "ms:sciezki_rowerowe",
            "title": "Usługa pobierania",
        }
        made.append(
            _record(
                "sciezki_rowerowe",
                "Drogi rowerowe w Kielcach (kopia opisu z MSIP)",
                "Opis przejęty z katalogu miasta.",
                ["rower"],
                "Sieci transportowe",
                [
                    {
                        **service,
                        "href": f"{msip}/ows/geoportal?service=WFS&version=2.0.0&request=GetCapabilities",
                    }
                ],
                (20.52, 50.80, 20.69, 50.92),
            )
        )
    return sorted(made, key=lambda record: str(record["id"]))


def answer(path: str, query: Mapping[str, str], base: str, msip: str | None = None) -> Answer:
    """What the API answers to a path below ``ROOT``; ``base`` is ``http://host:port`` as the caller wrote it."""
    steps = [step for step in path.removeprefix(ROOT).split("/") if step]
    own = base + ROOT
    if not steps:
        return _json(
            {
                "title": "Katalog Kieleckiego Obszaru Funkcjonalnego (dane przykładowe)",
                "description": SAMPLE_NOTE,
                "links": [
                    _link("self", own),
                    _link("conformance", f"{own}/conformance"),
                    _link("data", f"{own}/collections"),
                ],
            }
        )
    if steps == ["conformance"]:
        return _json({"conformsTo": list(CONFORMS)})
    if steps == ["collections"]:
        return _json({"collections": [_collection(own)], "links": [_link("self", f"{own}/collections")]})
    if steps == ["collections", CATALOGUE]:
        return _json(_collection(own))
    if steps[:3] == ["collections", CATALOGUE, "items"] and len(steps) <= 4:
        every = records(base, msip)
        return (
            _items(every, query, f"{own}/collections/{CATALOGUE}/items")
            if len(steps) == 3
            else _item(every, steps[3])
        )
    if len(steps) == 2 and steps[0] == "files" and steps[1] in FILES:
        return FILES[steps[1]]()
    return _problem(404, "Nie ma takiego zasobu")


def _collection(own: str) -> dict[str, Any]:
    address = f"{own}/collections/{CATALOGUE}"
    return {
        "id": CATALOGUE,
        "itemType": "record",
        "type": "Collection",
        "title": "Katalog Kieleckiego Obszaru Funkcjonalnego",
        "extent": {"spatial": {"bbox": [list(AREA)]}},
        "links": [_link("self", address), _link("items", f"{address}/items", "application/geo+json")],
    }


def _items(every: list[dict[str, Any]], query: Mapping[str, str], address: str) -> Answer:
    limit, offset = query.get("limit", str(MOST)), query.get("offset", "0")
    if not limit.isdigit() or not offset.isdigit() or int(limit) < 1:
        return _problem(400, "limit i offset są liczbami")
    word = query.get("q", "").casefold()
    matched = [r for r in every if word in json.dumps(r["properties"], ensure_ascii=False).casefold()]
    size, start = min(int(limit), MOST), int(offset)
    kept = f"q={word}&" if word else ""
    links = [_link("self", f"{address}?{kept}limit={size}&offset={start}", "application/geo+json")]
    if start + size < len(matched):
        links.append(
            _link("next", f"{address}?{kept}limit={size}&offset={start + size}", "application/geo+json")
        )
    page = matched[start : start + size]
    body = {
        "type": "FeatureCollection",
        "features": page,
        "numberMatched": len(matched),
        "numberReturned": len(page),
        "links": links,
    }
    return _json(body, "application/geo+json")


def _item(every: list[dict[str, Any]], key: str) -> Answer:
    found = next((record for record in every if record["id"] == key), None)
    return _json(found, "application/geo+json") if found else _problem(404, "Nie ma takiego rekordu")


def _link(relation: str, address: str, media: str = "application/json") -> dict[str, str]:
    return {"rel": relation, "href": address, "type": media}


def _json(body: object, media: str = "application/json") -> Answer:
    return Answer(200, media, json.dumps(body, ensure_ascii=False).encode())


def _problem(status: int, text: str) -> Answer:
    """An error as RFC 7807 has it, which the standard recommends."""
    return Answer(
        status, "application/problem+json", json.dumps({"title": text}, ensure_ascii=False).encode()
    )
