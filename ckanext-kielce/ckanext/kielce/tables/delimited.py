"""Reading CSV and TSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import polars as pl
from ckanext.kielce.tables import encoding as enc
from ckanext.kielce.tables.assemble import assemble, check_width
from ckanext.kielce.tables.grid import find_header
from ckanext.kielce.tables.limits import LIMITS, Limits
from ckanext.kielce.tables.problems import Problem, TableError, problem
from ckanext.kielce.tables.sniff import Sniff, sample_rows
from ckanext.kielce.tables.table import Table

_HEAD_CHARACTERS = 200_000


def read_delimited(path: Path, sniffed: Sniff, limits: Limits = LIMITS) -> Table:
    """Read a text table. Raises `TableError` when there is none in the file."""
    problems: list[Problem] = []
    text, sampled = _decode(path, sniffed, limits, problems)
    head_text = text[:_HEAD_CHARACTERS].decode("utf-8", "ignore")
    skip_lines = 0
    if head_text[:4].lower() == "sep=":
        skip_lines = 1
        head_text = head_text.split("\n", 1)[-1]
    if "\n" not in head_text and len(text) > limits.line:
        raise TableError(problem("line_too_long", count=limits.line, file=path.name))
    delimiter = sniffed.delimiter or ";"
    rows = sample_rows(head_text, delimiter)
    header = find_header(rows)
    width = max((len(row) for row in rows[header.row or 0 : 100]), default=0)
    width = len(header.titles) if header.row is not None else width
    while (
        width
        and header.titles
        and header.titles[width - 1] == ""
        and not _used(rows, header.first, width - 1)
    ):
        width -= 1
    if not width:
        raise TableError(problem("empty", file=path.name))
    check_width(width, limits)
    first_line = skip_lines + _line_of(head_text, delimiter, header.first)
    body = _from_line(text, first_line)
    if header.row is None:
        problems.append(problem("no_header"))
    elif header.row > 0:
        problems.append(problem("title_rows", count=header.row))
    columns, ragged = _columns(body, delimiter, width, first_line + 1, limits)
    problems.extend(ragged)
    if sampled:
        problems.append(problem("sampled", count=len(columns[0])))
    table = assemble(
        path.stem,
        header.titles[:width],
        columns,
        header_row=None
        if header.row is None
        else skip_lines + _line_of(head_text, delimiter, header.row) + 1,
        first_row=first_line + 1,
        warnings=problems,
    )
    table.skipped = [*range(1, header.first if header.row is not None else 0), *table.skipped]
    table.sampled = sampled
    return table


def _used(rows: list[list[str]], first: int, index: int) -> bool:
    return any(len(row) > index and row[index] for row in rows[first:])


def _decode(path: Path, sniffed: Sniff, limits: Limits, problems: list[Problem]) -> tuple[bytes, bool]:
    """The file as UTF-8 without a byte order mark, Unix line ends; and whether it was cut."""
    with path.open("rb") as handle:
        data = handle.read(limits.text_bytes)
    _check_lines(data, limits, path)
    sampled = sniffed.size > len(data)
    found = enc.detect(data, complete=not sampled)
    data = data[found.bom :]
    if found.first_bad_byte is not None:
        row = data[: found.first_bad_byte].count(b"\n") + 1
        problems.append(problem("broken_characters", row=row, actual=enc.shown(found.codec)))
    if found.codec != "utf-8" or found.first_bad_byte is not None:
        data = data.decode(found.codec, "replace").encode("utf-8")
    if sampled:  # the last row may be cut
        data = data[: data.rfind(b"\n") + 1]
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return data.replace(b"\x00", b""), sampled


def _check_lines(data: bytes, limits: Limits, path: Path) -> None:
    """Raise `TableError` for a line without an end: what reads rows would hold all of it as one cell."""
    start = 0
    while len(data) - start > limits.line:
        window = data[start : start + limits.line]
        end = max(window.rfind(b"\n"), window.rfind(b"\r"))
        if end < 0:
            raise TableError(problem("line_too_long", count=limits.line, file=path.name))
        start += end + 1


def _line_of(text: str, delimiter: str, row: int) -> int:
    """The line (from 0) on which the row-th row starts: quoted cells may span lines, blank lines are rows too."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 0
    try:
        for _ in range(row):
            next(reader)
            line = reader.line_num
    except (StopIteration, csv.Error):
        pass
    return line


def _from_line(data: bytes, line: int) -> bytes:
    start = 0
    for _ in range(line):
        end = data.find(b"\n", start)
        if end < 0:
            return b""
        start = end + 1
    return data[start:]


def _columns(
    body: bytes, delimiter: str, width: int, first_row: int, limits: Limits
) -> tuple[list[pl.Series], list[Problem]]:
    """The cells as columns of text. Clean files go through polars, those with broken quotes through `csv`."""
    names = [f"c{i}" for i in range(width)]
    empty = [pl.Series(n, [], dtype=pl.String) for n in names]
    if not body.strip():
        return empty, []
    odd_quotes = body.count(b'"') % 2 == 1
    problems = _ragged(body, delimiter, width, first_row)
    if not odd_quotes:
        try:
            frame = pl.read_csv(
                io.BytesIO(body),
                has_header=False,
                separator=delimiter,
                schema=dict.fromkeys(names, pl.String),
                truncate_ragged_lines=True,
                extra_columns="ignore",
                missing_columns="insert",
                n_rows=limits.rows,
            )
        except (pl.exceptions.ComputeError, pl.exceptions.NoDataError):
            frame = None
        if frame is not None:
            return frame.get_columns(), problems
    frame, row = _slow(body, delimiter, names, limits)
    problems.append(problem("broken_quotes", row=first_row + row))
    return frame.get_columns(), problems


def _slow(body: bytes, delimiter: str, names: list[str], limits: Limits) -> tuple[pl.DataFrame, int]:
    """Read line by line without trusting quotes; the second value is the index of the first line with an odd one."""
    width, first_odd = len(names), 0
    rows: list[list[str]] = []
    for index, line in enumerate(body.decode("utf-8").split("\n")[: limits.rows]):
        if not line:
            continue
        if line.count('"') % 2:
            first_odd = first_odd or index
            cells = [cell.strip('"') for cell in line.split(delimiter)]
        else:
            cells = next(csv.reader([line], delimiter=delimiter))
        rows.append([*cells, *[""] * (width - len(cells))][:width])
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    return frame, first_odd


def _ragged(body: bytes, delimiter: str, width: int, first_row: int) -> list[Problem]:
    """Rows with another number of cells. Lines with quotes are counted by `csv`, the others by their separators."""
    lines = pl.Series(body.decode("utf-8").split("\n"))
    separators = lines.str.count_matches(delimiter, literal=True).cast(pl.Int64)
    suspect = (separators != width - 1) & (lines.str.strip_chars() != "")
    if not suspect.any():
        return []
    quoted = lines.str.contains('"', literal=True)
    if (suspect & quoted).any():
        return _ragged_quoted(body, delimiter, width, first_row)
    # Trailing separators beyond the header are how spreadsheets write empty columns.
    trimmed = (
        lines.str.strip_chars_end(delimiter + " ").str.count_matches(delimiter, literal=True).cast(pl.Int64)
    )
    wrong = suspect & ((trimmed > width - 1) | (separators < width - 1))
    places = wrong.arg_true()
    if places.is_empty():
        return []
    index = int(places[0])
    return [_ragged_problem(first_row + index, len(places), int(separators[index]) + 1, width)]


def _ragged_quoted(body: bytes, delimiter: str, width: int, first_row: int) -> list[Problem]:
    count, first, found = 0, 0, 0
    reader = csv.reader(io.StringIO(body.decode("utf-8"), newline=""), delimiter=delimiter)
    line = 0
    try:
        for row in reader:
            if row and (len(row) < width or any(cell.strip() for cell in row[width:])):
                if not count:
                    first, found = first_row + line, len(row)
                count += 1
            line = reader.line_num
    except csv.Error:
        pass
    return [_ragged_problem(first, count, found, width)] if count else []


def _ragged_problem(row: int, count: int, found: int, width: int) -> Problem:
    return problem("ragged_rows", row=row, count=count, found=found, expected=width)
