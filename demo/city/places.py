"""The city's geography: outline, districts, streets and rivers as shapely geometries in EPSG:2178 (x = easting, metres)."""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import yaml
from pyproj import Transformer
from shapely import LineString, MultiPoint, Point, Polygon
from shapely.affinity import scale

from demo.city import SEED

_TO_2178 = Transformer.from_crs("EPSG:4326", "EPSG:2178", always_xy=True)
_TO_WGS = Transformer.from_crs("EPSG:2178", "EPSG:4326", always_xy=True)


def stream(name: str) -> random.Random:
    """A random stream of its own for each thing made, so that adding one thing changes no other."""
    return random.Random(f"{SEED}:{name}")


def array_stream(name: str) -> np.random.Generator:
    """As :func:`stream`, for whole arrays."""
    return np.random.default_rng([SEED, zlib.crc32(name.encode())])


def to_metres(lon: float, lat: float) -> tuple[float, float]:
    """Degrees to EPSG:2178 (easting, northing)."""
    x, y = _TO_2178.transform(lon, lat)
    return float(x), float(y)


def to_degrees(x: float, y: float) -> tuple[float, float]:
    """EPSG:2178 (easting, northing) to degrees, rounded to about 0.1 m: (lon, lat)."""
    lon, lat = _TO_WGS.transform(x, y)
    return round(float(lon), 6), round(float(lat), 6)


@dataclass(frozen=True)
class District:
    """A district ("osiedle"): its name, area and registered people."""

    name: str
    shape: Polygon
    people: int

    @property
    def code(self) -> str:
        """A short id, made of the letters of the name."""
        return f"{zlib.crc32(self.name.encode()) % 900 + 100}"


@dataclass(frozen=True)
class Street:
    """A street axis; ``rank`` 1 is a main road, 3 a local one."""

    name: str
    rank: int
    line: LineString
    district: str


@dataclass(frozen=True)
class City:
    """Everything that the generators need to know about where things are."""

    outline: Polygon
    districts: tuple[District, ...]
    streets: tuple[Street, ...]
    rivers: tuple[tuple[str, LineString], ...]
    lakes: tuple[tuple[str, Polygon], ...]
    reserves: tuple[tuple[str, Polygon, str, int], ...]

    def district_of(self, points: np.ndarray) -> list[str]:
        """Name of the district of each point (an array of shapely points); points on no district get the nearest."""
        tree = shapely.STRtree([d.shape for d in self.districts])
        return [self.districts[i].name for i in tree.nearest(points)]


def _outline(raw: dict[str, Any]) -> Polygon:
    shape = Polygon([to_metres(*p) for p in raw["outline"]])
    factor = (raw["area_km2"] * 1e6 / shape.area) ** 0.5
    return scale(shape, factor, factor, origin="centroid")


def _districts(raw: dict[str, Any], outline: Polygon) -> tuple[District, ...]:
    seeds = [Point(to_metres(lon, lat)) for _, lon, lat, _ in raw["districts"]]
    cells = shapely.voronoi_polygons(MultiPoint(seeds), extend_to=outline, ordered=True)
    found = []
    for (name, _, _, people), cell in zip(raw["districts"], shapely.get_parts(cells), strict=True):
        part = cell.intersection(outline)
        if part.geom_type != "Polygon":
            part = max(shapely.get_parts(part), key=lambda p: p.area)
        found.append(District(name, part, people))
    return tuple(found)


def _streets(raw: dict[str, Any], outline: Polygon, districts: tuple[District, ...]) -> tuple[Street, ...]:
    main = [(n, r, LineString([to_metres(*p) for p in pts])) for n, r, pts in raw["streets"]]
    rng = stream("streets")
    weights = [d.people for d in districts]
    for name in raw["local_streets"]:
        home = rng.choices(districts, weights)[0].shape
        start = home.representative_point()
        radius = (home.area / 3.14) ** 0.5 * 0.7
        x, y = start.x + rng.uniform(-radius, radius), start.y + rng.uniform(-radius, radius)
        angle = rng.choice([0.2, 0.2 + np.pi / 2]) + rng.gauss(0, 0.15)
        points = [(x, y)]
        for _ in range(rng.randint(2, 4)):
            step = rng.uniform(90, 220)
            x, y = x + step * np.cos(angle), y + step * np.sin(angle)
            angle += rng.gauss(0, 0.2)
            points.append((float(x), float(y)))
        main.append((f"ul. {name}", 3, LineString(points)))
    tree = shapely.STRtree([d.shape for d in districts])
    streets = []
    for name, rank, line in main:
        inside = line.intersection(outline)
        if inside.is_empty:
            continue
        if inside.geom_type != "LineString":
            inside = max(shapely.get_parts(inside), key=lambda g: g.length)
        home_index = int(tree.nearest(inside.interpolate(0.5, normalized=True)))
        streets.append(Street(name, rank, inside, districts[home_index].name))
    return tuple(streets)


@lru_cache(maxsize=1)
def city() -> City:
    """The city, built once a process from ``places.yaml``."""
    raw = yaml.safe_load(Path(__file__).with_name("places.yaml").read_text(encoding="utf-8"))
    outline = _outline(raw)
    districts = _districts(raw, outline)
    rivers = tuple((n, LineString([to_metres(*p) for p in pts])) for n, pts in raw["rivers"])
    lakes = tuple((n, Point(to_metres(lon, lat)).buffer(r)) for n, lon, lat, r in raw["lakes"])
    reserves = tuple(
        (n, Point(to_metres(lon, lat)).buffer(r, 6).intersection(outline), kind, year)
        for n, lon, lat, r, kind, year in raw["reserves"]
    )
    return City(outline, districts, _streets(raw, outline, districts), rivers, lakes, reserves)
