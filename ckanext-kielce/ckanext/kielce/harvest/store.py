"""What the harvest asks of the database besides its own runs: ids, names, owners, and the actions' context."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckanext.kielce.harvest.model import HarvestRecord
from ckanext.kielce.harvest.records import Source, SourceError
from ckanext.kielce.harvest.settings import Portal
from ckanext.kielce.harvest.words import say

NAMESPACE = uuid.UUID("5d0b5f0a-6a63-5f0c-9f6e-2b6a2f1c7a11")  # of the ids of harvested datasets


def portal() -> Portal:
    """What the check of a configuration needs to know of this portal."""

    def organization(name: str) -> bool:
        group = model.Group.get(name)
        return bool(group and group.is_organization and group.state == "active")

    return Portal(organization, model.Package.get_license_register().keys())


def organization_titled(title: str) -> str | None:
    """Id of the active organisation with this title, in any case of letters."""
    return model.Session.scalar(
        sa.select(model.Group.id).where(
            sa.func.lower(model.Group.title) == " ".join(title.split()).lower(),
            model.Group.is_organization.is_(True),
            model.Group.state == "active",
        )
    )


def owner_id(source: Source) -> str | None:
    """Id of the organisation that owns the source's datasets. Raises SourceError when the named one is missing."""
    name = source.config.get("organization")
    if name:
        group = model.Group.get(name)
        if group is None or not group.is_organization or group.state != "active":
            raise SourceError(say("organization", "en", name=name), say("organization", "pl", name=name))
        return group.id
    package = model.Package.get(source.id)
    return package.owner_org if package else None


def package_id(source_id: str, guid: str) -> str:
    """The id of a record's dataset: always the same, so that work done twice cannot make two datasets."""
    return str(uuid.uuid5(NAMESPACE, f"{source_id}\n{guid}"))


def record_id(source_id: str, guid: str) -> str:
    """The id of a record and of its one harvest object."""
    return str(uuid.uuid5(NAMESPACE, f"record\n{source_id}\n{guid}"))


def names_beginning(prefix: str) -> list[str]:
    """Addresses in use (also by deleted datasets) that begin with ``prefix``."""
    like = prefix.replace("_", "\\_") + "%"
    return list(model.Session.scalars(sa.select(model.Package.name).where(model.Package.name.like(like))))


def owner_of(keys: Sequence[str], source_id: str, *, lock: bool = True) -> HarvestRecord | None:
    """The record of another source that owns a dataset under one of ``keys``, None when there is none.

    With ``lock`` the keys are held until the end of the transaction, so that two sources that bring the same thing at
    the same moment make one dataset.
    """
    if not keys:
        return None
    if lock:
        for key in sorted(keys):
            model.Session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(key, 0))))
    return model.Session.scalars(
        sa.select(HarvestRecord)
        .join(model.Package, model.Package.id == HarvestRecord.package_id)
        .where(
            HarvestRecord.keys.overlap(list(keys)),
            HarvestRecord.source_id != source_id,
            HarvestRecord.role == "owner",
            HarvestRecord.state.in_(("active", "missing")),
            model.Package.state == "active",
        )
        .order_by(HarvestRecord.first_seen)
    ).first()


def site_context() -> dict[str, Any]:
    """A fresh action context of the site user."""
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    return {"user": user["name"], "ignore_auth": True}
