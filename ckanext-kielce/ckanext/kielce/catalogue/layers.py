"""Layers for the map, served from this site: browsers of readers never call the source's own server."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib.uploader import get_resource_uploader
from ckanext.kielce.common.http import FetchError, HttpSettings, fetch

#: Shapes beyond this are left to the download: a phone can't draw them.
MOST_FEATURES = 3000
MOST_BYTES = 25_000_000
KEEP_SECONDS = 3600
#: Six places of a degree are a decimetre.
PLACES = 6


class LayerError(Exception):
    """The layer can't be shown; the message says why, for the reader."""


def _trimmed(coordinates: Any) -> Any:
    if isinstance(coordinates, (int, float)):
        return round(coordinates, PLACES)
    return (
        [_trimmed(part) for part in coordinates[:2]]
        if _is_point(coordinates)
        else [_trimmed(p) for p in coordinates]
    )


def _is_point(coordinates: Any) -> bool:
    return bool(coordinates) and isinstance(coordinates[0], (int, float))


def slimmed(collection: Mapping[str, Any], most: int = MOST_FEATURES) -> dict[str, Any]:
    """Return a GeoJSON feature collection fit for a browser: at most ``most`` shapes, no needless decimals, no z.

    ``kielce`` in the answer tells how many there were. Raises LayerError when it isn't GeoJSON in degrees.
    """
    features = collection.get("features")
    if collection.get("type") == "Feature":
        features = [collection]
    if not isinstance(features, list):
        raise LayerError(tk._("The file is not GeoJSON."))
    shown: list[dict[str, Any]] = []
    for feature in features[:most]:
        geometry = feature.get("geometry") if isinstance(feature, Mapping) else None
        if not geometry or not geometry.get("coordinates"):
            continue
        shown.append(
            {
                "type": "Feature",
                "geometry": {"type": geometry["type"], "coordinates": _trimmed(geometry["coordinates"])},
                "properties": feature.get("properties") or {},
            }
        )
    if shown and not _in_degrees(shown[0]["geometry"]["coordinates"]):
        raise LayerError(tk._("The coordinates are not in degrees (EPSG:4326), so this map can't show them."))
    return {
        "type": "FeatureCollection",
        "features": shown,
        "kielce": {"total": len(features), "shown": len(shown)},
    }


def _in_degrees(coordinates: Any) -> bool:
    while coordinates and not _is_point(coordinates):
        coordinates = coordinates[0]
    return bool(coordinates) and abs(coordinates[0]) <= 180 and abs(coordinates[1]) <= 90


def _folder() -> Path | None:
    storage = tk.config.get("ckan.storage_path")
    return Path(storage) / "kielce-layers" if storage else None


def _content(resource: Mapping[str, Any]) -> bytes:
    if resource.get("url_type") == "upload":
        path = Path(get_resource_uploader(dict(resource)).get_path(resource["id"]))
        if path.is_file():
            return path.read_bytes()
    with fetch(resource["url"], settings=HttpSettings.from_config(), max_bytes=MOST_BYTES) as response:
        return response.body


def layer(resource: Mapping[str, Any]) -> bytes:
    """Return the layer of a GeoJSON file as slim GeoJSON, kept for an hour in the storage folder.

    Raises LayerError with a sentence for the reader when the source doesn't answer or isn't GeoJSON.
    """
    version = f"{resource['url']} {resource.get('last_modified')} {resource.get('hash')}"
    folder = _folder()
    key = hashlib.sha256(version.encode()).hexdigest()[:16]
    kept = folder / f"{resource['id']}-{key}.geojson" if folder else None
    if kept and kept.is_file() and time.time() - kept.stat().st_mtime < KEEP_SECONDS:
        return kept.read_bytes()
    try:
        collection = json.loads(_content(resource))
    except FetchError as error:
        raise LayerError(tk._("The source of this layer does not answer now.")) from error
    except ValueError as error:
        raise LayerError(tk._("The file is not GeoJSON.")) from error
    slim = json.dumps(slimmed(collection), ensure_ascii=False, separators=(",", ":")).encode()
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        for old in kept.parent.glob(f"{resource['id']}-*.geojson"):
            old.unlink(missing_ok=True)
        draft = kept.with_suffix(".part")
        draft.write_bytes(slim)
        draft.replace(kept)
    return slim
