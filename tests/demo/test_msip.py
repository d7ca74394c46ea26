# ruff: noqa: E501 - addresses and queries are easier to read whole
"""MapServer answers WFS 2.0.0 and WMS 1.3.0 over the layers, pycsw answers CSW 2.0.2 over their records."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyogrio
import pytest
import shapely
from lxml import etree
from pyproj import Transformer

from demo.city.faults import Answer
from demo.city.msip.layers import table
from demo.city.msip.mapfile import record_id
from demo.city.msip.server import Cache

WFS = "?service=WFS&version=2.0.0&request="
GMD = "http://www.isotc211.org/2005/gmd"
NAMES = {
    "wfs": "http://www.opengis.net/wfs/2.0", "ows": "http://www.opengis.net/ows/1.1", "gml": "http://www.opengis.net/gml/3.2",
    "ms": "http://mapserver.gis.umn.edu/mapserver", "wms": "http://www.opengis.net/wms", "gmd": GMD,
    "gco": "http://www.isotc211.org/2005/gco", "csw": "http://www.opengis.net/cat/csw/2.0.2",
}  # fmt: skip


def xml(answer) -> etree._Element:
    return etree.fromstring(answer.body, etree.XMLParser(resolve_entities=False, no_network=True))


@pytest.mark.parametrize("service", ["geoportal", "inwestor"])
def test_capabilities_list_the_layers_in_polish(ask, msip_url: str, service: str) -> None:
    tree = xml(ask(f"{msip_url}/ows/{service}{WFS}GetCapabilities"))
    titles = {
        t.findtext("wfs:Name", None, NAMES): t.findtext("wfs:Title", None, NAMES)
        for t in tree.iterfind(".//wfs:FeatureType", NAMES)
    }
    assert titles == {f"ms:{x.name}": x.title for x in table().of(service) if not x.wms_only}
    abstracts = [t.findtext("wfs:Abstract", None, NAMES) for t in tree.iterfind(".//wfs:FeatureType", NAMES)]
    assert all("Dane przykładowe" in text for text in abstracts)
    crs = [
        e.text
        for e in tree.iterfind(".//wfs:FeatureType[1]/*", NAMES)
        if e.tag.endswith(("DefaultCRS", "OtherCRS"))
    ]
    assert [c.rsplit(":", 1)[1] for c in crs] == ["2178", "2180", "4326", "3857"]


def test_features_come_in_each_crs_at_the_same_place(ask, msip_url: str, tmp_path: Path) -> None:
    places = {}
    for code in (2178, 2180, 4326, 3857):
        answer = ask(
            f"{msip_url}/ows/geoportal{WFS}GetFeature&typeNames=ms:aed&count=1&srsName=urn:ogc:def:crs:EPSG::{code}"
        )
        path = tmp_path / f"{code}.gml"
        path.write_bytes(answer.body)
        meta, _, geometry, _ = pyogrio.raw.read(path)
        point = shapely.from_wkb(geometry[0])
        places[code] = Transformer.from_crs(meta["crs"], "EPSG:4326", always_xy=True).transform(
            point.x, point.y
        )
        assert str(code) in meta["crs"]
    assert all(p == pytest.approx(places[4326], abs=1e-5) for p in places.values())


def test_gml_has_ids_and_polish_letters(ask, msip_url: str) -> None:
    tree = xml(ask(f"{msip_url}/ows/geoportal{WFS}GetFeature&typeNames=ms:dzialki&count=3"))
    ids = [e.get(f"{{{NAMES['gml']}}}id") for e in tree.iterfind(".//ms:dzialki", NAMES)]
    assert ids == ["dzialki.1", "dzialki.2", "dzialki.3"]
    assert tree.find(".//ms:dzielnica", NAMES).text


@pytest.mark.parametrize(("form", "kind"), [("GeoJSON", "json"), ("CSV", "csv"), ("GPKG", "gpkg")])
def test_other_formats(ask, msip_url: str, form: str, kind: str, tmp_path: Path) -> None:
    answer = ask(
        f"{msip_url}/ows/inwestor{WFS}GetFeature&typeNames=ms:oferty_inwestycyjne&srsName=EPSG:4326&outputFormat={form}"
    )
    assert answer.status == 200
    path = tmp_path / f"offers.{kind}"
    path.write_bytes(answer.body)
    _, _, _, fields = pyogrio.raw.read(path)
    assert len(fields[0]) == 48
    assert "Teren inwestycyjny" in str([column[0] for column in fields])


def test_ogc_api_features(ask, msip_url: str) -> None:
    landing = ask(f"{msip_url}/ows/plener/ogcapi", Accept="application/json").json
    links = {link["rel"]: link["href"] for link in landing["links"] if "html" not in link["type"]}
    assert links["data"].startswith(f"{msip_url}/ows/plener/ogcapi/collections")
    assert any("ogcapi-features-1" in name for name in ask(links["conformance"]).json["conformsTo"])
    collections = {each["id"]: each for each in ask(links["data"]).json["collections"]}
    assert {name: each["title"] for name, each in collections.items()} == {
        x.name: x.title for x in table().of("plener") if not x.wms_only
    }
    page = ask(f"{msip_url}/ows/plener/ogcapi/collections/zdroje_i_poidelka/items?f=json&limit=5").json
    assert (page["numberReturned"], page["numberMatched"]) == (5, 36)
    assert "next" in {link["rel"] for link in page["links"]}
    assert ask(f"{msip_url}/ows/plener/inne").status == 404


def test_map_image(ask, msip_url: str) -> None:
    query = "service=WMS&version=1.3.0&request=GetMap&layers=dzielnice,rzeki&styles=&crs=EPSG:4326&bbox=50.79,20.5,50.92,20.72"
    answer = ask(f"{msip_url}/ows/geoportal?{query}&width=300&height=300&format=image/png")
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.body.startswith(b"\x89PNG")
    assert len(answer.body) > 3000


def test_wms_points_to_the_metadata(ask, msip_url: str) -> None:
    tree = xml(ask(f"{msip_url}/ows/geoportal?service=WMS&version=1.3.0&request=GetCapabilities"))
    layers = {e.findtext("wms:Name", None, NAMES): e for e in tree.iterfind(".//wms:Layer/wms:Layer", NAMES)}
    assert "ortofotomapa" in layers
    link = (
        layers["aed"]
        .find("wms:MetadataURL/wms:OnlineResource", NAMES)
        .get("{http://www.w3.org/1999/xlink}href")
    )
    assert record_id("aed") in link


def test_wms_says_where_its_layers_are(ask, msip_url: str) -> None:
    """The extent was once written in degrees into a map in metres: the layers lay in the Atlantic."""
    tree = xml(ask(f"{msip_url}/ows/geoportal?service=WMS&version=1.3.0&request=GetCapabilities"))
    boxes = tree.findall(".//wms:Layer/wms:Layer/wms:EX_GeographicBoundingBox", NAMES)
    assert len(boxes) == len(table().of("geoportal"))
    for box in boxes:
        west, east, south, north = (float(side.text) for side in box)
        assert 20.4 < west < east < 20.8 and 50.75 < south < north < 50.95


def test_only_wms_where_there_are_only_pictures(ask, msip_url: str) -> None:
    answer = ask(f"{msip_url}/ows/geoportal{WFS}GetFeature&typeNames=ms:ortofotomapa&count=1")
    assert b"ExceptionReport" in answer.body


def test_errors_are_exceptions_not_pages(ask, msip_url: str) -> None:
    answer = ask(f"{msip_url}/ows/geoportal{WFS}GetFeature&typeNames=ms:nie_ma")
    assert b"ExceptionReport" in answer.body
    assert ask(f"{msip_url}/ows/nie-ma").status == 404
    assert b"WFS_Capabilities" in ask(f"{msip_url}/{WFS}GetCapabilities").body


def test_several_at_once(ask, msip_url: str) -> None:
    urls = [
        f"{msip_url}/ows/geoportal{WFS}GetFeature&typeNames=ms:{n}&count=5"
        for n in ("aed", "drzewa", "ulice", "szkoly") * 2
    ]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, urls))
    assert all(a.status == 200 and b"FeatureCollection" in a.body for a in answers)


def test_a_repeated_question_is_answered_from_memory(ask, msip_url: str) -> None:
    url = f"{msip_url}/ows/geoportal{WFS}GetFeature&typeNames=ms:szkoly&count=2"
    assert ask(url).body == ask(url).body
    assert (
        b"ExceptionReport"
        in ask(f"{msip_url}/ows/geoportal{WFS}GetFeature&typeNames=ms:szkoly&srsName=EPSG:1").body
    )


def test_the_cache_keeps_good_small_answers_within_its_limit() -> None:
    cache = Cache(limit=100)
    cache.put("bad", Answer(500, "", b"x"))
    cache.put("refused", Answer(200, "", b"<ows:ExceptionReport/>"))
    for key in "abc":
        cache.put(key, Answer(200, "", key.encode() * 40))
        cache.get("a")
    assert [cache.get(k) is not None for k in ("bad", "refused", "a", "b", "c")] == [
        False,
        False,
        True,
        False,
        True,
    ]
    assert cache.size == 80


def test_faults(ask, msip_url: str, fault) -> None:
    url = f"{msip_url}/ows/inwestor{WFS}GetCapabilities"
    fault("msip", "malformed_record")
    with pytest.raises(etree.XMLSyntaxError):
        xml(ask(url))
    fault("msip", "empty_page")
    assert b"<FeatureType>" not in ask(url).body and b"FeatureTypeList>" in ask(url).body
    fault("msip", "login_page")
    assert ask(url).headers["Content-Type"].startswith("text/html")


def test_a_record_for_each_layer_of_the_catalogue(city_folder: Path) -> None:
    found = {}
    for path in (city_folder / "csw").glob("*.xml"):
        tree = etree.fromstring(path.read_bytes())
        found[tree.findtext("gmd:fileIdentifier/gco:CharacterString", None, NAMES)] = tree
    wanted = {record_id(x.name) for x in table().of("geoportal")} | {record_id(n) for n in table().records}
    assert set(found) == wanted
    assert len(wanted) >= 40
    for tree in found.values():
        for path in (
            "gmd:dateStamp/gco:Date", ".//gmd:citation//gmd:title/gco:CharacterString", ".//gmd:abstract/gco:CharacterString",
            ".//gmd:pointOfContact//gmd:electronicMailAddress/gco:CharacterString", ".//gmd:topicCategory/gmd:MD_TopicCategoryCode",
            ".//gmd:westBoundLongitude/gco:Decimal", ".//gmd:denominator/gco:Integer", ".//gmd:lineage//gmd:statement/gco:CharacterString",
            ".//gmd:referenceSystemInfo//gmd:code/gco:CharacterString", ".//gmd:onLine//gmd:URL", ".//gmd:keyword/gco:CharacterString",
        ):  # fmt: skip
            assert tree.findtext(path, None, NAMES), path


def records_url(csw_url: str, start: int, size: int) -> str:
    return (
        f"{csw_url}?service=CSW&version=2.0.2&request=GetRecords&typeNames=gmd:MD_Metadata&resultType=results"
        f"&elementSetName=full&outputSchema={GMD}&startPosition={start}&maxRecords={size}"
    )


def test_the_catalogue_complains_of_nothing(ask, csw_url: str, csw_log: Path) -> None:
    assert ask(records_url(csw_url, 1, 5)).status == 200
    assert csw_log.read_text() == ""


def test_the_catalogue_pages_through_all_records(ask, csw_url: str, city_folder: Path) -> None:
    ids, start = [], 1
    while start:
        tree = xml(ask(records_url(csw_url, start, 20)))
        ids += [e.text for e in tree.iterfind(".//gmd:fileIdentifier/gco:CharacterString", NAMES)]
        start = int(tree.find(".//csw:SearchResults", NAMES).get("nextRecord"))
    assert len(ids) == len(set(ids)) == len(list((city_folder / "csw").glob("*.xml")))


def test_the_catalogue_fills_in_addresses(ask, csw_url: str) -> None:
    url = f"{csw_url}?service=CSW&version=2.0.2&request=GetRecordById&id={record_id('aed')}&elementSetName=full&outputSchema={GMD}"
    answer = ask(url)
    assert b"http://127.0.0.1:8002/ows/geoportal?service=WFS" in answer.body
    assert b"{msip}" not in answer.body


def test_the_catalogue_filters(ask, csw_url: str) -> None:
    query = """<csw:GetRecords xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:ogc="http://www.opengis.net/ogc" service="CSW"
      version="2.0.2" resultType="results" maxRecords="50" outputSchema="http://www.isotc211.org/2005/gmd"><csw:Query typeNames="csw:Record">
      <csw:ElementSetName>full</csw:ElementSetName><csw:Constraint version="1.1.0"><ogc:Filter><ogc:PropertyIsLike wildCard="*"
      singleChar="." escapeChar="!"><ogc:PropertyName>csw:AnyText</ogc:PropertyName><ogc:Literal>*rowerow*</ogc:Literal>
      </ogc:PropertyIsLike></ogc:Filter></csw:Constraint></csw:Query></csw:GetRecords>"""
    tree = xml(ask(csw_url, "POST", query.encode(), Content_Type="application/xml"))
    assert int(tree.find(".//csw:SearchResults", NAMES).get("numberOfRecordsMatched")) == 2


def test_catalogue_faults(ask, csw_url: str, fault) -> None:
    fault("csw", "down")
    assert ask(records_url(csw_url, 1, 5)).status == 503
    fault("csw", "malformed_record")
    with pytest.raises(etree.XMLSyntaxError):
        xml(ask(records_url(csw_url, 1, 5)))
    fault("csw", "empty_page")
    (results,) = xml(ask(records_url(csw_url, 1, 5))).iterfind(".//csw:SearchResults", NAMES)
    assert int(results.get("numberOfRecordsMatched")) > 20 and len(results) == 0
    fault("csw", "capabilities")
    assert xml(ask(records_url(csw_url, 1, 5))).tag.endswith("}Capabilities")


def test_servers_notice_a_new_build(ask, city_folder: Path, tmp_path: Path) -> None:
    """The demo is rebuilt on another day while its servers run."""
    import shutil
    import threading

    from demo.city.msip.server import find_mapserv, make_server

    if find_mapserv() is None:
        pytest.skip("mapserv is not installed (apt-get install cgi-mapserver)")
    (tmp_path / "msip").mkdir()
    for path in [*(city_folder / "msip").glob("aed.*"), city_folder / "msip" / "layers.json"]:
        shutil.copy(path, tmp_path / "msip")
    shutil.copy(city_folder / "build.json", tmp_path)
    server = make_server(tmp_path, 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}/ows/geoportal{WFS}GetFeature&typeNames=ms:aed&count=1"
    try:
        before = ask(url).body
        assert b"<ms:aed" in before
        (tmp_path / "msip" / "aed.gpkg").unlink()
        assert ask(url).body == before, "kept in memory"
        (tmp_path / "build.json").write_text("{}")
        assert b"ExceptionReport" in ask(url).body
    finally:
        server.shutdown()
