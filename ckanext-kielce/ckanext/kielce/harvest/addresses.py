"""Addresses that datasets once had: a renamed dataset is still found under them."""

from __future__ import annotations

from typing import NamedTuple

import sqlalchemy as sa
from ckan import model
from ckanext.kielce.common.columns import utc_now
from ckanext.kielce.harvest.model import HarvestAddress
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased


class Present(NamedTuple):
    """What a package is called now."""

    id: str
    name: str
    type: str


def present(name_or_id: str) -> Present | None:
    """Id, name and type of a package by name or id, in one light query."""
    table = model.Package
    row = model.Session.execute(
        sa.select(table.id, table.name, table.type)
        .where(sa.or_(table.id == name_or_id, table.name == name_or_id))
        .order_by((table.id == name_or_id).desc())
        .limit(1)
    ).first()
    return Present(*row) if row else None


def remember(name: str, package_id: str) -> None:
    """Keep an address that the dataset had until now (not committed). The last dataset to leave an address has it."""
    values = {"package_id": package_id, "created_at": utc_now()}
    statement = insert(HarvestAddress).values(name=name, **values)
    model.Session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def find(name: str) -> str | None:
    """The id of the live dataset that once had this address; None while a dataset has it now (a deleted one too)."""
    current, other = model.Package, aliased(model.Package)
    return model.Session.scalar(
        sa.select(HarvestAddress.package_id)
        .join(current, current.id == HarvestAddress.package_id)
        .where(
            HarvestAddress.name == name,
            current.state == "active",
            ~sa.exists().where(other.name == name),
        )
    )
