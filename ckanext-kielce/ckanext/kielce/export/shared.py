"""The public face of the export room: other rooms import from here and from nowhere else in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckan.plugins import toolkit as tk
from ckanext.kielce.export import citation, offers, service, slim, sources, words
from ckanext.kielce.export.orders import Order
from ckanext.kielce.export.service import FailedError
from ckanext.kielce.export.store import BusyError, Kept

__all__ = ["BusyError", "FailedError", "citation", "is_layer", "layer_features", "layers_of", "send", "told"]


def layers_of(pkg: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The files that hold the layers of a dataset, as far as the reader may see them."""
    return offers.layers_of(pkg)


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
