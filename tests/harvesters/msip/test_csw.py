"""ISO records and the pages of a catalogue, against a client that answers from memory."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest.records import RecordError, SourceError
from ckanext.kielce.harvesters.msip import iso, iso_map
from ckanext.kielce.harvesters.msip.xml import parse, records_apart

spec = importlib.util.spec_from_file_location("msip_samples", Path(__file__).with_name("samples.py"))
samples = importlib.util.module_from_spec(spec)
spec.loader.exec_module(samples)

WFS = "http://msip.example/ows"


def read(**parts: str) -> dict[str, Any]:
    root = parse(samples.answer([samples.record(**parts)], 1), "http://csw.example/")
    return iso.read(next(root.iter("{*}MD_Metadata")))


def test_a_record_is_read() -> None:
    found = read()
    assert (found["id"], found["title"], found["title_en"]) == ("r1", "Działki ewidencyjne", "Parcels")
    assert found["crs"] == ["EPSG:2178"] and found["box"] == [20.5, 50.8, 20.7, 50.9]
    assert found["dates"] == {"creation": "2010-05", "revision": "2026-09-30"}
    assert found["scales"] == [500.0] and found["maintenance"] == "quarterly"


def test_a_record_is_mapped_and_says_what_was_not() -> None:
    onlines = samples.online(f"{WFS}?service=WMS", "OGC:WMS", "dzialki") + samples.online(
        "ftp://x.example/a.zip"
    )
    draft = iso_map.to_dataset({"iso": read(onlines=onlines)}, "pl")
    data = draft.data
    assert (data["type"], data["domain"], data["license_id"]) == (
        "spatial_layer",
        "planowanie-przestrzenne",
        "CC-BY-4.0",
    )
    assert data["frequency"].endswith("/QUARTERLY") and data["access_rights"].endswith("/PUBLIC")
    assert (data["issued"], data["modified"]) == ("2010-05-01", "2026-09-30")
    assert data["rights"] == "Tylko za zgodą geodety"
    assert data["contact"] == [{"name": "Ośrodek Dokumentacji", "email": "odgk@kielce.example"}]
    assert data["hvd_category"] == ["http://data.europa.eu/bna/c_ac64a52d"]
    assert (data["crs"], data["scale_denominator"], data["lineage"]) == (["EPSG:2178"], 500, "Z pomiarów.")
    assert draft.owner_title == "Ośrodek Dokumentacji"
    assert {text.partition(":")[0] for text in draft.unmapped} == {
        "kategoria tematyczna",
        "ograniczenie",
        "adres",
    }


def test_files_without_a_map_make_a_plain_dataset() -> None:
    onlines = samples.online("http://x.example/raport.pdf", "WWW:DOWNLOAD", "Raport", "PDF")
    data = iso_map.to_dataset({"iso": read(onlines=onlines)}, "pl").data
    assert data["type"] == "dataset" and "crs" not in data
    assert data["resources"] == [{"url": "http://x.example/raport.pdf", "name": "Raport", "format": "PDF"}]


def test_a_record_without_a_title_is_refused() -> None:
    with pytest.raises(RecordError):
        iso_map.to_dataset({"iso": read(title="")}, "pl")


def test_one_malformed_record_is_set_apart() -> None:
    bad = samples.record("zły", "A & B <niedomknięty>")
    body = samples.answer([samples.record("r1"), bad, samples.record("r3")], 3)
    pieces = records_apart(body)
    assert len(pieces) == 3
    assert iso.read(parse(pieces[0], "x"))["id"] == "r1" and iso.read(parse(pieces[2], "x"))["id"] == "r3"
    with pytest.raises(SourceError):
        parse(pieces[1], "x")


class Answer:
    def __init__(self, body: bytes) -> None:
        self.body = body

    def __enter__(self) -> Answer:
        return self

    def __exit__(self, *args: object) -> None:
        return


class Catalogue:
    """A CSW of ``records`` that gives at most ``most`` a page; ``spoil`` may change an answer."""

    def __init__(self, records: list[str], most: int = 2, spoil: Any = None) -> None:
        self.records, self.most, self.spoil, self.asked = records, most, spoil, []

    def fetch(self, url: str, *, method: str = "GET", body: bytes | None = None, **more: Any) -> Answer:
        import re

        text = (body or b"").decode() or url
        self.asked.append((method, text))
        start = int(re.search(r'startPosition="?=?(\d+)', text).group(1))
        page = samples.answer(self.records[start - 1 : start - 1 + self.most], len(self.records))
        return Answer(self.spoil(self, start, page) if self.spoil else page)


@pytest.fixture
def pages() -> Any:
    pytest.importorskip("ckan")
    csw = pytest.importorskip("ckanext.kielce.harvesters.msip.csw")
    return lambda catalogue, **more: csw.Pages(catalogue, "http://csw.example/?service=CSW", 2, **more)


FIVE = [samples.record(f"r{number}") for number in range(5)]


def test_all_pages_are_read(pages: Any) -> None:
    catalogue = Catalogue(FIVE)
    found = list(pages(catalogue).records())
    assert [guid for guid, _content, error in found if error is None] == ["r0", "r1", "r2", "r3", "r4"]
    assert len(catalogue.asked) == 3, "no request for a single record"


def test_a_catalogue_that_stops_early_is_an_error(pages: Any) -> None:
    short = Catalogue(FIVE, spoil=lambda self, start, page: page if start < 3 else samples.answer([], 5))
    with pytest.raises(SourceError, match="5 records but gave 2"):
        list(pages(short).records())


def test_a_catalogue_that_repeats_itself_is_an_error(pages: Any) -> None:
    same = Catalogue(FIVE, spoil=lambda self, start, page: samples.answer(FIVE[:2], 5))
    with pytest.raises(SourceError, match="same records again"):
        list(pages(same).records())
    assert len(same.asked) == 2


def test_a_login_page_is_an_error(pages: Any) -> None:
    login = Catalogue(FIVE, spoil=lambda self, start, page: samples.LOGIN.encode())
    with pytest.raises(SourceError, match="web page"):
        list(pages(login).records())


def test_an_answer_cut_in_the_middle_is_an_error(pages: Any) -> None:
    cut = Catalogue(FIVE, spoil=lambda self, start, page: page[: len(page) * 2 // 3])
    with pytest.raises(SourceError, match="not correct XML"):
        list(pages(cut).records())


def test_a_malformed_record_harms_only_itself(pages: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    csw = pytest.importorskip("ckanext.kielce.harvesters.msip.csw")
    monkeypatch.setattr(csw, "language", lambda: "pl")
    records = [*FIVE[:2], samples.record("zły", "A & B"), *FIVE[2:]]
    found = list(pages(Catalogue(records)).records())
    assert [guid for guid, _content, error in found if error] == ["zły"]
    assert len(found) == 6


def test_other_ways_of_asking(pages: Any) -> None:
    """POST refused with 405, sorting refused with an exception report: plain GET is what is left."""

    def picky(self: Catalogue, start: int, page: bytes) -> bytes:
        method, text = self.asked[-1]
        if method == "POST":
            raise FetchError("http_error", "405", "http://csw.example/", 405)
        return samples.EXCEPTION.encode() if "sortBy" in text else page

    catalogue = Catalogue(FIVE, spoil=picky)
    assert len(list(pages(catalogue).records())) == 5
    assert len(catalogue.asked) == 6, "the way that works is kept for the other pages"


def test_a_server_that_is_down_is_asked_once(pages: Any) -> None:
    def down(self: Catalogue, start: int, page: bytes) -> bytes:
        raise FetchError("connection", "refused", "http://csw.example/")

    catalogue = Catalogue(FIVE, spoil=down)
    with pytest.raises(FetchError):
        list(pages(catalogue).records())
    assert len(catalogue.asked) == 1
