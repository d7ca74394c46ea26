"""Forms in which a table or a layer is given out. A table of facts; see docs/reference/export.md."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

#: Raised when the same content comes out differently, so that what is kept is made anew.
WRITER = 1


def N_(text: str) -> str:  # noqa: N802 - the name that message extraction looks for
    """Mark a sentence for translation without translating it yet."""
    return text


@dataclass(frozen=True, slots=True)
class Form:
    """A form of download.

    ``code`` stands in the address, ``suffix`` ends the file's name; ``child`` tells whether a process of its own makes it.
    """

    code: str
    of: Literal["table", "layer"]
    suffix: str
    media_type: str
    title: str
    note: str
    child: bool = False


_ALL = (
    Form("csv", "table", ".csv", "text/csv; charset=utf-8", "CSV",
         N_("for programs: UTF-8, commas, decimal points, ISO dates")),
    Form("excel", "table", ".csv", "text/csv; charset=utf-8", N_("CSV for Polish Excel"),
         N_("opens with a double click: semicolons, decimal commas, codes keep their zeros")),
    Form("xlsx", "table", ".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "Excel (XLSX)",
         N_("a sheet with the data and a sheet that explains the columns"), child=True),
    Form("json", "table", ".json", "application/json", "JSON", N_("a list with one object a row")),
    Form("parquet", "table", ".parquet", "application/vnd.apache.parquet", "Parquet",
         N_("for Python, R and DuckDB: columns with their types"), child=True),
    Form("geojson", "layer", ".geojson", "application/geo+json", "GeoJSON", N_("for web maps"), child=True),
    Form("gpkg", "layer", ".gpkg", "application/geopackage+sqlite3", "GeoPackage", N_("for QGIS"), child=True),
    Form("shp", "layer", ".shp.zip", "application/zip", N_("Shapefile (zip)"),
         N_("for older programs: column names are cut to ten letters"), child=True),
    Form("wkt", "layer", ".csv", "text/csv; charset=utf-8", N_("CSV with WKT"),
         N_("a table with the shapes as text in the column WKT"), child=True),
)  # fmt: skip

FORMS: Mapping[str, Form] = {form.code: form for form in _ALL}
#: EPSG codes that layers are given out in, the first when none is asked for.
SYSTEMS = ("4326", "2178", "2180")
#: Formats of files that hold a layer, the most faithful first: of a layer offered in several, the first is read.
LAYER_SOURCES = ("GPKG", "GML", "GEOJSON", "SHP", "KML", "GTFS", "WFS_SRVC")
#: Parameter of a layer's address that names its system.
SYSTEM = "crs"


def forms_of(kind: str) -> list[Form]:
    """The forms of a "table" or a "layer"."""
    return [form for form in _ALL if form.of == kind]
