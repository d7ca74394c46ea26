"""Live interfaces: judged by structure, the same from one moment to the next, refused when they are something else."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from ckanext.kielce.harvest.records import SourceError
from ckanext.kielce.harvesters.live import bdl, pge, realtime
from google.transit import gtfs_realtime_pb2

from tests.harvesters.canned import CannedClient

NOW = datetime(2026, 11, 21, 14, 37, tzinfo=timezone.utc)
PGE = "https://power-outage.example/api/power-outage"
OUTAGE = {
    "id": 1, "uuid": "u", "type": "PLANNED", "description": "Prace", "startAt": "2026-11-22T07:30:00",
    "stopAt": "2026-11-22T12:00:00", "revoked": False, "addresses": [{"teryt": {"streetName": "ul. Krótka"}, "numbers": "1-9"}],
}  # fmt: skip


def test_outages_are_asked_for_in_local_time_unless_the_address_says_when() -> None:
    assert pge.asked(f"{PGE}?regionIdentifier=3", NOW) == (
        f"{PGE}?regionIdentifier=3&startAtTo=2026-12-05T15%3A37%3A00&stopAtFrom=2026-11-21T15%3A37%3A00"
    )
    own = f"{PGE}?stopAtFrom=x&regionIdentifier=3"
    assert pge.asked(own, NOW).count("stopAtFrom") == 1
    assert pge.lasting(own) == f"{PGE}?regionIdentifier=3"


def judged(rows: Any) -> list[str]:
    return [said.pl for said in pge.judged(json.dumps(rows).encode(), PGE)]


def test_no_outage_today_is_a_good_answer() -> None:
    assert judged([]) == judged([OUTAGE]) == []


def test_odd_outages_are_told() -> None:
    zoned = {**OUTAGE, "startAt": "2026-11-22T07:30:00Z", "coordinates": []}
    assert judged([OUTAGE, zoned]) == [
        "nieopisane pola: coordinates",
        "czas inny niż lokalny RRRR-MM-DDTGG:MM:SS: 1 wyłączeń",
    ]


@pytest.mark.parametrize("rows", [{"content": []}, ["x"], [{"id": 1, "begin": "2026"}], "lista"])
def test_another_structure_is_refused(rows: Any) -> None:
    with pytest.raises(SourceError, match="no longer answers"):
        judged(rows)


def test_a_login_page_is_refused() -> None:
    with pytest.raises(SourceError, match="web page"):
        pge.judged(b"<html><body>Zaloguj</body></html>", PGE)


def message(kind: str, count: int = 2, version: str = "2.0", at: datetime = NOW) -> bytes:
    made = gtfs_realtime_pb2.FeedMessage()
    made.header.gtfs_realtime_version, made.header.timestamp = version, int(at.timestamp())
    for number in range(count):
        entity = made.entity.add(id=str(number))
        if kind == "vehicle":
            entity.vehicle.position.latitude, entity.vehicle.position.longitude = 50.87, 20.63
        elif kind == "trip_update":
            entity.trip_update.trip.trip_id = "1"
        else:
            entity.alert.cause = 1
    return made.SerializeToString()


@pytest.mark.parametrize(("kind", "entity"), [(kind, row[0]) for kind, row in realtime.KINDS.items()])
def test_feeds_of_each_kind(kind: str, entity: str) -> None:
    feed = realtime.read(message(entity), PGE, kind, NOW)
    assert (feed.version, feed.entities[entity], feed.problems) == ("2.0", 2, [])
    assert realtime.read(message(entity, 0), PGE, kind, NOW).problems == []  # at night nothing drives


def test_odd_feeds_are_told() -> None:
    feed = realtime.read(
        message("alert", version="3.0", at=NOW - timedelta(hours=2)), PGE, "vehicle_positions", NOW
    )
    assert [said.pl.split(":")[0] for said in feed.problems] == [
        "nieznana wersja GTFS-RT", "strumień vehicle_positions nie zawiera „vehicle”, tylko", "strumień stoi od 2026-11-21 12",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [b"", b"<html></html>", b'{"entity": []}', b"PK\x03\x04zip", message("vehicle")[:-7], b"\x00" * 40],
)
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(SourceError):
        realtime.read(body, PGE, "vehicle_positions", NOW)


@pytest.mark.parametrize(
    ("name", "kind"), [("vehicle_positions_a", "vehicle_positions"), ("kamila_trip_update", "trip_updates")]
)
def test_real_feeds(real_data: Any, name: str, kind: str) -> None:
    feed = realtime.read((real_data / "gtfs_rt" / f"{name}.pb").read_bytes(), PGE, kind, NOW)
    assert feed.version == "2.0"
    assert feed.entities[realtime.KINDS[kind][0]] > 30
    assert [said.en.split(" since ")[0] for said in feed.problems] == [
        "the feed stands"
    ]  # recorded years ago


def test_feeds_in_one_dataset() -> None:
    made = realtime.dataset(
        [("vehicle_positions", f"{PGE}/v", "2.0"), ("alerts", f"{PGE}/a", "2.0")], "Na żywo", 30, None
    )
    assert [row["format"] for row in made["resources"]] == ["GTFS_RT", "GTFS_RT"]
    assert (made["feed_url"], made["protocol"]) == (f"{PGE}/v", "GTFS-RT")


# GUS

BASE = "https://bdl.example/api/v1"
KIELCE = "052625161011"
UNITS = [
    {"id": "052625104042", "name": "Kielce (gmina)", "level": 6},
    {"id": KIELCE, "name": "Kielce", "level": 6, "parentId": "052625161000"},
]


def listing(rows: list[dict[str, Any]], size: int | None = None) -> Any:
    def answer(query: dict[str, str]) -> dict[str, Any]:
        page, each = int(query["page"]), size or int(query["page-size"])
        return {
            "totalRecords": len(rows),
            "page": page,
            "pageSize": each,
            "results": rows[page * each : (page + 1) * each],
        }

    return answer


def bank(**answers: Any) -> bdl.Bank:
    quiet = bdl.Pace(bdl.ANONYMOUS, clock=lambda: 0.0, sleep=lambda _seconds: None)
    return bdl.Bank(
        CannedClient({f"/api/v1/{path}": answer for path, answer in answers.items()}), BASE, quiet
    )


@pytest.mark.parametrize(
    ("number", "code"),
    [("011212161011", "1261011"), ("071412865011", "1465011"), (KIELCE, "2661011"), ("1", "")],
)
def test_teryt_inside_the_number_of_a_unit(number: str, code: str) -> None:
    assert bdl.teryt_of(number) == code


def test_the_city_is_found_by_its_code_among_its_namesakes() -> None:
    assert bdl.find_unit(bank(**{"units/search": listing(UNITS, 1)}), "2661011", "Kielce") == KIELCE
    with pytest.raises(SourceError, match="Kielce \\(gmina\\)"):
        bdl.find_unit(bank(**{"units/search": listing(UNITS[:1])}), "2661011", "Kielce")


def test_years_count_only_where_there_is_a_value() -> None:
    rows = [
        {
            "id": 72305,
            "values": [{"year": "2001", "val": None}, {"year": "2002", "val": 1}, {"year": "2025", "val": 2}],
        },
        {"id": 5, "values": []},
    ]
    assert bdl.years(bank(**{f"data/by-unit/{KIELCE}": listing(rows)}), KIELCE, [72305, 5]) == {
        72305: (2002, 2025)
    }


def test_a_variable_as_an_indicator() -> None:
    row = {"id": 72305, "names": ["ogółem", "stan na 31 XII"], "unit": "osoba", "first": 2002, "last": 2025}
    content = {
        "base": BASE, "unit": KIELCE, "place": "Kielce", "subject": "P2425", "subject_name": "LUDNOŚĆ", "indicator": True,
        "variables": [row],
    }  # fmt: skip
    made = bdl.dataset(content)
    assert (made["type"], made["indicator_unit"], made["indicator_code"]) == (
        "indicator",
        "osoba",
        "BDL 72305",
    )
    assert made["title"] == "Ludność: ogółem; stan na 31 XII – Kielce"
    assert (
        made["resources"][0]["url"] == f"{BASE}/data/by-unit/{KIELCE}?var-id=72305&format=json&page-size=100"
    )
    assert made["temporal_coverage"] == [{"start": "2002-01-01", "end": "2025-12-31"}]


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ("<html></html>", "stroną WWW"),
        ({"success": True}, "nie tak jak API BDL"),
        ({"errors": ["x"]}, "błędem"),
    ],
)
def test_what_is_no_answer_of_bdl_is_refused(answer: Any, word: str) -> None:
    with pytest.raises(SourceError) as error:
        bdl.find_unit(bank(**{"units/search": answer}), "2661011", "Kielce")
    assert word in error.value.text("pl")


def test_requests_keep_to_the_published_limits() -> None:
    now = [0.0]
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    pace = bdl.Pace(bdl.ANONYMOUS, clock=lambda: now[0], sleep=sleep)
    for _ in range(100):
        pace.wait()
    assert 18.9 < sum(slept) < 20  # five a second
    with pytest.raises(SourceError, match="X-ClientId"):  # a hundred in a quarter of an hour
        pace.wait()
    now[0] = 901
    pace.wait()
