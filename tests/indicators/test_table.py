"""The real table of 2018, its rules, and tables with faults."""

from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from ckanext.kielce.indicators.domain import rules as rules_module
from ckanext.kielce.indicators.domain.printed import read_cell
from ckanext.kielce.indicators.domain.rules import apply_rules, interpret
from ckanext.kielce.indicators.domain.table import TableError, read_table
from ckanext.kielce.indicators.domain.vocabulary import card_texts, themes

ROOT = Path(__file__).resolve().parents[2]
OWN = ROOT / "harvesters" / "iso37120" / "data" / "iso37120_kielce_2018.csv"
HEADER = "code,name_pl,kind,unit_note,Kielce,Gdynia\n"


@pytest.fixture(scope="module")
def table():
    return read_table(OWN.read_bytes(), OWN.name)


def value_of(table, code, area):
    return next(value for value in table.of(code) if value.area == area)


def test_the_table_is_whole(table):
    assert len(table.cards) == 100
    assert len(table.values) == 500
    assert table.areas == ("Kielce", "Eindhoven", "Gdynia", "Oakville", "Porto")
    assert Counter(card.kind for card in table.cards) == {"core": 46, "supporting": 54}
    assert {card.theme for card in table.cards} == set(themes())
    assert len(themes()) == 17
    assert table.missing_codes == []


def test_kielce_has_98_and_explains_the_two_gaps(table):
    own = [value for value in table.values if value.area == "Kielce"]
    gaps = [value for value in own if value.value is None]
    assert len(own) - len(gaps) == 98
    assert [gap.indicator for gap in gaps] == ["EV 8.8", "WS 21.6"]
    for gap in gaps:
        assert gap.status == "O"
        assert "98" in gap.reason("pl")
        assert "98" in gap.reason("en")


def test_the_gaps_reasons_name_the_cities_that_have_a_value(table):
    for code in ("EV 8.8", "WS 21.6"):
        given = [value.area for value in table.of(code) if value.value is not None]
        assert all(area in value_of(table, code, "Kielce").reason("pl") for area in given)
        others = {"Eindhoven", "Gdynia", "Oakville", "Porto"} - set(given)
        assert not any(area in value_of(table, code, "Kielce").reason("pl") for area in others)


def test_every_doubtful_value_is_flagged_and_no_other(table):
    doubtful = {(value.indicator, value.area) for value in table.values if value.status == "U"}
    assert doubtful == {
        *((f"SW 16.{number}", "Kielce") for number in range(3, 9)),
        *(("TR 18.9", area) for area in ("Kielce", "Eindhoven", "Gdynia", "Oakville")),
        ("SF 14.1", "Eindhoven"),
        ("ED 6.2", "Oakville"),
        ("ED 6.3", "Oakville"),
        ("EN 7.1", "Eindhoven"),
        ("EN 7.1", "Gdynia"),
        ("WS 21.4", "Eindhoven"),
        ("WS 21.5", "Eindhoven"),
    }


def test_a_doubtful_value_stays_as_printed(table):
    value = value_of(table, "TR 18.9", "Kielce")
    assert (value.value, value.printed_value, value.as_printed) == (
        Decimal(39481),
        Decimal(39481),
        "39481 (2016)",
    )
    assert "124,25" in value_of(table, "SW 16.3", "Kielce").reason("pl")
    assert "124.25" in value_of(table, "SW 16.3", "Kielce").reason("en")


def test_readings_are_explained_but_not_doubtful(table):
    point = value_of(table, "TV 17.1", "Kielce")
    assert (point.value, point.status) == (Decimal("42490.79"), "A")
    assert "42490,79" in point.reason("pl")
    unit = value_of(table, "FR 10.5", "Kielce")
    assert "minut" in unit.reason("pl")
    assert value_of(table, "FR 10.5", "Eindhoven").reason("pl") == ""
    year = value_of(table, "EC 5.3", "Gdynia")
    assert year.period == ""
    assert "roku" in year.reason("pl")


def test_shares_that_sum_to_the_whole_are_left_alone(table):
    for area in ("Eindhoven", "Oakville", "Porto"):
        assert all(value_of(table, f"SW 16.{number}", area).status == "A" for number in range(3, 9))


def test_reasons_are_given_in_both_languages(table):
    for value in table.values:
        assert all(reason.text.pl and reason.text.en for reason in value.reasons)
        assert "{" not in value.reason("pl") + value.reason("en")


def test_no_value_is_corrected_silently(table):
    assert all(value.reasons for value in table.values if value.corrected or value.status != "A")


def test_a_correction_keeps_the_print_beside(monkeypatch):
    rule = {"id": "x", "action": "correct", "indicator": "SF 14.1", "area": "Eindhoven", "value": 209.1,
            "test": {"printed": "20,91 (2013)"}, "reason": ["Podano na 10 000.", "Given per 10,000."]}  # fmt: skip
    monkeypatch.setattr(rules_module, "rule_file", lambda: {"rules": [rule]})
    card = card_texts()["SF 14.1"]
    value = interpret(card, "Eindhoven", read_cell("20,91 (2013)"))
    corrected = apply_rules([value], card_texts())[0]
    assert (corrected.value, corrected.printed_value, corrected.as_printed) == (
        Decimal("209.1"), Decimal("20.91"), "20,91 (2013)",
    )  # fmt: skip
    assert corrected.corrected
    assert corrected.reason("en").endswith("Given per 10,000.")
    later = interpret(card, "Eindhoven", read_cell("209,1 (2018)"))
    assert apply_rules([later], card_texts())[0] == later


def test_cards_state_only_what_is_known(table):
    cards = {card.code: card for card in table.cards}
    assert cards["EC 5.6"].numerator_pl == "liczba firm"
    assert cards["EC 5.6"].denominator_pl == "100 000 mieszkańców"
    assert cards["EC 5.6"].method_en == "Number of businesses per 100,000 inhabitants"
    assert cards["EC 5.1"].numerator_pl == ""
    assert cards["EC 5.1"].method_pl == ""
    assert "przyjęto jednostkę z normy" in cards["EV 8.4"].limits_pl
    assert "2011–2016" in cards["EC 5.1"].comparability_pl
    assert all(
        card.name_en and card.definition_pl and card.compiler == "Urząd Miasta Kielce" for card in table.cards
    )


@pytest.mark.parametrize(
    ("row", "field", "words"),
    [
        ("EC9.9,Nazwa,podstawowy,,1 (2016),2 (2016)", "code", "does not have"),
        ("EC5.1,Nazwa,ważny,,1 (2016),2 (2016)", "kind", "podstawowy or pomocniczy"),
        ("EC5.1,,podstawowy,,1 (2016),2 (2016)", "name_pl", "write the indicator's Polish name"),
        ("EC5.1,Nazwa,podstawowy,,około 5,2 (2016)", "Kielce", "cannot be read"),
        ("EC5.1,Nazwa,podstawowy,,1 (2016),", "Gdynia", "the cell is empty"),
        ("EC5.1,Nazwa,podstawowy,,7,7% (2016),2 (2016)", "-", "quote cells that hold a comma"),
    ],
)
def test_a_bad_row_names_file_row_field_and_remedy(row, field, words):
    good = "EC5.2,Nazwa,podstawowy,,1% (2016),2% (2016)\n"
    with pytest.raises(TableError) as error:
        read_table((HEADER + good + row + "\n").encode(), "zly.csv")
    [problem] = error.value.problems
    assert (problem.file, problem.row, problem.field) == ("zly.csv", 3, field)
    assert words in problem.message


def test_all_faults_are_told_at_once():
    rows = "EC5.1,A,podstawowy,,x,y\nEC5.1,A,podstawowy,,1 (2016),2 (2016)\n"
    with pytest.raises(TableError) as error:
        read_table((HEADER + rows).encode(), "zly.csv")
    assert [(problem.row, problem.field) for problem in error.value.problems] == [
        (2, "Kielce"),
        (2, "Gdynia"),
        (3, "code"),
    ]


@pytest.mark.parametrize(
    "content",
    [b"", HEADER.encode(), b"a,b,c\n1,2,3\n", b"code,name_pl,kind,unit_note\n", b"code,name_pl,kind,unit_note,A,A\nx,y,z,,1,2\n",
     (HEADER + 'EC5.1,"Nazwa').encode(), (HEADER + "EC5.1,Łódź,podstawowy,,1,2").encode("cp1250")],
)  # fmt: skip
def test_what_is_no_such_table_is_refused_with_one_fault(content):
    with pytest.raises(TableError) as error:
        read_table(content, "plik.csv")
    assert len(error.value.problems) == 1
    assert str(error.value).startswith("plik.csv, ")


def test_a_byte_order_mark_is_forgiven():
    assert len(read_table(b"\xef\xbb\xbf" + OWN.read_bytes()).cards) == 100
