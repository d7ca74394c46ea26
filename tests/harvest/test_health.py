"""Each state of a source, and that every state says what is the matter and what helps, in both languages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from ckanext.kielce.harvest import schedule as schedules
from ckanext.kielce.harvest.health import RULES, STATES, Facts, _sentences, grace, judge

NOW = dt.datetime(2026, 11, 21, 12, 0, tzinfo=dt.timezone.utc)


def ago(**span: float) -> dt.datetime:
    return NOW - dt.timedelta(**span)


GOOD = {
    "schedule": "daily 03:15",
    "last_outcome": "ok",
    "last_at": ago(hours=10),
    "last_success_at": ago(hours=10),
    "next_due": ago(hours=-14),
}

CASES: list[tuple[str, dict[str, Any]]] = [
    ("healthy", {}),
    ("healthy", {"last_outcome": "unchanged"}),
    ("healthy", {"open_state": "reading", "open_since": ago(hours=3), "open_seen": ago(minutes=-1)}),
    ("healthy", {"open_state": "queued", "open_since": ago(minutes=5)}),
    ("healthy", {"schedule": "manual", "next_due": None, "last_success_at": ago(days=400)}),
    ("attention:failed", {"last_outcome": "failed", "retry_at": ago(minutes=-20)}),
    ("attention:records", {"failed_records": 3}),
    ("attention:records", {"failed_records": 1, "last_outcome": "partly"}),
    ("attention:partly", {"last_outcome": "partly", "last_complete": False, "failed_records": 2}),
    ("attention:stopped", {"last_outcome": "stopped", "last_complete": False}),
    ("attention:stopped", {"last_outcome": "stopped", "last_complete": True}),
    ("attention:partly", {"last_outcome": "rejected", "last_success_at": None}),
    ("attention:old", {"last_success_at": ago(hours=37)}),
    ("healthy", {"last_success_at": ago(hours=35)}),
    ("attention:plugin", {"type_known": False}),
    ("refused", {"held_at": ago(hours=1)}),
    ("stuck:queue", {"open_state": "queued", "open_since": ago(minutes=11)}),
    (
        "stuck:lease",
        {"open_state": "writing", "open_since": ago(hours=1), "open_seen": ago(minutes=11)},
    ),
    ("stuck:due", {"next_due": ago(hours=13)}),
    ("healthy", {"next_due": ago(hours=11)}),
    ("paused", {"paused_at": ago(days=1), "held_at": ago(hours=1), "last_outcome": "failed"}),
    ("switched_off", {"active": False, "paused_at": ago(days=1)}),
    ("never:due", {"last_outcome": None, "last_success_at": None, "last_at": None}),
    ("never", {"last_outcome": None, "last_success_at": None, "last_at": None, "next_due": None}),
    (
        "stuck:queue",
        {"last_outcome": None, "last_success_at": None, "open_state": "queued", "open_since": ago(hours=1)},
    ),
]


@pytest.mark.parametrize(("cause", "facts"), CASES)
def test_the_state_of_a_source(cause: str, facts: dict[str, Any]) -> None:
    health = judge(Facts(**{"now": NOW, **GOOD, **facts}))
    assert health.cause == cause
    assert health.state in STATES
    for lang in ("pl", "en"):
        assert health.word(lang)
        assert health.sentence(lang).endswith(".")
        assert "None" not in health.sentence(lang) + health.remedy(lang)
        assert "{" not in health.sentence(lang) + health.remedy(lang)
        assert bool(health.remedy(lang)) == (health.state != "healthy")


YEAR = {"created_at": ago(days=365)}
# facts -> what the coordinator is told of them
TOLD: list[tuple[str | None, dict[str, Any]]] = [
    (None, {}),
    (None, {"last_outcome": "failed", "retry_at": ago(minutes=-2)}),
    ("late", {"last_outcome": "failed", "last_success_at": ago(hours=37)}),
    ("late", {"last_success_at": ago(hours=37)}),
    (None, {"last_success_at": ago(hours=35)}),
    ("late", {"next_due": ago(hours=13)}),
    (None, {"active": False}),
    ("off", {"active": False, "last_success_at": ago(days=2)}),
    ("off", {"active": False, "last_success_at": None, "last_outcome": None, "created_at": ago(days=2)}),
    (None, {"type_known": False}),
    ("plugin", {"type_known": False, "last_success_at": ago(days=2)}),
    (None, {"paused_at": ago(hours=23), "last_success_at": ago(days=9)}),
    ("paused", {"paused_at": ago(hours=25)}),
    (None, {"held_at": ago(hours=1)}),
    ("refused", {"held_at": ago(hours=1), "last_success_at": ago(days=2)}),
    ("stuck", {"open_state": "queued", "open_since": ago(minutes=11)}),
    ("stuck", {"open_state": "reading", "open_since": ago(hours=1), "open_seen": ago(minutes=11)}),
    (None, {"open_state": "writing", "open_since": ago(days=1), "open_seen": ago(minutes=1)}),
    (None, {"last_outcome": None, "last_success_at": None, "created_at": ago(hours=30)}),
    ("never", {"last_outcome": None, "last_success_at": None, "created_at": ago(hours=37)}),
    ("never", {"last_outcome": "failed", "last_success_at": None, **YEAR}),
    ("never", {"last_outcome": "partly", "last_success_at": None, "last_complete": False, **YEAR}),
    ("never", {"last_outcome": "rejected", "last_success_at": None, **YEAR}),
    ("late", {"last_outcome": "stopped", "last_success_at": ago(hours=37)}),
    (None, {"last_outcome": "ok", "failed_records": 3}),
    (None, {"schedule": "manual", "next_due": None, "last_outcome": None, "last_success_at": None, **YEAR}),
]


@pytest.mark.parametrize(("topic", "facts"), TOLD)
def test_who_is_told_goes_by_the_same_facts(topic: str | None, facts: dict[str, Any]) -> None:
    assert judge(Facts(**{"now": NOW, **GOOD, **facts})).topic == topic


def test_what_somebody_decided_is_told_once() -> None:
    once = {rule.topic for rule in RULES if rule.once}
    assert once == {"off", "paused"}


def test_every_rule_has_its_sentences_and_every_sentence_its_rule() -> None:
    assert {rule.cause for rule in RULES} == set(_sentences())


@pytest.mark.parametrize(
    "schedule", ["every 15 minutes", "daily 03:15", "weekly mon 06:00", "monthly 1 02:00"]
)
def test_whatever_keeps_a_source_from_being_read_is_told_within_a_period(schedule: str) -> None:
    """Counted from the reading that should have come; half an hour for those that are read more often."""
    period = schedules.period(schedule)
    since = NOW - period - max(period, dt.timedelta(minutes=30)) - dt.timedelta(minutes=1)
    causes: list[dict[str, Any]] = [
        {"active": False},
        {"type_known": False},
        {"paused_at": since},
        {"held_at": NOW},
        {"last_outcome": "failed"},
        {"next_due": since},
        {"last_outcome": "partly", "last_complete": False},
        {"last_outcome": "stopped"},
        {"last_outcome": None, "last_success_at": None, "created_at": since},
    ]
    for facts in causes:
        known = {**GOOD, "schedule": schedule, "last_success_at": since, "next_due": NOW, **facts}
        assert judge(Facts(now=NOW, **known)).topic, facts


def test_all_states_are_covered_here() -> None:
    assert {cause.partition(":")[0] for cause, _facts in CASES} == set(STATES)


def test_numbers_and_moments_are_said_in_polish() -> None:
    failed = judge(Facts(now=NOW, **{**GOOD, "failed_records": 22}))
    assert "22 rekordy mają błędy" in failed.sentence("pl")
    assert judge(Facts(now=NOW, **GOOD)).sentence("pl") == (
        "Ostatnie pełne odczytanie: 21\u00a0listopada 2026, 03:00."
    )


@pytest.mark.parametrize(
    ("schedule", "hours"),
    [("every 15 minutes", 0.5), ("daily 03:15", 12), ("monthly 1 02:00", 48), ("manual", 48)],
)
def test_the_grace_goes_with_the_rhythm(schedule: str, hours: float) -> None:
    assert grace(schedule) == dt.timedelta(hours=hours)
