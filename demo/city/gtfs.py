"""The bus timetable as a GTFS zip: agency, stops, routes, trips, stop_times, calendar, calendar_dates, feed_info, shapes."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely import LineString, Point

from demo.city.files.model import DAY
from demo.city.files.writers import write, zip_bytes
from demo.city.msip.generate import Bench
from demo.city.msip.generate_inwestor import stops
from demo.city.places import city, stream, to_degrees

LINES = ("1", "2", "4", "8", "13", "21", "30", "33", "34", "35", "46", "50", "51", "102", "103", "N1")
VALID_BEFORE, VALID_AFTER = 14, 76
"""The feed is valid from two weeks before the day of the build to eleven weeks after it."""

SERVICES = {"PWS": "1111100", "SOB": "0000010", "NIE": "0000001"}
"""Working days, Saturdays, Sundays: days of the week as in calendar.txt."""

SPEED = 6.1
"""Metres a second between stops, stops included in the dwell."""


@dataclass(frozen=True)
class Stop:
    """A stop as it goes into stops.txt; ``point`` in EPSG:2178."""

    id: str
    name: str
    point: Point


def _text(rows: list[dict[str, Any]]) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def _time(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _course(line: str, all_stops: list[Stop]) -> list[Stop]:
    """The stops of a line: those near a bent line between two ends, in order."""
    rng = stream(f"gtfs:{line}")
    ends = rng.sample(range(len(all_stops)), 2)
    a, b = all_stops[ends[0]].point, all_stops[ends[1]].point
    centre = Point(
        city().outline.centroid.x + rng.uniform(-900, 900),
        city().outline.centroid.y + rng.uniform(-600, 1600),
    )
    axis = LineString([a, centre, b])
    points = np.array([s.point for s in all_stops])
    near = np.flatnonzero(shapely.distance(points, axis) < 330)
    order = sorted(near, key=lambda i: axis.project(points[i]))
    chosen: list[Stop] = []
    for index in order:
        stop = all_stops[index]
        if stop.id.endswith("01") and (not chosen or chosen[-1].point.distance(stop.point) > 280):
            chosen.append(stop)
    return chosen


def _departures(line: str, service: str) -> list[int]:
    if line.startswith("N"):
        return list(range(23 * 3600, 28 * 3600, 3600)) if service != "PWS" else []
    headway = {"PWS": 20, "SOB": 30, "NIE": 40}[service] * (1 if int(line) < 40 else 2)
    start = 4 * 3600 + 40 * 60 + stream(f"gtfs:first:{line}").randrange(20) * 60
    return list(range(start, 22 * 3600 + 1800, headway * 60))


def feed(today: dt.date) -> dict[str, bytes]:
    """File name → content of the feed as published on ``today``."""
    places = [Stop(s["nr"], s["nazwa"], s["point"]) for s in stops(Bench(city(), today, "przystanki"))]
    twin = {s.id: s for s in places}
    start, end = today - VALID_BEFORE * DAY, today + VALID_AFTER * DAY
    routes: list[dict[str, Any]] = []
    trips: list[dict[str, Any]] = []
    times: list[dict[str, Any]] = []
    shapes: list[dict[str, Any]] = []
    used: set[str] = set()
    for line in LINES:
        course = _course(line, places)
        routes.append(
            {
                "route_id": line,
                "agency_id": "ZTM",
                "route_short_name": line,
                "route_long_name": f"{course[0].name} – {course[-1].name}",
                "route_type": 3,
                "route_color": "1B1B1B" if line.startswith("N") else "C8102E",
                "route_text_color": "FFFFFF",
            }
        )
        for direction in (0, 1):
            path = course if direction == 0 else [twin[s.id[:-2] + "02"] for s in reversed(course)]
            used |= {s.id for s in path}
            shape = f"{line}_{direction}"
            offsets, travelled = [0], 0.0
            for before, after in pairwise(path):
                travelled += before.point.distance(after.point)
                offsets.append(round(travelled / SPEED / 30) * 30 + 30 * len(offsets))
            for number, stop in enumerate(path):
                lon, lat = to_degrees(stop.point.x, stop.point.y)
                shapes.append(
                    {"shape_id": shape, "shape_pt_lat": lat, "shape_pt_lon": lon, "shape_pt_sequence": number}
                )
            for service in SERVICES:
                for number, departure in enumerate(_departures(line, service), 1):
                    trip = f"{line}_{direction}_{service}_{number:03d}"
                    trips.append(
                        {
                            "route_id": line,
                            "service_id": service,
                            "trip_id": trip,
                            "trip_headsign": path[-1].name,
                            "direction_id": direction,
                            "shape_id": shape,
                            "wheelchair_accessible": 1,
                        }
                    )
                    for sequence, (stop, offset) in enumerate(zip(path, offsets, strict=True)):
                        clock = _time(departure + offset)
                        times.append(
                            {
                                "trip_id": trip,
                                "arrival_time": clock,
                                "departure_time": clock,
                                "stop_id": stop.id,
                                "stop_sequence": sequence,
                            }
                        )
    stop_rows = []
    for stop in places:
        if stop.id in used:
            lon, lat = to_degrees(stop.point.x, stop.point.y)
            stop_rows.append(
                {
                    "stop_id": stop.id,
                    "stop_code": stop.id,
                    "stop_name": stop.name,
                    "stop_lat": lat,
                    "stop_lon": lon,
                    "wheelchair_boarding": 1,
                }
            )
    span = {"start_date": f"{start:%Y%m%d}", "end_date": f"{end:%Y%m%d}"}
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    calendar = [
        {"service_id": s, **dict(zip(names, days, strict=True)), **span} for s, days in SERVICES.items()
    ]
    holidays = [
        d
        for d in (
            dt.date(y, m, n)
            for y in (start.year, end.year)
            for m, n in ((1, 1), (1, 6), (5, 1), (5, 3), (8, 15), (11, 1), (11, 11), (12, 25), (12, 26))
        )
        if start <= d <= end
    ]
    exceptions = []
    for day in sorted(set(holidays)) or [end]:
        usual = "NIE" if day.weekday() == 6 else "SOB" if day.weekday() == 5 else "PWS"
        if usual != "NIE":
            exceptions += [
                {"service_id": usual, "date": f"{day:%Y%m%d}", "exception_type": 2},
                {"service_id": "NIE", "date": f"{day:%Y%m%d}", "exception_type": 1},
            ]
    agency = {
        "agency_id": "ZTM",
        "agency_name": "ZTM Kielce (dane przykładowe)",
        "agency_url": "https://ztm.kielce.example/",
        "agency_timezone": "Europe/Warsaw",
        "agency_lang": "pl",
    }
    info = {
        "feed_publisher_name": "ZTM Kielce (dane przykładowe)",
        "feed_publisher_url": "https://ztm.kielce.example/",
        "feed_lang": "pl",
        "feed_start_date": span["start_date"],
        "feed_end_date": span["end_date"],
        "feed_version": f"{today:%Y%m%d}",
        "feed_contact_email": "dane@ztm.kielce.example",
    }
    return {
        "agency.txt": _text([agency]),
        "stops.txt": _text(stop_rows),
        "routes.txt": _text(routes),
        "trips.txt": _text(trips),
        "stop_times.txt": _text(times),
        "calendar.txt": _text(calendar),
        "calendar_dates.txt": _text(
            exceptions or [{"service_id": "PWS", "date": f"{end:%Y%m%d}", "exception_type": 2}]
        ),
        "shapes.txt": _text(shapes),
        "feed_info.txt": _text([info]),
    }


def write_feed(path: Path, today: dt.date) -> None:
    """Write the feed as a zip."""
    write(path, zip_bytes(feed(today)), dt.datetime.combine(today, dt.time(3), dt.UTC))
