"""Cells, names, units and tables: the small parts."""

from __future__ import annotations

from datetime import date

import pytest
from ckanext.kielce.quality.checks.cells import canonical, date_form, number
from ckanext.kielce.quality.checks.pii import is_pesel
from ckanext.kielce.quality.checks.table import Table
from ckanext.kielce.quality.checks.truncated import names
from ckanext.kielce.quality.checks.units import in_name, ratio


def test_values_behind_the_spelling():
    assert canonical("12") == canonical("12,0") == canonical("12.00")
    assert canonical("012") != canonical("12")
    assert canonical("31.08.2023") == canonical("2023-08-31")
    assert number("1\u00a0234,50") == number("1234.5") == 1234.5
    assert number("1_000") is None
    assert date_form("31.08.2023") == "D.D.Y"


def test_a_cell_may_hold_a_line_break():
    table = Table(b'a;b\n1;"jeden\ndwa"\n2;trzy\n')
    assert [row[0] for row in table.rows] == ["1", "2"]


def test_numbers_and_letters_are_named_only_as_such():
    assert names("Linia 30 zawieszona", "30")
    assert not names("stan na 30.06.2026", "30")
    assert not names("dane a metadane", "A")
    assert names("Strefa A zamknięta", "A")


def test_units_by_name():
    assert ratio("tys. zł", "zł") == 1000
    assert ratio("kWh", "MJ") == pytest.approx(3.6)
    assert ratio("dam³", "hl") == pytest.approx(10_000)
    assert in_name("wplywy_tys_zł") == "tys zł"
    assert in_name("Pobór [MWh]") == "MWh"


def test_nobody_is_born_in_the_future():
    today = date(2026, 10, 31)
    assert is_pesel("44051401359", today)
    assert not is_pesel("44051401358", today)
    assert not is_pesel("48661234560", today)
