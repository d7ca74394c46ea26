"""Addresses, parcels and coordinates as people type them."""

import time

import pytest
from ckanext.kielce.places import naming


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ul. Sienkiewicza 5", ("sienkiewicza", ["5"])),
        ("sienkiewicza 5A", ("sienkiewicza", ["5a"])),
        ("Sienkiewicza 5 a", ("sienkiewicza", ["5a"])),
        ("Sienkiewicza 5 m. 3", ("sienkiewicza", ["5"])),
        ("Sienkiewicza 5, 25-001 Kielce", ("sienkiewicza", ["5"])),
        ("1 Maja 12", ("1 maja", ["12"])),
        ("1 Maja", ("1 maja", [])),
        ("ul. IX Wieków Kielc 3", ("ix wiekow kielc", ["3"])),
        ("os. Na Stoku 12/4", ("na stoku", ["12/4", "12"])),
        ("aleja Tysiąclecia Państwa Polskiego 4", ("tysiaclecia panstwa polskiego", ["4"])),
        ("ŻELAZNA", ("zelazna", [])),
        ("ul. 5", None),
        ("", None),
        ("?!", None),
    ],
)
def test_address(text, found):
    assert naming.address(text) == found


@pytest.mark.parametrize(
    ("text", "number", "precinct", "unit"),
    [
        ("266101_1.0012.345/6", "345/6", "12", "266101_1"),
        ("266101_1.0012.AR_3.345/6", "345/6", "12", "266101_1"),
        ("obręb 12, działka 345/6", "345/6", "12", ""),
        ("dz. nr 345/6, obręb 0012", "345/6", "12", ""),
        ("działka 345/6 z obrębu 12", "345/6", "12", ""),
        ("0012-345", "345", "12", ""),
        ("345/6", "345/6", "", ""),
        ("Działka 17", "17", "", ""),
    ],
)
def test_parcel(text, number, precinct, unit):
    assert naming.parcel(text) == naming.Parcel(number, precinct, unit)


@pytest.mark.parametrize("text", ["", "Sienkiewicza 5", "17", "obręb 12", "266101_1.0012", "1/2/3"])
def test_what_is_no_parcel(text):
    assert naming.parcel(text) is None


@pytest.mark.parametrize(
    "text", ["50.87, 20.63", "50,87 20,63", "20.63,50.87", "50.87;20.63", "50.87N 20.63E", " 50.87° 20.63° "]
)
def test_coordinates_in_either_order_and_with_decimal_commas(text):
    assert naming.coordinates(text) == (20.63, 50.87)


@pytest.mark.parametrize("text", ["1.2, 3.4", "50.87", "50.87, 200.63", "5 6", "Sienkiewicza 5"])
def test_what_are_no_coordinates(text):
    assert naming.coordinates(text) is None


STREETS = ["ks sciegiennego", "sienkiewicza", "sienna", "zelazna", "henryka sienkiewicza boczna"]


@pytest.mark.parametrize(
    ("typed", "found", "sure"),
    [
        ("sienkiewicza", ["sienkiewicza"], True),
        ("sciegiennego", ["ks sciegiennego"], True),
        ("sien", ["henryka sienkiewicza boczna", "sienkiewicza", "sienna"], True),
        ("zelasna", ["zelazna"], False),
        ("qqqq", [], False),
    ],
)
def test_streets_that_were_meant(typed, found, sure):
    meant = naming.streets_like(typed, STREETS)
    assert (sorted(meant[0]), meant[1]) == (found, sure) if found else meant == ([], False)


def test_numbers_sort_as_people_count():
    assert sorted(["10a", "2", "10", "1"], key=naming.order) == ["1", "2", "10", "10a"]


@pytest.mark.parametrize("text", ["a 1 " * 50, " ," * 100 + "1", "1 " * 100, "obr " * 50, "ul. " * 50 + "x"])
def test_no_text_takes_long(text):
    begun = time.process_time()
    naming.address(text), naming.parcel(text), naming.coordinates(text)
    assert time.process_time() - begun < 1
