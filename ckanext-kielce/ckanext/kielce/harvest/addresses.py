"""Addresses that datasets once had: a renamed dataset is still found under them."""

from __future__ import annotations

import sqlalchemy as sa
from ckan import model
from ckanext.kielce.common.columns import utc_now
from ckanext.kielce.harvest.model import HarvestAddress
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased


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
