"""Reading one cell of the printed table: ``7,7% (2016)``, ``42 490.79 (2017)``, ``5,63 min (2015)``, ``bd (bd)`` …"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

#: Thousands are parted by (no-break, narrow) spaces, decimals by a comma or, in some cells, by a point.
_SPACE = "[ \u00a0\u202f]"
_CELL = re.compile(
    rf"^(?P<number>[+\-−]?(?:\d{{1,3}}(?:{_SPACE}\d{{3}})+|\d+)(?P<decimals>[.,]\d+)?)"
    r"\s*(?P<unit>%|min\.?|h|µg/m³|km|ha|t)?"
    r"\s*(?:\(\s*(?P<year>\d{4}|bd)\s*\))?$"
)
_MISSING = re.compile(r"^\(?\s*(?:bd|b\.d\.|brak danych)\s*\)?\s*(?:\(\s*(?:bd|\d{4})\s*\))?$", re.IGNORECASE)

#: Years that a table of the standard (first edition 2014, with a long tail of older sources) may hold.
YEARS = range(1980, 2101)


class CellError(ValueError):
    """The cell can't be read; the message tells the remedy."""


@dataclass(frozen=True)
class Printed:
    """A cell as printed. ``value`` is None when the print says there are no data; ``year`` is None when none is printed."""

    text: str
    value: Decimal | None
    unit: str
    year: int | None
    missing: bool
    point_decimal: bool


def read_cell(text: str) -> Printed:
    """Read one printed cell; nothing is corrected here.

    :raises CellError: when the cell is empty or not of a known form.
    """
    cell = text.strip()
    if not cell:
        raise CellError(
            "the cell is empty; write the value like '7,7% (2016)', or 'bd' when there are no data"
        )
    if _MISSING.match(cell):
        return Printed(cell, None, "", None, True, False)
    match = _CELL.match(cell)
    if not match:
        raise CellError(
            f"'{cell}' cannot be read; write it like '7,7% (2016)' or '42 490,79 (2017)', or 'bd'"
        )
    year = int(match["year"]) if match["year"] and match["year"] != "bd" else None
    if year is not None and year not in YEARS:
        raise CellError(
            f"the year {year} in '{cell}' is outside {YEARS.start}-{YEARS.stop - 1}; correct the year"
        )
    digits = re.sub(_SPACE, "", match["number"]).replace("−", "-").replace(",", ".")
    return Printed(
        text=cell,
        value=Decimal(digits),
        unit=(match["unit"] or "").rstrip("."),
        year=year,
        missing=False,
        point_decimal=(match["decimals"] or "").startswith("."),
    )
