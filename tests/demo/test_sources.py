"""The harvest sources: complete, free of overlaps, in the portal's own words."""

from __future__ import annotations

import json

import pytest

from demo.city.__main__ import main
from demo.city.files.model import folders
from demo.city.msip.layers import table
from demo.city.msip.mapfile import record_id
from demo.city.sources import sources
from demo.city.units import units

FOUND = sources("http://127.0.0.1:1", "http://127.0.0.1:2", "http://127.0.0.1:3")


def by_type(kind: str) -> list[dict]:
    return [s for s in FOUND if s["source_type"] == kind]


def test_every_protocol_has_a_source() -> None:
    assert {s["source_type"] for s in FOUND} == {
        "msip_csw",
        "msip_wfs",
        "msip_wms",
        "ogc_features",
        "ogc_records",
        "utility_files",
        "gtfs",
        "gios_air",
        "iso37120",
        "ckan_portal",
        "dcat_rdf",
        "dane_gov_pl",
        "pge_outages",
        "gtfs_rt",
        "gus_bdl",
    }
    assert len({s["name"] for s in FOUND}) == len({s["url"] for s in FOUND}) == len(FOUND)
    assert len(by_type("utility_files")) == len(folders())


@pytest.mark.parametrize("source", FOUND, ids=lambda s: s["name"])
def test_a_source_can_be_created(source: dict) -> None:
    assert source["owner_org"] in units()
    assert source["config"]["organization"] == source["owner_org"]
    assert source["frequency"] in ("MANUAL", "DAILY", "WEEKLY", "BIWEEKLY", "MONTHLY", "ALWAYS")
    assert source["config"].get("sample_data", False) is (source["name"] != "iso37120")
    for values in source["config"].get("overrides", {}).values():
        assert values.get("owner_org", "mzd") in units()


def test_keys_are_known_to_the_harvesters() -> None:
    settings = pytest.importorskip("ckanext.kielce.harvest.settings")
    own = {
        "utility_files": {"form"},
        "gtfs": {"title", "guid"},
        "ogc_features": {"wfs_url"},
        "dcat_rdf": {"domains"},
        "ckan_portal": {"organizations"},
        "dane_gov_pl": {"institution", "english"},
        "gtfs_rt": {"feeds", "interval", "schedule", "title"},
        "gus_bdl": {"subjects"},
    }
    for source in FOUND:
        known = set(settings.COMMON) | own.get(source["source_type"], set())
        assert set(source["config"]) <= known, source["name"]


def test_no_layer_comes_twice() -> None:
    (csw,), (wfs,) = by_type("msip_csw"), by_type("msip_wfs")
    assert wfs["url"].endswith("/ows/inwestor")
    assert set(wfs["config"]["overrides"]) == {f"ms:{x.name}" for x in table().of("inwestor")}
    assert {record_id(x.name) for x in table().of("geoportal")} <= set(csw["config"]["overrides"])
    (ogc,) = by_type("ogc_features")
    assert ogc["url"].endswith("/ows/plener/ogcapi")
    assert set(ogc["config"]["overrides"]) == {x.name for x in table().of("plener") if not x.wms_only}


def test_layers_come_twice_on_purpose() -> None:
    (ogc,), (wms,) = by_type("ogc_features"), by_type("msip_wms")
    assert ogc["config"]["wfs_url"] == wms["url"], "the same layers, and the source says so"
    assert len(set(wms["config"]["overrides"]) - set(ogc["config"]["overrides"])) == 1, "and one of its own"
    assert FOUND.index(ogc) < FOUND.index(wms), "the first to come is the owner"


def test_command_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    main(["sources", "--file-port", "1", "--mapserver-port", "2", "--pycsw-port", "3"])
    assert json.loads(capsys.readouterr().out) == FOUND


def test_command_names_the_missing_ports() -> None:
    with pytest.raises(SystemExit, match="mapserver, pycsw"):
        main(["sources", "--file-port", "1"])
