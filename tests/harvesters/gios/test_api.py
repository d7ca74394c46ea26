"""Real answers of GIOŚ pjp-api v1, and the traps that are known of it."""

import csv
import json
from datetime import datetime, timezone

import pytest
from ckanext.kielce.harvesters.gios.api import (
    MANUAL_POST,
    MEASUREMENTS,
    SENSORS,
    STATIONS,
    ApiError,
    canonical_code,
    document,
    moment,
    parse_index,
    parse_measurements,
    parse_page,
    parse_sensor,
    parse_station,
)
from ckanext.kielce.harvesters.gios.mapping import (
    index_dataset,
    station_content,
    station_dataset,
    station_from,
)

BASE = "https://api.example/rest"
ROW = {
    "Identyfikator stacji": 1, "Kod stacji": "SkKielTargow", "Nazwa stacji": "Kielce, ul. Targowa", "WGS84 φ N": "50.878",
    "WGS84 λ E": "20.633", "Nazwa miasta": "Kielce", "Ulica": "ul. Targowa 3",
}  # fmt: skip


@pytest.fixture(scope="module")
def gios(real_data):
    return lambda name: (real_data / "gios" / f"{name}.json").read_bytes()


def test_real_stations(gios):
    page = parse_page(gios("stations"), STATIONS)
    assert page.total_pages == 1  # although its links name a next page
    first, second = (parse_station(row) for row in page.rows)
    assert (first.id, first.code, first.lat, first.lon) == (552, "MzWarKondrat", 52.290864, 21.042458)
    assert (second.city, second.problems) == ("Żyrardów", [])


def test_real_posts(gios):
    sensors = [parse_sensor(row) for row in parse_page(gios("station"), SENSORS).rows]
    assert {sensor.code for sensor in sensors} == {"NO", "NO2", "NOx", "O3", "PM10", "PM2.5"}
    assert {sensor.unit for sensor in sensors} == {"µg/m³"}


def test_real_measurements(gios):
    page = parse_page(gios("sensor_3760"), MEASUREMENTS)
    assert page.total_pages == 4
    newest, value = parse_measurements(page)[0]
    assert (newest.astimezone(timezone.utc), value) == (datetime(2025, 7, 4, 12, tzinfo=timezone.utc), 5.1)
    assert parse_measurements(parse_page(gios("sensor_3761"), MEASUREMENTS))[0][1] is None


def test_real_error_of_a_manual_post(gios):
    with pytest.raises(ApiError) as error:
        parse_page(gios("sensor_3765"), MEASUREMENTS)
    assert error.value.code == MANUAL_POST
    assert "manualnego" in error.value.said.pl


def test_real_index(gios):
    category, when = parse_index(gios("indexes"))
    assert category == "Dobry"
    assert when.astimezone(timezone.utc) == datetime(2025, 7, 4, 12, 35, 10, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2025-07-04 24:00:00", "2025-07-04T22:00+00:00"),
        ("2025-12-31 24:00", "2025-12-31T23:00+00:00"),
        ("2025-07-04 00:00:00", "2025-07-03T22:00+00:00"),
        ("2025-10-26 02:30:00", "2025-10-26T00:30+00:00"),
    ],
)
def test_hour_24_is_midnight_of_the_next_day(text, utc):
    assert moment(text).astimezone(timezone.utc) == datetime.fromisoformat(utc)


@pytest.mark.parametrize("text", ["", "wczoraj", "2025-13-01 00:00:00", "2025-07-04 25:00:00"])
def test_no_moment(text):
    assert moment(text) is None


@pytest.mark.parametrize("lat", [None, "", "0", "120", "x", "50,9x"])
def test_bad_coordinates_are_told_and_left_out(lat):
    station = parse_station({**ROW, "WGS84 φ N": lat})
    assert (station.lat, station.lon) == (None, None)
    assert len(station.problems) == 1
    assert "spatial" not in station_dataset(BASE, station)


def test_a_decimal_comma_is_read():
    assert parse_station({**ROW, "WGS84 φ N": "50,878"}).lat == 50.878


@pytest.mark.parametrize(
    "change", [{"Kod stacji": None}, {"Kod stacji": "a/b?c"}, {"Identyfikator stacji": "552"}]
)
def test_a_station_without_a_key_is_refused(change):
    with pytest.raises(ApiError):
        parse_station({**ROW, **change})


def test_former_codes_lead_to_the_present(real_data):
    path = real_data / "gios_kielce_stations" / "gios_metadata_kielce_STACJE.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    former = next(name for name in rows[0] if name.startswith("Stary Kod"))
    addresses = {row["Kod stacji"]: row["Adres"] for row in rows}
    renamed = {row[former]: row["Kod stacji"] for row in rows if row[former]}
    assert canonical_code("SkKielJagielWios") == renamed["SkKielJagielWios"] == "SkKielJagiel"
    assert addresses[canonical_code("SkKielKusoc")] == "ul. Kusocińskiego 51"
    assert set(renamed) == {"SkKielJagielWios", "SkKielKusoc"}


def test_aliases_of_the_source_are_added_and_a_circle_ends():
    assert canonical_code("A", {"A": "B", "B": "SkKielJagielWios"}) == "SkKielJagiel"
    assert canonical_code("A", {"A": "B", "B": "A"}) == "A"


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"a": 1}', b'{"Lista stacji pomiarowych": {}}', "ą".encode("cp1250")]
)
def test_other_answers_are_refused(body):
    with pytest.raises(ApiError):
        parse_page(body, STATIONS)


def test_an_error_body_keeps_its_code():
    with pytest.raises(ApiError) as error:
        document(json.dumps({"error_code": "API-ERR-100002", "error_reason": "Zły parametr"}).encode())
    assert error.value.code == "API-ERR-100002"
    assert "Zły parametr" in error.value.said.en


def test_a_station_as_a_live_feed(gios):
    station = parse_station(ROW)
    station.sensors = [parse_sensor(row) for row in parse_page(gios("station"), SENSORS).rows]
    data = station_dataset(BASE, station_from(json.loads(json.dumps(station_content(station)))))
    assert (data["type"], data["identifier"], data["update_interval_seconds"]) == (
        "live_feed",
        "SkKielTargow",
        3600,
    )
    assert json.loads(data["spatial"]) == {"type": "Point", "coordinates": [20.633, 50.878]}
    assert data["resources"][0]["url"] == f"{BASE}/data/getData/3759"
    assert data["resources"][1]["columns"][2] == {
        "name": "Wartość", "type": "number", "title": "dwutlenek azotu", "unit": "µg/m³",
    }  # fmt: skip


def test_the_index_has_a_file_for_each_station():
    data = index_dataset(
        BASE, "Kielce", [parse_station(ROW), parse_station({**ROW, "Identyfikator stacji": 2})]
    )
    assert [file["url"] for file in data["resources"]] == [
        f"{BASE}/aqindex/getIndex/1",
        f"{BASE}/aqindex/getIndex/2",
    ]
