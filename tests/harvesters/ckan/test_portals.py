"""Portals and live interfaces from a server's answer to datasets of the catalogue."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from google.transit import gtfs_realtime_pb2

pytestmark = pytest.mark.ckan

Make = Callable[..., Any]
SEARCH = "/api/3/action/package_search"
UUID = "3f1e0f5c-0000-4000-8000-000000000001"
PACKAGE = {
    "id": UUID, "name": "przystanki", "title": "Przystanki powiatu", "notes": "Wykaz.", "license_id": "cc-by",
    "type": "dataset", "groups": [{"name": "transport", "title": "Transport"}], "tags": [{"name": "przystanki"}],
    "organization": {"id": "o", "name": "starostwo", "title": "Starostwo Powiatowe"}, "maintainer_email": "dane@p.example",
    "metadata_created": "2024-01-02T10:00:00", "metadata_modified": "2026-01-02T10:00:00", "extras": [],
    "resources": [{"id": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "url": "https://p.example/a.csv", "name": "CSV", "format": "CSV",
                   "hash": "sha256:" + "a" * 64, "size": 12, "created": "2024-01-02T10:00:00"}],
}  # fmt: skip
RDF = f"""<?xml version="1.0" encoding="utf-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/"
 xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:foaf="http://xmlns.com/foaf/0.1/" xmlns:vcard="http://www.w3.org/2006/vcard/ns#"
 xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#" xmlns:spdx="http://spdx.org/rdf/terms#"
 xmlns:locn="http://www.w3.org/ns/locn#">
<dcat:Dataset rdf:about="https://p.example/dataset/{UUID}">
 <dct:title xml:lang="pl">Jakość wody w powiecie</dct:title><dct:title xml:lang="en">Water quality</dct:title>
 <dct:description xml:lang="pl">Badania wody.</dct:description><dct:identifier>{UUID}</dct:identifier>
 <dcat:keyword xml:lang="pl">woda</dcat:keyword><dct:issued rdf:datatype="http://www.w3.org/2001/XMLSchema#date">2024-02-03</dct:issued>
 <dct:accrualPeriodicity rdf:resource="http://publications.europa.eu/resource/authority/frequency/MONTHLY"/>
 <dcat:theme rdf:resource="http://publications.europa.eu/resource/authority/data-theme/ENVI"/>
 <dct:language rdf:resource="http://publications.europa.eu/resource/authority/language/POL"/>
 <dct:publisher>
  <foaf:Agent rdf:about="https://p.example/o"><foaf:name>Starostwo Powiatowe</foaf:name></foaf:Agent></dct:publisher>
 <dcat:contactPoint>
  <vcard:Kind><vcard:fn>Biuro</vcard:fn><vcard:hasEmail rdf:resource="mailto:dane@p.example"/></vcard:Kind></dcat:contactPoint>
 <dct:provenance>
  <dct:ProvenanceStatement><rdfs:label xml:lang="pl">Badania własne</rdfs:label></dct:ProvenanceStatement></dct:provenance>
 <dct:temporal>
  <dct:PeriodOfTime><dcat:startDate rdf:datatype="http://www.w3.org/2001/XMLSchema#date">2022-01-01</dcat:startDate></dct:PeriodOfTime></dct:temporal>
 <dct:spatial><dct:Location><dcat:bbox rdf:datatype="https://www.iana.org/assignments/media-types/application/vnd.geo+json">
   {{"type":"Polygon","coordinates":[[[20.4,50.7],[20.9,50.7],[20.9,51.0],[20.4,51.0],[20.4,50.7]]]}}</dcat:bbox></dct:Location></dct:spatial>
 <dcat:distribution><dcat:Distribution rdf:about="https://p.example/dataset/{UUID}/resource/1"><dct:title>Wyniki</dct:title>
  <dcat:accessURL rdf:resource="https://p.example/woda.csv"/><dcat:downloadURL rdf:resource="https://p.example/woda.csv"/>
  <dct:format rdf:resource="http://publications.europa.eu/resource/authority/file-type/CSV"/>
  <dcat:mediaType rdf:resource="https://www.iana.org/assignments/media-types/text/csv"/>
  <dct:license rdf:resource="http://creativecommons.org/licenses/by/4.0/"/>
  <spdx:checksum><spdx:Checksum><spdx:algorithm rdf:resource="http://spdx.org/rdf/terms#checksumAlgorithm_sha256"/>
   <spdx:checksumValue>{"b" * 64}</spdx:checksumValue></spdx:Checksum></spdx:checksum>
 </dcat:Distribution></dcat:distribution>
</dcat:Dataset></rdf:RDF>"""


def search(server: Any, *packages: dict[str, Any]) -> str:
    found = {"success": True, "result": {"count": len(packages), "results": list(packages)}}
    server.put(SEARCH, json.dumps(found), "application/json")
    return server.url


def catalogue(uuid: str) -> str:
    """The catalogue with another dataset: the tests of a module share one portal."""
    return RDF.replace(UUID, uuid)


def test_another_ckan(harvest: Make, server: Any) -> None:
    source = harvest("ckan_portal", search(server, PACKAGE), frequency="MONTHLY")
    first = source.run()
    assert (first["outcome"], first["counts"]["create"], first["errors"]) == ("ok", 1, {})
    made = source.datasets()[UUID]
    assert (made["domain"], made["license_id"], made["identifier"]) == ("transport", "CC-BY-4.0", UUID)
    assert made["publisher"][0]["name"] == "Starostwo Powiatowe"
    (file,) = made["resources"]
    assert (file["hash"], file["hash_algorithm"], file["size"]) == ("a" * 64, "sha256", 12)

    search(server, {**PACKAGE, "metadata_modified": "2026-11-21T00:00:00", "tracking_summary": {"total": 5}})
    assert source.run()["counts"]["unchanged"] == 1

    moved = {**PACKAGE["resources"][0], "name": "CSV (nowy)"}
    search(server, {**PACKAGE, "title": "Przystanki", "resources": [moved]})
    assert source.run()["counts"]["change"] == 1
    changed = source.datasets()[UUID]
    assert (changed["title"], changed["name"]) == ("Przystanki", made["name"])
    assert changed["resources"][0]["id"] == file["id"]


def test_a_catalogue_in_rdf(harvest: Make, server: Any) -> None:
    number = UUID[:-1] + "2"
    url = server.put("/catalog.rdf", catalogue(number), "application/rdf+xml")
    source = harvest("dcat_rdf", url)
    first = source.run()
    assert (first["outcome"], first["counts"]["create"], first["errors"]) == ("ok", 1, {})
    (made,) = source.datasets().values()
    assert (made["title"], made["title_en"], made["domain"]) == (
        "Jakość wody w powiecie",
        "Water quality",
        "srodowisko",
    )
    assert (made["license_id"], made["provenance"], made["issued"]) == (
        "CC-BY-4.0",
        "Badania własne",
        "2024-02-03",
    )
    assert (made["contact"][0]["email"], made["publisher"][0]["name"]) == (
        "dane@p.example",
        "Starostwo Powiatowe",
    )
    assert made["temporal_coverage"] == [{"start": "2022-01-01"}]
    assert json.loads(made["spatial"])["type"] == "Polygon"
    (file,) = made["resources"]
    assert (file["format"], file["mimetype"], file["hash"]) == ("CSV", "text/csv", "b" * 64)
    assert (file["uri"], "license" in file) == (f"https://p.example/dataset/{number}/resource/1", False)
    assert first["notes"] == {}
    assert source.run()["outcome"] in ("ok", "unchanged")


def test_one_dataset_by_two_paths_is_one(harvest: Make, server: Any) -> None:
    number = UUID[:-1] + "3"
    url = server.put("/catalog.rdf", catalogue(number), "application/rdf+xml")
    other_url = search(server, {**PACKAGE, "id": number})
    owner, other = harvest("dcat_rdf", url), harvest("ckan_portal", other_url, frequency="MONTHLY")
    owner.run()
    second = other.run()
    assert second["counts"]["create"] == 0
    (made,), (also,) = owner.datasets().values(), other.datasets().values()
    assert made["id"] == also["id"]
    assert also["title"] == "Jakość wody w powiecie"  # the owner's; the other writes nothing


def test_dane_gov_pl(harvest: Make, server: Any) -> None:
    attributes = {
        "title": "Budżet miasta", "slug": "budzet-miasta", "notes": "<p>Plan i wykonanie</p>", "keywords": ["budżet"],
        "categories": [{"id": "141", "title": "Gospodarka i finanse", "code": "ECON"}], "license_name": "CC0 1.0",
        "update_frequency": "Rocznie", "created": "2020-01-02T03:04:05Z", "verified": "2026-02-03T03:04:05Z",
    }  # fmt: skip
    file = {
        "title": "Plik",
        "format": "csv",
        "media_type": "file",
        "download_url": "https://p.example/55/file",
        "file_size": 10,
    }
    page = {"data": [{"id": "7", "attributes": attributes, "relationships": {}}], "meta": {"count": 1}}
    server.put("/1.4/datasets", json.dumps(page), "application/json")
    files = {"data": [{"id": "55", "attributes": file}], "meta": {"count": 1}}
    server.put("/1.4/datasets/7/resources", json.dumps(files), "application/json")
    source = harvest("dane_gov_pl", f"{server.url}/1.4", institution="87")
    first = source.run()
    assert (first["outcome"], first["errors"]) == ("ok", {})
    made = source.datasets()["7"]
    assert (made["domain"], made["license_id"], made["notes"]) == (
        "gospodarka",
        "CC0-1.0",
        "Plan i wykonanie",
    )
    asked = len(server.asked)
    assert source.run()["counts"]["unchanged"] == 1
    assert len(server.asked) == asked + 1  # unchanged: its files are not asked for


def test_live_feeds_stay_the_same_while_they_change(harvest: Make, server: Any) -> None:
    outage = {"id": 1, "startAt": "2026-11-22T07:30:00", "stopAt": "2026-11-22T12:00:00", "addresses": []}
    server.put("/api/power-outage", json.dumps([outage]), "application/json")
    source = harvest("pge_outages", f"{server.url}/api/power-outage")
    assert source.run()["errors"] == {}
    made = source.datasets()["pge-outages"]
    assert (made["type"], made["feed_url"]) == ("live_feed", f"{server.url}/api/power-outage")
    assert {column["name"] for column in made["resources"][0]["columns"]} >= {
        "startAt",
        "stopAt",
        "addresses",
    }
    server.put("/api/power-outage", "[]", "application/json")
    assert source.run()["counts"]["unchanged"] == 1
    server.put("/api/power-outage", '{"content": []}', "application/json")
    assert source.run()["outcome"] == "refused"


def vehicles(seconds: int) -> bytes:
    message = gtfs_realtime_pb2.FeedMessage()
    message.header.gtfs_realtime_version = "2.0"
    message.header.timestamp = int(datetime.now(timezone.utc).timestamp()) + seconds
    message.entity.add(id="1").vehicle.position.latitude = 50.87
    message.entity[0].vehicle.position.longitude = 20.63
    return message.SerializeToString()


def test_vehicles(harvest: Make, server: Any) -> None:
    url = server.put("/rt/vehicles.pb", vehicles(0), "application/x-protobuf")
    lost = f"{server.url}/rt/alerts.pb"
    source = harvest("gtfs_rt", url, feeds={"vehicle_positions": url})
    assert source.run()["errors"] == {}
    made = source.datasets()["gtfs-rt"]
    assert (made["type"], made["protocol"], made["resources"][0]["format"]) == (
        "live_feed",
        "GTFS-RT",
        "GTFS_RT",
    )
    server.put("/rt/vehicles.pb", vehicles(30), "application/x-protobuf")
    assert source.run()["counts"]["unchanged"] == 1
    partly = harvest("gtfs_rt", url, feeds={"vehicle_positions": url, "alerts": lost})
    assert len(partly.run()["errors"]) == 1


def test_statistics(harvest: Make, server: Any, app: Any) -> None:
    unit = "052625161011"
    lists: dict[str, Any] = {
        "units/search": [{"id": unit, "name": "Kielce", "level": 6}],
        "variables": [{"id": 5, "subjectId": "P1", "n1": "woda", "measureUnitName": "m3", "level": 6}],
        f"data/by-unit/{unit}": [
            {"id": 72305, "values": [{"year": "2003", "val": 1}, {"year": "2025", "val": 2}]},
            {"id": 5, "values": [{"year": "2010", "val": 1}]},
        ],
    }
    for path, rows in lists.items():
        server.put(
            f"/v1/{path}", json.dumps({"totalRecords": len(rows), "results": rows}), "application/json"
        )
    variable = {"id": 72305, "subjectId": "P2425", "n1": "ogółem", "measureUnitName": "osoba", "level": 6}
    server.put("/v1/variables/72305", json.dumps(variable), "application/json")
    for name in ("P2425", "P1"):
        server.put(f"/v1/subjects/{name}", json.dumps({"id": name, "name": "LUDNOŚĆ"}), "application/json")
    settings = {"variables": [72305, 999], "subjects": ["P1"], "domain": "ludnosc"}
    source = harvest("gus_bdl", f"{server.url}/v1", **settings)
    first = source.run()
    assert list(first["errors"]) == ["variable-999"]
    made = source.datasets()["variable-72305"]
    assert (made["type"], made["indicator_unit"]) == ("indicator", "osoba")
    assert made["temporal_coverage"] == [{"start": "2003-01-01", "end": "2025-12-31"}]
    assert source.datasets()["P1"]["type"] == "dataset"
    page = app.get(f"/dataset/{made['name']}", status=200).body
    assert "BDL 72305" in page


@pytest.mark.parametrize(
    ("kind", "config", "word"),
    [
        ("ckan_portal", {"page_size": 5000}, "1 to 1000"),
        ("ckan_portal", {"organisations": ["x"]}, 'did you mean "organizations"'),
        ("dcat_rdf", {"rdf_format": "word"}, "not one of"),
        ("dane_gov_pl", {"institution": "Kielce"}, "number of the institution"),
        ("gtfs_rt", {"feeds": {"busy": "https://x"}}, "unknown feed busy"),
        ("gus_bdl", {"variables": ["abc"]}, "no number"),
        ("gus_bdl", {"teryt": "9999999"}, "no TERYT code"),
    ],
)
def test_settings_are_checked(harvest: Make, kind: str, config: dict[str, Any], word: str) -> None:
    with pytest.raises(tk.ValidationError, match=word):
        harvest(kind, "https://x.example", **config)
