"""A round: what turned since the last one becomes news, news become letters. All of it is one transaction.

A process that dies before the commit has told nobody; one that dies after it left letters that the next tick hands over
(`ckanext.kielce.digest.posting`). The first round is a baseline: what was so before is not news.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from ckan import model as ckan_model
from ckanext.kielce.common.columns import new_id
from ckanext.kielce.quality.shared import Transition, transitions
from sqlalchemy.dialects.postgresql import insert

from . import owners, table, weights
from .model import Letter, News, Round
from .settings import settings

Session = ckan_model.Session
#: Key of the lock of one round at a time.
LOCK = "kielce_digest:round"
#: What turned longer ago is not told: the worker was down, or digests were off.
MOST = dt.timedelta(days=14)


def last_until() -> dt.datetime | None:
    """Up to when transitions were looked for; None before the first round."""
    return Session.scalar(sa.select(sa.func.max(Round.until)))


def do(now: dt.datetime) -> dict[str, int]:
    """Look for what turned and write the letters down; commits.

    :returns: how many ``news``, ``letters`` and ``escalated``
    """
    Session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(LOCK))))
    last = last_until()
    counts = {"news": 0, "letters": 0, "escalated": 0}
    if last is not None and last < now:
        turned = transitions(max(last, now - MOST), now)
        _end(turned, now)
        fresh = [*_news(_worth_telling(turned), now), *_returning(now)]
        counts["news"] = len(fresh)
        counts["letters"] = _letters("digest", fresh, now)
        late = _unanswered(now)
        counts["escalated"] = len(late)
        counts["letters"] += _letters("escalation", late, now)
        for each in late:
            each.escalated_at = now
    if last is None or last < now:
        Session.add(Round(until=now, counts=counts))
    Session.commit()
    return counts


def preview(now: dt.datetime) -> list[Transition]:
    """What the next round would tell; writes nothing."""
    last = last_until()
    return _worth_telling(transitions(max(last, now - MOST), now)) if last is not None else []


def _worth_telling(turned: Sequence[Transition]) -> list[Transition]:
    """What owners are told of; what only follows from something else is left out beside it."""
    known = [(item, found) for item in turned if (found := table.kind(item.kind)) is not None]
    others = {item.package_id for item, found in known if not found.alone}
    return [
        item for item, found in known if item.owner_org and not (found.alone and item.package_id in others)
    ]


def _end(turned: Iterable[Transition], now: dt.datetime) -> None:
    """Close news that something better has ended, so that nobody is reminded of it."""
    for item in turned:
        kinds = table.ended_by(item.kind)
        if not kinds:
            continue
        query = sa.update(News).where(
            News.package_id == item.package_id, News.kind.in_(kinds), News.ended_at.is_(None)
        )
        if item.kind == "gone":
            # "gone:<id of the finding>" ends what "found:<the same id>" began.
            query = query.where(News.key == f"found:{item.key.partition(':')[2]}")
        Session.execute(query.values(ended_at=now).execution_options(synchronize_session=False))


def _news(turned: Sequence[Transition], now: dt.datetime) -> list[News]:
    """Rows for what was not told before."""
    units = owners.units({item.owner_org for item in turned if item.owner_org})
    contacts = owners.contacts({item.package_id for item in turned})
    gains = weights.of(turned)
    made: list[str] = []
    for item in turned:
        unit = units.get(item.owner_org or "")
        address = owners.address_of(unit, contacts.get(item.package_id, "")) if unit else ""
        found = table.kind(item.kind)
        if unit is None or found is None or not address:
            continue
        points, weight = gains[item.key]
        row = {
            "id": new_id(),
            "key": item.key,
            "address": address.lower(),
            "unit_id": unit.id,
            "package_id": item.package_id,
            "kind": item.kind,
            "section": found.section,
            "code": item.code,
            "at": item.at,
            "told": {lang: list(item.told(lang)) for lang in ("pl", "en")},
            "points": points,
            "weight": weight,
            "private": item.private,
            "told_at": now,
            "ended_at": now if found.section == "better" else None,
        }
        query = insert(News).values(row).on_conflict_do_nothing(index_elements=["key", "address"])
        made += Session.scalars(query.returning(News.id)).all()
    return list(Session.scalars(sa.select(News).where(News.id.in_(made)))) if made else []


def _returning(now: dt.datetime) -> list[News]:
    """What was put off until now and stands still: told once more."""
    rows = list(Session.scalars(sa.select(News).where(News.snoozed_until <= now, News.ended_at.is_(None))))
    for each in rows:
        each.snoozed_until = each.acknowledged_at = each.escalated_at = None
        each.told_at = now
    return rows


def _unanswered(now: dt.datetime) -> list[News]:
    """What nobody acknowledged or put off in time, and no director was told of."""
    fixed = settings().escalate_days
    if fixed < 0:
        return []
    waiting = Session.scalars(
        sa.select(News).where(
            News.section == "worse",
            News.ended_at.is_(None),
            News.acknowledged_at.is_(None),
            News.snoozed_until.is_(None),
            News.escalated_at.is_(None),
        )
    )
    late = []
    for each in waiting:
        days = table.escalation_days(each.kind, each.code)
        if days and fixed:
            days = fixed
        if days and each.told_at + dt.timedelta(days=days) <= now:
            late.append(each)
    return late


def _letters(kind: str, news: Sequence[News], now: dt.datetime) -> int:
    """One letter to each address; an escalation goes to the unit's director, or to the coordinator where it has none."""
    units = owners.units({each.unit_id for each in news})
    to: dict[tuple[str, str], list[News]] = defaultdict(list)
    for each in ordered(news):
        unit = units.get(each.unit_id)
        address = each.address
        if kind == "escalation":
            address = (unit.director if unit else "") or owners.coordinator() or each.address
        to[(address.lower(), unit.lang if unit else "pl")].append(each)
    for (address, lang), rows in to.items():
        unit = units.get(rows[0].unit_id)
        Session.add(
            Letter(
                kind=kind,
                address=address,
                name=unit.title if unit else address,
                unit_id=rows[0].unit_id,
                lang=lang,
                news=[each.id for each in rows],
                created_at=now,
            )
        )
    return len(to)


def ordered(news: Iterable[Any]) -> list[Any]:
    """By section; in each what gains most first, what is about personal data before everything."""
    order = {name: place for place, name in enumerate(table.SECTIONS)}
    return sorted(
        news, key=lambda each: (order[each.section], not each.private, -each.weight, -each.at.timestamp())
    )
