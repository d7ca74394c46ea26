"""An indicator of the real table as a dataset."""

from pathlib import Path

import pytest
from ckanext.kielce.harvesters.iso37120.mapping import content, dataset
from ckanext.kielce.harvesters.iso37120.revisions import Store
from ckanext.kielce.indicators.shared import read_table

ROOT = Path(__file__).resolve().parents[3]
OWN = ROOT / "harvesters" / "iso37120" / "data" / "iso37120_kielce_2018.csv"


@pytest.fixture(scope="module")
def table():
    return read_table(OWN.read_bytes(), OWN.name)


def made(table, code):
    card = next(card for card in table.cards if card.code == code)
    store = Store([])
    store.add(table, OWN.name)
    return dataset(content(card.as_dict(), store.of(code)), "https://dane.example/")


def test_a_dataset_for_each_of_the_hundred(table):
    sets = [made(table, card.code) for card in table.cards]
    assert len({row["identifier"] for row in sets}) == 100
    assert len({row["title"] for row in sets}) == 100
    for row in sets:
        assert row["type"] == "indicator"
        assert row["domain"]
        assert row["theme"]
        assert row["notes"]
        assert row["notes_en"]


def test_addresses_are_the_portals_own(table):
    row = made(table, "EV 8.4")
    assert [file["url"] for file in row["resources"]] == [
        "https://dane.example/wskaznik/EV-8.4.csv", "https://dane.example/wskaznik/EV-8.4.json",
    ]  # fmt: skip
    assert row["url"] == "https://dane.example/wskaznik/EV-8.4"


def test_value_year_and_doubt_are_told(table):
    assert "Kielce: 7,7\u00a0% (2016)." in made(table, "EC 5.1")["notes"]
    assert "Kielce: 7.7\u00a0% (2016)." in made(table, "EC 5.1")["notes_en"]
    assert "Kielce: 25,585\u00a0µg/m³ (2016)." in made(table, "EV 8.4")["notes"]
    assert "na 100 000 mieszkańców (2016)." in made(table, "EC 5.6")["notes"]
    assert "Kielce: 12,21 (2016)." in made(table, "ED 6.4")["notes"]
    assert "nie ma żadne lotnisko" in made(table, "TR 18.9")["notes"]
    assert "98 ze 100" in made(table, "EV 8.8")["notes"]


def test_the_numbers_columns_name_the_unit(table):
    units = {
        column["name"]: column.get("unit") for column in made(table, "EV 8.4")["resources"][0]["columns"]
    }
    assert (units["value"], units["printed_value"], units["revision"]) == ("µg/m³", "µg/m³", None)


def test_the_time_covered_spans_the_printed_years(table):
    assert made(table, "EC 5.1")["temporal_coverage"] == [{"start": "2011-01-01", "end": "2016-12-31"}]


def test_tags_are_such_as_ckan_takes(table):
    names = {tag["name"] for card in table.cards for tag in made(table, card.code)["tags"]}
    assert all(set(name) <= {*" -_."} | {c for c in name if c.isalnum()} for name in names)


def test_the_shipped_table_is_the_original(root):
    original = root.parent / "shared" / "data" / "iso37120_kielce_2018.csv"
    if not original.is_file():
        pytest.skip("reference data not beside the checkout")
    assert OWN.read_bytes() == original.read_bytes()
