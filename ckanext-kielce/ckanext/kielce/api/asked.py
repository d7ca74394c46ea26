"""What a request asks for, read from its address: numbers, lists, orders, filters. Pure.

A mistake is a `Misasked` that names the parameter and what would be right; nothing is guessed.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Mapping
from typing import Any

from ckanext.kielce.api.keyset import Order
from ckanext.kielce.common.marking import N_

#: Longest value of one parameter, and columns that rows may be ordered by.
LONGEST = 8000
MOST_ORDERS = 4


class Misasked(ValueError):  # noqa: N818  it is what was asked that is wrong
    """A parameter that cannot be used: ``name`` and ``why`` (a msgid with ``{…}`` fields and their ``values``)."""

    def __init__(self, name: str, why: str, **values: Any) -> None:
        super().__init__(name, why)
        self.name, self.why, self.values = name, why, values


def text(args: Mapping[str, str], name: str) -> str:
    """A parameter as text, "" when there is none."""
    value = args.get(name, "")
    if "\x00" in value:
        raise Misasked(name, N_("must not hold a NUL character"))
    if len(value) > LONGEST:
        raise Misasked(name, N_("is longer than {most} characters"), most=LONGEST)
    return value


def whole(args: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """A whole number between two bounds; more than the upper one is cut to it, as CKAN does."""
    value = text(args, name).strip()
    if not value:
        return default
    # `int` takes "１２", "1_000" and any length; an address holds plain digits.
    digits = value.removeprefix("-")
    if not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        raise Misasked(name, N_("must be a whole number"))
    if int(value) < least:
        raise Misasked(name, N_("must be at least {least}"), least=least)
    return min(int(value), most)


def truth(args: Mapping[str, str], name: str) -> bool:
    """A yes or no."""
    value = text(args, name).strip().casefold()
    if value in ("", "0", "false", "no"):
        return False
    if value in ("1", "true", "yes"):
        return True
    raise Misasked(name, N_("must be true or false"))


def one_of(args: Mapping[str, str], name: str, choices: Collection[str], default: str) -> str:
    """One of a few words."""
    value = text(args, name) or default
    if value not in choices:
        raise Misasked(name, N_("must be one of: {choices}"), choices=", ".join(choices))
    return value


def names(args: Mapping[str, str], name: str, known: Collection[str]) -> list[str]:
    """Columns, separated by commas; a name with a comma stands in double quotes."""
    found = _split(text(args, name), name)
    for column in found:
        if column not in known:
            raise Misasked(name, N_("there is no column {column}"), column=column)
    return list(dict.fromkeys(found))


def orders(args: Mapping[str, str], name: str, known: Collection[str]) -> tuple[Order, ...]:
    """Columns to order by, each with ``asc`` or ``desc`` behind it."""
    found: list[Order] = []
    for part in _split(text(args, name), name):
        column, _space, way = part.rpartition(" ")
        if way.lower() not in ("asc", "desc") or not column.strip():
            column, way = part, "asc"
        column = column.strip().strip('"')
        if column not in known:
            raise Misasked(name, N_("there is no column {column}"), column=column)
        if column not in {entry.column for entry in found}:
            found.append(Order(column, way.lower() == "desc"))
    if len(found) > MOST_ORDERS:
        raise Misasked(name, N_("orders by at most {most} columns"), most=MOST_ORDERS)
    return tuple(found)


#: A column's condition is a dict of its own at most; the DataStore fails on what lies deeper.
FILTER_DEPTH = 2


def filters(args: Mapping[str, str], name: str) -> Any:
    """Conditions in the form of `datastore_search`: ``{"column": value}`` or ``{"column": {"gte": value}}``."""
    value = text(args, name).strip()
    if not value:
        return None
    try:
        found = json.loads(value, parse_constant=_no_constant)
    except (ValueError, RecursionError) as err:
        raise Misasked(name, N_("must be a JSON object")) from err
    if not isinstance(found, dict | list):
        raise Misasked(name, N_("must be a JSON object"))
    if "\\u0000" in value:
        raise Misasked(name, N_("must not hold a NUL character"))
    if _depth(found) > FILTER_DEPTH:
        raise Misasked(name, N_("must be values, lists of values, or an operator with its value"))
    return found or None


def _depth(value: Any) -> int:
    """Levels of dicts within each other; lists do not count."""
    if isinstance(value, dict):
        return 1 + max(map(_depth, value.values()), default=0)
    return max(map(_depth, value), default=0) if isinstance(value, list) else 0


def _no_constant(word: str) -> Any:
    raise ValueError(word)


def _split(value: str, name: str) -> list[str]:
    try:
        lines = list(csv.reader([value.replace("\n", " ").replace("\r", " ")], skipinitialspace=True))
    except csv.Error as err:
        raise Misasked(name, N_("must be names separated by commas")) from err
    return [part.strip() for line in lines for part in line if part.strip()]
