"""Checks of single values: what is accepted and in which form it is stored."""

from __future__ import annotations

import json

import pytest
from ckanext.kielce.catalogue.logic import normalise, values
from hypothesis import given
from hypothesis import strategies as st

RING = [[20.5, 50.8], [20.7, 50.8], [20.7, 50.9], [20.5, 50.8]]

GOOD = [
    (values.date, "31.3.2024", "2024-03-31"),
    (values.date, "2024", "2024"),
    (values.date, "2024-03-31 10:15:00", "2024-03-31T10:15:00"),
    (values.number, "12,5", 12.5),
    (values.number, "1 234", 1234),
    (values.crs, "http://www.opengis.net/def/crs/EPSG/0/2178", "EPSG:2178"),
    (values.crs, "urn:ogc:def:crs:EPSG:6.9:4326", "EPSG:4326"),
    (values.crs, "CRS:84", "EPSG:4326"),
    (values.encoding, "cp1250", "windows-1250"),
    (values.encoding, "utf8", "UTF-8"),
    (values.delimiter, "tab", "\t"),
    (values.delimiter, "średnik", ";"),
    (values.media_type, "http://www.iana.org/assignments/media-types/text/csv", "text/csv"),
    (values.media_type, "Text/CSV; charset=utf-8", "text/csv"),
    (values.hash_algorithm, "SHA-256", "sha256"),
    (values.hash_algorithm, "http://spdx.org/rdf/terms#checksumAlgorithm_md5", "md5"),
    (values.email, "mailto:dane@um-kielce.example", "dane@um-kielce.example"),
    (values.teryt, 2661011, "2661011"),
    (values.as_list, '["a", "b", "a", " "]', ["a", "b"]),
    (values.as_list, "a\n\nb", ["a", "b"]),
]

BAD = [
    (values.date, "31.13.2024"),
    (values.date, "wczoraj"),
    (values.number, "nan"),
    (values.number, "dużo"),
    (values.crs, "lokalny"),
    (values.encoding, "polskie"),
    (values.encoding, "base64"),
    (values.delimiter, ";;"),
    (values.media_type, "csv"),
    (values.hash_algorithm, "crc32"),
    (values.email, "dane"),
    (values.web_address, "www.kielce.eu"),
    (values.web_address, "https://dane kielce"),
    (values.web_address, "http://[::1"),
    (values.teryt, "2661017"),
    (values.as_list, '["a"'),
    (values.as_list, {"a": 1}),
    (values.as_list, [1]),
    (values.geojson, "tutaj"),
    (values.geojson, {"type": "Polygon", "coordinates": [RING[:3]]}),
    (values.geojson, {"type": "Point", "coordinates": [612345.0, 312345.0]}),
    (values.geojson, {"type": "Point", "coordinates": ["20", "50"]}),
    (values.geojson, {"type": "Point", "coordinates": []}),
    (values.geojson, {"type": "Circle", "coordinates": [20, 50]}),
]


@pytest.mark.parametrize(("check", "value", "stored"), GOOD)
def test_good_value(check, value, stored):
    assert check(value) == stored
    assert check(stored) == stored, "storing twice changes nothing"


@pytest.mark.parametrize(("check", "value"), BAD)
def test_bad_value_has_a_sentence(check, value):
    with pytest.raises(values.BadValueError) as caught:
        check(value)
    assert len(str(caught.value)) > 15 and "%(" not in str(caught.value)


def test_geojson_is_stored_compact_and_a_feature_is_unwrapped():
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [RING]}}
    stored = values.geojson(json.dumps(feature))
    assert json.loads(stored) == feature["geometry"] and " " not in stored


def test_a_small_number_is_refused_when_a_least_one_is_set():
    assert values.number(1, 1) == 1
    with pytest.raises(values.BadValueError, match="too small"):
        values.number(0, 1)


@given(st.text(max_size=60))
def test_any_text_is_either_stored_or_refused_with_a_sentence(text):
    for check in (
        values.date,
        values.crs,
        values.web_address,
        values.email,
        values.geojson,
        values.media_type,
        values.encoding,
    ):
        try:
            assert isinstance(check(text), str)
        except values.BadValueError as error:
            assert str(error)


def test_composites_in_all_shapes():
    rows = [{"name": "a"}, {"name": ""}]
    assert normalise.composite(rows) == [{"name": "a"}]
    assert normalise.composite(json.dumps(rows)) == [{"name": "a"}]
    assert normalise.composite({"name": "a"}) == [{"name": "a"}]
    assert normalise.composite("") == []
    for wrong in ("nie json", "[1]", 5, ["a"]):
        with pytest.raises(ValueError):
            normalise.composite(wrong)


def test_normalising_leaves_the_callers_dict_alone():
    data = {
        "contact": '{"email": "a@b.pl"}',
        "spatial": {"type": "Point", "coordinates": [20, 50]},
        "resources": [{}],
    }
    before = json.dumps(data)
    out, errors = normalise.normalised(data)
    assert errors == {} and out["contact"] == [{"email": "a@b.pl"}] and isinstance(out["spatial"], str)
    assert json.dumps(data) == before
