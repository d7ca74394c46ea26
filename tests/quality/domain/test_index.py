"""The gated index: weights, gates, coverage, grades and the reasons why there is none."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from ckanext.kielce.quality.domain import assess
from ckanext.kielce.quality.domain.model import ClosedDeclaration, Finding, PiiFinding

NOW = "2026-11-21"


def judge(make, looks=None, now=NOW, **more):
    looks = make.monthly(10) if looks is None else looks
    return assess(make.dataset(looks, **more), make.at(now))


def gates(found):
    return {gate.code for gate in found.gates}


def test_a_sound_set_has_everything(make):
    found = judge(make)
    assert (found.index, found.grade, found.reason, found.status, found.coverage) == (
        100,
        "A",
        None,
        "fresh",
        1,
    )
    assert found.deductions == ()
    assert found.rules_version


@pytest.mark.parametrize(
    ("points", "index", "grade"), [(405, 100, "A"), (221, 84.1, "B"), (100, 73.6, "B"), (0, 65, "C")]
)
def test_m_weighs_35_and_grades_begin_where_they_should(make, points, index, grade):
    found = judge(make, mqa=make.mqa(points))
    earned = make.mqa(points).points
    assert found.index == pytest.approx(65 + 35 * earned / 405, abs=0.05)
    assert found.grade == grade


def test_weights_of_the_three_numbers(make):
    looks = make.monthly(10)
    looks[-1] = replace(looks[-1], null_share=0.5, described_columns=1)
    found = judge(make, looks, mqa=make.mqa(200))
    m, f, c = found.metadata.score, found.freshness.score, found.content.score
    assert found.index == pytest.approx(0.35 * m + 0.35 * f + 0.30 * c, abs=0.1)


def test_deductions_add_up_to_what_is_missing_and_come_largest_first(make):
    looks = make.monthly(10)
    looks[-1] = replace(looks[-1], null_share=0.5, described_columns=1)
    found = judge(make, looks, now="2026-12-10", mqa=make.mqa(200))
    points = [item.points for item in found.deductions]
    assert sum(points) + found.index == pytest.approx(100, abs=0.2)
    assert points == sorted(points, reverse=True)


def test_without_dcat_m_is_not_measured_and_the_rest_still_makes_a_grade(make):
    found = judge(make, mqa=None)
    assert found.metadata.score is None
    assert (found.index, found.coverage, found.grade) == (100, 0.65, "A")


def test_too_little_evidence_makes_no_grade(make):
    found = judge(make, looks=[])
    assert (found.index, found.grade, found.reason) == (None, None, "insufficient_evidence")
    assert found.coverage == pytest.approx(0.35)


def test_all_links_down(make):
    down = make.table(make.monthly(10), link="down", link_status=404)
    found = judge(make, resources=(down,))
    assert (found.index, found.grade, gates(found)) == (40, "D", {"links_down"})
    one_up = judge(make, resources=(down, make.table(make.monthly(10), resource_id="r2")))
    assert "links_down" not in gates(one_up)
    assert one_up.index > 40


def test_delinquent(make):
    looks = [make.look("2026-01-01"), make.look("2026-02-01", new_rows=1)]
    found = judge(make, looks, now="2026-04-05")
    assert found.status == "delinquent"
    assert found.index <= 55
    assert gates(found) == {"delinquent"}


def test_truncated(make):
    found = judge(make, findings=(Finding("truncated", "r1", date(2026, 3, 31), 0.2, {"member": "34"}),))
    assert (found.index, gates(found)) == (60, {"truncated"})


def test_personal_data_shows_no_score(make):
    looks = make.monthly(10)
    looks[-1] = replace(looks[-1], pii=(PiiFinding("pesel", 30, "nr"),))
    found = judge(make, looks)
    assert (found.index, found.grade, found.reason) == (None, None, "personal_data")
    assert gates(found) == {"personal_data"}
    assert found.freshness.score == 100


CLOSED = ClosedDeclaration("Rejestr przejęło województwo", date(2024, 12, 31), "koordynator")


def test_declared_not_updatable(make):
    found = judge(make, make.monthly(3), now="2027-06-01", closed=CLOSED)
    assert (found.grade, found.reason, found.status) == (None, "not_updatable", "closed")
    assert found.forecast is found.next_crossing is found.overdue_at is None


@pytest.mark.parametrize(
    "changes", [{"approved_by": None}, {"end": None}, {"reason": " "}, {"end": date(2030, 1, 1)}]
)
def test_a_set_can_not_be_closed_without_coordinator_reason_and_end(make, changes):
    found = judge(make, make.monthly(3), now="2027-06-01", closed=replace(CLOSED, **changes))
    assert (found.reason, found.status) == (None, "delinquent")


def test_never_without_approval_hides_nothing(make):
    found = judge(make, make.monthly(3), now="2032-06-01", code="NEVER")
    assert (found.status, found.reason) == ("delinquent", None)


def test_approved_never_needs_a_closed_time_as_well(make):
    never = make.declared("NEVER", approved_by="k", public_reason="powód")
    assert judge(make, make.monthly(3), declarations=(never,)).status != "closed"
    assert judge(make, make.monthly(3), declarations=(never,), closed=CLOSED).reason == "not_updatable"


def test_now_must_know_its_zone(make):
    with pytest.raises(ValueError, match="zone"):
        assess(make.dataset(make.monthly(3)), datetime(2026, 11, 21))  # noqa: DTZ001


def test_next_crossing_is_when_something_changes(make):
    evidence = make.dataset(make.monthly(10))
    now = make.at(NOW)
    found = assess(evidence, now)
    assert found.next_crossing.date() == date(2026, 12, 3) == found.due_at.date()
    before = assess(evidence, found.next_crossing - timedelta(seconds=1))
    after = assess(evidence, found.next_crossing)
    assert (before.status, after.status) == ("fresh", "due")
    # From then on the score falls day by day.
    assert before.index == found.index > assess(evidence, after.next_crossing).index
    assert after.next_crossing - found.next_crossing == timedelta(days=1)


def test_status_dates_are_those_on_which_the_status_turns(make):
    evidence = make.dataset(make.monthly(10))
    found = assess(evidence, make.at(NOW))
    for name in ("due", "overdue", "delinquent"):
        moment = getattr(found, f"{name}_at")
        assert assess(evidence, moment).status == name
        assert assess(evidence, moment - timedelta(seconds=1)).status != name


def test_a_waiting_loosening_is_told(make):
    items = (make.declared("MONTHLY"), make.declared("ANNUAL", "2026-11-01"))
    found = judge(make, declarations=items)
    assert (found.declared_code, found.pending_code) == ("MONTHLY", "ANNUAL")
    assert "loosening_pending" in found.freshness.notes
