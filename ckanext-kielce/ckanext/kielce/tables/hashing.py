"""Fingerprints of a table's values and of its shape.

Rules: quality model, "Evidence". All hashes are SHA-256 based and stable across versions of the libraries, for they
are stored for years and compared.
"""

from __future__ import annotations

import hashlib

import polars as pl
from ckanext.kielce.common.periods import fold
from ckanext.kielce.tables.table import Table

_CELL = "\x1f"
_KIND = {"integer": "number", "number": "number"}


def _canonical(name: str, dtype: pl.DataType) -> pl.Expr:
    """A cell as text that does not depend on how the file wrote it: 12, 12.0 and "12,0" are all "12"."""
    column = pl.col(name)
    if dtype == pl.Boolean:
        return pl.when(column).then(pl.lit("true")).when(~column).then(pl.lit("false"))
    if dtype == pl.Date:
        return column.dt.strftime("%Y-%m-%d")
    if dtype == pl.Datetime:
        return column.dt.strftime("%Y-%m-%dT%H:%M:%S%.f")
    if dtype == pl.Float64:
        whole = (column % 1 == 0) & (column.abs() < 2**53)
        return (
            pl.when(whole)
            .then(column.cast(pl.Int64, strict=False).cast(pl.String))
            .otherwise(column.cast(pl.String))
        )
    return column.cast(pl.String)


def _cells(table: Table) -> pl.DataFrame:
    """The table as canonical text, columns without any value left out."""
    frame = table.frame
    full = [name for name in frame.columns if frame[name].null_count() < frame.height]
    cells = frame.select([_canonical(name, frame[name].dtype).alias(name) for name in full])
    if table.geometry is not None and table.geometry.null_count() < len(table.geometry):
        shapes = table.geometry.map_elements(
            lambda wkb: hashlib.sha256(wkb).hexdigest()[:16], return_dtype=pl.String
        )
        cells = cells.with_columns(shapes.alias("\x1egeometry"))
    return cells


def value_hash(table: Table) -> str:
    """Hash of the parsed values (64 hexadecimal digits).

    Blind to encoding, delimiter, quoting, byte order mark, line ends, number and date formatting, row order, column
    order, empty rows and empty columns. Sees values, which column they stand in, and how often a row is repeated.
    """
    cells = _cells(table)
    digest = hashlib.sha256()
    names = sorted(cells.columns, key=lambda name: (fold(name), name))
    digest.update(_CELL.join(fold(name) for name in names).encode())
    if names:
        # A missing value must differ from an empty text: nothing else holds the record separator.
        rows = cells.select(
            pl.concat_str([pl.col(name).fill_null("\x1e") for name in names], separator=_CELL)
        ).to_series()
        for chunk in rows.sort().to_frame("r").iter_slices(50_000):
            digest.update("\n".join(chunk["r"].to_list()).encode())
            digest.update(b"\n")
    return digest.hexdigest()


def row_keys(table: Table) -> list[int]:
    """A 64-bit key for each row, blind to column names and order, for "rows never seen in this set before".

    Renaming a column brings no new rows by these keys; a changed value does.
    """
    cells = _cells(table)
    if not cells.width:
        return []
    rows = cells.select(pl.concat_list(pl.all()).list.drop_nulls().list.sort().list.join(_CELL)).to_series()
    return [
        int.from_bytes(hashlib.blake2b(row.encode(), digest_size=8).digest(), "big") for row in rows.to_list()
    ]


def schema_fingerprint(table: Table) -> str:
    """Hash of column names, kinds and date formats (16 hexadecimal digits).

    Blind to column order, decimal mark and whole against fractional numbers; columns without values count by name.
    """
    parts = sorted(
        _CELL.join(
            (
                fold(c.name),
                _KIND.get(c.type, c.type),
                c.format or "" if c.type in ("date", "datetime") else "",
            )
        )
        for c in table.columns
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
