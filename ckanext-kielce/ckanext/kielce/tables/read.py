"""Reading any file that may hold tables."""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePosixPath

import polars as pl
from ckanext.kielce.tables import formats
from ckanext.kielce.tables.archives import unpack
from ckanext.kielce.tables.assemble import assemble, check_width
from ckanext.kielce.tables.delimited import read_delimited
from ckanext.kielce.tables.limits import LIMITS, Limits
from ckanext.kielce.tables.problems import Problem, TableError, problem
from ckanext.kielce.tables.records import read_records
from ckanext.kielce.tables.sheets import read_workbook
from ckanext.kielce.tables.sniff import Sniff, sniff
from ckanext.kielce.tables.spatial import read_spatial
from ckanext.kielce.tables.table import Table

_FAILURES = (OSError, MemoryError, pl.exceptions.PolarsError, pl.exceptions.PanicException)
"""What the readers raise besides `TableError`: polars panics (no ``Exception``) on some damaged Parquet files."""


def read(path: Path | str, sniffed: Sniff | None = None, limits: Limits = LIMITS) -> list[Table]:
    """All tables of a file, at least one.

    ``sniffed`` saves looking at the bytes again. What is wrong but bearable is in each table's ``warnings`` (those of
    the sniff included in the first). Raises `TableError`, and nothing else, when there is no table.
    """
    path = Path(path)
    sniffed = sniffed or sniff(path, limits=limits)
    if not sniffed.tabular:
        raise TableError(*(sniffed.problems or [problem("no_table", format=sniffed.format, file=path.name)]))
    tables = _read(path, sniffed, limits)
    tables[0].warnings = [*sniffed.problems, *tables[0].warnings]
    return tables


def _read(path: Path, sniffed: Sniff, limits: Limits) -> list[Table]:
    try:
        if sniffed.format in ("CSV", "TSV"):
            return [read_delimited(path, sniffed, limits)]
        if sniffed.format in ("XLSX", "XLS", "ODS"):
            return read_workbook(path, sniffed, limits)
        if sniffed.format == "JSON":
            return [read_records(path, sniffed, limits)]
        if sniffed.format in formats.GEO:
            return read_spatial(path, sniffed, limits)
        if sniffed.format in ("ZIP", "GTFS"):
            return _read_archive(path, limits)
        return [_read_parquet(path, limits)]
    except _FAILURES as err:
        raise TableError(problem("unreadable", detail=str(err)[:200], file=path.name)) from err


def _read_archive(path: Path, limits: Limits) -> list[Table]:
    problems: list[Problem] = []
    tables: list[Table] = []
    with tempfile.TemporaryDirectory(prefix="kielce-archive-") as folder:
        for name, file in unpack(path, Path(folder), problems, limits):
            inner = sniff(file, limits=limits)
            if not inner.tabular or inner.format in ("ZIP", "GTFS"):  # archives in archives are not followed
                problems.append(problem("archive_member", detail=name))
                continue
            try:
                found = _read(file, inner, limits)
            except TableError as err:
                problems.append(problem("archive_member", detail=name))
                problems.extend(err.problems)
                continue
            stem = PurePosixPath(name).stem
            for table in found:
                table.name = stem if len(found) == 1 else f"{stem}: {table.name}"
            tables.extend(found)
    if not tables:
        raise TableError(*(problems or [problem("empty", file=path.name)]))
    tables[0].warnings = [*problems, *tables[0].warnings]
    return tables


def _read_parquet(path: Path, limits: Limits) -> Table:
    frame = pl.read_parquet(path, n_rows=limits.rows)
    check_width(frame.width, limits)
    return assemble(
        path.stem, frame.columns, frame.get_columns(), header_row=None, first_row=1, trim_tail=False
    )
