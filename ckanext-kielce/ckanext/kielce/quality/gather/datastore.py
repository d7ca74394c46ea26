"""A look at a table that is in the DataStore alone: written through the API, with no file behind it.

PostgreSQL counts every row that is written to a table; the count and the table's own number stand for an ETag, so a table
that nobody wrote to costs one small query. Otherwise its rows are copied out as CSV and read like any file.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from ckan.plugins import plugin_loaded
from ckanext.kielce.common.http import FetchError

from .. import model
from ..settings import Settings
from .fetched import Fetched

#: Rows copied out at most; more are left out, and the file's size says so.
ROWS = 3_000_000
#: CKAN's own columns.
OWN = ("_id", "_full_text")
CHUNK = 1 << 16

STATE = sa.text(
    "SELECT c.relfilenode, s.n_tup_ins, s.n_tup_upd, s.n_tup_del, pg_relation_size(c.oid) "
    "FROM pg_class c JOIN pg_stat_user_tables s ON s.relid = c.oid "
    "WHERE c.relname = :table AND c.relkind = 'r' AND s.schemaname = 'public'"
)
COLUMNS = sa.text(
    "SELECT column_name FROM information_schema.columns "
    "WHERE table_schema = 'public' AND table_name = :table ORDER BY ordinal_position"
)


@contextlib.contextmanager
def table(
    resource: dict[str, Any], last: model.Observation | None, options: Settings, *, full: bool
) -> Iterator[Fetched]:
    """Look at a DataStore table; the local copy lives as long as the context."""
    engine = _engine()
    if engine is None:
        yield Fetched(method="datastore", error=_gone(resource))
        return
    with engine.connect() as connection:
        state = connection.execute(STATE, {"table": resource["id"]}).first()
        if state is None:
            yield Fetched(method="datastore", error=_gone(resource))
            return
        etag = "datastore:" + hashlib.sha256(json.dumps(list(state), default=str).encode()).hexdigest()[:24]
        if not full and last is not None and last.method == "datastore" and last.etag == etag:
            yield Fetched(method="datastore", status=200, etag=etag, unchanged=True)
            return
        if state[-1] > options.max_bytes:
            yield Fetched(method="datastore", status=200, etag=etag, length=state[-1], too_large=True)
            return
        names = [row[0] for row in connection.execute(COLUMNS, {"table": resource["id"]})]
        with tempfile.NamedTemporaryFile(suffix=".csv") as copy:
            _copy_out(connection, resource["id"], [name for name in names if name not in OWN], copy)
            copy.flush()
            digest, length = _digest(Path(copy.name))
            yield Fetched(
                method="datastore",
                path=Path(copy.name),
                status=200,
                etag=etag,
                length=length,
                sha256=digest,
            )


def _engine() -> Any:
    if not plugin_loaded("datastore"):
        return None
    from ckanext.datastore.backend.postgres import get_read_engine

    return get_read_engine()


def _copy_out(connection: Any, name: str, columns: list[str], target: Any) -> None:
    """Write the rows as CSV in the order in which they were added."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    if not columns:
        return
    chosen = ", ".join(quote(column) for column in columns)
    query = f"SELECT {chosen} FROM {quote(name)} ORDER BY _id LIMIT {ROWS}"  # noqa: S608  identifiers are quoted
    with connection.connection.cursor() as cursor:
        cursor.copy_expert(f"COPY ({query}) TO STDOUT WITH (FORMAT csv, HEADER, ENCODING 'UTF8')", target)


def _digest(path: Path) -> tuple[str, int]:
    digest, length = hashlib.sha256(), 0
    with path.open("rb") as source:
        while chunk := source.read(CHUNK):
            digest.update(chunk)
            length += len(chunk)
    return digest.hexdigest(), length


def _gone(resource: dict[str, Any]) -> FetchError:
    return FetchError(
        "connection",
        "There is no table of this resource in the DataStore; write it again.",
        resource.get("url") or "",
        message_pl="W DataStore nie ma tabeli tego zasobu; zapisz ją ponownie.",
    )
