"""The dataset dict as ckanext-dcat's DCAT-AP 3 profile wants it: URIs for codes, languages for texts, no gaps.

Pure but for two addresses passed in. The profile in ``dcat.py`` hands the result to ckanext-dcat and then adds what
that has no field for.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from typing import Any

from ckanext.kielce.catalogue.logic.values import HASH_ALGORITHMS
from ckanext.kielce.common import vocabularies
from ckanext.kielce.common.localised import contact_of, translations

SAMPLE_NOTE = {
    "pl": "Dane przykładowe: wymyślone na pokaz, nie opisują rzeczywistości.",
    "en": "Sample data: made up for show, they do not describe reality.",
}
DATASET_TYPES = {
    "indicator": "http://publications.europa.eu/resource/authority/dataset-type/STATISTICAL",
    "spatial_layer": "http://publications.europa.eu/resource/authority/dataset-type/GEOSPATIAL",
}
#: Standards that a service of a kind conforms to, and how to ask it for its own description.
SERVICES = {
    "WFS_SRVC": ("http://www.opengis.net/def/serviceType/ogc/wfs", "service=WFS&request=GetCapabilities"),
    "WMS_SRVC": ("http://www.opengis.net/def/serviceType/ogc/wms", "service=WMS&request=GetCapabilities"),
    "WMTS_SRVC": ("http://www.opengis.net/def/serviceType/ogc/wmts", "service=WMTS&request=GetCapabilities"),
    "WCS_SRVC": ("http://www.opengis.net/def/serviceType/ogc/wcs", "service=WCS&request=GetCapabilities"),
    "SENSORTHINGS": ("http://www.opengis.net/doc/is/sensorthings/1.1", ""),
    "REST": ("", ""),
}
SPDX_ALGORITHM = "http://spdx.org/rdf/terms#checksumAlgorithm_"


def prepared(package: Mapping[str, Any], dataset_uri: str, site_url: str) -> dict[str, Any]:
    """Return a copy of a dataset dict (from ``package_show``) ready for ckanext-dcat.

    :param dataset_uri: URI of the dataset, which its services say they serve
    :param site_url: address of the portal, for pages and for the URIs of publishers
    """
    data = copy.deepcopy(dict(package))
    site = site_url.rstrip("/")
    data["title_translated"] = translations(package, "title")
    data["notes_translated"] = _notes(package)
    data["tags_translated"] = {
        "pl": [tag.get("display_name") or tag["name"] for tag in package.get("tags") or []]
    }
    data["url"] = package.get("url") or f"{site}/dataset/{package.get('name')}"
    data["contact"] = _contacts(package)
    data["publisher"] = _publishers(package, site)
    data["spatial_coverage"] = _places(package)
    data.pop("spatial", None)
    data["temporal_coverage"] = _periods(package)
    data["applicable_legislation"] = _legislation(package)
    data["provenance"] = None
    data["dcat_type"] = package.get("dcat_type") or DATASET_TYPES.get(str(package.get("type")))
    if package.get("spatial_resolution_in_meters"):
        # As text, for Decimal(0.1) would be published with all its binary digits.
        data["spatial_resolution_in_meters"] = [str(package["spatial_resolution_in_meters"])]
    for key in ("language", "theme", "hvd_category", "conforms_to", "documentation", "source"):
        data[key] = _list(package.get(key))
    data["resources"] = [
        _distribution(item, package, dataset_uri, data) for item in package.get("resources") or []
    ]
    return {key: value for key, value in data.items() if value not in (None, "", [], {})}


def provenances(package: Mapping[str, Any]) -> list[str]:
    """Statements about where the data come from: the general one and a layer's lineage."""
    return [str(text) for text in (package.get("provenance"), package.get("lineage")) if text]


def reference_systems(package: Mapping[str, Any]) -> list[tuple[str, str | None]]:
    """URI and Polish name (None for one not in the vocabulary) of each coordinate system of a layer."""
    base = vocabularies.load("crs").header["base_uri"]
    found = []
    for code in _list(package.get("crs")):
        entry = vocabularies.crs(code)
        found.append((str(base) + code.rsplit(":", 1)[-1], entry.pl if entry else None))
    return found


def teryt_of(package: Mapping[str, Any]) -> str | None:
    """TERYT code of the area that the dataset covers."""
    value = package.get("teryt")
    return str(value) if value else None


def _list(value: Any) -> list[Any]:
    if isinstance(value, str) and value.startswith("["):
        try:
            value = json.loads(value)
        except ValueError:
            return [value]
    if value in (None, ""):
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _notes(package: Mapping[str, Any]) -> dict[str, str]:
    notes = translations(package, "notes")
    if package.get("sample_data") is True:
        notes = {lang: f"{text}\n\n{SAMPLE_NOTE[lang]}" for lang, text in notes.items()}
    return notes


def _contacts(package: Mapping[str, Any]) -> list[dict[str, Any]]:
    contact: dict[str, Any] = dict(contact_of(package))
    if not contact:
        return []
    names = translations(contact, "name")
    if names:
        contact["name_translated"] = names
    return [contact]


def _publishers(package: Mapping[str, Any], site: str) -> list[dict[str, Any]]:
    given = [dict(item) for item in package.get("publisher") or [] if item.get("name")]
    if given:
        publisher = given[0]
        publisher["name_translated"] = {"pl": publisher["name"]}
        return [publisher]
    organization = package.get("organization") or {}
    if not organization:
        return []
    unit = vocabularies.unit(organization.get("name"))
    names = {"pl": organization.get("title") or organization.get("name")} | ({"en": unit.en} if unit else {})
    publisher = {
        "uri": f"{site}/organization/{organization.get('id') or organization.get('name')}",
        "name_translated": names,
        "url": f"{site}/organization/{organization.get('name')}",
    }
    if unit:
        publisher_type = vocabularies.load("publisher_types").get(unit.data["type"])
        publisher |= {"email": unit.data["email"], "type": publisher_type.uri if publisher_type else None}
    return [publisher]


def bbox_polygon(west: float, south: float, east: float, north: float) -> str:
    """A rectangle as GeoJSON text."""
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def _bounds(geometry: str) -> str | None:
    numbers: list[tuple[float, float]] = []

    def collect(part: Any) -> None:
        if isinstance(part, list) and part and isinstance(part[0], (int, float)):
            numbers.append((float(part[0]), float(part[1])))
        elif isinstance(part, list):
            for item in part:
                collect(item)

    try:
        collect(json.loads(geometry).get("coordinates"))
    except (ValueError, AttributeError):
        return None
    if not numbers:
        return None
    longitudes, latitudes = zip(*numbers, strict=True)
    return bbox_polygon(min(longitudes), min(latitudes), max(longitudes), max(latitudes))


def _is_rectangle(geometry: str) -> bool:
    """True for an outline that says no more than its own bounds."""
    bounds = _bounds(geometry)
    if not bounds:
        return False
    outline = json.loads(geometry)
    if (
        outline.get("type") != "Polygon"
        or len(outline["coordinates"]) != 1
        or len(outline["coordinates"][0]) != 5
    ):
        return False
    corners = {tuple(map(float, position[:2])) for position in outline["coordinates"][0]}
    return corners == {tuple(position) for position in json.loads(bounds)["coordinates"][0]}


def _places(package: Mapping[str, Any]) -> list[dict[str, Any]]:
    places = [dict(item) for item in package.get("spatial_coverage") or []]
    for item in places:
        if item.get("geom") and not item.get("bbox"):
            item["bbox"] = _bounds(item["geom"])
    if package.get("spatial"):
        places.append({"geom": package["spatial"], "bbox": _bounds(package["spatial"])})
    for item in places:
        if item.get("geom") and _is_rectangle(item["geom"]):
            # The rectangle alone: about the form of a geometry the official shapes contradict one another.
            del item["geom"]
    place = vocabularies.place(teryt_of(package))
    if place:
        geonames = place.data.get("geonames")
        area: dict[str, Any] = {
            "text": place.pl,
            "uri": f"https://sws.geonames.org/{geonames}/" if geonames else None,
        }
        if place.data.get("bbox"):
            area["bbox"] = bbox_polygon(*place.data["bbox"])
        places.insert(0, area)
    return [{key: value for key, value in item.items() if value} for item in places]


def _periods(package: Mapping[str, Any]) -> list[dict[str, str]]:
    periods = [
        item for item in package.get("temporal_coverage") or [] if item.get("start") or item.get("end")
    ]
    if periods:
        return periods
    resources = package.get("resources") or []
    starts = sorted(str(item["temporal_start"]) for item in resources if item.get("temporal_start"))
    ends = sorted(str(item["temporal_end"]) for item in resources if item.get("temporal_end"))
    whole = {"start": starts[0] if starts else "", "end": ends[-1] if ends else ""}
    return [{key: value for key, value in whole.items() if value}] if starts or ends else []


def _legislation(package: Mapping[str, Any]) -> list[str]:
    acts = _list(package.get("applicable_legislation"))
    regulation = vocabularies.load("hvd_categories").header["legislation"]
    if _list(package.get("hvd_category")) and regulation not in acts:
        acts.append(regulation)
    return acts


def _rights(resource: Mapping[str, Any], package: Mapping[str, Any]) -> dict[str, str]:
    stated = resource.get("rights") or package.get("rights")
    if stated:
        return {"pl": str(stated)}
    licence = vocabularies.licence(resource.get("license") or package.get("license_id"))
    return {"pl": licence.data["conditions_pl"], "en": licence.data["conditions_en"]} if licence else {}


def _distribution(
    resource: Mapping[str, Any], package: Mapping[str, Any], dataset_uri: str, data: Mapping[str, Any]
) -> dict[str, Any]:
    out = copy.deepcopy(dict(resource))
    out["name_translated"] = translations(resource, "name") or translations(package, "title")
    if resource.get("description"):
        out["description_translated"] = {"pl": resource["description"]}
    file_format = vocabularies.file_format(resource.get("format"))
    is_service = bool(file_format and file_format.data["kind"] == "service")
    out["access_url"] = resource.get("access_url") or resource.get("url")
    out["download_url"] = resource.get("download_url") or (None if is_service else resource.get("url"))
    out["format"] = vocabularies.file_type_uri(file_format) if file_format else resource.get("format")
    media_type = resource.get("mimetype") or (file_format.data["media_type"] if file_format else None)
    out["mimetype"] = vocabularies.media_type_uri(media_type) if media_type else None
    for key in ("compress_format", "package_format"):
        if resource.get(key):
            known = vocabularies.file_format(resource[key])
            out[key] = vocabularies.media_type_uri(str(known.data["media_type"] if known else resource[key]))
    licence = vocabularies.licence(resource.get("license") or package.get("license_id"))
    out["license"] = (licence.uri or licence.data["url"]) if licence else None
    out["rights"] = _rights(resource, package)
    out["language"] = _list(resource.get("language")) or _list(package.get("language"))
    for key in ("conforms_to", "documentation", "applicable_legislation"):
        out[key] = _list(resource.get(key))
    out["applicable_legislation"] = out["applicable_legislation"] or (
        data.get("applicable_legislation", []) if data.get("hvd_category") else []
    )
    out |= _checksum(resource)
    out["access_services"] = _services(out, resource, package, dataset_uri, data)
    return {key: value for key, value in out.items() if value not in (None, "", [], {})}


def _checksum(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Checksum value and algorithm, both or neither: half of it is no checksum in DCAT."""
    value = str(resource.get("hash") or "").strip().lower()
    if ":" in value:
        value = value.split(":", 1)[1]
    by_length = {length: name for name, length in HASH_ALGORITHMS.items()}
    algorithm = resource.get("hash_algorithm") or by_length.get(len(value))
    if not algorithm or not re.fullmatch(r"([0-9a-f]{2})+", value):
        return {"hash": None, "hash_algorithm": None}
    return {"hash": value, "hash_algorithm": SPDX_ALGORITHM + algorithm}


def _services(
    out: Mapping[str, Any],
    resource: Mapping[str, Any],
    package: Mapping[str, Any],
    dataset_uri: str,
    data: Mapping[str, Any],
) -> list[dict[str, Any]]:
    file_format = vocabularies.file_format(resource.get("format"))
    code = file_format.code if file_format else ""
    given = [dict(item) for item in _list(resource.get("access_services"))]
    if not given and code in SERVICES and resource.get("url"):
        given = [{"endpoint_url": [str(resource["url"]).split("?")[0]]}]
    standard, query = SERVICES.get(code, ("", ""))
    services = []
    for number, item in enumerate(given, start=1):
        endpoints = _list(item.get("endpoint_url")) or [str(resource.get("url"))]
        service = item | {
            "uri": item.get("uri")
            or f"{dataset_uri}/service/{resource.get('id') or resource.get('name')}/{number}",
            "title": {"pl": item["title"]} if item.get("title") else out["name_translated"],
            "endpoint_url": endpoints,
            "endpoint_description": item.get("endpoint_description")
            or (f"{endpoints[0]}?{query}" if query else None),
            "conforms_to": _list(item.get("conforms_to")) or ([standard] if standard else []),
            "serves_dataset": _list(item.get("serves_dataset")) or [dataset_uri],
            "license": out["license"] if out.get("license") else None,
            "access_rights": package.get("access_rights"),
            "contact": (data.get("contact") or [None])[0],
            "theme": data.get("theme"),
            "applicable_legislation": out.get("applicable_legislation"),
        }
        if item.get("description"):
            service["description"] = {"pl": item["description"]}
        services.append({key: value for key, value in service.items() if value not in (None, "", [], {})})
    return services
