"""The log: every act at the desk, and the decisions on quality, which are kept in their own room."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from ckan import model as ckan_model
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.columns import utc_now
from ckanext.kielce.quality import shared as quality

from .asked import Asked
from .model import Entry
from .roles import Viewer
from .words import ACTS


@dataclass(frozen=True)
class Line:
    """One line of the log.

    :ivar act: key of ``words.ACTS``, or a decision's kind where ``decision``
    """

    at: dt.datetime
    user: str | None
    act: str
    package_id: str | None = None
    name: str | None = None
    title: str | None = None
    owner_org: str | None = None
    task: str | None = None
    note: str | None = None
    decision: bool = False


def write(
    user_id: str | None,
    act: str,
    *,
    package_id: str | None = None,
    task: str | None = None,
    note: str | None = None,
    at: dt.datetime | None = None,
    **data: Any,
) -> None:
    """Add a line; the caller commits."""
    ckan_model.Session.add(
        Entry(
            at=at or utc_now(),
            user_id=user_id,
            act=act,
            package_id=package_id,
            task=task,
            note=note or None,
            data=data,
        )
    )


def read(viewer: Viewer, wanted: Asked, limit: int, offset: int) -> tuple[int, list[Line]]:
    """Lines, the newest first, and how many there are in all; four queries.

    Acts that are about no set (roles) are for those who see all.
    """
    many = offset + limit
    acts, found = _acts(viewer, wanted, many)
    decisions, taken = _decisions(viewer, wanted, many)
    lines = sorted([*found, *taken], key=lambda line: line.at, reverse=True)
    return acts + decisions, lines[offset:many]


def _acts(viewer: Viewer, wanted: Asked, many: int) -> tuple[int, list[Line]]:
    package = ckan_model.Package
    narrowed = wanted.wanted(viewer)
    where: list[Any] = []
    if narrowed.units is not None:
        where.append(package.owner_org.in_(sorted(narrowed.units)))
    if narrowed.owner:
        where.append(package.owner_org == narrowed.owner)
    if narrowed.package_id:
        where.append(Entry.package_id == narrowed.package_id)
    if narrowed.text:
        where.append(package.title.icontains(narrowed.text, autoescape=True))
    joined = sa.outerjoin(Entry, package, package.id == Entry.package_id)
    total = ckan_model.Session.scalar(sa.select(sa.func.count()).select_from(joined).where(*where)) or 0
    rows = ckan_model.Session.execute(
        sa.select(Entry, package.name, package.title, package.owner_org)
        .select_from(joined)
        .where(*where)
        .order_by(Entry.at.desc(), Entry.id)
        .limit(many)
    )
    return total, [
        Line(
            entry.at,
            entry.user_id,
            entry.act,
            entry.package_id,
            name,
            title or name,
            owner_org,
            entry.task,
            entry.note,
        )
        for entry, name, title, owner_org in rows
    ]


def _decisions(viewer: Viewer, wanted: Asked, many: int) -> tuple[int, list[Line]]:
    total, rows = quality.decided(wanted.wanted(viewer), None, many, 0)
    lines = []
    for package_id, name, title, owner_org, row in rows:
        about = (package_id, name, title, owner_org)
        lines.append(Line(row.decided_at, row.user_id, row.kind, *about, None, row.reason, decision=True))
    return total, lines


def word(line: Line) -> str:
    """What a line says was done."""
    if line.decision:
        return str(tk.h.kielce_quality_word("decision", line.act))
    return tk._(ACTS[line.act]) if line.act in ACTS else line.act
