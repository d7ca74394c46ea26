"""Reading the attribute tables of spatial files (GeoJSON, GML, GeoPackage, zipped Shapefile, KML) with GDAL."""

from __future__ import annotations

import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from ckanext.kielce.tables.archives import check_archive
from ckanext.kielce.tables.assemble import assemble, check_width, column_of_cells
from ckanext.kielce.tables.limits import LIMITS, Limits
from ckanext.kielce.tables.problems import TableError, problem
from ckanext.kielce.tables.sniff import Sniff
from ckanext.kielce.tables.table import Table

_SUFFIX = {"GEOJSON": ".geojson", "GML": ".gml", "GPKG": ".gpkg", "SHP": ".shp.zip", "KML": ".kml"}
_SYSTEM_LAYERS = ("layer_styles",)
_GML_HOUSEKEEPING = frozenset(("gml_id", "fid", "lowerCorner", "upperCorner"))
"""What GDAL makes of a GML feature's envelope and id: ids are often made up anew for every answer."""


def read_spatial(path: Path, sniffed: Sniff, limits: Limits = LIMITS) -> list[Table]:
    """One table a layer, with the geometry beside it as WKB.

    Raises `TableError` when GDAL cannot read the file or no layer has features or fields.
    """
    import pyogrio  # a second of start-up (it brings pandas along), which only layers need

    if sniffed.format == "SHP":
        check_archive(path, limits)
    # GDAL tells some formats by their suffix and writes side files (.gfs) next to GML: give it a folder of its own.
    with tempfile.TemporaryDirectory(prefix="kielce-spatial-") as folder:
        link = Path(folder) / f"{path.stem[:80] or 'layer'}{_SUFFIX[sniffed.format]}"
        link.symlink_to(path.resolve())
        try:
            layers = [str(name) for name, _kind in pyogrio.list_layers(link)]
            tables = [
                table
                for name in layers
                if name not in _SYSTEM_LAYERS and (table := _read_layer(link, name, sniffed, limits))
            ]
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as err:
            detail = str(err).replace(folder, "")[:200]
            raise TableError(problem("unreadable", detail=detail, file=path.name)) from err
    if not tables:
        raise TableError(problem("no_rows", file=path.name))
    return tables


def _read_layer(link: Path, name: str, sniffed: Sniff, limits: Limits) -> Table | None:
    from pyogrio import raw

    # A GML file may name a schema on some server: reading a file must never make GDAL fetch anything.
    options = {"DOWNLOAD_SCHEMA": "NO"} if sniffed.format == "GML" else {}
    with warnings.catch_warnings():  # GDAL's remarks on single values
        warnings.simplefilter("ignore", RuntimeWarning)
        meta, _fids, geometry, fields = raw.read(link, layer=name, max_features=limits.rows, **options)
    titles = [str(title) for title in meta["fields"]]
    if sniffed.format == "GML" and not set(titles) <= _GML_HOUSEKEEPING:
        fields = [
            values for title, values in zip(titles, fields, strict=True) if title not in _GML_HOUSEKEEPING
        ]
        titles = [title for title in titles if title not in _GML_HOUSEKEEPING]
    check_width(len(titles), limits)
    rows = len(geometry) if geometry is not None else (len(fields[0]) if fields else 0)
    if not titles and not rows:
        return None
    if not titles:
        titles, fields = ["fid"], [np.arange(1, rows + 1)]
    columns = [_column(values) for values in fields]
    wkb = None
    if geometry is not None and meta.get("geometry_type"):
        wkb = pl.Series("geometry", [None if g is None else bytes(g) for g in geometry], dtype=pl.Binary)
    return assemble(name, titles, columns, header_row=None, first_row=1, geometry=wkb, trim_tail=False)


def _column(values: np.ndarray[Any, Any]) -> pl.Series:
    if values.dtype.kind == "M":
        return pl.Series(values.astype("datetime64[us]"))
    if values.dtype.kind in "iufb":
        return pl.Series(values)
    cells = [None if _is_missing(value) else value for value in values.tolist()]
    return column_of_cells(
        [cell if isinstance(cell, str | int | float | None) else str(cell) for cell in cells]
    )


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)
