"""Published forms: CSV, the data package, the bars."""

import csv
import io
from decimal import Decimal

import pytest
from ckanext.kielce.indicators.domain.chart import MARGIN, ROW, bars
from ckanext.kielce.indicators.domain.export import VALUE_FIELDS, package, value_schema, values_csv

ROWS = [
    {"indicator": "EC 5.1", "period": "2016", "area": "Kielce", "value": Decimal("7.70"), "unit": "percent", "status": "A",
     "as_printed": "7,7% (2016)", "printed_value": Decimal("7.70"), "reason_pl": "", "reason_en": "", "revision": 1,
     "revised": "2026-11-21T10:00:00+00:00"},
    {"indicator": "EV 8.8", "period": "", "area": "Kielce", "value": None, "unit": "percent", "status": "O", "as_printed": "bd",
     "printed_value": None, "reason_pl": 'Brak, bo "bd"', "reason_en": "None", "revision": 1,
     "revised": "2026-11-21T10:00:00+00:00", "extra": "left out"},
]  # fmt: skip


def test_csv_keeps_numbers_plain_and_gaps_empty():
    first, second = csv.DictReader(io.StringIO(values_csv(ROWS)))
    assert list(first) == [field["name"] for field in VALUE_FIELDS]
    assert (first["value"], first["as_printed"]) == ("7.70", "7,7% (2016)")
    assert (second["value"], second["period"], second["reason_pl"]) == ("", "", 'Brak, bo "bd"')


def test_tiny_values_are_not_written_with_an_exponent():
    assert "0.0000007" in values_csv([{**ROWS[0], "value": Decimal("7E-7")}])


def test_the_package_describes_the_csv(tmp_path):
    frictionless = pytest.importorskip("frictionless")
    (tmp_path / "values.csv").write_text(values_csv(ROWS), encoding="utf-8", newline="")
    described = package("x", "X", "opis", "values.csv", None, "źródło")
    report = frictionless.Package(described, basepath=str(tmp_path)).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])


def test_the_package_would_catch_a_wrong_status(tmp_path):
    frictionless = pytest.importorskip("frictionless")
    (tmp_path / "values.csv").write_text(
        values_csv([{**ROWS[0], "status": "X"}]), encoding="utf-8", newline=""
    )
    described = package("x", "X", "opis", "values.csv", None, "źródło")
    assert not frictionless.Package(described, basepath=str(tmp_path)).validate().valid


def test_each_call_gets_a_schema_of_its_own():
    value_schema()["fields"][0]["name"] = "changed"
    assert value_schema()["fields"][0]["name"] == "indicator"


def row(area, value, status="A"):
    return {"area": area, "value": value, "period": "2016", "status": status}


def test_bars_share_one_scale_from_zero():
    chart = bars([row("Kielce", 5), row("Porto", 20, "U"), row("Gdynia", None)], "Kielce")
    assert [(bar.area, bar.x, bar.width, bar.own, bar.doubtful) for bar in chart.bars] == [
        ("Kielce", 0, 25, True, False), ("Porto", 0, 100, False, True),
    ]  # fmt: skip
    assert chart.height == 2 * MARGIN + 2 * ROW


def test_negative_values_reach_left_of_zero():
    left, right = bars([row("A", -10), row("B", 30)], "").bars
    assert (left.x, left.width, right.x, right.width) == (0, 25, 25, 75)


def test_zeros_and_nothing_draw_no_width():
    assert [bar.width for bar in bars([row("A", 0), row("B", 0)], "").bars] == [0, 0]
    assert bars([], "").bars == ()
