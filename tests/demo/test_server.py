"""The file server: what a good web server does, the units' interfaces, air quality in GIOŚ's shape, faults on demand."""

from __future__ import annotations

import html.parser
import re
from urllib.parse import unquote

import pytest


def test_a_file_has_its_validators_and_type(ask, files_url: str) -> None:
    answer = ask(f"{files_url}/wodociagi/jakosc-wody.csv")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/csv")
    assert answer.headers["ETag"].startswith('"')
    assert answer.headers["Last-Modified"] == "Fri, 06 Nov 2026 05:40:00 GMT"
    assert int(answer.headers["Content-Length"]) == len(answer.body)


def test_head_has_no_body(ask, files_url: str) -> None:
    answer = ask(f"{files_url}/wodociagi/jakosc-wody.csv", "HEAD")
    assert answer.status == 200
    assert answer.body == b""
    assert int(answer.headers["Content-Length"]) > 1000


def test_conditional_requests(ask, files_url: str) -> None:
    url = f"{files_url}/wodociagi/jakosc-wody.csv"
    first = ask(url)
    assert ask(url, If_None_Match=first.headers["ETag"]).status == 304
    assert ask(url, If_None_Match='"other"').status == 200
    assert ask(url, If_Modified_Since=first.headers["Last-Modified"]).status == 304
    assert ask(url, If_Modified_Since="Mon, 01 Jan 2024 00:00:00 GMT").status == 200
    assert ask(url, If_Modified_Since="yesterday").status == 200


def test_ranges(ask, files_url: str) -> None:
    url = f"{files_url}/wodociagi/jakosc-wody.csv"
    whole = ask(url).body
    middle = ask(url, Range="bytes=10-19")
    assert (middle.status, middle.body) == (206, whole[10:20])
    assert middle.headers["Content-Range"] == f"bytes 10-19/{len(whole)}"
    assert ask(url, Range="bytes=-7").body == whole[-7:]
    assert ask(url, Range=f"bytes={len(whole)}-").status == 416
    assert ask(url, Range="bytes=nonsense").status == 200


class Links(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if tag == "a" and name == "href" and value]


def test_an_index_lists_files_and_one_dead_link(ask, files_url: str) -> None:
    page = ask(f"{files_url}/pgo/")
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"
    parser = Links()
    parser.feed(page.text)
    files = [link for link in parser.found if not link.startswith(("?", ".."))]
    status = {unquote(link): ask(f"{files_url}/pgo/{link}").status for link in files}
    assert status["zgłoszenia-reklamacji.csv"] == 200
    assert [name for name, code in status.items() if code != 200] == ["mapa-dzikich-wysypisk.csv"]
    assert len(status) >= 9


@pytest.mark.parametrize(
    "path", ["/../build.json", "/%2e%2e/build.json", "/pgo/.index-extra.json", "/nothing", "/wodociagi/"]
)
def test_what_is_not_published_is_not_found(ask, files_url: str, path: str) -> None:
    assert ask(files_url + path).status == 404


def test_outages_of_electricity(ask, files_url: str) -> None:
    every = ask(f"{files_url}/api/power-outage").json
    assert len(every) > 20
    assert {"id", "uuid", "type", "description", "startAt", "stopAt", "revoked", "addresses"} == set(every[0])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", every[0]["startAt"]), "local time without a zone"
    some = ask(
        f"{files_url}/api/power-outage?startAtTo=2026-11-25T00:00:00&stopAtFrom=2026-11-21T15:00:00"
    ).json
    assert 0 < len(some) < len(every)
    assert all(r["startAt"] <= "2026-11-25T00:00:00" and r["stopAt"] >= "2026-11-21T15:00:00" for r in some)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("czk/rzeki", "pomiary"),
        ("czk/pogoda", "pomiary"),
        ("czk/halas", "pomiary"),
        ("wodociagi/przerwy", "przerwy"),
    ],
)
def test_live_answers_are_repeatable_and_sample(ask, files_url: str, path: str, key: str) -> None:
    first = ask(f"{files_url}/api/{path}").json
    assert first == ask(f"{files_url}/api/{path}").json
    assert first["dane_przykladowe"] is True
    assert first[key]


def test_air_pages_from_zero(ask, files_url: str) -> None:
    base = f"{files_url}/pjp-api/v1/rest"
    first = ask(f"{base}/station/findAll?page=0&size=3").json
    second = ask(f"{base}/station/findAll?page=1&size=3").json
    assert first["totalPages"] == second["totalPages"] == 2
    names = [s["Kod stacji"] for page in (first, second) for s in page["Lista stacji pomiarowych"]]
    assert names == ["SkKielTargow", "SkKielJurajs", "SkKielWarsz1", "SkKielWarsza"]
    assert isinstance(first["Lista stacji pomiarowych"][0]["WGS84 φ N"], str)


def test_air_readings_newest_first_with_gaps(ask, files_url: str) -> None:
    base = f"{files_url}/pjp-api/v1/rest"
    (sensor, *_) = ask(f"{base}/station/sensors/10121").json["Lista stanowisk pomiarowych dla podanej stacji"]
    pages = [ask(f"{base}/data/getData/{sensor['Identyfikator stanowiska']}?page={n}").json for n in range(4)]
    rows = [row for page in pages for row in page["Lista danych pomiarowych"]]
    assert len(rows) == 72
    assert rows[0]["Data"] == "2026-11-21 15:00:00"
    assert [r["Data"] for r in rows] == sorted((r["Data"] for r in rows), reverse=True)
    assert all(r["Wartość"] is None or r["Wartość"] > 0 for r in rows)


def test_air_errors_have_codes(ask, files_url: str) -> None:
    base = f"{files_url}/pjp-api/v1/rest"
    manual = ask(f"{base}/station/sensors/9180").json["Lista stanowisk pomiarowych dla podanej stacji"][0]
    refused = ask(f"{base}/data/getData/{manual['Identyfikator stanowiska']}")
    assert (refused.status, refused.json["error_code"]) == (400, "API-ERR-100003")
    assert ask(f"{base}/data/getData/1").status == 404
    assert ask(f"{base}/station/findAll?page=x").status == 400


def test_air_index(ask, files_url: str) -> None:
    good = ask(f"{files_url}/pjp-api/v1/rest/aqindex/getIndex/10121").json["AqIndex"]
    assert good["Nazwa kategorii indeksu"] in ("Bardzo dobry", "Dobry", "Umiarkowany", "Dostateczny")
    none = ask(f"{files_url}/pjp-api/v1/rest/aqindex/getIndex/9180").json["AqIndex"]
    assert (none["Nazwa kategorii indeksu"], none["Wartość indeksu"]) == ("Brak indeksu", -1)


def test_air_has_the_keys_of_the_real_service(ask, files_url: str, real_data) -> None:
    import json

    base = f"{files_url}/pjp-api/v1/rest"
    for name, url, key in (
        ("stations", "station/findAll", "Lista stacji pomiarowych"),
        ("station", "station/sensors/10121", "Lista stanowisk pomiarowych dla podanej stacji"),
        ("sensor_3760", "data/getData/20000", "Lista danych pomiarowych"),
    ):
        real = json.loads((real_data / "gios" / f"{name}.json").read_text(encoding="utf-8"))
        ours = ask(f"{base}/{url}").json
        assert set(real[key][0]) == set(ours[key][0]), name
        assert set(real) == set(ours), name
    real = json.loads((real_data / "gios" / "indexes.json").read_text(encoding="utf-8"))["AqIndex"]
    ours = ask(f"{base}/aqindex/getIndex/10121").json["AqIndex"]
    assert set(real) <= set(ours)


def test_faults(ask, files_url: str, fault) -> None:
    url = f"{files_url}/mopr/manifest.json"
    sound = ask(url)
    fault("files", "down", "/mopr")
    assert ask(url).status == 503
    assert ask(f"{files_url}/um/manifest.json").status == 200, "only the path that was named"
    fault("files", "login_page")
    assert b"Logowanie" in ask(url).body
    fault("files", "empty")
    assert (ask(url).status, ask(url).body) == (200, b"")
    fault("files", "truncated")
    assert ask(url).body == sound.body[: len(sound.body) // 2]
    fault("files", "unknown mode")
    assert ask(url).body == sound.body


def test_the_records_api_is_read_page_by_page(ask, files_url: str) -> None:
    landing = ask(f"{files_url}/ogc").json
    address = next(link["href"] for link in landing["links"] if link["rel"] == "data")
    (catalogue,) = ask(address).json["collections"]
    following = next(link["href"] for link in catalogue["links"] if link["rel"] == "items") + "?limit=100"
    found, pages = [], 0
    while following:
        page = ask(following).json
        assert page["numberReturned"] == len(page["features"]) <= 2
        found += page["features"]
        pages += 1
        following = next((link["href"] for link in page["links"] if link["rel"] == "next"), None)
    assert len(found) == page["numberMatched"] and pages == (len(found) + 1) // 2
    assert [record["id"] for record in found] == sorted(record["id"] for record in found)
    files = [link["href"] for record in found for link in record["links"] if link["rel"] == "item"]
    assert files and all(ask(url).status == 200 for url in files)


def test_the_records_api_answers_as_the_standard_says(ask, files_url: str) -> None:
    items = f"{files_url}/ogc/collections/kof/items"
    first = ask(items)
    assert first.headers["Content-Type"] == "application/geo+json"
    assert ask(items, If_None_Match=first.headers["ETag"]).status == 304
    key = first.json["features"][0]["id"]
    assert ask(f"{items}/{key}").json == first.json["features"][0]
    assert ask(f"{items}?limit=zero").status == 400
    assert ask(f"{items}/nie-ma").status == ask(f"{files_url}/ogc/nie-ma").status == 404
    assert ask(f"{items}?q=kolej").json["numberMatched"] == 1
