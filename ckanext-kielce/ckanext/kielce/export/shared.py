"""The public face of the export room: other rooms import from here and from nowhere else in it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ckan.plugins import toolkit as tk
from ckanext.kielce.export import citation, offers, service, slim, sources, words
from ckanext.kielce.export.child import SlowError
from ckanext.kielce.export.formats import LAYER_SOURCES
from ckanext.kielce.export.orders import Order
from ckanext.kielce.export.service import FailedError
from ckanext.kielce.export.store import BusyError, Kept

__all__ = [
    "LAYER_SOURCES",
    "BusyError",
    "FailedError",
    "SlowError",
    "all_layers_of",
    "citation",
    "is_layer",
    "layer_features",
    "layer_table",
    "layers_of",
    "send",
    "told",
]


def layers_of(pkg: Mapping[str, Any], user: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """The files that hold the layers of a dataset, as far as the reader (of the page, or ``user``) may see them."""
    return offers.layers_of(pkg, user)


def all_layers_of(pkg: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The files that hold the layers of a dataset, whoever may see them."""
    return sources.layers_of(pkg)


def layer_table(
    pkg: Mapping[str, Any], resource: Mapping[str, Any], known: str, seconds: float
) -> tuple[str, Path | None]:
    """The hash of a layer's content and, unless it is ``known``, its features: CSV with WKT in metres (EPSG:2180), made now.

    Raises `FailedError`, `SlowError` after ``seconds``, and `BusyError`.
    """
    order = offers.layer_order(pkg, resource, "wkt", "2180")
    return order.content, None if order.content == known else service.make(order, seconds).path


def is_layer(pkg: Mapping[str, Any], resource: Mapping[str, Any]) -> bool:
    """Whether a layer can be read from a file or service."""
    code = sources.format_of(resource)
    return bool(code) and (code != "WFS_SRVC" or bool(pkg.get("layer_name")))


def layer_features(
    pkg: Mapping[str, Any], resource: Mapping[str, Any], box: tuple[float, float, float, float] | None
) -> bytes | None:
    """Features of a layer that touch a box of degrees, as GeoJSON for the map; None while the layer is being prepared.

    See `slim.read` for what the answer holds. Raises `FailedError` and `BusyError`.
    """
    order: Order = offers.layer_order(pkg, resource, "slim", "4326")
    kept = service.obtain(order)
    return slim.read(kept.path, box) if kept else None


def told(error: FailedError) -> str:
    """What the reader is told of a failure."""
    return tk._(words.FAILURES[error.code])


def send(kept: Kept, name: str, media_type: str, *, public: bool, attachment: bool = True) -> Any:
    """Answer with a kept file, see `views.send`."""
    from ckanext.kielce.export import views

    return views.send(kept, name, media_type, public=public, attachment=attachment)
