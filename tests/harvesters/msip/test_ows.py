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
from ckanext.kielce.harvesters.msip import gml, layers, ows, ows_wms, wfs, wms
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


def test_all_systems_of_the_world_are_not_kept() -> None:
    every = "".join(f"<CRS>EPSG:{code}</CRS>" for code in range(2000, 8000))
    text = samples.WMS.replace("<CRS>EPSG:4326</CRS>", every)
    crs = ows_wms.read_wms(text.encode(), URL).find("dzialki").crs
    assert len(crs) == 24 and crs[0] == "EPSG:2178" and "EPSG:2180" in crs


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


POINT = """<FeatureCollection numberMatched="1"><member><a><g><Point srsName="urn:ogc:def:crs:EPSG::4326"><pos>50.1 21.9</pos>
</Point></g></a></member></FeatureCollection>"""
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


REAL = {  # file: (features, matched, kind, system, other way round, some place of the county that must be inside or near)
    "dabrowa_gornicza_wfs110_dzialki": (1, None, "polygon", "EPSG:2180", False, (19.31, 50.34)),
    "epodgik__gml_basic_building": (1, 1, "polygon", "EPSG:4326", False, (20.86, 52.17)),
    "epodgik__gml_coordinates_lat_lon_order": (1, 1, "polygon", "EPSG:4326", False, (20.86, 52.17)),
    "epodgik__gml_coordinates_lon_lat_order": (1, 1, "polygon", "EPSG:4326", True, (20.86, 52.17)),
    "epodgik__gml_multiple_buildings": (3, 3, "polygon", "EPSG:4326", False, (20.86, 52.17)),
    "epodgik__gml_no_building": (0, 0, "", "", False, None),
    "geoportal2__gml_basic_building": (1, 1, "polygon", "EPSG:4326", False, (18.64, 49.75)),
    "geoportal2__gml_building_no_building_type": (1, 1, "polygon", "EPSG:4326", False, (18.64, 49.75)),
    "geoportal2__gml_multiple_buildings": (2, 2, "polygon", "EPSG:4326", False, (18.64, 49.75)),
    "geoportal2__gml_no_building": (0, 0, "", "", False, None),
    "geoportal__gml_building_2180_crs": (1, 1, "polygon", "EPSG:2180", False, (15.57, 51.26)),
    "gugik_uslugazbiorcza_wfs200_dzialki": (1, None, "polygon", "EPSG:2180", False, (15.9, 51.12)),
    "katowice__gml_basic_building_3d": (1, None, "polygon", "EPSG:2177", False, (19.03, 50.25)),
    "warszawa__gml_multiple_polygons": (10, 10, "polygon", "EPSG:4326", True, (21.01, 52.23)),
    "warszawa__gml_multisurface_multiple_polygons": (1, 1, "polygon", "EPSG:4326", True, (21.08, 52.16)),
    "warszawa__gml_no_building": (0, 0, "", "", False, None),
}


def test_every_real_answer_has_its_expectation(real_data: Path) -> None:
    assert {path.stem for path in (real_data / "wfs").glob("*.xml")} == set(REAL)


@pytest.mark.parametrize("name", REAL)
def test_real_answers(real_data: Path, name: str) -> None:
    count, matched, kind, system, swapped, place = REAL[name]
    found = gml.read_features((real_data / "wfs" / f"{name}.xml").read_bytes(), name)
    assert (len(found.ids), found.matched, found.kind, found.crs) == (count, matched, kind, system)
    assert found.swapped is swapped
    assert bool(found.box) is bool(place)
    if place:
        west, south, east, north = found.box
        assert west == pytest.approx(place[0], abs=0.03) and north == pytest.approx(place[1], abs=0.03)
        assert 0 < east - west < 0.01 and 0 < north - south < 0.01
    assert all(found.ids) is (name != "geoportal__gml_building_2180_crs"), '".1" is no id'


def test_an_exception_is_no_empty_layer() -> None:
    for text in (samples.EXCEPTION, samples.WMS, samples.LOGIN):
        with pytest.raises(SourceError):
            gml.read_features(text.encode(), URL)


def test_gml_2_and_a_system_that_is_not_known() -> None:
    text = """<FeatureCollection xmlns:gml="http://www.opengis.net/gml"><gml:featureMember><a fid="a.1"><gml:boundedBy/><g>
    <gml:Point srsName="{}"><gml:coordinates>20.6,50.9</gml:coordinates></gml:Point></g></a></gml:featureMember>
    </FeatureCollection>"""
    found = gml.read_features(text.format("EPSG:4326").encode(), URL)
    assert (found.kind, found.box, found.swapped, found.ids) == (
        "point",
        [20.6, 50.9, 20.6, 50.9],
        True,
        ["a.1"],
    )
    assert gml.read_features(text.format("LOCAL:7").encode(), URL).box == []
