"""The strip of 90 days: what is counted, how it is said, and that it can be read without colours."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from ckanext.kielce.harvest import punctuality
from ckanext.kielce.harvest.punctuality import of, percent, strip

TODAY = dt.date(2026, 11, 21)


def back(days: int) -> dt.date:
    return TODAY - dt.timedelta(days=days)


def test_days_are_counted_within_the_span_only() -> None:
    found = of([(back(0), 1, 1), (back(89), 1, 0), (back(90), 1, 0)], TODAY)
    assert len(found.days) == 90
    assert (found.days[0].day, found.days[-1].day) == (back(89), TODAY)
    assert (found.due, found.kept, found.share) == (2, 1, 50.0)


def test_a_day_never_counts_more_kept_than_due() -> None:
    found = of([(back(0), 1, 3), (back(1), 1, 0), (back(2), 0, 5)], TODAY)
    assert (found.due, found.kept) == (2, 1)


def test_nothing_due_is_no_figure() -> None:
    found = of([], TODAY)
    assert found.share is None and strip(found, "pl") == ""
    assert "nie przewidywał" in found.sentence("pl")


def test_the_sentence() -> None:
    rows = [(back(day), 1, 0 if day in (18, 20) else 1) for day in range(90)]
    found = of(rows, TODAY)
    assert found.sentence("pl") == "W ciągu 90 dni: 88 z 90 odczytań na czas (97,8\u00a0%)."
    assert found.sentence("en") == "In 90 days: 88 of 90 readings on time (97.8%)."
    assert found.gaps("pl") == "Zabrakło: 1\u00a0listopada 2026, 3\u00a0listopada 2026."


def test_many_gaps_are_counted_not_listed() -> None:
    found = of([(back(day), 1, 0) for day in range(5)], TODAY)
    assert found.gaps("pl").count("2026") == 3 and found.gaps("pl").endswith("i 2 wcześniejsze dni.")
    assert found.gaps("en").endswith("and 2 earlier days.")


@pytest.mark.parametrize(
    ("share", "polish"), [(100, "100"), (99.96, "99,9"), (97.77, "97,8"), (50.0, "50"), (0, "0")]
)
def test_a_share_is_never_rounded_up_to_perfect(share: float, polish: str) -> None:
    assert percent(share, "pl") == f"{polish}\u00a0%"


def test_the_strip_differs_in_shape_and_speaks() -> None:
    found = of([(back(0), 1, 1), (back(1), 2, 1), (back(2), 1, 0)], TODAY)
    drawn = strip(found, "pl")
    heights = dict(re.findall(r'kh-day--(\w+)"[^>]*height="(\d+)"', drawn))
    assert len(set(heights.values())) == len(punctuality.HEIGHTS) == 4
    assert 'role="img"' in drawn and "Zabrakło: 19" in drawn
    assert drawn.count("<rect") == 90
