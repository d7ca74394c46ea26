"""Which versions are kept: bounded in number and size, the newest always among them."""

from __future__ import annotations

import datetime as dt

from ckanext.kielce.quality.thinning import Kept, surplus
from hypothesis import given
from hypothesis import strategies as st

BEGIN = dt.datetime(2025, 1, 1, tzinfo=dt.timezone.utc)


def kept(days, sizes, values):
    return [
        Kept(f"{at}", f"v{value}", BEGIN + dt.timedelta(days=day), size)
        for at, (day, size, value) in enumerate(zip(days, sizes, values, strict=True))
    ]


ROWS = st.lists(
    st.tuples(st.integers(0, 900), st.integers(1, 50), st.integers(0, 6)), min_size=1, max_size=40
)


@given(ROWS, st.integers(2, 24), st.integers(10, 400))
def test_it_is_bounded_and_the_newest_stays(rows, most, most_bytes):
    days = sorted(day for day, _, _ in rows)
    found = kept(days, [size for _, size, _ in rows], [value for _, _, value in rows])
    gone = set(surplus(found, most, most_bytes))
    left = [item for item in found if item.sha256 not in gone]
    assert found[-1] in left
    assert len(left) <= most
    assert len(left) == 1 or sum(item.size for item in left) <= most_bytes
    assert len(gone) == len(found) - len(left)


def test_nothing_goes_while_there_is_room():
    assert surplus(kept(range(5), [10] * 5, range(5)), 24, 1000) == []


def test_other_spellings_of_the_same_values_go_first_and_the_first_version_stays():
    found = kept(range(0, 80, 10), [1] * 8, [0, 1, 1, 2, 3, 4, 5, 6])
    assert surplus(found, 7, 100) == ["2"]
    assert "0" not in surplus(found, 5, 100)


def test_versions_close_together_go_before_those_far_apart():
    found = kept([0, 100, 101, 102, 300, 301, 302, 303], [1] * 8, range(8))
    assert set(surplus(found, 7, 100)) <= {"1", "2", "3"}
