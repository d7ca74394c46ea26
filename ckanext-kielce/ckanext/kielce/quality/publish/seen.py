"""Versions of files as researchers cite them: every content that was seen, and the tables of those that are kept."""

from __future__ import annotations

from typing import Any

from ckan import model as ckan_model
from sqlalchemy import select

from .. import versions
from ..model import Observation
from . import history


def seen_versions(package: dict[str, Any]) -> list[dict[str, Any]]:
    """Every content that the public files of a dataset were seen with, the newest first.

    ``resource_id``, ``name``, ``sha256`` (of the file's bytes), ``first_seen`` and ``last_seen``, ``rows``, ``newest_period``,
    ``kept`` (its table can be fetched again).
    """
    names = history.shown_resources(package)
    table = Observation
    rows = ckan_model.Session.scalars(
        select(table)
        .where(
            table.package_id == package["id"],
            table.resource_id.in_(list(names)),
            table.bytes_sha256.is_not(None),
        )
        .order_by(table.observed_at.desc())
        .limit(history.MOST)
    )
    kept = {(key, one.sha256) for key in names for one in versions.kept_of(key)}
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows:
        key = (row.resource_id, str(row.bytes_sha256))
        if key in found:
            # The same bytes were there before: the version began then.
            found[key]["first_seen"] = row.observed_at
            continue
        found[key] = {
            "resource_id": row.resource_id,
            "name": names[row.resource_id],
            "sha256": row.bytes_sha256,
            "first_seen": row.observed_at,
            "last_seen": row.last_seen_at,
            "rows": row.row_count,
            "newest_period": row.newest_period,
            "kept": key in kept,
        }
    return list(found.values())


def version_text(resource_id: str, sha256: str) -> bytes | None:
    """The table of a version that is kept: a CSV file as it was, any other kind as CSV (UTF-8, semicolons); else None."""
    return versions.text_of(resource_id, sha256)
