"""What counts as new content, and all that doesn't."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from ckanext.kielce.quality.domain.newness import adopt, read_history, same_content


def advances(make, looks, now="2027-06-01", **more):
    found = read_history(make.table(looks), now=make.at(now), **more)
    return [move.at.date().isoformat() for move in found.advances]


def test_each_month_that_had_ended_when_it_came_is_new(make):
    assert advances(make, make.monthly(4)) == ["2026-03-03", "2026-04-03", "2026-05-03"]


def test_the_first_look_is_a_baseline_and_brings_nothing(make):
    assert advances(make, make.monthly(1)) == []


def test_touching_the_file_brings_nothing(make):
    looks = make.monthly(2)
    touched = [
        replace(
            looks[-1], observed_at=looks[-1].observed_at + timedelta(days=day), bytes_sha256=f"touched {day}"
        )
        for day in (10, 20, 300)
    ]
    assert advances(make, looks + touched) == advances(make, looks)


def test_going_back_and_forth_brings_nothing(make):
    one, two, three = make.monthly(3)
    back = replace(two, observed_at=make.at("2026-05-01"))
    forth = replace(three, observed_at=make.at("2026-06-01"))
    assert advances(make, [one, two, three, back, forth]) == ["2026-03-03", "2026-04-03"]


def test_rows_entered_in_advance_bring_nothing(make):
    early = make.look("2026-02-03", "2026-01-31", announced_until=date(2026, 12, 31))
    april = make.look("2026-04-05", "2026-03-31")
    july = make.look("2026-08-05", "2026-07-31", announced_until=date(2026, 12, 31))
    assert advances(make, [early, april, july]) == []
    after = make.look("2027-02-03", "2027-01-31")
    assert advances(make, [early, july, after]) == ["2027-02-03"]


def test_a_placeholder_counts_when_its_real_values_come_and_not_before(make):
    march, april = date(2026, 3, 31), date(2026, 4, 30)
    before = make.look("2026-04-03", "2026-03-31", period_hashes={march: "m", april: "zeros"})
    same = make.look("2026-05-03", "2026-04-30", period_hashes={march: "m", april: "zeros"})
    filled = make.look("2026-05-20", "2026-04-30", period_hashes={march: "m", april: "values"})
    assert advances(make, [before, same]) == []
    assert advances(make, [before, same, filled]) == ["2026-05-20"]


def test_a_copy_of_an_earlier_period_brings_nothing(make):
    march, april, may = date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)
    first = make.look("2026-04-03", "2026-03-31", period_hashes={march: "m"})
    copy = make.look("2026-05-03", "2026-04-30", period_hashes={march: "m", april: "m"})
    real = make.look("2026-06-03", "2026-05-31", period_hashes={march: "m", april: "m", may: "x"})
    assert advances(make, [first, copy]) == []
    assert advances(make, [first, copy, real]) == ["2026-06-03"]


@pytest.mark.parametrize(("rows", "copied"), [(2, False), (6, False), (8, True)])
def test_a_few_numbers_may_be_alike_by_chance(make, rows, copied):
    march, april = date(2026, 3, 31), date(2026, 4, 30)
    first = make.look("2026-04-03", "2026-03-31", period_hashes={march: "m"}, rows=rows)
    like = make.look("2026-05-03", "2026-04-30", period_hashes={march: "m", april: "m"}, rows=rows)
    assert (advances(make, [first, like]) == []) is copied


def test_a_table_of_events_needs_no_half_of_its_members(make):
    # Faults by street: each street is named when something happens there.
    streets = {f"ul. {number}": date(2026, 3, 31) - timedelta(days=4 * number) for number in range(10)}
    first = make.look("2026-04-01", "2026-03-31", series=streets, period_grain="day")
    one_more = streets | {"ul. 7": date(2026, 4, 8)}
    then = make.look("2026-04-09", "2026-04-08", series=one_more, period_grain="day")
    found = read_history(make.table([first, then]), now=make.at("2026-04-10"))
    assert [move.period for move in found.advances] == [date(2026, 4, 8)]
    assert not found.behind_members


def test_the_future_is_no_content(make):
    looks = [make.look("2026-04-03", "2026-03-31"), make.look("2026-04-20", "2030-12-31")]
    assert advances(make, looks) == []


@pytest.mark.parametrize(("advanced", "counts"), [(1, False), (2, True), (3, True)])
def test_at_least_half_of_the_series_must_have_values(make, advanced, counts):
    lines = ("4", "30", "34", "103")
    first = make.look("2026-04-03", "2026-03-31", series=dict.fromkeys(lines, date(2026, 3, 31)))
    members = {
        line: date(2026, 4, 30) if place < advanced else date(2026, 3, 31) for place, line in enumerate(lines)
    }
    then = make.look("2026-05-03", "2026-04-30", series=members)
    assert bool(advances(make, [first, then])) is counts


def test_leaving_members_out_is_no_way_to_reach_half(make):
    lines = [str(line) for line in range(6)]
    first = make.look("2026-04-03", "2026-03-31", series=dict.fromkeys(lines, date(2026, 3, 31)))
    one_left = make.look("2026-05-03", "2026-04-30", series={"0": date(2026, 4, 30)})
    assert advances(make, [first, one_left]) == []


def test_members_that_had_long_stopped_or_were_declared_ended_owe_nothing(make):
    old, march, april = date(2020, 6, 30), date(2026, 3, 31), date(2026, 4, 30)
    first = make.look("2026-04-03", "2026-03-31", series={"a": march, "b": old, "c": old, "d": march})
    then = make.look("2026-05-03", "2026-04-30", series={"a": april, "b": old, "c": old, "d": march})
    assert advances(make, [first, then]) == ["2026-05-03"]
    running = make.look("2026-04-03", "2026-03-31", series={"a": march, "b": march, "c": march})
    one = make.look("2026-05-03", "2026-04-30", series={"a": april, "b": march, "c": march})
    assert advances(make, [running, one]) == []
    table = make.table([running, one], ended_members=frozenset({"b", "c"}))
    assert len(read_history(table, now=make.at("2026-06-01")).advances) == 1


def test_dropping_the_date_column_is_no_way_out(make):
    looks = make.monthly(2)
    undated = make.look("2026-05-01", row_hashes=frozenset({1, 2, 3}))
    found = read_history(make.table([*looks, undated]), now=make.at("2026-06-01"))
    assert found.dated and found.column_dropped
    assert len(found.advances) == 1
    assert not read_history(make.table(looks), now=make.at("2026-06-01")).column_dropped


def test_only_what_was_seen_by_then_counts(make):
    assert advances(make, make.monthly(6), now="2026-04-10") == ["2026-03-03", "2026-04-03"]


def test_undated_rows_are_new_when_never_seen_in_this_set(make):
    looks = [
        make.look("2026-01-01", row_hashes=frozenset({1, 2})),
        make.look("2026-02-01", row_hashes=frozenset({1, 2, 3})),
        make.look("2026-03-01", row_hashes=frozenset({1, 2})),  # taken out again
        make.look("2026-04-01", row_hashes=frozenset({2, 3})),  # another mix of known rows
        make.look("2026-05-01", new_rows=4),
        make.look("2026-06-01", new_rows=0),
    ]
    assert advances(make, looks) == ["2026-02-01", "2026-05-01"]


def test_undated_back_and_forth_brings_nothing(make):
    a, b = frozenset({1, 2}), frozenset({1, 9})
    looks = [
        make.look(f"2026-0{month}-01", row_hashes=rows) for month, rows in ((1, a), (2, b), (3, a), (4, b))
    ]
    assert advances(make, looks) == ["2026-02-01"]


def test_a_table_whose_rows_are_not_known_proves_nothing_but_a_document_does(make):
    table = [make.look("2026-01-01"), make.look("2026-02-01")]
    document = [replace(item, rows=None, parsed=None) for item in table]
    assert advances(make, table) == []
    assert advances(make, document) == ["2026-02-01"]


def test_headers_alone_prove_nothing(make):
    head = replace(make.monthly(2)[1], observed_at=make.at("2026-09-01"), method="head", value_hash=None)
    head = replace(head, newest_period=None, last_modified=make.at("2026-08-31"), etag="new")
    assert advances(make, [*make.monthly(2), head]) == ["2026-03-03"]


def test_a_file_made_on_request_is_volatile_and_no_update(make):
    looks = [make.look(f"2026-01-{day:02}", row_hashes=frozenset({day})) for day in range(1, 10)]
    found = read_history(make.table(looks), now=make.at("2026-02-01"), period_days=30)
    assert found.volatile
    assert [move.at.day for move in found.advances] == []
    seven = read_history(make.table(looks[:7]), now=make.at("2026-02-01"), period_days=30)
    assert not seven.volatile and len(seven.advances) == 6
    # It holds still now, but what the run brought is no update all the same.
    steady = read_history(
        make.table([*looks[:-1], replace(looks[-1], checks=3)]), now=make.at("2026-02-01"), period_days=30
    )
    assert not steady.volatile and not steady.advances
    daily = read_history(make.table(looks), now=make.at("2026-02-01"), period_days=1)
    assert not daily.volatile


def test_live_moments_must_go_forward_and_not_lie_ahead(make):
    looks = [
        make.look("2026-01-01", newest_at=make.at("2026-01-01", 9)),
        make.look("2026-01-02", newest_at=make.at("2026-01-02", 9)),
        make.look("2026-01-03", newest_at=make.at("2026-01-02", 9)),
        make.look("2026-01-04", newest_at=make.at("2030-01-01", 9)),
    ]
    assert advances(make, looks, live=True) == ["2026-01-02"]


def test_age_starts_at_the_oldest_date_the_source_states(make):
    stated = make.at("2020-05-01")
    undated = read_history(
        make.table([make.look("2026-01-10")]), now=make.at("2026-02-01"), stated_start=stated
    )
    assert undated.baseline_at == stated
    dated = read_history(
        make.table([make.look("2026-01-10", "2025-12-31")]), now=make.at("2026-02-01"), stated_start=stated
    )
    # December's values can't have been there before December ended.
    assert dated.baseline_at.date() == date(2025, 12, 31)


@pytest.mark.parametrize("field", ["value_hash", "row_hashes", "period_hashes"])
def test_a_recreated_resource_keeps_its_history(make, field):
    months = {date(2026, month, 28): f"hash {month}" for month in range(1, 6)}
    known = {"value_hash": "v", "row_hashes": frozenset(range(10)), "period_hashes": months}
    empty = {"value_hash": "other", "row_hashes": frozenset(), "period_hashes": {}}
    old = make.look("2026-01-05", "2025-12-31", **known)
    new = make.look("2026-06-05", "2025-12-31", **(empty | {field: known[field]}))
    again = adopt(make.table([new], resource_id="r2"), [make.table([old])])
    assert [item.observed_at for item in again.observations] == [old.observed_at, new.observed_at]
    stranger = make.look("2026-06-05", "2025-12-31", **empty)
    assert adopt(make.table([stranger], resource_id="r2"), [make.table([old])]).observations == (stranger,)
    assert not same_content([], [old])
