"""Which files are one set: the table of rules both ways, and renamed series."""

from datetime import date

import pytest
from ckanext.kielce.harvesters.utilities.index import IndexEntry
from ckanext.kielce.harvesters.utilities.listing import Listing
from ckanext.kielce.harvesters.utilities.renames import same_name
from ckanext.kielce.harvesters.utilities.series import read_name, stem_of

BASE = "https://pliki.example/dane/"


def entries(*names):
    return [IndexEntry(BASE + name, name.rstrip("/"), name.endswith("/")) for name in names]


def heads(names, columns):
    """The same column names in each of these files."""
    return {name: list(columns) for name in names}


def sets(*names, columns=None, rules=None, **folders):
    """guid -> file names, from a folder of ``names`` and sub-folders given by keyword."""
    listing = Listing(BASE, rules)
    listing.add(entries(*names))
    for folder, inside in folders.items():
        listing.add(entries(*inside), folder.lstrip("_"))
    known = columns or {}
    found = listing.sets(lambda member: known.get(member.entry.name))
    return {one.guid: [file.id for file in one.files] for one in found}, {
        one.guid: [said.pl for said in one.problems] for one in found
    }


@pytest.mark.parametrize(
    ("name", "stem", "start", "end", "version"),
    [
        ("x_2023.csv", "x", "2023-01-01", "2023-12-31", 0),
        ("x-2024.csv.gz", "x", "2024-01-01", "2024-12-31", 0),
        ("X 2022 r.csv", "x", "2022-01-01", "2022-12-31", 0),
        ("Zużycie wody za 2022 rok.xlsx", "zuzycie-wody", "2022-01-01", "2022-12-31", 0),
        ("zuzycie_wody_2021_v2.csv", "zuzycie-wody", "2021-01-01", "2021-12-31", 2),
        ("x_2021_korekta_2.csv", "x", "2021-01-01", "2021-12-31", 2),
        ("2020_zuzycie_wody.csv", "zuzycie-wody", "2020-01-01", "2020-12-31", 0),
        ("x_2023_k1.csv", "x", "2023-01-01", "2023-03-31", 0),
        ("x_2023_Q4.csv", "x", "2023-10-01", "2023-12-31", 0),
        ("x_II_kw_2023.csv", "x", "2023-04-01", "2023-06-30", 0),
        ("x_2023_I_polrocze.csv", "x", "2023-01-01", "2023-06-30", 0),
        ("II_półrocze_2023_x.csv", "x", "2023-07-01", "2023-12-31", 0),
        ("x_2023_05.csv", "x", "2023-05-01", "2023-05-31", 0),
        ("x_wrzesień_2021.csv", "x", "2021-09-01", "2021-09-30", 0),
        ("x stan na 31.12.2023.csv", "x", "2023-12-31", "2023-12-31", 0),
        ("x_20230105.csv", "x", "2023-01-05", "2023-01-05", 0),
        ("szkoly_rok_szkolny_2023_2024.csv", "szkoly", "2023-09-01", "2024-08-31", 0),
        ("plan_2014-2020.csv", "plan", "2014-01-01", "2020-12-31", 0),
        ("budzet2023.xlsx", "budzet", "2023-01-01", "2023-12-31", 0),
        ("2023_Q2.csv", "", "2023-04-01", "2023-06-30", 0),
        # no period: nothing is taken off
        ("schemat_v2.pdf", "schemat-v2", None, None, 0),
        ("x-12023.csv", "x-12023", None, None, 0),
        ("x-2199.csv", "x-2199", None, None, 0),
        ("linia_50.csv", "linia-50", None, None, 0),
        ("x_2023_1.csv", "x-2023-1", None, None, 0),
        ("EN_1990_tablica.csv", "en-1990-tablica", None, None, 0),
        ("pm10.csv", "pm10", None, None, 0),
        # the number is the school's and the station's, not the month's
        ("szkola_12_2023.csv", "szkola-12", "2023-01-01", "2023-12-31", 0),
        ("komisariat_II_2023.csv", "komisariat-ii", "2023-01-01", "2023-12-31", 0),
        ("oddzial_1_I_kw_2023.csv", "oddzial-1", "2023-01-01", "2023-03-31", 0),
    ],
)
def test_a_name_is_taken_apart(name, stem, start, end, version):
    part = read_name(stem_of(name))
    days = [day and day.isoformat() for day in (part.start, part.end)]
    assert (part.stem, *days, part.version) == (stem, start, end, version)


def test_one_series_however_it_is_written_newest_first():
    found, said = sets(
        "zuzycie_wody_2019.csv",
        "2020_zuzycie_wody.csv",
        "zuzycie_wody_2021.csv",
        "zuzycie_wody_2021_v2.csv",
        "Zużycie wody za 2022 r.csv",
        "zuzycie_wody_2023_k1.csv",
        "zuzycie_wody_2023_k2.csv",
        "zuzycie-wody-2022.xlsx",
        _2024=["zuzycie_wody.csv"],
    )
    assert found == {
        "zuzycie-wody": [
            "zuzycie_wody.csv",
            "zuzycie_wody_2023_k2.csv",
            "zuzycie_wody_2023_k1.csv",
            "Zużycie wody za 2022 r.csv",
            "zuzycie-wody-2022.xlsx",
            "zuzycie_wody_2021_v2.csv",
            "2020_zuzycie_wody.csv",
            "zuzycie_wody_2019.csv",
        ]
    }
    assert said["zuzycie-wody"] == ["zastąpiony nowszą wersją: zuzycie_wody_2021.csv"]


def test_what_a_set_says():
    listing = Listing(BASE)
    listing.add(entries("ruch_2024.csv", "ruch_2023.csv", "ruch.qqq"))
    [found] = listing.sets(lambda member: None)
    assert (found.title, found.fields["temporal"]) == ("Ruch", {"start": "2023-01-01", "end": "2024-12-31"})
    assert [file.temporal.get("start") for file in found.files] == [None, "2024-01-01", "2023-01-01"]
    assert found.problems == [("nieznane rozszerzenie: ruch.qqq", "unknown extension: ruch.qqq")]


@pytest.mark.parametrize(
    "names",
    [
        ("dzialki_2023.csv", "dzialki_lesne_2023.csv"),
        ("szkola_11_2023.csv", "szkola_12_2023.csv"),
        ("komisariat_I_2023.csv", "komisariat_II_2023.csv"),
        ("schemat_v1.pdf", "schemat_v2.pdf"),
        ("linia_1.csv", "linia_2.csv"),
        ("pm10_2023.csv", "pm25_2023.csv"),
        ("x_2023_1.csv", "x_2023_2.csv"),
        ("raport_2021_woda.csv", "raport_2021_scieki.csv"),
        ("wplywy_2022.csv", "wydatki_2023.csv"),
    ],
)
def test_what_is_not_one_series(names):
    found, said = sets(*names, columns=heads(names, ["rok", "wartosc"]))
    assert len(found) == 2
    assert not any("na stałe" in sentence for sentences in said.values() for sentence in sentences)


def test_folders_part_sets_but_a_year_does_not():
    found, _ = sets(
        "harmonogram_2026.csv", archiwum=["harmonogram_2020.csv"], **{"2025": ["harmonogram.csv"]}
    )
    assert found == {
        "harmonogram": ["harmonogram_2026.csv", "harmonogram.csv"],
        "archiwum/harmonogram": ["harmonogram_2020.csv"],
    }


def test_files_named_by_a_year_alone_are_the_folders_series():
    found, _ = sets("2023.csv", "2024.csv", mandaty=["2023.csv", "2024.csv"])
    assert found == {"dane": ["2024.csv", "2023.csv"], "mandaty": ["2024.csv", "2023.csv"]}


def test_two_versions_that_cannot_be_ordered_both_stay():
    found, _ = sets("x_2021_v1.csv", "x_2021_korekta.csv")
    assert sorted(found["x"]) == ["x_2021_korekta.csv", "x_2021_v1.csv"]


OLD, NEW = "zuz_wody_osiedla_2021.csv", "zuzycie_wody_osiedlowe_2022.csv"
HEIR = "zuzycia_wody_osiedli_2022.csv"
SAME = {OLD: ["rok", "m3"], NEW: ["rok", "m3"]}


def test_a_renamed_series_is_joined_and_says_how_to_part_it():
    found, said = sets("zuz_wody_osiedla_2020.csv", OLD, NEW, "zuzycie_wody_osiedlowe_2023.csv", columns=SAME)
    assert found == {
        "zuz-wody-osiedla": [
            "zuzycie_wody_osiedlowe_2023.csv", NEW, OLD, "zuz_wody_osiedla_2020.csv",
        ]
    }  # fmt: skip
    [sentence] = said["zuz-wody-osiedla"]
    assert '"series": {"zuzycie-wody-osiedlowe": "zuzycie-wody-osiedlowe"}' in sentence


def test_a_chain_of_renames_ends_in_the_oldest_name():
    names = ["odpady_2021.csv", "odpadow_2022.csv", "odpadami_2023.csv"]
    found, _ = sets(*names, columns=heads(names, ["a", "b"]))
    assert found == {"odpady": names[::-1]}


@pytest.mark.parametrize(
    ("names", "columns", "why"),
    [
        ((OLD, NEW), {OLD: ["rok", "m3"], NEW: ["rok", "zł"]}, "other columns"),
        ((OLD, NEW), {OLD: ["rok", "m3"]}, "columns unknown"),
        ((OLD, NEW.replace("csv", "xlsx")), SAME, "another kind of file"),
        ((OLD, NEW, HEIR), heads((OLD, NEW, HEIR), ["a", "b"]), "two heirs"),
        (("przystanki_dzienne_2021.csv", "przystanki_nocne_2022.csv"),
         heads(("przystanki_dzienne_2021.csv", "przystanki_nocne_2022.csv"), ["id", "nazwa"]), "other things"),
    ],
)  # fmt: skip
def test_a_doubtful_rename_is_only_proposed(names, columns, why):
    found, said = sets(*names, columns=columns)
    assert len(found) == len(names), why
    told = [sentence for sentences in said.values() for sentence in sentences]
    assert told and all("wygląda na dalszy ciąg" in sentence for sentence in told)


@pytest.mark.parametrize(
    "names",
    [
        (OLD, "zuzycie_wody_osiedlowe_2024.csv"),  # a gap
        (OLD, "zuzycie_wody_osiedlowe_2021.csv"),  # at the same time
        (OLD, "wywoz_sciekow_2022.csv"),  # nothing alike
        (OLD, "zuzycie_wody_osiedlowe.csv"),  # no year
    ],
)
def test_what_does_not_follow_is_not_even_proposed(names):
    found, said = sets(*names, columns=heads(names, ["rok", "m3"]))
    assert len(found) == 2 and not any(said.values())


def test_the_sources_own_rules_win():
    rules = {"zuzycie*": "zuz-wody-osiedla", "plan_*.pdf": "plany"}
    found, said = sets(OLD, NEW, "plan_a.pdf", "plan_b.pdf", rules=rules)
    assert found == {"zuz-wody-osiedla": [NEW, OLD], "plany": ["plan_a.pdf", "plan_b.pdf"]}
    pinned, said = sets(OLD, NEW, columns=SAME, rules={"zuzycie-wody-osiedlowe": "zuzycie-wody-osiedlowe"})
    assert len(pinned) == 2 and not any(said.values())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("zuz-wody", "zuzycie-wody", True),
        ("odpady-kielce", "dane-odpady", True),
        ("osiedla", "osiedlowe", True),
        ("szkoly", "szkolenia", False),
        ("drogi-gminne", "drogi-powiatowe", False),
        ("woda-zimna", "woda-ciepla", False),
        ("pm10", "pm25", False),
        ("linia-1", "linia-2", False),
        ("dochody", "rozchody", False),
        ("dane", "raport", False),
    ],
)
def test_names_alike(one, other, same):
    assert same_name(one, other) is same is same_name(other, one)


def test_order_of_links_does_not_matter():
    names = ["a_2021.csv", "a.csv", "a_2022_k1.csv", "b.csv", "a_2021.xlsx"]
    assert sets(*names)[0]["a"] == sets(*reversed(names))[0]["a"]
    assert read_name("a_2021").end == date(2021, 12, 31)
