"""Questions to the register's tables, and the one way in which entries are written: with what was changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from ckan import model as ckan_model
from ckanext.kielce.common.columns import utc_now

from . import domain
from .model import Change, Entry

Session = ckan_model.Session
Package = ckan_model.Package

#: Orders of the list; "opening" puts first what speaks most for being opened, open sets last.
SORTS: dict[str, tuple[Any, ...]] = {
    "opening": (
        sa.case((Entry.tier == "open", 1), else_=0),
        Entry.points.desc().nulls_last(),
        Entry.planned.asc().nulls_last(),
        sa.func.lower(Entry.title),
    ),
    "title": (sa.func.lower(Entry.title),),
    "planned": (Entry.planned.asc().nulls_last(), sa.func.lower(Entry.title)),
    "changed": (Entry.changed_at.desc(), sa.func.lower(Entry.title)),
}


def values(entry: Entry) -> dict[str, Any]:
    """The fields that people fill in."""
    return {name: getattr(entry, name) for name in domain.FIELDS}


def get(entry_id: str) -> Entry | None:
    """An entry that has not been removed."""
    found = Session.get(Entry, entry_id)
    return found if found is not None and found.removed_at is None else None


def write(
    entry: Entry | None,
    fields: Mapping[str, Any],
    *,
    actor: str | None,
    source: str,
    now: dt.datetime | None = None,
) -> tuple[Entry, bool]:
    """Make or change an entry and note what changed; nothing is committed.

    :param fields: those to set; the others stay
    :param actor: id of the user, None for the portal itself
    :returns: the entry, and whether anything changed
    """
    now = now or utc_now()
    before = values(entry) if entry is not None else {}
    after = {**domain.FIELDS, **before, **fields}
    changed = domain.changes(before, after)
    if entry is not None and not changed:
        return entry, False
    kind = "update"
    if entry is None:
        kind, entry = "create", Entry(created_at=now, prefilled={})
        Session.add(entry)
    for name, value in after.items():
        setattr(entry, name, value)
    entry.points = domain.points(after["criteria"])
    entry.changed_at = now
    if actor is not None:
        entry.edited_at = now
    Session.flush()
    Session.add(Change(entry_id=entry.id, at=now, kind=kind, actor=actor, source=source, changes=changed))
    return entry, True


def remove(entry: Entry, *, actor: str) -> None:
    """Take an entry out of the register; it is kept, so that the portal does not make it again. Nothing is committed."""
    now = utc_now()
    entry.removed_at = entry.changed_at = now
    Session.add(Change(entry_id=entry.id, at=now, kind="remove", actor=actor, source="person", changes=[]))


def conditions(filters: Mapping[str, Any], today: dt.date) -> list[sa.ColumnElement[bool]]:
    """Conditions of the list's filters.

    :param filters: any of ``q``, ``unit`` (name or id), ``tier``, ``obstacle``, ``domain``, ``planned`` (``year``: by the end
        of this year, ``later``, ``none``, ``passed``), ``checked`` (True: a person has written in it), ``public``
    """
    found: list[sa.ColumnElement[bool]] = []
    if words := str(filters.get("q") or "").split():
        text = sa.func.concat_ws(
            " ", Entry.title, Entry.title_en, Entry.description, Entry.reason, Entry.legal_basis
        )
        found += [text.ilike(f"%{_escaped(word)}%", escape="\\") for word in words]
    if unit := filters.get("unit"):
        group = ckan_model.Group.get(unit)
        found.append(Entry.unit_id == (group.id if group else unit))
    for name in ("tier", "domain"):
        if filters.get(name):
            found.append(getattr(Entry, name) == filters[name])
    if filters.get("obstacle"):
        found.append(Entry.obstacles.contains([filters["obstacle"]]))
    if planned := filters.get("planned"):
        found.append(_planned(planned, today))
    if filters.get("checked") is not None:
        found.append(Entry.edited_at.is_not(None) if filters["checked"] else Entry.edited_at.is_(None))
    if filters.get("public") is not None:
        found.append(Entry.public.is_(bool(filters["public"])))
    return found


def _escaped(word: str) -> str:
    for sign in ("\\", "%", "_"):
        word = word.replace(sign, f"\\{sign}")
    return word


def _planned(wanted: str, today: dt.date) -> sa.ColumnElement[bool]:
    closed, end = Entry.tier != "open", dt.date(today.year, 12, 31)
    return {
        "none": sa.and_(closed, Entry.planned.is_(None)),
        "passed": sa.and_(closed, Entry.planned < today),
        "year": sa.and_(closed, Entry.planned.between(today, end)),
        "later": sa.and_(closed, Entry.planned > end),
    }.get(wanted, sa.false())


def listed(
    where: Iterable[sa.ColumnElement[bool]], sort: str, limit: int, offset: int
) -> tuple[int, list[Entry]]:
    """How many entries there are, and one page of them."""
    query = sa.select(Entry).where(*where)
    total = Session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    rows = Session.scalars(query.order_by(*SORTS[sort], Entry.id).limit(limit).offset(offset))
    return total, list(rows)


def counts(where: Iterable[sa.ColumnElement[bool]], column: Any) -> dict[str, int]:
    """How many entries there are of each value of a column."""
    query = sa.select(column, sa.func.count()).where(*where).group_by(column)
    return {row[0]: row[1] for row in Session.execute(query)}


def ranks(visible: sa.ColumnElement[bool]) -> dict[str, int]:
    """Place in the order of opening, from 1, of the entries that are not open and have all six scores; equals share one."""
    place = sa.func.rank().over(order_by=Entry.points.desc())
    query = sa.select(Entry.id, place).where(visible, Entry.tier != "open", Entry.points.is_not(None))
    return {row[0]: row[1] for row in Session.execute(query)}


def history(entry_id: str, limit: int = 100) -> list[Change]:
    """What was changed in an entry, the newest first."""
    query = sa.select(Change).where(Change.entry_id == entry_id).order_by(Change.number.desc()).limit(limit)
    return list(Session.scalars(query))


def datasets(ids: Iterable[str | None]) -> dict[str, Any]:
    """Active datasets by id."""
    wanted = {each for each in ids if each}
    if not wanted:
        return {}
    rows = Session.scalars(sa.select(Package).where(Package.id.in_(wanted), Package.state == "active"))
    return {package.id: package for package in rows}


def groups(ids: Iterable[str | None]) -> dict[str, Any]:
    """Units (organisations) by id, with their extras."""
    wanted = {each for each in ids if each}
    if not wanted:
        return {}
    group = ckan_model.Group
    query = sa.select(group).where(group.id.in_(wanted))
    return {row.id: row for row in Session.scalars(query)}


def all_units() -> dict[str, Any]:
    """Active units by id."""
    group = ckan_model.Group
    query = sa.select(group).where(group.is_organization.is_(True), group.state == "active")
    return {row.id: row for row in Session.scalars(query)}
