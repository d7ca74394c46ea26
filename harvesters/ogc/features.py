"""Harvester ``ogc_features``: a dataset for each collection of an OGC API – Features (the successor of WFS)."""

from __future__ import annotations

from collections.abc import Iterator
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
from ckanext.kielce.harvest.links import layer_key
from ckanext.kielce.harvest.records import SourceError, digest
from ckanext.kielce.harvesters.msip import layer_map, layers
from ckanext.kielce.harvesters.ogc import api, feature_map
from ckanext.kielce.harvesters.ogc.api import Api, Document, say, source_error

FEATURES = "ogcapi-features-1"  # part of the address of every conformance class of Features


class OgcFeaturesHarvester(SourceHarvester):
    """A collection a dataset: GeoJSON and other formats, extent, coordinate systems, columns from the schema."""

    about = {
        "name": "ogc_features",
        "title": "OGC API – Features",
        "description": "API obiektów mapowych (następca WFS): każda kolekcja to jeden zbiór. / "
        "An API of map features: each collection becomes a dataset.",
    }
    precedence = 60
    config_schema = {
        **layer_map.CHOICE,
        "limit": ConfigField(
            "Features in one downloaded file (default 10000, never more than the service allows).",
            "number",
            check=lambda value: None if 1 <= value <= 1_000_000 else "give a number from 1 to 1000000",
            description_pl="Ile obiektów najwyżej zawiera pobierany plik (zwykle 10000).",
        ),
        "wfs_url": ConfigField(
            "Address of the WFS that serves the same layers under the same names: a layer that comes by both is one "
            "dataset.",
            description_pl="Adres WFS z tymi samymi warstwami o tych samych nazwach: warstwa z obu źródeł to jeden "
            "zbiór.",
        ),
    }

    def records(self, source: Source, client: Client) -> Iterator[Record]:
        lang = language()
        service = Api(client, source.url)
        landing = service.read(service.start)
        _must_have_features(service, landing)
        about, trouble = _about(service, landing, lang)
        about["wanted"] = int(source.config.get("limit") or feature_map.LIMIT)
        found = 0
        for collection, page in service.collections(landing):
            if not _is_features(collection):
                continue
            found += 1
            if layer_map.wanted(collection["id"], source.config):
                yield _record(service, source, about, collection, page, trouble)
        if not found:
            raise source_error("no_features", url=service.url)

    def to_dataset(self, record: Record, source: Source) -> DatasetDraft:
        return feature_map.to_dataset(record.loaded(), language())

    def original_url(self, guid: str, source: Source) -> str | None:
        return f"{api.plain(source.url).rstrip('/')}/collections/{guid}"


def _must_have_features(service: Api, landing: Document) -> None:
    """Raises SourceError when the service says what it can do, and Features is not among it."""
    address = landing.link("conformance", f"{api.REL}conformance")
    if address is None:
        return
    try:
        classes = api.texts(service.read(address).data.get("conformsTo"))
    except (FetchError, SourceError):  # what the collections are is seen from themselves
        return
    if classes and not any(FEATURES in name for name in classes):
        raise source_error("no_features", url=service.url)


def _about(service: Api, landing: Document, lang: str) -> tuple[dict[str, Any], str | None]:
    """(who offers the service and on which terms, as the OpenAPI document says; why it could not be read)."""
    about: dict[str, Any] = {"url": service.url, "title": api.text(landing.data.get("title"))}
    address = next(
        (link["href"] for link in landing.links("service-desc") if "json" in link.get("type", "")), None
    )
    if address is None:
        return about, None
    try:
        return {**about, **feature_map.openapi(service.read(address).data)}, None
    except SourceError:
        return about, None
    except FetchError as error:
        silent = error.kind != "http_error" or (error.status or 0) >= 500
        return about, say("schema_silent", lang, reason=error.text(lang)) if silent else None


def _is_features(collection: dict[str, Any]) -> bool:
    kind = collection.get("itemType", "feature")
    kinds = kind if isinstance(kind, list) else [kind]
    return "feature" in kinds and bool(api.links_of(collection, "", "items"))


def _record(
    service: Api,
    source: Source,
    about: dict[str, Any],
    collection: dict[str, Any],
    page: Document,
    incomplete: str | None,
) -> Record:
    columns: list[dict[str, str]] = []
    geometry = ""
    try:
        columns, geometry = _columns(service, collection, page)
    except SourceError:  # a schema that is none is no schema
        pass
    except FetchError as error:
        if error.kind != "http_error" or (error.status or 0) >= 500:
            incomplete = say("schema_silent", language(), reason=error.text(language()))
    content: dict[str, Any] = {
        "api": about,
        "collection": feature_map.kept(collection, page),
        "columns": columns,
        "geometry": geometry,
    }

    def loaded() -> dict[str, Any]:
        return {**content, **_sample(service, content["collection"])}

    name = collection["id"]
    keys = [layer_key(service.url, name)]
    if source.config.get("wfs_url"):
        keys += layers.keys(source.config["wfs_url"], name)
    for link in api.links_of(collection, page.url, "describedby", "metadata"):
        keys += layers.metadata_keys(link["href"])
    return Record(name, digest(content), loaded, incomplete=incomplete, keys=tuple(dict.fromkeys(keys)))


def _columns(service: Api, collection: dict[str, Any], page: Document) -> tuple[list[dict[str, str]], str]:
    """Columns and kind of geometry from the schema or the queryables, where the service has them."""
    part = Document(page.url, collection)
    for relation in ("schema", "describedby", "queryables"):
        kinds = "schema+json" if relation == "describedby" else ""  # that may be any description
        links = [
            link
            for link in part.links(relation)
            if kinds in link.get("type", "") and "html" not in link.get("type", "")
        ]
        if links:
            return feature_map.columns(service.read(links[0]["href"]).data)
    return [], ""


def _sample(service: Api, collection: dict[str, Any]) -> dict[str, Any]:
    """Number of features and what the first one looks like; a service that does not tell costs nothing but this."""
    address = next((link["href"] for link in collection["items"] if feature_map.is_geojson(link)), None)
    if address is None:
        return {}
    try:
        return feature_map.sample(service.read(api.with_parameters(address, limit=1), keep=False).data)
    except (FetchError, SourceError):
        return {}
