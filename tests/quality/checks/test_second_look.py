"""Border cases that the second maker of histories brought up, one by one."""

from __future__ import annotations

import pytest
from ckanext.kielce.quality.checks.codes import dates, is_code_like
from ckanext.kielce.quality.checks.schema_break import SchemaBreak


@pytest.mark.parametrize(
    ("before", "after", "turned"),
    [
        (["600", "700", "801"] * 4, ["T-01", "M-02", "O-03"] * 4, False),  # another code list
        (["600", "700", "801"] * 4, ["600", "700", "801", "inne"] * 4, False),  # a new category
        (["1", "2", "3"] * 4, ["1 szt.", "2 szt.", "3 szt."] * 4, True),  # small counts with a unit
        (["12,5", "13,1", "14,8"], ["12,5 zł", "13,1 zł", "14,8 zł"], True),
        (["12,5", "13,1", "14,8"], ["12.5", "13.1", "14.8"], False),
    ],
)
def test_numbers_turned_to_text_are_told_from_labels(
    before: list[str], after: list[str], turned: bool
) -> None:
    assert SchemaBreak()._turned_to_text(before, after) is turned


def test_days_and_years_are_no_code_list() -> None:
    assert dates(["2024-01-03", "2024-01-17"]) and dates(["2019", "2020", "2021"])
    assert not dates(["600", "700", "801"]) and not dates(["R-01", "R-02"]) and not dates([])


def test_codes_are_few_and_repeated() -> None:
    assert is_code_like(["600", "700", "801"] * 3)
    assert is_code_like(["600", "700", "801"] * 20 + ["inne"])
    assert not is_code_like([str(n) for n in range(100)])
    assert not is_code_like(["1,5", "2,5", "3,5"] * 5)
