"""ISO records and the pages of a catalogue, against a client that answers from memory."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest.records import Record, RecordError, Source, SourceError
from ckanext.kielce.harvesters.msip import csw_pages, iso, iso_map
from ckanext.kielce.harvesters.msip.xml import parse, records_apart

from tests.harvesters.msip import samples

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
        self.expected = None

    def expect(self, number: int) -> None:
        self.expected = number

    def fetch(self, url: str, *, method: str = "GET", body: bytes | None = None, **more: Any) -> Answer:
        import re

        text = (body or b"").decode() or url
        self.asked.append((method, text))
        start = int(re.search(r'startPosition="?=?(\d+)', text).group(1))
        page = samples.answer(self.records[start - 1 : start - 1 + self.most], len(self.records))
        return Answer(self.spoil(self, start, page) if self.spoil else page)


def pages(catalogue: Catalogue, **more: Any) -> csw_pages.Pages:
    return csw_pages.Pages(catalogue, "http://csw.example/?service=CSW", 2, **more)


def guids(entries: Any) -> list[str]:
    return [entry.guid for entry in entries]


FIVE = [samples.record(f"r{number}") for number in range(5)]


def test_all_pages_are_read() -> None:
    catalogue = Catalogue(FIVE)
    read = pages(catalogue)
    found = list(read.records())
    assert guids(found) == ["r0", "r1", "r2", "r3", "r4"] and not any(entry.error for entry in found)
    assert (len(catalogue.asked), read.promised) == (3, 5), "no request for a single record"


def test_the_next_page_comes_while_one_is_worked_on_and_no_more() -> None:
    catalogue = Catalogue([samples.record(f"r{number}") for number in range(20)])
    reading = pages(catalogue).records()
    for _ in range(3):
        next(reading)
    reading.close()
    assert len(catalogue.asked) <= 3, "page 2 is being worked on, page 3 may be on its way, never page 4"


def test_the_digest_is_of_the_record_and_not_of_what_is_around_it() -> None:
    plain = samples.answer(FIVE[:2], 2)
    moved = plain.replace(b"<csw:GetRecordsResponse ", b'<csw:GetRecordsResponse xmlns:x="urn:x" ').replace(
        b"<gmd:MD_Metadata", b"\n  <!-- 1 --><gmd:MD_Metadata"
    )
    changed = plain.replace("Działki".encode(), "Działeczki".encode())
    first, same, other = (
        [entry.revision for entry in pages(Catalogue(FIVE[:2], spoil=lambda *_, b=body: b)).records()]
        for body in (plain, moved, changed)
    )
    assert first == same and first != other and len(first) == 2


def test_a_catalogue_that_stops_early_is_an_error_after_what_it_gave() -> None:
    short = Catalogue(FIVE, spoil=lambda self, start, page: page if start < 3 else samples.answer([], 5))
    found = []
    with pytest.raises(SourceError, match="5 records but gave 2"):
        found.extend(entry.guid for entry in pages(short).records())
    nothing = Catalogue(FIVE, spoil=lambda self, start, page: page if start < 3 else samples.answer([], 0))
    with pytest.raises(SourceError, match="5 records but gave 2"):
        list(pages(nothing).records())


def test_a_catalogue_that_repeats_itself_is_an_error() -> None:
    same = Catalogue(FIVE, spoil=lambda self, start, page: samples.answer(FIVE[:2], 5))
    with pytest.raises(SourceError, match="same records again"):
        list(pages(same).records())
    assert len(same.asked) <= 3


def test_records_put_in_and_taken_out_while_we_read() -> None:
    def one_more(self: Catalogue, start: int, page: bytes) -> bytes:
        if start == 1:
            self.records = [samples.record("a-new"), *self.records]
        return page

    growing = pages(Catalogue(FIVE, spoil=one_more))
    assert guids(growing.records()) == ["r0", "r1", "r2", "r3", "r4"]
    assert growing.promised - growing.twice == 5, "r1 came twice, as it was: not a double record"

    def one_less(self: Catalogue, start: int, page: bytes) -> bytes:
        if start == 1:
            self.records = self.records[:4]
        return page

    shrinking = pages(Catalogue(FIVE, spoil=one_less))
    assert guids(shrinking.records()) == ["r0", "r1", "r2", "r3"] and shrinking.promised == 4


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (samples.LOGIN, "web page"),
        (samples.BOMB, "document type"),
        ("<csw:Capabilities xmlns:csw='http://www.opengis.net/cat/csw/2.0.2'/>", "capabilities instead"),
        ("<feed/>", "<feed>"),
        ("", "not correct XML"),
    ],
)
def test_what_is_no_list_is_named(body: str, said: str) -> None:
    with pytest.raises(SourceError, match=said) as caught:
        list(pages(Catalogue(FIVE, spoil=lambda *_: body.encode())).records())
    assert caught.value.message_pl != caught.value.message


def test_a_page_with_a_document_type_is_not_read_in_pieces() -> None:
    page = samples.answer(FIVE, 5).replace(b"<csw:Get", b'<!DOCTYPE a [<!ENTITY x "y">]><csw:Get', 1)
    with pytest.raises(SourceError, match="document type"):
        list(pages(Catalogue(FIVE, spoil=lambda *_: page)).records())


def test_an_answer_cut_in_the_middle_is_an_error() -> None:
    cut = Catalogue(FIVE, spoil=lambda self, start, page: page[: len(page) * 2 // 3])
    with pytest.raises(SourceError, match="not correct XML"):
        list(pages(cut).records())


def test_a_malformed_record_harms_only_itself() -> None:
    records = [*FIVE[:2], samples.record("zły", "A & B"), *FIVE[2:]]
    found = list(pages(Catalogue(records)).records())
    assert [entry.guid for entry in found if entry.error] == ["zły"]
    assert len(found) == 6
    imagery = [record.replace("gmd:MD_Metadata", "gmi:MI_Metadata") for record in records]
    spoil = lambda self, start, page: page.replace(  # noqa: E731
        b' xmlns:gmd="', b' xmlns:gmi="http://www.isotc211.org/2005/gmi" xmlns:gmd="', 1
    )
    assert [bool(entry.error) for entry in pages(Catalogue(imagery, spoil=spoil)).records()] == [
        bool(entry.error) for entry in found
    ]


def test_a_broken_page_of_endless_beginnings_is_not_taken_apart() -> None:
    assert records_apart(b"<gmd:MD_Metadata " * 100_000) == []


def test_malformed_records_in_another_encoding_keep_their_letters() -> None:
    page = samples.answer([samples.record("r1", "Ścieżki"), samples.record("zły", "A & B")], 2)
    latin = page.replace(b'encoding="UTF-8"', b'encoding="ISO-8859-2"').decode().encode("iso-8859-2")
    good, bad = pages(Catalogue(FIVE, spoil=lambda *_: latin)).records()
    assert iso.read(good.node)["title"] == "Ścieżki" and (bad.guid, bad.node) == ("zły", None)


def test_records_that_cannot_be_used_are_told_and_counted() -> None:
    dublin = "<csw:Record xmlns:csw='http://www.opengis.net/cat/csw/2.0.2' xmlns:dc='http://purl.org/dc/elements/1.1/'><dc:identifier>dc1</dc:identifier></csw:Record>"
    newer = '<mdb:MD_Metadata xmlns:mdb="http://standards.iso.org/iso/19115/-3/mdb/2.0"/>'
    huge = samples.record("huge", "A" * 3_000_000)
    found = {
        entry.guid: entry
        for entry in pages(Catalogue([FIVE[0], dublin, huge, newer], 4), lang="en").records()
    }
    assert "ISO 19139" in found["dc1"].error and "2 MB at most" in found["huge"].error
    assert found["r0"].error is None and "/19115/-3/" in found["http://csw.example/#4"].error


def test_other_ways_of_asking() -> None:
    """POST refused with 405, sorting refused with an exception report: plain GET is what is left."""

    def picky(self: Catalogue, start: int, page: bytes) -> bytes:
        method, text = self.asked[-1]
        if method == "POST":
            raise FetchError("http_error", "405", "http://csw.example/", 405)
        return samples.EXCEPTION.encode() if "sortBy" in text else page

    catalogue = Catalogue(FIVE, spoil=picky)
    assert len(list(pages(catalogue).records())) == 5
    assert len(catalogue.asked) == 6, "the way that works is kept for the other pages"


def test_a_server_that_is_down_is_asked_once() -> None:
    def down(self: Catalogue, start: int, page: bytes) -> bytes:
        raise FetchError("connection", "refused", "http://csw.example/")

    catalogue = Catalogue(FIVE, spoil=down)
    with pytest.raises(FetchError):
        list(pages(catalogue).records())
    assert len(catalogue.asked) == 1


class Geoportal(Catalogue):
    """The catalogue, and a WFS beside it; hosts named in ``down`` do not answer."""

    def __init__(self, records: list[str], down: tuple[str, ...] = ()) -> None:
        super().__init__(records, 100)
        self.down, self.schema = down, samples.SCHEMA

    def fetch(self, url: str, **more: Any) -> Answer:
        if "csw.example" in url:
            return super().fetch(url, **more)
        self.asked.append(("GET", url))
        if any(host in url for host in self.down):
            raise FetchError("connection", "down", url)
        if "request=DescribeFeatureType" in url:
            return Answer(self.schema.encode())
        return Answer((samples.WMS if "service=WMS" in url else samples.WFS_200).encode())


def harvest(client: Geoportal, **config: Any) -> list[Record]:
    csw = pytest.importorskip("ckanext.kielce.harvesters.msip.csw")
    source = Source("s", "http://csw.example/", config=config)
    return list(csw.MsipCswHarvester.records(None, source, client))


def test_services_are_read_once_and_the_content_only_when_asked() -> None:
    both = samples.online(f"{WFS}?service=WFS", "OGC:WFS", "ms:dzialki") + samples.online(
        f"{WFS}?service=WMS", "OGC:WMS", "dzialki"
    )
    client = Geoportal([samples.record(f"r{number}", onlines=both) for number in range(3)])
    found = harvest(client)
    assert (len(client.asked), client.expected) == (3, 3), client.asked
    content = found[0].loaded()
    assert content["layers"][WFS][0]["columns"] and content["drawn"][WFS]["name"] == "dzialki"
    found[1].loaded()
    assert len(client.asked) == 4, "the WMS is read for records being written, once"

    before = [record.revision for record in found]
    assert [record.revision for record in harvest(client)] == before
    client.schema = client.schema.replace("numer", "nr")
    assert not set(before) & {record.revision for record in harvest(client)}, "a new column is a change"


def test_a_dead_server_is_asked_once_for_all_its_services() -> None:
    records = [
        samples.record(
            f"r{number}", onlines=samples.online(f"http://dead.example/ows?map={number}", "OGC:WFS", "x")
        )
        for number in range(4)
    ]
    client = Geoportal(records, down=("dead.example",))
    found = harvest(client)
    assert len(client.asked) == 2 and all(record.incomplete for record in found)


def test_a_failed_service_keeps_no_page_in_memory() -> None:
    """The traceback of its error held the record that was being read, and so the page: 60 MB in 2,000 records."""
    pytest.importorskip("ckan")
    services = importlib.import_module("ckanext.kielce.harvesters.msip.services")
    made = services.Services(Geoportal([], down=("dead.example",)), "pl")
    for number in range(2):
        made.behind([{"url": f"http://dead.example/{number}", "protocol": "OGC:WFS", "name": "x"}])
    kept = list(made._wfs.values())
    assert len(kept) == 2 and not any(error.__traceback__ or error.__context__ for error in kept)


def test_memory_stays_flat_however_many_services_there_are() -> None:
    services = importlib.import_module("ckanext.kielce.harvesters.msip.services")
    made = services.Services(Geoportal([]), "pl")
    for number in range(services.MOST_KEPT + 50):
        found = made.behind([{"url": f"{WFS}?map={number}", "protocol": "OGC:WFS", "name": "ms:dzialki"}])
        assert found.layers
    assert len(made._wfs) == len(made._said) == services.MOST_KEPT


def test_records_left_out_are_not_waited_for() -> None:
    service = samples.record("s1").replace('codeListValue="dataset"', 'codeListValue="service"')
    client = Geoportal([FIVE[0], service, FIVE[1]])
    assert [record.guid for record in harvest(client)] == ["r0", "r1"] and client.expected == 2


@pytest.mark.parametrize(
    "url",
    [
        "http://x.example/" + "a" * 9000,
        "http://[geoportal]/ows",
        "http://x.example:8O/ows",
        "geoportal",
        "file:///a",
    ],
)
def test_an_address_that_is_none_harms_nothing(url: str) -> None:
    """urlsplit raises for some of them, and that ended the whole run."""
    records = [samples.record("r1", onlines=samples.online(url, "OGC:WFS", "x")), FIVE[0]]
    found = harvest(Geoportal(records))
    assert [record.guid for record in found] == ["r1", "r0"]
    draft = iso_map.to_dataset(found[0].loaded(), "pl")
    assert any(url[:200] in text for text in draft.unmapped) and not draft.data["resources"]


UUID = "a1b2c3d4-0000-4000-8000-00000000000a"


@pytest.mark.parametrize(
    ("onlines", "keys"),
    [
        ([], ()),
        ([("WFS", "ms:dzialki"), ("WMS", "dzialki")], ("ms:dzialki", "dzialki")),
        ([("WFS", "ms:dzialki"), ("WMS", "mapa_ogolna")], ("ms:dzialki", "dzialki")),
        ([("WFS", "ms:dzialki,ms:bez_niczego")], ()),
        ([("WFS", "ms:nieznana")], ()),
        ([("WMS", "ortofotomapa")], ("ortofotomapa",)),
        ([("WMS", "Usługa przeglądania")], ()),
        ([("WMS", "WMS")], ()),
    ],
)
def test_names_across_sources(onlines: list[tuple[str, str]], keys: tuple[str, ...]) -> None:
    text = "".join(samples.online(f"{WFS}?service={kind}", f"OGC:{kind}", name) for kind, name in onlines)
    (found,) = harvest(Geoportal([samples.record(UUID.upper(), onlines=text)]))
    assert found.keys == (f"uuid:{UUID}", *(f"layer:msip.example/ows#{key}" for key in keys))
