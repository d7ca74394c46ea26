"""Schedules: what can be written, when the next run is due (also when the clocks change), and how it is said."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from ckanext.kielce.harvest import schedule
from ckanext.kielce.harvest.schedule import ScheduleError, from_frequency, next_due, normal, period, words

WARSAW = ZoneInfo("Europe/Warsaw")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WARSAW)


def due(plan: str, after: str, rounds: int = 1) -> str:
    """The next due moment (or a later one) by Kielce's clock."""
    moment = local(after)
    for _round in range(rounds):
        found = next_due(plan, moment)
        assert found is not None and found > moment
        assert found.tzinfo is timezone.utc
        moment = found
    return moment.astimezone(WARSAW).isoformat(timespec="minutes")


@pytest.mark.parametrize(
    ("plan", "after", "expected"),
    [
        ("daily 03:15", "2026-11-21T03:14", "2026-11-21T03:15+01:00"),
        ("daily 03:15", "2026-11-21T03:15", "2026-11-22T03:15+01:00"),
        ("daily 00:00", "2026-12-31T23:59:59", "2027-01-01T00:00+01:00"),
        ("weekly mon,thu 06:00", "2026-11-21T12:00", "2026-11-23T06:00+01:00"),  # a Saturday
        ("weekly mon,thu 06:00", "2026-11-23T06:00", "2026-11-26T06:00+01:00"),
        ("weekly sun 23:30", "2026-11-22T23:30", "2026-11-29T23:30+01:00"),
        ("monthly 1 02:00", "2026-11-01T02:00", "2026-12-01T02:00+01:00"),
        ("monthly 31 02:00", "2026-11-21T00:00", "2026-11-30T02:00+01:00"),
        ("monthly 31 02:00", "2027-02-01T00:00", "2027-02-28T02:00+01:00"),
        ("monthly 29 02:00", "2028-02-01T00:00", "2028-02-29T02:00+01:00"),
        ("every 15 minutes", "2026-11-21T10:00", "2026-11-21T10:15+01:00"),
        ("every 15 minutes", "2026-11-21T10:14:59", "2026-11-21T10:15+01:00"),
        ("every 6 hours", "2026-11-21T10:14", "2026-11-21T13:00+01:00"),
    ],
)
def test_the_next_due_moment_is_later_and_nearest(plan: str, after: str, expected: str) -> None:
    assert due(plan, after) == expected


def test_by_hand_is_never_due() -> None:
    assert next_due("manual", datetime.now(timezone.utc)) is None


def test_an_hour_that_the_clock_skips_comes_later_that_day_and_only_once() -> None:
    # 29 March 2026: 1:59:59 is followed by 3:00
    assert due("daily 02:30", "2026-03-28T12:00") == "2026-03-29T03:30+02:00"
    assert due("daily 02:30", "2026-03-28T12:00", rounds=2) == "2026-03-30T02:30+02:00"


def test_an_hour_that_the_clock_shows_twice_comes_once() -> None:
    # 25 October 2026: 2:59:59 summer time is followed by 2:00 winter time
    assert due("daily 02:30", "2026-10-24T12:00") == "2026-10-25T02:30+02:00"
    assert due("daily 02:30", "2026-10-24T12:00", rounds=2) == "2026-10-26T02:30+01:00"


def test_the_wall_clock_is_kept_over_both_changes_of_a_year() -> None:
    moment = local("2026-01-01T00:00")
    for _day in range(366):
        found = next_due("daily 03:15", moment)
        assert found is not None
        shown = found.astimezone(WARSAW)
        assert (shown.hour, shown.minute) == (3, 15)
        assert timedelta(0) < found - moment <= timedelta(hours=25)
        moment = found


def test_short_intervals_go_on_evenly_through_the_changed_hour() -> None:
    moment = datetime(2026, 10, 24, 23, 50, tzinfo=timezone.utc)
    steps = []
    for _round in range(12):
        found = next_due("every 15 minutes", moment)
        assert found is not None
        steps.append(found - moment)
        moment = found
    assert steps[0] == timedelta(minutes=10) and set(steps[1:]) == {timedelta(minutes=15)}


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        next_due("daily 03:15", datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("plan", "polish", "english"),
    [
        ("manual", "ręcznie", "by hand"),
        ("daily 03:15", "codziennie o 3:15", "every day at 3:15"),
        ("every 15 minutes", "co 15 minut", "every 15 minutes"),
        ("every 1 minutes", "co minutę", "every minute"),
        ("every 22 minutes", "co 22 minuty", "every 22 minutes"),
        ("every 60 minutes", "co godzinę", "every hour"),
        ("every 12 hours", "co 12 godzin", "every 12 hours"),
        ("every 24 hours", "raz na dobę", "once a day"),
        ("every 336 hours", "co 14 dni", "every 14 days"),
        ("weekly mon,thu 06:00", "w poniedziałki i czwartki o 6:00", "on Mondays and Thursdays at 6:00"),
        ("weekly tue 06:05", "we wtorki o 6:05", "on Tuesdays at 6:05"),
        ("weekly tue,fri 6:00", "we wtorki i w piątki o 6:00", "on Tuesdays and Fridays at 6:00"),
        (
            "weekly wed,sat,sun 6:00",
            "w środy, soboty i niedziele o 6:00",
            "on Wednesdays, Saturdays and Sundays at 6:00",
        ),
        (
            "weekly mon,tue,wed,thu,fri 6:00",
            "od poniedziałku do piątku o 6:00",
            "from Monday to Friday at 6:00",
        ),
        ("weekly mon,tue,wed,thu,fri,sat,sun 6:00", "codziennie o 6:00", "every day at 6:00"),
        ("monthly 1 02:00", "1. dnia miesiąca o 2:00", "on day 1 of the month at 2:00"),
        (
            "monthly 31 02:00",
            "31. dnia miesiąca (w krótszych ostatniego) o 2:00",
            "on day 31 of the month (the last of shorter ones) at 2:00",
        ),
    ],
)
def test_a_schedule_in_words(plan: str, polish: str, english: str) -> None:
    assert (words(plan, "pl"), words(plan, "en")) == (polish, english)


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ("manual", None),
        ("every 15 minutes", timedelta(minutes=15)),
        ("daily 03:15", timedelta(days=1)),
        ("weekly mon 06:00", timedelta(days=7)),
        ("weekly mon,thu 06:00", timedelta(days=4)),
        ("weekly mon,tue 06:00", timedelta(days=6)),
        ("monthly 1 02:00", timedelta(days=31)),
    ],
)
def test_the_period_is_the_longest_wait(plan: str, expected: timedelta | None) -> None:
    assert period(plan) == expected


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Daily 3:15", "daily 03:15"),
        ("  weekly  THU, mon,thu 6:00 ", "weekly mon,thu 06:00"),
        ("every 90 minute", "every 90 minutes"),
        ("every 120 minutes", "every 2 hours"),
        ("monthly 01 2:00", "monthly 1 02:00"),
        ("MANUAL", "manual"),
    ],
)
def test_what_is_typed_is_stored_in_one_form(typed: str, stored: str) -> None:
    assert normal(typed) == stored
    assert normal(stored) == stored


@pytest.mark.parametrize(
    ("typed", "hint"),
    [
        ("", "another form"),
        ("hourly", "another form"),
        ("daily 24:00", "no hour 24:00"),
        ("daily 3:60", "no hour 3:60"),
        ("weekly mon,xyz 3:00", '"xyz" is none of mon'),
        ("weekly 3:00", "another form"),
        ("monthly 0 3:00", "days 1 to 31"),
        ("monthly 32 3:00", "days 1 to 31"),
        ("every 0 minutes", "from 1 minute"),
        ("every 99999 hours", "to 366 days"),
        ("every 5 days", "another form"),
        ("*/5 * * * *", "another form"),
    ],
)
def test_a_wrong_schedule_is_refused_with_what_can_be_written(typed: str, hint: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        normal(typed)
    assert hint in refused.value.text("en") and '"daily 03:15"' in refused.value.text("en")
    assert "to nie harmonogram" in refused.value.text("pl") and "„daily 03:15”" in refused.value.text("pl")


def test_every_frequency_of_the_form_has_a_schedule() -> None:
    spread = set()
    for key in ("a", "b", "c", "d"):
        for frequency in ("MANUAL", "DAILY", "WEEKLY", "BIWEEKLY", "MONTHLY", "ALWAYS"):
            plan = from_frequency(frequency, key)
            assert normal(plan) == plan
            assert from_frequency(frequency.lower(), key) == plan
        spread.add(from_frequency("DAILY", key))
        hour = schedule.parse(from_frequency("DAILY", key)).hour
        assert hour in (3, 4), "at night, and never in the hour that the clock skips"
    assert len(spread) > 1, "sources must not all come at the same minute"
    assert from_frequency(None) == "manual"
    assert period(from_frequency("BIWEEKLY")) == timedelta(days=14)
    with pytest.raises(ScheduleError, match="frequencies are MANUAL"):
        from_frequency("HOURLY")
