"""Which rows and cells differ between two kept versions of a table. Pure, but for reading through a temporary file.

Rows are matched by the smallest leading set of columns that names each row once in both versions (a month, a month and a
district …). Where there is none, rows are compared as they are: those that came and those that went.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from ckanext.kielce.tables import shared as tables

#: Rows shown of each kind; all are counted.
SHOWN = 50
#: Most columns that may name a row together.
KEY_COLUMNS = 4


@dataclass(frozen=True)
class Changed:
    """A row whose key stayed and some of whose cells changed: column -> (before, after)."""

    key: dict[str, str]
    cells: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class CellDifference:
    """What differs, row by row.

    :ivar key: columns by which rows were matched; empty where rows were compared as they are
    :ivar columns: columns that both versions have, in the newer one's order
    """

    key: tuple[str, ...]
    columns: tuple[str, ...]
    added: int
    removed: int
    changed: int
    rows_added: tuple[tuple[str, ...], ...]
    rows_removed: tuple[tuple[str, ...], ...]
    rows_changed: tuple[Changed, ...]


def compare_texts(before: bytes, after: bytes) -> CellDifference | None:
    """Compare two versions; None where one of them can't be read as one table."""
    old, new = _frame(before), _frame(after)
    if old is None or new is None:
        return None
    columns = [name for name in new.columns if name in old.columns]
    if not columns:
        return None
    old, new = old.select(columns), new.select(columns)
    key = _key(old, new)
    return _by_key(old, new, key) if key else _as_they_are(old, new)


def _frame(text: bytes) -> pl.DataFrame | None:
    """The table of a kept text, all cells as text, numbers without idle decimals."""
    with tempfile.NamedTemporaryFile(suffix=".csv") as spool:
        spool.write(text)
        spool.flush()
        path = Path(spool.name)
        try:
            found = tables.read(path, tables.sniff(path, declared_format="CSV"))
        except tables.TableError:
            return None
    if not found:
        return None
    frame = max((table.frame for table in found), key=lambda item: item.height)
    return frame.select(_as_text(frame[name]) for name in frame.columns)


def _as_text(column: pl.Series) -> pl.Series:
    if column.dtype.is_float():
        whole = column.cast(pl.Int64, strict=False)
        same = (whole.cast(pl.Float64) == column).fill_null(False)
        column = pl.select(
            pl.when(same).then(whole.cast(pl.String)).otherwise(column.cast(pl.String)).alias(column.name)
        ).to_series()
    return column.cast(pl.String, strict=False).fill_null("").alias(column.name)


def _key(old: pl.DataFrame, new: pl.DataFrame) -> tuple[str, ...]:
    """Leading columns that name each row once in both, without taking all columns there are."""
    for width in range(1, min(KEY_COLUMNS, len(new.columns) - 1) + 1):
        names = new.columns[:width]
        if all(frame.select(names).n_unique() == frame.height for frame in (old, new) if frame.height):
            return tuple(names)
    return ()


def _by_key(old: pl.DataFrame, new: pl.DataFrame, key: tuple[str, ...]) -> CellDifference:
    names = list(key)
    added, removed = new.join(old, on=names, how="anti"), old.join(new, on=names, how="anti")
    both = new.join(old, on=names, how="inner", suffix="\x1fold", maintain_order="left")
    others = [name for name in new.columns if name not in key]
    differs = pl.any_horizontal(pl.col(name) != pl.col(f"{name}\x1fold") for name in others)
    changed = both.filter(differs)
    shown = [
        Changed(
            {name: row[name] for name in names},
            {
                name: (row[f"{name}\x1fold"], row[name])
                for name in others
                if row[name] != row[f"{name}\x1fold"]
            },
        )
        for row in changed.head(SHOWN).iter_rows(named=True)
    ]
    return CellDifference(
        key,
        tuple(new.columns),
        added.height,
        removed.height,
        changed.height,
        _rows(added.head(SHOWN).rows()),
        _rows(removed.head(SHOWN).rows()),
        tuple(shown),
    )


def _as_they_are(old: pl.DataFrame, new: pl.DataFrame) -> CellDifference:
    before, after = Counter(old.rows()), Counter(new.rows())
    added, removed = after - before, before - after
    return CellDifference(
        (),
        tuple(new.columns),
        added.total(),
        removed.total(),
        0,
        _rows(list(added)[:SHOWN]),
        _rows(list(removed)[:SHOWN]),
        (),
    )


def _rows(rows: list[tuple[Any, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(str(cell) for cell in row) for row in rows)
