"""What parameters ask, and what is said of mistaken ones."""

import json

import pytest
from ckanext.kielce.places import question

SQUARE = "POLYGON ((20.62 50.86, 20.63 50.86, 20.63 50.87, 20.62 50.87, 20.62 50.86))"


@pytest.mark.parametrize(
    ("params", "asked"),
    [
        ({"q": "Sienkiewicza 5"}, {"address": "Sienkiewicza 5"}),
        ({"q": "266101_1.0012.345/6"}, {"parcel": "266101_1.0012.345/6"}),
        ({"q": "50.87, 20.63"}, {"lat": "50.870000", "lon": "20.630000"}),
        ({"q": "???"}, {"q": "???"}),
        ({"lat": "50,87", "lon": 20.63}, {"lat": "50.870000", "lon": "20.630000"}),
        ({"area": SQUARE}, {"area": SQUARE}),
        ({"area": {"type": "Polygon"}}, {"area": json.dumps({"type": "Polygon"})}),
        ({"address": " Herbska 1 ", "q": ""}, {"address": "Herbska 1"}),
    ],
)
def test_read(params, asked):
    assert question.read(params).params() == {**asked, "distance": 500}


def test_the_address_of_a_sheet_asks_the_same_again():
    first = question.read({"q": "50.8712345678, 20.63", "distance": "300"})
    assert question.read(first.params()) == first


@pytest.mark.parametrize(
    ("params", "fields"),
    [
        ({}, ["q"]),
        ({"lon": "20.6"}, ["lat"]),
        ({"lat": "50.8"}, ["lon"]),
        ({"lat": "north", "lon": "x"}, ["lat", "lon"]),
        ({"lat": "20.63", "lon": "50.87"}, ["lat"]),
        ({"lat": "1e1", "lon": "20.6"}, ["lat"]),
        ({"q": "x", "address": "Herbska 1"}, ["q", "address"]),
        ({"q": "x" * 201}, ["q"]),
        ({"address": "17"}, ["address"]),
        ({"parcel": "Herbska 1"}, ["parcel"]),
        ({"q": "x", "distance": "9"}, ["distance"]),
        ({"q": "x", "distance": "2001"}, ["distance"]),
        ({"q": "x", "distance": "-5"}, ["distance"]),
        ({"q": "x", "distance": "٥٠٠"}, ["distance"]),
        ({"area": "x" * 20_001}, ["area"]),
    ],
)
def test_mistakes_are_told_by_field_in_both_languages(params, fields):
    with pytest.raises(question.AskedError) as caught:
        question.read(params)
    for lang in ("pl", "en"):
        told = caught.value.told(lang)
        assert list(told) == fields
        assert all(text and "{" not in text for texts in told.values() for text in texts)


@pytest.mark.parametrize(
    "text",
    [
        SQUARE,
        "20.62,50.86,20.63,50.87",
        '{"type": "Polygon", "coordinates": [[[20.62, 50.86], [20.63, 50.86], [20.63, 50.87], [20.62, 50.87], [20.62, 50.86]]]}',
        '{"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": '
        "[[[20.62, 50.86], [20.63, 50.86], [20.63, 50.87], [20.62, 50.87], [20.62, 50.86]]]}}",
    ],
)
def test_an_area_in_every_form(text):
    # A hundredth of a degree is 704 by 1112 m at this latitude.
    assert question.area(text).area == pytest.approx(78.3e4, rel=0.01)


RING = ", ".join(f"20.6{at:03d} 50.87" for at in range(501))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "no_area"),
        ("here", "no_area"),
        ("POINT (20.6 50.8)", "no_area"),
        ("POLYGON EMPTY", "no_area"),
        ("POLYGON ((20.6 50.8, 20.7))", "no_area"),
        ("20.63,50.86,20.62,50.87", "no_area"),
        ("{}", "no_area"),
        ("[]", "no_area"),
        ('{"type": "Polygon", "coordinates": "x"}', "no_area"),
        ('{"type": "Polygon", "coordinates": [[[null, 1]]]}', "no_area"),
        ("{" * 1000, "no_area"),
        (f"POLYGON (({RING}, 20.6 50.88, 20.6000 50.87))", "too_many_vertices"),
        ("50.86,20.62,50.87,20.63", "not_in_poland"),
        ("POLYGON ((20.62 50.86, 20.63 50.87, 20.63 50.86, 20.62 50.87, 20.62 50.86))", "crossed"),
        ("20.5,50.8,20.7,50.9", "too_large"),
        ("POLYGON ((20.62 50.86, inf 50.86, 20.63 50.87, 20.62 50.86))", "not_in_poland"),
    ],
)
def test_what_is_no_area_is_told_why(text, code):
    with pytest.raises(question.AskedError) as caught:
        question.area(text)
    assert caught.value.errors["area"][0] == code
    assert "{" not in caught.value.told("pl")["area"][0].replace("{type", "")
