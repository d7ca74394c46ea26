"""Lists as CSV files that a spreadsheet opens as they are and runs nothing of."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

#: What a spreadsheet takes for the beginning of a formula (OWASP, CSV injection).
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe(cell: Any) -> Any:
    """A text that a spreadsheet would take for a formula is told apart by an apostrophe; numbers stay numbers."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def as_csv(heads: Sequence[str], rows: Iterable[Sequence[Any]], lang: str) -> bytes:
    """A list as a file: UTF-8 with a mark, by which spreadsheets know it; semicolons and decimal commas in Polish.

    :param heads: heads of the columns
    :param rows: cells: texts, numbers, True and False, None
    :param lang: ``pl`` or ``en``
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";" if lang == "pl" else ",", lineterminator="\r\n")
    writer.writerow([safe(head) for head in heads])
    writer.writerows([[_cell(cell, lang) for cell in row] for row in rows])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def _cell(cell: Any, lang: str) -> Any:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return ("tak" if lang == "pl" else "yes") if cell else ("nie" if lang == "pl" else "no")
    if isinstance(cell, float):
        return str(cell).replace(".", ",") if lang == "pl" else cell
    return safe(cell)
