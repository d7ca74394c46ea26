"""Registers of things: years that tell of the things (founded, opened, built) and not of when they were observed.

Pure. A list of springs with the year in which each was opened isn't cut off because no spring was opened of late.
"""

from __future__ import annotations

from collections.abc import Sequence

from .periods import Period, name_words

REGISTER_MINIMUM = 3
"""Rows from which on a column with another name or id in each is no accident."""

GRID_SHARE = 0.7
"""A label that comes in this share of the years, once each, makes series of the rows, whatever ids they have."""

_IDENTITY_WORDS = frozenset(
    ["id", "fid", "gid", "uuid", "kod", "code", "symbol", "identyfikator", "identifier", "nazwa", "name"]
)


def is_identity(title: str) -> bool:
    """Whether a column so named says which thing a row is about ("gid", "Nazwa miejsca"); a mere "lp" counts rows."""
    return bool(name_words(title) & _IDENTITY_WORDS)


def several_years(periods: Sequence[Period], rows: int) -> bool:
    """Whether a column holds several years, and not one row for each of consecutive years."""
    years = sorted({period.start.year for period in periods})
    if len(years) < 2 or any(period.grain != "year" for period in periods):
        return False
    return not (len(years) == rows and years[-1] - years[0] == rows - 1)


def is_grid(rows: int, labels: int, years: int, pairs: int) -> bool:
    """Whether each of several labels comes once in nearly every year: then the rows are those of series.

    :param rows: rows of the table
    :param labels: different labels
    :param years: different years
    :param pairs: different pairs of label and year
    """
    return 1 < labels < rows == pairs and rows >= GRID_SHARE * labels * years
