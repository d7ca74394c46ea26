"""What the harvest asks of the database besides its own runs: ids, names, owners, and the actions' context."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckanext.kielce.harvest.model import HarvestRecord
from ckanext.kielce.harvest.records import Source, SourceError
from ckanext.kielce.harvest.settings import Portal
from ckanext.kielce.harvest.words import say
from psycopg2.extensions import TransactionRollbackError

NAMESPACE = uuid.UUID("5d0b5f0a-6a63-5f0c-9f6e-2b6a2f1c7a11")  # of the ids of harvested datasets
TAGS = 0x6B69656C63650002  # the lock of who makes keywords


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


def names_in_use(names: Collection[str]) -> set[str]:
    """Those of the addresses that a dataset has, also a deleted one."""
    return set(model.Session.scalars(sa.select(model.Package.name).where(model.Package.name.in_(names))))


def names_beginning(prefix: str) -> list[str]:
    """Addresses in use (also by deleted datasets) that begin with ``prefix``; none when ``prefix`` itself is free.

    An index answers that, where the addresses that begin with something are found by looking at all of them.
    """
    if not names_in_use([prefix]):
        return []
    like = prefix.replace("_", "\\_") + "%"
    return list(model.Session.scalars(sa.select(model.Package.name).where(model.Package.name.like(like))))


def make_tags(names: Collection[str]) -> None:
    """Make the keywords that are missing, in a short transaction of its own.

    CKAN keeps nobody from making a keyword twice, and the longer a transaction lasts, the likelier it is that another
    one makes the same.
    """
    tags = model.Tag.__table__
    known = sa.select(tags.c.name).where(tags.c.name.in_(names), tags.c.vocabulary_id.is_(None))
    if not names or set(model.Session.scalars(known)) == set(names):
        return
    with model.ensure_engine().begin() as connection:
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(TAGS)))
        missing = set(names) - set(connection.scalars(known))
        if missing:
            connection.execute(
                sa.insert(tags), [{"id": model.types.make_uuid(), "name": name} for name in sorted(missing)]
            )


def lock(keys: Collection[str]) -> None:
    """Hold the keys until the end of the transaction, so that two sources that bring the same thing at the same moment
    make one dataset."""
    if keys:
        model.Session.execute(
            # in one order for everybody
            sa.text(
                "SELECT pg_advisory_xact_lock(hashtextextended(key, 0)) FROM unnest(CAST(:keys AS text[])) AS key"
            ),
            {"keys": sorted(keys)},
        )


def _owners(keys: Collection[str], source_id: str) -> sa.Select[tuple[HarvestRecord]]:
    """Records of other sources that own a dataset under one of ``keys``."""
    return (
        sa.select(HarvestRecord)
        .join(model.Package, model.Package.id == HarvestRecord.package_id)
        .where(
            HarvestRecord.keys.overlap(list(keys)),
            HarvestRecord.source_id != source_id,
            HarvestRecord.role == "owner",
            HarvestRecord.state.in_(("active", "missing")),
            model.Package.state == "active",
        )
    )


def owned(keys: Collection[str], source_id: str) -> set[str]:
    """Those of the keys under which another source's record owns a dataset."""
    if not keys:
        return set()
    rows = model.Session.scalars(_owners(keys, source_id).with_only_columns(HarvestRecord.keys))
    return set(keys).intersection(key for row in rows for key in row)


def owner_of(keys: Collection[str], source_id: str, *, locked: bool = True) -> HarvestRecord | None:
    """The record of another source that owns a dataset under one of ``keys``, None when there is none.

    With ``locked`` the keys are held until the end of the transaction.
    """
    if not keys:
        return None
    if locked:
        lock(keys)
    return model.Session.scalars(_owners(keys, source_id).order_by(HarvestRecord.first_seen)).first()


def passes(error: sa.exc.OperationalError) -> bool:
    """Whether PostgreSQL ended a transaction for another one's sake (a deadlock), so that it may be tried at once again."""
    return isinstance(error.orig, TransactionRollbackError)


def site_context() -> dict[str, Any]:
    """A fresh action context of the site user."""
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    return {"user": user["name"], "ignore_auth": True}
