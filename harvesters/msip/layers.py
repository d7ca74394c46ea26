"""What CSW and WFS share: the files and services of a layer, its extent, and asking a WFS with few requests."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest.records import Client, SourceError
from ckanext.kielce.harvesters.msip import ows
from ckanext.kielce.harvesters.msip.tables import table

WFS_VERSIONS = ("2.0.0", "1.1.0")
URL_LENGTH = 6000  # of one DescribeFeatureType request; servers cut longer addresses
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
            with client.fetch(ows.capabilities_url(address, "WFS", version)) as answer:
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
        with client.fetch(url) as answer:
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


def wms_layers(client: Client, url: str) -> list[str] | None:
    """Names of the layers of the WMS at this address, None when there is no WMS."""
    try:
        with client.fetch(ows.capabilities_url(ows.service_url(url), "WMS", "1.3.0")) as answer:
            return ows.read_wms_layers(answer.body, url)
    except SourceError:
        return None
    except FetchError as error:
        if error.kind == "http_error":
            return None
        raise


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
