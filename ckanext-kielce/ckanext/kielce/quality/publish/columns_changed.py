"""Changes of columns in public files of the whole portal, found in what was observed."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model as ckan_model
from sqlalchemy.orm import aliased

from ..model import Observation, Score
from . import history, journal
from .changes import Step, compare, version_of


def newest(limit: int, lang: str, package_id: str | None = None) -> list[dict[str, Any]]:
    """Changes of columns as `history.describe` gives them, the newest first, with ``package`` (a row) and ``moment``.

    :param package_id: only of this dataset
    """
    package, score, after = ckan_model.Package, Score, aliased(Observation)
    seen = _pairs(package_id)
    query = (
        sa.select(after, seen.c.before_id, package, score)
        .join(seen, seen.c.id == after.id)
        .join(package, package.id == after.package_id)
        .outerjoin(score, score.package_id == package.id)
        .where(journal.public(), seen.c.before_print != after.schema_fingerprint)
        .order_by(after.observed_at.desc(), after.id)
        # Some are of files that are gone or withheld: a few more are asked for than are told.
        .limit(2 * limit)
    )
    rows = ckan_model.Session.execute(query).all()
    before = _by_id([before_id for _after, before_id, _package, _score in rows])
    names = _names([row.resource_id for row, _before, _package, _score in rows])
    found = []
    for row, before_id, owner, of_owner in rows:
        hidden = set(of_owner.withheld_resources or ()) if of_owner is not None else set()
        if row.resource_id in hidden or row.resource_id not in names or before_id not in before:
            continue
        older, newer = version_of(before[before_id]), version_of(row)
        difference = compare(older, newer)
        if difference.schema_changed:
            shown = history.describe(Step(newer, older, difference), names[row.resource_id], lang)
            found.append({**shown, "package": owner, "moment": row.observed_at})
    return found[:limit]


def _pairs(package_id: str | None) -> sa.Subquery:
    """Each observation with a readable table, beside the one before it of the same file."""
    table = Observation
    before: dict[str, Any] = {"partition_by": table.resource_id, "order_by": (table.observed_at, table.id)}
    query = sa.select(
        table.id,
        sa.func.lag(table.id).over(**before).label("before_id"),
        sa.func.lag(table.schema_fingerprint).over(**before).label("before_print"),
    ).where(table.schema_fingerprint.is_not(None))
    if package_id is not None:
        query = query.where(table.package_id == package_id)
    return query.subquery()


def _by_id(ids: list[str]) -> dict[str, Observation]:
    rows = ckan_model.Session.scalars(sa.select(Observation).where(Observation.id.in_(ids)))
    return {row.id: row for row in rows}


def _names(ids: list[str]) -> dict[str, str]:
    """Names of the files that still are in the catalogue."""
    resource = ckan_model.Resource
    rows = ckan_model.Session.execute(
        sa.select(resource.id, resource.name, resource.format).where(
            resource.id.in_(ids), resource.state == "active"
        )
    )
    return {id_: name or fmt or id_ for id_, name, fmt in rows}
