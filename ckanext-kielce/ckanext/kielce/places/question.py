"""What is asked: one place, and a distance. Read from the parameters of a page or of the API. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ckanext.kielce.places import naming, plane, rules

#: Parameters that name a place; one of them is given.
WAYS = ("q", "address", "parcel", "lat", "area")
#: Longest address, parcel or words.
LONGEST = 200


class AskedError(Exception):
    """Parameters that can't be answered: ``errors`` is parameter -> (code of a fault, what stands in its braces)."""

    def __init__(self, errors: Mapping[str, tuple[str, Mapping[str, Any]]]) -> None:
        super().__init__(str(dict(errors)))
        self.errors = errors

    def told(self, lang: str) -> dict[str, list[str]]:
        """Sentences by parameter."""
        faults = rules.table().raw["words"]["faults"]
        return {
            name: [rules.said(faults[code], lang).format(**values)]
            for name, (code, values) in self.errors.items()
        }


@dataclass(frozen=True, slots=True)
class Question:
    """A place, in one of the ways, and a distance in metres.

    :ivar lon, lat: degrees
    :ivar area: the text of an area, see `plane.area_of`
    """

    distance: int
    address: str = ""
    parcel: str = ""
    lon: float | None = None
    lat: float | None = None
    area: str = ""
    unclear: str = ""

    def params(self) -> dict[str, Any]:
        """The parameters of the address of this very sheet."""
        place: dict[str, Any] = {}
        if self.lat is not None and self.lon is not None:
            place = {"lat": f"{self.lat:.6f}", "lon": f"{self.lon:.6f}"}
        for name in ("address", "parcel", "area"):
            if getattr(self, name):
                place[name] = getattr(self, name)
        if self.unclear:
            place["q"] = self.unclear
        return {**place, "distance": self.distance}


def _text(params: Mapping[str, Any], name: str) -> str:
    value = params.get(name)
    if value is None:
        return ""
    if isinstance(value, dict | list):
        return json.dumps(value)
    return str(value).replace("\x00", "").strip()


def given(params: Mapping[str, Any]) -> bool:
    """Whether a place is named at all."""
    return any(_text(params, name) for name in (*WAYS, "lon"))


def read(params: Mapping[str, Any]) -> Question:
    """The question that parameters ask. Raises `AskedError`."""
    distance = _distance(_text(params, "distance"))
    ways = [name for name in WAYS if _text(params, name)]
    if not ways:
        missing = "pair" if _text(params, "lon") else "none"
        raise AskedError({"lat" if _text(params, "lon") else "q": (missing, {})})
    if len(ways) > 1:
        raise AskedError({name: ("one", {}) for name in ways})
    way = ways[0]
    text = _text(params, way)
    most = rules.limit("text") if way == "area" else LONGEST
    if len(text) > most:
        raise AskedError({way: ("too_long", {"most": most})})
    if way == "lat":
        lon, lat = _degrees(params)
        return Question(distance, lon=lon, lat=lat)
    if way == "q":
        return _understood(text, distance)
    if way == "address" and naming.address(text) is None:
        raise AskedError({"address": ("address", {})})
    if way == "parcel" and naming.parcel(text) is None:
        raise AskedError({"parcel": ("parcel", {})})
    return Question(
        distance,
        address=text if way == "address" else "",
        parcel=text if way == "parcel" else "",
        area=text if way == "area" else "",
    )


def _understood(text: str, distance: int) -> Question:
    """What words mean: coordinates, a parcel or an address."""
    if pair := naming.coordinates(text):
        return Question(distance, lon=round(pair[0], 6), lat=round(pair[1], 6))
    if naming.parcel(text):
        return Question(distance, parcel=text)
    if naming.address(text):
        return Question(distance, address=text)
    return Question(distance, unclear=text)


def _distance(text: str) -> int:
    least, most = rules.limit("nearest"), rules.limit("farthest")
    if not text:
        return int(rules.table().raw["distance"])
    bare = text.removesuffix("m").strip()
    if not (bare.isascii() and bare.isdigit() and len(bare) <= 6 and least <= int(bare) <= most):
        raise AskedError({"distance": ("distance", {"least": least, "most": most})})
    return int(bare)


_DEGREES = re.compile(r"-?\d{1,3}(?:[.,]\d{1,20})?")


def _degrees(params: Mapping[str, Any]) -> tuple[float, float]:
    texts = {name: _text(params, name) for name in ("lat", "lon")}
    if not texts["lon"]:
        raise AskedError({"lon": ("pair", {})})
    examples = {"lat": "50.8703", "lon": "20.6275"}
    wrong = {
        name: ("number", {"example": examples[name]})
        for name, text in texts.items()
        if not _DEGREES.fullmatch(text)
    }
    if wrong:
        raise AskedError(wrong)
    lat, lon = (round(float(texts[name].replace(",", ".")), plane.PLACES) for name in ("lat", "lon"))
    if not plane.in_poland(lon, lat):
        raise AskedError({"lat": ("not_in_poland", {})})
    return lon, lat


def area(text: str) -> Any:
    """The area of a question in metres. Raises `AskedError`."""
    vertices, hectares = rules.limit("vertices"), rules.limit("hectares")
    try:
        shape = plane.to_metres(plane.area_of(text, vertices))
    except plane.ShapeError as err:
        raise AskedError({"area": (err.code, {"vertices": vertices})}) from err
    if shape.area > hectares * 10_000:
        raise AskedError({"area": ("too_large", {"hectares": hectares})})
    return shape
