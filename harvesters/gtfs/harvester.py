"""Harvester ``gtfs``: a timetable zip over HTTP into one dataset with its validity, lines, stops and extent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from ckanext.kielce.harvest.base import (
    Client,
    ConfigField,
    DatasetDraft,
    Record,
    Source,
    SourceError,
    SourceHarvester,
    language,
)
from ckanext.kielce.harvest.links import file_key
from ckanext.kielce.harvesters.said import tell

from .feed import FeedError, Limits, read_feed
from .mapping import dataset, facts

WARSAW = ZoneInfo("Europe/Warsaw")
DEFAULT_TITLE = "Rozkład jazdy komunikacji miejskiej (GTFS)"
#: A timetable of a country fits; what is larger is not one city's.
MAX_ZIP = 256 * 1024 * 1024


class GtfsHarvester(SourceHarvester):
    """One source is one feed: the source's address is the zip's."""

    about: ClassVar[dict[str, str]] = {
        "name": "gtfs",
        "title": "Rozkład jazdy GTFS",
        "description": "Plik ZIP z rozkładem jazdy GTFS pod adresem HTTP(S)",
    }
    config_schema: ClassVar[dict[str, ConfigField]] = {
        "title": ConfigField("Title of the dataset.", description_pl="Tytuł zbioru."),
        "guid": ConfigField(
            "Lasting identifier of the dataset (default: gtfs); keeps the dataset when the address changes.",
            description_pl="Stały identyfikator zbioru (domyślnie gtfs); zachowuje zbiór, gdy zmieni się adres.",
        ),
        "max_unpacked_bytes": ConfigField(
            "Largest unpacked size of the archive in bytes.",
            "number",
            description_pl="Największy rozmiar archiwum po rozpakowaniu, w bajtach.",
        ),
    }

    def records(self, source: Source, client: Client) -> Iterator[Record]:
        limits = Limits()
        if source.config.get("max_unpacked_bytes"):
            given = {field.name: getattr(limits, field.name) for field in fields(limits)}
            limits = Limits(**{**given, "total": int(source.config["max_unpacked_bytes"])})
        lang, guid = language(), str(source.config.get("guid") or "gtfs")
        with client.fetch(source.url, conditional=True, max_bytes=MAX_ZIP) as answer:
            if answer.path is None:
                raise SourceError(
                    f"{source.url} answers without a file.", f"Pod adresem {source.url} nie ma pliku."
                )
            try:
                feed = read_feed(answer.path, datetime.now(WARSAW).date(), limits)
            except FeedError as error:
                raise SourceError(error.said.en, error.said.pl) from error
            delivery = {
                "size": answer.length,
                "sha256": answer.sha256,
                "modified": _day(answer.headers.get("last-modified")),
            }
        content = {"facts": facts(feed), "delivery": delivery, "url": source.url}
        # The file may stay as it is while its validity runs out: that is a change to tell of.
        revision = f"{delivery['sha256']} {feed.state} {delivery['modified']}"
        yield Record(guid, revision, content, tell(feed.problems, lang), keys=(file_key(source.url),))

    def to_dataset(self, record: Record, source: Source) -> DatasetDraft:
        given = record.content
        title = str(source.config.get("title") or DEFAULT_TITLE)
        return DatasetDraft(dataset(given["facts"], given["url"], given["delivery"], title), [])


def _day(stamp: Any) -> str | None:
    try:
        return parsedate_to_datetime(stamp).date().isoformat() if stamp else None
    except (TypeError, ValueError):
        return None
