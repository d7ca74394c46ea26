"""The table of layers (``layers.yaml``) and the writing of each as a GeoPackage."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import shapely
import yaml
from pyproj import Transformer

from demo.city.msip import generate, generate_inwestor, generate_more, generate_nature
from demo.city.places import city

__all__ = ["Layer", "Table", "generate_inwestor", "generate_more", "generate_nature", "table", "write_layers"]


@dataclass(frozen=True)
class Layer:
    """One row of ``layers.yaml``; ``columns`` maps attribute → Polish title."""

    name: str
    service: str
    geometry: str
    crs: int
    title: str
    title_en: str
    unit: str
    domain: str
    frequency: str
    keywords: tuple[str, ...]
    abstract: str
    columns: dict[str, str]
    theme: str = ""
    topic: str = "location"
    scale: int = 10000
    lineage: str = "Generalizacja danych źródłowych."
    wms_only: bool = False
    draws: str | None = None


@dataclass(frozen=True)
class Table:
    """The whole file: services, layers, and records of data that is only files."""

    services: dict[str, dict[str, str]]
    layers: dict[str, Layer]
    records: dict[str, dict[str, Any]] = field(default_factory=dict)

    def of(self, service: str) -> list[Layer]:
        """Layers of one service, in the order of the file."""
        return [layer for layer in self.layers.values() if layer.service == service]


@lru_cache(maxsize=1)
def table() -> Table:
    """Read ``layers.yaml`` once a process."""
    raw = yaml.safe_load(Path(__file__).with_name("layers.yaml").read_text(encoding="utf-8"))
    layers = {
        name: Layer(**{**row, "name": name, "keywords": tuple(row["keywords"])})
        for name, row in raw["layers"].items()
    }
    return Table(raw["services"], layers, raw["records"])


def _array(values: list[Any]) -> tuple[np.ndarray, np.ndarray]:
    """A typed column and its null mask, as pyogrio writes it."""
    mask = np.array([v is None for v in values])
    known = [v for v in values if v is not None]
    sample = known[0] if known else ""
    if isinstance(sample, dt.date):
        return np.array(
            [np.datetime64(v) if v is not None else np.datetime64("NaT") for v in values],
            dtype="datetime64[D]",
        ), mask
    if isinstance(sample, bool | str):
        return np.array([v if v is not None else "" for v in values], dtype=object), mask
    if any(isinstance(v, float) for v in known):
        return np.array([np.nan if v is None else float(v) for v in values]), mask
    return np.array([0 if v is None else int(v) for v in values], dtype=np.int32), mask


def write_layers(folder: Path, today: dt.date) -> dict[str, dict[str, Any]]:
    """Write ``<layer>.gpkg`` for each layer; return name → {count, bbox (west, south, east, north in degrees)}."""
    folder.mkdir(parents=True, exist_ok=True)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{today.isoformat()}T00:00:00Z"})
    found: dict[str, dict[str, Any]] = {}
    to_2180 = Transformer.from_crs("EPSG:2178", "EPSG:2180", always_xy=True)
    to_wgs = Transformer.from_crs("EPSG:2178", "EPSG:4326", always_xy=True)
    for layer in table().layers.values():
        if layer.wms_only:
            continue
        shapes, columns = generate.RECIPES[layer.name](generate.Bench(city(), today, layer.name))
        if list(columns) != list(layer.columns):
            raise ValueError(
                f"layer {layer.name}: the recipe's columns differ from layers.yaml: {list(columns)}"
            )
        shapes = np.array(shapes)
        west, south, east, north = shapely.total_bounds(shapes)
        bbox = to_wgs.transform_bounds(west, south, east, north)
        if layer.crs == 2180:
            shapes = shapely.transform(shapes, lambda x, y: to_2180.transform(x, y), interleaved=False)
        columns = {"gid": list(range(1, len(shapes) + 1)), **columns}
        arrays = [_array(values) for values in columns.values()]
        path = folder / f"{layer.name}.gpkg"
        path.unlink(missing_ok=True)
        pyogrio.raw.write(
            str(path),
            geometry=shapely.to_wkb(shapes),
            field_data=[a for a, _ in arrays],
            field_mask=[m for _, m in arrays],
            fields=list(columns),
            layer=layer.name,
            driver="GPKG",
            geometry_type=layer.geometry,
            crs=f"EPSG:{layer.crs}",
            layer_options={"IDENTIFIER": layer.title, "GEOMETRY_NAME": "geom", "FID": "fid"},
        )
        extent = [round(float(v), 2) for v in shapely.total_bounds(shapes)]
        found[layer.name] = {"count": len(shapes), "bbox": [round(v, 6) for v in bbox], "extent": extent}
        if layer.name == "granica_miasta":
            found[layer.name]["extent_2178"] = [round(float(v), 2) for v in (west, south, east, north)]
    (folder / "layers.json").write_text(json.dumps(found, indent=1), encoding="utf-8")
    return found
