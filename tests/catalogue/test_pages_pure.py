"""Parts of pages that need no CKAN running: page numbers, addresses, layers, cells of a table."""

import datetime as dt
import json
from decimal import Decimal

import pytest

pytest.importorskip("ckan")
from ckanext.kielce.catalogue import layers, pages, preview
from ckanext.kielce.tables.shared import Field

at = dt.datetime.fromisoformat


@pytest.mark.parametrize(
    ("current", "last", "shown"),
    [
        (1, 1, [1]),
        (1, 7, [1, 2, None, 7]),
        (4, 7, [1, 2, 3, 4, 5, 6, 7]),
        (50, 100, [1, None, 49, 50, 51, None, 100]),
        (100, 100, [1, None, 99, 100]),
    ],
)
def test_page_numbers_leave_no_gap_of_one(current, last, shown):
    assert pages.page_numbers(current, last) == shown


def test_address_drops_what_is_empty_and_keeps_repeated_filters():
    assert (
        pages.address("/dataset", {"q": ["a b"], "sort": [""], "tags": ["x", "ż"]})
        == "/dataset?q=a+b&tags=x&tags=%C5%BC"
    )
    assert pages.address("/dataset", {}) == "/dataset"


def test_text_prefers_the_language_and_falls_back_to_the_other():
    thing = {"title": "Zieleń", "title_en": "Greenery", "notes": "Opis"}
    assert pages.text(thing, "title", "pl") == "Zieleń"
    assert pages.text(thing, "title", "en") == "Greenery"
    assert pages.text(thing, "notes", "en") == "Opis"
    assert pages.text({"extras": [{"key": "title_en", "value": "Unit"}]}, "title", "en") == "Unit"


@pytest.mark.parametrize("text", ["a,b,c,d", "1,2,3", "20.7,50.8,20.6,50.9", "nan,1,2,3", "0,0,999,1"])
def test_a_box_that_is_none_is_refused(text, monkeypatch):
    monkeypatch.setattr(layers.tk, "_", lambda words: words)
    with pytest.raises(layers.LayerError, match="west,south,east,north"):
        layers.box_of(text)


def test_a_box_is_four_numbers_or_nothing():
    assert layers.box_of("20.6,50.8,20.7,50.9") == (20.6, 50.8, 20.7, 50.9)
    assert layers.box_of("") is None


def test_a_picture_is_asked_for_with_the_services_own_parameters_kept():
    url = layers.picture_url(
        "https://geo.example/wms?map=x&REQUEST=GetCapabilities", "a:b", (20.6, 50.8, 20.7, 50.9), 300, 200
    )
    assert url.startswith(
        "https://geo.example/wms?map=x&service=WMS&version=1.1.1&request=GetMap&layers=a%3Ab"
    )
    assert "bbox=20.6000000%2C50.8000000%2C20.7000000%2C50.9000000&width=300&height=200" in url
    assert "GetCapabilities" not in url
    assert "request=GetLegendGraphic" in layers.legend_url("https://geo.example/wms", "a:b")


def _field(kind, name="x"):
    return Field(name, kind, kind)


@pytest.mark.parametrize(
    ("value", "kind", "lang", "expected"),
    [
        (None, "number", "pl", ""),
        (0, "number", "pl", "0"),
        (1234.5, "number", "pl", "1\u00a0234,5"),
        (1234.5, "number", "en", "1,234.5"),
        (Decimal("40.0"), "number", "pl", "40"),
        (Decimal("1200.50"), "number", "pl", "1\u00a0200,5"),
        ("00123", "text", "pl", "00123"),
        (dt.date(2026, 11, 3), "date", "pl", "3\u00a0listopada 2026"),
        (at("2026-11-03T00:00"), "datetime", "en", "3\u00a0November 2026"),
        # A stamp without a zone is local already and keeps its hour; one with a zone is taken to Warsaw's.
        (at("2026-07-01T10:00"), "datetime", "pl", "1\u00a0lipca 2026, 10:00"),
        (at("2026-07-01T10:00+00:00"), "datetime", "pl", "1\u00a0lipca 2026, 12:00"),
        ({"a": "ż"}, "other", "pl", '{"a": "ż"}'),
    ],
)
def test_cells_speak_the_readers_language(value, kind, lang, expected):
    assert preview.cell(value, _field(kind), lang) == expected


@pytest.mark.parametrize("name", ["rok", "kod_teryt", "nr", "ROK", "id", "rok_budzetowy"])
def test_numbers_that_name_are_not_parted(name):
    assert preview.names_something(name, [])
    assert preview.cell(2661011, _field("number", name), "pl", plain=True) == "2661011"


def test_a_column_of_years_is_seen_by_its_values():
    assert preview.names_something("okres", [2019, 2026, None])
    assert not preview.names_something("liczba", [2019, 55])
    assert not preview.names_something("kodeks", [7])


@pytest.mark.parametrize("columns", ["", "not json", "{}", json.dumps([1, "x"]), None])
def test_an_unreadable_dictionary_is_an_empty_one(columns):
    assert preview.described({"columns": columns}) == {}


def test_a_dictionary_comes_as_text_or_as_a_list():
    entry = {"name": "plan", "unit": "zł"}
    assert preview.described({"columns": json.dumps([entry])}) == {"plan": entry}
    assert preview.described({"columns": [entry]}) == {"plan": entry}
