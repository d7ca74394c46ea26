"""What changed between two versions, by the facts that observations keep."""

from __future__ import annotations

import datetime as dt

from ckanext.kielce.quality.publish.changes import Version, compare, timeline

UTC = dt.timezone.utc
DATED = {"miesiac": "date", "liczba": "integer"}


def month(number: int) -> dt.date:
    return dt.date(2026, number + 1, 1) - dt.timedelta(days=1)


def dated(day: int, values: dict[int, str], **more) -> Version:
    fields = {
        "id": str(day), "resource_id": "r", "at": dt.datetime(2026, 9, day, tzinfo=UTC), "columns": DATED,
        "value_hash": str(sorted(values.items())), "rows": len(values), "undated": False, "parsed": True,
        "periods": {month(number): value for number, value in values.items()}, "oldest": month(min(values)),
    }  # fmt: skip
    return Version(**{**fields, **more})


def test_a_new_month_and_a_corrected_one():
    found = compare(dated(1, {1: "a", 2: "b"}), dated(2, {1: "a", 2: "x", 3: "c"}))
    assert found.kind == "content"
    assert found.periods_added == (month(3),)
    assert found.periods_changed == (month(2),)
    assert found.periods_removed == ()
    assert (found.rows_added, found.rows_removed) == (1, 0)


def test_a_moving_window_does_not_count_as_removed_where_it_is_not_known():
    """Only the newest periods are kept: what is older than both know is not said to have gone."""
    before = dated(1, {2: "b", 3: "c"}, oldest=month(1))
    found = compare(before, dated(2, {3: "c", 4: "d"}, oldest=month(1)))
    assert found.periods_removed == ()
    assert "old_periods" in found.unknown


def test_rows_of_an_undated_table_are_told_exactly():
    before = Version("1", "r", dt.datetime(2026, 9, 1, tzinfo=UTC), "h1", columns={"a": "text"}, rows=3,
                     rows_known=frozenset({1, 2, 3}), parsed=True)  # fmt: skip
    after = Version("2", "r", dt.datetime(2026, 9, 2, tzinfo=UTC), "h2", columns={"a": "text"}, rows=3,
                    rows_known=frozenset({2, 3, 4}), parsed=True)  # fmt: skip
    found = compare(before, after)
    assert (found.rows_added, found.rows_removed, found.exact) == (1, 1, True)


def test_samples_of_different_density_are_compared_at_the_thinner_one():
    before = Version("1", "r", dt.datetime(2026, 9, 1, tzinfo=UTC), "h1", columns={"a": "text"}, rows=8,
                     rows_known=frozenset(range(8)), parsed=True)  # fmt: skip
    after = Version("2", "r", dt.datetime(2026, 9, 2, tzinfo=UTC), "h2", columns={"a": "text"}, rows=16,
                    rows_known=frozenset(range(0, 16, 2)), level=1, parsed=True)  # fmt: skip
    found = compare(before, after)
    assert (found.rows_added, found.rows_removed, found.exact) == (8, 0, False)


def test_columns_that_came_went_and_changed():
    found = compare(
        dated(1, {1: "a"}),
        dated(2, {1: "z"}, columns={"miesiac": "date", "liczba": "text", "uwagi": "text"}),
    )
    assert found.kind == "schema"
    assert found.columns_added == ("uwagi",)
    assert found.columns_retyped == (("liczba", "integer", "text"),)


def test_an_unreadable_file_is_told_as_such_and_not_as_rows_that_went():
    found = compare(dated(1, {1: "a"}), dated(2, {1: "b"}, parsed=False, rows=None))
    assert found.kind == "unreadable"
    assert found.rows_removed is None


def test_the_timeline_counts_publications_without_new_values_and_shows_real_changes():
    steps = timeline(
        [
            dated(1, {1: "a"}),
            dated(2, {1: "a"}),
            dated(3, {1: "a"}),
            dated(4, {1: "a", 2: "b"}),
            dated(5, {1: "a"}),
        ]
    )
    assert [(step.version.id, step.difference.kind, step.repeats) for step in steps] == [
        ("5", "content", 0),
        ("4", "content", 0),
        ("1", "first", 2),
    ]
    assert steps[0].difference.periods_removed == (month(2),)


def test_nothing_seen_nothing_told():
    assert timeline([]) == []


def test_another_column_does_not_make_every_period_a_corrected_one():
    """The hash of a period is over all columns, so a new column changed all of them."""
    found = compare(
        dated(1, {1: "a", 2: "b"}),
        dated(2, {1: "a+", 2: "b+", 3: "c+"}, columns={**DATED, "kod_teryt": "text"}),
    )
    assert found.periods_changed == ()
    assert found.periods_added == (month(3),)
    assert "changed_periods" in found.unknown
