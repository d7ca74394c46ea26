"""Tables that succeed each other: what is new, what is revised, what must not come back."""

import pytest
from ckanext.kielce.harvesters.iso37120.mapping import content, dataset
from ckanext.kielce.harvesters.iso37120.revisions import Store, newest, text
from ckanext.kielce.indicators.shared import read_table

HEADER = "code,name_pl,kind,unit_note,Kielce,Gdynia\n"


def table(kielce, gdynia="4,9% (2015)", more=""):
    row = f'EC5.1,Stopa bezrobocia,podstawowy,,"{kielce}","{gdynia}"\n'
    return read_table((HEADER + row + more).encode())


FIRST = table("7,7% (2016)")


def after(*tables):
    """The store after the import of (name, table) pairs, each only when it is new, as the harvester does it."""
    store, imported = Store([]), []
    for name, each in tables:
        if not store.knows(each, name):
            store.add(each, name)
            imported.append(name)
    return store, imported


def own(store):
    return [
        (r["period"], r["value"], r["revision"], r["before"])
        for r in store.of("EC 5.1")
        if r["area"] == "Kielce"
    ]


def test_a_later_table_adds_a_year_and_revises_another():
    second = table("7,9% (2016)", "5,1% (2019)", 'EC5.3,Ubóstwo,podstawowy,,"3,6% (2016)",bd\n')
    store, imported = after(("2018.csv", FIRST), ("2021.csv", second))
    assert imported == ["2018.csv", "2021.csv"]
    assert own(store) == [("2016", "7.9", 2, "7.7")]
    assert [r["value"] for r in store.of("EC 5.1") if r["area"] == "Gdynia"] == ["4.9", "5.1"]
    assert len(store.of("EC 5.3")) == 2


@pytest.mark.parametrize("runs", [2, 5])
def test_reading_all_tables_again_brings_no_old_value_back(runs):
    """Each of three tables says something else of 2016: the last one stays in force, and no revision is added."""
    tables = [("2018.csv", FIRST), ("2021.csv", table("7,9% (2016)")), ("2024.csv", table("8% (2016)"))]
    store, imported = after(*tables * runs)
    assert imported == ["2018.csv", "2021.csv", "2024.csv"]
    assert own(store) == [("2016", "8", 3, "7.9")]


def test_a_table_that_repeats_the_first_value_after_a_revision_counts():
    tables = [("2018.csv", FIRST), ("2021.csv", table("7,9% (2016)")), ("2024.csv", FIRST)]
    store, imported = after(*tables, *tables)
    assert imported == ["2018.csv", "2021.csv", "2024.csv"]
    assert own(store) == [("2016", "7.7", 3, "7.9")]


def test_one_address_whose_table_changes_back_and_forth():
    tables = [("iso.csv", FIRST), ("iso.csv", table("7,9% (2016)")), ("iso.csv", FIRST), ("iso.csv", FIRST)]
    store, imported = after(*tables)
    assert len(imported) == 3 and own(store) == [("2016", "7.7", 3, "7.9")]


def test_a_gap_hides_no_value_and_gives_way_to_one():
    store, _ = after(("2018.csv", table("bd")), ("2021.csv", FIRST), ("2024.csv", table("bd")))
    rows = [row for row in store.of("EC 5.1") if row["area"] == "Kielce"]
    assert newest(rows)["value"] == "7.7"


def test_the_dataset_tells_earlier_years_and_revisions():
    store, _ = after(
        ("2018.csv", FIRST), ("2021.csv", table("6,5% (2019)")), ("2024.csv", table("7,9% (2016)"))
    )
    made = dataset(content(FIRST.cards[0].as_dict(), store.of("EC 5.1")), "https://dane.example")
    assert "Kielce: 6,5\u00a0% (2019); wcześniej 7,9\u00a0% (2016)." in made["notes"]
    assert "Kielce: 6.5\u00a0% (2019); before 7.9\u00a0% (2016)." in made["notes_en"]
    assert made["version_notes"] == "Zrewidowane wartości: Kielce 2016: 7,7 → 7,9 (rewizja 2, 2024.csv)."
    assert made["temporal_coverage"] == [{"start": "2015-01-01", "end": "2019-12-31"}]
    assert made["notes"].count("Gdynia") == 1


def test_numbers_stay_what_they_are():
    assert [text(n) for n in (None, 7.7, 25.585, 1e-07, 42490, "7.70", 100)] == [
        None, "7.7", "25.585", "0.0000001", "42490", "7.7", "100",
    ]  # fmt: skip
