"""From an order to its file: kept already, made at once, or left to the worker."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import ckan.plugins.toolkit as tk
from ckanext.kielce.export import bundle, child, jobs, sources, table_sql
from ckanext.kielce.export.child import FailedError, SlowError
from ckanext.kielce.export.orders import Order
from ckanext.kielce.export.store import Kept, Store
from ckanext.kielce.tables.shared import Field, rows

log = logging.getLogger(__name__)


def option(name: str) -> Any:
    """An option of this room by the last part of its key."""
    return tk.config[f"ckanext.kielce.export.{name}"]


def store() -> Store:
    """The store of made files."""
    folder = option("folder") or str(Path(tk.config["ckan.storage_path"]) / "kielce-export")
    return Store(Path(folder), option("store_bytes"), option("slots"))


def obtain(order: Order, *, large: bool = False) -> Kept | None:
    """The file of an order; None while the worker makes it. Raises `FailedError`, and `BusyError` when too much is being made.

    ``large`` leaves it to the worker at once; else the reader waits ``wait_seconds`` for it.
    """
    files = store()
    if kept := files.get(order.key):
        return kept
    if failure := files.failure(order.key):
        raise FailedError(failure["code"], failure["detail"])
    if not large:
        try:
            return make(order, option("wait_seconds"))
        except SlowError:
            log.info("Export %s of %s takes long: left to the worker", order.form, order.id)
    jobs.enqueue(order)
    return None


def make(order: Order, seconds: float) -> Kept:
    """Make the file of an order within ``seconds``. Raises `FailedError`, `SlowError`, `BusyError`."""
    files = store()
    with files.making(order.key, seconds) as kept:
        if kept is not None:
            return kept
        with files.slot(), files.draft() as work:
            made = work / "made"
            try:
                _make(order, made, work, files, seconds)
            except FailedError as err:
                files.fail(order.key, {"code": err.code, "detail": err.detail})
                log.warning("Export %s of %s failed: %s %s", order.form, order.id, err.code, err.detail)
                raise
            return files.put(order.key, made)


def make_part(order: Order, seconds: float) -> Kept:
    """The file of a part of a package, made within the package's own place. Raises `FailedError`, `SlowError`."""
    files = store()
    with files.draft() as work:
        made = work / "made"
        _make(order, made, work, files, seconds)
        return files.put(order.key, made)


def _make(order: Order, made: Path, work: Path, files: Store, seconds: float) -> None:
    if order.form == "package":
        bundle.write(order, made, files, seconds)
    elif order.form in ("csv", "excel", "json", "xlsx", "parquet"):
        _table(order, made, work, seconds)
    else:
        _layer(order, made, work, files, seconds)


def _table(order: Order, made: Path, work: Path, seconds: float) -> None:
    source = work / "rows.csv" if order.child else made
    try:
        with rows.reading(seconds) as cursor:
            fields = rows.fields(cursor, order.id)
            with source.open("wb") as target:
                written_table(cursor, order, fields, target)
    except rows.ViewError as err:
        if err.code == "slow":
            raise SlowError from err
        raise FailedError(err.code) from err
    if order.child:
        columns = [
            {"name": field.id, "title": table_sql.title(field), "kind": field.kind, "type": field.type}
            for field in fields
        ]
        _run(order, {"source": source, "columns": columns, **order.about}, made, work, seconds)


def written_table(cursor: Any, order: Order, fields: list[Field], target: BinaryIO) -> None:
    """Write a table as CSV, as CSV for Excel or as JSON; for a child's forms as bare CSV."""
    if order.form == "excel":
        values, form = table_sql.excel(fields, order.lang), table_sql.EXCEL_FORM
        target.write(table_sql.BOM + table_sql.header(fields, ";", spoken=True))
    elif order.form == "json":
        values, form = table_sql.objects(fields), table_sql.JSON_FORM
        target = JsonList(target)  # type: ignore[assignment]
    else:
        values, form = table_sql.plain(fields), table_sql.CSV_FORM
        if order.form == "csv":
            target.write(table_sql.header(fields))
    rows.copy_out(cursor, order.id, fields, order.view, values, form, target)
    if order.form == "json":
        target.end()  # type: ignore[attr-defined]


class JsonList:
    """Lines of JSON on their way into a file become one list."""

    def __init__(self, target: BinaryIO) -> None:
        self.target, self.held, self.begun = target, b"", False

    def write(self, data: bytes) -> int:
        """Pass on whole lines, each but the first after a comma."""
        *lines, self.held = (self.held + data).split(b"\n")
        for line in lines:
            self.target.write((b",\n" if self.begun else b"[\n") + line)
            self.begun = True
        return len(data)

    def end(self) -> None:
        """Close the list."""
        self.target.write(b"\n]\n" if self.begun else b"[]\n")


def _layer(order: Order, made: Path, work: Path, files: Store, seconds: float) -> None:
    about = dict(order.about)
    kept = files.get(about.pop("source_key"))
    if kept is None:
        raise FailedError("source")
    shutil.copyfile(kept.path, work / "source")
    _run(
        order,
        {"source": work / "source", "most_features": option("most_features"), **about},
        made,
        work,
        seconds,
    )


def _run(order: Order, more: Mapping[str, Any], made: Path, work: Path, seconds: float) -> None:
    task = {
        "form": order.form,
        "system": order.system,
        "target": made,
        "work": work,
        "memory_mb": option("memory_mb"),
    }
    child.run({**task, **more}, work, seconds)


def layer_source(pkg: Mapping[str, Any], resource: Mapping[str, Any]) -> Kept:
    """The bytes of a layer's file, see `sources.current`."""
    return sources.current(store(), pkg, resource)
