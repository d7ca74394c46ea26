"""Cells of the printed table, each form that it really holds, and codes in all their forms."""

from decimal import Decimal

import pytest
from ckanext.kielce.indicators.domain.codes import CodeError, normalise, slug, sort_key
from ckanext.kielce.indicators.domain.printed import CellError, read_cell
from ckanext.kielce.indicators.domain.vocabulary import card_texts


@pytest.mark.parametrize(
    ("cell", "value", "unit", "year"),
    [
        ("7,7% (2016)", "7.7", "%", 2016),
        ("13,60%", "13.60", "%", None),
        ("10,9 (2013)", "10.9", "", 2013),
        ("42 490.79 (2017)", "42490.79", "", 2017),
        ("144 200 (2017)", "144200", "", 2017),
        ("3 171,34 (2015)", "3171.34", "", 2015),
        ("15 707 (2013)", "15707", "", 2013),
        ("5,63 min (2015)", "5.63", "min", 2015),
        ("0,0007 (2016)", "0.0007", "", 2016),
        ("11886 (2016)", "11886", "", 2016),
        ("15606", "15606", "", None),
        ("0% (2016)", "0", "%", 2016),
    ],
)
def test_reads_every_form_of_the_print(cell, value, unit, year):
    read = read_cell(cell)
    assert (read.value, read.unit, read.year, read.missing) == (Decimal(value), unit, year, False)


@pytest.mark.parametrize("cell", ["bd", "(bd)", "bd (bd)", "BD", " bd "])
def test_no_data_is_no_number(cell):
    read = read_cell(cell)
    assert read.missing
    assert read.value is None


@pytest.mark.parametrize(
    "cell",
    ["", "   ", "ok. 5", "1,234.56", "5-7", "12 34 (2016)", "7,7% (16)", "7,7 (2916)", "1.234,5", "%", "n/a"],
)
def test_what_cannot_be_read_is_refused_with_a_remedy(cell):
    with pytest.raises(CellError) as error:
        read_cell(cell)
    assert any(word in str(error.value) for word in ("write", "correct"))


def test_only_a_point_is_noted_as_a_point():
    assert read_cell("9 339.21 (2017)").point_decimal
    assert not read_cell("9 339,21 (2017)").point_decimal


@pytest.mark.parametrize(
    ("printed", "code"),
    [("EC5.1", "EC 5.1"), ("EV.8.4", "EV 8.4"), ("HL.12.1", "HL 12.1"), ("WW.20.3", "WW 20.3"), ("GV11.01", "GV 11.1"),
     ("WS21.06", "WS 21.6"), ("WS.21.6", "WS 21.6"), ("SW16.10", "SW 16.10"), ("ec-5.1", "EC 5.1"), ("EC 5.1", "EC 5.1")],
)  # fmt: skip
def test_codes_have_one_form(printed, code):
    assert normalise(printed) == code


@pytest.mark.parametrize("printed", ["", "5.1", "XX5.1", "EC9.9", "EC5", "EC5.1.2", "EC 5.0", "../EC5.1"])
def test_what_is_no_code_is_refused(printed):
    with pytest.raises(CodeError):
        normalise(printed)


def test_slug_leads_back():
    assert all(normalise(slug(code)) == code for code in card_texts())


def test_order_is_the_standards():
    assert sorted(["SW 16.10", "SW 16.9", "EC 5.1", "TR 18.1", "TV 17.1"], key=sort_key) == [
        "EC 5.1", "SW 16.9", "SW 16.10", "TV 17.1", "TR 18.1",
    ]  # fmt: skip
