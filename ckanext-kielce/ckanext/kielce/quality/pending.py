"""What waits for a coordinator's decision: looser promises. Read for many datasets in a few queries."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from ckan import model as ckan_model
from sqlalchemy import select
from sqlalchemy.orm import aliased

from .domain.frequency import frequencies
from .model import Decision, Declaration, Score

Package = ckan_model.Package


@dataclass(frozen=True)
class FrequencyChange:
    """A looser promise that counts only once it is approved, or once the content has kept it.

    :ivar in_force: EU code of the promise that holds until then
    :ivar wanted: the declared value, as the dataset has it
    :ivar user_id: name or id of whoever declared it; None: unknown
    """

    package: Any
    declaration_id: str
    declared_at: dt.datetime
    in_force: str | None
    wanted: str | None
    user_id: str | None


def decisions_of(package_ids: Iterable[str], kinds: Iterable[str]) -> dict[str, list[Decision]]:
    """Decisions in force of these kinds by dataset, oldest first; one query."""
    ids = list(package_ids)
    if not ids:
        return {}
    found: dict[str, list[Decision]] = defaultdict(list)
    rows = ckan_model.Session.scalars(
        select(Decision)
        .where(Decision.package_id.in_(ids), Decision.kind.in_(list(kinds)), Decision.revoked_at.is_(None))
        .order_by(Decision.decided_at)
    )
    for row in rows:
        found[row.package_id].append(row)
    return found


def frequency_changes(conditions: Sequence[sa.ColumnElement[bool]] = ()) -> list[FrequencyChange]:
    """Looser promises that are neither approved nor rejected, the oldest first; one query.

    Only sets whose promise was ever changed, or who promise nothing any more, are asked for what their score says: that
    is kept as JSON and dear to read for all.

    :param conditions: on ``Package``
    """
    rank = sa.func.row_number().over(
        partition_by=Declaration.package_id, order_by=Declaration.declared_at.desc()
    )
    number = sa.func.count().over(partition_by=Declaration.package_id)
    ranked = select(Declaration, rank.label("rank"), number.label("number")).subquery()
    latest = aliased(Declaration, ranked)
    never = [code for code, item in frequencies().items() if item.kind == "never"]
    promised = sa.func.upper(sa.func.regexp_replace(sa.func.coalesce(latest.frequency, ""), "^.*/", ""))
    rejected = sa.exists().where(
        Decision.kind == "frequency_rejected", Decision.subject == latest.id, Decision.revoked_at.is_(None)
    )
    waits = Score.assessment["pending_code"].astext.is_not(None)
    rows = ckan_model.Session.execute(
        select(Package, latest, Score.assessment["declared_code"].astext)
        .join(latest, latest.package_id == Package.id)
        .join(Score, Score.package_id == Package.id)
        .where(Package.state == "active", ranked.c.rank == 1, latest.approved_at.is_(None))
        .where(sa.or_(ranked.c.number > 1, promised.in_(never)))
        .where(waits, ~rejected, *conditions)
        .order_by(latest.declared_at, Package.name)
    ).all()
    return [
        FrequencyChange(package, row.id, row.declared_at, in_force, row.frequency, row.user_id)
        for package, row, in_force in rows
    ]
