"""F: ages, seasons, working days, live data, unknown rhythm, the worst table."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from ckanext.kielce.quality.domain.days import add_months
from ckanext.kielce.quality.domain.freshness import assess_freshness


def judge(make, looks, now, code="MONTHLY", **more):
    return assess_freshness(make.dataset(looks, code, **more), make.at(now))


def score(found):
    return found.scored.component.score


@pytest.mark.parametrize(
    ("now", "status"),
    [
        ("2026-11-21", "fresh"),
        ("2026-12-02", "fresh"),
        ("2026-12-03", "due"),
        ("2026-12-16", "due"),
        ("2026-12-17", "overdue"),
        ("2027-01-02", "overdue"),
        ("2027-01-03", "delinquent"),
    ],
)
def test_monthly_table_seen_on_the_third_turns_to_the_day(make, now, status):
    # content: October + 3 days of lag; due after a month, overdue 14 days later, delinquent after two
    assert judge(make, make.monthly(10), now).status == status


def test_a_31_day_month_is_not_due_on_day_30(make):
    looks = [make.look("2026-01-31"), make.look("2026-10-05", new_rows=1)]
    assert judge(make, looks, "2026-11-04").status == "fresh"
    assert judge(make, looks, "2026-11-05").status == "due"


def test_f_is_weighed_from_both_ages_and_punctuality(make):
    found = judge(make, make.monthly(10), "2027-01-03")
    table = found.worst
    expected = 0.5 * table.content.severity + 0.3 * table.update.severity + 20 * table.punctuality
    assert score(found) == pytest.approx(expected)
    assert table.punctuality < 1


def test_a_set_that_only_gets_old_periods_is_old_though_it_is_updated(make):
    # each month one more month, but two years behind: the lag is one period at most
    looks = [
        make.look(
            f"2026-{month:02}-05", add_months(date(2024, 1, 31), month, keep_month_end=True).isoformat()
        )
        for month in range(1, 10)
    ]
    found = judge(make, looks, "2026-09-06")
    assert found.worst.update.status == "fresh"
    assert (found.status, found.worst.content.status) == ("delinquent", "delinquent")


def test_publication_lag_is_the_median_of_the_last_five(make):
    looks = make.monthly(3, lag=3)
    for month, lag in ((4, 10), (5, 12), (6, 20), (7, 2)):
        end = add_months(date(2026, month, 28), 0).replace(day=30)
        looks.append(make.look((end + timedelta(days=lag)).isoformat(), end.isoformat()))
    found = judge(make, looks, "2026-09-01")
    # last five: 3, 10, 12, 20, 2 -> 10
    assert found.worst.content.days == (date(2026, 9, 1) - date(2026, 7, 30)).days - 10


def test_undated_is_at_most_85_and_says_so(make):
    looks = [make.look(f"2026-{month:02}-05", row_hashes=frozenset(range(month))) for month in range(1, 11)]
    found = judge(make, looks, "2026-10-06")
    assert score(found) == 85
    assert "undated" in found.scored.component.notes
    late = judge(make, looks, "2026-12-20")
    table = late.worst
    assert score(late) == pytest.approx(0.7 * table.update.severity + 30 * table.punctuality)


def test_unknown_rhythm_is_at_most_50_and_never_called_fresh(make):
    found = judge(make, make.monthly(4), "2026-05-05", code=None)
    assert score(found) == 50
    assert found.status == "unknown"
    learned = judge(make, make.monthly(10), "2026-11-05", code="UNKNOWN")
    assert (score(learned), learned.status) == (50, "fresh")
    assert judge(make, make.monthly(4), "2032-05-05", code=None).status == "delinquent"


def test_irregular_has_three_years(make):
    looks = [make.look("2026-01-01"), make.look("2026-02-01", new_rows=1)]
    assert judge(make, looks, "2029-01-30", code="IRREG").status == "fresh"
    assert judge(make, looks, "2029-01-31", code="IRREG").status == "due"


def test_review_counts_for_one_period(make):
    looks = [make.look("2026-01-01"), make.look("2026-02-01", new_rows=1)]
    before = judge(make, looks, "2026-06-20")
    during = judge(make, looks, "2026-06-20", reviewed_at=make.at("2026-06-01"))
    after = judge(make, looks, "2026-07-01", reviewed_at=make.at("2026-06-01"))
    assert before.status == after.status == "delinquent"
    assert during.status == "fresh"
    assert during.due_at.date() == date(2026, 7, 1)
    assert "reviewed" in during.scored.component.notes
    assert "reviewed" not in after.scored.component.notes


def test_a_review_does_not_renew_the_content_of_a_dated_table(make):
    found = judge(make, make.monthly(3), "2026-12-01", reviewed_at=make.at("2026-11-30"))
    assert found.status == "delinquent"


def school_months(first, last):
    """Ends of months from first to last without July and August."""
    day, ends = date.fromisoformat(first), []
    while day <= date.fromisoformat(last):
        if day.month not in (7, 8):
            ends.append(day)
        day = add_months(day, 1, keep_month_end=True)
    return ends


def test_months_empty_in_both_of_the_last_two_years_do_not_age(make):
    ends = school_months("2023-09-30", "2026-06-30")
    months = frozenset(f"{end:%Y-%m}" for end in ends)
    looks = [
        make.look((end + timedelta(days=2)).isoformat(), end.isoformat(), active_months=months)
        for end in ends
    ]
    assert judge(make, looks, "2026-09-20").status == "fresh"
    assert judge(make, looks, "2026-10-20").status == "overdue"
    # One summer with data, and it is no season.
    once = [replace(item, active_months=months | {"2025-07", "2025-08"}) for item in looks]
    assert judge(make, once, "2026-09-20").status == "delinquent"


def test_a_dead_set_does_not_make_itself_a_season(make):
    ends = school_months("2022-09-30", "2024-06-30")
    months = frozenset(f"{end:%Y-%m}" for end in ends)
    looks = [
        make.look((end + timedelta(days=2)).isoformat(), end.isoformat(), active_months=months)
        for end in ends
    ]
    assert judge(make, looks, "2027-06-30").status == "delinquent"


def test_yearly_tables_have_no_seasons(make):
    looks = [
        make.look(
            f"{year}-02-01", f"{year - 1}-12-31", period_grain="year", active_months=frozenset({f"{year}-12"})
        )
        for year in range(2021, 2025)
    ]
    assert judge(make, looks, "2026-11-01", code="ANNUAL").status == "delinquent"
    assert judge(make, looks, "2026-11-01", code="MONTHLY").status == "delinquent"


def daily(make, last, weekends):
    day, looks = date(2026, 8, 3), []
    while day <= date.fromisoformat(last):
        if weekends or day.weekday() < 5:
            looks.append(make.look(day.isoformat(), day.isoformat(), period_grain="day"))
        day += timedelta(days=1)
    return looks


def test_working_days_where_eight_weeks_show_only_those(make):
    office = daily(make, "2026-10-30", weekends=False)
    # Friday 30 October; All Saints' on Sunday: Monday is the first working day after it
    assert judge(make, office, "2026-11-01", code="DAILY").status == "fresh"
    assert judge(make, office, "2026-11-02", code="DAILY").status == "due"
    always = daily(make, "2026-10-30", weekends=True)
    assert judge(make, always, "2026-11-01", code="DAILY").status == "overdue"


def test_seven_weeks_prove_no_working_day_rhythm(make):
    office = [
        item
        for item in daily(make, "2026-10-30", weekends=False)
        if item.observed_at >= make.at("2026-09-14")
    ]
    assert judge(make, office, "2026-11-01", code="DAILY").status == "overdue"


def test_live_data(make):
    looks = [
        make.look(
            make.at("2026-01-01") + timedelta(minutes=30 * step),
            newest_at=make.at("2026-01-01") + timedelta(minutes=30 * step),
        )
        for step in range(10)
    ]
    last = looks[-1].observed_at
    evidence = make.dataset(looks, "15MIN")

    def status(hours):
        return assess_freshness(evidence, last + timedelta(hours=hours)).status

    # checked every half hour: never finer than two checks, delinquent only after 24 hours
    assert [status(h) for h in (0.9, 1, 2, 23.9, 24)] == ["fresh", "due", "overdue", "overdue", "delinquent"]


def test_the_worst_promised_table_is_the_dataset(make):
    fresh = make.table(make.monthly(10), resource_id="fresh")
    stale = make.table(make.monthly(4), resource_id="stale")
    both = make.dataset(resources=(fresh, stale))
    found = assess_freshness(both, make.at("2026-11-05"))
    assert (found.worst.resource.resource_id, found.status) == ("stale", "delinquent")
    forgiven = make.dataset(resources=(fresh, replace(stale, promised=False)))
    assert assess_freshness(forgiven, make.at("2026-11-05")).status == "fresh"


def test_yearly_files_of_one_series_are_one_series(make):
    looks = make.monthly(22, first="2025-01-31")
    by_year = [
        make.table(
            [item for item in looks if item.newest_period.year == year],
            resource_id=str(year),
            series_key="pasazerowie",
        )
        for year in (2025, 2026)
    ]
    apart = make.dataset(resources=tuple(replace(item, series_key=None) for item in by_year))
    joined = make.dataset(resources=tuple(by_year))
    now = make.at("2026-11-05")
    assert assess_freshness(apart, now).status == "delinquent"
    found = assess_freshness(joined, now)
    assert found.status == "fresh"
    assert len(found.worst.history.advances) == 21


def test_a_table_never_seen_lowers_the_coverage_only(make):
    seen, unseen = make.table(make.monthly(10)), make.table([], resource_id="r2")
    found = assess_freshness(make.dataset(resources=(seen, unseen)), make.at("2026-11-05"))
    assert score(found) == 100
    assert found.scored.component.coverage == 0.5
    assert score(assess_freshness(make.dataset(), make.at("2026-11-05"))) is None


def test_deleting_and_recreating_brings_nothing(make):
    looks = [replace(item, value_hash="same") for item in make.monthly(3)][:1]
    again = replace(looks[0], observed_at=make.at("2026-11-01"), last_modified=make.at("2026-11-01"))
    old, new = make.table(looks), make.table([again], resource_id="r2")
    recreated = make.dataset(resources=(new,), removed=(old,))
    kept = make.dataset(resources=(make.table([*looks, again]),))
    now = make.at("2026-11-05")
    assert score(assess_freshness(recreated, now)) == score(assess_freshness(kept, now))


def test_forecast_says_when_and_how_surely(make):
    found = judge(make, make.monthly(10), "2026-11-21").worst.forecast
    assert found.median.date() == date(2026, 12, 4)
    assert found.earliest <= found.median <= found.latest < found.overdue_at
    assert found.probability_overdue < 0.1
    assert judge(make, make.monthly(10), "2026-12-20").worst.forecast.probability_overdue == 1
    first = judge(make, make.monthly(1), "2026-02-10").worst.forecast
    assert first.based_on == 0
    assert first.earliest < first.median < first.latest
