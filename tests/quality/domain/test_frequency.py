"""Which declaration is in force: the defence against promising less when late."""

import pytest
from ckanext.kielce.quality.domain.frequency import frequency, in_force, is_looser


@pytest.mark.parametrize(
    ("new", "old", "looser"),
    [
        ("ANNUAL", "MONTHLY", True),
        ("MONTHLY", "ANNUAL", False),
        ("DAILY", "HOURLY", True),
        ("IRREG", "TRIDECENNIAL", True),
        ("UNKNOWN", "MONTHLY", True),
        ("NEVER", "IRREG", True),
        ("IRREG", "UNKNOWN", True),
        ("MONTHLY", "UNKNOWN", False),
        ("MONTHLY", "NEVER", False),
    ],
)
def test_what_promises_less(new, old, looser):
    assert is_looser(frequency(new), frequency(old)) is looser


def force(make, items, advances=(), now="2026-12-01"):
    found = in_force(items, [make.at(day) for day in advances], make.at(now))
    return found.frequency.code, found.pending.code if found.pending else None


def test_nothing_declared_is_unknown(make):
    assert force(make, []) == ("UNKNOWN", None)


def test_tightening_takes_effect_at_once(make):
    items = [make.declared("ANNUAL", "2020-01-01"), make.declared("MONTHLY", "2026-11-30")]
    assert force(make, items) == ("MONTHLY", None)


@pytest.mark.parametrize("code", ["ANNUAL", "QUARTERLY", "IRREG", "UNKNOWN", "NEVER"])
def test_loosening_waits(make, code):
    items = [make.declared("MONTHLY", "2020-01-01"), make.declared(code, "2026-10-01")]
    assert force(make, items) == ("MONTHLY", code)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"approved_by": "koordynator", "public_reason": "Rejestr prowadzimy teraz raz w roku"}, "ANNUAL"),
        ({"approved_by": "koordynator"}, "MONTHLY"),
        ({"approved_by": "koordynator", "public_reason": "  "}, "MONTHLY"),
        ({"public_reason": "bo tak"}, "MONTHLY"),
    ],
)
def test_loosening_needs_the_coordinator_and_a_public_reason(make, more, expected):
    items = [make.declared("MONTHLY", "2020-01-01"), make.declared("ANNUAL", "2026-10-01", **more)]
    assert force(make, items)[0] == expected


def test_approval_counts_from_the_day_it_was_given(make):
    later = make.declared(
        "ANNUAL", "2026-10-01", approved_by="k", public_reason="powód", approved_at=make.at("2026-11-15")
    )
    items = [make.declared("MONTHLY", "2020-01-01"), later]
    assert force(make, items, now="2026-11-14") == ("MONTHLY", "ANNUAL")
    assert force(make, items, now="2026-11-16") == ("ANNUAL", None)


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        ("2026-03-17", "MONTHLY"),  # 44 days after the first: under half of 90
        ("2026-03-18", "QUARTERLY"),  # 45 days: half
        ("2026-06-16", "QUARTERLY"),  # 135 days: one and a half
        ("2026-06-17", "MONTHLY"),  # 136 days
    ],
)
def test_two_advances_at_the_new_pace_prove_a_loosening(make, second, expected):
    items = [make.declared("MONTHLY", "2020-01-01"), make.declared("QUARTERLY", "2026-01-10")]
    assert force(make, items, ["2026-02-01", second])[0] == expected


def test_advances_before_the_declaration_prove_nothing(make):
    items = [make.declared("MONTHLY", "2020-01-01"), make.declared("QUARTERLY", "2026-06-01")]
    assert force(make, items, ["2026-01-01", "2026-04-01", "2026-07-01"])[0] == "MONTHLY"
    assert force(make, items, ["2026-07-01", "2026-10-01"])[0] == "QUARTERLY"


def test_saving_the_form_again_neither_hides_nor_restarts_a_loosening(make):
    items = [
        make.declared("MONTHLY", "2020-01-01"),
        make.declared("QUARTERLY", "2026-01-10"),
        make.declared("QUARTERLY", "2026-04-01"),
    ]
    assert force(make, items, ["2026-02-01", "2026-05-01"])[0] == "QUARTERLY"


def test_taking_a_loosening_back_ends_the_waiting(make):
    items = [
        make.declared("MONTHLY"),
        make.declared("ANNUAL", "2026-01-10"),
        make.declared("MONTHLY", "2026-02-10"),
    ]
    assert force(make, items) == ("MONTHLY", None)


def test_a_loosening_in_two_steps_is_still_a_loosening(make):
    items = [
        make.declared("MONTHLY"),
        make.declared("ANNUAL", "2026-01-10"),
        make.declared("QUARTERLY", "2026-02-10"),
    ]
    assert force(make, items) == ("MONTHLY", "QUARTERLY")


def test_never_needs_the_coordinator_from_the_start(make):
    assert force(make, [make.declared("NEVER")]) == ("UNKNOWN", "NEVER")
    approved = make.declared("NEVER", approved_by="k", public_reason="seria zakończona")
    assert force(make, [approved]) == ("NEVER", None)


def test_declarations_of_the_future_do_not_count_yet(make):
    items = [make.declared("ANNUAL"), make.declared("MONTHLY", "2027-01-01")]
    assert force(make, items)[0] == "ANNUAL"
