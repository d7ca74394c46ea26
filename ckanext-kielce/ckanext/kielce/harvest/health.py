"""How a source does: one state, one plain sentence, one remedy; and whether the coordinator is told of it. Pure.

`RULES` is the one table of both; the sentences stand in health.yaml.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
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
    ``open_state`` is queued, reading or writing, ``open_seen`` until when somebody was known to work on it.
    ``last_…`` are of the last finished run that was no dry run; ``last_complete`` says that it read its source to the end.
    ``failed_records`` have an error now.
    """

    now: Moment
    created_at: Moment | None = None
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
    open_seen: Moment | None = None
    failed_records: int = 0
    stuck_after: dt.timedelta = dt.timedelta(minutes=10)


@dataclass(frozen=True)
class Health:
    """``state`` is one of STATES, ``cause`` says which of its sentences holds.

    ``topic`` is what the coordinator is to be told of it now, None when nothing; ``once`` when it is told but once, for
    somebody decided so.
    """

    state: str
    cause: str
    values: dict[str, Any] = field(default_factory=dict)
    topic: str | None = None
    once: bool = False

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


def grace(schedule: str) -> dt.timedelta:
    """How long after its due moment a source may be before it counts as late: half its period, within limits."""
    period = schedules.period(schedule)
    return min(max(period / 2, LEAST_GRACE), MOST_GRACE) if period else MOST_GRACE


def _stale(facts: Facts) -> bool:
    """Nothing good has come for longer than the rhythm and its grace allow; never true of one that is run by hand."""
    period, since = schedules.period(facts.schedule), facts.last_success_at or facts.created_at
    return period is not None and since is not None and facts.now - since > period + grace(facts.schedule)


def _paused_long(facts: Facts) -> bool:
    period, since = schedules.period(facts.schedule), facts.paused_at
    return period is not None and since is not None and facts.now - since > period


def _unseen(facts: Facts, *states: str) -> bool:
    """The run under way is in such a state, and nobody has been seen at it for too long."""
    since = facts.open_since if facts.open_state == "queued" else facts.open_seen
    return facts.open_state in states and since is not None and facts.now - since > facts.stuck_after


def _not_started(facts: Facts) -> bool:
    due = facts.next_due
    return facts.open_state is None and due is not None and facts.now - due > grace(facts.schedule)


def _never(facts: Facts) -> bool:
    return facts.last_outcome is None and facts.last_success_at is None


def _always(_facts: Facts) -> bool:
    return True


@dataclass(frozen=True)
class Rule:
    """When ``holds``, the source is in the state that ``cause`` names; when ``told`` holds too, so is the coordinator."""

    cause: str
    holds: Callable[[Facts], bool]
    topic: str | None = None
    told: Callable[[Facts], bool] = _stale
    once: bool = False


# The first that holds counts. "late" of a source that never gave anything is told as "never".
RULES = (
    Rule("switched_off", lambda it: not it.active, "off", once=True),
    Rule("attention:plugin", lambda it: not it.type_known, "plugin"),
    Rule("paused", lambda it: it.paused_at is not None, "paused", _paused_long, once=True),
    Rule("refused", lambda it: it.held_at is not None, "refused"),
    Rule("stuck:queue", lambda it: _unseen(it, "queued"), "stuck", _always),
    Rule("stuck:lease", lambda it: _unseen(it, "reading", "writing"), "stuck", _always),
    Rule("stuck:due", _not_started, "late", _always),
    Rule("never:due", lambda it: _never(it) and it.next_due is not None, "never"),
    Rule("never", _never, "never"),
    Rule("attention:failed", lambda it: it.last_outcome == "failed", "late"),
    Rule("attention:old", lambda it: it.last_success_at is not None and _stale(it), "late"),
    Rule("attention:stopped", lambda it: it.last_outcome == "stopped", "late"),
    Rule("attention:partly", lambda it: it.last_outcome == "partly" and not it.last_complete, "late"),
    Rule("attention:records", lambda it: it.failed_records > 0, "late"),
    # refused or rejected ever since: nothing was ever taken over
    Rule("attention:partly", lambda it: it.last_success_at is None, "late"),
    Rule("healthy", _always),
)


def judge(facts: Facts) -> Health:
    """The state of a source by the first of RULES that holds, and whether the coordinator is to be told."""
    rule = next(rule for rule in RULES if rule.holds(facts))
    topic = rule.topic if rule.topic and rule.told(facts) else None
    values = {
        "success": facts.last_success_at,
        "last": facts.held_at if rule.cause == "refused" else facts.last_at,
        "since": facts.paused_at if rule.cause == "paused" else facts.open_since,
        "retry": facts.retry_at or facts.next_due,
        "schedule": facts.schedule,
        "type": facts.type,
        "failed": facts.failed_records,
        "due": facts.next_due,
    }
    return Health(
        rule.cause.partition(":")[0],
        rule.cause,
        values,
        "never" if topic == "late" and facts.last_success_at is None else topic,
        rule.once,
    )


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
