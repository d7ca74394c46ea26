"""A view of a table as SQL. Names and values never meet the text: identifiers are quoted, values are parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ckanext.kielce.tables.diacritics import FOLDED, MARKED, fold_sql
from ckanext.kielce.tables.view import Condition, Field, View, bounds
from psycopg2 import sql

#: CKAN's own columns.
OWN = ("_id", "_full_text")
_WORD = re.compile(r"\w+", re.UNICODE)

__all__ = ["FOLDED", "MARKED", "OWN", "Keyset", "column", "order", "where"]


def column(entry: Field, collation: str | None = None) -> sql.Composable:
    """A column to compare by; words in the order of the Polish alphabet where the database knows it."""
    name = sql.Identifier(entry.id)
    if entry.kind == "text" and collation:
        return sql.SQL("{} COLLATE {}").format(name, sql.Identifier(collation))
    if entry.kind == "other":
        return sql.SQL("{}::text").format(name)
    return name


def where(view: View, fields: Mapping[str, Field]) -> sql.Composable:
    """The rows of a view, as the condition of WHERE; TRUE for the whole table."""
    parts = [_words(view.q)] if view.q else []
    parts += [_condition(condition, fields[condition.column]) for condition in view.conditions]
    return sql.SQL(" AND ").join(parts) if parts else sql.SQL("TRUE")


def _words(q: str) -> sql.Composable:
    """Every word must be in the row, as the beginning of a word there; numbers such as "12/5" as they are parsed."""
    parts: list[sql.Composable] = []
    for chunk in q.lower().split():
        if _WORD.fullmatch(chunk):
            parts.append(sql.SQL("to_tsquery('simple', {})").format(sql.Literal(f"{chunk}:*")))
        else:
            parts.append(sql.SQL("plainto_tsquery('simple', {})").format(sql.Literal(chunk)))
    return sql.SQL("_full_text @@ ({})").format(sql.SQL(" && ").join(parts))


def _condition(condition: Condition, entry: Field) -> sql.Composable:
    name = sql.Identifier(entry.id)
    if condition.comparison == "empty":
        return (
            sql.SQL("({} IS NULL OR {} = '')").format(name, name)
            if entry.kind == "text"
            else sql.SQL("{} IS NULL").format(name)
        )
    if condition.comparison == "filled":
        return sql.SQL("NOT ({})").format(_condition(Condition(entry.id, "empty"), entry))
    if condition.comparison == "has":
        escaped = re.sub(r"([\\%_])", r"\\\1", condition.value.lower().translate(FOLDED))
        return sql.SQL("{} LIKE {}").format(
            fold_sql(sql.SQL("{}::text").format(name)), sql.Literal(f"%{escaped}%")
        )
    least, greatest = bounds(condition, entry.kind) or (None, None)
    return _compared(condition.comparison, name, entry, least, greatest)


def _compared(
    comparison: str, name: sql.Composable, entry: Field, least: Any, greatest: Any
) -> sql.Composable:
    low, high = sql.Literal(least), sql.Literal(greatest)
    below = sql.SQL("<") if entry.kind == "datetime" and least != greatest else sql.SQL("<=")
    if comparison == "from":
        return sql.SQL("{} >= {}").format(name, low)
    if comparison == "to":
        return sql.SQL("{} {} {}").format(name, below, high)
    inside = (
        sql.SQL("{} = {}").format(name, low)
        if least == greatest
        else sql.SQL("({} >= {} AND {} {} {})").format(name, low, name, below, high)
    )
    return inside if comparison == "is" else sql.SQL("({} IS NULL OR NOT {})").format(name, inside)


def order(
    view: View, fields: Mapping[str, Field], collation: str | None, *, backwards: bool = False
) -> sql.Composable:
    """The order of rows as ORDER BY's list: the column with its empty cells last, then the row's number."""
    direction = sql.SQL("DESC") if view.descending != backwards else sql.SQL("ASC")
    number = sql.SQL("_id DESC") if backwards else sql.SQL("_id ASC")
    if not view.sort:
        return number
    key = column(fields[view.sort], collation)
    nulls = sql.SQL("FIRST") if backwards else sql.SQL("LAST")
    return sql.SQL("{} {} NULLS {}, {}").format(key, direction, nulls, number)


class Keyset:
    """The condition that finds the rows after (or before) one row, without counting those in between."""

    def __init__(self, view: View, fields: Mapping[str, Field], collation: str | None) -> None:
        self.view, self.collation = view, collation
        self.entry = fields.get(view.sort)

    def condition(self, row: int, value: Any, *, backwards: bool = False) -> sql.Composable:
        """Rows beyond the row with this ``_id`` and this value in the column sorted by, as the condition of WHERE."""
        number = sql.SQL("_id {} {}").format(sql.SQL("<" if backwards else ">"), sql.Literal(row))
        if self.entry is None:
            return number
        key = column(self.entry, self.collation)
        name = sql.Identifier(self.entry.id)
        if value is None:
            same = sql.SQL("({} IS NULL AND {})").format(name, number)
            return sql.SQL("({} IS NOT NULL OR {})").format(name, same) if backwards else same
        beyond = sql.SQL("<" if self.view.descending != backwards else ">")
        known = sql.Literal(value)
        parts: Sequence[sql.Composable] = [
            sql.SQL("{} {} {}").format(key, beyond, known),
            sql.SQL("({} = {} AND {})").format(key, known, number),
        ]
        if not backwards:
            parts = [*parts, sql.SQL("{} IS NULL").format(name)]
        return sql.SQL("({})").format(sql.SQL(" OR ").join(parts))


def names(entries: Iterable[Field]) -> sql.Composable:
    """The columns' names as the list of SELECT."""
    return sql.SQL(", ").join([sql.Identifier(entry.id) for entry in entries])
