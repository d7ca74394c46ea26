"""Public face of the indicator store for other rooms; everything else in the room is private."""

from __future__ import annotations

from .domain.cards import Card
from .domain.codes import CodeError, normalise, slug
from .domain.export import columns
from .domain.rules import Value
from .domain.table import IndicatorTable, RowProblem, TableError, read_table
from .domain.vocabulary import STATUSES, themes, units

__all__ = [
    "STATUSES",
    "Card",
    "CodeError",
    "IndicatorTable",
    "RowProblem",
    "TableError",
    "Value",
    "columns",
    "normalise",
    "read_table",
    "slug",
    "themes",
    "units",
]
