"""What the map shows of a dataset, served from this site: browsers of readers never call the source's own server.

Features come from plugin ``kielce_export`` (any file or WFS that holds a layer); a layer that has only a picture service (WMS) is
shown as pictures that our server fetches.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import ckan.plugins.toolkit as tk
from ckan.plugins import plugin_loaded
from ckanext.kielce.common import vocabularies
from ckanext.kielce.common.http import FetchError, HttpSettings, fetch

Box = tuple[float, float, float, float]

#: Bounds on pictures that our server fetches from a map service.
MOST_PIXELS = 1600
MOST_PICTURE = 8_000_000
PICTURE_SECONDS = 20.0
#: Kinds of picture that may be passed on; a service's answer of another kind is a mistake in words.
PICTURES = frozenset({"image/png", "image/jpeg"})
_OWN = frozenset(
    (
        "service", "version", "request", "layers", "styles", "format", "transparent", "crs", "srs", "bbox", "width", "height",
        "layer",
    )
)  # fmt: skip


class LayerError(Exception):
    """The layer can't be shown; the message says why, for the reader."""


def layer_of(pkg: Mapping[str, Any]) -> dict[str, Any] | None:
    """The file of a dataset that the map shows; None when there is none that the reader may see."""
    if not plugin_loaded("kielce_export"):
        return None
    from ckanext.kielce.export import shared

    found = shared.layers_of(pkg)
    return found[0] if found else None


def is_layer(pkg: Mapping[str, Any], resource: Mapping[str, Any]) -> bool:
    """Whether the map can show a file."""
    if not plugin_loaded("kielce_export") or not resource.get("url"):
        return False
    from ckanext.kielce.export import shared

    return shared.is_layer(pkg, resource)


def picture_of(pkg: Mapping[str, Any]) -> dict[str, Any] | None:
    """The picture service of a dataset that has no features to show; None when there is none."""
    if not pkg.get("layer_name"):
        return None
    for resource in pkg.get("resources") or ():
        entry = vocabularies.file_format(resource.get("format"))
        if entry is not None and entry.code == "WMS_SRVC" and resource.get("url"):
            return dict(resource)
    return None


def features(pkg: Mapping[str, Any], resource: Mapping[str, Any], box: Box | None) -> bytes | None:
    """Features that touch a box of degrees as GeoJSON; None while the layer is being prepared. Raises LayerError."""
    if not is_layer(pkg, resource):
        raise LayerError(tk._("This file holds no layer that a map can draw."))
    from ckanext.kielce.export import shared

    try:
        return shared.layer_features(pkg, resource, box)
    except shared.BusyError:
        return None
    except shared.FailedError as error:
        raise LayerError(shared.told(error)) from error


def box_of(text: str) -> Box | None:
    """A box from "west,south,east,north"; None for an empty text. Raises LayerError for anything else."""
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise LayerError(tk._("bbox is four numbers: west,south,east,north in degrees")) from error
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        raise LayerError(tk._("bbox is four numbers: west,south,east,north in degrees"))
    return west, south, east, north


def picture_url(url: str, layer: str, box: Box, width: int, height: int) -> str:
    """The address of a service's picture of a layer: WMS 1.1.1, whose order of coordinates is the same everywhere."""
    wanted = {
        "service": "WMS", "version": "1.1.1", "request": "GetMap", "layers": layer, "styles": "", "srs": "EPSG:4326",
        "bbox": ",".join(f"{side:.7f}" for side in box), "width": width, "height": height, "format": "image/png",
        "transparent": "TRUE",
    }  # fmt: skip
    return _with(url, wanted)


def legend_url(url: str, layer: str) -> str:
    """The address of a service's legend of a layer."""
    wanted = {
        "service": "WMS",
        "version": "1.1.1",
        "request": "GetLegendGraphic",
        "layer": layer,
        "format": "image/png",
    }
    return _with(url, wanted)


def _with(url: str, wanted: Mapping[str, Any]) -> str:
    parts = urlsplit(url)
    kept = [
        (key, value)
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
        if key.lower() not in _OWN
    ]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode([*kept, *wanted.items()]), ""))


def picture(
    pkg: Mapping[str, Any], resource: Mapping[str, Any], box: Box | None, width: int, height: int
) -> tuple[bytes, str]:
    """A picture of a layer (its legend without a box) and its media type. Raises LayerError."""
    known = picture_of(pkg)
    if known is None or known["id"] != resource["id"]:
        raise LayerError(tk._("This file holds no layer that a map can draw."))
    layer, url = str(pkg["layer_name"]), str(resource["url"])
    address = (
        legend_url(url, layer)
        if box is None
        else picture_url(url, layer, box, min(max(width, 1), MOST_PIXELS), min(max(height, 1), MOST_PIXELS))
    )
    try:
        with fetch(
            address, settings=HttpSettings.from_config(), max_bytes=MOST_PICTURE, timeout=PICTURE_SECONDS
        ) as response:
            kind = str(response.headers.get("Content-Type") or "").split(";")[0].strip().lower()
            if kind not in PICTURES:
                raise LayerError(tk._("The source of this layer does not answer now."))
            return response.body, kind
    except FetchError as error:
        raise LayerError(tk._("The source of this layer does not answer now.")) from error
