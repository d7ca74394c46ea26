"""Border cases that a trial on other histories brought up: registers of things, and writings not known before."""

from __future__ import annotations

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
