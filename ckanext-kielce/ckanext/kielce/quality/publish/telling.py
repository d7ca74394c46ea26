"""Tell followers what happened since they were told last: mails through the notify room, webhooks with retries.

A follower remembers the number of the last event told, so that a worker that dies in between neither forgets nor tells
everything anew; each follower is locked while it is told, so that two workers do not tell the same twice.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import sqlalchemy as sa
from ckan import model as ckan_model
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.notify.shared import tell
from sqlalchemy import select

from .. import store
from ..model import Event, Follower
from . import followers, journal, links, mails
from .tell import told

log = logging.getLogger(__name__)

#: Waits before the next attempt at a webhook; after the last one it is forgotten.
RETRIES = (
    dt.timedelta(minutes=1),
    dt.timedelta(minutes=10),
    dt.timedelta(hours=1),
    dt.timedelta(hours=6),
    dt.timedelta(days=1),
    dt.timedelta(days=2),
)
#: Events in one mail; the rest comes in the next one.
MAIL_EVENTS = 100
WEBHOOK_EVENTS = 20


def tell_all(now: dt.datetime | None = None) -> dict[str, int]:
    """Tell every follower who is due; forget those who never confirmed.

    :returns: how many ``mails`` were written, webhook ``messages`` taken, and attempts ``failed``
    """
    now = now or store.utc_now()
    counts = {"mails": 0, "messages": 0, "failed": 0}
    followers.forget_unconfirmed(now)
    newest = journal.newest_number()
    ids = list(ckan_model.Session.scalars(select(Follower.id).where(*_waiting(newest, now))))
    for follower_id in ids:
        query = (
            select(Follower).where(Follower.id == follower_id).with_for_update(skip_locked=True)
        ).execution_options(populate_existing=True)
        follower = ckan_model.Session.scalars(query).first()
        if follower is not None and follower.told < newest:
            _tell_one(follower, newest, now, counts)
        ckan_model.Session.commit()
    return counts


def any_due(now: dt.datetime) -> bool:
    """Whether anyone is to be told of something, or to be forgotten."""
    forgotten = sa.and_(
        Follower.confirmed_at.is_(None), Follower.created_at < now - dt.timedelta(days=links.CONFIRM_DAYS)
    )
    due = sa.or_(forgotten, sa.and_(*_waiting(journal.newest_number(), now)))
    return bool(ckan_model.Session.scalar(select(sa.exists().where(due))))


def _waiting(newest: int, now: dt.datetime) -> list[sa.ColumnElement[bool]]:
    return [
        Follower.confirmed_at.is_not(None),
        Follower.told < newest,
        sa.or_(Follower.next_try.is_(None), Follower.next_try <= now),
    ]


def _tell_one(follower: Follower, newest: int, now: dt.datetime, counts: dict[str, int]) -> None:
    limit = MAIL_EVENTS if follower.channel == "email" else WEBHOOK_EVENTS
    happened = journal.read(
        follower.scope, follower.scope_id, kinds=follower.kinds, after=follower.told, limit=limit
    )
    if not happened:
        follower.told = newest
        return
    if follower.channel == "email":
        try:
            _scope, _id, title, _path = followers.scope_of(follower.scope, follower.scope_id)
        except tk.ObjectNotFound:
            ckan_model.Session.delete(follower)
            return
        subject, body, headers = mails.message(follower, happened, title)
        tell([follower.target], "quality.follow", subject, body, headers)
        follower.told, follower.last_ok = happened[-1][0].number, now
        counts["mails"] += 1
        return
    _post_all(follower, happened, now, counts)


def _post_all(
    follower: Follower, happened: list[tuple[Event, Any]], now: dt.datetime, counts: dict[str, int]
) -> None:
    """One message an event, in order; the first that fails waits, and those after it with it."""
    for event, package in happened:
        try:
            followers.post(follower, message(event, package), f"event_{event.number}")
        except FetchError as error:
            counts["failed"] += 1
            _failed(follower, error, now)
            return
        follower.told, follower.last_ok = event.number, now
        follower.attempts, follower.next_try, follower.error = 0, None, None
        counts["messages"] += 1


def _failed(follower: Follower, error: FetchError, now: dt.datetime) -> None:
    follower.error = error.message[:500]
    if (
        follower.attempts >= len(RETRIES) or error.status == 410
    ):  # 410: its server says that it is gone for good
        log.warning("Webhook %s ended after %s failed attempts", follower.id, follower.attempts + 1)
        ckan_model.Session.delete(follower)
        return
    follower.next_try = now + RETRIES[follower.attempts]
    follower.attempts += 1


def message(event: Event, package: Any) -> dict[str, Any]:
    """What a webhook is sent about an event."""
    title = package.title or package.name
    texts = {lang: told(event.kind, event.data, title, lang) for lang in ("pl", "en")}
    return {
        "type": f"dataset.{event.kind}",
        "timestamp": event.at.isoformat(),
        "data": {
            "number": event.number,
            "kind": event.kind,
            "dataset": {
                "id": package.id,
                "name": package.name,
                "title": title,
                "url": links.dataset(package),
            },
            "details": event.data,
            "title": {lang: text[0] for lang, text in texts.items()},
            "text": {lang: text[1] for lang, text in texts.items()},
        },
    }
