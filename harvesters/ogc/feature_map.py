"""A collection of features in the city's schema. Pure."""

from __future__ import annotations

import re
from typing import Any

from ckanext.kielce.common import vocabularies
from ckanext.kielce.harvest.records import DatasetDraft
from ckanext.kielce.harvesters.msip import layer_map, ows
from ckanext.kielce.harvesters.msip.tables import find_licence
from ckanext.kielce.harvesters.ogc import api
from ckanext.kielce.harvesters.ogc.api import Document, say

LIMIT = 10000
STANDARD = "http://www.opengis.net/def/interface/ogcapi-features"
GEOMETRIES = {
    "point": "point",
    "linestring": "line",
    "curve": "line",
    "polygon": "polygon",
    "surface": "polygon",
}
TYPES = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}
FORMATS = {"date": "date", "date-time": "datetime", "time": "time"}
MOST_COLUMNS = 300
# Formats of items that are pictures of the data or the page for people, not the data.
NOT_DATA = re.compile(r"html|openapi|tilejson|fg\+json|^image/", re.IGNORECASE)


def is_geojson(link: dict[str, str]) -> bool:
    """Whether a link to items leads to GeoJSON, which is what a link without a type means too."""
    return link.get("type", "application/geo+json").split(";")[0] in {
        "application/geo+json",
        "application/json",
    }


def openapi(document: dict[str, Any]) -> dict[str, Any]:
    """What the description of the whole service adds: provider, email, access (licence or terms), limit (features)."""
    info = api.inside(document, "info")
    contact, licence = api.inside(info, "contact"), api.inside(info, "license")
    known = find_licence(api.text(licence.get("url"))) or find_licence(api.text(licence.get("name")))
    found: dict[str, Any] = {
        "provider": api.text(contact.get("name")),
        "email": api.text(contact.get("email")),
        "access": known.value
        if known
        else api.text(licence.get("name")) or api.text(info.get("termsOfService")),
    }
    most = api.inside(document, "components", "parameters", "limit", "schema").get("maximum")
    if isinstance(most, int) and most > 0:
        found["limit"] = most
    return {key: value for key, value in found.items() if value}


def kept(collection: dict[str, Any], page: Document) -> dict[str, Any]:
    """What of a collection's description the dataset is made from, links whole."""
    codes = [api.text(collection.get("storageCrs"))]
    for code in api.texts(collection.get("crs")):
        codes += api.texts(page.data.get("crs")) if code == "#/crs" else [code]
    found = {
        "id": collection["id"],
        "title": api.text(collection.get("title")),
        "description": collection["description"].strip() if api.text(collection.get("description")) else "",
        "keywords": api.texts(collection.get("keywords")),
        "box": api.box(api.inside(collection, "extent", "spatial").get("bbox")),
        "period": api.period(api.inside(collection, "extent", "temporal").get("interval")),
        "crs": list(dict.fromkeys(ows.epsg(code) for code in codes if code))[: ows.MOST_CRS],
        "attribution": api.text(collection.get("attribution")),
        "licence": api.text(collection.get("license")),
        "items": api.links_of(collection, page.url, "items"),
        "files": api.links_of(collection, page.url, "enclosure", "download"),
        "licences": api.links_of(collection, page.url, "license"),
        "pages": [
            link
            for link in api.links_of(collection, page.url, "alternate", "about")
            if "html" in link.get("type", "")
        ],
        "metadata": [
            link
            for link in api.links_of(collection, page.url, "describedby", "metadata")
            if "html" not in link.get("type", "html")
        ],
        "self": next((link["href"] for link in api.links_of(collection, page.url, "self")), ""),
    }
    return {key: value for key, value in found.items() if value}


def columns(schema: dict[str, Any]) -> tuple[list[dict[str, str]], str]:
    """(data dictionary, kind of geometry) of a JSON Schema of properties."""
    properties = schema.get("properties")
    found: list[dict[str, str]] = []
    geometry = ""
    for name, about in list(properties.items() if isinstance(properties, dict) else ())[:MOST_COLUMNS]:
        about = about if isinstance(about, dict) else {}
        shape = f"{about.get('$ref', '')} {about.get('format', '')} {about.get('x-ogc-role', '')}".lower()
        if "geometry" in shape or "geojson.org" in shape:
            geometry = geometry or next((kind for word, kind in GEOMETRIES.items() if word in shape), "")
            continue
        kind = about.get("type")
        kind = next((each for each in kind if each != "null"), None) if isinstance(kind, list) else kind
        column = {
            "name": name,
            "type": FORMATS.get(about.get("format"), TYPES.get(kind, "text")),  # type: ignore[arg-type]
            "title": api.text(about.get("title")),
            "description": api.text(about.get("description")),
            "unit": api.text(about.get("x-ogc-unit")),
        }
        if column["title"] == name:
            column["title"] = ""
        found.append({key: value for key, value in column.items() if value})
    return found, geometry


def sample(answer: dict[str, Any]) -> dict[str, Any]:
    """{count, sampled: columns of the first feature, shape: its kind of geometry} of an answer with one feature."""
    found: dict[str, Any] = {}
    count = answer.get("numberMatched")
    if isinstance(count, int) and not isinstance(count, bool) and count >= 0:
        found["count"] = count
    features = api.objects(answer.get("features"))
    if features:
        properties = features[0].get("properties")
        found["sampled"] = [
            {"name": name, "type": _type_of(value)}
            for name, value in list(properties.items() if isinstance(properties, dict) else ())[:MOST_COLUMNS]
        ]
        geometry = features[0].get("geometry")
        kind = api.text(geometry.get("type")).lower() if isinstance(geometry, dict) else ""
        found["shape"] = next((value for word, value in GEOMETRIES.items() if word in kind), "")
    return found


def _type_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "integer" if isinstance(value, int) else "number" if isinstance(value, float) else "text"


def to_dataset(content: dict[str, Any], lang: str) -> DatasetDraft:
    """The dataset of a collection; ``content`` as the harvester makes it."""
    about, collection = content["api"], content["collection"]
    unmapped: list[str] = []
    layer = {
        "name": collection["id"],
        "title": collection.get("title", ""),
        "abstract": collection.get("description", ""),
        "keywords": collection.get("keywords", []),
        "box": collection.get("box", []),
    }
    data = layer_map.fields(about, layer, unmapped, lang)
    # without a system of its own a collection is served in longitude and latitude, as the standard has it
    layer_map.crs(collection.get("crs") or ["EPSG:4326"], data, unmapped, lang)
    geometry = content.get("geometry") or content.get("shape")
    if geometry:
        data["geometry_type"] = geometry
    if collection.get("period"):
        data["temporal_coverage"] = [collection["period"]]
    if collection.get("pages"):
        data["url"] = collection["pages"][0]["href"]
    if collection.get("metadata"):
        data["documentation"] = [link["href"] for link in collection["metadata"]]
    _licence(collection, data)
    described = content.get("columns") or content.get("sampled") or []
    if not content.get("columns"):
        unmapped.append(say("columns", lang))
    data["resources"] = _resources(content, described, unmapped, lang)
    return DatasetDraft(data, list(dict.fromkeys(unmapped)), about.get("provider") or None)


def _licence(collection: dict[str, Any], data: dict[str, Any]) -> None:
    names = [collection.get("licence", "")]
    for link in collection.get("licences", []):
        names += [link["href"], link.get("title", "")]
    known = next((found for name in names if name and (found := find_licence(name))), None)
    if known:
        data["license_id"] = known.value
    told = [collection.get("attribution", ""), "" if known else " ".join(filter(None, names))]
    if any(told):
        data["rights"] = "\n".join(each for each in (*told, data.get("rights", "")) if each)


def _resources(
    content: dict[str, Any], described: list[dict[str, str]], unmapped: list[str], lang: str
) -> list[dict[str, Any]]:
    about, collection = content["api"], content["collection"]
    limit = min(about.get("wanted", LIMIT), about.get("limit", LIMIT))
    service = _service(about, collection, content.get("count"), lang)
    made: dict[str, dict[str, Any]] = {}
    for link in [*collection.get("items", []), *collection.get("files", [])]:
        kind = link.get("type", "application/geo+json")
        items = link in collection.get("items", [])
        if NOT_DATA.search(kind):
            continue
        entry = vocabularies.file_format("GEOJSON" if items and is_geojson(link) else kind)
        if entry is None:
            unmapped.append(say("format", lang, value=kind))
            continue
        resource: dict[str, Any] = {
            "name": _name(entry, "pl"),
            "name_en": _name(entry, "en"),
            "format": entry.code,
            "url": api.with_parameters(link["href"], limit=limit) if items else link["href"],
        }
        if items:
            resource["access_services"] = service["access_services"]
        if described:
            resource["columns"] = described
        if entry.code == "GEOJSON" and items:
            resource["primary"] = True
        made.setdefault(entry.code, resource)
    if "GEOJSON" not in made:
        unmapped.append(say("geojson", lang, formats=", ".join(made) or "-"))
    if (content.get("count") or 0) > limit:
        unmapped.append(say("limit", lang, count=content["count"], limit=limit))
    return [*made.values(), service]


def _name(entry: vocabularies.Entry, lang: str) -> str:
    if entry.code == "GEOJSON":
        return say("file_geojson", lang)
    return say("file_other", lang, format=entry.data.get("short") or entry.code)


def _service(
    about: dict[str, Any], collection: dict[str, Any], count: int | None, lang: str
) -> dict[str, Any]:
    """The API itself as a resource: the address of the collection, where the features come page by page."""
    address = collection.get("self") or f"{about['url'].rstrip('/')}/collections/{collection['id']}"
    told = [say("api_about", lang, name=collection["id"])]
    if collection.get("crs"):
        told.append(say("api_crs", lang, codes=", ".join(collection["crs"][:12])))
    if count is not None:
        told.append(say("features", lang, count=count))
    return {
        "name": say("api", "pl"),
        "name_en": say("api", "en"),
        "description": "\n".join(told),
        "format": "REST",
        "url": address,
        "access_services": [
            {
                "title": about.get("title") or say("api", "pl"),
                "endpoint_url": [about["url"]],
                "endpoint_description": about["url"],
                "conforms_to": [STANDARD],
            }
        ],
    }
