"""Border cases that a trial on other histories brought up: registers of things, and writings not known before."""

from __future__ import annotations

import random

import pytest
from ckanext.kielce.quality.checks.cells import label, periods, quarters, says
from ckanext.kielce.quality.checks.panel import describes_thing, find_time
from ckanext.kielce.quality.checks.table import Table

from tests.quality.checks.by_hand import growing, month, monthly

SPRINGS = [
    ("Zdrój Cichy", 2009),
    ("Zdrój Leśny", 2011),
    ("Poidełko Rynek", 2011),
    ("Poidełko Park", 2017),
    ("Kurtyna", 2021),
]
"""Things and the years in which they were opened; nothing new for years."""


def springs(extra: int, name: str = "nazwa", year: str = "rok") -> str:
    rows = [f"{name};rodzaj;{year};calorocznie;przeplyw"]
    rows += [
        f"{thing};{thing.split()[0]};{opened};nie;{40 + extra + at}"
        for at, (thing, opened) in enumerate(SPRINGS)
    ]
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("name", ["gid", "nazwa", "Nazwa miejsca", "kod_obiektu"])
def test_years_of_things_are_no_series_that_was_cut_off(write, name):
    write.history("springs", [springs(n, name) for n in range(8)], step=180, code="ANNUAL", days=365)
    assert write.labels("springs") == set()


def test_names_that_come_again_every_year_are_series(write):
    """The same columns, but each name once a year: here the years say when, and they stop."""
    texts = []
    for n in range(10):
        rows = ["id;nazwa;rok;uczniowie"]
        years = [*range(2012, min(2017 + n, 2022))]
        rows += [
            f"{year}{at};Szkoła {at};{year};{300 + 7 * at + year % 9 + n}"
            for year in years
            for at in range(4)
        ]
        texts.append("\n".join(rows) + "\n")
    write.history("schools", texts, step=365, code="ANNUAL", days=365)
    assert write.labels("schools") == {"truncated"}


@pytest.mark.parametrize(("opened", "due"), [("1171", set()), ("2905", {"bad_dates"})])
def test_an_old_thing_in_a_register_is_sound_and_one_of_times_to_come_is_not(write, opened, due):
    text = springs(0) + f"Zdrój Stary;Zdrój;{opened};nie;12\n"
    write.history("old", [springs(0), text], step=180, code="ANNUAL", days=365)
    assert write.labels("old") == due


@pytest.mark.parametrize(
    ("name", "thing"),
    [
        ("tydzień od", False),
        ("miesiąc do", False),
        ("data od", True),
        ("obowiązuje od", True),
        ("ważne do", True),
    ],
)
def test_the_first_day_of_a_span_says_when(name, thing):
    assert describes_thing(name) is thing


def test_a_week_is_named_by_its_first_day():
    table = Table("tydzień od;wejścia\n2026-01-05;12\n2026-01-12;15\n2026-01-19;9\n".encode())
    assert find_time(table) == ("tydzień od", None)


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("Dane dla: Strefa B publikowano do marca (zlikwidowano).", set()),
        ("Strefa B „zamknięta”.", set()),
        ("Strefa B niezamknięta.", {"truncated"}),
    ],
)
def test_an_end_may_be_declared_behind_brackets_and_quotation_marks(write, said, due):
    texts = [
        monthly(back, skip=lambda at, member: member == "B" and at < 8).replace(";B;", ";Strefa B;")
        for back in range(13, -1, -1)
    ]
    write.history("ended", texts, looks={6: {"description": said}})
    assert write.labels("ended") == due


def test_words_begin_where_words_begin():
    assert says("(zlikwidowano)", ("zlikwid",)) and says("od stycznia", ("od ",))
    assert not says("niezlikwidowano", ("zlikwid",))


def test_a_year_with_its_word_is_the_same_year():
    assert label("2017 r.") == label("2017") == label("rok 2017")


def test_numbers_before_a_year_are_quarters_in_a_column_named_so():
    assert [when.end.isoformat() for when in periods("kwartał", ["1/2025", "4/2025"]) if when] == [
        "2025-03-31",
        "2025-12-31",
    ]
    assert [when.end.isoformat() for when in periods("okres", ["1/2025", "4/2025"]) if when] == [
        "2025-01-31",
        "2025-04-30",
    ]
    assert not quarters("kwartał", ["3/2025", "6/2025"])  # its last months


def test_twins_meet_by_quarters_however_written(write):
    here = "kwartał;wartosc\n" + "".join(f"{n % 4 + 1}/{2024 + n // 4};{100 + n}\n" for n in range(8))
    there = "okres;liczba\n" + "".join(
        f"{['I', 'II', 'III', 'IV'][n % 4]} kw. {2024 + n // 4};{100 + n + 3 * (n == 5)}\n" for n in range(8)
    )
    twin = {"other": "there", "key": {"this": ["kwartał"], "other": ["okres"]}, "value": {"this": "wartosc", "other": "liczba"},
            "unit": {"this": "osoby", "other": "osoby"}}  # fmt: skip
    write.history("here", [here], twin=twin)
    write.history("there", [there])
    assert write.labels("here") == write.labels("there") == {"twin_disagreement"}


@pytest.mark.parametrize(
    ("new", "due"), [({"K": "1", "M": "2"}, {"method_break"}), ({"K": "K", "M": "2"}, set())]
)
def test_a_list_of_two_codes_is_replaced_when_both_are(write, new, due):
    def text(back: int) -> str:
        codes = new if back < 3 else {"K": "K", "M": "M"}
        rows = [f"{n};{codes['KM'[n % 2]]};ulica {n % 7};{n * 13 % 90}" for n in range(40 - back)]
        return "\n".join(["numer;kod;adres;liczba", *rows]) + "\n"

    write.history("codes", [text(back) for back in range(9, -1, -1)])
    assert write.labels("codes") == due


@pytest.mark.parametrize(
    ("note", "due"), [("Od maja 2026 r. zmieniono metodologię liczenia.", {"method_break"}), ("Opis.", set())]
)
def test_a_window_that_moves_is_judged_with_what_came_before_it(write, note, due):
    """Two periods are left before the jump; what they usually were is known from older versions."""

    def text(back: int) -> str:
        rows = monthly(back, factor=lambda at, _: 1.5 if at < 5 else 1.0).splitlines()[1:]
        return "\n".join(["okres;strefa;wartosc", *rows[-21:]]) + "\n"

    write.history("window", [text(back) for back in range(10, -1, -1)], looks={6: {"description": note}})
    assert month(4) == "2026-05" and write.labels("window") == due


def test_growing_series_stay_sound(write):
    write.history("plain", growing())
    assert write.labels("plain") == set()


# --- members of series that are told apart in ways not met before


def windows(width: int, gone: int, *, named: str = "2") -> list[str]:
    """Versions that hold `width` months each; one member of four left `gone` months ago."""
    texts = []
    for back in range(18, -1, -1):
        rows = monthly(back, members="1234", skip=lambda at, who: who == named and at < gone).splitlines()[1:]
        months = sorted({row[:7] for row in rows})[-width:]
        texts.append("\n".join(["okres;strefa;wartosc", *(row for row in rows if row[:7] in months)]) + "\n")
    return texts


@pytest.mark.parametrize("width", [2, 4])
@pytest.mark.parametrize(("gone", "due"), [(0, set()), (3, set()), (7, {"truncated"})])
def test_a_member_that_left_a_short_window_is_missed(write, width, gone, due):
    write.history("window", windows(width, gone))
    assert write.labels("window") == due


def test_a_school_year_counts_while_it_lasts(write):
    """Pupils are counted in autumn: three school years without a school are three, though the last has not ended."""
    texts = []
    for last in range(2016, 2026):
        rows = ["rok szkolny;szkola;uczniowie"]
        rows += [
            f"{year}/{year + 1};SP nr {number};{300 + number * 7 + year % 5}"
            for year in range(2012, last + 1)
            for number in range(1, 5)
            if number != 3 or year < 2023
        ]
        texts.append("\n".join(rows) + "\n")
    write.history("pupils", texts, step=365, code="ANNUAL", days=365)
    assert write.labels("pupils") == {"truncated"}


def test_trees_planted_by_year_are_no_members(write):
    """Neither names nor ids: yet rows of old years are added, and labels don't come again from year to year."""

    def text(version: int) -> str:
        rng = random.Random(7)
        rows = ["gatunek;ulica;rok;obwod"]
        for _ in range(60 + 2 * version):
            tree = rng.choice(["lipa", "dąb", "klon", "jesion"])
            rows.append(f"{tree};ulica {rng.randint(1, 9)};{rng.randint(1985, 2018)};{rng.randint(20, 90)}")
        return "\n".join(rows) + "\n"

    write.history("trees", [text(version) for version in range(8)], step=365, code="ANNUAL", days=365)
    assert write.labels("trees") == set()


def test_the_end_of_a_part_named_by_a_letter_ends_its_parts(write):
    texts = []
    for back in range(13, -1, -1):
        rows = monthly(back, members="ABC", skip=lambda at, who: who == "B" and at < 8).splitlines()[1:]
        both = [row.replace(f";{row[8]};", f";{row[8]};{sex};") for row in rows for sex in "KM"]
        texts.append("\n".join(["okres;strefa;plec;wartosc", *both]) + "\n")
    write.history("letter", texts, looks={6: {"description": "Strefa B zlikwidowana."}})
    assert write.labels("letter") == set()
    write.history("unsaid", texts)
    assert write.labels("unsaid") == {"truncated"}


def test_a_shock_that_recovered_is_no_jump_in_the_year_after(write):
    """Compared with the year before, the recovery looks like a jump."""
    texts = growing(14, factor=lambda back, _: 0.1 if 8 <= back < 12 else 1.0)
    write.history("shock", texts, looks={3: {"description": "Zmiana metodyki liczenia."}})
    assert write.labels("shock") == set()


def test_twins_meet_by_months_in_numbers_and_in_words(write):
    names = ["styczeń", "luty", "marzec", "kwiecień", "maj", "czerwiec"]
    here = "rok;miesiąc;wartosc\n" + "".join(f"2026;{n + 1};{500 + n}\n" for n in range(6))
    there = "rok;miesiąc;wartosc\n" + "".join(
        f"2026;{name};{500 + n + 9 * (n == 4)}\n" for n, name in enumerate(names)
    )
    key = {"this": ["rok", "miesiąc"], "other": ["rok", "miesiąc"]}
    write.history("here", [here], twin={"other": "there", "key": key, "value": "wartosc", "unit": "osoby"})
    write.history("there", [there])
    assert write.labels("here") == {"twin_disagreement"}


@pytest.mark.parametrize(("ends", "due"), [("bezterminowo", set()), ("31.12.2030", {"schema_break"})])
def test_words_beside_dates_are_no_other_way_of_writing_them(write, ends, due):
    def text(version: int) -> str:
        rows = [
            f"{n};2024-03-{1 + n % 28:02};{'2029-12-31' if n < 30 else ends}" for n in range(30 + 3 * version)
        ]
        return "\n".join(["nr;ważne od;ważne do", *rows]) + "\n"

    write.history("permits", [text(version) for version in range(8)])
    assert write.labels("permits") == due


@pytest.mark.parametrize("how", [str.upper, lambda text: text.encode().decode("cp1250", "replace")])
def test_another_spelling_of_labels_and_titles_is_no_other_list(write, how):
    """Capitals, or letters broken by a mistaken encoding: neither codes replaced, nor columns renamed, nor members that stop."""
    names = {"A": "Łąkowa", "B": "Źródłowa", "C": "Pływalnia"}
    texts = []
    for back in range(12, -1, -1):
        text = monthly(back).replace("wartosc", "wejścia")
        for letter, name in names.items():
            text = text.replace(f";{letter};", f";{name};")
        head, rest = text.split("\n", 1)
        texts.append(
            how(text)
            if back < 2 and how is not str.upper
            else head + "\n" + (how(rest) if back < 2 else rest)
        )
    write.history("spelt", texts)
    assert write.labels("spelt") == set()


@pytest.mark.parametrize(("year", "due"), [("2052", {"bad_dates"}), ("2025", set())])
def test_two_years_of_many_rows_are_enough_to_tell_a_mistake(write, year, due):
    rows = [f"{2025 + (n > 23)};{n // 2 % 12 + 1};{'AB'[n % 2]};{100 + n}" for n in range(40)]
    rows[5] = year + rows[5][4:]
    write.history("typo", ["\n".join(["rok;miesiąc;strefa;liczba", *rows]) + "\n"])
    assert write.labels("typo") == due


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ("Liczba sprzedanych biletów. Dane przykładowe.", {"touched_only", "truncated"}),
        ("Liczba biletów. Publikacja danych zakończona.", set()),
    ],
)
def test_a_closed_coverage_ends_a_set_only_with_a_sentence_that_says_so(write, said, due):
    """What was sold and what is published were told in two sentences, and a set put up again for half a year went unnoticed."""
    texts = [monthly(6), *(monthly(6) + "\n" * again for again in range(1, 7))]
    coverage = [{"start": "2024-03-01", "end": "2026-03-31"}]
    write.history("tickets", texts, looks={0: {"description": said, "temporal_coverage": coverage}})
    assert write.labels("tickets") == due
