"""Geometry of a sheet: degrees to metres and back, distances, directions. Pure.

Shapely and pyproj are loaded with the first question.

Metres are those of EPSG:2180 (PL-1992), x to the east and y to the north.
"""

from __future__ import annotations

import json
import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

METRES, DEGREES = 2180, 4326
#: Poland, roughly: degrees outside are a mistake. West, south, east, north.
POLAND = (14.0, 48.9, 24.3, 55.0)
#: Decimals of degrees: a decimetre. Addresses of sheets are short and equal for equal places.
PLACES = 6


class ShapeError(Exception):
    """A text that is no area to ask about; ``code`` is a key of `question.FAULTS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@lru_cache(maxsize=4)
def _change(source: int, target: int) -> Any:
    import pyproj

    return pyproj.Transformer.from_crs(source, target, always_xy=True)


def to_metres(shape: BaseGeometry) -> BaseGeometry:
    """A shape in degrees (longitude first) in metres."""
    import shapely

    return shapely.transform(shape, _change(DEGREES, METRES).transform, interleaved=False)


def to_degrees(shape: BaseGeometry) -> BaseGeometry:
    """A shape in metres in degrees, longitude first, rounded to a decimetre."""
    import shapely

    moved = shapely.transform(shape, _change(METRES, DEGREES).transform, interleaved=False)
    return shapely.set_precision(moved, 10**-PLACES, mode="pointwise")


def point(lon: float, lat: float) -> BaseGeometry:
    """A point in metres from degrees."""
    import shapely

    return to_metres(shapely.Point(lon, lat))


def in_poland(lon: float, lat: float) -> bool:
    """Whether degrees are in Poland at all."""
    west, south, east, north = POLAND
    return west <= lon <= east and south <= lat <= north


def from_wkb(data: bytes) -> BaseGeometry:
    """A shape as the database keeps it."""
    import shapely

    return shapely.from_wkb(bytes(data))


def area_of(text: str, most_vertices: int) -> BaseGeometry:
    """An area in degrees from WKT, GeoJSON or "west,south,east,north". Raises `ShapeError`."""
    import shapely

    shape = _read(text.strip())
    if shape is None or shape.is_empty or shape.geom_type not in ("Polygon", "MultiPolygon"):
        raise ShapeError("no_area")
    if shapely.count_coordinates(shape) > most_vertices:
        raise ShapeError("too_many_vertices")
    west, south, east, north = shape.bounds
    if not (in_poland(west, south) and in_poland(east, north)):
        raise ShapeError("not_in_poland")
    if not shape.is_valid:
        raise ShapeError("crossed")
    return shapely.force_2d(shape)


_NUMBERS = re.compile(r"-?\d{1,3}(?:\.\d{1,20})?(?:,-?\d{1,3}(?:\.\d{1,20})?){3}")


def _read(text: str) -> BaseGeometry | None:
    import shapely
    from shapely.errors import ShapelyError
    from shapely.geometry import shape as from_mapping

    bare = text.replace(" ", "")
    if _NUMBERS.fullmatch(bare):
        west, south, east, north = map(float, bare.split(","))
        return shapely.box(west, south, east, north) if west < east and south < north else None
    try:
        if text.startswith("{"):
            found = json.loads(text)
            if found.get("type") == "FeatureCollection" and len(found.get("features") or ()) == 1:
                found = found["features"][0]
            if found.get("type") == "Feature":
                found = found.get("geometry") or {}
            made: BaseGeometry = from_mapping(found)
            return made
        return shapely.from_wkt(text)
    except (ShapelyError, ValueError, TypeError, AttributeError, KeyError, IndexError, RecursionError):
        return None


def sector(dx: float, dy: float) -> int:
    """Which of eight directions a step points to, clockwise from the north: 0 is north, 2 east."""
    return round(math.degrees(math.atan2(dx, dy)) / 45) % 8


def direction(place: BaseGeometry, shape: BaseGeometry) -> int | None:
    """The direction from a place to the nearest part of a shape; None where they touch."""
    from shapely.ops import nearest_points

    here, there = nearest_points(place, shape)
    if here.distance(there) < 0.5:
        return None
    centre = place.centroid if place.geom_type != "Point" else place
    return sector(there.x - centre.x, there.y - centre.y)


def rounded(metres: float) -> int:
    """A distance as it is told: metres up to 100, tens up to 1000, then fifties; more digits would pretend exactness."""
    step = 1 if metres < 100 else 10 if metres < 1000 else 50
    return int(metres / step + 0.5) * step


def share(place: BaseGeometry, shape: BaseGeometry) -> float | None:
    """The part of an area that a shape covers, 0 to 1; None for a point or a shape without area."""
    if not place.area or not shape.area:
        return None
    return min(1.0, place.intersection(shape).area / place.area)
