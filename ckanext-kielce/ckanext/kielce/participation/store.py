"""Writing submissions down and finding them again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from ckan import model as ckan_model
from ckan.plugins import toolkit as tk

from .kinds import OPEN
from .model import Submission

WARSAW = ZoneInfo("Europe/Warsaw")


def now() -> dt.datetime:
    """This moment, in UTC."""
    return dt.datetime.now(dt.timezone.utc)


def option(name: str) -> int:
    """A whole number of the room's options."""
    return int(tk.config[f"ckanext.kielce.participation.{name}"])


def add(values: dict[str, Any], when: dt.datetime) -> Submission:
    """Write a submission down (not committed); a report and a request get a day by which they are to be answered."""
    due = None
    if values["kind"] != "reuse":
        due = when.astimezone(WARSAW).date() + dt.timedelta(days=option("answer_days"))
    row = Submission(**values, created_at=when, due_on=due)
    ckan_model.Session.add(row)
    ckan_model.Session.flush()
    return row


def get(reference: str) -> tuple[Submission | None, bool]:
    """(the submission, whether the reference is its unguessable id) by id or number."""
    if reference.isdigit() and len(reference) < 10:
        query = sa.select(Submission).where(Submission.number == int(reference))
        return ckan_model.Session.scalars(query).first(), False
    return ckan_model.Session.get(Submission, reference), True


def find(
    *,
    kinds: Collection[str] = (),
    states: Collection[str] = (),
    package_id: str | None = None,
    unit_id: str | None = None,
    seen_by: Collection[str] | None = (),
    limit: int = 20,
    offset: int = 0,
) -> tuple[int, list[Submission]]:
    """(how many in all, one page) of the submissions: those that wait first, by their day, then the newest.

    :param seen_by: ids of organisations whose submissions are shown though they are not public; None: all are shown
    """
    conditions = []
    if seen_by is not None:
        seen = Submission.public.is_(True)
        conditions.append(sa.or_(seen, Submission.unit_id.in_(list(seen_by))) if seen_by else seen)
    if kinds:
        conditions.append(Submission.kind.in_(list(kinds)))
    if states:
        conditions.append(Submission.state.in_(list(states)))
    if package_id:
        conditions.append(Submission.package_ids.contains([package_id]))
    if unit_id:
        conditions.append(Submission.unit_id == unit_id)
    total = ckan_model.Session.scalar(sa.select(sa.func.count()).select_from(Submission).where(*conditions))
    waiting = Submission.state.in_(OPEN)
    query = (
        sa.select(Submission)
        .where(*conditions)
        .order_by(
            waiting.desc(),
            sa.case((waiting, Submission.due_on)).asc().nulls_last(),
            Submission.created_at.desc(),
        )
        .limit(limit)
        .offset(offset)
    )
    return int(total or 0), list(ckan_model.Session.scalars(query))


def overdue(day: dt.date) -> list[Submission]:
    """Submissions whose day has passed without an answer and without a reminder."""
    query = (
        sa.select(Submission)
        .where(Submission.state.in_(OPEN), Submission.due_on < day, Submission.reminded_at.is_(None))
        .order_by(Submission.due_on)
        .with_for_update(skip_locked=True)
    )
    return list(ckan_model.Session.scalars(query))


def erase_addresses(when: dt.datetime) -> int:
    """Erase e-mail addresses of matters closed long enough ago (not committed); returns how many."""
    done = ckan_model.Session.execute(
        sa.update(Submission)
        .where(
            Submission.email.is_not(None),
            Submission.state.not_in(OPEN),
            Submission.answered_at < when - dt.timedelta(days=option("keep_email_days")),
        )
        .values(email=None)
        .execution_options(synchronize_session=False)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def packages(ids: Collection[str]) -> dict[str, Any]:
    """Public datasets by id, in one query."""
    if not ids:
        return {}
    package = ckan_model.Package
    query = sa.select(package).where(
        package.id.in_(list(ids)), package.state == "active", package.private.is_(False)
    )
    return {row.id: row for row in ckan_model.Session.scalars(query)}


def units(ids: Collection[str]) -> dict[str, Any]:
    """Organisations by id, in one query."""
    if not ids:
        return {}
    query = sa.select(ckan_model.Group).where(ckan_model.Group.id.in_(list(ids)))
    return {row.id: row for row in ckan_model.Session.scalars(query)}
