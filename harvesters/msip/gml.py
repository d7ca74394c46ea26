"""What the features of a GetFeature answer tell of their layer: how many, of which kind, where. Pure.

Reads GML 2, 3.1 and 3.2 as MapServer, GeoServer, ArcGIS and Geobid send them. Order of coordinates: as the EPSG registry
has it (EPSG:2180 northing first), also for the short "EPSG:2180"; the other way round where only that falls into the
system's area of use (servers that mean longitude first whatever they declare); for the whole world's systems, Poland.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from ckanext.kielce.harvest.records import SourceError
from ckanext.kielce.harvesters.msip.ows import epsg
from ckanext.kielce.harvesters.msip.xml import Element, local, parse, text_of
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

KINDS = {
    "Point": "point",
    "MultiPoint": "point",
    "LineString": "line",
    "MultiLineString": "line",
    "Curve": "line",
    "MultiCurve": "line",
    "CompositeCurve": "line",
    "Polygon": "polygon",
    "MultiPolygon": "polygon",
    "Surface": "polygon",
    "MultiSurface": "polygon",
    "CompositeSurface": "polygon",
    "PolyhedralSurface": "polygon",
    "MultiGeometry": "mixed",
}
MEMBERS = frozenset({"member", "featureMember", "featureMembers"})
POSITIONS = frozenset({"pos", "posList", "coordinates"})
POLAND = (14.0, 48.9, 24.3, 55.0)  # west, south, east, north
WORLD = 60.0  # degrees: a system used in an area wider than this is the whole world's or a continent's
SAMPLE_POSITIONS = 10_000


@dataclass
class Features:
    """``matched``: features in all, None when the server does not know. ``box``: west, south, east, north in degrees, of
    those that came; [] without geometry or where the system is not known. ``ids``: as written, "" for none."""

    matched: int | None = None
    ids: list[str] = field(default_factory=list)
    kind: str = ""
    crs: str = ""
    box: list[float] = field(default_factory=list)
    swapped: bool = False


def read_features(body: bytes, where: str) -> Features:
    """The features of an answer. Raises SourceError when it is none, or an exception of the service."""
    root = parse(body, where)
    if local(root) != "FeatureCollection":
        raise SourceError(
            f"{where} answered GetFeature with <{local(root)}>, not with features.",
            f"{where} na GetFeature odpowiada dokumentem <{local(root)}>, a nie obiektami.",
        )
    number = root.get("numberMatched") or root.get("numberOfFeatures") or ""
    found = Features(matched=int(number) if number.isdigit() else None)
    kinds: list[str] = []
    pairs: list[tuple[float, float]] = []
    for feature in _members(root):
        found.ids.append(_identifier(feature))
        geometry = _geometry(feature)
        if geometry is not None:
            kinds.append(KINDS[local(geometry)])
            found.crs = found.crs or _system(geometry)
            pairs += _positions(geometry)
    unique = set(kinds)
    found.kind = kinds[0] if len(unique) == 1 else "mixed" if unique else ""
    if pairs and found.crs:
        found.box, found.swapped = _box(pairs[:SAMPLE_POSITIONS], found.crs)
    return found


def _members(root: Element) -> Iterator[Element]:
    for member in root:
        if isinstance(member.tag, str) and local(member) in MEMBERS:
            inside = [child for child in member if isinstance(child.tag, str)]
            for child in inside:
                if local(child) == "FeatureCollection":  # one collection for each layer asked for
                    yield from _members(child)
                else:
                    yield child


def _identifier(feature: Element) -> str:
    """The feature's id; one that is only a counter behind the layer's empty name (".1") is none."""
    named = {str(key).rpartition("}")[2]: value for key, value in feature.attrib.items()}
    value = (named.get("id") or named.get("fid") or "").strip()
    return "" if re.fullmatch(r"\.?\d*", value) else value


def _geometry(feature: Element) -> Element | None:
    for part in feature:
        if isinstance(part.tag, str) and local(part) != "boundedBy":
            for node in part.iter():
                if isinstance(node.tag, str) and local(node) in KINDS:
                    return node
    return None


def _system(geometry: Element) -> str:
    for node in geometry.iter():
        if node.get("srsName"):
            return epsg(node.get("srsName"))
    above = geometry.getparent()
    while above is not None:
        envelope = next(above.iter("{*}Envelope", "{*}Box"), None)
        if envelope is not None and envelope.get("srsName"):
            return epsg(envelope.get("srsName"))
        above = above.getparent()
    return ""


def _positions(geometry: Element) -> Iterator[tuple[float, float]]:
    """The first two numbers of each position; heights are left out."""
    for node in geometry.iter():
        if not isinstance(node.tag, str) or local(node) not in POSITIONS:
            continue
        if local(node) == "coordinates":
            tuples = [re.split(r"\s*,\s*", each) for each in text_of(node).split()]
            numbers = [number for each in tuples for number in each[:2]]
            step = 2
        else:
            numbers = text_of(node).split()
            step = _dimension(node, len(numbers))
        try:
            values = [float(number) for number in numbers]
        except ValueError:
            continue
        yield from zip(values[::step], values[1::step], strict=False)


def _dimension(node: Element, length: int) -> int:
    given = None
    above = node
    while above is not None and given is None:
        given = above.get("srsDimension")
        above = above.getparent()
    if given in ("2", "3") and length % int(given) == 0:
        return int(given)
    return 2 if length % 2 == 0 else 3


@cache
def _transformer(code: str) -> tuple[Transformer, bool, tuple[float, float, float, float]] | None:
    """(to longitude and latitude, whether the registry has northing first, area of use) of a system."""
    try:
        system = CRS.from_user_input(code)
        area = system.area_of_use
        first = system.axis_info[0].direction if system.axis_info else "east"
        bounds = area.bounds if area and area.east - area.west < WORLD else POLAND
        return Transformer.from_crs(system, "EPSG:4326", always_xy=True), first == "north", bounds
    except ProjError:
        return None


def _box(pairs: list[tuple[float, float]], code: str) -> tuple[list[float], bool]:
    """(box in degrees, whether the coordinates came the other way round than the registry has them)."""
    known = _transformer(code)
    if known is None:
        return [], False
    transformer, northing_first, bounds = known
    first, second = zip(*pairs, strict=True)
    orders = ((second, first), (first, second)) if northing_first else ((first, second), (second, first))
    boxes: list[list[float]] = []
    for eastings, northings in orders:
        longitude, latitude = transformer.transform(eastings, northings)
        boxes.append(
            [round(float(side), 6) for side in (min(longitude), min(latitude), max(longitude), max(latitude))]
        )
    west, south, east, north = bounds
    for swapped, box in enumerate(boxes):
        if west - 1 <= box[0] <= box[2] <= east + 1 and south - 1 <= box[1] <= box[3] <= north + 1:
            return box, bool(swapped)
    return boxes[0] if max(map(abs, boxes[0])) <= 180 else [], False
