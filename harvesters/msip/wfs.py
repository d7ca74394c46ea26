"""Harvester ``msip_wfs``: a dataset for each layer of a WFS (2.0.0, or 1.1.0)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

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
from ckanext.kielce.harvest.records import SourceError, digest
from ckanext.kielce.harvesters.msip import layer_map, layers, ows
from ckanext.kielce.harvesters.msip.ows_wms import Wms
from ckanext.kielce.harvesters.msip.words import say, source_error

ABOUT = ("url", "version", "title", "provider", "email", "access", "limit")


class MsipWfsHarvester(SourceHarvester):
    """A layer a dataset, with direct downloads in the formats the service offers and its attributes explained."""

    about = {
        "name": "msip_wfs",
        "title": "MSIP – WFS",
        "description": "Usługa WFS: każda warstwa to jeden zbiór (GeoJSON, GeoPackage, GML, CSV, opis kolumn). / "
        "A WFS: each layer becomes a dataset.",
    }
    mapping_version = 2
    precedence = 60
    config_schema = {
        **layer_map.CHOICE,
        "wms_url": ConfigField(
            "Address of the WMS that draws the same layers (else the same address is tried).",
            description_pl="Adres WMS z tymi samymi warstwami; bez niego próbowany jest ten sam adres.",
        ),
        "count_features": ConfigField(
            "Ask each layer that is new or changed for its number of features and, where the schema does not tell "
            "their kind, for the first of them (default true).",
            "flag",
            description_pl="false: nie pytaj o liczbę obiektów ani o pierwszy z nich (do dwóch zapytań na nową lub "
            "zmienioną warstwę).",
        ),
    }

    def records(self, source: Source, client: Client) -> Iterator[Record]:
        service = layers.load_wfs(client, source.url)
        if not service.layers:
            raise source_error("no_layers", url=service.url)
        chosen = [layer for layer in service.layers if layer_map.wanted(layer.name, source.config)]
        client.expect(len(chosen))
        wms, incomplete = _drawing(client, source)
        about = {key: getattr(service, key) for key in ABOUT}
        names = [layer.name for layer in service.layers]
        counted = source.config.get("count_features", True)
        for layer in chosen:
            content: dict[str, Any] = {"service": about, "layer": layer.as_json()}
            drawn = wms.find(layer.name) if wms else None
            if wms and drawn:
                content["wms"] = {"url": wms.url, "title": wms.title, "layer": drawn.as_json()}
            yield Record(
                layer.name,
                digest(content),
                _with_count(content, client, service, layer) if counted else content,
                incomplete=incomplete,
                keys=layers.keys(service.url, layer.name, names) + layers.metadata_keys(layer.metadata_url),
            )

    def to_dataset(self, record: Record, source: Source) -> DatasetDraft:
        return to_dataset(record.loaded(), language())

    def original_url(self, guid: str, source: Source) -> str | None:
        return ows.request_url(
            ows.service_url(source.url),
            service="WFS",
            version="2.0.0",
            request="DescribeFeatureType",
            typeNames=guid,
        )


def _drawing(client: Client, source: Source) -> tuple[Wms | None, str | None]:
    """(the WMS of the same layers, why it could not be read). That there is none at the same address is no trouble."""
    named = source.config.get("wms_url")
    try:
        return layers.load_wms(client, named or source.url), None
    except (SourceError, FetchError) as error:
        if not named and (isinstance(error, SourceError) or error.kind == "http_error"):
            return None, None
        return None, say("wms_silent", language(), reason=error.text(language()))


def _with_count(
    content: dict[str, Any], client: Client, service: ows.Wfs, layer: ows.Layer
) -> Callable[[], dict[str, Any]]:
    """The content with the number of features and their kind; the number moves every day, so the revision is without."""

    def made() -> dict[str, Any]:
        more: dict[str, Any] = {}
        number = layers.count(client, service, layer)
        if number is not None:
            more["count"] = number
        found = None if layer.geometry or number == 0 else layers.one_feature(client, service, layer)
        if found and found.kind:
            more["geometry"] = found.kind
        seen = {"seen": found.box} if found and found.box else {}
        return {**content, "layer": {**content["layer"], **more}, **seen}

    return made


def to_dataset(content: dict[str, Any], lang: str) -> DatasetDraft:
    """The dataset of a layer, from what the capabilities and the attribute schema say."""
    about = {key: value for key, value in content["service"].items() if value is not None}
    service = ows.Wfs(**about)
    layer = ows.Layer(**content["layer"])
    unmapped: list[str] = []
    data = layer_map.fields(about, content["layer"], unmapped, lang)
    layer_map.crs(layer.crs, data, unmapped, lang)
    data["wfs_url"] = service.url
    data["resources"] = layers.resources(service, layer)
    if layer.geometry:
        data["geometry_type"] = layer.geometry
    if layer.count is not None:
        data["resources"][-1]["description"] = say("features", lang, count=layer.count)
    if "wms" in content:
        wms = content["wms"]
        data["wms_url"] = wms["url"]
        data["resources"].append(
            layers.drawn_resource(wms["url"], wms.get("title") or service.title, wms["layer"], lang)
        )
    if layer.count is not None and service.limit and layer.count > service.limit:
        unmapped.append(say("limit", lang, count=layer.count, limit=service.limit))
    if layer.box and content.get("seen") and _apart(layer.box, content["seen"]):
        unmapped.append(say("outside", lang, declared=_degrees(layer.box), found=_degrees(content["seen"])))
    if not layer.columns:
        unmapped.append(say("columns", lang))
    if not any(resource["format"] == "GEOJSON" for resource in data["resources"]):
        unmapped.append(say("geojson", lang, formats=", ".join(layer.formats) or "-"))
    return DatasetDraft(data, unmapped, service.provider or None)


def _apart(first: list[float], second: list[float]) -> bool:
    """Whether two boxes (west, south, east, north) do not even touch."""
    return first[0] > second[2] or second[0] > first[2] or first[1] > second[3] or second[1] > first[3]


def _degrees(box: list[float]) -> str:
    return ", ".join(f"{side:.3f}" for side in box)
