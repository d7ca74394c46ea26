"""GTFS-Realtime feeds: bytes to facts that last, and the feeds as datasets. Pure.

What is in a feed at a moment (vehicles, delays) is not kept: it is for the readers of the feed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

from ckanext.kielce.common import vocabularies
from ckanext.kielce.common.http_errors import safe_url
from ckanext.kielce.harvest.records import SourceError
from ckanext.kielce.harvesters.answers import HEAD, refuse_pages
from ckanext.kielce.harvesters.said import Said
from google.protobuf.message import DecodeError
from google.transit import gtfs_realtime_pb2

#: Feeds of the standard: the setting's key → (entity, Polish name, English name, what it is).
KINDS = {
    "vehicle_positions": ("vehicle", "Położenie pojazdów", "Vehicle positions", "Gdzie są teraz pojazdy."),
    "trip_updates": (
        "trip_update",
        "Opóźnienia i zmiany kursów",
        "Trip updates",
        "Przewidywane odjazdy i opóźnienia.",
    ),
    "alerts": (
        "alert",
        "Komunikaty o utrudnieniach",
        "Service alerts",
        "Objazdy, odwołane kursy i inne utrudnienia.",
    ),
}
VERSIONS = {"1.0", "2.0"}
STANDARD = "https://gtfs.org/documentation/realtime/reference/"
#: A feed whose own time is older than this is asleep.
STALE = timedelta(minutes=15)


@dataclass(frozen=True)
class Feed:
    """What lasts of a feed: its version, and sentences on what is odd."""

    version: str
    entities: dict[str, int]
    problems: list[Said] = field(default_factory=list)


def read(body: bytes, url: str, kind: str, now: datetime) -> Feed:
    """The facts of an answer at ``now`` (aware). Raises SourceError when its bytes are no GTFS-Realtime message."""
    where = safe_url(url)
    refuse_pages(body[:HEAD], url)
    message = gtfs_realtime_pb2.FeedMessage()
    try:
        message.ParseFromString(body)
        good = message.IsInitialized() and bool(message.header.gtfs_realtime_version)
    except DecodeError:
        good = False
    if not good:
        raise SourceError(
            f"{where} answers, but not with a GTFS-Realtime message (protobuf with a header). Give the address of the "
            "feed in its binary form.",
            f"{where} odpowiada, ale nie komunikatem GTFS-Realtime (protobuf z nagłówkiem). Podaj adres strumienia w "
            "postaci binarnej.",
        )
    names = [row[0] for row in KINDS.values()]
    entities = {name: sum(each.HasField(name) for each in message.entity) for name in names}
    version, problems = message.header.gtfs_realtime_version, list[Said]()
    if version not in VERSIONS:
        problems.append(Said(f"nieznana wersja GTFS-RT: {version}", f"unknown version of GTFS-RT: {version}"))
    wanted = KINDS[kind][0] if kind in KINDS else None
    if wanted and message.entity and not entities[wanted]:
        others = ", ".join(name for name, count in entities.items() if count) or "-"
        problems.append(
            Said(
                f"strumień {kind} nie zawiera „{wanted}”, tylko: {others}",
                f"the feed {kind} holds no {wanted}, only: {others}",
            )
        )
    if message.header.timestamp:
        at = datetime.fromtimestamp(message.header.timestamp, timezone.utc)
        if now - at > STALE:
            problems.append(
                Said(
                    f"strumień stoi od {at:%Y-%m-%d %H:%M} UTC: {kind}",
                    f"the feed stands since {at:%Y-%m-%d %H:%M} UTC: {kind}",
                )
            )
    else:
        problems.append(
            Said(f"strumień bez czasu w nagłówku: {kind}", f"feed without a time in its header: {kind}")
        )
    return Feed(version, entities, problems)


def resource(kind: str, url: str, version: str) -> dict[str, Any]:
    """A feed as a resource."""
    name, name_en, about = (
        KINDS[kind][1:] if kind in KINDS else ("Dane na żywo", "Live data", "Dane na żywo.")
    )
    return {
        "url": url,
        "name": f"{name} (GTFS-RT)",
        "name_en": f"{name_en} (GTFS-RT)",
        "description": f"{about} Komunikat binarny (protobuf) GTFS-Realtime {version}.",
        "format": "GTFS_RT",
        "mimetype": "application/x-protobuf",
        "conforms_to": [STANDARD],
    }


def dataset(
    feeds: list[tuple[str, str, str]], title: str, interval: int, schedule: str | None
) -> dict[str, Any]:
    """Feeds as one dataset of the city's schema.

    :param feeds: (kind, address, version) of each
    :param interval: seconds after which a feed is new
    :param schedule: address of the timetable whose trips and stops the feeds name
    """
    names = ", ".join(
        (KINDS[kind][1] if kind in KINDS else "dane na żywo").lower() for kind, _url, _version in feeds
    )
    names_en = ", ".join(
        (KINDS[kind][2] if kind in KINDS else "live data").lower() for kind, _url, _version in feeds
    )
    made = {
        "type": "live_feed",
        "title": title,
        "title_en": "Live public transport (GTFS-Realtime)",
        "notes": (
            f"Komunikacja miejska na żywo w standardzie GTFS-Realtime: {names}. Identyfikatory kursów, linii i przystanków "
            "są takie jak w rozkładzie GTFS."
        ),
        "notes_en": (
            f"Public transport live in GTFS-Realtime: {names_en}. Ids of trips, routes and stops are those of the GTFS "
            "timetable."
        ),
        "domain": "transport",
        "theme": vocabularies.themes_of_domain("transport"),
        "frequency": str(vocabularies.load("frequencies").index["update_cont"].value),
        "tags": [{"name": name} for name in ("GTFS-RT", "komunikacja miejska", "na żywo", "autobusy")],
        "protocol": "GTFS-RT",
        "feed_url": feeds[0][1],
        "update_interval_seconds": interval,
        "conforms_to": [STANDARD],
        "source": [schedule] if schedule else [],
        "resources": [resource(*feed) for feed in feeds],
    }
    return {key: value for key, value in made.items() if value not in (None, "", [])}
