"""Periods: the forms that Polish public tables hold, and what must not pass for time."""

from datetime import date, datetime, timezone

import pytest
from ckanext.kielce.common.periods import Period, fold, is_sentinel, parse_period, time_column_score


@pytest.mark.parametrize(
    ("text", "start", "end", "grain"),
    [
        ("2026-11-03", "2026-11-03", "2026-11-03", "day"),
        ("2026-11-03T10:15:00Z", "2026-11-03", "2026-11-03", "day"),
        ("2026-11-03 10:15:00+02:00", "2026-11-03", "2026-11-03", "day"),
        ("31.08.2023", "2023-08-31", "2023-08-31", "day"),
        ("1-2-2023", "2023-02-01", "2023-02-01", "day"),
        ("31/08/2023 12:00", "2023-08-31", "2023-08-31", "day"),
        ("20240131", "2024-01-31", "2024-01-31", "day"),
        ("3 listopada 2026", "2026-11-03", "2026-11-03", "day"),
        ("3 LISTOPADA 2026 r.", "2026-11-03", "2026-11-03", "day"),
        ("12 października 2025 roku", "2025-10-12", "2025-10-12", "day"),
        ("November 3, 2026", "2026-11-03", "2026-11-03", "day"),
        ("3 XI 2026", "2026-11-03", "2026-11-03", "day"),
        ("3.XI.2026", "2026-11-03", "2026-11-03", "day"),
        ("2026-W05", "2026-01-26", "2026-02-01", "week"),
        ("2020W53", "2020-12-28", "2021-01-03", "week"),
        ("5 tydzień 2026", "2026-01-26", "2026-02-01", "week"),
        ("2026-W05-3", "2026-01-28", "2026-01-28", "day"),
        ("2024-07", "2024-07-01", "2024-07-31", "month"),
        ("07.2024", "2024-07-01", "2024-07-31", "month"),
        ("202402", "2024-02-01", "2024-02-29", "month"),
        ("2024M02", "2024-02-01", "2024-02-29", "month"),
        ("listopad 2026", "2026-11-01", "2026-11-30", "month"),
        ("czerwiec 2024", "2024-06-01", "2024-06-30", "month"),
        ("2024 wrzesień", "2024-09-01", "2024-09-30", "month"),
        ("paź 2024", "2024-10-01", "2024-10-31", "month"),
        ("mar.2024", "2024-03-01", "2024-03-31", "month"),
        ("XII 2024", "2024-12-01", "2024-12-31", "month"),
        ("2024 Q1", "2024-01-01", "2024-03-31", "quarter"),
        ("2024-K2", "2024-04-01", "2024-06-30", "quarter"),
        ("Q4 2024", "2024-10-01", "2024-12-31", "quarter"),
        ("I kw. 2024", "2024-01-01", "2024-03-31", "quarter"),
        ("III kwartał 2024 r.", "2024-07-01", "2024-09-30", "quarter"),
        ("2024 IV kwartał", "2024-10-01", "2024-12-31", "quarter"),
        ("2. kwartał 2024", "2024-04-01", "2024-06-30", "quarter"),
        ("I półrocze 2024", "2024-01-01", "2024-06-30", "half"),
        ("2024-H2", "2024-07-01", "2024-12-31", "half"),
        ("2024", "2024-01-01", "2024-12-31", "year"),
        ("2024 r.", "2024-01-01", "2024-12-31", "year"),
        ("rok 2024", "2024-01-01", "2024-12-31", "year"),
        ("2023/2024", "2023-09-01", "2024-08-31", "school_year"),
        ("2023/24", "2023-09-01", "2024-08-31", "school_year"),
        ("rok szkolny 2023/2024", "2023-09-01", "2024-08-31", "school_year"),
        ("1999/00", "1999-09-01", "2000-08-31", "school_year"),
        ("2024-01-01/2024-01-31", "2024-01-01", "2024-01-31", "month"),
        ("01.01.2024 - 31.03.2024", "2024-01-01", "2024-03-31", "quarter"),
        ("od 01.07.2024 do 31.12.2024", "2024-07-01", "2024-12-31", "half"),
    ],
)
def test_reads(text, start, end, grain):
    assert parse_period(text) == Period(date.fromisoformat(start), date.fromisoformat(end), grain)


@pytest.mark.parametrize(
    "text",
    ["", " ", "brak", "31.02.2024", "2024-13", "2024-W54", "12,5", "2661011", "44051401458", "1 234",
     "2015-2020", "Kielce", "II 5", "v.2", "2024-Q5", "XIII 2024", "maj", "1.2.3", "x" * 5000,
     "2024-01-01/2024-01-20"],
)  # fmt: skip
def test_refuses(text):
    assert parse_period(text) is None


def test_reads_values_that_are_not_text():
    assert parse_period(2024).grain == "year"
    assert parse_period(2024.0).grain == "year"
    assert parse_period(202402).end == date(2024, 2, 29)
    assert parse_period(date(2024, 5, 1)).grain == "day"
    assert parse_period(datetime(2024, 5, 1, 23, 30, tzinfo=timezone.utc)).start == date(2024, 5, 1)
    assert parse_period(20.5) is None
    assert parse_period(True) is None
    assert parse_period(None) is None


@pytest.mark.parametrize(
    "text", ["1900-01-01", "9999-12-31", "31.12.9999", "9999", "1899-12-30", "2999-12-31"]
)
def test_sentinels(text):
    assert is_sentinel(text)


@pytest.mark.parametrize("text", ["1900", "1970-01-01", "2024-01-01", "2100", "brak"])
def test_no_sentinels(text):
    assert not is_sentinel(text)


def test_fold_handles_l_with_stroke():
    assert fold("Źdźbło PÓŁROCZE") == "zdzblo polrocze"


def test_period_length_counts_both_ends():
    assert parse_period("2024-02").days == 29


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("data", ["31.08.2023", "30.09.2023"]),
        ("rok", ["2015", "2016"]),
        ("rok", [2015, 2016, None]),
        ("okres", ["czerwiec 2024", "lipiec 2024"]),
        ("rokSzkolny", ["2023/2024", "2024/2025"]),
        ("unnamed", ["2024-01", "2024-02"]),
        ("X", [2019, 2020, 2021]),
    ],
)
def test_time_columns(name, values):
    assert time_column_score(name, values) >= 0.5


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("liczba_pasazerow", [2015, 2016]),
        ("kod", ["2001", "2002"]),
        ("wartosc", ["1.2034", "2.2011"]),
        ("nazwa", ["Filia 1", "Filia 2"]),
        ("data", ["brak", "31.08.2023"]),
        ("data", []),
        ("data", [None, " "]),
    ],
)
def test_other_columns(name, values):
    assert time_column_score(name, values) < 0.5


def test_date_of_observation_outranks_date_of_a_thing():
    days = ["2020-01-05", "2021-03-07"]
    assert time_column_score("data_pomiaru", days) > time_column_score("data_konca_umowy", days)


@pytest.mark.parametrize("name", ["rok_budowy", "data_nasadzenia", "timePosition"])
def test_what_happened_once_to_a_thing_is_no_period(name: str) -> None:
    assert time_column_score(name, ["2019-05-01", "2020-06-01", "2021-07-01"]) == 0
