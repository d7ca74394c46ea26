"""GTFS-Realtime of the stand-in city's buses: where they are, how late, what is closed, following its own timetable.

Pure but for the zip that is read; the clock is an argument. Served as protobuf at ``/ztm/gtfs-rt/…``.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from bisect import bisect_right
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from google.transit import gtfs_realtime_pb2 as pb

from demo.city.live import WARSAW, noise

ROOT = "/ztm/gtfs-rt/"
FEEDS = ("vehicle_positions.pb", "trip_updates.pb", "alerts.pb")
TYPE = "application/x-protobuf"
EVERY = 15
"""Seconds after which a feed is new."""


@dataclass
class Trip:
    """A trip of the timetable: seconds after midnight and stops in order."""

    id: str
    route: str
    service: str
    direction: int
    times: list[int] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Timetable:
    """The trips, the services of the days, where the stops are."""

    trips: tuple[Trip, ...]
    places: dict[str, tuple[float, float]]
    days: dict[str, set[str]]
    week: dict[str, list[bool]]

    def services(self, day: dt.date) -> set[str]:
        """Services that run on a day."""
        usual = {name for name, days in self.week.items() if days[day.weekday()]}
        return (usual | self.days.get(f"+{day:%Y%m%d}", set())) - self.days.get(f"-{day:%Y%m%d}", set())


def _seconds(clock: str) -> int:
    hours, minutes, seconds = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


@lru_cache(maxsize=2)
def _timetable(path: Path, _changed: int) -> Timetable:
    """The timetable in the zip; ``_changed`` is the file's time, so that a new build is read anew."""
    with zipfile.ZipFile(path) as archive:

        def rows(name: str) -> csv.DictReader[str]:
            return csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig")))

        trips = {
            r["trip_id"]: Trip(r["trip_id"], r["route_id"], r["service_id"], int(r["direction_id"]))
            for r in rows("trips.txt")
        }
        for row in rows("stop_times.txt"):
            trip = trips[row["trip_id"]]
            trip.times.append(_seconds(row["departure_time"]))
            trip.stops.append(row["stop_id"])
        places = {r["stop_id"]: (float(r["stop_lat"]), float(r["stop_lon"])) for r in rows("stops.txt")}
        names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
        week = {r["service_id"]: [r[name] == "1" for name in names] for r in rows("calendar.txt")}
        days: dict[str, set[str]] = {}
        for row in rows("calendar_dates.txt"):
            sign = "+" if row["exception_type"] == "1" else "-"
            days.setdefault(sign + row["date"], set()).add(row["service_id"])
    return Timetable(tuple(trips.values()), places, days, week)


def _late(trip: str, day: dt.date) -> int:
    """Seconds that a trip is late on a day; a few are early."""
    return round(90 + 150 * noise("late", trip, day))


def _message(now: dt.datetime) -> pb.FeedMessage:
    message = pb.FeedMessage()
    message.header.gtfs_realtime_version = "2.0"
    message.header.incrementality = pb.FeedHeader.FULL_DATASET
    message.header.timestamp = int(now.timestamp()) // EVERY * EVERY
    return message


def _driving(timetable: Timetable, now: dt.datetime) -> list[tuple[Trip, int, int]]:
    """(trip, seconds after midnight by its own timetable, lateness) of the trips under way."""
    local = now.astimezone(WARSAW)
    second = local.hour * 3600 + local.minute * 60 + local.second // EVERY * EVERY
    services, day = timetable.services(local.date()), local.date()
    found = []
    for trip in timetable.trips:
        if trip.service not in services or not trip.times:
            continue
        late = _late(trip.id, day)
        if trip.times[0] <= second - late < trip.times[-1]:
            found.append((trip, second - late, late))
    return found


def _trip(target: pb.TripDescriptor, trip: Trip, day: dt.date) -> None:
    target.trip_id, target.route_id, target.direction_id = trip.id, trip.route, trip.direction
    target.start_date = f"{day:%Y%m%d}"


def answer(name: str, gtfs: Path, now: dt.datetime) -> bytes | None:
    """The feed of a name at a time (aware), None for another name."""
    if name not in FEEDS:
        return None
    message, day = _message(now), now.astimezone(WARSAW).date()
    if name == "alerts.pb":
        _alert(message, now)
        return message.SerializeToString()
    timetable = _timetable(gtfs, gtfs.stat().st_mtime_ns)
    for trip, second, late in _driving(timetable, now):
        at = bisect_right(trip.times, second) - 1
        entity = message.entity.add(id=trip.id)
        if name == "vehicle_positions.pb":
            _trip(entity.vehicle.trip, trip, day)
            part = (second - trip.times[at]) / max(1, trip.times[at + 1] - trip.times[at])
            here, there = timetable.places[trip.stops[at]], timetable.places[trip.stops[at + 1]]
            entity.vehicle.position.latitude = here[0] + part * (there[0] - here[0])
            entity.vehicle.position.longitude = here[1] + part * (there[1] - here[1])
            entity.vehicle.current_stop_sequence, entity.vehicle.stop_id = at + 1, trip.stops[at + 1]
            entity.vehicle.current_status = pb.VehiclePosition.IN_TRANSIT_TO
            entity.vehicle.timestamp = message.header.timestamp
            entity.vehicle.vehicle.id = entity.vehicle.vehicle.label = f"{sum(trip.id.encode()) % 900 + 100}"
        else:
            _trip(entity.trip_update.trip, trip, day)
            entity.trip_update.timestamp = message.header.timestamp
            update = entity.trip_update.stop_time_update.add(stop_sequence=at + 1, stop_id=trip.stops[at + 1])
            update.arrival.delay = update.departure.delay = late
    return message.SerializeToString()


def _alert(message: pb.FeedMessage, now: dt.datetime) -> None:
    """One detour at a time, for a week."""
    monday = now.astimezone(WARSAW).replace(hour=0, minute=0, second=0, microsecond=0)
    monday -= dt.timedelta(days=monday.weekday())
    alert = message.entity.add(id=f"objazd-{monday:%Y%m%d}").alert
    alert.active_period.add(
        start=int(monday.timestamp()), end=int((monday + dt.timedelta(days=7)).timestamp())
    )
    alert.cause, alert.effect = pb.Alert.CONSTRUCTION, pb.Alert.DETOUR
    alert.informed_entity.add(route_id="34")
    for text, lang in (
        ("Objazd linii 34 (dane przykładowe)", "pl"),
        ("Detour of line 34 (sample data)", "en"),
    ):
        alert.header_text.translation.add(text=text, language=lang)
