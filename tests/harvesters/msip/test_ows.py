"""WFS and WMS answers, small ones and those of real Polish servers."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from ckanext.kielce.harvest.records import SourceError
from ckanext.kielce.harvesters.msip import layers, ows, wfs
from ckanext.kielce.harvesters.msip.xml import NotXmlError, parse

spec = importlib.util.spec_from_file_location("msip_samples", Path(__file__).with_name("samples.py"))
samples = importlib.util.module_from_spec(spec)
spec.loader.exec_module(samples)

URL = "http://msip.example/ows"


def service() -> ows.Wfs:
    made = ows.read_wfs(samples.WFS_200.encode(), f"{URL}?service=WFS&request=GetCapabilities")
    for name, (columns, geometry) in ows.read_columns(samples.SCHEMA.encode(), URL).items():
        layer = made.find(name)
        layer.columns, layer.geometry = columns, geometry
    return made


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
        "wms": {"url": URL, "layer": "dzialki"},
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


@pytest.mark.parametrize("text", [samples.LOGIN, samples.BOMB, "to nie XML", "", "<a><b></a>"])
def test_what_is_no_xml_is_named(text: str) -> None:
    with pytest.raises(NotXmlError) as caught:
        parse(text.encode(), URL)
    assert URL in caught.value.message and "passwd" not in caught.value.message


def test_exceptions_of_a_service_are_quoted() -> None:
    with pytest.raises(SourceError, match="wersja nieobsługiwana"):
        ows.read_wfs(samples.EXCEPTION.encode(), URL)
    with pytest.raises(SourceError, match="WMS_Capabilities"):
        ows.read_wfs(samples.WMS.encode(), URL)
    assert ows.read_wms_layers(samples.WMS.encode(), URL) == ["msip", "dzialki"]


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("gugik_uslugazbiorcza_wfs200_dzialki.xml", None),  # numberMatched="unknown"
        ("dabrowa_gornicza_wfs110_dzialki.xml", None),  # 1.1.0 without a count
        ("geoportal2__gml_basic_building.xml", 1),
        ("geoportal2__gml_no_building.xml", 0),
    ],
)
def test_counts_of_real_servers(real_data: Path, name: str, count: int | None) -> None:
    assert ows.read_count((real_data / "wfs" / name).read_bytes(), URL) == count


def test_all_real_answers_are_read(real_data: Path) -> None:
    files = sorted((real_data / "wfs").glob("*.xml"))
    assert len(files) >= 16
    for path in files:
        root = parse(path.read_bytes(), path.name)
        codes = {
            ows.epsg(node.get("srsName"))
            for node in root.iter("{*}Polygon", "{*}Envelope")
            if node.get("srsName")
        }
        assert codes <= {"EPSG:2180", "EPSG:4326", "EPSG:2178", "EPSG:2177", "EPSG:2179", "EPSG:2176"}, (
            path.name
        )
