"""Declared twins that disagree, side by side: which cells, and who answers for which."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from ckan import model as ckan_model
from sqlalchemy import select

from . import checks, versions
from .checks.folder import Folder, Look, TwinDeclaration
from .checks.kept import SeenVersion, kept_history
from .checks.twin_disagreement import differing
from .model import Decision, FindingRow

Package, Resource = ckan_model.Package, ckan_model.Resource
#: Cells shown of a pair; all are counted.
SHOWN = 20


@dataclass(frozen=True)
class Side:
    """One of two files that are held to have the same figures."""

    package_id: str
    name: str
    title: str
    owner_org: str | None
    resource_id: str
    resource: str
    column: str
    unit: str


@dataclass(frozen=True)
class Pair:
    """Two files declared to have the same figures, and what the newest comparison found.

    :ivar count: cells that differ, of ``compared``; None while nothing was compared
    """

    decision_id: str
    reason: str
    declared_at: dt.datetime
    keys: tuple[tuple[str, str], ...]
    one: Side
    two: Side
    since: dt.datetime | None
    count: int | None
    compared: int | None


def pairs(conditions: Sequence[sa.ColumnElement[bool]] = (), *, disagreeing: bool = True) -> list[Pair]:
    """Declared pairs of which at least one side meets the conditions, the newest disagreement first; three queries.

    :param conditions: on ``Package``
    :param disagreeing: only those that disagree now
    """
    declared = ckan_model.Session.scalars(
        select(Decision)
        .where(Decision.kind == "twin", Decision.revoked_at.is_(None))
        .order_by(Decision.decided_at.desc())
    ).all()
    said = [(item, json.loads(item.subject or "{}")) for item in declared]
    files = {key for _item, twin in said for key in (twin.get("this"), twin.get("other")) if key}
    known = _sides(files, conditions)
    found = _findings(files)
    made = []
    for item, twin in said:
        one, two = known.get(twin.get("this", "")), known.get(twin.get("other", ""))
        if one is None or two is None or not (one[1] or two[1]):
            continue
        row = found.get(one[0].id) or found.get(two[0].id)
        if row is None and disagreeing:
            continue
        value, unit = twin.get("value") or ("", ""), twin.get("unit") or ("", "")
        made.append(
            Pair(
                item.id,
                item.reason,
                item.decided_at,
                tuple((str(here), str(there)) for here, there in twin.get("keys", ())),
                _side(one, value[0], unit[0]),
                _side(two, value[1], unit[1]),
                row.found_at if row else None,
                row.params.get("count") if row else None,
                row.params.get("compared") if row else None,
            )
        )
    oldest = dt.datetime.min.replace(tzinfo=dt.timezone.utc)
    return sorted(made, key=lambda pair: pair.since or oldest, reverse=True)


def _sides(files: Iterable[str], conditions: Sequence[Any]) -> dict[str, tuple[Any, bool, Any]]:
    """Resource id -> (resource, whether its dataset meets the conditions, dataset)."""
    meets = sa.and_(sa.true(), *conditions)
    rows = ckan_model.Session.execute(
        select(Resource, meets, Package)
        .join(Package, Package.id == Resource.package_id)
        .where(Resource.id.in_(list(files)), Resource.state == "active", Package.state == "active")
    )
    return {row[0].id: tuple(row) for row in rows}


def _side(known: tuple[Any, bool, Any], column: str, unit: str) -> Side:
    resource, _meets, package = known
    return Side(
        package.id,
        package.name,
        package.title or package.name,
        package.owner_org,
        resource.id,
        resource.name or resource.format or resource.id,
        column,
        unit,
    )


def _findings(files: Iterable[str]) -> dict[str, FindingRow]:
    rows = ckan_model.Session.scalars(
        select(FindingRow).where(
            FindingRow.resource_id.in_(list(files)),
            FindingRow.code == "twin_disagreement",
            FindingRow.ended_at.is_(None),
        )
    )
    return {row.resource_id: row for row in rows}


@dataclass(frozen=True)
class Cell:
    """One cell of both sides: its key, and what each says in which row of its file."""

    key: tuple[str, ...]
    one: str
    one_row: int
    two: str
    two_row: int


def cells(found: Sequence[Pair], now: dt.datetime) -> dict[str, list[Cell]]:
    """Cells that differ, by the pair's decision id; none where a side's newest version isn't kept. One query.

    The newest periods come first, ``SHOWN`` of them.
    """
    texts = versions.texts_of({side.resource_id for pair in found for side in (pair.one, pair.two)})
    result: dict[str, list[Cell]] = {}
    for pair in found:
        twin = TwinDeclaration(
            pair.two.resource_id,
            pair.keys,
            (pair.one.column, pair.two.column),
            (pair.one.unit, pair.two.unit),
        )
        histories = []
        for side in (pair.one, pair.two):
            kept = texts[side.resource_id]
            if not kept:
                break
            newest = list(kept)[-1]
            look = SeenVersion(Look(at=now, file=newest), newest, kept[newest][0])
            folder = Folder(Path(), side.title, now, ())
            histories.append(kept_history(side.resource_id, folder, [look], kept, side.resource))
        if len(histories) < 2 or histories[0] is None or histories[1] is None:
            result[pair.decision_id] = []
            continue
        here, there, _common, off = differing(histories[0], histories[1], twin, checks.CHECK_RULES.twin_slack)
        off.sort(key=lambda key: (here[key][2] or dt.date.min, key), reverse=True)
        result[pair.decision_id] = [
            Cell(key, here[key][0], here[key][1], there[key][0], there[key][1]) for key in off[:SHOWN]
        ]
    return result
