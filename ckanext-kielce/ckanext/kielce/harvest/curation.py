"""Fields of a dataset that a coordinator keeps different from the source, and the way back to the source's value."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckanext.kielce.harvest import merge
from ckanext.kielce.harvest.model import HarvestRecord


def owner_record(package_id: str) -> HarvestRecord | None:
    """The record that the dataset is written from; None for a dataset that no source writes."""
    return model.Session.scalars(
        sa.select(HarvestRecord).where(HarvestRecord.package_id == package_id, HarvestRecord.role == "owner")
    ).first()


def show(name_or_id: str) -> dict[str, Any]:
    """``source`` (None for a dataset of no source) and ``fields`` that differ from it. Raises ObjectNotFound."""
    package = _package(name_or_id)
    record = owner_record(package["id"])
    source = model.Package.get(record.source_id) if record else None
    if record is None or source is None:
        return {"source": None, "fields": []}
    found = merge.curated(_base(record), package)
    return {
        "source": {"name": source.name, "title": source.title or source.name},
        "fields": [
            {
                "field": each.field,
                "resource_id": each.resource_id,
                "resource_name": each.resource_name,
                "source_value": each.source_value,
                "our_value": each.our_value,
            }
            for each in found
        ],
    }


def restore(name_or_id: str, field: str, resource_id: str | None, user: str) -> None:
    """Give the field the source's value, as ``user``. Raises KeyError when the source does not give the field."""
    package = _package(name_or_id)
    record = owner_record(package["id"])
    if record is None:
        raise KeyError(field)
    patch = merge.restored(_base(record), package, field, resource_id)
    name = "resource_patch" if resource_id else "package_patch"
    tk.get_action(name)({"user": user}, patch)
    _remember(record, _package(package["id"]), field, resource_id)


def _remember(record: HarvestRecord, package: dict[str, Any], field: str, resource_id: str | None) -> None:
    """Keep the value as the catalogue stored it, so that it counts as the source's from now on."""
    stored = dict(record.stored)
    if resource_id is None:
        stored[field] = package.get(field)
    else:
        rows = {row["id"]: row for row in package.get("resources") or []}
        stored["resources"] = [
            {**row, field: rows[resource_id].get(field)} if row.get("id") == resource_id else row
            for row in stored.get("resources") or []
        ]
    record.stored = stored
    model.Session.commit()


def _base(record: HarvestRecord) -> merge.Base:
    return merge.Base(record.draft or {}, record.stored or {})


def _package(name_or_id: str) -> dict[str, Any]:
    return tk.get_action("package_show")({"ignore_auth": True, "use_cache": False}, {"id": name_or_id})
