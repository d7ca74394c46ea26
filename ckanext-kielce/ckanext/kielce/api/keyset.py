"""Rows after one row, in any order of columns: a condition that `datastore_search` takes in.

`datastore_search` of CKAN 2.12 finds the next page by itself only in the order of ``_id``, and its filters know no "is
empty", so an order by a column with empty cells could not be read on. CKAN's own hook for this, ``IDatastore``, adds the
condition; names are quoted by CKAN's function and the one value is a number bound as a parameter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ckanext.datastore.backend.postgres import identifier

#: Key of the context under which the place is handed to the hook.
CONTEXT = "kielce_api_after"


@dataclass(frozen=True, slots=True)
class Order:
    """One column of an order; empty cells come last either way."""

    column: str
    descending: bool = False

    def clause(self) -> str:
        """The same as a part of ``sort`` of `datastore_search`."""
        return f'"{self.column}" {"desc" if self.descending else "asc"} nulls last'


@dataclass(frozen=True, slots=True)
class After:
    """The row to read on from: its ``_id``, and the order in which rows are read."""

    row: int
    order: tuple[Order, ...] = ()


def condition(resource_id: str, after: After) -> tuple[str, dict[str, int]]:
    """SQL and parameters that keep the rows after a row of the same table.

    Its values are looked up by the database itself: sent to and fro as JSON they would lose digits.
    """
    beyond = '"_id" > :kielce_after'
    for entry in reversed(after.order):
        name = identifier(entry.column)
        value = f'(SELECT {name} FROM {identifier(resource_id)} WHERE "_id" = :kielce_after)'  # noqa: S608
        sign = "<" if entry.descending else ">"
        further = f"({name} {sign} {value} OR ({name} IS NULL AND {value} IS NOT NULL))"
        beyond = f"({further} OR ({name} IS NOT DISTINCT FROM {value} AND {beyond}))"
    return beyond, {"kielce_after": after.row}


def sort(order: Sequence[Order]) -> list[str]:
    """The order as ``sort`` of `datastore_search`, made total by ``_id``."""
    return [*(entry.clause() for entry in order), "_id asc"]
