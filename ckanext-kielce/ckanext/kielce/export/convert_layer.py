"""A layer from a file of one kind to a file of another, in another system of coordinates. Runs in the child process."""

from __future__ import annotations

import csv
import shutil
import tempfile
import unicodedata
import warnings
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import shapely
from ckanext.kielce.export.refused import RefusedError
from pyogrio import raw

SUFFIX = {
    "GEOJSON": ".geojson",
    "GML": ".gml",
    "GPKG": ".gpkg",
    "SHP": ".shp.zip",
    "KML": ".kml",
    "WFS_SRVC": ".gml",
}
SYSTEM_LAYERS = ("layer_styles",)
#: What GDAL makes of a feature's envelope and id in GML.
HOUSEKEEPING = frozenset(("gml_id", "lowerCorner", "upperCorner"))
#: Decimals of coordinates as text: a decimetre in degrees, a millimetre in metres.
PLACES = {True: 7, False: 3}
_FAMILIES = {"Point": "punkty", "LineString": "linie", "Polygon": "powierzchnie"}


class Layer:
    """Shapes and their attributes, in a known system."""

    def __init__(self, names: list[str], columns: list[np.ndarray], shapes: np.ndarray, system: str) -> None:
        self.names, self.columns, self.shapes, self.system = names, columns, shapes, system

    def only(self, mask: np.ndarray) -> Layer:
        """The features where the mask is true."""
        return Layer(self.names, [column[mask] for column in self.columns], self.shapes[mask], self.system)


def convert(order: dict[str, Any]) -> None:
    """Do an order of form geojson, gpkg, shp, wkt or slim (the map's own)."""
    layer = read(
        Path(order["source"]), order["source_format"], order.get("declared_system"), order["most_features"]
    )
    if order["form"] == "slim":
        from ckanext.kielce.export import slim

        slim.write(projected(layer, "4326"), order)
        return
    layer = projected(layer, order["system"])
    target, work = Path(order["target"]), Path(order["work"])
    if order["form"] == "wkt":
        write_wkt(layer, target, degrees=order["system"] == "4326")
    elif order["form"] == "shp":
        write_shapefiles(layer, target, work, order["name"])
    elif order["form"] == "gpkg":
        made = work / "layer.gpkg"
        _write(layer, made, "GPKG", order["name"])
        made.replace(target)
    else:
        made = work / "layer.geojson"
        extra = (
            {"RFC7946": "YES"} if order["system"] == "4326" else {"COORDINATE_PRECISION": str(PLACES[False])}
        )
        _write(layer, made, "GeoJSON", order["name"], **extra)
        made.replace(target)


def read(path: Path, file_format: str, declared: str | None, most: int) -> Layer:
    """The layer with the most features of a file. Raises `RefusedError` for a file without shapes or without a known system."""
    if file_format == "GTFS":
        return _stops(path)
    # GDAL tells some formats by their suffix and writes side files next to GML: give it a folder of its own.
    with tempfile.TemporaryDirectory(prefix="kielce-layer-") as folder:
        link = Path(folder) / f"layer{SUFFIX[file_format]}"
        link.symlink_to(path.resolve())
        try:
            with warnings.catch_warnings():  # GDAL's remarks on single values
                warnings.simplefilter("ignore", RuntimeWarning)
                return _read(link, declared, most)
        except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as err:
            raise RefusedError("unreadable", str(err).replace(folder, "")[:200]) from err


def _read(link: Path, declared: str | None, most: int) -> Layer:
    layers = [
        (str(name), pyogrio.read_info(link, layer=name)["features"])
        for name, kind in pyogrio.list_layers(link)
        if kind is not None and name not in SYSTEM_LAYERS
    ]
    if not layers:
        raise RefusedError("no_shapes")
    name, number = max(layers, key=lambda found: found[1])
    if number > most:
        raise RefusedError("too_large", f"{number} > {most}")
    # A GML file may name a schema on some server: reading must never make GDAL fetch anything.
    options = {"DOWNLOAD_SCHEMA": "NO"} if link.suffix == ".gml" else {}
    meta, _fids, geometry, fields = raw.read(link, layer=name, force_2d=True, **options)
    if geometry is None or not len(geometry):
        raise RefusedError("no_shapes")
    kept = [at for at, title in enumerate(meta["fields"]) if str(title) not in HOUSEKEEPING]
    shapes = shapely.from_wkb(geometry, on_invalid="ignore")
    system = _system(meta.get("crs"), declared, shapes)
    return Layer([str(meta["fields"][at]) for at in kept], [fields[at] for at in kept], shapes, system)


def _system(found: str | None, declared: str | None, shapes: np.ndarray) -> str:
    """The system of a file: its own, else the description's, else degrees where all shapes lie within Poland."""
    if found:
        return found
    if declared:
        return f"EPSG:{declared}"
    west, south, east, north = shapely.total_bounds(shapes)
    if 13 < west <= east < 25 and 48 < south <= north < 56:
        return "EPSG:4326"
    raise RefusedError("unknown_system")


def _stops(path: Path) -> Layer:
    """The stops of a GTFS timetable."""
    try:
        with zipfile.ZipFile(path) as archive, archive.open("stops.txt") as stops:
            text = stops.read(64 << 20).decode("utf-8-sig", "replace")
    except (KeyError, zipfile.BadZipFile) as err:
        raise RefusedError("no_shapes", "stops.txt") from err
    rows = [row for row in csv.DictReader(text.splitlines()) if _placed(row)]
    if not rows:
        raise RefusedError("no_shapes", "stops.txt")
    names = [name for name in rows[0] if name and name not in ("stop_lat", "stop_lon")]
    columns = [np.array([row[name] or None for row in rows], dtype=object) for name in names]
    places = [(float(row["stop_lon"]), float(row["stop_lat"])) for row in rows]
    return Layer(names, columns, shapely.points(np.array(places)), "EPSG:4326")


def _placed(row: dict[str, str]) -> bool:
    try:
        return abs(float(row["stop_lat"])) <= 90 and abs(float(row["stop_lon"])) <= 180
    except (KeyError, TypeError, ValueError):
        return False


def projected(layer: Layer, system: str) -> Layer:
    """The layer in another system (an EPSG code); x is always the easting or the longitude."""
    try:
        wanted, has = pyproj.CRS.from_user_input(f"EPSG:{system}"), pyproj.CRS.from_user_input(layer.system)
    except pyproj.exceptions.CRSError as err:
        raise RefusedError("unknown_system", layer.system[:80]) from err
    shapes = layer.shapes
    if not has.equals(wanted, ignore_axis_order=True):
        change = pyproj.Transformer.from_crs(has, wanted, always_xy=True)

        def move(points: np.ndarray) -> np.ndarray:
            return np.column_stack(change.transform(points[:, 0], points[:, 1]))

        shapes = shapely.transform(shapes, move)
    return Layer(layer.names, layer.columns, shapes, f"EPSG:{system}")


def _family(layer: Layer) -> np.ndarray:
    """For each shape the simple type that it or its parts are of; "" for none."""
    types = shapely.get_type_id(layer.shapes)
    names = np.array(
        ["", "Point", "LineString", "LineString", "Polygon", "Point", "LineString", "Polygon", ""]
    )
    return names[types + 1]


def _write(layer: Layer, path: Path, driver: str, name: str, **options: str) -> None:
    shapes = layer.shapes
    families = {str(family) for family in _family(layer)} - {""}
    kind = "Unknown"
    if len(families) == 1:
        family = families.pop()
        types = {shapely.get_type_id(shape) for shape in shapes if shape is not None}
        several = any(number in (4, 5, 6) for number in types)
        kind = f"Multi{family}" if several else family
        if several:
            makers = {
                "Point": shapely.multipoints,
                "LineString": shapely.multilinestrings,
                "Polygon": shapely.multipolygons,
            }
            shapes = np.array(
                [
                    shape if shape is None or shape.geom_type.startswith("Multi") else makers[family]([shape])
                    for shape in shapes
                ],
                dtype=object,
            )
    raw.write(
        path,
        geometry=shapely.to_wkb(shapes),
        field_data=[_column(column) for column in layer.columns],
        fields=layer.names,
        geometry_type=kind,
        crs=layer.system,
        driver=driver,
        layer=name,
        encoding="UTF-8",
        **options,
    )


def _column(values: np.ndarray) -> np.ndarray:
    if values.dtype.kind in "iufbM":
        return values
    return np.array([None if _missing(value) else str(value) for value in values.tolist()], dtype=object)


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and value != value)


def write_wkt(layer: Layer, target: Path, *, degrees: bool) -> None:
    """CSV for programs, the shapes as WKT in a first column."""
    texts = shapely.to_wkt(layer.shapes, rounding_precision=PLACES[degrees], trim=True)
    with target.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["WKT", *layer.names])
        columns = [_column(column).tolist() for column in layer.columns]
        for at, text in enumerate(texts):
            writer.writerow([text or "", *("" if _missing(column[at]) else column[at] for column in columns)])


def write_shapefiles(layer: Layer, target: Path, work: Path, name: str) -> None:
    """A zip with one Shapefile for points, lines and areas each, and a table of the names that had to be cut."""
    short = short_names(layer.names)
    renamed = Layer(short, layer.columns, layer.shapes, layer.system)
    families = _family(layer)
    present = [family for family in _FAMILIES if (families == family).any()]
    folder = work / "shp"
    folder.mkdir()
    for family in present:
        stem = name if len(present) == 1 else f"{name}_{_FAMILIES[family]}"
        with warnings.catch_warnings():  # texts over 254 bytes are cut: that is the format
            warnings.simplefilter("ignore", RuntimeWarning)
            _write(renamed.only(families == family), folder / f"{stem}.shp", "ESRI Shapefile", stem)
    if short != layer.names:
        with (folder / "nazwy_kolumn.csv").open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(
                [("w_pliku", "pelna_nazwa"), *zip(short, layer.names, strict=True)]
            )
    if not present:
        raise RefusedError("no_shapes")
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in sorted(folder.iterdir()):
            # One date for all: equal content makes equal bytes.
            entry = zipfile.ZipInfo(file.name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as stream, file.open("rb") as source:
                shutil.copyfileobj(source, stream)


def short_names(names: list[str]) -> list[str]:
    """Names of at most ten plain letters, all different, as Shapefiles want them."""
    found: list[str] = []
    for name in names:
        plain = (
            unicodedata.normalize("NFKD", name.translate({0x142: "l", 0x141: "L"}))
            .encode("ascii", "ignore")
            .decode()
        )
        base = "".join(ch if ch.isalnum() else "_" for ch in plain).strip("_") or "pole"
        short, number = base[:10], 1
        while short.casefold() in {other.casefold() for other in found}:
            number += 1
            short = f"{base[: 10 - len(f'_{number}')]}_{number}"
        found.append(short)
    return found
