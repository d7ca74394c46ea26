"""Things that are there, to stand in examples: a dataset with a table, a unit, a domain, an indicator."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model
from ckanext.kielce.api.catalogue_of_tables import Listed


def of_portal(tables: list[Listed]) -> dict[str, str]:
    """Name -> id or name of something public; what the portal has none of is missing."""
    found: dict[str, str] = {}
    if tables:
        found |= {"dataset": tables[0].dataset, "table": tables[0].resource_id}
    package, group = model.Package, model.Group
    public = (package.state == "active", package.private.is_(False))
    if "dataset" not in found:
        _set(found, "dataset", sa.select(package.name).where(*public).order_by(package.name))
    if tables:
        unit = sa.select(group.name).join(package, package.owner_org == group.id)
        _set(found, "unit", unit.where(package.name == tables[0].dataset))
    domain = sa.select(group.name).where(group.state == "active", group.is_organization.is_(False))
    _set(found, "domain", domain.order_by(group.name))
    indicator = sa.select(package.name).where(*public, package.type == "indicator").order_by(package.name)
    _set(found, "indicator", indicator)
    if "indicator" in found:
        code = model.Package.get(found["indicator"]).extras.get("indicator_code")
        if code:
            found["indicator"] = str(code)
    return found


def _set(found: dict[str, str], key: str, query: Any) -> None:
    value = model.Session.scalar(query.limit(1))
    if value:
        found[key] = str(value)
