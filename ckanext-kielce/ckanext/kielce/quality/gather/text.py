"""A table as text, for the comparison of versions: a CSV file as it is, any other kind written as CSV."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

#: Column that stands for the shapes of a layer, so that a moved shape is a changed value.
GEOMETRY = "geometria"


def text_of(path: Path, file_format: str, tables: Sequence[Any], limit: int) -> bytes | None:
    """The table of a file as text.

    Sheets and files of an archive that have the same columns are one table; several tables of different kinds have no
    common text.

    :param limit: bytes above which there is none
    """
    if not tables or limit <= 0:
        return None
    if file_format in ("CSV", "TSV"):
        return path.read_bytes() if path.stat().st_size <= limit else None
    titles = [column.title for column in tables[0].columns]
    if any([column.title for column in table.columns] != titles for table in tables[1:]):
        return None
    buffer = io.StringIO()
    for number, table in enumerate(tables):
        frame = _printed(table, titles)
        frame.write_csv(buffer, separator=";", include_header=number == 0)
        if buffer.tell() > limit:
            return None
    text = buffer.getvalue().encode()
    return text if len(text) <= limit else None


def _printed(table: Any, titles: list[str]) -> pl.DataFrame:
    """The frame under its printed titles, each but the first of a repeated name under the one it was given."""
    names = [column.name for column in table.columns]
    shown = [
        title if title and titles.count(title) == 1 else name
        for title, name in zip(titles, names, strict=True)
    ]
    frame = table.frame.select(
        pl.col(name).cast(pl.String).alias(shown[at])
        if table.frame[name].dtype == pl.Boolean
        else pl.col(name).alias(shown[at])
        for at, name in enumerate(names)
    )
    if table.geometry is not None and len(table.geometry) == frame.height:
        shapes = [
            None if shape is None else "g" + hashlib.blake2b(shape, digest_size=6).hexdigest()
            for shape in table.geometry.to_list()
        ]
        frame = frame.with_columns(pl.Series(GEOMETRY, shapes, dtype=pl.String))
    return frame
