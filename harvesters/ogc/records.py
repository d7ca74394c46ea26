"""Harvester ``ogc_records``: the records of a catalogue that speaks OGC API – Records (the successor of CSW)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ckanext.kielce.harvest.base import (
    Client,
    ConfigField,
    DatasetDraft,
    Record,
    Source,
    SourceHarvester,
    language,
)
from ckanext.kielce.harvest.links import uuid_key
from ckanext.kielce.harvest.records import digest
from ckanext.kielce.harvesters.msip import iso_map
from ckanext.kielce.harvesters.msip.services import Services
from ckanext.kielce.harvesters.ogc import api, record_map
from ckanext.kielce.harvesters.ogc.api import Api, say, source_error

PAGE_SIZE = 100


class OgcRecordsHarvester(SourceHarvester):
    """Records as map layers, or as plain datasets where no map service or map file is named."""

    about = {
        "name": "ogc_records",
        "title": "OGC API – Records",
        "description": "Katalog metadanych w JSON (następca CSW). / A catalogue of metadata in JSON.",
    }
    precedence = 80
    config_schema = {
        "collection": ConfigField(
            "Id of the collection of records; by default every catalogue that the service has.",
            description_pl="Identyfikator kolekcji z rekordami; bez niego wszystkie katalogi usługi.",
        ),
        "page_size": ConfigField(
            "Records a request; the service may give fewer.",
            "number",
            check=lambda value: None if 1 <= value <= 1000 else "give a number from 1 to 1000",
            description_pl="Ile rekordów w jednym zapytaniu.",
        ),
        "skip_types": ConfigField(
            'Types of records left out; by default ["service"].',
            "list",
            description_pl='Pomijane rodzaje rekordów; zwykle ["service"].',
        ),
    }

    def records(self, source: Source, client: Client) -> Iterator[Record]:
        service = Api(client, source.url)
        skipped_types = {kind.casefold() for kind in source.config.get("skip_types") or ["service"]}
        size = int(source.config.get("page_size") or PAGE_SIZE)
        services = Services(client, language())
        promised = skipped = 0
        for address in _catalogues(service, source.config.get("collection")):
            read = Reading(service, api.with_parameters(address, limit=size))
            for feature, revision in read.features():
                left_out = record_map.kind(feature) in skipped_types
                skipped += left_out
                if promised + read.promised:
                    client.expect(max(0, promised + read.promised - read.twice - skipped))
                if not left_out:
                    yield _record(feature, revision, service.url, services)
            promised += read.promised - read.twice

    def to_dataset(self, record: Record, source: Source) -> DatasetDraft:
        return iso_map.to_dataset(record.loaded(), language())

    def original_url(self, guid: str, source: Source) -> str | None:
        collection = source.config.get("collection")
        base = api.plain(source.url).rstrip("/")
        return f"{base}/collections/{collection}/items/{guid}" if collection else base


def _catalogues(service: Api, wanted: str | None) -> list[str]:
    """Addresses of the items of each collection of records. Raises SourceError when there are none."""
    landing = service.read(service.start)
    found: dict[str, str] = {}
    known = []
    for collection, page in service.collections(landing):
        known.append(collection["id"])
        kind = collection.get("itemType", "record" if wanted else "")
        items = api.Document(page.url, collection).link("items", "data") or api.with_parameters(
            f"{service.url.rstrip('/')}/collections/{collection['id']}/items"
        )
        if "record" in (kind if isinstance(kind, list) else [kind]) or collection["id"] == wanted:
            found[collection["id"]] = items
    if wanted:
        if wanted not in found:
            raise source_error(
                "no_collection", url=service.url, name=wanted, known=", ".join(known[:20]) or "-"
            )
        return [found[wanted]]
    if not found:
        raise source_error("no_records", url=service.url)
    return list(found.values())


class Reading:
    """The records of one catalogue: ``promised`` is how many it says to have, ``twice`` how many came a second time."""

    def __init__(self, service: Api, url: str) -> None:
        self.service, self.url = service, url
        self.promised = self.twice = 0

    def features(self) -> Iterator[tuple[dict[str, Any], str]]:
        """Each record once with its digest, page by page; raises SourceError, also after some, when the list is not whole."""
        known: set[int] = set()
        seen = 0
        for page in self.service.pages(self.url, keep=False):
            features = page.data.get("features")
            if page.data.get("type") != "FeatureCollection" or not isinstance(features, list):
                raise source_error("not_page", url=page.url)
            matched = page.data.get("numberMatched")
            if isinstance(matched, int) and not isinstance(matched, bool):
                self.promised = max(self.promised, matched)
            seen += len(features)
            fresh = self._fresh(api.objects(features), known)
            if features and not fresh:
                raise source_error("circle", url=page.url)
            yield from fresh
            if not features:
                break
        if seen < self.promised:
            raise source_error("cut", url=self.url, matched=self.promised, seen=seen)

    def _fresh(self, features: list[dict[str, Any]], known: set[int]) -> list[tuple[dict[str, Any], str]]:
        """Those that did not come before as they are: one put in while we read moves the others to the next page."""
        fresh = []
        for feature in features:
            revision = digest(feature)
            if hash(revision) in known:
                self.twice += 1
            else:
                known.add(hash(revision))
                fresh.append((feature, revision))
        return fresh


def _record(feature: dict[str, Any], revision: str, base: str, services: Services) -> Record:
    guid = str(feature["id"]) if isinstance(feature.get("id"), str | int) else ""
    if not isinstance(feature.get("properties"), dict):
        return Record(guid, None, {}, error=say("not_record", language()))
    onlines = record_map.onlines(feature, base)
    behind = services.behind(onlines)

    def content() -> dict[str, Any]:
        return {
            "iso": record_map.as_iso(feature, base),
            "services": behind.services,
            "layers": behind.layers,
            "drawn": services.drawn(onlines),
            "protocol": "OGC API – Records",
        }

    key = uuid_key(guid)
    return Record(
        guid,
        digest([revision, behind.marks]) if behind.marks else revision,
        content,
        incomplete=behind.incomplete,
        keys=((key,) if key else ()) + iso_map.layer_keys(onlines, behind.layers),
    )
