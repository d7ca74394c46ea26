"""Reading a DataStore table: its columns, a page of a view of it, its rows copied out.

Through the DataStore's reading connection, with a time limit for each question, and without leave of its own: callers ask
CKAN first whether the reader may see the resource.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Any

import psycopg2
from ckan.plugins import plugin_loaded
from ckan.plugins import toolkit as tk
from ckanext.kielce.tables import query
from ckanext.kielce.tables.view import KINDS, Field, View
from psycopg2 import sql

#: Rows that are counted one by one; of more the reader learns that there are more.
COUNTED = 1_000_000
#: Order of words with Polish letters, where PostgreSQL was built with ICU.
POLISH_ORDER = "pl-x-icu"
_FIELDS = """
SELECT a.attname, format_type(a.atttypid, NULL), d.description
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_description d ON d.objoid = c.oid AND d.objsubid = a.attnum
WHERE c.relname = %s AND n.nspname = 'public' AND c.relkind IN ('r', 'v', 'm') ORDER BY a.attnum
"""
# A table that is loaded anew is a new file; one that is written to through the API counts its rows.
_STATE = """
SELECT c.relfilenode, s.n_tup_ins, s.n_tup_upd, s.n_tup_del,
       (SELECT string_agg(objsubid || d.description, '|' ORDER BY objsubid) FROM pg_description d WHERE d.objoid = c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_stat_user_tables s ON s.relid = c.oid
WHERE c.relname = %s AND n.nspname = 'public'
"""


class ViewError(Exception):
    """The view cannot be shown: ``code`` is "missing" (no such table) or "slow" (the time limit was met)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(slots=True)
class Page:
    """Rows of a view: values as PostgreSQL gives them, in the order of ``fields``; ``ids`` are the rows' own numbers.

    ``total`` is the number of rows in the view, or `COUNTED` with ``more_than_total`` when there are more.
    """

    fields: list[Field]
    ids: list[int]
    rows: list[Sequence[Any]]
    total: int
    more_than_total: bool
    has_before: bool
    has_after: bool


@contextmanager
def reading(seconds: float | None = None) -> Iterator[Any]:
    """A cursor for reading, each statement limited to ``seconds`` (default: the option). Raises `ViewError`."""
    if not (plugin_loaded("datastore") and plugin_loaded("kielce_tables")):
        raise ViewError("missing")
    from ckanext.datastore.backend.postgres import get_read_engine

    limit = int(1000 * (seconds or tk.config["ckanext.kielce.tables.view_seconds"]))
    connection = get_read_engine().raw_connection()
    try:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", (limit,))
            yield cursor
    except psycopg2.errors.QueryCanceled as err:
        raise ViewError("slow") from err
    except psycopg2.errors.UndefinedTable as err:
        raise ViewError("missing") from err
    finally:
        # Reading leaves nothing behind; the rollback also ends the time limit.
        connection.rollback()
        connection.close()


def fields(cursor: Any, resource_id: str) -> list[Field]:
    """The columns of a table with its data dictionary. Raises `ViewError` ("missing")."""
    cursor.execute(_FIELDS, (resource_id,))
    found = [
        _field(name, type_, comment) for name, type_, comment in cursor.fetchall() if name not in query.OWN
    ]
    if not found:
        raise ViewError("missing")
    return found


def _field(name: str, type_: str, comment: str | None) -> Field:
    try:
        info = json.loads(comment) if comment else {}
    except ValueError:
        info = {}
    info = info.get("_info", info) if isinstance(info, Mapping) else {}
    said = {key: str(info.get(key) or "") for key in ("label", "unit", "notes")}
    return Field(name, KINDS.get(type_, "other"), type_, **said)


def version(cursor: Any, resource_id: str) -> str:
    """A short name of the table's present content and dictionary; it changes with every load and every written row."""
    cursor.execute(_STATE, (resource_id,))
    state = cursor.fetchone()
    if state is None:
        raise ViewError("missing")
    return hashlib.sha256(json.dumps(state, default=str).encode()).hexdigest()[:24]


#: The rows of a view as the condition of WHERE, for questions of another room's own.
where = query.where


def count(cursor: Any, resource_id: str, condition: sql.Composable | None = None) -> int:
    """The number of rows (that a condition is true for); of more than `COUNTED`, one more than that."""
    cursor.execute(
        sql.SQL("SELECT count(*) FROM (SELECT 1 FROM {} WHERE {} LIMIT {}) counted").format(
            sql.Identifier(resource_id), condition or sql.SQL("TRUE"), sql.Literal(COUNTED + 1)
        )
    )
    return int(cursor.fetchone()[0])


def collation(cursor: Any) -> str | None:
    """The name of the Polish order of words; None where the database has none."""
    cursor.execute("SELECT 1 FROM pg_collation WHERE collname = %s", (POLISH_ORDER,))
    return POLISH_ORDER if cursor.fetchone() else None


def page(
    resource_id: str, view: View, size: int, *, after: int | None = None, before: int | None = None
) -> Page:
    """A page of at most ``size`` rows of a view: the first, or the one after or before the row with this number.

    A row that is no more there counts as the beginning: tables are replaced. Raises `ViewError`.
    """
    with reading() as cursor:
        entries = fields(cursor, resource_id)
        return read_page(cursor, resource_id, entries, view, size, after=after, before=before)


def read_page(
    cursor: Any,
    resource_id: str,
    entries: list[Field],
    view: View,
    size: int,
    *,
    after: int | None = None,
    before: int | None = None,
    end: bool = False,
) -> Page:
    """`page` with a cursor and fields at hand; ``end``: the last page."""
    by_id = {entry.id: entry for entry in entries}
    order = collation(cursor)
    table, rows = sql.Identifier(resource_id), query.where(view, by_id)
    backwards = before is not None or end
    edge = None if end else _edge(cursor, table, view, by_id, before if before is not None else after)
    beyond = (
        query.Keyset(view, by_id, order).condition(*edge, backwards=backwards) if edge else sql.SQL("TRUE")
    )
    backwards = end or (backwards and edge is not None)
    cursor.execute(
        sql.SQL("SELECT _id, {} FROM {} WHERE {} AND {} ORDER BY {} LIMIT {}").format(
            query.names(entries),
            table,
            rows,
            beyond,
            query.order(view, by_id, order, backwards=backwards),
            sql.Literal(size + 1),
        )
    )
    found = cursor.fetchall()
    more = len(found) > size
    found = found[:size][::-1] if backwards else found[:size]
    total = count(cursor, resource_id, rows)
    return Page(
        fields=entries,
        ids=[row[0] for row in found],
        rows=[row[1:] for row in found],
        total=min(total, COUNTED),
        more_than_total=total > COUNTED,
        has_before=more if backwards else edge is not None,
        has_after=edge is not None if backwards else more,
    )


def _edge(
    cursor: Any, table: sql.Composable, view: View, by_id: Mapping[str, Field], row: int | None
) -> tuple[int, Any] | None:
    """The row to go on from and its value in the column sorted by."""
    if row is None or not 0 <= row < 2**31:
        return None
    entry = by_id.get(view.sort)
    value = query.column(entry) if entry else sql.SQL("NULL")
    cursor.execute(sql.SQL("SELECT {} FROM {} WHERE _id = {}").format(value, table, sql.Literal(row)))
    found = cursor.fetchone()
    return (row, found[0]) if found else None


def copy_out(
    cursor: Any,
    resource_id: str,
    entries: Sequence[Field],
    view: View,
    values: sql.Composable,
    form: str,
    target: IO[bytes],
) -> None:
    """Write the rows of a view to ``target`` by COPY: one pass, nothing kept in memory.

    ``values`` is the list of SELECT, ``form`` the options of COPY, for instance "FORMAT csv, HEADER".
    """
    by_id = {entry.id: entry for entry in entries}
    statement = sql.SQL(
        "COPY (SELECT {} FROM {} WHERE {} ORDER BY {}) TO STDOUT WITH ({}, ENCODING 'UTF8')"
    ).format(
        values,
        sql.Identifier(resource_id),
        query.where(view, by_id),
        query.order(view, by_id, collation(cursor)),
        sql.SQL(form),  # type: ignore[arg-type]  # a constant of ours
    )
    cursor.copy_expert(statement.as_string(cursor), target)
