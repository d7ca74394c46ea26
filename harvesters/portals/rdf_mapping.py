"""A dataset read from RDF, in CKAN's words, in the city's schema. Pure."""

from __future__ import annotations

from typing import Any

from ckanext.kielce.common import vocabularies
from ckanext.kielce.harvest.records import DatasetDraft
from ckanext.kielce.harvesters.said import Said, tell

from . import ckan_mapping, fields
from .ckan_api import essence
from .fields import address, filled, listed, text

GEONAMES = "sws.geonames.org/"
#: What ckanext-dcat adds by itself, or what the schema says by other means.
DROPPED = (
    "homepage",
    "dcat_type",
    "has_version",
    "is_version_of",
    "alternate_identifier",
    "qualified_relation",
)
GEOSPATIAL = "/dataset-type/GEOSPATIAL"


def dataset(package: dict[str, Any], guid: str, domains: dict[str, Any] | None, lang: str) -> DatasetDraft:
    """The package as a dataset of the city's schema; ``guid`` is its address or identifier."""
    package = {"id": guid, **package}
    package["extras"] = [row for row in package.get("extras") or [] if row["key"] not in DROPPED]
    for key in DROPPED:
        package.pop(key, None)
    resources = [row for row in package.get("resources") or [] if isinstance(row, dict)]
    licences = [text(row.get("license")) for row in resources if text(row.get("license"))]
    if not fields.licence([package.get("license_id"), package.get("license_url")], []) and licences:
        package["license_url"] = licences[0]
    kept = essence(package)
    place = _place(kept)
    draft = ckan_mapping.dataset(kept, "", domains, lang)
    data, unmapped = draft.data, list[Said]()
    data["url"] = address(package.get("url")) or address(guid)
    data["resources"] = [
        {**made, "uri": address(given.get("uri"))}
        for made, given in zip(data.get("resources") or [], kept["resources"], strict=True)
    ]
    for made in data["resources"]:
        if made.get("license") == data.get("license_id"):
            made.pop("license", None)
        if not made.get("name"):
            made["name"] = made.get("format") or data["title"]
    data["resources"] = [filled(made) for made in data["resources"]]
    data.update(filled(place))
    return DatasetDraft(filled(data), [*draft.unmapped, *tell(unmapped, lang)], _publisher(data))


def _publisher(data: dict[str, Any]) -> str | None:
    names = [row.get("name") for row in data.get("publisher") or []]
    return names[0] if names else None


def _place(package: dict[str, Any]) -> dict[str, Any]:
    """Extent, TERYT code and other area from dct:spatial; takes it out of the package."""
    extras = {row["key"]: row.get("value") for row in package["extras"]}
    given = package.pop("spatial_coverage", None) or extras.pop("spatial_coverage", None)
    package["extras"] = [row for row in package["extras"] if row["key"] != "spatial_coverage"]
    made: dict[str, Any] = {}
    for row in listed(given):
        if not isinstance(row, dict):
            continue
        made["spatial"] = (
            made.get("spatial") or fields.geojson(row.get("bbox")) or fields.geojson(row.get("geom"))
        )
        uri = text(row.get("uri"))
        known = next(
            (
                entry
                for entry in vocabularies.load("places")
                if entry.data.get("geonames") and f"{GEONAMES}{entry.data['geonames']}" in uri
            ),
            None,
        )
        if known:
            made["teryt"] = known.code
        elif uri or text(row.get("text")):
            other = {"uri": address(uri), "text": text(row.get("text"))}
            made.setdefault("spatial_coverage", []).append(filled(other))
    return made
