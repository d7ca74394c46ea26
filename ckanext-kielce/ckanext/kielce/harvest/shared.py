"""The public face of the harvest room, for rooms that are no harvesters (those build on `ckanext.kielce.harvest.base`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from ckan import model
from ckan.plugins import plugin_loaded


@dataclass(frozen=True)
class KnownRecord:
    """What a source has said of one thing.

    :ivar state: ``active``, ``missing``, ``archived`` or ``deleted`` (taken out of the portal by hand)
    :ivar package_id: its dataset; None when none was made, as of a record that could not be mapped
    :ivar title: the source's own title, its identifier where it gives none
    :ivar owner_org: id or name of the unit that the source names, or the one to which the source belongs
    """

    source_id: str
    guid: str
    state: str
    package_id: str | None
    title: str
    description: str
    domain: str
    owner_org: str | None


def known_records() -> Iterator[KnownRecord]:
    """Every record of every source, those included of which there is no dataset; none while the engine is off."""
    if not plugin_loaded("kielce_harvest"):
        return
    from ckanext.kielce.harvest.model import HarvestRecord  # only where its table is

    draft = HarvestRecord.draft
    query = (
        sa.select(
            HarvestRecord.source_id,
            HarvestRecord.guid,
            HarvestRecord.state,
            HarvestRecord.package_id,
            draft["title"].astext,
            draft["notes"].astext,
            draft["domain"].astext,
            sa.func.coalesce(draft["owner_org"].astext, model.Package.owner_org),
        )
        .outerjoin(model.Package, model.Package.id == HarvestRecord.source_id)
        .where(HarvestRecord.role == "owner")
        .order_by(HarvestRecord.first_seen, HarvestRecord.id)
        .execution_options(yield_per=1000)
    )
    for source_id, guid, state, package_id, title, notes, domain, owner_org in model.Session.execute(query):
        yield KnownRecord(
            source_id, guid, state, package_id, title or guid, notes or "", domain or "", owner_org
        )
