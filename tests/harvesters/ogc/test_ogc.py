"""OGC API Features and Records, against a client that answers from memory."""

from __future__ import annotations

from typing import Any

import pytest
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest.records import Record, Source, SourceError
from ckanext.kielce.harvesters.msip import iso_map
from ckanext.kielce.harvesters.ogc import api, feature_map, record_map

from tests.harvesters.ogc import service

BASE, link = service.BASE, service.link


def harvest(kind: str, client: Any, url: str = BASE, **config: Any) -> list[Record]:
    pytest.importorskip("ckan")
    from ckanext.kielce.harvesters.ogc import features, records

    harvester = {"features": features.OgcFeaturesHarvester, "records": records.OgcRecordsHarvester}[kind]
    return list(harvester.records(None, Source("s", url, config=config), client))


# Features


def test_collections_become_datasets() -> None:
    client = service.Service(service.features())
    found = harvest("features", client)
    assert [record.guid for record in found] == ["dzielnice", "ulice"], "no dataset of the coverage"
    assert len(client.asked) == 6 and not any("items" in url for url in client.asked), client.asked
    assert found[0].keys == (
        "layer:api.example/ogc#dzielnice",
        "uuid:a1b2c3d4-0000-4000-8000-00000000000a",
    )
    draft = feature_map.to_dataset(found[0].loaded(), "pl")
    data = draft.data
    assert client.asked[-1] == f"{BASE}/collections/dzielnice/items?f=json&limit=1"
    assert (data["type"], data["title"], data["domain"], data["crs"]) == (
        "spatial_layer",
        "Dzielnice",
        "administracja",
        ["EPSG:2178"],
    )
    assert '"Polygon"' in data["spatial"] and "[20.5, 50.8]" in data["spatial"], "heights are no latitudes"
    assert data["temporal_coverage"] == [{"start": "2020-01-01"}]
    assert (data["license_id"], data["geometry_type"]) == ("CC-BY-4.0", "polygon")
    assert data["contact"] == [{"name": "UM Kielce", "email": "gis@kielce.example"}]
    assert data["url"] == f"{BASE}/collections/dzielnice?f=html" and draft.owner_title == "UM Kielce"
    assert [entry["format"] for entry in data["resources"]] == ["GEOJSON", "CSV", "REST"]
    geojson = data["resources"][0]
    assert geojson["url"] == f"{BASE}/collections/dzielnice/items?f=json&limit=5000", (
        "as many as the service gives"
    )
    assert geojson["columns"] == [
        {"name": "nazwa", "type": "text", "title": "Nazwa dzielnicy"},
        {"name": "pow", "type": "number", "unit": "km2"},
        {"name": "od", "type": "date"},
    ]
    assert "28" in data["resources"][2]["description"] and "EPSG:2180" in data["resources"][2]["description"]
    assert draft.unmapped == ["format: „application/x-odd” nie jest znany, pominięto"]


def test_a_bare_collection_takes_its_columns_from_a_feature() -> None:
    draft = feature_map.to_dataset(harvest("features", service.Service(service.features()))[1].loaded(), "pl")
    assert draft.data["crs"] == ["EPSG:4326"] and draft.data["geometry_type"] == "line"
    assert [column["type"] for column in draft.data["resources"][0]["columns"]] == [
        "text",
        "integer",
        "number",
        "boolean",
    ]
    assert {text.partition(":")[0] for text in draft.unmapped} == {"opis", "opis kolumn"}


@pytest.mark.parametrize(
    "answer",
    [
        {"type": "FeatureCollection", "features": []},
        service.LOGIN,
        FetchError("http_error", "500", BASE, 500),
    ],
)
def test_counts_are_a_courtesy(answer: Any) -> None:
    answers = service.features()
    before = harvest("features", service.Service(answers))
    answers[f"{BASE}/collections/ulice/items"] = answer
    after = harvest("features", service.Service(answers))
    assert [record.revision for record in after] == [record.revision for record in before]
    draft = feature_map.to_dataset(after[1].loaded(), "pl")
    assert "columns" not in draft.data["resources"][0]


def test_a_collection_larger_than_one_file_is_told() -> None:
    answers = service.features()
    answers[f"{BASE}/collections/ulice/items"] = {**service.ONE, "numberMatched": 5001}
    record = harvest("features", service.Service(answers))[1]
    assert any("5001" in text for text in feature_map.to_dataset(record.loaded(), "pl").unmapped)


def test_a_changed_schema_is_a_change_and_a_silent_one_is_not() -> None:
    answers = service.features()
    before = harvest("features", service.Service(answers))[0]
    answers[f"{BASE}/collections/dzielnice/queryables"] = {"properties": {"nowa": {"type": "string"}}}
    assert harvest("features", service.Service(answers))[0].revision != before.revision
    answers[f"{BASE}/collections/dzielnice/queryables"] = FetchError("timeout", "silent", BASE)
    assert harvest("features", service.Service(answers))[0].incomplete


def test_the_same_layers_by_wfs() -> None:
    client = service.Service(service.features())
    (record,) = harvest("features", client, wfs_url="https://api.example/ows?service=WFS", layers=["ulice"])
    assert record.keys == ("layer:api.example/ogc#ulice", "layer:api.example/ows#ulice")


def test_a_server_that_shows_everybody_its_page_is_asked_for_json() -> None:
    answers = service.features()
    landing = answers.pop(BASE)
    client = service.Service({**answers, BASE: service.LOGIN, f"{BASE}?f=json": landing})
    assert len(harvest("features", client)) == 2
    client.asked.clear()
    assert len(harvest("features", client, url=f"{BASE}?f=json")) == 2
    assert client.asked[0] == f"{BASE}?f=json" and len(client.asked) == 6


def test_all_systems_of_the_world_are_not_kept() -> None:
    answers = service.features()
    page = answers[f"{BASE}/collections?f=json"]
    page["crs"] = [f"http://www.opengis.net/def/crs/EPSG/0/{code}" for code in range(2000, 8000)]
    found = harvest("features", service.Service(answers))[0].loaded()["collection"]["crs"]
    assert len(found) == 50 and found[0] == "EPSG:2178"


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({BASE: service.LOGIN}, "web page"),
        ({BASE: "[1, 2]"}, "correct JSON"),
        ({BASE: '{"a": ' * 100_000}, "correct JSON"),
        ({BASE: {}, f"{BASE}/collections": {"links": []}}, "no list of collections"),
        ({BASE: {}, f"{BASE}/collections": {"collections": []}}, "ogc_records"),
        ({BASE: {"links": [link("data", "https://other.example/collections")]}}, "another server"),
        ({BASE: {"links": [link("data", "https://api.example:8443/collections")]}}, "another server"),
        ({BASE: {"links": [link("data", "file:///etc/passwd")]}}, "another server"),
        ({BASE: {"links": [link("data", "http://api.example:8O/")]}}, "another server"),
        ({BASE: {"links": [link("data", "http://[a]b/")]}}, "no list of collections|404"),
    ],
)
def test_what_is_no_api_of_features_is_named(answers: dict[str, Any], said: str) -> None:
    with pytest.raises((SourceError, FetchError), match=said) as caught:
        harvest("features", service.Service(answers))
    assert caught.value.message_pl != caught.value.message or isinstance(caught.value, FetchError)


def test_a_catalogue_is_no_api_of_features_and_the_other_way_round() -> None:
    with pytest.raises(SourceError, match="ogc_records"):
        harvest("features", service.Service(service.catalogue([service.record(1)])))
    with pytest.raises(SourceError, match="ogc_features"):
        harvest("records", service.Service(service.features()))


# Records


FIVE = [service.record(number) for number in range(1, 6)]


def test_records_come_page_by_page() -> None:
    client = service.Service(service.catalogue(FIVE))
    found = harvest("records", client)
    assert [record.guid for record in found] == [record["id"] for record in FIVE]
    assert (len(client.asked), client.expected) == (5, 5)
    assert found[0].keys == (f"uuid:{FIVE[0]['id']}",)
    again = harvest("records", service.Service(service.catalogue(FIVE)))
    assert [record.revision for record in again] == [record.revision for record in found]


def test_a_record_in_the_citys_schema() -> None:
    (record,) = harvest("records", service.Service(service.catalogue(FIVE[:1])))
    draft = iso_map.to_dataset(record.loaded(), "pl")
    data = draft.data
    assert (data["type"], data["title"], data["domain"]) == ("spatial_layer", "Ścieżki 1", "transport")
    assert (data["license_id"], data["issued"], data["modified"]) == ("CC-BY-4.0", "2020-02-03", "2026-11-01")
    assert data["contact"] == [{"name": "Miejski Zarząd Dróg", "email": "mzd@kielce.example"}]
    assert data["temporal_coverage"] == [{"start": "2024-01-01"}] and "[20.5, 50.8]" in data["spatial"]
    assert data["language"] == ["http://publications.europa.eu/resource/authority/language/POL"]
    assert data["resources"] == [
        {"url": "https://files.example/sciezki.geojson", "name": "Ścieżki (GeoJSON)", "format": "GEOJSON"}
    ]
    assert data["url"] == "https://mzd.example/rowery" and draft.owner_title == "Miejski Zarząd Dróg"
    assert draft.unmapped == []


def test_a_service_in_a_record_names_its_layer() -> None:
    feature = service.record(1)
    feature["links"] = [
        link(
            "service",
            "https://gis.example/wms?service=WMS&layers=plan",
            "OGC:WMS",
            title="Plan miasta (obraz)",
        )
    ]
    (online,) = record_map.onlines(feature, BASE)
    assert online == {
        "url": "https://gis.example/wms?service=WMS&layers=plan",
        "protocol": "OGC:WMS",
        "name": "plan",
        "description": "Plan miasta (obraz)",
        "function": "download",
    }
    assert iso_map.layer_keys([online]) == ("layer:gis.example/wms#plan",)


def test_a_bad_record_harms_only_itself() -> None:
    records = [
        FIVE[0],
        {"id": "zly", "type": "Feature"},
        service.record(9, title=None),
        service.record(8, type="service"),
    ]
    client = service.Service(service.catalogue(records))
    found = harvest("records", client)
    assert [bool(record.error) for record in found] == [False, True, False] and client.expected == 3
    with pytest.raises(SourceError):
        iso_map.to_dataset(found[2].loaded(), "pl")


@pytest.mark.parametrize("garbage", [None, 7, "x", [], [7], {"a": 1}])
def test_values_of_the_wrong_kind_are_left_out(garbage: Any) -> None:
    names = (
        "keywords",
        "themes",
        "contacts",
        "providers",
        "formats",
        "license",
        "language",
        "created",
        "rights",
    )
    feature = service.record(1, **dict.fromkeys((*names, "externalIds", "resourceLanguages", "crs"), garbage))
    feature |= {"geometry": garbage, "time": garbage, "bbox": garbage}
    assert record_map.as_iso(feature, BASE)["title"] == "Ścieżki 1"
    collection = {
        "id": "x",
        **dict.fromkeys(("title", "extent", "crs", "keywords", "links", "license"), garbage),
    }
    kept = feature_map.kept(collection, api.Document(BASE, {}))
    feature_map.to_dataset({"api": {"url": BASE}, "collection": kept}, "pl")
    feature_map.columns({"properties": garbage})
    feature_map.openapi({"info": garbage, "components": garbage})


def broken(change: Any) -> Any:
    answers = service.catalogue(FIVE)
    page = answers[f"{BASE}/collections/k/items"]
    answers[f"{BASE}/collections/k/items"] = lambda url: change(url, page(url))
    return service.Service(answers)


def later(answer: Any) -> Any:
    """A catalogue whose pages after the first are something else."""
    return broken(lambda url, page: answer if "offset" in url else page)


@pytest.mark.parametrize(
    ("client", "said"),
    [
        (later({"type": "FeatureCollection", "features": [], "numberMatched": 5}), "5 records but gave 2"),
        (later(service.LOGIN), "web page"),
        (
            later(
                {"type": "FeatureCollection", "features": FIVE[:2], "links": [link("next", f"{BASE}?x=1")]}
            ),
            "come back",
        ),
        (broken(lambda url, page: {**page, "links": []}), "5 records but gave 2"),
        (broken(lambda url, page: {**page, "links": [link("next", url)]}), "come back"),
        (
            broken(lambda url, page: {**page, "links": [link("next", "https://evil.example/items")]}),
            "another server",
        ),
        (broken(lambda url, page: {"features": "x"}), "something else"),
    ],
)
def test_a_list_that_is_not_whole_is_an_error(client: Any, said: str) -> None:
    with pytest.raises(SourceError, match=said):
        harvest("records", client)


def test_what_came_before_the_trouble_was_given() -> None:
    pytest.importorskip("ckan")
    from ckanext.kielce.harvesters.ogc import records

    reading = records.Reading(api.Api(later(service.LOGIN), BASE), f"{BASE}/collections/k/items")
    features = reading.features()
    assert [next(features)[0]["id"] for _ in range(2)] == [record["id"] for record in FIVE[:2]]
    with pytest.raises(SourceError):
        next(features)


def test_the_collection_can_be_named() -> None:
    client = service.Service(service.catalogue(FIVE))
    assert len(harvest("records", client, collection="k")) == 5
    with pytest.raises(SourceError, match="there are: k, obiekty"):
        harvest("records", client, collection="nie-ma")
