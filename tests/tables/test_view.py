"""The part of a table that an address asks for."""

import datetime as dt
from decimal import Decimal

import pytest
from ckanext.kielce.tables.shared import Condition, Field, Misread, View, asked
from ckanext.kielce.tables.view import bounds, to_number

at = dt.datetime.fromisoformat
FIELDS = [
    Field("rok", "number", "bigint"),
    Field("osiedle", "text", "text"),
    Field("dzień", "date", "date"),
    Field("chwila", "datetime", "timestamp without time zone"),
    Field("czynne", "boolean", "boolean"),
]


def ask(**args):
    return asked({key: value if isinstance(value, list) else [value] for key, value in args.items()}, FIELDS)


def test_an_empty_address_is_the_whole_table():
    found = ask()
    assert found.view == View()
    assert found.view.whole
    assert found.view.pairs() == []
    assert found.view.digest() == ""


def test_an_address_and_its_view_are_the_same_thing():
    found = ask(
        q="  żłobek   słońce ",
        fc=["rok", "osiedle"],
        fo=["from", "has"],
        fv=["2020", "Herby"],
        sort="rok",
        desc="1",
    )
    assert found.misread == []
    assert found.view == View(
        "żłobek słońce", (Condition("rok", "from", "2020"), Condition("osiedle", "has", "Herby")), "rok", True
    )
    args = {}
    for name, value in found.view.pairs():
        args.setdefault(name, []).append(value)
    assert asked(args, FIELDS).view == found.view


@pytest.mark.parametrize(
    ("args", "misread"),
    [
        ({"fc": "nie ma", "fo": "is", "fv": "1"}, Misread("column", "nie ma")),
        ({"fc": "rok", "fo": "is", "fv": "abc"}, Misread("value", "rok", "abc")),
        ({"fc": "osiedle", "fo": "from", "fv": "a"}, Misread("comparison", "osiedle", "from")),
        ({"fc": "dzień", "fo": "is", "fv": "wczoraj"}, Misread("value", "dzień", "wczoraj")),
        ({"sort": "; DROP TABLE x"}, Misread("column", "; DROP TABLE x")),
    ],
)
def test_what_is_not_understood_is_left_out_and_told(args, misread):
    found = ask(**args)
    assert found.view == View()
    assert found.misread == [misread]


def test_an_empty_line_of_the_form_is_nothing():
    assert ask(fc=["", "rok"], fo=["is", "is"], fv=["", ""]) == ask()


def test_conditions_have_a_bound():
    found = ask(fc=["rok"] * 20, fo=["is"] * 20, fv=[str(year) for year in range(20)])
    assert len(found.view.conditions) == 12
    assert found.misread == [Misread("many", value="12")]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1 234,5", Decimal("1234.5")),
        ("1.234,5", Decimal("1234.5")),
        ("1234.5", Decimal("1234.5")),
        ("−3", Decimal(-3)),
        ("12\u00a0000", Decimal(12000)),
        ("abc", None),
        ("NaN", None),
        ("1e500", None),
        ("", None),
    ],
)
def test_numbers_as_people_write_them(text, number):
    assert to_number(text) == number


@pytest.mark.parametrize(
    ("kind", "text", "span"),
    [
        ("date", "2024", (dt.date(2024, 1, 1), dt.date(2024, 12, 31))),
        ("date", "3.11.2026", (dt.date(2026, 11, 3), dt.date(2026, 11, 3))),
        ("date", "marzec 2024", (dt.date(2024, 3, 1), dt.date(2024, 3, 31))),
        (
            "datetime",
            "2026-11-03",
            (at("2026-11-03T00:00"), at("2026-11-04T00:00")),
        ),
        (
            "datetime",
            "2026-11-03 14:05",
            (at("2026-11-03T14:05"), at("2026-11-03T14:05")),
        ),
        ("boolean", "Tak", (True, True)),
        ("boolean", "może", None),
    ],
)
def test_values_are_read_as_the_columns_kind(kind, text, span):
    assert bounds(Condition("x", "is", text), kind) == span
