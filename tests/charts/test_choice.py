"""Which chart is chosen, how it is told and drawn."""

import datetime as dt
import re
import xml.etree.ElementTree as ET
from decimal import Decimal

import pytest
from ckanext.kielce.charts import choice, draw, series, words
from ckanext.kielce.charts.choice import Spec
from ckanext.kielce.tables.shared import Field

MONTH_NAMES = [f"2024-{month:02d}" for month in range(1, 13)]


def field(name, kind="number", type_="numeric", **said):
    return Field(name, kind, {"text": "text", "date": "date", "number": type_}.get(kind, kind), **said)


def facts(*columns):
    fields = [column[0] for column in columns]
    rows = list(zip(*(column[1] for column in columns), strict=True))
    return choice.facts(fields, rows)


YEARS = (field("rok", type_="bigint"), list(range(2012, 2024)))
MONTHS = (field("okres", "text"), MONTH_NAMES)
DAYS = (field("dzień", "date"), [dt.date(2024, 1, day) for day in range(1, 13)])
AMOUNT = (field("kwota", unit="zł"), [Decimal(n) for n in range(12)])
SHARE = (field("udział_zieleni", unit="%"), [Decimal(n) for n in range(12)])
PLACE = (field("osiedle", "text"), ["Herby", "Centrum", "Czarnów"] * 4)
NAMES = (field("nazwa", "text"), [f"obiekt {n}" for n in range(12)])
CODE = (field("kod_teryt", type_="bigint"), [2661011] * 12)
LATITUDE = (field("lat"), [Decimal("50.8")] * 12)
OPEN = (field("czynne", "boolean"), [True, False] * 6)


@pytest.mark.parametrize(
    ("columns", "spec"),
    [
        ((YEARS, AMOUNT), Spec("line", "rok", "kwota", "", "sum")),
        ((MONTHS, AMOUNT), Spec("line", "okres", "kwota", "", "sum")),
        ((DAYS, SHARE), Spec("line", "dzień", "udział_zieleni", "", "mean")),
        ((PLACE, YEARS, AMOUNT), Spec("line", "rok", "kwota", "osiedle", "sum")),
        ((PLACE, AMOUNT), Spec("bars", "osiedle", "kwota", "", "sum")),
        ((DAYS, NAMES), Spec("columns", "dzień", "", "", "count")),
        ((PLACE, CODE, LATITUDE), Spec("bars", "osiedle", "", "", "count")),
        ((OPEN, CODE), Spec("bars", "czynne", "", "", "count")),
        ((CODE, LATITUDE), None),
    ],
)
def test_the_first_chart_follows_from_the_columns(columns, spec):
    assert choice.choose(facts(*columns)) == spec


def test_cities_side_by_side_are_bars_and_years_no_quantity():
    """A card of an indicator: a value a city, each of its own year, in a column named "period" and called "Rok"."""
    year = (field("period", type_="bigint", label="Rok"), [2015, 2016, 2015, None, 2014])
    city = (field("area", "text"), ["Gdynia", "Kielce", "Oakville", "Eindhoven", "Porto"])
    value = (field("value"), [Decimal("20.26"), Decimal("19.19"), Decimal("12.6"), None, Decimal("21.49")])
    found = facts(year, city, value)
    assert [one.role for one in found] == ["time", "category", "quantity"]
    assert choice.choose(found) == Spec("bars", "area", "value", "", "sum")


def test_names_of_rows_are_no_category_of_a_long_table():
    long = (field("nazwa", "text"), [f"obiekt {n // 1.2:.0f}" for n in range(60)])
    assert [one.role for one in facts(long)] == [""]


def test_an_empty_table_has_no_chart():
    assert choice.choose(choice.facts([YEARS[0], AMOUNT[0]], [])) is None


def test_an_address_changes_what_it_names_and_nothing_else():
    columns = facts(PLACE, YEARS, AMOUNT)
    found = choice.asked({"ck": ["columns"], "cx": ["osiedle"], "cy": ["kwota"], "ca": ["max"]}, columns)
    assert found == Spec("columns", "osiedle", "kwota", "", "max")
    again = {}
    for name, value in found.pairs():
        again[name] = [value]
    assert choice.asked(again, columns) == found


@pytest.mark.parametrize(
    "args", [{"ck": ["pie"]}, {"cx": ["nie ma"]}, {"ca": ["drop"]}, {"cg": ["nie ma"]}, {"cy": ["osiedle"]}]
)
def test_what_does_not_fit_is_replaced(args):
    found = choice.asked(args, facts(PLACE, YEARS, AMOUNT))
    assert found.kind in choice.KINDS
    assert found.x == "rok"


def chart(rows, spec, x, y=AMOUNT[0], step=""):
    return series.arranged(rows, spec, x, y, step)


def test_time_stays_in_order_and_gaps_stay_gaps():
    rows = [
        ("I kw. 2024", "a", 3, 1),
        ("II kw. 2023", "a", 1, 1),
        ("I kw. 2024", "b", 5, 1),
        ("III kw. 2023", "b", 2, 1),
    ]
    made = chart(rows, Spec("line", "okres", "kwota", "g"), MONTHS[0])
    assert made.places == ["II kw. 2023", "III kw. 2023", "I kw. 2024"]
    assert {one.name: one.values for one in made.series} == {"b": [None, 2, 5], "a": [1, None, 3]}
    assert made.single


def test_the_largest_categories_are_shown_and_the_rest_is_counted():
    rows = [(f"osiedle {n}", None, n, 2) for n in range(25)]
    made = chart(rows, Spec("bars", "osiedle", "kwota"), PLACE[0])
    assert made.places[:2] == ["osiedle 24", "osiedle 23"]
    assert made.left_out == 5
    assert not made.single


def test_more_groups_than_lines_are_counted():
    rows = [(2020, f"g{n}", n, 1) for n in range(9)]
    made = chart(rows, Spec("line", "rok", "kwota", "g"), YEARS[0])
    assert [one.name for one in made.series] == ["g8", "g7", "g6", "g5", "g4", "g3"]
    assert made.groups_left_out == 3


def polish(text):
    return text


def test_the_sentence_has_the_main_facts():
    rows = [(2020, None, 1500.5, 1), (2021, None, 900, 1), (2022, None, 1200, 1)]
    made = chart(rows, Spec("line", "rok", "kwota"), YEARS[0])
    told = words.facts(made, "pl", polish).replace("\xa0", " ")
    assert told == (
        "Line chart: kwota [zł] by: rok. 3 values from 2020 to 2022. Greatest: 1 500,5 (2020); least: 900 (2021)."
    )


def test_nothing_to_draw_is_said():
    made = chart([], Spec("bars", "osiedle", "kwota"), PLACE[0])
    assert words.facts(made, "pl", polish) == "There is nothing to draw."


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 97, [0, 20, 40, 60, 80, 100]),
        (-3, 7, [-4, -2, 0, 2, 4, 6, 8]),
        (5, 5, [0, 1, 2, 3, 4, 5]),
        (0, 0, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (0, 0.013, [0, 0.005, 0.01, 0.015]),
    ],
)
def test_ticks_are_round_and_cover_everything(low, high, ticks):
    found = draw.nice_ticks(low, high)
    assert found == pytest.approx(ticks)


def drawing(kind="line", **changes):
    return draw.Drawing(
        **{
            "kind": kind,
            "title": "<b>Tytuł</b>",
            "description": "Opis & reszta",
            "places": ["2020", "2021", "2022"],
            "names": ["Centrum", "Herby"],
            "values": [[1, None, 3], [-2, 5, 4]],
            "axis": "kwota [zł]",
            "ticks": [(-2.0, "−2"), (0.0, "0"), (5.0, "5")],
            **changes,
        }
    )


@pytest.mark.parametrize("kind", choice.KINDS)
def test_the_drawing_is_sound_and_tells_itself(kind):
    text = draw.svg(drawing(kind))
    root = ET.fromstring(text)
    space = "{http://www.w3.org/2000/svg}"
    assert root.attrib["role"] == "img"
    assert root.find(f"{space}title").text == "<b>Tytuł</b>"
    assert root.find(f"{space}desc").text == "Opis & reszta"
    assert "nan" not in text
    assert "<script" not in text
    numbers = [float(one) for one in re.findall(r'(?:x|cx|x1)="(-?[\d.]+)"', text)]
    assert all(0 <= number <= draw.WIDTH for number in numbers)


def test_a_file_of_its_own_brings_its_colours_for_light_and_dark():
    text = draw.svg(drawing(), own_style=draw.style(dark=True))
    assert "prefers-color-scheme:dark" in text
    assert draw.LIGHT[0] in text
    assert "<style" not in draw.svg(drawing())


def test_apart_from_its_page_a_drawing_says_what_it_is_and_where_from():
    made = drawing(
        "bars", names=[""], values=[[1, 2, 3]], told=[["1", "2", "3 tys."]], source="Źródło: Wydatki"
    )
    text = draw.svg(made, own_style=draw.style(dark=False))
    assert "Źródło: Wydatki" in text
    assert text.count("&lt;b&gt;Tytuł&lt;/b&gt;") == 2
    assert ">3 tys.<" in text
    assert "Źródło" not in draw.svg(made)


def test_lines_differ_in_more_than_colour():
    text = draw.svg(drawing())
    assert 'stroke-dasharray="7 4"' in text
    assert "<circle" in text
    assert "<polygon" in text


@pytest.mark.parametrize(
    ("value", "step", "lang", "told"),
    [
        (dt.date(2024, 3, 1), "month", "pl", "03.2024"),
        (dt.date(2024, 3, 1), "year", "pl", "2024"),
        (dt.date(2024, 3, 5), "day", "pl", "05.03.2024"),
        (Decimal(2024), "", "pl", "2024"),
        (True, "", "pl", "tak"),
        ("Herby", "", "en", "Herby"),
    ],
)
def test_places_in_words(value, step, lang, told):
    assert words.place(value, step, lang) == told


def test_png_is_an_image_with_letters():
    pytest.importorskip("resvg_py")
    from ckanext.kielce.charts import service

    made = chart([(2020, None, 5, 1), (2021, None, 7, 1)], Spec("columns", "rok", "kwota"), YEARS[0])
    service_words = service.tk
    image = None
    try:
        service.tk = type("Words", (), {"_": staticmethod(polish)})
        image = service.png(made, "pl")
    finally:
        service.tk = service_words
    assert image.startswith(b"\x89PNG")
    assert len(image) > 5000
