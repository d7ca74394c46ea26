"""A bounded store of past versions: what the next comparison needs, and no more.

Observations hold no cell values, yet the checks compare cells ("changed by a factor of 1000", "half of the rows are
missing"). So the table of a version is kept as packed text: of each resource the first, the newest few and some spread
over the time between; in all no more than ``version_store_bytes``. A version in which personal data are suspected is
never kept, and all versions of a file that was removed for it are dropped.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from ckan import model as ckan_model
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from .model import Version
from .settings import Settings
from .thinning import Kept, surplus

#: Text kept of one resource at most, as a multiple of the largest version.
RESOURCE_SIZE = 3


@dataclass(frozen=True)
class Fresh:
    """Content that was just read: it is judged whether or not it is kept."""

    sha256: str
    value_hash: str | None
    text: bytes


def keep(
    package_id: str,
    resource_id: str,
    sha256: str,
    text: bytes,
    options: Settings,
    *,
    value_hash: str | None,
    seen_at: dt.datetime,
) -> bool:
    """Keep a version's text and drop what this makes too much; the caller commits.

    :returns: False for a text above ``version_bytes``, which is not kept
    """
    if not text or len(text) > options.version_bytes:
        return False
    packed = zlib.compress(text, 6)
    row = {
        "package_id": package_id,
        "value_hash": value_hash,
        "seen_at": seen_at,
        "size": len(text),
        "packed_size": len(packed),
        "packed": packed,
    }
    statement = insert(Version).values(resource_id=resource_id, bytes_sha256=sha256, **row)
    ckan_model.Session.execute(
        statement.on_conflict_do_update(
            index_elements=["resource_id", "bytes_sha256"], set_={"seen_at": seen_at}
        )
    )
    gone = surplus(kept_of(resource_id), options.versions_kept, RESOURCE_SIZE * options.version_bytes)
    forget(resource_id, gone)
    return True


def kept_of(resource_id: str) -> list[Kept]:
    """The kept versions of a resource, oldest first, without their text."""
    rows = ckan_model.Session.execute(
        select(Version.bytes_sha256, Version.value_hash, Version.seen_at, Version.size)
        .where(Version.resource_id == resource_id)
        .order_by(Version.seen_at)
    )
    return [Kept(*row) for row in rows]


def newest_of(resource_ids: Sequence[str]) -> dict[str, dt.datetime]:
    """When the newest kept version of each of these resources was first seen."""
    rows = ckan_model.Session.execute(
        select(Version.resource_id, sa.func.max(Version.seen_at))
        .where(Version.resource_id.in_(resource_ids))
        .group_by(Version.resource_id)
    )
    return {row[0]: row[1] for row in rows}


def texts_of(resource_ids: Iterable[str]) -> Mapping[str, Mapping[str, tuple[str | None, bytes]]]:
    """Resource id -> SHA-256 -> (hash of values, text) of what is kept."""
    found: dict[str, dict[str, tuple[str | None, bytes]]] = {key: {} for key in resource_ids}
    rows = ckan_model.Session.execute(
        select(Version.resource_id, Version.bytes_sha256, Version.value_hash, Version.packed)
        .where(Version.resource_id.in_(list(found)))
        .order_by(Version.seen_at)
    )
    for resource_id, sha256, value_hash, packed in rows:
        found[resource_id][sha256] = (value_hash, zlib.decompress(packed))
    return found


def text_of(resource_id: str, sha256: str) -> bytes | None:
    """The kept text of one version; None where it is not kept."""
    packed = ckan_model.Session.scalar(
        select(Version.packed).where(Version.resource_id == resource_id, Version.bytes_sha256 == sha256)
    )
    return zlib.decompress(packed) if packed is not None else None


def forget(resource_id: str, hashes: Sequence[str] | None = None) -> int:
    """Drop versions of a resource: those named, or all. The caller commits.

    :returns: how many were dropped
    """
    condition = [Version.resource_id == resource_id]
    if hashes is not None:
        condition.append(Version.bytes_sha256.in_(list(hashes)))
    return ckan_model.Session.execute(delete(Version).where(*condition)).rowcount


def prune(options: Settings) -> int:
    """Bring the whole store under ``version_store_bytes``: the oldest go first, of each resource the newest stays last.

    Commits after each hundred, so that a long clearing holds nothing up.

    :returns: how many versions were dropped
    """
    total = ckan_model.Session.scalar(select(sa.func.coalesce(sa.func.sum(Version.packed_size), 0)))
    over = int(total or 0) - options.version_store_bytes
    if over <= 0:
        return 0
    rank = sa.func.row_number().over(partition_by=Version.resource_id, order_by=Version.seen_at.desc())
    rows = ckan_model.Session.execute(
        select(Version.resource_id, Version.bytes_sha256, Version.packed_size, rank.label("rank"))
    ).all()
    dropped = 0
    for resource_id, sha256, size, _rank in sorted(rows, key=lambda row: -row.rank):
        if over <= 0:
            break
        dropped += forget(resource_id, [sha256])
        over -= size
        if dropped % 100 == 0:
            ckan_model.Session.commit()
    ckan_model.Session.commit()
    return dropped
