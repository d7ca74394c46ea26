"""The table as the rest of the portal sees it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import polars as pl
from ckanext.kielce.tables.problems import Problem

ColumnType = Literal["integer", "number", "text", "date", "datetime", "boolean"]


@dataclass(frozen=True, slots=True)
class Column:
    """How one column was read.

    ``title`` is the header as printed, ``name`` the same made unique. ``format`` is the date pattern or the decimal
    mark that the file uses; ``unit`` comes from the header ("[zł]") or from a suffix of every value ("%").
    """

    name: str
    title: str
    type: ColumnType
    unit: str | None = None
    format: str | None = None


@dataclass(slots=True)
class Table:
    """One table: typed ``frame`` plus what was left out on the way.

    ``header_row`` counts from 1 (None: the file has no header); ``skipped`` are row numbers of titles, totals and
    notes. ``geometry`` holds WKB per row for spatial files (it counts in `value_hash`, it is not loaded).
    ``first_row`` is the row number of the first row read, ``blank`` are those of rows left out because they hold
    nothing; both only serve `row_number`.
    """

    name: str
    frame: pl.DataFrame
    columns: list[Column]
    header_row: int | None = 1
    skipped: list[int] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    geometry: pl.Series | None = None
    sampled: bool = False
    first_row: int = 2
    blank: pl.Series = field(default_factory=lambda: pl.Series([], dtype=pl.UInt32))

    def row_number(self, index: int) -> int:
        """The row of the file, as a spreadsheet counts from 1, that the ``index``-th row of ``frame`` (from 0) stands in."""
        number = self.first_row + index
        for row in self.blank:
            if row > number:
                break
            number += 1
        return number
