"""Cycles, the learned period, irregular sets, missed changes, punctuality."""

from datetime import timedelta
from math import inf, isclose

import pytest
from ckanext.kielce.quality.domain.frequency import InForce, frequency
from ckanext.kielce.quality.domain.rhythm import (
    Period,
    change_interval,
    check_pattern,
    cycles,
    gaps,
    irregular_days,
    judged_period,
    late_cycles,
    learned_days,
    punctuality,
)
from ckanext.kielce.quality.domain.thresholds import thresholds
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ([10] * 5, None),  # five cycles teach nothing
        ([10] * 6, 15),
        ([10] * 11 + [100], 15),
        ([100] + [10] * 12, 15),  # only the last twelve
        ([8, 8, 10, 10, 12, 14], 15),  # quartiles 8.5 and 11.5: within half of the median
        ([2, 2, 2, 10, 10, 10], None),  # they don't agree
    ],
)
def test_a_rhythm_is_learned_from_six_cycles_that_agree(lengths, expected):
    assert learned_days(lengths) == expected


def force(make, code, since="2020-01-01", before=None):
    return InForce(frequency(code), make.at(since), before=before)


def days(make, steps, start="2026-01-01"):
    moments = [make.at(start)]
    for step in steps:
        moments.append(moments[-1] + timedelta(days=step))
    return moments


def test_the_learned_period_is_never_longer_than_the_declared_one(make):
    weekly = judged_period(force(make, "MONTHLY"), days(make, [7] * 6))
    assert weekly == Period(10.5, learned=True)
    slow = judged_period(force(make, "MONTHLY"), days(make, [40] * 8))
    assert (slow.days, slow.learned) == (30, False)


def test_only_cycles_since_the_declaration_in_force_teach(make):
    starts = days(make, [7] * 6)
    assert judged_period(force(make, "MONTHLY", "2026-01-02"), starts).days == 30


def test_tightening_does_not_throw_a_faster_rhythm_away(make):
    starts = days(make, [7] * 6)
    before = force(make, "MONTHLY")
    tightened = force(make, "BIWEEKLY", "2026-02-20", before)
    assert judged_period(tightened, starts).days == 10.5


def test_an_irregular_set_does_not_become_slower_by_promising_thirty_years(make):
    starts = days(make, [20] * 9)
    was = force(make, "IRREG")
    assert judged_period(was, starts).days == 20
    assert judged_period(force(make, "TRIDECENNIAL", "2027-01-01", was), starts).days == 20


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [([10] * 7, 1095), ([10] * 8, 10), (list(range(1, 22)), 20.05), ([500] + [10] * 20, 10)],
)
def test_irregular_is_due_at_the_95th_percentile_of_the_last_twenty_gaps(lengths, expected):
    assert irregular_days(lengths) == pytest.approx(expected)


def test_errata_do_not_make_a_cycle(make):
    moments = days(make, [30, 3, 27, 7, 23])
    assert gaps(cycles(moments, 30, merge=True)) == [30, 30, 30]
    assert cycles(moments, 30, merge=False) == moments


@pytest.mark.parametrize(
    ("unchanged", "checks", "expected"), [(0, 10, 0.3285), (5, 10, 1.5465), (9, 10, 9.9917)]
)
def test_change_rate_where_checks_miss_changes(unchanged, checks, expected):
    # -ln((X + 0.5) / (n + 0.5)) per interval
    assert change_interval(unchanged, checks, 1) == pytest.approx(expected, abs=5e-4)


def test_change_rate_at_its_ends():
    assert change_interval(4, 4, 1) == inf
    with pytest.raises(ValueError, match="among"):
        change_interval(5, 4, 1)


def test_counters_of_unchanged_checks_tell_how_often_we_looked(make):
    first = make.look("2026-01-01", "2025-12-31", checks=4, last_checked_at=make.at("2026-01-04"))
    then = make.look("2026-01-05", "2025-12-31")
    pattern = check_pattern([first, then])
    assert (pattern.total, pattern.unchanged, pattern.interval_days, pattern.equal) == (4, 3, 1, True)
    assert check_pattern([then]) is None


def test_no_age_finer_than_two_checks_is_asked_of_a_set_that_changes_at_each_check(make):
    looks = [make.look(make.at("2026-01-01") + timedelta(days=7 * step), "2025-12-31") for step in range(10)]
    period = judged_period(
        force(make, "MONTHLY"), [item.observed_at for item in looks], pattern=check_pattern(looks)
    )
    assert period.learned
    assert period.days == 14


@pytest.mark.parametrize(("age", "late"), [(43, 0), (44, 1), (73, 1), (74, 2), (44 + 300, 11)])
def test_each_period_without_content_is_a_late_cycle(age, late):
    assert late_cycles(age, thresholds(30)) == late


def share(make, steps, idle=0):
    moments = days(make, steps)
    now = moments[-1] + timedelta(days=idle)
    return punctuality(moments, now, lambda a, b: (b - a).days, lambda _: thresholds(30))


def test_punctuality(make):
    assert share(make, []) is None
    assert share(make, [30]) == 1
    assert share(make, [43]) == 1
    assert share(make, [44]) == 0
    assert isclose(share(make, [50, 30]), 1 / 1.9)  # late, then on time: the newer weighs 1, the older 0.9
    assert isclose(share(make, [30, 50]), 0.9 / 1.9)


def test_a_dead_set_falls_to_nothing(make):
    values = [share(make, [30] * 12, idle) for idle in (0, 60, 120, 365, 1500)]
    assert values[0] == 1
    assert values == sorted(values, reverse=True)
    assert values[-1] < 0.01


@given(st.lists(st.integers(1, 200), max_size=15), st.integers(0, 2000), st.integers(0, 2000))
def test_punctuality_never_rises_while_nothing_comes(make, steps, one, two):
    early, late = share(make, steps, min(one, two)), share(make, steps, max(one, two))
    if early is not None:
        assert 0 <= late <= early + 1e-12 <= 1 + 1e-9
