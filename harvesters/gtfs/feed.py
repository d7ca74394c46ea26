"""Facts of a GTFS zip: publisher, agencies, lines, stops, extent, validity, and what is wrong with it.

Rule source: GTFS Schedule reference (gtfs.org), required files and fields. Only the small tables are read row by row; of
``stop_times`` and ``shapes`` nothing but the presence is needed, so a large timetable costs no more than a small one.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path, PurePosixPath

from ckanext.kielce.harvesters.said import Said, SaidError

from .service import ServiceDays, read_date

#: A table that a feed can't do without -> the columns that it can't do without.
REQUIRED: dict[str, tuple[str, ...]] = {
    "agency.txt": ("agency_name", "agency_url", "agency_timezone"),
    "routes.txt": ("route_id", "route_type"),
    "stops.txt": ("stop_id",),
    "trips.txt": ("route_id", "service_id", "trip_id"),
    "stop_times.txt": ("trip_id", "stop_id", "stop_sequence"),
}
CALENDARS = ("calendar.txt", "calendar_dates.txt")
#: Tables that are opened only if they exist.
OPTIONAL: dict[str, tuple[str, ...]] = {
    "calendar.txt": ("service_id", "start_date", "end_date"),
    "calendar_dates.txt": ("service_id", "date", "exception_type"),
    "feed_info.txt": ("feed_publisher_name", "feed_publisher_url", "feed_lang"),
}
#: A timetable that ends so soon is told of: planners and apps need the next one about a week ahead (gtfs.org, best practices).
ENDING = timedelta(days=7)
#: GTFS route types -> (Polish plural, English plural).
ROUTE_TYPES = {"0": ("tramwajowe", "tram"), "1": ("metra", "metro"), "2": ("kolejowe", "rail"), "3": ("autobusowe", "bus"),
               "11": ("trolejbusowe", "trolleybus")}  # fmt: skip


@dataclass(frozen=True)
class Limits:
    """Guards against zip bombs. Sizes in bytes; ``ratio`` of unpacked to packed; ``problems`` told per table."""

    members: int = 200
    table: int = 512 * 1024 * 1024
    total: int = 2 * 1024 * 1024 * 1024
    ratio: int = 200
    rows: int = 2_000_000
    problems: int = 5


class FeedError(SaidError):
    """The file is no usable GTFS feed; the message tells why and what to do, in Polish and English."""


@dataclass
class Feed:
    """What a feed tells. ``valid_from``/``valid_to`` are its declared validity, else its first and last day of service."""

    publisher: str = ""
    publisher_url: str = ""
    contact_email: str = ""
    contact_url: str = ""
    language: str = ""
    version: str = ""
    agencies: list[dict[str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    line_types: Counter[str] = field(default_factory=Counter)
    stops: int = 0
    trips: int = 0
    bbox: tuple[float, float, float, float] | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    service_from: date | None = None
    service_to: date | None = None
    tables: dict[str, int] = field(default_factory=dict)
    # where the day of reading stands in its validity: unknown, expired, ending, future, valid
    state: str = "valid"
    problems: list[Said] = field(default_factory=list)


def open_feed(path: Path, limits: Limits) -> tuple[zipfile.ZipFile, dict[str, zipfile.ZipInfo]]:
    """The zip and its tables by base name, after the guards.

    :raises FeedError: for a file that is no zip, or is larger inside than the limits allow.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise FeedError(
            "To nie jest plik ZIP; podaj adres pliku GTFS",
            "This is no zip file; give the address of the GTFS file",
        ) from error
    members = [info for info in archive.infolist() if not info.is_dir()]
    total, packed = sum(info.file_size for info in members), sum(info.compress_size for info in members)
    fault: Said | None = None
    if len(members) > limits.members:
        fault = Said(
            f"plików: {len(members)}, granica {limits.members}",
            f"{len(members)} files, limit {limits.members}",
        )
    elif total > limits.total or any(info.file_size > limits.table for info in members):
        fault = Said(
            f"{total} B po rozpakowaniu, granica {limits.total}", f"{total} B unpacked, limit {limits.total}"
        )
    elif total > 1_000_000 and total > limits.ratio * max(packed, 1):
        ratio = total // max(packed, 1)
        fault = Said(
            f"stopień kompresji {ratio}, granica {limits.ratio}",
            f"compression ratio {ratio}, limit {limits.ratio}",
        )
    elif any(info.flag_bits & 0x1 for info in members):
        fault = Said("pliki są zaszyfrowane", "the files are encrypted")
    if fault:
        archive.close()
        raise FeedError(
            f"Archiwum nie jest bezpieczne ({fault.pl}), więc go nie otwarto; sprawdź plik u źródła",
            f"The archive is not safe to open ({fault.en}), so it was refused; check the file at its source",
        )
    return archive, {PurePosixPath(info.filename).name.lower(): info for info in members}


class _Reader:
    """Rows of the feed's tables, with the faults noted once per table and kind."""

    def __init__(
        self, archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], limits: Limits, feed: Feed
    ) -> None:
        self.archive, self.members, self.limits, self.feed = archive, members, limits, feed
        self._told: Counter[str] = Counter()

    def fault(self, table: str, pl: str, en: str) -> None:
        self._told[table] += 1
        if self._told[table] <= self.limits.problems:
            self.feed.problems.append(Said(f"{table}: {pl}", f"{table}: {en}"))
        elif self._told[table] == self.limits.problems + 1:
            self.feed.problems.append(
                Said(f"{table}: są dalsze błędy tego pliku", f"{table}: more faults in this file")
            )

    def rows(self, table: str, columns: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
        """(line number, row) of a table that exists; a missing column or unreadable text ends it with a fault."""
        if table not in self.members:
            return
        try:
            with self.archive.open(self.members[table]) as raw:
                stream = csv.reader(io.TextIOWrapper(raw, encoding="utf-8-sig", newline=""))
                header = [name.strip() for name in next(stream, [])]
                lacking = [column for column in columns if column not in header]
                if lacking:
                    self.fault(
                        table, f"brak kolumn: {', '.join(lacking)}", f"missing columns: {', '.join(lacking)}"
                    )
                    return
                for cells in stream:
                    if stream.line_num > self.limits.rows:
                        self.fault(
                            table,
                            f"czytano do wiersza {self.limits.rows}",
                            f"read up to row {self.limits.rows}",
                        )
                        return
                    if not any(cells):
                        continue
                    if len(cells) != len(header):
                        place, counts = stream.line_num, (len(cells), len(header))
                        self.fault(
                            table,
                            f"wiersz {place}: pól {counts[0]} zamiast {counts[1]}",
                            f"row {place}: {counts[0]} fields instead of {counts[1]}",
                        )
                        continue
                    yield stream.line_num, dict(zip(header, map(str.strip, cells), strict=True))
        except UnicodeDecodeError:
            self.fault(table, "plik nie jest w UTF-8", "not UTF-8")
        except (csv.Error, zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError) as error:
            self.fault(table, f"nie da się odczytać ({error})", f"unreadable ({error})")


def _service_day(reader: _Reader, feed: Feed) -> None:
    days = ServiceDays()
    for line, row in reader.rows("calendar.txt", OPTIONAL["calendar.txt"]):
        if not days.add_calendar(row):
            reader.fault(
                "calendar.txt", f"wiersz {line}: zła data lub zakres", f"row {line}: bad date or range"
            )
    for line, row in reader.rows("calendar_dates.txt", OPTIONAL["calendar_dates.txt"]):
        if not days.add_exception(row):
            reader.fault(
                "calendar_dates.txt",
                f"wiersz {line}: zła data lub typ wyjątku",
                f"row {line}: bad date or exception type",
            )
    feed.service_from, feed.service_to = days.span()


def _stops(reader: _Reader, feed: Feed) -> None:
    west, south, east, north = 180.0, 90.0, -180.0, -90.0
    for line, row in reader.rows("stops.txt", (*REQUIRED["stops.txt"], "stop_lat", "stop_lon")):
        if row.get("location_type") in {"2", "3", "4"}:  # entrances, nodes and boarding areas are no stops
            continue
        if row.get("location_type") != "1":
            feed.stops += 1
        try:
            lat, lon = float(row["stop_lat"]), float(row["stop_lon"])
        except ValueError:
            reader.fault(
                "stops.txt",
                f"wiersz {line}: współrzędne nie są liczbami",
                f"row {line}: coordinates are no numbers",
            )
            continue
        if not (-90 <= lat <= 90 and -180 <= lon <= 180) or (lat == 0 and lon == 0):
            reader.fault(
                "stops.txt",
                f"wiersz {line}: współrzędne poza Ziemią lub 0, 0",
                f"row {line}: impossible coordinates",
            )
            continue
        west, south, east, north = min(west, lon), min(south, lat), max(east, lon), max(north, lat)
    if west <= east:
        feed.bbox = (west, south, east, north)


def _lines(reader: _Reader, feed: Feed) -> None:
    for _, row in reader.rows("routes.txt", REQUIRED["routes.txt"]):
        feed.lines.append(row.get("route_short_name") or row.get("route_long_name") or row["route_id"])
        feed.line_types[row["route_type"]] += 1
    feed.lines.sort(key=lambda name: (not name.isdigit(), int(name) if name.isdigit() else 0, name))


def _who(reader: _Reader, feed: Feed) -> None:
    feed.agencies = [row for _, row in reader.rows("agency.txt", REQUIRED["agency.txt"])]
    for _, row in reader.rows("feed_info.txt", OPTIONAL["feed_info.txt"]):
        feed.publisher, feed.publisher_url = row["feed_publisher_name"], row["feed_publisher_url"]
        feed.language, feed.version = row["feed_lang"], row.get("feed_version", "")
        feed.contact_email, feed.contact_url = (
            row.get("feed_contact_email", ""),
            row.get("feed_contact_url", ""),
        )
        for name, column in (("valid_from", "feed_start_date"), ("valid_to", "feed_end_date")):
            if row.get(column):
                day = read_date(row[column])
                setattr(feed, name, day)
                if day is None:
                    reader.fault(
                        "feed_info.txt",
                        f"{column}: „{row[column]}” nie jest datą RRRRMMDD",
                        f"{column}: '{row[column]}' is no YYYYMMDD date",
                    )
        break
    if not feed.publisher and feed.agencies:
        feed.publisher, feed.publisher_url = feed.agencies[0]["agency_name"], feed.agencies[0]["agency_url"]


def _validity(feed: Feed, today: date) -> None:
    if feed.valid_from and feed.service_from and feed.valid_from < feed.service_from - timedelta(days=1):
        feed.problems.append(
            Said(
                f"feed_info podaje ważność od {feed.valid_from}, a pierwszy dzień kursów to {feed.service_from}",
                f"feed_info says valid from {feed.valid_from}, but the first day of service is {feed.service_from}",
            )
        )
    if feed.valid_to and feed.service_to and feed.valid_to > feed.service_to + timedelta(days=1):
        feed.problems.append(
            Said(
                f"feed_info podaje ważność do {feed.valid_to}, a ostatni dzień kursów to {feed.service_to}",
                f"feed_info says valid to {feed.valid_to}, but the last day of service is {feed.service_to}",
            )
        )
    feed.valid_from = feed.valid_from or feed.service_from
    feed.valid_to = feed.valid_to or feed.service_to
    end = min(filter(None, (feed.valid_to, feed.service_to)), default=None)
    if end is None:
        feed.state = "unknown"
        feed.problems.append(
            Said(
                "Nie da się ustalić, do kiedy rozkład jest ważny",
                "It cannot be told how long the timetable is valid",
            )
        )
    elif end < today:
        feed.state = "expired"
        feed.problems.append(Said(f"Rozkład wygasł {end}", f"The timetable expired on {end}"))
    elif feed.valid_from and feed.valid_from > today:
        feed.state = "future"
        feed.problems.append(
            Said(
                f"Rozkład zacznie obowiązywać {feed.valid_from}",
                f"The timetable is valid only from {feed.valid_from}",
            )
        )
    elif end <= today + ENDING:
        feed.state = "ending"
        feed.problems.append(
            Said(
                f"Rozkład wygasa {end}, a u źródła nie ma jeszcze następnego",
                f"The timetable expires on {end}, and its source has no next one yet",
            )
        )


def read_feed(path: Path, today: date, limits: Limits | None = None) -> Feed:
    """The facts of the GTFS zip at ``path``; faults of single tables and rows become sentences in ``problems``.

    :param today: the day against which validity is judged
    :raises FeedError: when it's no zip, exceeds the limits, or holds none of the tables of a feed.
    """
    limits = limits or Limits()
    archive, members = open_feed(path, limits)
    feed = Feed(tables={name: info.file_size for name, info in sorted(members.items())})
    with archive:
        missing = [table for table in REQUIRED if table not in members]
        if len(missing) == len(REQUIRED):
            found = ", ".join(sorted(members)[:5]) or "-"
            raise FeedError(
                f"Archiwum nie zawiera żadnej z tabel GTFS (jest: {found}); sprawdź, czy adres wskazuje rozkład jazdy",
                f"The archive holds none of the GTFS tables (it has: {found}); check that the address is a timetable's",
            )
        feed.problems += [
            Said(f"Brak wymaganego pliku {table}", f"Required file {table} is missing") for table in missing
        ]
        if not any(name in members for name in CALENDARS):
            feed.problems.append(
                Said("Brak calendar.txt i calendar_dates.txt", "Neither calendar.txt nor calendar_dates.txt")
            )
        if any("/" in info.filename for name, info in members.items() if name in REQUIRED):
            feed.problems.append(
                Said(
                    "Tabele są w podfolderze archiwum; norma wymaga ich na wierzchu",
                    "The tables are in a sub-folder of the archive; the standard wants them at its top",
                )
            )
        reader = _Reader(archive, members, limits, feed)
        _who(reader, feed)
        _lines(reader, feed)
        _stops(reader, feed)
        _service_day(reader, feed)
        feed.trips = sum(1 for _ in reader.rows("trips.txt", REQUIRED["trips.txt"]))
    _validity(feed, today)
    return feed
