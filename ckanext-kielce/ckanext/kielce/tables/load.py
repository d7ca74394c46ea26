"""Putting a table into CKAN's DataStore by COPY, swapped in one transaction.

The new table is built beside the old one and takes its place at the very end, so a load that fails leaves the old
one serving. It goes through the DataStore's own database connection but not through ``datastore_create``, which
inserts row by row and edits the package each time.
"""

from __future__ import annotations

import io
import json
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import polars as pl
import psycopg2
import sqlalchemy as sa
from ckan import model
from ckan.plugins import plugin_loaded
from ckan.plugins import toolkit as tk
from ckanext.datastore.backend import DatastoreBackend
from ckanext.kielce.common import indexing
from ckanext.kielce.tables.diacritics import FOLDED
from ckanext.kielce.tables.dictionary import column_info, field_names
from ckanext.kielce.tables.problems import Problem, TableError, problem
from ckanext.kielce.tables.table import Table
from psycopg2 import sql

READER = 1
"""Raised when the reader changes what it makes of the same bytes, so that tables are loaded anew."""

_TYPES = {
    "integer": "int8",
    "number": "numeric",
    "text": "text",
    "date": "date",
    "datetime": "timestamp",
    "boolean": "bool",
}
_MARKED_WORD = r"\w*[^\x00-\x7f]\w*"
_SEARCH_LIMIT = 100_000
"""Characters of a row that are indexed: PostgreSQL refuses a tsvector over 1 MB."""
_LOCK_TIMEOUT = "60s"


@dataclass(slots=True)
class LoadReport:
    """What became of one resource.

    ``status``: "loaded", "unchanged" (the same bytes are in the DataStore already), "no_table" (nothing there to
    load), "failed" (the former table still serves) or "skipped" (not a tabular format).
    """

    resource_id: str
    status: str
    rows: int = 0
    columns: int = 0
    seconds: float = 0.0
    table: str | None = None
    other_tables: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for JSON."""
        return asdict(self)


def load(
    resource_id: str,
    table: Table,
    *,
    dictionary: Sequence[Mapping[str, Any]] = (),
    source: Mapping[str, Any] | None = None,
) -> LoadReport:
    """Replace the DataStore table of a resource by ``table``.

    ``dictionary`` is the resource's ``columns`` (name, title, unit, description): it fills the data dictionary where
    nobody has written anything yet. ``source`` is kept with the table and given back by `loaded_source`.
    Raises `TableError` ("load_failed", "too_many_columns"); then nothing has changed.
    """
    started = time.perf_counter()
    if not plugin_loaded("datastore"):
        raise TableError(problem("load_failed", detail="plugin datastore"))
    names = field_names(table)
    connection = DatastoreBackend.get_active_backend()._get_write_engine().raw_connection()  # type: ignore[attr-defined]
    try:
        with connection.cursor() as cursor:
            _replace(cursor, resource_id, table, names, dictionary, source or {})
        connection.commit()
    except psycopg2.Error as err:
        connection.rollback()
        detail = str(err).strip().splitlines()[0][:200] if str(err).strip() else type(err).__name__
        raise TableError(problem("load_failed", detail=detail)) from err
    finally:
        connection.close()
    set_active(resource_id)
    return LoadReport(
        resource_id,
        "loaded",
        table.frame.height,
        table.frame.width,
        round(time.perf_counter() - started, 3),
        table.name,
        problems=list(table.warnings),
    )


def _replace(
    cursor: Any,
    resource_id: str,
    table: Table,
    names: Sequence[str],
    dictionary: Sequence[Mapping[str, Any]],
    source: Mapping[str, Any],
) -> None:
    mark = uuid.uuid4().hex
    new, staging = sql.Identifier(f"_new_{mark}"), sql.Identifier(f"_in_{mark}")
    old = sql.Identifier(resource_id)
    fields = [sql.Identifier(name) for name in names]
    types = [sql.SQL(_TYPES[column.type]) for column in table.columns]
    typed = sql.SQL(", ").join(sql.SQL("{} {}").format(f, t) for f, t in zip(fields, types, strict=True))
    cursor.execute(sql.SQL("SET LOCAL lock_timeout = {}").format(sql.Literal(_LOCK_TIMEOUT)))
    # Two loads of one resource wait for each other; loads of different ones don't.
    cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"kielce_tables:{resource_id}",))
    before = column_comments(cursor, resource_id)
    aliases = _aliases(cursor, resource_id)
    cursor.execute(
        sql.SQL("CREATE TEMP TABLE {} ({}, _search text) ON COMMIT DROP").format(staging, typed)
        if names
        else sql.SQL("CREATE TEMP TABLE {} (_search text) ON COMMIT DROP").format(staging)
    )
    _copy(cursor, staging, fields, table)
    cursor.execute(
        sql.SQL("CREATE TABLE {} (_id serial PRIMARY KEY, _full_text tsvector{}{})").format(
            new, sql.SQL(", " if names else ""), typed
        )
    )
    cursor.execute(
        sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}").format(
            new,
            sql.SQL(", ").join([sql.Identifier("_full_text"), *fields]),
            sql.SQL(", ").join([_vector(), *fields]),
            staging,
        )
    )
    index = sql.Identifier(f"_ft_{mark}")
    cursor.execute(sql.SQL("CREATE INDEX {} ON {} USING gin (_full_text)").format(index, new))
    cursor.execute(
        sql.SQL(
            "CREATE TRIGGER zfulltext BEFORE INSERT OR UPDATE ON {} "
            "FOR EACH ROW EXECUTE PROCEDURE populate_full_text_trigger()"
        ).format(new)
    )
    for name, comment in column_info(table, names, before, dictionary).items():
        # CKAN marks the present form of these comments by a leading space.
        text = " " + json.dumps(comment, ensure_ascii=False, separators=(",", ":"))
        cursor.execute(
            sql.SQL("COMMENT ON COLUMN {}.{} IS {}").format(new, sql.Identifier(name), sql.Literal(text))
        )
    stamp = json.dumps({"reader": READER, **source}, ensure_ascii=False, default=str)
    cursor.execute(sql.SQL("COMMENT ON TABLE {} IS {}").format(new, sql.Literal(stamp)))
    if reader := _read_user():
        cursor.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(new, sql.Identifier(reader)))
    cursor.execute(sql.SQL("ANALYZE {}").format(new))
    # From here on readers of the old table wait, so only quick statements follow.
    cursor.execute(sql.SQL("DROP TABLE IF EXISTS {} CASCADE").format(old))
    cursor.execute(sql.SQL("ALTER TABLE {} RENAME TO {}").format(new, old))
    for alias in aliases:
        cursor.execute(sql.SQL("CREATE VIEW {} AS SELECT * FROM {}").format(sql.Identifier(alias), old))
    cursor.execute("SELECT update_cached_table_row_count(%s)", (resource_id,))


def _vector() -> sql.Composable:
    """Words as written and folded in 'simple', plus the language that ``datastore_search`` asks in by default."""
    simple = sql.SQL("to_tsvector('simple', _search)")
    language = tk.config.get("ckan.datastore.default_fts_lang") or "simple"
    if language == "simple":
        return simple
    return sql.SQL("{} || to_tsvector({}, _search)").format(simple, sql.Literal(language))


def search_text(frame: pl.DataFrame) -> pl.Series:
    """For each row the text to be indexed: its values, and once more without diacritics the words that have any.

    Fractional numbers are left out: nobody looks for them by words (filters find them), and they would be most of the
    index.
    """
    searched = [name for name, dtype in frame.schema.items() if not dtype.is_float()]
    if not searched:
        return pl.Series([None] * frame.height, dtype=pl.String)
    written = pl.concat_str(pl.col(searched).cast(pl.String), separator=" ", ignore_nulls=True)
    text = frame.select(written.str.slice(0, _SEARCH_LIMIT)).to_series()
    marked = text.str.extract_all(_MARKED_WORD).list.join(" ")
    # Lower case is made here, for a database whose locale is C only lowers ASCII.
    lowered = marked.str.to_lowercase()
    folded = lowered.str.replace_many({chr(a): chr(b) for a, b in FOLDED.items()})
    return text + " " + lowered + " " + folded


def _copy(cursor: Any, staging: sql.Composable, fields: Sequence[sql.Composable], table: Table) -> None:
    frame = table.frame
    floats = [name for name, dtype in frame.schema.items() if dtype.is_float()]
    frame = frame.with_columns(
        pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name) for name in floats
    )
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    frame = frame.with_columns(pl.col(texts).str.replace_all("\x00", "", literal=True)) if texts else frame
    frame = frame.with_columns(search_text(frame).alias("\x1esearch"))
    statement = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT csv, NULL '')").format(
        staging, sql.SQL(", ").join([*fields, sql.Identifier("_search")])
    )
    command = statement.as_string(cursor)
    for chunk in frame.iter_slices(50_000):
        buffer = io.BytesIO()
        # Quoted text is a value even when empty, an unquoted nothing is NULL: that is what COPY expects.
        chunk.write_csv(buffer, include_header=False, quote_style="non_numeric", null_value="")
        buffer.seek(0)
        cursor.copy_expert(command, buffer)


def column_comments(cursor: Any, resource_id: str) -> dict[str, dict[str, Any]]:
    """The data dictionary of the present table as CKAN keeps it: field name -> comment."""
    cursor.execute(
        "SELECT a.attname, d.description FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "JOIN pg_description d ON d.objoid = c.oid AND d.objsubid = a.attnum "
        "JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relname = %s AND n.nspname = 'public' AND a.attnum > 0",
        (resource_id,),
    )
    comments: dict[str, dict[str, Any]] = {}
    for name, text in cursor.fetchall():
        try:
            value = json.loads(text)
        except ValueError:
            continue
        if isinstance(value, dict):
            # Tables of older CKANs hold the dictionary itself, without "_info".
            comments[name] = value if text.startswith(" ") else {"_info": value}
    return comments


def _aliases(cursor: Any, resource_id: str) -> list[str]:
    cursor.execute('SELECT name FROM "_table_metadata" WHERE alias_of = %s', (resource_id,))
    return [name for (name,) in cursor.fetchall()]


def _read_user() -> str | None:
    url = tk.config.get("ckan.datastore.read_url")
    return sa.engine.make_url(url).username if url else None


def loaded_source(resource_id: str) -> dict[str, Any]:
    """What `load` was given as ``source`` for the table now serving (and "reader"); {} when there is none."""
    engine = DatastoreBackend.get_active_backend()._get_read_engine()  # type: ignore[attr-defined]
    query = sa.text(
        "SELECT obj_description(c.oid, 'pg_class') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relname = :name AND n.nspname = 'public'"
    )
    with engine.connect() as connection:
        text = connection.execute(query, {"name": resource_id}).scalar()
    try:
        value = json.loads(text) if text else {}
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def set_active(resource_id: str) -> None:
    """Mark the resource as having a table, without an edit of the package (no activity, no new modified date)."""
    resource = model.Session.get(model.Resource, resource_id)
    if resource is None or resource.extras.get("datastore_active") is True:
        return
    extras = {**resource.extras, "datastore_active": True}
    model.Session.query(model.Resource).filter_by(id=resource_id).update(
        {"extras": extras}, synchronize_session=False
    )
    model.Session.commit()
    model.Session.expire_all()
    package = model.Session.get(model.Package, resource.package_id)
    if package is not None and package.state == model.State.ACTIVE:
        indexing.reindex(package.id)
