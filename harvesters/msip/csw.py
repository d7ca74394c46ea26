"""Harvester ``msip_csw``: ISO 19139 records of a CSW 2.0.2 catalogue.

Whole records come many a request (GetRecords, full, sorted); no record is asked for alone, and a record that is as it
was is only digested. The WFS behind the records are read once each, so that a hundred layers cost two requests more.
"""

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
from ckanext.kielce.harvesters.msip import iso, iso_map, ows
from ckanext.kielce.harvesters.msip.csw_pages import PAGE_SIZE, SCHEMA, Entry, Pages
from ckanext.kielce.harvesters.msip.services import Services


def _page_size(value: float) -> str | None:
    return None if 1 <= value <= 1000 else "give a number from 1 to 1000"


class MsipCswHarvester(SourceHarvester):
    """Records of a catalogue as map layers, or as plain datasets where no map service or map file is named."""

    about = {
        "name": "msip_csw",
        "title": "MSIP – CSW",
        "description": "Katalog metadanych CSW 2.0.2 z rekordami ISO 19139 (INSPIRE). / A CSW 2.0.2 catalogue with "
        "ISO 19139 records.",
    }
    mapping_version = 2
    precedence = 80
    config_schema = {
        "page_size": ConfigField(
            "Records a request; the service may give fewer.",
            "number",
            check=_page_size,
            description_pl="Ile rekordów w jednym zapytaniu.",
        ),
        "cql": ConfigField(
            "Only records that meet this CQL condition, for instance dc:subject = 'Hydrografia'.",
            description_pl="Tylko rekordy spełniające warunek CQL.",
        ),
        "skip_levels": ConfigField(
            'Levels of records left out; by default ["service"].',
            "list",
            description_pl='Pomijane rodzaje rekordów; zwykle ["service"].',
        ),
    }

    def records(self, source: Source, client: Client) -> Iterator[Record]:
        lang = language()
        size = int(source.config.get("page_size") or PAGE_SIZE)
        pages = Pages(client, source.url, size, source.config.get("cql"), lang)
        levels = set(source.config.get("skip_levels") or ["service"])
        services = Services(client, lang)
        skipped = 0
        for entry in pages.records():
            if entry.node is not None and iso.level(entry.node) in levels:
                skipped += 1
            # after each record: the number promised may grow, and what is left out is not to be waited for
            client.expect(max(0, pages.promised - pages.twice - skipped))
            if entry.node is None:
                yield Record(entry.guid, None, {}, error=entry.error)
            elif iso.level(entry.node) not in levels:
                yield _record(entry, services)

    def to_dataset(self, record: Record, source: Source) -> DatasetDraft:
        return iso_map.to_dataset(record.content, language())

    def original_url(self, guid: str, source: Source) -> str | None:
        return ows.request_url(
            ows.service_url(source.url),
            service="CSW",
            version="2.0.2",
            request="GetRecordById",
            elementSetName="full",
            outputSchema=SCHEMA,
            id=guid,
        )


def _record(entry: Entry, services: Services) -> Record:
    """A record with its digest; what it says is read when the engine asks, while its page is still there."""
    onlines = iso.onlines(entry.node)
    behind = services.behind(onlines)

    def content() -> dict[str, Any]:
        return {
            "iso": iso.read(entry.node),
            "services": behind.services,
            "layers": behind.layers,
            "drawn": services.drawn(onlines),
        }

    return Record(
        entry.guid,
        digest([entry.revision, behind.marks]) if behind.marks else entry.revision,
        content,
        incomplete=behind.incomplete,
        keys=tuple(key for key in (uuid_key(entry.guid),) if key)
        + iso_map.layer_keys(onlines, behind.layers),
    )
