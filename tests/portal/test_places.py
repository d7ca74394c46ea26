"""Sheets of the demo city's places against the city's own layers as their service gives them, reckoned here by brute force."""

from __future__ import annotations

import json
import random
import time
import urllib.parse
import urllib.request
from typing import Any

import pytest

pytestmark = pytest.mark.portal
#: Theme -> the stand-in city's layer.
AREAS = {
    "plan": "mpzp",
    "land_use": "mpzp_przeznaczenie",
    "mining": "obszar_gorniczy",
    "protected": "obszary_chronione",
}
POINTS = {
    "stop": "przystanki",
    "school": "szkoly",
    "nursery": "przedszkola_zlobki",
    "playground": "place_zabaw",
}
PLACES = 12
METRES = 600


@pytest.fixture(scope="module")
def ask(portal_url: str) -> Any:
    def call(action: str, **params: Any) -> Any:
        url = f"{portal_url}/api/3/action/{action}?{urllib.parse.urlencode(params)}"
        with urllib.request.urlopen(url, timeout=60) as answer:
            return json.load(answer)["result"]

    return call


@pytest.fixture(scope="module")
def taken(ask: Any) -> Any:
    """The layers, once the worker has taken them in."""
    until = time.monotonic() + 240
    while True:
        layers = ask("kielce_place_layers", lang="pl")
        if (
            not any(row["state"] == "waiting" for row in layers)
            and sum(row["features"] > 0 for row in layers) >= 20
        ):
            return layers
        if time.monotonic() > until:
            pytest.fail(f"not taken in: {[(row['code'], row['state']) for row in layers]}")
        time.sleep(3)


@pytest.fixture(scope="module")
def shapes(ask: Any, taken: Any, tmp_path_factory: Any) -> Any:
    """Return a function: a layer's shapes in metres and its columns, fetched from its service and read with GDAL."""
    import numpy as np
    import pyogrio
    import pyproj
    import shapely

    folder = tmp_path_factory.mktemp("layers")

    def read(layer: str) -> Any:
        resources = [
            resource
            for row in taken
            if row.get("dataset")
            for resource in ask("package_show", id=row["dataset"])["resources"]
            if resource["format"] == "GPKG" and f"typeNames=ms:{layer}&" in resource["url"]
        ]
        path = folder / f"{layer}.gpkg"
        with urllib.request.urlopen(resources[0]["url"], timeout=60) as answer:
            path.write_bytes(answer.read())
        meta, _fids, data, fields = pyogrio.raw.read(path)
        change = pyproj.Transformer.from_crs(meta["crs"], "EPSG:2180", always_xy=True)
        found = shapely.transform(
            shapely.from_wkb(data), lambda xy: np.column_stack(change.transform(xy[:, 0], xy[:, 1]))
        )
        return found, dict(zip(meta["fields"], fields, strict=True))

    return read


def test_the_city_is_taken_in_and_gaps_are_told(taken: Any) -> None:
    states = {row["code"]: row["state"] for row in taken}
    for code in ("addresses", "parcels", "boundary", *AREAS, *POINTS, "flood", "noise", "housing", "road"):
        assert states[code] == "taken", code
    assert states["gas_network"] == "missing"


def test_random_places_say_what_the_files_say(ask: Any, shapes: Any) -> None:
    import pyproj
    import shapely

    border = shapes("granica_miasta")[0][0]
    back = pyproj.Transformer.from_crs("EPSG:2180", "EPSG:4326", always_xy=True)
    areas = {code: shapes(layer)[0] for code, layer in AREAS.items()}
    points = {code: shapes(layer)[0] for code, layer in POINTS.items()}
    homes, fields = shapes("budynki")
    homes = homes[fields["funkcja"] == "mieszkalny"]
    dice, west, south, east, north = random.Random(7), *border.bounds
    left = PLACES
    while left:
        spot = shapely.Point(dice.uniform(west, east), dice.uniform(south, north))
        if not border.contains(spot):
            continue
        left -= 1
        lon, lat = back.transform(spot.x, spot.y)
        sheet = ask("kielce_place_sheet", lat=f"{lat:.6f}", lon=f"{lon:.6f}", distance=METRES, lang="pl")
        rows = {row["code"]: row for row in sheet["touches"]}
        near = {row["code"]: row for row in sheet["near"]}
        for code, found in areas.items():
            assert rows[code]["count"] == shapely.intersects(found, spot).sum(), (code, lat, lon)
        for code, found in (*points.items(), ("housing", homes)):
            distances = shapely.distance(found, spot)
            # Other sources may know the same things under other names, so there may be more; and a decimetre is a decimetre.
            assert near[code]["count"] >= (distances < METRES - 1).sum(), (code, lat, lon)
            nearest = near[code]["objects"][0]["distance"]
            assert nearest <= distances.min() * 1.03 + 6, (code, lat, lon)


def test_an_address_and_a_parcel_of_the_files_are_found(ask: Any, shapes: Any) -> None:
    found, fields = shapes("adresy")
    for at in range(0, len(found), len(found) // 8):
        street, number = fields["ulica"][at], fields["numer"][at]
        sheet = ask("kielce_place_sheet", address=f"{street} {number}", lang="pl")
        found_as = [sheet["place"] or {}, *sheet["choices"]]
        assert f"{street} {number}" in {one.get("label", "").split(" (")[0] for one in found_as}
    plots, fields = shapes("dzialki")
    ids = list(fields["id_dzialki"])
    single = [at for at, name in enumerate(ids) if ids.count(name) == 1][:: len(ids) // 8]
    for at in single:
        sheet = ask("kielce_place_sheet", parcel=ids[at], lang="pl")
        assert sheet["place"]["label"] == ids[at]
        assert sheet["place"]["hectares"] == pytest.approx(plots[at].area / 1e4, rel=0.01)


def test_a_sheet_may_be_kept_by_caches(taken: Any, portal_url: str) -> None:
    with urllib.request.urlopen(f"{portal_url}/karta-miejsca?lat=50.8703&lon=20.6275", timeout=60) as page:
        assert page.headers["Cache-Control"].startswith("public")
        assert "Set-Cookie" not in page.headers
