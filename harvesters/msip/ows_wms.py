"""WMS 1.3.0 and 1.1.1: what the capabilities say of layers, their styles and legends. Pure; bytes in, plain data out."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from ckanext.kielce.common import vocabularies
from ckanext.kielce.harvest.records import SourceError
from ckanext.kielce.harvesters.msip.ows import MapService, epsg, service_url
from ckanext.kielce.harvesters.msip.xml import (
    Element,
    child_text,
    children,
    descendants,
    local,
    parse,
    text_of,
)

XLINK_HREF = "{http://www.w3.org/1999/xlink}href"
MOST_CRS = 24
PIXEL = 0.00028  # metres, the standard's pixel; ScaleHint of 1.1.1 is the diagonal of one on the ground


@dataclass
class WmsLayer:
    """A layer of a WMS, with what it inherits. ``box``: west, south, east, north in degrees.

    ``styles``: name, title, legend (address of a picture), as far as given. ``scales``: smallest and largest denominator
    at which it is drawn, None where there is no limit. ``group``: it has named layers inside.
    """

    name: str
    title: str = ""
    abstract: str = ""
    keywords: list[str] = field(default_factory=list)
    crs: list[str] = field(default_factory=list)
    box: list[float] = field(default_factory=list)
    queryable: bool = False
    styles: list[dict[str, str]] = field(default_factory=list)
    scales: list[float | None] = field(default_factory=list)
    metadata_url: str = ""
    group: bool = False

    def as_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value not in ("", [], None, False)}


@dataclass
class Wms(MapService[WmsLayer]):
    """A web map service."""

    formats: list[str] = field(default_factory=list)


def read_wms(body: bytes, url: str) -> Wms:
    """The capabilities of a WMS. Raises SourceError when the answer is something else."""
    root = parse(body, url)
    if local(root) not in {"WMS_Capabilities", "WMT_MS_Capabilities"}:
        raise SourceError(
            f"{url} answered with <{local(root)}>, not with the capabilities of a WMS. Check that the address is a "
            "WMS.",
            f"{url} odpowiada dokumentem <{local(root)}>, a nie opisem usługi WMS. Sprawdź, czy to adres usługi WMS.",
        )
    service = Wms(url=service_url(url), version=root.get("version") or "1.3.0")
    for about in children(root, "Service"):
        service.title = child_text(about, "Title")
        service.fees, service.access = child_text(about, "Fees"), child_text(about, "AccessConstraints")
        service.provider = text_of(next(descendants(about, "ContactOrganization"), None))
        service.email = text_of(next(descendants(about, "ContactElectronicMailAddress"), None))
    for capability in children(root, "Capability"):
        operation = next(descendants(capability, "GetMap"), None)
        if operation is not None:
            service.formats = [text_of(node) for node in children(operation, "Format")]
        for top in children(capability, "Layer"):
            _walk(top, WmsLayer(""), service.layers)
    return service


def _walk(node: Element, parent: WmsLayer, found: list[WmsLayer]) -> bool:
    """Add this layer and those inside it; whether any has a name."""
    own = _layer(node, parent)
    if own.name:
        found.append(own)
    inside = [_walk(child, own, found) for child in children(node, "Layer")]
    own.group = any(inside)
    return bool(own.name) or own.group


def _layer(node: Element, parent: WmsLayer) -> WmsLayer:
    crs = [
        epsg(code)
        for name in ("CRS", "SRS")
        for each in children(node, name)
        for code in text_of(each).split()
    ]
    metadata = next(iter(children(node, "MetadataURL")), None)
    queryable = node.get("queryable")
    return WmsLayer(
        name=child_text(node, "Name"),
        title=child_text(node, "Title"),
        abstract=child_text(node, "Abstract"),
        keywords=[
            text_of(word)
            for words in children(node, "KeywordList")
            for word in children(words, "Keyword")
            if text_of(word)
        ],
        crs=_useful(dict.fromkeys([*crs, *parent.crs])),
        box=_box(node) or parent.box,
        queryable=parent.queryable if queryable is None else queryable in {"1", "true"},
        styles=[*_styles(node), *parent.styles],
        scales=_scales(node) or parent.scales,
        metadata_url=_link(metadata) if metadata is not None else "",
    )


def _useful(codes: Iterable[str]) -> list[str]:
    """The systems that the portal knows, in the order given, then others; GeoServer lists all six thousand of EPSG."""
    ordered = sorted(codes, key=lambda code: vocabularies.crs(code) is None)
    return ordered[:MOST_CRS]


def _link(node: Element) -> str:
    online = next(iter(children(node, "OnlineResource")), None)
    return (online.get(XLINK_HREF) or "").strip() if online is not None else ""


def _styles(node: Element) -> list[dict[str, str]]:
    styles = []
    for style in children(node, "Style"):
        legend = next(iter(children(style, "LegendURL")), None)
        found = {
            "name": child_text(style, "Name"),
            "title": child_text(style, "Title"),
            "legend": _link(legend) if legend is not None else "",
        }
        styles.append({key: value for key, value in found.items() if value})
    return [style for style in styles if style]


def _box(node: Element) -> list[float]:
    for box in children(node, "EX_GeographicBoundingBox"):
        names = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude", "northBoundLatitude")
        return _numbers([child_text(box, name) for name in names])
    for box in children(node, "LatLonBoundingBox"):
        return _numbers([box.get(name) or "" for name in ("minx", "miny", "maxx", "maxy")])
    return []


def _numbers(texts: list[str]) -> list[float]:
    try:
        numbers = [float(text) for text in texts]
    except ValueError:
        return []
    return numbers if all(math.isfinite(number) for number in numbers) else []


def _scales(node: Element) -> list[float | None]:
    smallest, largest = child_text(node, "MinScaleDenominator"), child_text(node, "MaxScaleDenominator")
    factor = 1.0
    for hint in children(node, "ScaleHint"):
        smallest, largest = hint.get("min") or "", hint.get("max") or ""
        factor = 1 / (math.sqrt(2) * PIXEL)
    limits = [_limit(text, factor) for text in (smallest, largest)]
    return limits if any(limit is not None for limit in limits) else []


def _limit(text: str, factor: float) -> float | None:
    numbers = _numbers([text])
    return round(numbers[0] * factor) if numbers and 0 < numbers[0] * factor < 1e10 else None
