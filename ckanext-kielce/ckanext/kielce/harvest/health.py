"""How a source does: one state, one plain sentence, one remedy. Pure; the sentences stand in health.yaml."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ckanext.kielce.common.formatting import datetime_warsaw, number, plural
from ckanext.kielce.harvest import schedule as schedules

Moment = dt.datetime

# A source read once a minute is not late after two; one read once a month is not excused for another month.
LEAST_GRACE, MOST_GRACE = dt.timedelta(minutes=30), dt.timedelta(days=2)
STATES = ("healthy", "attention", "refused", "stuck", "paused", "switched_off", "never")


@dataclass(frozen=True)
class Facts:
    """What is known of a source; moments are aware.

    ``held_at`` is when a run was refused that still waits for a decision; ``open_*`` describe a run under way:
    ``open_state`` is queued, reading or writing. ``last_…`` are of the last finished run that was no dry run;
    ``last_complete`` says that it read its source to the end. ``failed_records`` have an error now.
    """

    now: Moment
    active: bool = True
    type: str = ""
    type_known: bool = True
    schedule: str = "manual"
    paused_at: Moment | None = None
    next_due: Moment | None = None
    retry_at: Moment | None = None
    last_success_at: Moment | None = None
    last_outcome: str | None = None
    last_complete: bool = True
    last_at: Moment | None = None
    held_at: Moment | None = None
    open_state: str | None = None
    open_since: Moment | None = None
    open_lease_until: Moment | None = None
    failed_records: int = 0
    stuck_after: dt.timedelta = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Health:
    """``state`` is one of STATES, ``cause`` says which of its sentences holds."""

    state: str
    cause: str
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def tone(self) -> str:
        """Colour and shape on the pages: fresh, due, overdue, closed, unknown."""
        return str(_sentences()[self.cause]["tone"])

    def word(self, lang: str) -> str:
        """The state in a word or two."""
        return str(_sentences()[self.cause]["word"][_key(lang)])

    def sentence(self, lang: str) -> str:
        """What is the matter, in one sentence."""
        return str(_sentences()[self.cause][_key(lang)]).format(**self._filled(lang))

    def remedy(self, lang: str) -> str:
        """What helps; empty when nothing needs to be done."""
        return str(_sentences()[self.cause]["remedy"][_key(lang)]).format(**self._filled(lang))

    def as_dict(self) -> dict[str, str]:
        """state, tone, and word, sentence and remedy in both languages (``word_pl`` …)."""
        said = {
            f"{name}_{lang}": getattr(self, name)(lang)
            for name in ("word", "sentence", "remedy")
            for lang in ("pl", "en")
        }
        return {"state": self.state, "cause": self.cause, "tone": self.tone, **said}

    def _filled(self, lang: str) -> dict[str, str]:
        return {name: _say(name, value, _key(lang)) for name, value in self.values.items()}


def judge(facts: Facts) -> Health:
    """The state of a source: the first that holds of switched off, paused, refused, stuck, never, attention, healthy."""
    values = {
        "success": facts.last_success_at,
        "last": facts.last_at,
        "retry": facts.retry_at or facts.next_due,
        "schedule": facts.schedule,
        "type": facts.type,
        "failed": facts.failed_records,
        "due": facts.next_due,
    }

    def found(cause: str, **more: Any) -> Health:
        return Health(cause.partition(":")[0], cause, {**values, **more})

    if not facts.active:
        return found("switched_off")
    if not facts.type_known:
        return found("attention:plugin")
    if facts.paused_at:
        return found("paused", since=facts.paused_at)
    if facts.held_at:
        return found("refused", last=facts.held_at)
    if stuck := _stuck(facts):
        return found(stuck, since=facts.open_since)
    if facts.last_outcome is None and facts.last_success_at is None:
        return found("never:due" if facts.next_due else "never")
    if facts.last_outcome == "failed":
        return found("attention:failed")
    if _too_old(facts):
        return found("attention:old")
    if facts.last_outcome in ("partly", "stopped") and not facts.last_complete:
        return found("attention:partly")
    if facts.failed_records:
        return found("attention:records")
    if facts.last_success_at is None:
        # refused or rejected ever since: nothing was ever taken over
        return found("attention:partly" if facts.last_at else "never")
    return found("healthy")


def grace(schedule: str) -> dt.timedelta:
    """How long after its due moment a source may be before it counts as late: half its period, within limits."""
    period = schedules.period(schedule)
    return min(max(period / 2, LEAST_GRACE), MOST_GRACE) if period else MOST_GRACE


def _stuck(facts: Facts) -> str | None:
    if facts.open_state == "queued" and facts.open_since:
        return "stuck:queue" if facts.now - facts.open_since > facts.stuck_after else None
    if facts.open_state in ("reading", "writing"):
        lease = facts.open_lease_until
        return "stuck:lease" if lease and facts.now - lease > facts.stuck_after else None
    if facts.next_due and facts.now - facts.next_due > grace(facts.schedule):
        return "stuck:due"
    return None


def _too_old(facts: Facts) -> bool:
    period = schedules.period(facts.schedule)
    if period is None or facts.last_success_at is None:
        return False
    return facts.now - facts.last_success_at > period + grace(facts.schedule)


@cache
def _sentences() -> dict[str, dict[str, Any]]:
    return yaml.safe_load(Path(__file__).with_name("health.yaml").read_text(encoding="utf-8"))


def _key(lang: str) -> str:
    return "pl" if lang == "pl" else "en"


def _say(name: str, value: Any, lang: str) -> str:
    polish = lang == "pl"
    if name == "failed":
        shown = number(value, lang)
        if polish:
            word = plural(value, "rekord ma błąd", "rekordy mają błędy", "rekordów ma błędy")
            return f"{shown} {word}"
        return f"{shown} {plural(value, 'record has an error', 'records have errors', 'records have errors')}"
    if name == "schedule":
        return schedules.words(value, lang)
    if isinstance(value, dt.datetime):
        return datetime_warsaw(value, lang)
    if value is None:
        return "przy następnym uruchomieniu" if polish else "with the next run"
    return str(value)
