"""Handing letters over to the notify room, which sends them. What was handed over under a letter's id is not sent twice."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable

import sqlalchemy as sa
from ckan import model as ckan_model
from ckan.plugins import plugin_loaded
from ckanext.kielce.notify.shared import tell

from . import letters, links, owners, table
from .model import Letter, News
from .settings import settings

log = logging.getLogger(__name__)
Session = ckan_model.Session
TOPICS = {"digest": "quality.digest", "escalation": "quality.escalation"}
#: Letters that a mail program must answer by itself to nobody (RFC 3834).
HEADERS = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}


def post_all() -> int:
    """Hand over every letter that was not yet; returns how many."""
    if not plugin_loaded("kielce_notify"):
        log.warning("Digests wait: plugin kielce_notify is off")
        return 0
    query = sa.select(Letter.id).where(Letter.message_id.is_(None), Letter.problem.is_(None))
    return sum(post(letter_id) for letter_id in Session.scalars(query.order_by(Letter.created_at)).all())


def post(letter_id: str) -> bool:
    """Hand one letter over; False when another process is at it or it can't be sent. Commits."""
    query = sa.select(Letter).where(Letter.id == letter_id).with_for_update(skip_locked=True)
    letter = Session.scalars(query.execution_options(populate_existing=True)).first()
    if letter is None or letter.message_id is not None:
        Session.rollback()
        return False
    made = text_of(letter)
    reply_to = owners.coordinator()
    headers = {**HEADERS, **({"Reply-To": reply_to} if reply_to else {})}
    ids = tell(
        [(letter.name, letter.address)],
        TOPICS[letter.kind],
        made.subject,
        made.plain,
        headers,
        html=made.html,
        key=f"digest:{letter.id}",
    )
    if ids:
        letter.message_id = ids[0]
    else:
        letter.problem = "address"
    Session.commit()
    return bool(ids)


def text_of(letter: Letter) -> letters.Text:
    """What a letter says."""
    news = news_of(letter)
    names = titles(news)
    items = []
    for same in together(news):
        each = same[0]
        name, title = names.get(each.package_id, ("", each.package_id))
        seen, remedy = each.told[letter.lang]
        items.append(
            letters.Item(
                title=title,
                url=links.dataset(name, letter.lang),
                section=each.section,
                seen=seen,
                remedy=remedy,
                at=each.at,
                points=each.points,
                private=each.private,
                told_to=(each.told_at, each.address) if letter.kind == "escalation" else None,
                again=each.at < letter.created_at - dt.timedelta(days=min(table.snooze_days())),
                others=len(same) - 1,
            )
        )
    unit = owners.units([letter.unit_id]).get(letter.unit_id)
    options = settings()
    return letters.text(
        letter.kind,
        items,
        unit=unit.title if unit else letter.name,
        lang=letter.lang,
        answer=links.answer(letter.id, letter.lang),
        until=letter.created_at + dt.timedelta(days=options.link_days),
        escalates=options.escalate_days >= 0,
    )


def together(news: Iterable[News]) -> list[list[News]]:
    """The same finding in several files of a set is one matter: tables are often published in five formats."""
    found: dict[tuple[str, str, str], list[News]] = {}
    for each in news:
        found.setdefault((each.package_id, each.kind, each.code), []).append(each)
    return list(found.values())


def titles(news: Iterable[News]) -> dict[str, tuple[str, str]]:
    """Name and title of the datasets that news are about, by id."""
    package = ckan_model.Package
    wanted = {each.package_id for each in news}
    rows = Session.execute(sa.select(package.id, package.name, package.title).where(package.id.in_(wanted)))
    return {row.id: (row.name, row.title or row.name) for row in rows}


def news_of(letter: Letter) -> list[News]:
    """A letter's news in its order."""
    found = {each.id: each for each in Session.scalars(sa.select(News).where(News.id.in_(letter.news)))}
    return [found[key] for key in letter.news if key in found]
