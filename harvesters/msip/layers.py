"""What CSW and WFS share: the files and services of a layer, its extent, and asking a WFS with few requests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest.links import layer_key, uuid_key
from ckanext.kielce.harvest.records import Client, SourceError
from ckanext.kielce.harvesters.msip import ows
from ckanext.kielce.harvesters.msip.gml import Features, read_features
from ckanext.kielce.harvesters.msip.ows_wms import Wms, read_wms
from ckanext.kielce.harvesters.msip.tables import table
from ckanext.kielce.harvesters.msip.words import say

WFS_VERSIONS = ("2.0.0", "1.1.0")
WMS_VERSIONS = ("1.3.0", "1.1.1")
FEATURE_BYTES = 10 * 2**20  # one feature may be the outline of the country
HITS_BYTES = 2**20  # an answer to resultType=hits has a few hundred
URL_LENGTH = 6000  # of one DescribeFeatureType request; servers cut longer addresses
MOST_CRS = 12  # named in a description; some services list hundreds
SERVICE_NAMES = {
    "WFS": ("Usługa WFS (obiekty)", "WFS service (features)", "http://www.opengis.net/def/serviceType/ogc/wfs"),
    "WMS": ("Usługa WMS (obraz mapy)", "WMS service (map image)", "http://www.opengis.net/def/serviceType/ogc/wms"),
}  # fmt: skip


def load_wfs(client: Client, url: str) -> ows.Wfs:
    """Capabilities and attribute tables of a WFS: one request, and one more for each few dozen layers.

    Asks for 2.0.0 and, when the service refuses it, for 1.1.0. Raises SourceError or FetchError.
    """
    address = ows.service_url(url)
    trouble: SourceError | FetchError | None = None
    for version in WFS_VERSIONS:
        try:
            with client.fetch(ows.capabilities_url(address, "WFS", version), conditional=True) as answer:
                service = ows.read_wfs(answer.body, address)
            break
        except SourceError as error:
            trouble = trouble or error
        except FetchError as error:
            if error.kind != "http_error" or error.status not in (400, 500, 501):
                raise
            trouble = trouble or error
    else:
        raise trouble or SourceError(f"{address}: no WFS")
    if service.layers:
        _describe(client, service)
    return service


def _describe(client: Client, service: ows.Wfs) -> None:
    """Give the layers their columns; a service without DescribeFeatureType leaves them empty."""
    parameter = "typeNames" if service.version.startswith("2") else "typeName"
    for names in _batches([layer.name for layer in service.layers]):
        url = ows.request_url(
            service.url,
            service="WFS",
            version=service.version,
            request="DescribeFeatureType",
            **{parameter: ",".join(names)},
        )
        with client.fetch(url, conditional=True) as answer:
            described = ows.read_columns(answer.body, service.url)
        for name in names:
            layer = service.find(name)
            bare = name.rpartition(":")[2]
            if layer is not None and bare in described:
                layer.columns, layer.geometry = described[bare]


def _batches(names: list[str]) -> Iterable[list[str]]:
    batch: list[str] = []
    for name in names:
        if batch and sum(len(each) + 3 for each in batch) + len(name) > URL_LENGTH:
            yield batch
            batch = []
        batch.append(name)
    if batch:
        yield batch


def load_wms(client: Client, url: str) -> Wms:
    """Capabilities of a WMS, 1.3.0 or else 1.1.1. Raises SourceError or FetchError."""
    address = ows.service_url(url)
    trouble: SourceError | FetchError | None = None
    for version in WMS_VERSIONS:
        try:
            with client.fetch(ows.capabilities_url(address, "WMS", version), conditional=True) as answer:
                return read_wms(answer.body, address)
        except SourceError as error:
            trouble = trouble or error
        except FetchError as error:
            if error.kind != "http_error" or error.status not in (400, 500, 501):
                raise
            trouble = trouble or error
    raise trouble or SourceError(f"{address}: no WMS")


def count(client: Client, service: ows.Wfs, layer: ows.Layer) -> int | None:
    """Number of features of a layer (resultType=hits), None when the service does not say ("unknown", HTTP 400 …)."""
    url = ows.request_url(
        service.url,
        service="WFS",
        version=service.version,
        request="GetFeature",
        resultType="hits",
        **{"typeNames" if service.version.startswith("2") else "typeName": layer.name},
    )
    try:
        with client.fetch(url, max_bytes=HITS_BYTES) as answer:
            return ows.read_count(answer.body, service.url)
    except (FetchError, SourceError):  # the number is a courtesy; some services send all features instead
        return None


def one_feature(client: Client, service: ows.Wfs, layer: ows.Layer) -> Features | None:
    """The layer's first feature, from which its kind of geometry is seen; None when the service gives none."""
    two = service.version.startswith("2")
    parameters: dict[str, str | int] = {
        "service": "WFS",
        "version": service.version,
        "request": "GetFeature",
        ("typeNames" if two else "typeName"): layer.name,
        ("count" if two else "maxFeatures"): 1,
    }
    try:
        with client.fetch(ows.request_url(service.url, **parameters), max_bytes=FEATURE_BYTES) as answer:
            return read_features(answer.body, service.url)
    except (FetchError, SourceError):
        return None


def keys(service_url: str, name: str, others: Iterable[str] = ()) -> tuple[str, ...]:
    """Names of a layer that hold across sources: as the service has it and, if no other layer shares it, without prefix.

    Parameters that belong to the service (a map file) are part of the name. ``others``: names of all its layers.
    """
    own = urlsplit(ows.service_url(service_url)).query
    bare = name.rpartition(":")[2]
    names = [name]
    if sum(other.rpartition(":")[2] == bare for other in others) <= 1:
        names.append(bare)
    return tuple(dict.fromkeys(layer_key(service_url, f"{each}?{own}" if own else each) for each in names))


def metadata_keys(url: str) -> tuple[str, ...]:
    """The metadata record that a layer links to, when the address holds its UUID."""
    parts = urlsplit(url)
    values = [value for name, value in parse_qsl(parts.query) if name.lower() in {"id", "uuid", "identifier"}]
    found = (uuid_key(value) for value in [*values, *parts.path.split("/")])
    return tuple(dict.fromkeys(key for key in found if key))[:1]


def resources(service: ows.Wfs, layer: ows.Layer) -> list[dict[str, Any]]:
    """Direct downloads in the formats the server offers, best for reuse first, then the WFS itself."""
    made: list[dict[str, Any]] = []
    for row in table("downloads"):
        if any(found["format"] == row["format"] for found in made):
            continue
        offered = next(
            (name for name in layer.formats if re.search(row["pattern"], name, re.IGNORECASE)), None
        )
        if offered is None:
            continue
        crs = row["crs"] if not layer.crs or row["crs"] in layer.crs else ""
        if row["format"] == "GEOJSON" and row["crs"] and not crs:
            crs = row["crs"]  # GeoJSON is WGS 84 by its own standard
        resource: dict[str, Any] = {
            "name": row["pl"],
            "name_en": row["en"],
            "format": row["format"],
            "url": ows.download_url(service, layer, offered, crs),
            "access_services": [_access(service.url, "WFS", service.version, service.title)],
        }
        if row["format"] == "GEOJSON":
            resource["primary"] = True
        if layer.columns:
            resource["columns"] = layer.columns
        made.append(resource)
    made.append(service_resource(service.url, "WFS", service.version, service.title))
    return made


def service_resource(url: str, kind: str, version: str, title: str = "") -> dict[str, Any]:
    """A service as a resource: its capabilities document, and the service itself for DCAT."""
    polish, english, _standard = SERVICE_NAMES[kind]
    return {
        "name": polish,
        "name_en": english,
        "format": f"{kind}_SRVC",
        "url": ows.capabilities_url(ows.service_url(url), kind, version),
        "access_services": [_access(ows.service_url(url), kind, version, title)],
    }


def drawn_resource(url: str, title: str, layer: dict[str, Any], lang: str) -> dict[str, Any]:
    """A WMS as a resource, with what it says of one layer: styles and legends, scales, CRS, whether it answers clicks.

    ``layer``: as `ows_wms.WmsLayer.as_json` gives it.
    """
    resource = service_resource(url, "WMS", "1.3.0", title)
    told: list[str] = []
    legends: list[str] = []
    for style in layer.get("styles", []):
        name = style.get("title") or style.get("name") or say("wms_default_style", lang)
        legend = style.get("legend", "")
        if legend.startswith(("http://", "https://")):
            legends.append(legend)
            told.append(say("wms_legend", lang, style=name, url=legend))
        else:
            told.append(say("wms_style", lang, style=name))
    if layer.get("scales"):
        smallest, largest = layer["scales"]
        code = "wms_scales" if smallest and largest else "wms_scale_to" if largest else "wms_scale_from"
        told.append(say(code, lang, smallest=_scale(smallest), largest=_scale(largest)))
    told.append(say("wms_clicks" if layer.get("queryable") else "wms_no_clicks", lang))
    if layer.get("crs"):
        told.append(say("wms_crs", lang, codes=", ".join(layer["crs"][:MOST_CRS])))
    resource["description"] = "\n".join(dict.fromkeys(told))
    if legends:
        resource["documentation"] = list(dict.fromkeys(legends))
    return resource


def _scale(denominator: float | None) -> str:
    return f"1:{denominator:.0f}" if denominator else ""


def _access(url: str, kind: str, version: str, title: str) -> dict[str, Any]:
    return {
        "title": title or SERVICE_NAMES[kind][0],
        "endpoint_url": [url],
        "endpoint_description": ows.capabilities_url(url, kind, version),
        "conforms_to": [SERVICE_NAMES[kind][2]],
    }


def spatial(box: list[float]) -> tuple[str | None, str | None]:
    """(GeoJSON polygon, complaint) of west, south, east, north in degrees; exactly one of them, or none for no box."""
    if not box:
        return None, None
    west, south, east, north = box
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        return None, f"{west:g}, {south:g}, {east:g}, {north:g}"
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    if west == east or south == north:
        return json.dumps({"type": "Point", "coordinates": [west, south]}), None
    return json.dumps({"type": "Polygon", "coordinates": [ring]}), None
