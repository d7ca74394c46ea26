"""The file harvesters from a server's answer to datasets of the catalogue."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import pytest

pytestmark = pytest.mark.ckan

Make = Callable[..., Any]
ISO = Path(__file__).resolve().parents[3] / "harvesters" / "iso37120" / "data" / "iso37120_kielce_2018.csv"
MANIFEST = {
    "manifest": "1.0",
    "license": "CC-BY-4.0",
    "datasets": [
        {"id": "jakosc", "title": "Jakość wody", "description": "Badania wody.", "keywords": ["woda"], "domain": "woda",
         "frequency": "MONTHLY", "temporal": {"start": "2022-01-01", "end": "2026-10-31"}, "sample_data": True,
         "files": [{"id": "csv", "path": "jakosc.csv", "title": "CSV", "format": "CSV", "encoding": "windows-1250",
                    "delimiter": ";", "bytes": 12,
                    "columns": [{"name": "data", "type": "date"}, {"name": "ph", "type": "number", "unit": "pH"}]}]},
        {"id": "awarie", "type": "live_feed", "title": "Awarie", "description": "Przerwy.", "files": [
            {"id": "api", "path": "api/awarie", "kind": "api", "format": "JSON", "update_interval_seconds": 900}]},
        {"id": "pusty", "title": "Bez plików", "files": [{"path": "ftp://x.example/y"}]},
    ],
}  # fmt: skip


def test_a_manifest_becomes_datasets(harvest: Make, server: Any) -> None:
    url = server.put("/dane/manifest.json", json.dumps(MANIFEST), "application/json")
    source = harvest(
        "utility_files", url, domain="woda", contact_name="Biuro", contact_email="dane@wodociagi.example"
    )
    done = source.run()
    assert (done["outcome"], done["counts"]["create"], done["counts"]["failed"]) == ("partly", 2, 1), done[
        "record_errors"
    ]
    assert "pusty" in str(done["errors"])
    sets = source.datasets()
    water = sets["jakosc"]
    assert water["frequency"].endswith("/MONTHLY")
    assert (water["domain"], water["license_id"], water["sample_data"]) == ("woda", "CC-BY-4.0", True)
    assert water["temporal_coverage"] == [{"start": "2022-01-01", "end": "2026-10-31"}]
    assert water["contact"] == [{"name": "Biuro", "email": "dane@wodociagi.example"}]
    [file] = water["resources"]
    assert (file["format"], file["encoding"], file["size"], file["delimiter"]) == (
        "CSV",
        "windows-1250",
        12,
        ";",
    )
    assert file["columns"] == [
        {"name": "data", "type": "date"},
        {"name": "ph", "type": "number", "unit": "pH"},
    ]
    live = sets["awarie"]
    assert (live["type"], live["feed_url"], live["update_interval_seconds"]) == (
        "live_feed", f"{server.url}/dane/api/awarie", 900,
    )  # fmt: skip
    assert all(method == "GET" and path == "/dane/manifest.json" for method, path in server.asked), (
        "no file is downloaded"
    )


def test_a_second_run_writes_nothing_and_a_change_only_its_set(harvest: Make, server: Any) -> None:
    url = server.put("/dane/manifest.json", json.dumps(MANIFEST), "application/json")
    source = harvest("utility_files", url, domain="woda")
    source.run()
    before = source.datasets()
    assert source.run()["counts"]["change"] == 0
    assert source.datasets() == before
    changed = json.loads(json.dumps(MANIFEST))
    changed["datasets"][0]["files"].append({"path": "jakosc.xlsx"})
    server.put("/dane/manifest.json", json.dumps(changed), "application/json")
    assert source.run()["counts"]["change"] == 1
    after = source.datasets()
    assert after["awarie"] == before["awarie"]
    assert [file["format"] for file in after["jakosc"]["resources"]] == ["CSV", "XLSX"]
    assert after["jakosc"]["resources"][0]["id"] == before["jakosc"]["resources"][0]["id"]


def test_an_index_becomes_series_with_sizes_and_dead_files_told(harvest: Make, server: Any) -> None:
    links = "".join(
        f'<a href="{name}">{name}</a>'
        for name in ("../", "ruch_2024.csv", "ruch_2025.csv", "brak.pdf", "inne/")
    )
    server.put("/pliki/", f"<html>{links}</html>", "text/html")
    server.put("/pliki/inne/", '<html><a href="mapa.geojson">mapa.geojson</a></html>', "text/html")
    for path in ("ruch_2024.csv", "ruch_2025.csv", "inne/mapa.geojson"):
        server.put(f"/pliki/{path}", "a;b\n1;2\n")
    overrides = {"ruch": {"title": "Natężenie ruchu", "domain": "transport"}}
    source = harvest("utility_files", f"{server.url}/pliki/", domain="odpady", overrides=overrides)
    done = source.run()
    sets = source.datasets()
    assert set(sets) == {"ruch", "brak", "inne/mapa"}
    assert (sets["ruch"]["title"], sets["ruch"]["domain"]) == ("Natężenie ruchu", "transport")
    files = [
        (file["name"], file["size"], file["modified"], file["temporal_start"])
        for file in sets["ruch"]["resources"]
    ]
    assert files == [
        ("ruch_2025.csv", 8, "2026-11-05", "2025-01-01"), ("ruch_2024.csv", 8, "2026-11-05", "2024-01-01"),
    ]  # fmt: skip
    assert "brak.pdf" in str(done["notes"]["brak"])
    assert ("GET", "/pliki/ruch_2025.csv") not in server.asked


def test_a_folder_with_a_manifest_is_read_through_it(harvest: Make, server: Any) -> None:
    server.put("/dane/", '<html><a href="manifest.json">m</a><a href="jakosc.csv">x</a></html>', "text/html")
    server.put("/dane/manifest.json", json.dumps(MANIFEST), "application/json")
    source = harvest("utility_files", f"{server.url}/dane/", domain="woda")
    source.run()
    assert set(source.datasets()) == {"jakosc", "awarie"}


def test_a_catalogue_with_one_dead_package(harvest: Make, server: Any) -> None:
    rows = [
        {"name": "cieplo", "package": "cieplo/datapackage.json"},
        {"name": "brak", "package": "brak/datapackage.json"},
    ]
    url = server.put("/mpec/catalog.json", json.dumps({"name": "mpec", "datasets": rows}), "application/json")
    package = {
        "name": "cieplo",
        "title": "Ciepło",
        "resources": [{"name": "dane", "path": "dane.csv", "format": "csv"}],
    }
    server.put("/mpec/cieplo/datapackage.json", json.dumps(package), "application/json")
    source = harvest("utility_files", url, domain="woda")
    done = source.run()
    assert done["outcome"] == "partly"
    assert set(source.datasets()) == {"cieplo"}
    assert "404" in str(done["errors"])


@pytest.mark.parametrize(
    ("kind", "path", "body", "content_type", "words"),
    [
        ("utility_files", "/x.json", b'{"type": "FeatureCollection"}', "application/json", "manifest"),
        ("utility_files", "/x.json", b"{", "application/json", "JSON"),
        ("utility_files", "/x/", b"<html></html>", "text/html", "stroną WWW"),
        ("utility_files", "/x/", b"<title>Index of /x</title>", "text/html", "ani jednego rekordu"),
        ("utility_files", "/manifest.json", b"<html>log in</html>", "text/html", "stroną WWW"),
        ("gtfs", "/x.zip", b"<html>", "text/html", "ZIP"),
        ("gios_air", "/api", b"", "text/html", "404"),
        ("iso37120", "/x.csv", b"a,b\n", "text/csv", "x.csv"),
    ],
)
def test_a_source_that_is_something_else_says_so(
    harvest: Make, server: Any, kind: str, path: str, body: bytes, content_type: str, words: str
) -> None:
    source = harvest(kind, server.put(path, body, content_type))
    done = source.run()
    assert done["outcome"] in ("failed", "refused")
    assert words in str(done["reason"])
    assert source.datasets() == {}


def test_a_timetable_becomes_a_dataset(harvest: Make, server: Any) -> None:
    week = "monday,tuesday,wednesday,thursday,friday,saturday,sunday"
    tables = {
        "agency.txt": "agency_name,agency_url,agency_timezone\nZTM Kielce,https://ztm.example,Europe/Warsaw\n",
        "routes.txt": "route_id,route_short_name,route_type\n1,1,3\n2,50,3\n",
        "stops.txt": "stop_id,stop_lat,stop_lon\n1,50.88,20.61\n2,50.85,20.67\n",
        "trips.txt": "route_id,service_id,trip_id\n1,w,1\n",
        "calendar.txt": f"service_id,{week},start_date,end_date\nw,1,1,1,1,1,1,1,20240101,20240630\n",
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tables.items():
            archive.writestr(name, text)
    source = harvest("gtfs", server.put("/gtfs.zip", packed.getvalue(), "application/zip"), frequency="IRREG")
    done = source.run()
    [made] = source.datasets().values()
    assert made["temporal_coverage"] == [{"start": "2024-01-01", "end": "2024-06-30"}]
    assert made["resources"][0]["format"] == "GTFS"
    assert made["resources"][0]["size"] == len(packed.getvalue())
    assert "wygasł 2024-06-30" in str(done["notes"])
    assert "stop_times.txt" in str(done["notes"])
    assert source.run()["counts"]["unchanged"] == 1


def station(number: int, code: str, city: str = "Kielce") -> dict[str, Any]:
    return {"Identyfikator stacji": number, "Kod stacji": code, "Nazwa stacji": f"Stacja {number}", "WGS84 φ N": "50.878",
            "WGS84 λ E": "20.633", "Nazwa miasta": city, "Ulica": "ul. Targowa 3"}  # fmt: skip


def post(number: int, code: str) -> dict[str, Any]:
    return {"Identyfikator stanowiska": number, "Wskaźnik": code, "Wskaźnik - kod": code}


def gios(server: Any, path: str, key: str, rows: list[Any], pages: int = 1) -> None:
    server.put(path, json.dumps({key: rows, "totalPages": pages}), "application/json")


def test_air_stations_of_the_city_from_all_pages(harvest: Make, server: Any) -> None:
    stations, posts = "Lista stacji pomiarowych", "Lista stanowisk pomiarowych dla podanej stacji"
    gios(
        server,
        "/rest/station/findAll?page=0&size=500",
        stations,
        [station(1, "SkKielTargow"), station(9, "MzWar", "Warszawa")],
        2,
    )
    gios(
        server,
        "/rest/station/findAll?page=1&size=500",
        stations,
        [station(2, "SkKielJagielWios"), station(3, "SkKielStara")],
        2,
    )
    gios(server, "/rest/station/sensors/1", posts, [post(11, "PM10"), post(12, "PM2.5"), post(13, "NO")])
    gios(server, "/rest/station/sensors/2", posts, [post(21, "SO2")])
    gios(server, "/rest/station/sensors/3", posts, [post(31, "BaP(PM10)")])
    manual = json.dumps({"error_reason": "Stanowisko manualne", "error_code": "API-ERR-100003"})
    for number in (11, 13, 21):
        gios(server, f"/rest/data/getData/{number}", "Lista danych pomiarowych", [])
    server.put("/rest/data/getData/12", manual, "application/json", 400)
    server.put("/rest/data/getData/31", manual, "application/json")
    source = harvest("gios_air", f"{server.url}/rest/", city="Kielce")
    done = source.run()
    sets = source.datasets()
    assert set(sets) == {"SkKielTargow", "SkKielJagiel", "aqindex"}
    assert [file["name"] for file in sets["SkKielTargow"]["resources"]] == [
        "PM10: PM10, µg/m³",
        "NO: NO, µg/m³",
    ]
    assert json.loads(sets["SkKielTargow"]["spatial"])["type"] == "Point"
    assert sets["aqindex"]["type"] == "live_feed"
    assert len(sets["aqindex"]["resources"]) == 2
    assert "SkKielStara" in str(done["notes"]["aqindex"])
    assert done["outcome"] == "ok"
    assert "PM2.5" in str(done["notes"]["SkKielTargow"])


def test_a_city_without_stations_says_so(harvest: Make, server: Any) -> None:
    gios(server, "/rest/station/findAll", "Lista stacji pomiarowych", [station(9, "MzWar", "Warszawa")])
    done = harvest("gios_air", f"{server.url}/rest").run()
    assert "żadnej w mieście Kielce" in str(done["reason"])


def test_the_table_fills_the_store_and_the_catalogue(harvest: Make, server: Any) -> None:
    source = harvest(
        "iso37120", server.put("/iso/tabela%202018.csv", ISO.read_bytes(), "text/csv"), frequency="NEVER"
    )
    done = source.run()
    assert (done["outcome"], done["counts"]["create"], done["counts"]["failed"]) == ("ok", 100, 0), done
    listed = tk.get_action("kielce_indicator_list")({}, {})
    assert (listed["count"], listed["present"]) == (100, 98)
    one = source.datasets()["EV 8.4"]
    assert (one["type"], one["indicator_code"], one["indicator_unit"], one["indicator_kind"]) == (
        "indicator", "EV 8.4", "µg/m³", "supporting",
    )  # fmt: skip
    assert one["resources"][0]["url"] == f"{tk.config['ckan.site_url']}/wskaznik/EV-8.4.csv"
    assert {note.partition(":")[0] for notes in done["notes"].values() for note in notes} == {
        "wątpliwa",
        "brak danych",
    }
    assert len(done["notes"]["TR 18.9"]) == 4
    again = source.run()
    assert again["counts"]["unchanged"] == 100


def test_a_faulty_table_changes_nothing(harvest: Make, server: Any) -> None:
    content = ISO.read_text(encoding="utf-8").replace('"7,7% (2016)"', "około 8", 1)
    done = harvest("iso37120", server.put("/tabela.csv", content, "text/csv")).run()
    assert "tabela.csv, row 2, column Kielce" in str(done["reason"])
