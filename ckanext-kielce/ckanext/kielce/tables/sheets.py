"""Reading XLSX, XLS and ODS workbooks, every sheet with a table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import python_calamine as calamine
from ckanext.kielce.tables.archives import check_archive
from ckanext.kielce.tables.assemble import assemble, check_width, column_of_cells
from ckanext.kielce.tables.grid import find_header, is_empty
from ckanext.kielce.tables.limits import LIMITS, Limits
from ckanext.kielce.tables.problems import Problem, TableError, problem
from ckanext.kielce.tables.sniff import Sniff
from ckanext.kielce.tables.table import Table


def read_workbook(path: Path, sniffed: Sniff, limits: Limits = LIMITS) -> list[Table]:
    """All tables of a workbook, in the order of its sheets; hidden and empty sheets are left out.

    Raises `TableError` for a broken or protected workbook, and when no sheet holds a table.
    """
    if sniffed.format in ("XLSX", "ODS"):
        check_archive(path, limits)
    try:
        with calamine.load_workbook(str(path)) as workbook:
            tables = [
                table
                for sheet in workbook.sheets_metadata
                if sheet.typ == calamine.SheetTypeEnum.WorkSheet
                and sheet.visible == calamine.SheetVisibleEnum.Visible
                and (table := _read_sheet(workbook, sheet.name, limits))
            ]
    except calamine.PasswordError as err:
        raise TableError(problem("archive_encrypted", file=path.name)) from err
    except (calamine.CalamineError, OSError, ValueError) as err:
        raise TableError(problem("unreadable", detail=str(err)[:200], file=path.name)) from err
    if not tables:
        raise TableError(problem("empty", file=path.name))
    return tables


def _read_sheet(workbook: calamine.CalamineWorkbook, name: str, limits: Limits) -> Table | None:
    sheet = workbook.get_sheet_by_name(name)
    rows: list[list[Any]] = []
    sampled = False
    for row in sheet.iter_rows():
        if len(rows) >= limits.rows:
            sampled = True
            break
        rows.append(row)
    while rows and all(is_empty(cell) for cell in rows[-1]):
        rows.pop()
    if not rows:
        return None
    header = find_header(rows[:200])
    width = max(len(row) for row in rows)
    titles = [*header.titles, *[""] * (width - len(header.titles))]
    check_width(sum(bool(title) for title in titles), limits)
    body = rows[header.first :]
    columns = [column_of_cells([row[i] if i < len(row) else None for row in body]) for i in range(width)]
    problems: list[Problem] = []
    if header.row is None:
        problems.append(problem("no_header"))
    elif titles_above := sum(any(not is_empty(cell) for cell in row) for row in rows[: header.row]):
        problems.append(problem("title_rows", count=titles_above))
    if sampled:
        problems.append(problem("sampled", count=len(body)))
    table = assemble(
        name,
        titles,
        columns,
        header_row=None if header.row is None else header.row + 1,
        first_row=header.first + 1,
        warnings=problems,
    )
    table.sampled = sampled
    if not table.frame.width:
        return None
    table.skipped = [*range(1, 1 + (header.row or 0)), *table.skipped]
    return table
