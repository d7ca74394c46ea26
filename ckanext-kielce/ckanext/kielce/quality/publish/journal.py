"""Events written down beside the score that they come from, and read again for feeds and messages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from ckan import model as ckan_model
from sqlalchemy import select

from ..model import Event, Score
from .events import State, happenings

#: Key of the lock that keeps events in the order of their numbers until they are committed.
LOCK = "kielce_quality:events"


def state_of(score: Score) -> State | None:
    """What of a score is compared; None for one that holds no score yet."""
    if not score.content_hash or score.status is None:
        return None
    gates = {gate["code"] for gate in (score.assessment or {}).get("gates", ())}
    return State(
        status=score.status,
        last_content_at=score.last_content_at,
        newest_period=score.newest_period,
        overdue_at=score.overdue_at,
        problems=frozenset(score.labels or ()) | (gates & {"links_down"}),
    )


def events_between(before: State | None, score: Score, now: dt.datetime) -> list[Event]:
    """Rows for what happened since the score ``before``; nothing is written."""
    after = state_of(score)
    if before is None or after is None:
        return []
    return [
        Event(package_id=score.package_id, kind=item.kind, at=item.at, noticed_at=now, data=item.data)
        for item in happenings(before, after, now)
    ]


def write(events: Iterable[Event]) -> None:
    """Add events to the session. Until the commit, which has to follow at once, no one else gets a number.

    A reader who has read up to a number would otherwise miss a lower one that is committed later.
    """
    rows = list(events)
    if not rows:
        return
    ckan_model.Session.execute(select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(LOCK))))
    ckan_model.Session.add_all(rows)
    ckan_model.Session.flush()


def public() -> sa.ColumnElement[bool]:
    """Condition on ``Package`` and ``Score``: what an anonymous reader may be told of."""
    package = ckan_model.Package
    return sa.and_(
        package.state == "active",
        package.private.is_(False),
        sa.or_(Score.withheld.is_(None), Score.withheld.is_(False)),
    )


def scope_condition(scope: str, scope_id: str) -> list[sa.ColumnElement[bool]]:
    """Condition on ``Package``: of one dataset, of one organisation, or none at all (``portal``)."""
    package = ckan_model.Package
    if scope == "dataset":
        return [package.id == scope_id]
    return [package.owner_org == scope_id] if scope == "unit" else []


def read(
    scope: str, scope_id: str = "", *, kinds: Sequence[str] = (), after: int | None = None, limit: int = 100
) -> list[tuple[Event, Any]]:
    """Events that the public may know, with their packages.

    :param after: only those above this number, the oldest first; else the newest first
    """
    package = ckan_model.Package
    query = (
        select(Event, package)
        .join(package, package.id == Event.package_id)
        .outerjoin(Score, Score.package_id == package.id)
        .where(public(), *scope_condition(scope, scope_id))
        .limit(limit)
    )
    if kinds:
        query = query.where(Event.kind.in_(list(kinds)))
    if after is None:
        query = query.order_by(Event.at.desc(), Event.number.desc())
    else:
        query = query.where(Event.number > after).order_by(Event.number)
    return [(event, found) for event, found in ckan_model.Session.execute(query).all()]


def newest_number() -> int:
    """Number of the newest event."""
    return ckan_model.Session.scalar(select(sa.func.max(Event.number))) or 0
