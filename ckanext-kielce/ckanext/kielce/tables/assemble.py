"""From raw columns to a `Table`: names, types, blank rows, totals at the end. Shared by every reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

import polars as pl
from ckanext.kielce.tables.grid import TAIL, find_tail, name_columns
from ckanext.kielce.tables.limits import LIMITS, Limits
from ckanext.kielce.tables.problems import Problem, TableError, problem
from ckanext.kielce.tables.table import Column, Table
from ckanext.kielce.tables.types import Typed, is_code_name, type_text, unit_of


def check_width(width: int, limits: Limits = LIMITS) -> None:
    """Raise `TableError` when there are more columns than the database could hold."""
    if width > limits.columns:
        raise TableError(problem("too_many_columns", found=width, expected=limits.columns))


def assemble(
    name: str,
    titles: Sequence[str],
    raw: Sequence[pl.Series],
    *,
    header_row: int | None,
    first_row: int,
    warnings: Sequence[Problem] = (),
    geometry: pl.Series | None = None,
    trim_tail: bool = True,
) -> Table:
    """Make a table of equally long columns.

    ``first_row`` is the row number (from 1) of the first data row. Text columns are typed by their values; others
    keep their type. Rows and nameless columns that hold nothing are dropped, so are totals and notes at the end.
    """
    check_width(len(raw))
    problems = list(warnings)
    keep = [i for i, s in enumerate(raw) if (i < len(titles) and titles[i]) or s.null_count() < len(s)]
    raw = [raw[i] for i in keep]
    names, header_problems = name_columns([titles[i] if i < len(titles) else "" for i in keep], len(raw))
    problems.extend(header_problems)
    shown = [titles[i] if i < len(titles) and titles[i] else n for i, n in zip(keep, names, strict=True)]
    skipped: list[int] = []
    length = len(raw[0]) if raw else 0
    if trim_tail and length > 2:
        tail = find_tail(list(zip(*(s.tail(TAIL).to_list() for s in raw), strict=True)), len(raw))
        cut = length - tail
        filled = [i for i in range(cut, length) if any(s[i] not in (None, "") for s in raw)]
        if filled:
            skipped = [first_row + i for i in filled]
            problems.append(problem("totals_rows", row=skipped[0], count=len(filled)))
        raw = [s.head(cut) for s in raw]
    typed = [
        _typed(series, column, title, first_row)
        for series, column, title in zip(raw, names, shown, strict=True)
    ]
    problems.extend(t.problem for t in typed if t.problem)
    frame = pl.DataFrame([t.series for t in typed])
    blank = pl.Series([], dtype=pl.UInt32)
    if frame.width:
        filled_rows = ~pl.all_horizontal(pl.all().is_null())
        if geometry is not None:
            geometry = geometry.head(frame.height)
        elif frame.null_count().sum_horizontal().sum():
            blank = frame.select(~filled_rows).to_series().arg_true() + first_row
            frame = frame.filter(filled_rows)
    if not frame.height:
        problems.append(problem("no_rows"))
    return Table(
        name,
        frame,
        [t.column for t in typed],
        header_row,
        skipped,
        problems,
        geometry,
        first_row=first_row,
        blank=blank,
    )


def _typed(series: pl.Series, name: str, title: str, first_row: int) -> Typed:
    if series.dtype == pl.String:
        return as_days(type_text(series, name, title, first_row=first_row))
    unit = unit_of(title)
    if series.dtype == pl.Null:
        return Typed(series.cast(pl.String).alias(name), Column(name, title, "text", unit))
    if series.dtype == pl.Boolean:
        return Typed(series.alias(name), Column(name, title, "boolean", unit))
    if series.dtype == pl.Date:
        return Typed(series.alias(name), Column(name, title, "date", unit))
    if series.dtype == pl.Datetime:
        plain = series.dt.convert_time_zone("UTC").dt.replace_time_zone(None) if _zoned(series) else series
        return as_days(
            Typed(plain.cast(pl.Datetime("us")).alias(name), Column(name, title, "datetime", unit))
        )
    if series.dtype.is_integer() or series.dtype.is_float() or series.dtype.is_decimal():
        return _number(series, name, title, unit)
    return type_text(series.cast(pl.String, strict=False), name, title, first_row=first_row)


def as_days(typed: Typed) -> Typed:
    """Moments that are all midnight are days: that is how spreadsheets and databases write dates."""
    if typed.column.type != "datetime":
        return typed
    moments = typed.series.drop_nulls()
    if moments.is_empty() or bool((moments.dt.time() != time()).any()):
        return typed
    return Typed(typed.series.dt.date(), replace(typed.column, type="date"), typed.problem)


def _zoned(series: pl.Series) -> bool:
    return getattr(series.dtype, "time_zone", None) is not None


def _number(series: pl.Series, name: str, title: str, unit: str | None) -> Typed:
    numbers = series.cast(pl.Float64).fill_nan(None) if not series.dtype.is_integer() else series
    whole = numbers.dtype.is_integer() or bool(
        ((numbers.drop_nulls() % 1 == 0) & (numbers.drop_nulls().abs() < 2**53)).all()
    )
    if whole:
        integers = numbers.cast(pl.Int64, strict=False)
        digits = integers.drop_nulls().cast(pl.String)
        same_length = digits.len() > 0 and digits.str.len_chars().n_unique() == 1 and len(digits[0]) >= 9
        if is_code_name(title) or same_length:
            return Typed(integers.cast(pl.String).alias(name), Column(name, title, "text", unit))
        return Typed(integers.alias(name), Column(name, title, "integer", unit))
    return Typed(numbers.alias(name), Column(name, title, "number", unit))


def column_of_cells(cells: Sequence[Any]) -> pl.Series:
    """One column from Python cells of any kind: the narrowest type that holds them all, else text.

    Whole numbers and fractions mix to numbers, days and moments to moments; anything else becomes text as a person
    would type it ("12", "2024-01-31").
    """
    kinds = {type(cell) for cell in cells if cell is not None and cell != ""}
    clean = [None if cell == "" else cell for cell in cells]
    if not kinds:
        return pl.Series(clean, dtype=pl.Null)
    if kinds == {bool}:
        return pl.Series(clean, dtype=pl.Boolean)
    if kinds <= {int, float} and all(abs(c) < 2**63 for c in clean if c is not None):
        return pl.Series(clean, dtype=pl.Int64 if kinds == {int} else pl.Float64, strict=False)
    if kinds == {date}:
        return pl.Series(clean, dtype=pl.Date)
    if kinds <= {date, datetime}:
        return pl.Series([_moment(c) for c in clean], dtype=pl.Datetime("us"))
    return pl.Series([_as_text(c) for c in clean], dtype=pl.String)


def _moment(cell: date | datetime | None) -> datetime | None:
    if cell is None or isinstance(cell, datetime):
        return cell.replace(tzinfo=None) if cell else None
    return datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001  a cell of a sheet has no zone


def _as_text(cell: Any) -> str | None:
    if cell is None:
        return None
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)
