"""What comes after: a second table of indicators, a timetable that runs out, a station that does not answer."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from ckan import model
from ckanext.kielce.harvest import runs
from ckanext.kielce.harvest.model import HarvestRecord, HarvestRun
from ckanext.kielce.harvesters.gtfs import harvester as gtfs
from ckanext.kielce.harvesters.gtfs.feed import read_feed
from ckanext.kielce.indicators.model import IndicatorCard, IndicatorValue

pytestmark = pytest.mark.ckan

Make = Callable[..., Any]
HEADER = "code,name_pl,kind,unit_note,Kielce,Gdynia\n"
FIRST = (
    HEADER
    + 'EC5.1,Stopa bezrobocia,podstawowy,,"7,7% (2016)","4,9% (2015)"\n'
    + 'EC5.3,Ubóstwo,podstawowy,,"3,6% (2016)",bd\n'
)
SECOND = HEADER + 'EC5.1,Stopa bezrobocia,podstawowy,,"7,9% (2016)","5,1% (2019)"\n'


@pytest.fixture
def empty_store(portal: None) -> Iterator[None]:
    """No indicators, and no sources that know any: datasets of the same indicator are shared between sources."""

    def empty() -> None:
        for table in (IndicatorValue, IndicatorCard, HarvestRecord):
            model.Session.query(table).delete()
        model.Session.commit()

    empty()
    yield
    empty()


def revisions() -> list[tuple[str, str, float, int, str]]:
    found = model.Session.query(IndicatorValue).filter_by(indicator="EC 5.1")
    return sorted((v.area, v.period, float(v.value), v.revision, v.source) for v in found)


EXPECTED = [
    ("Gdynia", "2015", 4.9, 1, "iso_2018.csv"),
    ("Gdynia", "2019", 5.1, 1, "iso_2021.csv"),
    ("Kielce", "2016", 7.7, 1, "iso_2018.csv"),
    ("Kielce", "2016", 7.9, 2, "iso_2021.csv"),
]


def test_a_second_table_in_an_index_adds_and_revises(harvest: Make, server: Any, empty_store: None) -> None:
    server.put("/iso/", '<a href="iso_2018.csv">a</a><a href="opis.pdf">b</a>', "text/html")
    server.put("/iso/iso_2018.csv", FIRST, "text/csv")
    server.put("/iso/iso_2021.csv", SECOND, "text/csv")
    source = harvest("iso37120", f"{server.url}/iso/")
    assert source.run()["counts"]["create"] == 2

    server.put("/iso/", '<a href="iso_2021.csv">b</a><a href="iso_2018.csv">a</a>', "text/html")
    preview = runs.run_inline(source.id, dry_run=True)
    assert model.Session.get(HarvestRun, preview).counts["change"] == 1
    assert len(revisions()) == 2, "a dry run writes nothing into the store either"

    done = source.run()
    assert (done["outcome"], done["counts"]["change"], done["counts"]["missing"]) == ("ok", 1, 0)
    assert revisions() == EXPECTED
    sets = source.datasets()
    assert set(sets) == {"EC 5.1", "EC 5.3"}, (
        "an indicator that the second table leaves out keeps its dataset"
    )
    one = sets["EC 5.1"]
    assert "Kielce: 7,9\u00a0% (2016)" in one["notes"]
    assert "Kielce 2016: 7,7 → 7,9 (rewizja 2, iso_2021.csv)" in one["version_notes"]
    assert one["temporal_coverage"] == [{"start": "2015-01-01", "end": "2019-12-31"}]

    again = source.run()
    assert again["counts"]["unchanged"] == 2 and revisions() == EXPECTED
    assert source.datasets() == sets


def test_a_successor_at_the_same_address(harvest: Make, server: Any, empty_store: None) -> None:
    url = server.put("/iso.csv", FIRST, "text/csv")
    source = harvest("iso37120", url)
    source.run()
    server.put("/iso.csv", SECOND, "text/csv")
    assert source.run()["counts"]["change"] == 1
    assert [row[:4] for row in revisions()] == [row[:4] for row in EXPECTED]
    server.put("/iso.csv", "code,x\n", "text/csv")
    assert source.run()["outcome"] in ("failed", "refused")
    assert len(source.datasets()) == 2 and len(revisions()) == 4


def test_a_timetable_that_runs_out_is_told_though_its_file_stays(
    harvest: Make, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    week = "monday,tuesday,wednesday,thursday,friday,saturday,sunday"
    tables = {
        "agency.txt": "agency_name,agency_url,agency_timezone\nZTM,https://ztm.example,Europe/Warsaw\n",
        "routes.txt": "route_id,route_short_name,route_type\n1,1,3\n",
        "stops.txt": "stop_id,stop_lat,stop_lon\n1,50.88,20.61\n",
        "trips.txt": "route_id,service_id,trip_id\n1,w,1\n",
        "stop_times.txt": "trip_id,stop_id,stop_sequence\n1,1,1\n",
        "calendar.txt": f"service_id,{week},start_date,end_date\nw,1,1,1,1,1,1,1,20261101,20261231\n",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tables.items():
            archive.writestr(name, text)
    source = harvest("gtfs", server.put("/gtfs.zip", packed.getvalue(), "application/zip"), frequency="IRREG")

    def on(day: date) -> dict[str, Any]:
        monkeypatch.setattr(gtfs, "read_feed", lambda path, _today, limits: read_feed(path, day, limits))
        return source.run()

    assert not on(date(2026, 11, 21))["notes"]
    before = source.datasets()
    assert on(date(2026, 11, 22))["counts"]["unchanged"] == 1
    assert "wygasa 2026-12-31" in str(on(date(2026, 12, 28))["notes"])
    assert "wygasł 2026-12-31" in str(on(date(2027, 1, 2))["notes"])
    assert source.datasets() == before, "only the report changes, not the dataset"


def test_a_station_that_fails_leaves_the_index_whole(harvest: Make, server: Any) -> None:
    def put(path: str, key: str, rows: list[Any]) -> None:
        server.put(path, json.dumps({key: rows, "totalPages": 1}), "application/json")

    stations = [
        {
            "Identyfikator stacji": n,
            "Kod stacji": f"SkKiel{n}00",
            "Nazwa stacji": f"S{n}",
            "Nazwa miasta": "Kielce",
        }
        for n in (1, 2)
    ]
    posts = "Lista stanowisk pomiarowych dla podanej stacji"
    put("/rest/station/findAll", "Lista stacji pomiarowych", stations)
    for n in (1, 2):
        row = {"Identyfikator stanowiska": n * 10, "Wskaźnik": "PM10", "Wskaźnik - kod": "PM10"}
        put(f"/rest/station/sensors/{n}", posts, [row])
        put(f"/rest/data/getData/{n * 10}", "Lista danych pomiarowych", [])
    source = harvest("gios_air", f"{server.url}/rest")
    source.run()
    assert len(source.datasets()["aqindex"]["resources"]) == 2
    server.put("/rest/station/sensors/2", "oops", "text/html", 500)
    done = source.run()
    assert "SkKiel200" in done["errors"]
    assert len(source.datasets()["aqindex"]["resources"]) == 2
