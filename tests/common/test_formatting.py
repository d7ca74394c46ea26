"""Polish and English forms of numbers, dates, sizes and spans."""

import datetime as dt
from decimal import Decimal

import pytest
from ckanext.kielce.common import formatting as f

S = "\u00a0"


@pytest.mark.parametrize(
    ("value", "lang", "decimals", "expected"),
    [
        (12345.6, "pl", None, f"12{S}345,6"),
        (12345.6, "en", None, "12,345.6"),
        (1234567, "pl", None, f"1{S}234{S}567"),
        (12.0, "pl", None, "12"),
        ("12.50", "pl", None, "12,50"),
        (Decimal("0.10"), "pl", None, "0,10"),
        (-3, "pl", None, "−3"),
        (2.345, "pl", 2, "2,35"),
        (-0.001, "pl", 1, "0,0"),
        (1e21, "pl", None, S.join(["1"] + ["000"] * 7)),
        (None, "pl", None, ""),
        ("bd", "pl", None, "bd"),
        (float("nan"), "pl", None, "nan"),
        (True, "pl", None, "True"),
    ],
)
def test_number(value, lang, decimals, expected):
    assert f.number(value, lang, decimals) == expected


@pytest.mark.parametrize(
    ("n", "word"),
    [(0, "plików"), (1, "plik"), (2, "pliki"), (5, "plików"), (12, "plików"), (22, "pliki"), (112, "plików")],
)
def test_plural(n, word):
    assert f.plural(n, "plik", "pliki", "plików") == word


def test_dates_are_told_in_full_and_part_dates_gain_no_day():
    assert f.date("2026-11-03", "pl") == f"3{S}listopada 2026"
    assert f.date(dt.date(2026, 11, 3), "en") == f"3{S}November 2026"
    assert f.date("2026", "pl") == "2026"
    assert f.date("2026-03", "pl") == "03.2026"
    assert f.date("2026-03", "en") == "March 2026"
    assert f.date("kiedyś", "pl") == "kiedyś"
    assert f.date(None, "pl") == ""


def test_naive_moments_are_utc_and_shown_in_warsaw():
    # Half an hour before midnight UTC is already tomorrow in Kielce.
    assert f.date("2026-06-30T23:30:00", "pl") == f"1{S}lipca 2026"
    assert f.datetime_warsaw("2026-06-30T23:30:00", "pl") == f"1{S}lipca 2026, 01:30"
    assert f.datetime_warsaw("2026-01-15T13:05:00Z", "en") == f"15{S}January 2026, 14:05"
    assert f.datetime_warsaw("2026-01-15", "pl") == f"15{S}stycznia 2026"


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, f"0{S}B"),
        (999, f"999{S}B"),
        (1234567, f"1,2{S}MB"),
        (999_960, f"1,0{S}MB"),
        (345_600, f"346{S}kB"),
        ("2048", f"2,0{S}kB"),
        (None, ""),
        (-1, ""),
        ("nieznany", ""),
    ],
)
def test_filesize(size, expected):
    assert f.filesize(size, "pl") == expected


@pytest.mark.parametrize(
    ("n", "pl", "en"),
    [
        (0, "dziś", "today"),
        (1, f"1{S}dzień", f"1{S}day"),
        (20, f"20{S}dni", f"20{S}days"),
        (21, f"3{S}tygodnie", f"3{S}weeks"),
        (61, f"2{S}miesiące", f"2{S}months"),
        (400, f"13{S}miesięcy", f"13{S}months"),
        (730, f"2{S}lata", f"2{S}years"),
        (2000, f"5{S}lat", f"5{S}years"),
    ],
)
def test_days(n, pl, en):
    assert f.days(n, "pl") == pl
    assert f.days(n, "en") == en
