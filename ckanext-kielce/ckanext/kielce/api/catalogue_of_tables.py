"""The public tables of the portal, with what a description of all of them needs; nothing withheld or private."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import plugin_loaded
from ckanext.kielce.tables import rows as stored
from ckanext.kielce.tables.shared import Field
from psycopg2 import sql


@dataclass(frozen=True, slots=True)
class Listed:
    """A public table: its file, its dataset, and the version of its content."""

    resource_id: str
    resource: str
    resource_en: str
    dataset: str
    dataset_id: str
    title: str
    title_en: str
    version: str


@dataclass(frozen=True, slots=True)
class Known:
    """A table with its columns and the values of its first row."""

    listed: Listed
    fields: Sequence[Field]
    example: Mapping[str, Any]


def listed(most: int, dataset_id: str | None = None) -> tuple[list[Listed], int]:
    """Public tables, those of the datasets changed last first, at most ``most``; and how many there are in all."""
    resource, package = model.Resource, model.Package
    query = (
        sa.select(resource, package)
        .join(package, package.id == resource.package_id)
        .where(
            resource.state == "active",
            package.state == "active",
            package.private.is_(False),
            # CKAN keeps the mark in JSON without an index; the text of it is all that can be asked for.
            sa.cast(resource.extras, sa.UnicodeText).like('%"datastore_active": true%'),
        )
        .order_by(package.metadata_modified.desc(), resource.position, resource.id)
    )
    if dataset_id is not None:
        query = query.where(package.id == dataset_id)
    hidden = _withheld()
    rows = [(file, owner) for file, owner in model.Session.execute(query) if file.id not in hidden]
    return _with_versions(rows[:most]), len(rows)


def _withheld() -> frozenset[str]:
    if not plugin_loaded("kielce_quality"):
        return frozenset()
    from ckanext.kielce.quality import shared as quality

    return quality.withheld_files()


def _with_versions(rows: Sequence[tuple[Any, Any]]) -> list[Listed]:
    if not rows:
        return []
    found = []
    with stored.reading() as cursor:
        for file, package in rows:
            try:
                version = stored.version(cursor, file.id)
            except stored.ViewError:
                continue  # marked as a table and none: a load is under way, or was undone
            extras, own = package.extras or {}, file.extras or {}
            found.append(
                Listed(
                    file.id,
                    file.name or file.id,
                    own.get("name_en") or "",
                    package.name,
                    package.id,
                    package.title or package.name,
                    extras.get("title_en") or "",
                    version,
                )
            )
    return found


def known(tables: Sequence[Listed]) -> list[Known]:
    """The same tables with columns and the first row."""
    if not tables:
        return []
    found = []
    with stored.reading() as cursor:
        for table in tables:
            try:
                fields = stored.fields(cursor, table.resource_id)
            except stored.ViewError:
                continue
            found.append(Known(table, fields, _first_row(cursor, table.resource_id)))
    return found


def _first_row(cursor: Any, resource_id: str) -> dict[str, Any]:
    cursor.execute(
        # As text: SQLAlchemy has switched psycopg's own reading of JSON off.
        sql.SQL(
            "SELECT (to_jsonb(t) - '_full_text')::text FROM (SELECT * FROM {} ORDER BY _id LIMIT 1) t"
        ).format(sql.Identifier(resource_id))
    )
    row = cursor.fetchone()
    found: dict[str, Any] = json.loads(row[0]) if row else {}
    return found
