"""Which answers of a source are believed."""

from __future__ import annotations

import pytest
from ckanext.kielce.harvest.verdict import Reading, refusal


@pytest.mark.parametrize(
    ("read", "expected", "alive", "gone", "share", "cause"),
    [
        (10, None, 10, 0, 70, None),
        (0, None, 10, 10, 70, "empty"),
        (0, None, 0, 0, 70, "empty"),  # a first run that finds nothing
        (10, 12, 10, 0, 70, "cut"),
        (12, 10, 10, 0, 70, None),  # more than announced is no loss
        (5, None, 10, 5, 70, "shrunk"),  # half
        (7, None, 10, 3, 70, None),  # 70 % are left
        (6, None, 10, 4, 70, "shrunk"),
        (8, None, 10, 3, 90, "shrunk"),
        (2, None, 3, 1, 70, None),  # one of three may go
        (1, None, 2, 1, 70, "shrunk"),  # one of two is half
        (10, None, 10, 10, 70, "shrunk"),  # all identifiers are new ones
        (1, None, 100, 99, 0, None),  # the coordinator said so
    ],
)
def test_refusals(
    read: int, expected: int | None, alive: int, gone: int, share: float, cause: str | None
) -> None:
    found = refusal(Reading(read, expected, alive, gone, share, known=alive))
    assert (found.cause if found else None) == cause


def test_an_accepted_loss_of_all_is_no_empty_answer_any_more() -> None:
    assert refusal(Reading(0, None, 0, 0, 70, known=10)) is None


def test_a_refusal_says_the_numbers_in_both_languages() -> None:
    said = refusal(Reading(5, None, 10, 5, 70, known=10))
    assert said is not None
    told = said.as_json(url="http://x.example/")
    assert "z 10 znanych zostało 5" in told["pl"] and "of 10 known ones 5 are left" in told["en"]
