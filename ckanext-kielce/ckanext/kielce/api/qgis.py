"""A QGIS project (.qgs) to start from: the layers of one dataset as WFS, WMS and files. Pure.

It holds what QGIS 3 needs to find the layers, and leaves styles and extents to QGIS, which takes both from the sources.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlsplit

from lxml import etree

VERSION = "3.28.0"
#: Formats of files that QGIS reads straight from an address.
FILES: Mapping[str, str] = {
    "GEOJSON": "",
    "GML": "",
    "KML": "",
    "GPKG": "",
    "GEOPACKAGE": "",
    "FLATGEOBUF": "",
}
DEFAULT_CRS = "EPSG:2180"
_EPSG = re.compile(r"(\d{4,6})\s*$")


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of the project: ``provider`` is QGIS's own name of the way to it."""

    name: str
    kind: Literal["vector", "raster"]
    provider: Literal["WFS", "wms", "ogr"]
    source: str
    crs: str


def epsg(text: str | None) -> str:
    """``EPSG:n`` of a system named in any of the usual forms; the country's own where none is named."""
    found = _EPSG.search(text or "")
    return f"EPSG:{found[1]}" if found else DEFAULT_CRS


def layers(package: Mapping[str, object], files: Sequence[Mapping[str, str]]) -> list[Layer]:
    """What of a dataset QGIS can show.

    :param package: ``wfs_url``, ``wms_url``, ``layer_name``, ``crs`` of a layer; all may be missing
    :param files: ``name``, ``format``, ``url`` of the dataset's files
    """
    crs = epsg(str(package.get("crs") or ""))
    name, title = str(package.get("layer_name") or ""), str(package.get("title") or "")
    found: list[Layer] = []
    if name and _is_web(package.get("wfs_url")):
        source = (
            f"pagingEnabled='true' preferCoordinatesForWfsT11='false' restrictToRequestBBOX='1' srsname='{crs}' "
            f"typename='{_quoted(name)}' url='{_quoted(_base(str(package['wfs_url'])))}' version='auto'"
        )
        found.append(Layer(f"{title} (WFS)", "vector", "WFS", source, crs))
    if name and _is_web(package.get("wms_url")):
        address = quote(_base(str(package["wms_url"])), safe=":/?")
        source = f"crs={crs}&format=image/png&layers={quote(name)}&styles=&url={address}"
        found.append(Layer(f"{title} (WMS)", "raster", "wms", source, crs))
    for file in files:
        if file["format"].upper() in FILES and _is_web(file["url"]):
            # GeoJSON is in degrees by its standard (RFC 7946).
            of_file = "EPSG:4326" if file["format"].upper() == "GEOJSON" else crs
            found.append(Layer(file["name"], "vector", "ogr", f"/vsicurl/{file['url']}", of_file))
    return found


def _is_web(address: object) -> bool:
    return isinstance(address, str) and urlsplit(address).scheme in ("http", "https")


def _base(address: str) -> str:
    """The service's own address: QGIS adds SERVICE, REQUEST and the like itself, but keeps MAP and others."""
    parts = urlsplit(address)
    own = ("service", "request", "version", "typename", "typenames", "layers", "outputformat", "srsname")
    kept = [pair for pair in parts.query.split("&") if pair and pair.split("=")[0].lower() not in own]
    return parts._replace(query="&".join(kept), fragment="").geturl()


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")


def project(title: str, found: Sequence[Layer]) -> bytes:
    """The project as XML."""
    crs = found[0].crs if found else DEFAULT_CRS
    root = etree.Element("qgis", projectname=_clean(title), version=VERSION)
    etree.SubElement(root, "title").text = _clean(title)
    _srs(etree.SubElement(root, "projectCrs"), crs)
    tree = etree.SubElement(root, "layer-tree-group")
    all_layers = etree.SubElement(root, "projectlayers")
    order = etree.SubElement(root, "layerorder")
    for layer in found:
        id_ = "kielce_" + hashlib.sha256(f"{layer.provider}{layer.source}".encode()).hexdigest()[:16]
        # One source is enough to look at; the others wait until they are ticked.
        shown = "Qt::Checked" if layer is found[0] else "Qt::Unchecked"
        etree.SubElement(
            tree,
            "layer-tree-layer",
            id=id_,
            name=_clean(layer.name),
            providerKey=layer.provider,
            source=_clean(layer.source),
            checked=shown,
            expanded="0",
        )
        node = etree.SubElement(all_layers, "maplayer", type=layer.kind)
        etree.SubElement(node, "id").text = id_
        etree.SubElement(node, "datasource").text = _clean(layer.source)
        etree.SubElement(node, "layername").text = _clean(layer.name)
        _srs(etree.SubElement(node, "srs"), layer.crs)
        etree.SubElement(node, "provider", encoding="UTF-8").text = layer.provider
        etree.SubElement(order, "layer", id=id_)
    _properties(root)
    return etree.tostring(
        root,
        xml_declaration=True,
        encoding="UTF-8",
        pretty_print=True,
        doctype="<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>",
    )


def _srs(parent: etree._Element, crs: str) -> None:
    node = etree.SubElement(parent, "spatialrefsys")
    etree.SubElement(node, "authid").text = crs
    etree.SubElement(node, "srid").text = crs.partition(":")[2]


def _properties(root: etree._Element) -> None:
    """Addresses stay whole when the project is saved elsewhere."""
    paths = etree.SubElement(etree.SubElement(root, "properties"), "Paths")
    etree.SubElement(paths, "Absolute", type="bool").text = "true"


def _clean(text: str) -> str:
    """Without control characters, for which XML has no place."""
    return "".join(sign for sign in text if sign in "\t\n\r" or ord(sign) >= 0x20)
