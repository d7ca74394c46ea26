"""The timetable is a valid feed."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pandas as pd
import partridge
import pytest

TODAY = dt.date(2026, 11, 21)


@pytest.fixture(scope="module")
def feed(city_folder: Path):
    return partridge.load_raw_feed(os.fspath(city_folder / "files" / "ztm" / "gtfs" / "kielce.zip"))


def test_every_table_is_there(feed) -> None:
    for name in (
        "agency",
        "stops",
        "routes",
        "trips",
        "stop_times",
        "calendar",
        "calendar_dates",
        "feed_info",
        "shapes",
    ):
        assert len(getattr(feed, name)), name


def test_it_is_valid_today_and_for_weeks(feed, city_folder: Path) -> None:
    info = feed.feed_info.iloc[0]
    assert (
        pd.Timestamp(info.feed_start_date).date()
        < TODAY
        < pd.Timestamp(info.feed_end_date).date() - dt.timedelta(days=60)
    )
    by_date = partridge.read_service_ids_by_date(
        os.fspath(city_folder / "files" / "ztm" / "gtfs" / "kielce.zip")
    )
    assert by_date[dt.date(2026, 11, 23)] == {"PWS"}
    assert by_date[TODAY] == {"SOB"}
    assert by_date[dt.date(2026, 11, 11)] == {"NIE"}, "Independence Day runs as a Sunday"


def test_references_hold(feed) -> None:
    assert set(feed.trips.route_id) == set(feed.routes.route_id)
    assert set(feed.stop_times.trip_id) == set(feed.trips.trip_id)
    assert set(feed.stop_times.stop_id) == set(feed.stops.stop_id)
    assert set(feed.trips.shape_id) == set(feed.shapes.shape_id)
    assert set(feed.trips.service_id) <= set(feed.calendar.service_id)
    assert feed.trips.trip_id.is_unique
    assert feed.stops.stop_id.is_unique


def test_time_goes_on_along_each_trip(feed) -> None:
    times = feed.stop_times.astype({"stop_sequence": int}).sort_values(["trip_id", "stop_sequence"])
    clock = times.departure_time.map(
        lambda text: sum(int(n) * u for n, u in zip(text.split(":"), (3600, 60, 1), strict=True))
    )
    steps = clock.groupby(times.trip_id).diff().dropna()
    assert (steps > 0).all()
    assert (times.groupby("trip_id").size() >= 5).all()


def test_stops_lie_in_the_city(feed) -> None:
    assert feed.stops.stop_lat.astype(float).between(50.78, 50.93).all()
    assert feed.stops.stop_lon.astype(float).between(20.48, 20.73).all()
