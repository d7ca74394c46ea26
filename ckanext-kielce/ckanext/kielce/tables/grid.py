"""Where the table is on the sheet: title rows above the header, totals and notes below.

Works on the first and last rows as lists of cells (text, numbers, dates or empty), so CSV and spreadsheets share it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ckanext.kielce.common.periods import fold, parse_period
from ckanext.kielce.tables.problems import Problem, problem

TOTAL_WORDS = ("razem", "ogolem", "suma", "lacznie", "total", "sum", "podsumowanie")
NOTE_WORDS = ("zrodlo", "uwaga", "uwagi", "stan na", "opracowanie", "opracowal", "*", "source", "note", "objasnienia",
              "przypis", "legenda", "dane na dzien", "wygenerowano", "sporzadzil")  # fmt: skip
TAIL = 20
"""Totals and notes are looked for in so many last rows."""

_NUMBER = re.compile(r"[+-]?\d[\d\s\u00a0\u202f.,]*\s*%?")


@dataclass(frozen=True, slots=True)
class Header:
    """``row`` is the index of the header in the sample (None: there is none), ``first`` that of the first data row."""

    row: int | None
    first: int
    titles: list[str]


def is_empty(cell: Any) -> bool:
    """True for None and blank text."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _filled(row: Sequence[Any]) -> int:
    return sum(not is_empty(cell) for cell in row)


def _is_value(cell: Any) -> bool:
    """True for what a header does not hold: a number or a date that is not a period name such as a year."""
    if isinstance(cell, str):
        text = cell.strip()
        if not _NUMBER.fullmatch(text):
            return False
        period = parse_period(text)
        return period is None or period.grain == "day"
    if isinstance(cell, bool):
        return True
    if isinstance(cell, int | float):
        return not 1900 <= cell <= 2100 or cell != int(cell)
    return not is_empty(cell)


def find_header(rows: Sequence[Sequence[Any]]) -> Header:
    """Find the header in the first rows: the first row about as wide as the table that holds no values."""
    widths = Counter(_filled(row) for row in rows[:200] if _filled(row))
    if not widths:
        return Header(None, 0, [])
    # The commonest width; among equals the largest. Sparse tables have few full rows, so take three quarters.
    width = max(widths.items(), key=lambda it: (it[1], it[0]))[0]
    needed = max(1, -(-3 * width // 4)) if width > 1 else 1
    for i, row in enumerate(rows[:50]):
        filled = [cell for cell in row if not is_empty(cell)]
        if len(filled) < needed:
            continue
        if any(_is_value(cell) for cell in filled):
            return Header(None, i, [])
        return Header(i, i + 1, [_title(cell) for cell in row])
    return Header(None, 0, [])


def _title(cell: Any) -> str:
    if is_empty(cell):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(str(cell).split())


def name_columns(titles: Sequence[str], width: int) -> tuple[list[str], list[Problem]]:
    """Unique column names for a table of ``width`` columns, and what is wrong with the header.

    Columns without a title get "kolumna_N"; repeated ones a number: "nazwa", "nazwa_2".
    """
    names: list[str] = []
    problems: list[Problem] = []
    used: set[str] = set()
    padded = [*titles, *[""] * (width - len(titles))][:width]
    for i, title in enumerate(padded, 1):
        base = title
        if not title:
            base = f"kolumna_{i}"
            if any(titles):
                problems.append(problem("empty_column_name", column=str(i)))
        name, n = base, 1
        while name.casefold() in used:
            n += 1
            name = f"{base}_{n}"
        if n > 1 and title:
            problems.append(problem("repeated_column_name", column=title))
        used.add(name.casefold())
        names.append(name)
    return names, problems


def find_tail(rows: Sequence[Sequence[Any]], width: int) -> int:
    """How many of the last rows are totals or notes. ``rows`` are the table's last ones, in order."""
    tail = list(rows[-TAIL:])
    count = 0
    for row in reversed(tail):
        if _filled(row) and not _is_tail(row, width):
            break
        count += 1
    return 0 if count == len(tail) else count


def _is_tail(row: Sequence[Any], width: int) -> bool:
    cells = [cell for cell in row if not is_empty(cell)]
    first = fold(str(cells[0])).strip()
    if any(first == word or first.startswith((word + " ", word + ":")) for word in TOTAL_WORDS):
        return True
    return width > 2 and len(cells) <= 2 and any(first.startswith(word) for word in NOTE_WORDS)
