"""WFS and WMS answers, small ones and those of real Polish servers."""

from __future__ import annotations

import importlib.util
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest.records import Record, Source, SourceError
from ckanext.kielce.harvesters.msip import layers, ows, ows_wms, wfs, wms
from ckanext.kielce.harvesters.msip.xml import NotXmlError, parse, text_of

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


LEGEND = f"{URL}?request=GetLegendGraphic&layer=dzialki"


def test_layers_of_a_wms_and_what_they_inherit() -> None:
    made = ows_wms.read_wms(samples.WMS.encode(), f"{URL}?service=WMS")
    parcels = made.find("dzialki")
    assert (made.url, made.provider, made.email, made.formats) == (
        URL,
        "UM Kielce",
        "geo@kielce.example",
        ["image/png"],
    )
    assert [(layer.name, layer.group, layer.queryable) for layer in made.layers] == [
        ("msip", True, True),
        ("dzialki", False, True),
        ("orto", False, False),
    ]
    assert parcels.crs == ["EPSG:2178", "EPSG:4326", "EPSG:2180"] and parcels.box == [20.5, 50.8, 20.7, 50.9]
    assert parcels.scales == [None, 10000]
    assert parcels.styles == [
        {"name": "default", "title": "Zwykły", "legend": LEGEND},
        {"name": "nocny"},
    ]


def test_wms_111_uses_its_own_names() -> None:
    (plan,) = ows_wms.read_wms(samples.WMS_111.encode(), URL).layers
    assert (plan.crs, plan.box) == (["EPSG:2180", "EPSG:4326"], [20.5, 50.8, 20.7, 50.9])
    assert plan.scales == [None, 5000], "ScaleHint is the diagonal of a pixel in metres"


class Server:
    """Answers by a word in the address; an exception is raised, anything without an answer is 404."""

    def __init__(self, **answers: str | Exception) -> None:
        self.answers, self.asked, self.expected = answers, [], None

    def expect(self, number: int) -> None:
        self.expected = number

    def fetch(self, url: str, **more: Any) -> Any:
        self.asked.append(url)
        query = {key.lower(): value for key, value in parse_qsl(urlsplit(url).query)}
        answer = self.answers.get(f"{query['service']}_{query['request']}".lower())
        if isinstance(answer, str):
            return nullcontext(SimpleNamespace(body=answer.encode()))
        raise answer or FetchError("http_error", "404", url, 404)


HITS = '<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs/2.0" numberMatched="{}"/>'


def harvest(harvester: Any, server: Server, url: str = URL, **config: Any) -> list[Record]:
    return list(harvester.records(None, Source("s", url, config=config), server))


def wfs_server(**more: Any) -> Server:
    return Server(
        wfs_getcapabilities=samples.WFS_200,
        wfs_describefeaturetype=samples.SCHEMA,
        wms_getcapabilities=samples.WMS,
        **more,
    )


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


def test_a_wms_that_is_down_costs_no_dataset_its_map() -> None:
    server = wfs_server()
    server.answers["wms_getcapabilities"] = FetchError("timeout", "silent", URL)
    assert all(record.incomplete for record in harvest(wfs.MsipWfsHarvester, server))
    server.answers["wms_getcapabilities"] = samples.EXCEPTION
    assert not any(record.incomplete for record in harvest(wfs.MsipWfsHarvester, server)), "there is none"
    assert all(record.incomplete for record in harvest(wfs.MsipWfsHarvester, server, wms_url=f"{URL}/wms"))


def test_a_wms_of_its_own() -> None:
    server = Server(wms_getcapabilities=samples.WMS)
    found = harvest(wms.MsipWmsHarvester, server)
    assert [record.guid for record in found] == ["dzialki", "orto"], "the group is no dataset"
    assert found[0].keys == (
        "layer:msip.example/ows#dzialki",
        "uuid:a1b2c3d4-0000-4000-8000-00000000000a",
    )
    data = wms.to_dataset(found[0].loaded(), "pl").data
    assert (data["crs"], data["domain"], data["license_id"]) == (
        ["EPSG:2178"],
        "planowanie-przestrzenne",
        "CC-BY-4.0",
    )
    (resource,) = data["resources"]
    assert resource["documentation"] == [LEGEND]
    assert resource["description"].splitlines() == [
        f"Styl „Zwykły”, legenda: {LEGEND}",
        "Styl „nocny”.",
        "Widoczna w skalach do 1:10000.",
        "O obiekty można pytać kliknięciem (GetFeatureInfo).",
        "Układy współrzędnych: EPSG:2178, EPSG:4326, EPSG:2180.",
    ]
    plain = wms.to_dataset(found[1].loaded(), "pl")
    assert any(text.startswith("legenda") for text in plain.unmapped)


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


@pytest.mark.parametrize(
    "text", [samples.LOGIN, samples.BOMB, samples.LAUGHS, "to nie XML", "", "<a><b></a>"]
)
def test_what_is_no_xml_is_named(text: str) -> None:
    with pytest.raises(NotXmlError) as caught:
        parse(text.encode(), URL)
    assert URL in caught.value.message and "passwd" not in caught.value.message


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_document_type_is_seen_in_any_encoding(encoding: str) -> None:
    text = samples.LAUGHS.replace('version="1.0"', f'version="1.0" encoding="{encoding}"')
    with pytest.raises(NotXmlError, match="document type"):
        parse(text.encode(encoding), URL)
    assert parse('<?xml version="1.0" encoding="utf-16"?><ą/>'.encode("utf-16"), URL).tag == "ą"


def test_text_about_document_types_is_text() -> None:
    assert (
        text_of(parse(b"<a><![CDATA[<!DOCTYPE html> and <!ENTITY]]></a>", URL))
        == "<!DOCTYPE html> and <!ENTITY"
    )


def test_a_text_without_end_is_refused() -> None:
    with pytest.raises(NotXmlError):
        parse(b"<a>" + b"x" * 11_000_000 + b"</a>", URL)


def test_exceptions_of_a_service_are_quoted() -> None:
    with pytest.raises(SourceError, match="wersja nieobsługiwana"):
        ows.read_wfs(samples.EXCEPTION.encode(), URL)
    with pytest.raises(SourceError, match="WMS_Capabilities"):
        ows.read_wfs(samples.WMS.encode(), URL)


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
