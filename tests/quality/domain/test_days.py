"""Counting days: months, working days, seasons."""

from datetime import date, datetime, timezone

import pytest
from ckanext.kielce.quality.domain.days import DayCounter, add_months, is_working_day, local_date, midnight
from hypothesis import given
from hypothesis import strategies as st

DAYS = st.dates(date(2015, 1, 1), date(2030, 12, 31))


@pytest.mark.parametrize(
    ("day", "months", "keep", "expected"),
    [
        ("2026-10-05", 1, False, "2026-11-05"),
        ("2026-01-31", 1, False, "2026-02-28"),
        ("2024-01-31", 1, False, "2024-02-29"),
        ("2026-09-30", 1, True, "2026-10-31"),
        ("2026-09-30", 1, False, "2026-10-30"),
        ("2026-12-31", 12, True, "2027-12-31"),
        ("2026-02-28", 3, True, "2026-05-31"),
    ],
)
def test_months_are_calendar_ones(day, months, keep, expected):
    assert add_months(date.fromisoformat(day), months, keep_month_end=keep) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-11-10", True),
        ("2026-11-11", False),
        ("2026-06-04", False),
        ("2026-11-14", False),
        ("2026-12-24", False),
    ],
)
def test_polish_holidays_and_weekends_are_no_working_days(day, works):
    assert is_working_day(date.fromisoformat(day)) is works


def test_a_day_begins_at_midnight_in_kielce():
    assert local_date(datetime(2026, 7, 1, 22, 30, tzinfo=timezone.utc)) == date(2026, 7, 2)
    assert midnight(date(2026, 7, 2)).utcoffset().total_seconds() == 7200


def test_weekend_does_not_age_a_working_day_set():
    counter = DayCounter(working_only=True)
    friday = date(2026, 11, 13)
    assert counter.count(friday, date(2026, 11, 15)) == 0
    assert counter.count(friday, date(2026, 11, 16)) == 1


def test_empty_months_do_not_age():
    counter = DayCounter(empty_months=frozenset({7, 8}))
    assert counter.count(date(2026, 6, 30), date(2026, 8, 31)) == 0
    assert counter.count(date(2026, 6, 30), date(2026, 9, 1)) == 1


@given(DAYS, st.integers(1, 200), st.booleans(), st.sets(st.integers(1, 12), max_size=10))
def test_reach_is_the_first_day_that_counts_so_many(start, days, working, empty):
    counter = DayCounter(working, frozenset(empty))
    reached = counter.reach(start, days)
    assert counter.count(start, reached) == days
    assert counter.count(start, date.fromordinal(reached.toordinal() - 1)) == days - 1
