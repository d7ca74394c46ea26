"""WFS capabilities, layers and attribute tables, and how a service of them is harvested."""

from __future__ import annotations

from typing import Any

import pytest
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvesters.msip import layers, ows, ows_wms, wfs

from tests.harvesters.msip import samples
from tests.harvesters.msip.server import HITS, LEGEND, POINT, URL, harvest, service, wfs_server


def test_capabilities() -> None:
    made = service()
    assert (made.url, made.version, made.limit, made.email) == (URL, "2.0.0", 10000, "geo@kielce.example")
    layer = made.find("dzialki")
    assert layer is made.find("ms:dzialki") and layer.name == "ms:dzialki"
    assert layer.crs == ["EPSG:2178", "EPSG:2180", "EPSG:4326"]
    assert layer.box == [20.52, 50.80, 20.69, 50.91]
    assert layer.formats == ["application/gml+xml; version=3.2", "application/json; subtype=geojson"]
    assert layer.metadata_url == "http://csw.example/?id=1"


def test_attribute_table() -> None:
    layer = service().find("dzialki")
    assert layer.geometry == "polygon"
    assert layer.columns == [
        {"name": "numer", "type": "text", "description": "Numer działki"},
        {"name": "pole", "type": "number"},
        {"name": "data", "type": "date"},
        {"name": "opis", "type": "text"},
    ]


def test_downloads_in_the_formats_offered() -> None:
    made = service()
    found = {entry["format"]: entry for entry in layers.resources(made, made.find("dzialki"))}
    assert set(found) == {"GEOJSON", "GML", "WFS_SRVC"}
    assert found["GEOJSON"]["primary"] is True
    assert found["GEOJSON"]["url"] == (
        f"{URL}?service=WFS&version=2.0.0&request=GetFeature&typeNames=ms:dzialki"
        "&outputFormat=application/json%3B+subtype%3Dgeojson&srsName=EPSG:4326"
    )
    assert "srsName" not in found["GML"]["url"], "GML stays in the layer's own system"


def test_wfs_110_uses_its_own_names() -> None:
    made = ows.read_wfs(samples.WFS_110.encode(), URL)
    layer = made.find("ms:dzialki")
    assert layer.crs == ["EPSG:2180"]
    (gml, _service) = layers.resources(made, layer)
    assert "typeName=ms:dzialki" in gml["url"] and "version=1.1.0" in gml["url"]


def test_a_layer_becomes_a_dataset() -> None:
    made = service()
    content = {
        "service": {
            "url": made.url,
            "version": "2.0.0",
            "access": made.access,
            "email": made.email,
            "provider": "UM",
        },
        "layer": made.find("dzialki").as_json(),
        "wms": {
            "url": URL,
            "layer": ows_wms.read_wms(samples.WMS.encode(), URL).find("ms:dzialki").as_json(),
        },
    }
    draft = wfs.to_dataset(content, "pl")
    data = draft.data
    assert (data["type"], data["title"], data["domain"]) == (
        "spatial_layer",
        "Działki ewidencyjne",
        "planowanie-przestrzenne",
    )
    assert (data["crs"], data["geometry_type"], data["license_id"]) == (["EPSG:2178"], "polygon", "CC-BY-4.0")
    assert '"Polygon"' in data["spatial"] and draft.unmapped == []
    assert [entry["format"] for entry in data["resources"]] == ["GEOJSON", "GML", "WFS_SRVC", "WMS_SRVC"]
    assert data["resources"][-1]["documentation"] == [LEGEND]


def test_a_wfs_is_read_with_three_requests_and_counts_only_what_is_mapped() -> None:
    server = wfs_server(wfs_getfeature=HITS.format(12000))
    found = harvest(wfs.MsipWfsHarvester, server)
    assert (len(server.asked), server.expected, [record.guid for record in found]) == (
        3,
        2,
        ["ms:dzialki", "ms:bez_niczego"],
    )
    assert found[0].keys == ("layer:msip.example/ows#ms:dzialki", "layer:msip.example/ows#dzialki")
    draft = wfs.to_dataset(found[0].loaded(), "pl")
    assert len(server.asked) == 4 and "resultType=hits" in server.asked[3]
    assert any("12000" in text and "10000" in text for text in draft.unmapped)
    empty = wfs.to_dataset(found[1].loaded(), "pl")
    assert "geometry_type" not in empty.data, "no features, no kind"
    server.answers["wfs_getfeature"] = POINT
    draft = wfs.to_dataset({**found[1].loaded(), "service": found[0].loaded()["service"]}, "pl")
    assert draft.data["geometry_type"] == "point" and "count=1" in server.asked[-2]
    server.answers["wfs_getfeature"] = HITS.format(12001)
    assert [record.revision for record in harvest(wfs.MsipWfsHarvester, server)] == [
        record.revision for record in found
    ], "the number moves every day and changes no description"


@pytest.mark.parametrize(
    "answer",
    [HITS.format("unknown"), samples.EXCEPTION, samples.LOGIN, FetchError("http_error", "400", URL, 400)],
)
def test_a_service_that_does_not_count_is_harvested_all_the_same(answer: Any) -> None:
    (record, _other) = harvest(wfs.MsipWfsHarvester, wfs_server(wfs_getfeature=answer))
    assert "count" not in record.loaded()["layer"]


def test_a_feature_outside_the_declared_extent_is_told() -> None:
    content = {
        "service": {"url": URL, "version": "2.0.0"},
        "layer": {"name": "a", "box": [20.5, 50.8, 20.7, 50.9]},
        "seen": [21.9, 50.1, 21.9, 50.1],
    }
    assert any("21.900" in text for text in wfs.to_dataset(content, "pl").unmapped)
    content["seen"] = [20.6, 50.7, 20.6, 50.81]
    assert not any("zasięg" in text for text in wfs.to_dataset(content, "pl").unmapped)


def test_layers_of_two_map_files_and_two_namespaces_are_not_one() -> None:
    first, second = (layers.keys(f"{URL}?map=/{name}.map", "drogi") for name in ("a", "b"))
    assert not set(first) & set(second)
    names = ["miasto:drogi", "powiat:drogi"]
    assert layers.keys(URL, names[0], names) == ("layer:msip.example/ows#miasto:drogi",)


def test_a_bare_layer_says_what_is_missing() -> None:
    made = service()
    content = {
        "service": {"url": made.url, "version": "2.0.0"},
        "layer": {"name": "ms:bez_niczego", "crs": ["EPSG:9999"]},
    }
    draft = wfs.to_dataset(content, "pl")
    assert draft.data["title"] == "Bez niczego" and draft.data["notes"]
    assert {text.partition(":")[0] for text in draft.unmapped} == {
        "opis",
        "układ współrzędnych",
        "opis kolumn",
        "GeoJSON",
    }


@pytest.mark.parametrize(
    ("box", "kind"),
    [
        ([20.5, 50.8, 20.7, 50.9], "Polygon"),
        ([20.5, 50.8, 20.5, 50.8], "Point"),
        ([50.8, 120.5, 50.9, 120.7], None),
        ([20.7, 50.8, 20.5, 50.9], None),
        ([7465540, 5629030, 7479480, 5642140], None),
    ],
)
def test_extent(box: list[float], kind: str | None) -> None:
    geometry, complaint = layers.spatial(box)
    assert (kind is None) == (geometry is None) == (complaint is not None)
    assert kind is None or kind in geometry


def test_service_address_keeps_what_belongs_to_it() -> None:
    url = "http://x.example/cgi?MAP=/a.map&SERVICE=WFS&Request=GetCapabilities&version=1.1.0&key=1"
    assert ows.service_url(url) == "http://x.example/cgi?MAP=/a.map&key=1"
    assert ows.request_url(ows.service_url(url), service="WMS").endswith("?MAP=/a.map&key=1&service=WMS")
