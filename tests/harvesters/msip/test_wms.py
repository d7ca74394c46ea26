"""WMS layers, alone and beside a WFS."""

from __future__ import annotations

from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvesters.msip import ows_wms, wfs, wms

from tests.harvesters.msip import samples
from tests.harvesters.msip.server import LEGEND, URL, Server, harvest, wfs_server


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
