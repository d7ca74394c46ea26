"""The layers: enough of them, valid, inside the city, described in the portal's own words."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
import yaml

from demo.city.msip.layers import table
from demo.city.places import city
from demo.city.units import units

ROOT = Path(__file__).resolve().parents[2]
LAYERS = [x for x in table().layers.values() if not x.wms_only]


def codes(vocabulary: str) -> set[str]:
    raw = yaml.safe_load(
        (ROOT / "schemas" / "vocabularies" / f"{vocabulary}.yaml").read_text(encoding="utf-8")
    )
    return {row["code"] for row in raw["entries"]}


def test_there_are_at_least_forty() -> None:
    assert len(LAYERS) >= 40
    assert len({x.title for x in table().layers.values()}) == len(table().layers), (
        "titles make addresses: each once"
    )


def test_every_layer_is_in_one_service() -> None:
    assert sum(len(table().of(service)) for service in table().services) == len(table().layers)
    assert table().of("plener")
    assert len(table().of("inwestor")) >= 8


@pytest.mark.parametrize("layer", table().layers.values(), ids=lambda x: x.name)
def test_codes_are_known_to_the_portal(layer) -> None:
    assert layer.unit in units()
    assert layer.domain in codes("domains")
    assert layer.frequency in codes("frequencies")


def test_the_city_has_its_size() -> None:
    assert city().outline.area == pytest.approx(109.65e6)
    assert sum(d.shape.area for d in city().districts) == pytest.approx(city().outline.area, rel=1e-3)


@pytest.mark.parametrize("layer", LAYERS, ids=lambda x: x.name)
def test_a_layer_is_sound(layer, city_folder: Path) -> None:
    meta, _, geometry, fields = pyogrio.raw.read(city_folder / "msip" / f"{layer.name}.gpkg")
    shapes = shapely.from_wkb(geometry)
    assert meta["crs"] == f"EPSG:{layer.crs}"
    assert list(meta["fields"]) == ["gid", *layer.columns]
    assert shapely.is_valid(shapes).all()
    assert not shapely.is_empty(shapes).any()
    assert {shapely.geometry.base.GEOMETRY_TYPES[i] for i in np.unique(shapely.get_type_id(shapes))} == {
        layer.geometry
    }
    assert len(np.unique(fields[0])) == len(shapes)
    west, south, east, north = json.loads((city_folder / "msip" / "layers.json").read_text())[layer.name][
        "bbox"
    ]
    assert 20.4 < west < east < 20.8
    assert 50.75 < south < north < 50.95


@pytest.mark.parametrize(
    "name", ["siec_cieplownicza", "siec_wodociagowa", "siec_kanalizacyjna", "kanalizacja_deszczowa"]
)
def test_networks_are_never_exact(name: str, city_folder: Path) -> None:
    _, _, geometry, _ = pyogrio.raw.read(city_folder / "msip" / f"{name}.gpkg")
    xy = shapely.get_coordinates(shapely.from_wkb(geometry))
    assert np.allclose(xy % 50, 0), "points of a network lie on a 50 m grid"


def test_population_by_district_adds_up(city_folder: Path) -> None:
    meta, _, _, fields = pyogrio.raw.read(city_folder / "msip" / "gestosc_zaludnienia.gpkg")
    values = dict(zip(meta["fields"], fields, strict=True))
    assert (values["kobiety"] + values["mezczyzni"] == values["ludnosc"]).all()
    assert 170_000 < values["ludnosc"].sum() < 200_000
