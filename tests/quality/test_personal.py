"""Suspected PESEL numbers: what counts and what doesn't. The numbers are made up."""

from __future__ import annotations

import polars as pl
import pytest
from ckanext.kielce.quality.gather.personal import find_personal_data

VALID = ["44051401359", "02070803628", "90090515836", "92071314764", "81010200134"]
WRONG = ["44051401358", "02070803627", "90090515835", "92071314763", "81010200135"]


def found(**columns: list[object]) -> list[tuple[str, int]]:
    return [(item.column, item.count) for item in find_personal_data(pl.DataFrame(columns))]


def test_a_column_of_pesels_is_found_by_its_values() -> None:
    assert found(numer=VALID) == [("numer", 5)]


def test_numbers_that_lost_their_leading_zero_are_found() -> None:
    assert found(pesel=[44051401359, 2070803628]) == [("pesel", 2)]


def test_dates_written_as_numbers_are_no_persons() -> None:
    """20261225 padded with zeros passes the checksum by chance; a timetable was withheld for it."""
    assert found(date=[20261111, 20261225, 20261226, 20270101]) == []


def test_wrong_checksums_are_no_persons() -> None:
    assert found(pesel=WRONG) == []


@pytest.mark.parametrize(("valid", "expected"), [(1, []), (2, [("kod", 2)])])
def test_a_column_of_numbers_needs_a_fifth_of_valid_ones(valid: int, expected: list[tuple[str, int]]) -> None:
    assert found(kod=VALID[:valid] + WRONG * 1 + WRONG[: 5 - valid]) == expected


@pytest.mark.parametrize(
    "name", ["nr telefonu (tel)", "id_dzialki", "NIP", "REGON", "nr_konta konto", "sygn_sprawy"]
)
def test_the_name_of_the_column_may_say_that_it_is_something_else(name: str) -> None:
    assert found(**{name: VALID}) == []


def test_in_text_one_suffices() -> None:
    assert found(uwagi=["brak", "wnioskodawca PESEL 44051401359, ul. Wesoła", None]) == [("uwagi", 1)]


@pytest.mark.parametrize(
    "text",
    [
        "NIP 44051401359",
        "konto 44051401359",
        "tel. 44051401359",
        "4405140****",
        "1234 44051401359 5678 44051401358"[:4],
        "2661011/44051401359",
        "PL61109010140000071219812874",
    ],
)
def test_other_numbers_in_text_are_no_persons(text: str) -> None:
    assert found(uwagi=[text, "zwykły opis"]) == []


def test_amounts_and_names_are_left_alone() -> None:
    assert found(kwota=[44051401359.5, 1.0], nazwa=["Szkoła 1", "Szkoła 2"]) == []
