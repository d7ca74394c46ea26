"""What owners and directors answer: somebody sees to it, or it is put off. The coordinator's desk is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from ckan import model as ckan_model
from ckan.plugins import plugin_loaded
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.columns import utc_now

from . import table
from .model import Letter, News

Session = ckan_model.Session
MOST_NOTE = 1000


def letter(letter_id: str | None) -> Letter | None:
    """A letter by id."""
    return Session.get(Letter, letter_id) if letter_id else None


def open_news(found: Letter) -> list[News]:
    """What of a letter still waits for an answer or for mending, in its order."""
    rows = Session.scalars(
        sa.select(News).where(News.id.in_(found.news), News.section != "better", News.ended_at.is_(None))
    )
    by_id = {each.id: each for each in rows}
    return [by_id[key] for key in found.news if key in by_id]


def acknowledge(news: Sequence[News], *, by: str, user: str | None = None, note: str = "") -> int:
    """Note that somebody sees to these; commits.

    :param by: ``owner``, ``director``, or id of a user
    :param user: name of the user, for the desk's journal
    :returns: how many were answered
    """
    now = utc_now()
    for each in news:
        each.acknowledged_at, each.snoozed_until = now, None
        each.answered_by, each.note = by, note[:MOST_NOTE] or each.note
        _tell_desk(each, "acknowledge", user, note)
    Session.commit()
    return len(news)


def snooze(news: Sequence[News], days: int, *, by: str, user: str | None = None, note: str = "") -> int:
    """Put these off; what still stands then is told once more. Commits.

    :raises ckan.plugins.toolkit.ValidationError: not one of the spans that the table has
    :returns: how many were put off
    """
    if days not in table.snooze_days():
        known = ", ".join(map(str, table.snooze_days()))
        raise tk.ValidationError(
            {"days": [tk._("Choose one of these numbers of days: {known}").format(known=known)]}
        )
    until = utc_now() + dt.timedelta(days=days)
    for each in news:
        each.snoozed_until, each.acknowledged_at = until, None
        each.answered_by, each.note = by, note[:MOST_NOTE] or each.note
        _tell_desk(each, "snooze", user, note, until)
    Session.commit()
    return len(news)


def _tell_desk(each: News, act: Any, user: str | None, note: str, until: dt.datetime | None = None) -> None:
    task = table.task(each.kind, each.code)
    if not task or not plugin_loaded("kielce_desk"):
        return
    from ckanext.kielce.desk import shared  # only where its tables are

    shared.mark(each.package_id, task, act, user=user, note=note[:MOST_NOTE], until=until)


def states(package_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """How the owner stands to what was told of each dataset and is not mended; datasets without such news are left out.

    :returns: by dataset id: ``told_at``, ``address``, ``acknowledged_at``, ``snoozed_until``, ``escalated_at`` (ISO or None),
        ``answered_by``, ``note``, ``waiting`` (news without an answer)
    """
    ids = list(package_ids)
    if not ids:
        return {}
    rows = Session.scalars(
        sa.select(News)
        .where(News.package_id.in_(ids), News.ended_at.is_(None), News.section != "better")
        .order_by(News.told_at)
    )
    found: dict[str, dict[str, Any]] = {}
    for each in rows:
        waiting = each.acknowledged_at is None and each.snoozed_until is None
        before = found.get(each.package_id, {})
        found[each.package_id] = {**describe(each), "waiting": before.get("waiting", 0) + waiting}
    return found


def describe(each: News) -> dict[str, Any]:
    """One piece of news with its answer."""

    def iso(moment: dt.datetime | None) -> str | None:
        return moment.isoformat() if moment else None

    return {
        "id": each.id,
        "package_id": each.package_id,
        "unit_id": each.unit_id,
        "kind": each.kind,
        "section": each.section,
        "code": each.code,
        "address": each.address,
        "at": iso(each.at),
        "told_at": iso(each.told_at),
        "acknowledged_at": iso(each.acknowledged_at),
        "snoozed_until": iso(each.snoozed_until),
        "escalated_at": iso(each.escalated_at),
        "ended_at": iso(each.ended_at),
        "answered_by": each.answered_by,
        "note": each.note,
    }
