"""What becomes of a score that readers want to be told: found by comparing the score before with the one after. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

KINDS = ("changed", "late", "resumed", "broken", "mended", "closed")
LATE = frozenset({"overdue", "delinquent"})
#: Findings that are nobody's business but the owner's and the coordinator's.
PRIVATE = frozenset({"pii"})


@dataclass(frozen=True)
class State:
    """What of a score is compared.

    :ivar problems: labels of failures found, and ``links_down`` where no file can be fetched
    """

    status: str
    last_content_at: dt.datetime | None = None
    newest_period: dt.date | None = None
    overdue_at: dt.datetime | None = None
    problems: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Happening:
    """An event that is not written down yet."""

    kind: str
    at: dt.datetime
    data: dict[str, Any] = field(default_factory=dict)


def happenings(before: State | None, after: State, now: dt.datetime) -> list[Happening]:
    """What happened between two scores; nothing for the first one, which is a baseline.

    New data that end a delay are told as new data, not as two messages.
    """
    if before is None:
        return []
    found = []
    changed = after.last_content_at is not None and (
        before.last_content_at is None or after.last_content_at > before.last_content_at
    )
    was_late, is_late = before.status in LATE, after.status in LATE
    if changed and after.last_content_at is not None:
        data = {"newest_period": _iso(after.newest_period), "was_late": was_late and not is_late}
        found.append(Happening("changed", min(after.last_content_at, now), data))
    elif was_late and after.status in {"fresh", "due"}:
        found.append(Happening("resumed", now))
    if is_late and not was_late:
        since = after.overdue_at if after.overdue_at is not None and after.overdue_at <= now else now
        data = {"last_content": _iso(after.last_content_at), "newest_period": _iso(after.newest_period)}
        found.append(Happening("late", since, data))
    if after.status == "closed" and before.status != "closed":
        found.append(Happening("closed", now))
    found += _problems("broken", after.problems - before.problems, now)
    found += _problems("mended", before.problems - after.problems, now)
    return found


def _problems(kind: str, codes: Iterable[str], now: dt.datetime) -> list[Happening]:
    told = sorted(set(codes) - PRIVATE)
    return [Happening(kind, now, {"problems": told})] if told else []


def _iso(value: dt.date | None) -> str | None:
    return value.isoformat() if value else None
