"""The cache of kept answers in PostgreSQL, in transactions of its own: it never commits or rolls back the run's work.

The engine's housekeeping drops what nobody asked for lately.
"""

from __future__ import annotations

import sqlalchemy as sa
from ckan import model
from ckanext.kielce.common.columns import utc_now
from ckanext.kielce.harvest.cache import Cached
from ckanext.kielce.harvest.model import HarvestCache, HarvestRun
from sqlalchemy.dialects.postgresql import insert

# What one source may keep: addresses that carry the time of day would else fill the database.
MAX_ENTRIES = 10_000
MAX_BYTES = 256 * 1024 * 1024


class DatabaseCache:
    """Answers of one source. With ``writes`` false nothing is kept: a dry run must not make the next run believe that
    what it saw was taken over. Nor may a reading that was stopped, or taken over by another process: it keeps answers
    only while ``of_run`` carries its lease."""

    def __init__(self, source_id: str, *, writes: bool = True, of_run: HarvestRun | None = None) -> None:
        self.source_id, self.writes = source_id, writes
        self._lease = (of_run.id, of_run.lease_owner) if of_run is not None else None
        self._trimmed = False

    def get(self, url: str) -> Cached | None:
        table = HarvestCache.__table__
        here = (table.c.source_id == self.source_id) & (table.c.url == url)
        columns = (table.c.etag, table.c.last_modified, table.c.body)
        with model.ensure_engine().begin() as connection:
            if self.writes:
                asked = sa.update(table).where(here).values(used_at=utc_now()).returning(*columns)
                row = connection.execute(asked).first()
            else:
                row = connection.execute(sa.select(*columns).where(here)).first()
        return Cached(row[0], row[1], bytes(row[2])) if row else None

    def put(self, url: str, etag: str | None, last_modified: str | None, body: bytes) -> None:
        if not self.writes:
            return
        values = {
            "etag": etag,
            "last_modified": last_modified,
            "body": body,
            "size": len(body),
            "used_at": utc_now(),
        }
        statement = insert(HarvestCache).values(source_id=self.source_id, url=url, **values)
        with model.ensure_engine().begin() as connection:
            if not self._ours(connection):
                return
            connection.execute(
                statement.on_conflict_do_update(index_elements=["source_id", "url"], set_=values)
            )
            if not self._trimmed:  # once a run
                self._trim(connection)

    def _ours(self, connection: sa.Connection) -> bool:
        if self._lease is None:
            return True
        run_id, owner = self._lease
        return connection.scalar(sa.select(HarvestRun.lease_owner).where(HarvestRun.id == run_id)) == owner

    def forget(self, url: str) -> None:
        if not self.writes:
            return
        gone = sa.delete(HarvestCache).where(
            HarvestCache.source_id == self.source_id, HarvestCache.url == url
        )
        with model.ensure_engine().begin() as connection:
            connection.execute(gone)

    def _trim(self, connection: sa.Connection) -> None:
        """Forget what was used longest ago, beyond the source's share."""
        table = HarvestCache.__table__
        latest = (table.c.used_at.desc(), table.c.url)
        ranked = (
            sa.select(
                table.c.url,
                sa.func.row_number().over(order_by=latest).label("place"),
                sa.func.sum(table.c.size).over(order_by=latest).label("bytes"),
            )
            .where(table.c.source_id == self.source_id)
            .subquery()
        )
        beyond = sa.select(ranked.c.url).where(
            sa.or_(ranked.c.place > MAX_ENTRIES, ranked.c.bytes > MAX_BYTES)
        )
        connection.execute(
            sa.delete(table).where(table.c.source_id == self.source_id, table.c.url.in_(beyond))
        )
        self._trimmed = True
