"""GTFS feeds: good, faulty, and archives that must not be opened."""

import io
import json
import zipfile
from datetime import date

import pytest
from ckanext.kielce.harvesters.gtfs.feed import FeedError, Limits, read_feed
from ckanext.kielce.harvesters.gtfs.mapping import dataset, facts
from ckanext.kielce.harvesters.gtfs.service import ServiceDays, read_date

TODAY = date(2026, 11, 21)
WEEK = "monday,tuesday,wednesday,thursday,friday,saturday,sunday"
GOOD = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\n1,ZTM Kielce,https://ztm.example,Europe/Warsaw\n",
    "feed_info.txt": "feed_publisher_name,feed_publisher_url,feed_lang,feed_start_date,feed_end_date,feed_version,"
    "feed_contact_email\n"
    "ZTM,https://ztm.example,pl,20261101,20261231,7,gtfs@ztm.example\n",
    "routes.txt": "route_id,route_short_name,route_long_name,route_type\nr1,10,A - B,3\nr2,2,C - D,3\nr3,N1,Nocna,3\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,location_type\n1,Herby,50.889,20.611,0\n2,Gawronki,50.724,20.675,\n"
    "3,Dworzec,50.87,20.62,1\n4,Wejście,50.87,20.62,2\n",
    "trips.txt": "route_id,service_id,trip_id\nr1,w,t1\nr2,w,t2\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\nt1,25:00:00,25:00:00,1,1\n",
    "calendar.txt": f"service_id,{WEEK},start_date,end_date\nw,1,1,1,1,1,0,0,20261101,20261231\n",
    "calendar_dates.txt": "service_id,date,exception_type\nw,20261231,2\n",
}


@pytest.fixture
def feed_file(tmp_path):
    def make(change=None, folder=""):
        path = tmp_path / "gtfs.zip"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, text in {**GOOD, **(change or {})}.items():
                if text is not None:
                    archive.writestr(folder + name, text)
        return path

    return make


def test_a_good_feed(feed_file):
    feed = read_feed(feed_file(), TODAY)
    assert feed.problems == []
    assert feed.lines == ["2", "10", "N1"]
    assert (feed.stops, feed.trips) == (2, 2)
    assert feed.bbox == (20.611, 50.724, 20.675, 50.889)
    assert (feed.valid_from, feed.valid_to) == (date(2026, 11, 1), date(2026, 12, 31))
    assert (feed.service_from, feed.service_to) == (date(2026, 11, 2), date(2026, 12, 30))


def test_a_feed_as_a_dataset(feed_file):
    given = json.loads(json.dumps(facts(read_feed(feed_file(), TODAY))))
    data = dataset(given, "https://ztm.example/gtfs.zip", {"size": 5, "sha256": "a" * 64}, "Rozkład")
    assert data["temporal_coverage"] == [{"start": "2026-11-01", "end": "2026-12-31"}]
    assert "Linie: 3 (autobusowe), przystanki: 2, kursy: 2." in data["notes"]
    assert "Ważny od 1\u00a0listopada 2026 do 31\u00a0grudnia 2026." in data["notes"]
    assert "Numery linii: 2, 10, N1." in data["notes"]
    assert data["contact"] == [{"name": "ZTM", "email": "gtfs@ztm.example"}]
    [file] = data["resources"]
    assert (file["url"], file["format"], file["hash"]) == ("https://ztm.example/gtfs.zip", "GTFS", "a" * 64)
    ring = json.loads(data["spatial"])["coordinates"][0]
    assert ring[0] == ring[-1] == [20.611, 50.724]


def test_facts_do_not_change_with_the_day(feed_file):
    path = feed_file()
    assert facts(read_feed(path, TODAY)) == facts(read_feed(path, date(2030, 1, 1)))


def sentences(feed):
    return " | ".join(said.en for said in feed.problems)


def test_an_expired_feed_is_told(feed_file):
    assert "expired on 2026-12-30" in sentences(read_feed(feed_file(), date(2027, 1, 5)))


def test_a_feed_of_the_future_is_told(feed_file):
    assert "valid only from 2026-11-01" in sentences(read_feed(feed_file(), date(2026, 10, 1)))


@pytest.mark.parametrize(
    ("today", "state"),
    [
        (date(2026, 10, 31), "future"),
        (date(2026, 11, 1), "valid"),
        (date(2026, 12, 22), "valid"),
        (date(2026, 12, 23), "ending"),
        (date(2026, 12, 30), "ending"),
        (date(2026, 12, 31), "expired"),
    ],
)
def test_where_the_day_stands_in_the_validity(feed_file, today, state):
    """Service ends on 30 December, for the 31st is removed, whatever feed_info says."""
    feed = read_feed(feed_file(), today)
    assert feed.state == state
    assert ("has no next one yet" in sentences(feed)) is (state == "ending")


def test_a_declared_validity_beyond_service_is_told(feed_file):
    info = GOOD["feed_info.txt"].replace("20261231", "20270630")
    assert "last day of service is 2026-12-30" in sentences(
        read_feed(feed_file({"feed_info.txt": info}), TODAY)
    )


def test_validity_from_calendar_dates_alone(feed_file):
    dates = "service_id,date,exception_type\nw,20261105,1\nw,20261109,1\n"
    change = {"calendar.txt": None, "feed_info.txt": None, "calendar_dates.txt": dates}
    feed = read_feed(feed_file(change), date(2026, 11, 6))
    assert (feed.valid_from, feed.valid_to) == (date(2026, 11, 5), date(2026, 11, 9))
    assert feed.publisher == "ZTM Kielce"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"stop_times.txt": None}, "Required file stop_times.txt is missing"),
        (
            {"calendar.txt": None, "calendar_dates.txt": None, "feed_info.txt": None},
            "cannot be told how long",
        ),
        (
            {"stops.txt": "stop_id,stop_lat,stop_lon\n1,x,20\n2,0,0\n3,50,20,7\n"},
            "row 2: coordinates are no numbers",
        ),
        ({"stops.txt": "stop_id,stop_lat,stop_lon\n1,50,20\n2,0,0\n"}, "row 3: impossible coordinates"),
        ({"stops.txt": "stop_id,stop_lat,stop_lon\n1,50,20,7\n"}, "row 2: 4 fields instead of 3"),
        ({"routes.txt": "route_id,route_short_name\n1,1\n"}, "missing columns: route_type"),
        (
            {"routes.txt": "route_id,route_type,route_short_name\n1,3,Łąki\n".encode("cp1250")},
            "routes.txt: not UTF-8",
        ),
        (
            {"calendar.txt": f"service_id,{WEEK},start_date,end_date\nw,1,1,1,1,1,0,0,2026-11-01,20261231\n"},
            "bad date or range",
        ),
        (
            {"calendar_dates.txt": "service_id,date,exception_type\nw,20261231,9\n"},
            "bad date or exception type",
        ),
        ({"feed_info.txt": GOOD["feed_info.txt"].replace("20261231", "31.12.26")}, "is no YYYYMMDD date"),
    ],
)
def test_faults_are_told_and_the_rest_is_read(feed_file, change, words):
    feed = read_feed(feed_file(change), TODAY)
    assert words in sentences(feed)
    assert feed.agencies


def test_many_faults_of_one_table_are_not_all_told(feed_file):
    rows = "".join(f"{number},x,y\n" for number in range(50))
    feed = read_feed(feed_file({"stops.txt": "stop_id,stop_lat,stop_lon\n" + rows}), TODAY)
    assert sum("stops.txt" in said.en for said in feed.problems) == Limits().problems + 1


def test_tables_in_a_sub_folder_are_read_and_told(feed_file):
    feed = read_feed(feed_file(folder="gtfs/"), TODAY)
    assert feed.stops == 2
    assert "sub-folder" in sentences(feed)


def test_the_real_bad_feed_is_refused(real_data):
    with pytest.raises(FeedError) as error:
        read_feed(real_data / "gtfs_rt" / "badgtfs.zip", TODAY)
    assert "bad_agency.txt" in error.value.said.pl


def test_no_zip_at_all(tmp_path):
    (tmp_path / "x.zip").write_bytes(b"<html>404</html>")
    with pytest.raises(FeedError, match="no zip"):
        read_feed(tmp_path / "x.zip", TODAY)


@pytest.mark.parametrize(
    ("limits", "words"),
    [(Limits(members=3), "8 files"), (Limits(table=100), "unpacked"), (Limits(total=200), "unpacked")],
)
def test_archives_beyond_the_limits_are_not_opened(feed_file, limits, words):
    with pytest.raises(FeedError, match=words):
        read_feed(feed_file(), TODAY, limits)


def test_a_zip_bomb_is_not_opened(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("stops.txt", b"0" * 5_000_000)
    (tmp_path / "bomb.zip").write_bytes(buffer.getvalue())
    with pytest.raises(FeedError, match="compression ratio"):
        read_feed(tmp_path / "bomb.zip", TODAY)


def test_a_broken_member_is_told(feed_file):
    path = feed_file()
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("routes.txt")
    start = info.header_offset + 30 + len("routes.txt")
    data[start : start + info.compress_size] = b"\xff" * info.compress_size
    path.write_bytes(data)
    assert "routes.txt: unreadable" in sentences(read_feed(path, TODAY))


def test_service_days_skip_the_removed():
    days = ServiceDays()
    row = dict(
        zip(WEEK.split(","), "1000000", strict=True),
        service_id="w",
        start_date="20261102",
        end_date="20261130",
    )
    assert days.add_calendar(row)
    assert days.add_exception({"service_id": "w", "date": "20261102", "exception_type": "2"})
    assert days.add_exception({"service_id": "w", "date": "20261130", "exception_type": "2"})
    assert days.span() == (date(2026, 11, 9), date(2026, 11, 23))


def test_a_pattern_without_a_weekday_never_runs():
    days = ServiceDays()
    row = dict.fromkeys(WEEK.split(","), "0") | {
        "service_id": "w",
        "start_date": "20260101",
        "end_date": "20991231",
    }
    assert days.add_calendar(row)
    assert days.span() == (None, None)


@pytest.mark.parametrize("text", ["", "2026-01-01", "20261301", "202611", "abcdefgh", "020261101"])
def test_no_date(text):
    assert read_date(text) is None
