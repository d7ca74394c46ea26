"""Harvester ``msip_wfs``: a dataset for each layer of a WFS (2.0.0, or 1.1.0)."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from typing import Any

from ckanext.kielce.common import vocabularies
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest.base import (
    Client,
    ConfigField,
    DatasetDraft,
    Record,
    Source,
    SourceHarvester,
    language,
)
from ckanext.kielce.harvest.records import SourceError
from ckanext.kielce.harvesters.msip import layers, ows
from ckanext.kielce.harvesters.msip.tables import inspire_theme
from ckanext.kielce.harvesters.msip.words import say

NO_CONSTRAINT = frozenset({"", "none", "brak", "brak ograniczeń", "no conditions apply"})


class MsipWfsHarvester(SourceHarvester):
    """A layer a dataset, with direct downloads in the formats the service offers and its attributes explained."""

    about = {
        "name": "msip_wfs",
        "title": "MSIP – WFS",
        "description": "Usługa WFS: każda warstwa to jeden zbiór (GeoJSON, GeoPackage, GML, CSV, opis kolumn). / "
        "A WFS: each layer becomes a dataset.",
    }
    config_schema = {
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
        "wms_url": ConfigField(
            "Address of the WMS that draws the same layers (else the same address is tried).",
            description_pl="Adres WMS z tymi samymi warstwami; bez niego próbowany jest ten sam adres.",
        ),
        "count_features": ConfigField(
            "Ask for the number of features: one more request for each layer.",
            "flag",
            description_pl="true: pytaj o liczbę obiektów (jedno zapytanie na warstwę).",
        ),
    }

    def records(self, source: Source, client: Client) -> Iterator[Record]:
        service = layers.load_wfs(client, source.url)
        if not service.layers:
            raise SourceError(
                say("no_layers", "en", url=service.url), say("no_layers", "pl", url=service.url)
            )
        wms_url = ows.service_url(source.config.get("wms_url") or source.url)
        drawn = {name.rpartition(":")[2]: name for name in layers.wms_layers(client, wms_url) or []}
        about = {
            "url": service.url,
            "version": service.version,
            "title": service.title,
            "provider": service.provider,
            "email": service.email,
            "access": service.access,
            "limit": service.limit,
        }
        for layer in service.layers:
            if not _wanted(layer.name, source.config):
                continue
            if source.config.get("count_features"):
                layer.count = _count(client, service, layer)
            bare = layer.name.rpartition(":")[2]
            content = {"service": about, "layer": layer.as_json()}
            if bare in drawn:
                content["wms"] = {"url": wms_url, "layer": drawn[bare]}
            yield Record(layer.name, None, content)

    def to_dataset(self, record: Record, source: Source) -> DatasetDraft:
        return to_dataset(record.content, language())

    def original_url(self, guid: str, source: Source) -> str | None:
        return ows.request_url(
            ows.service_url(source.url),
            service="WFS",
            version="2.0.0",
            request="DescribeFeatureType",
            typeNames=guid,
        )


def _wanted(name: str, config: dict[str, Any]) -> bool:
    names = (name, name.rpartition(":")[2])

    def hit(patterns: list[str]) -> bool:
        return any(fnmatch.fnmatchcase(each, pattern) for each in names for pattern in patterns)

    return (not config.get("layers") or hit(config["layers"])) and not hit(config.get("exclude") or [])


def _count(client: Client, service: ows.Wfs, layer: ows.Layer) -> int | None:
    parameter = "typeNames" if service.version.startswith("2") else "typeName"
    url = ows.request_url(
        service.url,
        service="WFS",
        version=service.version,
        request="GetFeature",
        resultType="hits",
        **{parameter: layer.name},
    )
    try:
        with client.fetch(url) as answer:
            return ows.read_count(answer.body, service.url)
    except (
        FetchError,
        SourceError,
    ):  # the number is a courtesy; a service that refuses it is still harvested
        return None


def to_dataset(content: dict[str, Any], lang: str) -> DatasetDraft:
    """The dataset of a layer, from what the capabilities and the attribute schema say."""
    service = ows.Wfs(**{key: value for key, value in content["service"].items() if value is not None})
    layer = ows.Layer(**content["layer"])
    unmapped: list[str] = []
    bare = layer.name.rpartition(":")[2]
    title = layer.title if layer.title and layer.title != layer.name else bare.replace("_", " ").capitalize()
    spatial, complaint = layers.spatial(layer.box)
    if complaint:
        unmapped.append(say("box", lang, value=complaint))
    data: dict[str, Any] = {
        "type": "spatial_layer",
        "title": title,
        "notes": layer.abstract
        or say("no_abstract", lang, title=title, service=service.title or service.url),
        "tags": [{"name": word} for word in layer.keywords],
        "layer_name": layer.name,
        "wfs_url": service.url,
        "identifier": layer.name,
        "spatial": spatial,
        "resources": layers.resources(service, layer),
    }
    if not layer.abstract:
        unmapped.append(say("abstract_missing", lang))
    _crs(layer, data, unmapped, lang)
    if layer.geometry:
        data["geometry_type"] = layer.geometry
    for word in layer.keywords:
        theme = inspire_theme(word)
        if theme:
            data.setdefault("domain", theme["domain"])
            data.setdefault("theme", [vocabularies.theme(code).uri for code in theme["themes"]])  # type: ignore[union-attr]
    if service.email:
        data["contact"] = [{"name": service.provider or service.email, "email": service.email}]
    licence = next(
        (found for part in service.access.split(";") if (found := vocabularies.licence(part.strip()))), None
    )
    if licence:
        data["license_id"] = licence.value
    elif service.access.casefold().strip() not in NO_CONSTRAINT:
        data["rights"] = service.access
    if "wms" in content:
        data["wms_url"] = content["wms"]["url"]
        data["resources"].append(
            layers.service_resource(content["wms"]["url"], "WMS", "1.3.0", service.title)
        )
    if layer.metadata_url:
        data["documentation"] = [layer.metadata_url]
    if layer.count is not None and service.limit and layer.count > service.limit:
        unmapped.append(say("limit", lang, count=layer.count, limit=service.limit))
    if not layer.columns:
        unmapped.append(say("columns", lang))
    if not any(resource["format"] == "GEOJSON" for resource in data["resources"]):
        unmapped.append(say("geojson", lang, formats=", ".join(layer.formats) or "-"))
    return DatasetDraft(data, unmapped, service.provider or None)


def _crs(layer: ows.Layer, data: dict[str, Any], unmapped: list[str], lang: str) -> None:
    known = [code for code in layer.crs if vocabularies.crs(code)]
    if known:
        data["crs"] = known[:1]  # the first is the system the data are in; the others are offered on request
    for code in layer.crs[:1]:
        if code not in known:
            unmapped.append(say("crs", lang, value=code))
