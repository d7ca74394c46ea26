"""Answers of real Polish servers, and what is no answer."""

from __future__ import annotations

from pathlib import Path

import pytest
from ckanext.kielce.harvest.records import SourceError
from ckanext.kielce.harvesters.msip import gml, ows
from ckanext.kielce.harvesters.msip.xml import NotXmlError, parse, text_of

from tests.harvesters.msip import samples
from tests.harvesters.msip.server import URL


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
