"""When a set is due, overdue and delinquent, to the day; and how fast its severity falls."""

from datetime import date, timedelta

import pytest
from ckanext.kielce.quality.domain.frequency import frequencies, frequency
from ckanext.kielce.quality.domain.rules import RULES
from ckanext.kielce.quality.domain.thresholds import (
    Thresholds,
    calendar_thresholds,
    live_thresholds,
    severity,
    thresholds,
)
from hypothesis import given
from hypothesis import strategies as st

PERIODS = st.floats(0.01, 12000, allow_nan=False)


def limits(found):
    return found.due, found.overdue, found.delinquent


@pytest.mark.parametrize("row", RULES.thresholds)
def test_rows_of_the_table_hold_as_they_are(row):
    assert limits(thresholds(row[0])) == row[1:]


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        (4.5, (4.5, 9, 13.5)),  # halfway between 2 and 7
        (10.5, (10.5, 17.5, 24.5)),  # halfway between 7 and 14
        (1460, (1460, 1570, 1680)),  # above 730: the last row, twice
        (0.5, (0.5, 1, 1.5)),
    ],
)
def test_between_rows_it_interpolates_and_outside_it_scales(period, expected):
    assert limits(thresholds(period)) == pytest.approx(expected)


@given(PERIODS)
def test_thresholds_are_always_in_order(period):
    found = thresholds(period)
    assert 0 < found.due < found.overdue < found.delinquent


@given(PERIODS, PERIODS)
def test_a_longer_period_is_never_due_earlier(one, two):
    low, high = thresholds(min(one, two)), thresholds(max(one, two))
    assert all(a <= b + 1e-9 for a, b in zip(limits(low), limits(high), strict=True))


def test_a_period_of_nothing_is_refused():
    with pytest.raises(ValueError, match="period"):
        thresholds(0)


@pytest.mark.parametrize(
    ("code", "anchor", "end", "expected"),
    [
        ("MONTHLY", "2026-10-05", False, (31, 45, 61)),  # October has 31 days: not due on day 30
        ("MONTHLY", "2026-11-05", False, (30, 44, 61)),
        ("MONTHLY", "2026-02-05", False, (28, 42, 59)),
        ("MONTHLY", "2026-09-30", True, (31, 45, 61)),  # the period after September ends on 31 October
        ("QUARTERLY", "2026-06-30", True, (92, 122, 152)),
        ("ANNUAL", "2027-12-31", True, (366, 426, 456)),  # 2028 is a leap year
        ("WEEKLY", "2026-10-05", False, (7, 14, 21)),
    ],
)
def test_months_quarters_and_years_are_calendar_ones(code, anchor, end, expected):
    found = calendar_thresholds(frequency(code), date.fromisoformat(anchor), period_end=end)
    assert limits(found) == expected


@pytest.mark.parametrize(
    ("age", "status"),
    [(30, "fresh"), (31, "due"), (44, "due"), (45, "overdue"), (60, "overdue"), (61, "delinquent")],
)
def test_reached_means_at_or_above_in_whole_days(age, status):
    assert calendar_thresholds(frequency("MONTHLY"), date(2026, 10, 5)).status(age) == status


@pytest.mark.parametrize(
    ("age", "expected"),
    [(0, 100), (29, 100), (30, 100), (37, 85), (44, 70), (52, 55), (60, 40), (90, 20), (120, 10)],
)
def test_severity_at_its_corners(age, expected):
    assert severity(age, thresholds(30)) == pytest.approx(expected)


@given(PERIODS, st.floats(0, 20000), st.floats(0, 20000))
def test_severity_never_rises_with_age(period, one, two):
    found = thresholds(period)
    assert 0 <= severity(max(one, two), found) <= severity(min(one, two), found) <= 100


@given(
    st.sampled_from([code for code, item in frequencies().items() if item.months]), st.dates(date(2000, 1, 1))
)
def test_calendar_thresholds_keep_order_and_stay_near_the_table(code, anchor):
    if anchor > date(9000, 1, 1):
        anchor -= timedelta(days=366 * 1100)
    item = frequency(code)
    found, plain = calendar_thresholds(item, anchor), thresholds(item.days)
    assert found.due < found.overdue < found.delinquent
    assert all(abs(a - b) <= 4 + b * 0.02 for a, b in zip(limits(found), limits(plain), strict=True))


def test_live_data_are_scaled_down_but_never_finer_than_two_checks():
    hour = 1 / 24
    fast = live_thresholds(hour, None)
    assert (fast.due, fast.overdue) == pytest.approx((hour, 2 * hour))
    assert fast.delinquent == 1.0  # only after 24 hours
    checked_hourly = live_thresholds(5 / 1440, hour)
    assert checked_hourly.due == pytest.approx(2 * hour)


@given(st.floats(1 / 1440, 0.99), st.none() | st.floats(1 / 1440, 2))
def test_live_thresholds_keep_their_order(period, interval):
    found = live_thresholds(period, interval)
    assert found.due < found.overdue <= found.delinquent
    assert found.delinquent >= 1


def test_status_of_thresholds():
    assert Thresholds(1, 2, 3, 1).status(2.9) == "overdue"


def test_every_code_of_the_eu_table_has_a_rhythm():
    for code, item in frequencies().items():
        assert (item.days > 0) == (item.kind in {"periodic", "live"}), code
        assert item.kind != "live" or item.days < 1, code
        assert item.pl and item.en, code
    assert frequency("http://publications.europa.eu/resource/authority/frequency/MONTHLY").months == 1
    assert frequency("nonsense").kind == frequency(None).kind == "unknown"
    assert frequency("CONT", days=30 / 86400).days == pytest.approx(30 / 86400)
    assert frequency("MONTHLY", days=400).days == 30  # a code's own days can't be talked away
