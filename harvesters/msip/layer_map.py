"""A layer of a WFS or WMS in the city's schema: what both say in the same words. Pure."""

from __future__ import annotations

import fnmatch
from typing import Any

from ckanext.kielce.common import vocabularies
from ckanext.kielce.harvest.records import ConfigField
from ckanext.kielce.harvesters.msip import layers
from ckanext.kielce.harvesters.msip.tables import inspire_theme
from ckanext.kielce.harvesters.msip.words import say

NO_CONSTRAINT = frozenset({"", "none", "brak", "brak ograniczeń", "no conditions apply"})
GENERAL_CRS = frozenset({"EPSG:4326", "EPSG:3857", "EPSG:900913", "CRS:84", "CRS:83", "CRS:27"})

CHOICE = {
    "layers": ConfigField(
        "Only layers whose name matches one of these patterns.",
        "list",
        description_pl="Tylko warstwy o nazwach pasujących do tych wzorców.",
    ),
    "exclude": ConfigField(
        "Not the layers whose name matches one of these patterns.",
        "list",
        description_pl="Bez warstw o nazwach pasujących do tych wzorców.",
    ),
}


def wanted(name: str, config: dict[str, Any]) -> bool:
    """Whether the settings ``layers`` and ``exclude`` let a layer in; the prefix of a namespace may be left out."""
    names = (name, name.rpartition(":")[2])

    def hit(patterns: list[str]) -> bool:
        return any(fnmatch.fnmatchcase(each, pattern) for each in names for pattern in patterns)

    return (not config.get("layers") or hit(config["layers"])) and not hit(config.get("exclude") or [])


def fields(service: dict[str, Any], layer: dict[str, Any], unmapped: list[str], lang: str) -> dict[str, Any]:
    """Fields of a dataset from a service (url, title, provider, email, access) and a layer, both as plain data."""
    name = layer["name"]
    given = layer.get("title", "")
    title = given if given and given != name else name.rpartition(":")[2].replace("_", " ").capitalize()
    spatial, complaint = layers.spatial(layer.get("box", []))
    if complaint:
        unmapped.append(say("box", lang, value=complaint))
    abstract = layer.get("abstract", "")
    if not abstract:
        unmapped.append(say("abstract_missing", lang))
    data: dict[str, Any] = {
        "type": "spatial_layer",
        "title": title,
        "notes": abstract
        or say("no_abstract", lang, title=title, service=service.get("title") or service["url"]),
        "tags": [{"name": word} for word in layer.get("keywords", [])],
        "layer_name": name,
        "identifier": name,
        "spatial": spatial,
    }
    for word in layer.get("keywords", []):
        theme = inspire_theme(word)
        if theme:
            data.setdefault("domain", theme["domain"])
            data.setdefault("theme", [vocabularies.theme(code).uri for code in theme["themes"]])  # type: ignore[union-attr]
    if service.get("email"):
        data["contact"] = [{"name": service.get("provider") or service["email"], "email": service["email"]}]
    _rights(service.get("access") or "", data)
    if layer.get("metadata_url"):
        data["documentation"] = [layer["metadata_url"]]
    return data


def _rights(access: str, data: dict[str, Any]) -> None:
    licence = next(
        (found for part in access.split(";") if (found := vocabularies.licence(part.strip()))), None
    )
    if licence:
        data["license_id"] = licence.value
    elif access.casefold().strip() not in NO_CONSTRAINT:
        data["rights"] = access


def crs(codes: list[str], data: dict[str, Any], unmapped: list[str], lang: str) -> None:
    """The system that the data are in: the first; the others are offered on request."""
    known = [code for code in codes if vocabularies.crs(code)]
    if known:
        data["crs"] = known[:1]
    for code in codes[:1]:
        if code not in known:
            unmapped.append(say("crs", lang, value=code))
