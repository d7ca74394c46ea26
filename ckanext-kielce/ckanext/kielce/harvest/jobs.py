"""Sources by name, and the housekeeping that pages and commands set going."""

from __future__ import annotations

import sqlalchemy as sa
from ckan import model
from ckanext.harvest.model import HarvestSource
from ckanext.kielce.harvest.housekeeping import ensure_tick, tick

__all__ = ["NoSuchSourceError", "all_sources", "ensure_tick", "find_source", "tick"]


class NoSuchSourceError(ValueError):
    """There is no harvest source of that name or id."""


def find_source(name_or_id: str) -> HarvestSource:
    """The source by name or id. Raises NoSuchSourceError naming the sources that exist."""
    package = model.Package.get(name_or_id)
    source = HarvestSource.get(package.id) if package else None
    if source is None:
        names = [name for name, _source in all_sources()]
        raise NoSuchSourceError(
            f'No harvest source "{name_or_id}". Sources: {", ".join(names) or "none yet"}.'
        )
    return source


def all_sources(*, active_only: bool = False) -> list[tuple[str, HarvestSource]]:
    """(name, source) of every harvest source, by name."""
    rows = model.Session.execute(
        sa.select(model.Package.name, HarvestSource)
        .join(HarvestSource, HarvestSource.id == model.Package.id)
        .where(sa.or_(sa.literal(not active_only), HarvestSource.active.is_(True)))
        .order_by(model.Package.name)
    )
    return [(row[0], row[1]) for row in rows]
