"""Harvester ``gtfs_rt``: registers GTFS-Realtime feeds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from typing import Any, ClassVar

from ckanext.kielce.common.http import FetchError
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
from ckanext.kielce.harvest.records import digest
from ckanext.kielce.harvesters.said import tell

from .realtime import KINDS, dataset, read

MAX_BYTES = 64 * 1024 * 1024
TITLE = "Komunikacja miejska na żywo (GTFS-Realtime)"
INTERVAL = 30


def feeds_of(value: Any) -> str | None:
    """A complaint about the setting ``feeds``."""
    unknown = [key for key in value if key not in KINDS]
    if unknown:
        return f"unknown feed {unknown[0]}; write {', '.join(KINDS)}"
    bad = [key for key, url in value.items() if not str(url).startswith(("http://", "https://"))]
    return f"{bad[0]} needs a web address" if bad else None


class GtfsRealtimeHarvester(SourceHarvester):
    """The source's address is a feed, or any page of the feeds that the setting ``feeds`` names."""

    about: ClassVar[dict[str, str]] = {
        "name": "gtfs_rt",
        "title": "Pojazdy na żywo GTFS-RT",
        "description": "Rejestracja strumieni GTFS-Realtime: położenie pojazdów, opóźnienia, komunikaty",
    }
    config_schema: ClassVar[dict[str, ConfigField]] = {
        "feeds": ConfigField(
            "Addresses of the feeds: {vehicle_positions, trip_updates, alerts}; without it the source's own address.",
            "map",
            check=feeds_of,
            description_pl="Adresy strumieni: {vehicle_positions, trip_updates, alerts}; bez tego adres samego źródła.",
        ),
        "separate": ConfigField(
            "Make a dataset of each feed (default: one dataset with a file for each).",
            "flag",
            description_pl="true: osobny zbiór z każdego strumienia (domyślnie jeden zbiór z plikiem na strumień).",
        ),
        "title": ConfigField("Title of the dataset.", description_pl="Tytuł zbioru."),
        "interval": ConfigField(
            "Seconds after which a feed is new (default 30).",
            "number",
            description_pl="Co ile sekund strumień jest nowy (domyślnie 30).",
        ),
        "schedule": ConfigField(
            "Address of the GTFS timetable that the feeds belong to.",
            description_pl="Adres rozkładu GTFS, do którego należą strumienie.",
        ),
    }

    def records(self, source: Source, client: Client) -> Iterator[Record]:
        given = source.config.get("feeds") or {"feed": source.url}
        good: list[tuple[str, str, str]] = []
        problems: list[str] = []
        failed: list[str] = []
        error: SourceError | FetchError | None = None
        for kind in [
            *(name for name in KINDS if name in given),
            *(name for name in given if name not in KINDS),
        ]:
            url = str(given[kind])
            try:
                with client.fetch(url, max_bytes=MAX_BYTES) as answer:
                    feed = read(answer.body, url, kind, datetime.now(timezone.utc))
            except (SourceError, FetchError) as trouble:
                error, failed = trouble, [*failed, trouble.text(language())]
                continue
            good.append((kind, url, feed.version))
            problems += tell(feed.problems, language())
        if not good and error is not None:
            raise error
        if source.config.get("separate"):
            for feed_row in good:
                yield self._record(f"gtfs-rt-{feed_row[0]}", [feed_row], source, problems, None)
            if error is not None:
                raise error
            return
        yield self._record("gtfs-rt", good, source, problems, "; ".join(failed) or None)

    @staticmethod
    def _record(
        guid: str,
        feeds: list[tuple[str, str, str]],
        source: Source,
        problems: list[str],
        incomplete: str | None,
    ) -> Record:
        content = {"feeds": [list(row) for row in feeds]}
        keys = tuple(file_key(url) for _kind, url, _version in feeds)
        return Record(
            guid, digest([content, source.url]), content, problems, incomplete=incomplete, keys=keys
        )

    def to_dataset(self, record: Record, source: Source) -> DatasetDraft:
        feeds = [(str(kind), str(url), str(version)) for kind, url, version in record.loaded()["feeds"]]
        title = str(source.config.get("title") or TITLE)
        if source.config.get("separate") and feeds[0][0] in KINDS:
            title = f"{title}: {KINDS[feeds[0][0]][1].lower()}"
        interval = int(source.config.get("interval") or INTERVAL)
        return DatasetDraft(dataset(feeds, title, interval, source.config.get("schedule")))
