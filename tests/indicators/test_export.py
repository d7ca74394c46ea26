"""Published forms: CSV, the data package, the bars."""

import csv
import io
import re
from decimal import Decimal

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


#: What a cell of each type of the Table Schema must look like.
FORMS = {
    "string": r".*", "year": r"\d{4}", "number": r"-?\d+(\.\d+)?", "integer": r"-?\d+",
    "datetime": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)",
}  # fmt: skip


def faults(text, schema):
    """Cells of a CSV that don't fit a Table Schema."""
    header, *lines = csv.reader(io.StringIO(text))
    assert header == [field["name"] for field in schema["fields"]]
    for line in lines:
        for field, cell in zip(schema["fields"], line, strict=True):
            allowed = field.get("constraints", {}).get("enum")
            missing = cell in schema["missingValues"]
            if not missing and (
                not re.fullmatch(FORMS[field["type"]], cell) or (allowed and cell not in allowed)
            ):
                yield field["name"], cell


def test_the_package_describes_the_csv():
    described = package(
        "x", "X", "opis", "https://x.example/values.csv", "https://x.example/cards.csv", "źródło"
    )
    assert described["profile"] == "tabular-data-package"
    values, cards = described["resources"]
    assert (values["name"], cards["name"]) == ("values", "cards")
    assert list(faults(values_csv(ROWS), values["schema"])) == []
    assert cards["schema"]["primaryKey"] == "code"


def test_the_schema_refuses_what_the_store_never_writes():
    wrong = [{**ROWS[0], "status": "X"}, {**ROWS[0], "unit": "liczba"}, {**ROWS[0], "period": "2016/17"}]
    assert list(faults(values_csv(wrong), value_schema())) == [
        ("status", "X"),
        ("unit", "liczba"),
        ("period", "2016/17"),
    ]


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
