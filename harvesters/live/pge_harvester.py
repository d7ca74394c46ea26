"""Harvester ``pge_outages``: registers the live list of power outages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import ClassVar

from ckanext.kielce.harvest.base import (
    Client,
    ConfigField,
    DatasetDraft,
    Record,
    Source,
    SourceHarvester,
    language,
)
from ckanext.kielce.harvest.links import file_key
from ckanext.kielce.harvest.records import digest
from ckanext.kielce.harvesters.said import tell

from .pge import asked, dataset, judged, lasting

GUID = "pge-outages"
MAX_BYTES = 64 * 1024 * 1024


class PgeOutagesHarvester(SourceHarvester):
    """The source's address is the interface's, ``https://power-outage.gkpge.pl/api/power-outage``, with its region."""

    about: ClassVar[dict[str, str]] = {
        "name": "pge_outages",
        "title": "Wyłączenia prądu PGE",
        "description": "Rejestracja bieżącej listy wyłączeń prądu PGE Dystrybucja (JSON)",
    }
    config_schema: ClassVar[dict[str, ConfigField]] = {}

    def records(self, source: Source, client: Client) -> Iterator[Record]:
        url = asked(source.url, datetime.now(timezone.utc))
        with client.fetch(url, max_bytes=MAX_BYTES) as answer:
            problems = judged(answer.body, url)
        feed = lasting(source.url)
        yield Record(GUID, digest([feed]), {"url": feed}, tell(problems, language()), keys=(file_key(feed),))

    def to_dataset(self, record: Record, source: Source) -> DatasetDraft:
        return DatasetDraft(dataset(record.loaded()["url"]))
