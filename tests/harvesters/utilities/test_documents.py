"""The JSON manifest, data packages and catalogues, and the mapping to the city's schema."""

import json

import pytest
from ckanext.kielce.harvesters.utilities.datapackage import parse_catalog, parse_package, recognise
from ckanext.kielce.harvesters.utilities.manifest import parse_manifest
from ckanext.kielce.harvesters.utilities.mapping import dataset, tags
from ckanext.kielce.harvesters.utilities.model import FormError

BASE = "https://wodociagi.example/dane/manifest.json"
MANIFEST = {
    "manifest": "1.0",
    "publisher": {"name": "Wodociągi", "url": "https://wodociagi.example"},
    "contact": {"name": "Biuro", "email": "dane@wodociagi.example"},
    "license": "CC-BY-4.0",
    "datasets": [
        {
            "id": "jakosc-wody", "title": "Jakość wody", "title_en": "Water quality", "description": "Badania.",
            "keywords": ["woda", "jakość/wody", "x"], "domain": "woda", "frequency": "MONTHLY", "issued": "2020-01-15",
            "modified": "2026-11-05", "temporal": {"start": "2022", "end": "2026-10"}, "sample_data": True,
            "files": [
                {"id": "csv", "path": "jakosc wody.csv", "title": "CSV", "format": "CSV", "encoding": "cp1250",
                 "delimiter": ";", "bytes": 12345, "sha256": "A" * 64, "modified": "2026-11-05",
                 "columns": [{"name": "data", "type": "date", "unit": None}, {"name": "pH", "type": "number", "unit": "pH"}]},
                {"path": "ftp://stary.example/x.csv"},
                {"title": "bez adresu"},
            ],
        },
        {"id": "awarie", "type": "live_feed", "title": "Awarie", "files": [
            {"id": "api", "path": "../api/power-outage", "kind": "api", "format": "JSON", "rows": "/items",
             "query": {"startAtTo": "{now+14d}", "page": "0"}, "update_interval_seconds": 900,
             "columns": [{"name": "startAt", "path": "/startAt", "type": "datetime"}]}]},
        {"title": "bez id"},
        {"id": "awarie", "title": "powtórzony"},
        "nie obiekt",
    ],
}  # fmt: skip


def manifest(**changes):
    return json.dumps({**MANIFEST, **changes}).encode()


def test_a_manifest_gives_its_sets_and_tells_the_bad_entries():
    sets, problems = parse_manifest(manifest(), BASE)
    assert [found.guid for found in sets] == ["jakosc-wody", "awarie"]
    assert len(problems) == 3
    assert problems[0].en.startswith("datasets[3]")
    assert len(sets[0].files) == 1
    assert len(sets[0].problems) == 2


def test_a_set_in_the_citys_schema():
    sets, _ = parse_manifest(manifest(), BASE)
    data, unmapped = dataset(sets[0])
    assert unmapped == []
    assert data["title"] == "Jakość wody"
    assert data["title_en"] == "Water quality"
    assert data["domain"] == "woda"
    assert data["frequency"] == "http://publications.europa.eu/resource/authority/frequency/MONTHLY"
    assert data["theme"] == ["http://publications.europa.eu/resource/authority/data-theme/ENVI"]
    assert data["license_id"] == "CC-BY-4.0"
    assert data["temporal_coverage"] == [{"start": "2022-01-01", "end": "2026-10-31"}]
    assert data["contact"] == [{"name": "Biuro", "email": "dane@wodociagi.example"}]
    assert data["publisher"] == [{"name": "Wodociągi", "url": "https://wodociagi.example"}]
    assert data["sample_data"] is True
    assert data["tags"] == [{"name": "woda"}, {"name": "jakość wody"}]
    [file] = data["resources"]
    assert file == {
        "url": "https://wodociagi.example/dane/jakosc wody.csv", "name": "CSV", "format": "CSV", "mimetype": "text/csv",
        "encoding": "windows-1250", "delimiter": ";", "size": 12345, "hash": "a" * 64, "hash_algorithm": "sha256",
        "modified": "2026-11-05",
        "columns": [{"name": "data", "type": "date"}, {"name": "pH", "type": "number", "unit": "pH"}],
    }  # fmt: skip


def test_a_json_interface_is_a_live_feed_whose_address_stays_the_same():
    sets, _ = parse_manifest(manifest(), BASE)
    data, unmapped = dataset(sets[1])
    assert (data["type"], data["protocol"], data["update_interval_seconds"]) == ("live_feed", "JSON", 900)
    assert (
        data["feed_url"] == data["resources"][0]["url"] == "https://wodociagi.example/api/power-outage?page=0"
    )
    assert "startAtTo={now+14d}" in data["resources"][0]["description"]
    assert [said.en for said in unmapped] == ["column details: path (api)"]


def test_what_is_declared_wrongly_is_told_and_left_out():
    bad = {"id": "x", "title": "X", "domain": "kosmos", "frequency": "CZASEM", "license": "moja", "modified": "wczoraj",
           "type": "film", "temporal": {"start": "dawno"}, "twin": {"other": "y"},
           "files": [{"path": "x.dat", "format": "COŚ", "encoding": "utf-99", "sha256": "abc", "bytes": -5}]}  # fmt: skip
    [found], _ = parse_manifest(manifest(datasets=[bad]), BASE)
    data, unmapped = dataset(found)
    assert {said.en.split(":")[0] for said in unmapped} == {
        "type", "domain", "frequency", "licence", "modified", "temporal.start", "twin set", "format", "encoding", "hash",
    }  # fmt: skip
    assert not {"domain", "frequency", "license_id", "modified", "temporal_coverage"} & set(data)
    assert data["type"] == "dataset"
    assert not {"encoding", "hash", "size"} & set(data["resources"][0])
    assert all(said.pl for said in unmapped)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"manifest": "1.0"}',
        b'{"manifest": "2.0", "datasets": []}',
        '{"manifest": "1.0", "ą"'.encode("cp1250"),
        b"null",
    ],
)
def test_no_manifest(body):
    with pytest.raises(FormError) as error:
        parse_manifest(body, BASE)
    assert "manifest.json" in error.value.said.pl


PACKAGE = {
    "name": "cieplo", "title": "Ciepło", "description": "Opis", "created": "2024-02-01", "accrualPeriodicity": "DAILY",
    "domain": "energia", "licenses": [{"name": "CC0-1.0"}], "sampleData": True, "closedSeries": False,
    "contributors": [{"title": "MPEC", "role": "publisher", "path": "https://mpec.example"},
                     {"title": "Dział danych", "role": "contact", "email": "dane@mpec.example"}],
    "sources": [{"title": "Liczniki"}, {"title": "Faktury"}],
    "resources": [
        {"name": "dane", "path": "dane.csv", "mediatype": "text/csv", "hash": "sha256:" + "b" * 64, "bytes": 7,
         "dialect": {"delimiter": ";"},
         "schema": {"fields": [{"name": "gj", "type": "number", "unit": "GJ", "decimalChar": ","}]}},
        {"name": "czesci", "path": ["a.csv", "b.csv"], "hash": "d41d8cd98f00b204e9800998ecf8427e"},
        {"name": "wpisane", "data": [[1]]},
        {"name": "zdalny", "path": "c.csv", "schema": "schema.json"},
    ],
}  # fmt: skip


def test_a_data_package():
    found = parse_package(json.dumps(PACKAGE).encode(), "https://mpec.example/cieplo/datapackage.json")
    data, unmapped = dataset(found)
    assert unmapped == []
    assert found.guid == "cieplo"
    assert data["provenance"] == "Liczniki; Faktury"
    assert data["contact"] == [{"name": "Dział danych", "email": "dane@mpec.example"}]
    assert data["publisher"] == [{"name": "MPEC", "url": "https://mpec.example"}]
    assert data["license_id"] == "CC0-1.0"
    assert data["closed_series"] is False
    first, *rest = data["resources"]
    assert (first["hash"], first["size"], first["delimiter"]) == ("b" * 64, 7, ";")
    assert first["columns"] == [{"name": "gj", "type": "number", "unit": "GJ"}]
    assert [file["url"].rsplit("/", 1)[1] for file in rest] == ["a.csv", "b.csv", "c.csv"]
    assert len(found.problems) == 3


@pytest.mark.parametrize("change", [{"name": ""}, {"resources": None}])
def test_no_package(change):
    with pytest.raises(FormError):
        parse_package(json.dumps({**PACKAGE, **change}).encode(), BASE)


def test_a_catalogue_tells_the_entry_without_an_address():
    body = json.dumps(
        {"name": "x", "datasets": [{"name": "a", "package": "a/datapackage.json"}, {"name": "b"}]}
    ).encode()
    packages, problems = parse_catalog(body, "https://mpec.example/catalog.json")
    assert packages == [("a", "https://mpec.example/a/datapackage.json")]
    assert len(problems) == 1


@pytest.mark.parametrize(
    ("document", "form"),
    [
        (MANIFEST, "manifest"), (PACKAGE, "package"), ({"datasets": [{"package": "x"}]}, "catalog"),
        ({"datasets": [{"id": "x", "files": []}]}, "manifest"),
    ],
)  # fmt: skip
def test_forms_are_recognised(document, form):
    assert recognise(json.dumps(document).encode(), BASE) == form


def test_what_is_no_form_says_what_is_expected():
    with pytest.raises(FormError, match="data package"):
        recognise(b'{"type": "FeatureCollection"}', BASE)


def test_tags_are_such_as_ckan_takes():
    assert tags(["PM2.5", "a", "ścieżki (rowerowe)", "ścieżki rowerowe", "x" * 200]) == [
        {"name": "PM2.5"}, {"name": "ścieżki rowerowe"}, {"name": "x" * 100},
    ]  # fmt: skip
