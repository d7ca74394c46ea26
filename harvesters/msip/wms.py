"""Harvester ``msip_wms``: a dataset for each layer of a WMS (1.3.0, or 1.1.1), for services that have only pictures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ckanext.kielce.harvest.base import (
    Client,
    DatasetDraft,
    Record,
    Source,
    SourceHarvester,
    language,
)
from ckanext.kielce.harvest.records import digest
from ckanext.kielce.harvesters.msip import layer_map, layers, ows
from ckanext.kielce.harvesters.msip.words import say, source_error

ABOUT = ("url", "version", "title", "provider", "email", "access")


class MsipWmsHarvester(SourceHarvester):
    """A layer a dataset: styles with legends, scales, coordinate systems. Groups are left out, their layers are not."""

    about = {
        "name": "msip_wms",
        "title": "MSIP – WMS",
        "description": "Usługa WMS bez WFS: każda warstwa to jeden zbiór z obrazem mapy i legendą. / "
        "A WMS without WFS: each layer becomes a dataset with its map image and legend.",
    }
    precedence = 40
    config_schema = layer_map.CHOICE

    def records(self, source: Source, client: Client) -> Iterator[Record]:
        service = layers.load_wms(client, source.url)
        named = [layer for layer in service.layers if not layer.group]
        if not named:
            raise source_error("no_wms_layers", url=service.url)
        chosen = [layer for layer in named if layer_map.wanted(layer.name, source.config)]
        client.expect(len(chosen))
        about = {key: getattr(service, key) for key in ABOUT}
        names = [layer.name for layer in named]
        for layer in chosen:
            content = {"service": about, "layer": layer.as_json()}
            yield Record(
                layer.name,
                digest(content),
                content,
                keys=layers.keys(service.url, layer.name, names) + layers.metadata_keys(layer.metadata_url),
            )

    def to_dataset(self, record: Record, source: Source) -> DatasetDraft:
        return to_dataset(record.loaded(), language())

    def original_url(self, guid: str, source: Source) -> str | None:
        return ows.capabilities_url(ows.service_url(source.url), "WMS", "1.3.0")


def to_dataset(content: dict[str, Any], lang: str) -> DatasetDraft:
    """The dataset of a layer, from what the capabilities say."""
    service, layer = content["service"], content["layer"]
    unmapped: list[str] = []
    data = layer_map.fields(service, layer, unmapped, lang)
    offered = layer.get("crs", [])
    # a WMS draws in any system: the first that is a country's own is the likeliest to be that of the data
    own = [code for code in offered if code not in layer_map.GENERAL_CRS]
    layer_map.crs(own or offered, data, unmapped, lang)
    data["wms_url"] = service["url"]
    data["resources"] = [layers.drawn_resource(service["url"], service.get("title", ""), layer, lang)]
    if not layer.get("styles"):
        unmapped.append(say("no_legend", lang))
    return DatasetDraft(data, unmapped, service.get("provider") or None)
