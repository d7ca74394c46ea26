"""dane.gov.pl's API 1.4: pages, lazy files, digests without counters, the mapping. Shapes after its published source."""

from __future__ import annotations

from typing import Any

import pytest
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest.records import SourceError
from ckanext.kielce.harvesters.portals.dane_api import address_of, read, root
from ckanext.kielce.harvesters.portals.dane_mapping import dataset

from tests.harvesters.canned import CannedClient

BASE = "https://api.dane.gov.pl/1.4"


def row(number: int, **more: Any) -> dict[str, Any]:
    attributes = {
        "title": f"Zbiór {number}", "slug": f"zbior-{number}", "notes": "<p>Opis <b>zbioru</b></p>", "keywords": ["woda"],
        "categories": [{"id": "143", "title": "Środowisko", "code": "ENVI"}], "license_name": "CC BY 4.0",
        "update_frequency": "co kwartał", "created": "2020-01-02T03:04:05Z", "modified": "2026-01-02T03:04:05Z",
        "views_count": 17, "downloads_count": 3, "verified": "2026-02-03T03:04:05Z", "url": "https://um.example/",
        "has_dynamic_data": False, **more,
    }  # fmt: skip
    return {
        "id": str(number), "type": "dataset", "attributes": attributes, "links": {"self": f"{BASE}/datasets/{number}"},
        "relationships": {"institution": {"data": {"id": "87", "type": "institution"}}, "resources": {"meta": {"count": 1}}},
    }  # fmt: skip


def listing(rows: list[dict[str, Any]]) -> Any:
    def answer(query: dict[str, str]) -> dict[str, Any]:
        start = (int(query["page"]) - 1) * int(query["per_page"])
        return {"data": rows[start : start + int(query["per_page"])], "meta": {"count": len(rows)}}

    return answer


FILE = {
    "id": "55", "type": "resource",
    "attributes": {
        "title": "Plik", "format": "csv", "media_type": "file", "file_size": 10, "data_date": "2026-01-31",
        "download_url": f"{BASE}/resources/55,plik/file", "link": "https://um.example/plik.csv", "views_count": 1,
        "openness_score": 3, "language": "pl", "created": "2025-01-01T00:00:00Z",
    },
}  # fmt: skip


def client(rows: list[dict[str, Any]], **more: Any) -> CannedClient:
    answers = {
        "/1.4/datasets": listing(rows),
        "/1.4/datasets/1/resources": listing([FILE]),
        "/1.4/institutions/87": {"data": {"id": "87", "attributes": {"title": "Urząd Miasta Kielce"}}},
        "/1.4/datasets/1": {"data": {"attributes": {"title": "Set 1", "notes": "Text"}}},
    }
    return CannedClient({**answers, **more})


def test_all_pages_and_no_file_is_asked_for_before_it_is_needed() -> None:
    asked = client([row(n) for n in range(1, 251)])
    found = list(read(asked, BASE, {"institution": "87"}))
    assert [record.guid for record in found] == [str(n) for n in range(1, 251)]
    assert (asked.expected, len(asked.asked)) == (250, 3)
    assert "institution%5Bid%5D%5Bterm%5D=87" in asked.asked[0]
    found[0].loaded()
    assert [url.partition("?")[0] for url in asked.asked[3:]] == [
        f"{BASE}/datasets/1/resources",
        f"{BASE}/institutions/87",
    ]


def test_a_dataset_that_moves_to_the_next_page_comes_once() -> None:
    rows = [row(n) for n in range(1, 151)]
    calls = iter([rows, [row(0), *rows]])
    moved = CannedClient({"/1.4/datasets": lambda q: listing(next(calls))(q)})
    found = [record.guid for record in read(moved, BASE, {"query": "woda"})]
    assert len(found) == len(set(found))


def revision(**more: Any) -> str:
    return next(iter(read(client([row(1, **more)]), BASE, {"query": "x"}))).revision


def test_counters_are_no_change() -> None:
    assert revision(views_count=99, downloads_count=99, followed=True) == revision()
    assert revision(verified="2026-03-01T00:00:00Z") != revision()
    assert revision(title="Inny") != revision()


def draft(config: dict[str, Any] | None = None, **more: Any) -> Any:
    (record,) = read(client([row(1, **more)]), BASE, config or {"query": "x"})
    return dataset(record.loaded(), None, "pl")


def test_the_mapping() -> None:
    made = draft(supplements=[{"file_url": "https://dane.gov.pl/s.pdf"}], nowe_pole="coś")
    data = made.data
    assert data["notes"] == "Opis zbioru"
    assert (data["domain"], data["license_id"], data["issued"]) == ("srodowisko", "CC-BY-4.0", "2020-01-02")
    assert data["frequency"].endswith("/QUARTERLY")
    assert data["url"] == "https://dane.gov.pl/pl/dataset/1,zbior-1"
    assert data["publisher"] == [{"name": "Urząd Miasta Kielce"}]
    assert data["documentation"] == ["https://dane.gov.pl/s.pdf"]
    (file,) = data["resources"]
    assert (file["url"], file["access_url"]) == (
        FILE["attributes"]["download_url"],
        FILE["attributes"]["link"],
    )
    assert (file["format"], file["size"], file["modified"]) == ("CSV", 10, "2026-01-31")
    assert made.unmapped == ["pole nowe_pole: coś"]
    assert made.owner_title == "Urząd Miasta Kielce"


def test_english_is_asked_for_in_its_own_language_when_wanted() -> None:
    asked = client([row(1)])
    (record,) = read(asked, BASE, {"query": "x", "english": True})
    data = dataset(record.loaded(), None, "pl").data
    assert (data["title"], data["title_en"], data["notes_en"]) == ("Zbiór 1", "Set 1", "Text")
    assert {"Accept-Language": "en"} in asked.headers


@pytest.mark.parametrize("english", [{"title": "Zbiór 1", "notes": "Opis"}, {"notes": "Text"}])
def test_what_is_not_translated_is_not_said_twice(english: dict[str, str]) -> None:
    asked = client([row(1)], **{"/1.4/datasets/1": {"data": {"attributes": english}}})
    (record,) = read(asked, BASE, {"query": "x", "english": True})
    assert not {"title_en", "notes_en"} & set(dataset(record.loaded(), None, "pl").data)


def test_words_for_rhythms() -> None:
    for words, code in {
        "Nie dotyczy": "UNKNOWN",
        "Co rok": "ANNUAL",
        "daily": "DAILY",
        "nieregularnie": "IRREG",
    }.items():
        assert draft(update_frequency=words).data["frequency"].endswith(f"/{code}")
    assert draft(update_frequency="czasem").unmapped == ["częstotliwość: czasem (nieznana)"]


def test_a_file_without_an_address_is_told() -> None:
    nowhere = {"id": "9", "attributes": {"title": "Nigdzie", "link": ""}}
    (record,) = read(
        client([row(1)], **{"/1.4/datasets/1/resources": listing([FILE, nowhere])}), BASE, {"query": "x"}
    )
    made = dataset(record.loaded(), None, "pl")
    assert len(made.data["resources"]) == 1
    assert made.unmapped == ["plik bez adresu: Nigdzie"]


def test_files_that_cannot_be_had_are_an_error_of_that_record_alone() -> None:
    broken = FetchError("http_error", "500", "x", 500)
    asked = client([row(1), row(2)], **{"/1.4/datasets/1/resources": broken})
    first, second = read(asked, BASE, {"query": "x"})
    with pytest.raises(FetchError):
        first.loaded()
    assert second.guid == "2"


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        ("<html><body>Przerwa techniczna</body></html>", "stroną WWW"),
        ({"errors": [{"title": "422", "detail": "Nieprawidłowy parametr"}]}, "Nieprawidłowy parametr"),
        ({"data": {}, "meta": {}}, "nie tak jak API 1.4"),
        ({"success": True, "result": []}, "nie tak jak API 1.4"),
        ({"data": [], "meta": {"count": 25000}}, "najwyżej 10000"),
    ],
)
def test_what_is_no_answer_is_refused(answer: Any, word: str) -> None:
    with pytest.raises(SourceError) as error:
        list(read(CannedClient({"/1.4/datasets": answer}), BASE, {"query": "x"}))
    assert word in error.value.text("pl")


def test_addresses() -> None:
    assert root(f"{BASE}/datasets?q=woda") == root(f"{BASE}/institutions/87,urzad/datasets") == BASE
    assert address_of(BASE, {"query": "woda i ścieki"}, 2).endswith(
        "q=woda+i+%C5%9Bcieki&sort=id&page=2&per_page=100"
    )
