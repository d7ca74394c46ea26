"""History follows content, not ids.

A dataset whose content was seen before under another id (deleted and created again, or copied) inherits what was seen
there, so a new id makes nothing fresh. The domain says whether two contents are the same; here the candidates are found:
those with the same hash of values, and deleted ones with the same columns.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import sqlalchemy as sa
from ckan import model as ckan_model
from sqlalchemy import select

from .. import model
from ..domain import model as domain
from ..domain.newness import same_content
from .codec import from_row

#: Tables with fewer rows are too small to be recognised by their content (an empty form looks like any other).
SMALLEST = 3
#: Candidates looked at, the newest first.
MOST = 200


def adopt(package_id: str) -> list[str]:
    """Write down the datasets whose content this one carries on.

    :returns: ids of the newly found ancestors
    """
    own = _by_resource(select(model.Observation).where(model.Observation.package_id == package_id))
    first_seen = min((items[0].observed_at for items in own.values()), default=None)
    if first_seen is None:
        return []
    found: dict[str, bool] = {}
    for ancestor, looks in _candidates(package_id, own, first_seen).items():
        if any(same_content(mine, theirs) for mine in own.values() for theirs in looks.values()):
            found[ancestor] = True
    for ancestor in found:
        ckan_model.Session.add(
            model.Lineage(
                package_id=package_id, ancestor_id=ancestor, since=first_seen, reason="same_content"
            )
        )
    return list(found)


def _by_resource(query: sa.Select[tuple[model.Observation]]) -> dict[str, list[domain.Observation]]:
    looks: dict[str, list[domain.Observation]] = defaultdict(list)
    for row in ckan_model.Session.scalars(query.order_by(model.Observation.observed_at)):
        looks[row.resource_id].append(from_row(row))
    return looks


def _candidates(
    package_id: str, own: dict[str, list[domain.Observation]], first_seen: dt.datetime
) -> dict[str, dict[str, list[domain.Observation]]]:
    """Observations of other datasets, made before ours began, that may be of the same content."""
    begun = [items[0] for items in own.values() if (items[0].rows or 0) >= SMALLEST]
    values = {item.value_hash for item in begun if item.value_hash}
    shapes = {item.schema_fingerprint for item in begun if item.schema_fingerprint}
    if not values and not shapes:
        return {}
    seen, package = model.Observation, ckan_model.Package
    known = select(model.Lineage.ancestor_id).where(model.Lineage.package_id == package_id)
    active = select(package.id).where(package.state == "active")
    rows = ckan_model.Session.scalars(
        select(seen)
        .where(
            seen.package_id != package_id,
            seen.observed_at < first_seen,
            seen.row_count >= SMALLEST,
            seen.package_id.not_in(known),
            sa.or_(
                seen.value_hash.in_(values),
                sa.and_(seen.schema_fingerprint.in_(shapes), seen.package_id.not_in(active)),
            ),
        )
        .order_by(seen.observed_at.desc())
        .limit(MOST)
    ).all()
    found: dict[str, dict[str, list[domain.Observation]]] = defaultdict(lambda: defaultdict(list))
    for row in reversed(rows):
        found[row.package_id][row.resource_id].append(from_row(row))
    return found
