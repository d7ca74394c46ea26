"""Which part of a table is wanted: words, conditions on columns, order. Pure: to and from the address of a page.

An address holds ``q`` (words), ``fc``/``fo``/``fv`` (column, comparison and value of each condition, repeated and read by
position), ``sort`` and ``desc``. What cannot be understood is left out and told, for addresses get shared and tables change.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from ckanext.kielce.common.periods import parse_period

Kind = Literal["number", "text", "date", "datetime", "boolean", "other"]

#: PostgreSQL type (without length) -> kind of column; every other type is "other".
KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(
        ("numeric", "integer", "bigint", "smallint", "real", "double precision", "int4", "int8", "float8"),
        "number",
    ),
    **dict.fromkeys(("text", "character varying", "character", "name", "uuid"), "text"),
    "date": "date",
    **dict.fromkeys(("timestamp without time zone", "timestamp with time zone", "timestamp"), "datetime"),
    **dict.fromkeys(("boolean", "bool"), "boolean"),
}

#: Comparison -> kinds of columns that it is offered for.
COMPARISONS: Mapping[str, frozenset[str]] = {
    "has": frozenset({"text", "other"}),
    "is": frozenset({"number", "text", "date", "datetime", "boolean"}),
    "not": frozenset({"number", "text", "date", "datetime", "boolean"}),
    "from": frozenset({"number", "date", "datetime"}),
    "to": frozenset({"number", "date", "datetime"}),
    "empty": frozenset(KINDS.values()) | {"other"},
    "filled": frozenset(KINDS.values()) | {"other"},
}
WITHOUT_VALUE = frozenset({"empty", "filled"})
#: Words and conditions of one address; more are a mistake or an attack.
MOST_CONDITIONS = 12
MOST_TEXT = 200
_BOOLEANS = {
    "tak": True,
    "yes": True,
    "true": True,
    "1": True,
    "nie": False,
    "no": False,
    "false": False,
    "0": False,
}
_SPACES = re.compile(r"[\s\u00a0\u202f]")
_DECIMAL_COMMA = re.compile(r"[+-]?\d{1,3}(\.\d{3})*,\d+|[+-]?\d+,\d+")


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the table: its name there, kind, PostgreSQL type, and what the data dictionary says."""

    id: str
    kind: Kind
    type: str
    label: str = ""
    unit: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a column: ``comparison`` is a key of `COMPARISONS`, ``value`` as a person wrote it."""

    column: str
    comparison: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class View:
    """A part of a table and its order; the empty view is the whole table in the order of its rows."""

    q: str = ""
    conditions: tuple[Condition, ...] = ()
    sort: str = ""
    descending: bool = False

    @property
    def whole(self) -> bool:
        """True when no row is left out."""
        return not self.q and not self.conditions

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the address, in an order that is always the same."""
        found = [("q", self.q)] if self.q else []
        for condition in self.conditions:
            found += [("fc", condition.column), ("fo", condition.comparison), ("fv", condition.value)]
        if self.sort:
            found.append(("sort", self.sort))
            if self.descending:
                found.append(("desc", "1"))
        return found

    def digest(self) -> str:
        """A short name of the view; equal views have equal names. Empty for the whole table in its own order."""
        text = json.dumps(self.pairs(), ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16] if self.pairs() else ""


@dataclass(frozen=True, slots=True)
class Misread:
    """A part of an address that was left out: ``code`` is "column", "comparison", "value" or "many"."""

    code: str
    column: str = ""
    value: str = ""


@dataclass(slots=True)
class Asked:
    """What an address asks for, with what was not understood."""

    view: View
    misread: list[Misread] = field(default_factory=list)


def asked(args: Mapping[str, Sequence[str]], fields: Iterable[Field]) -> Asked:
    """Read the parameters of an address (name -> its values) for a table with these fields."""
    by_id = {entry.id: entry for entry in fields}
    misread: list[Misread] = []
    found: list[Condition] = []
    values = list(args.get("fv") or ())
    columns, comparisons = list(args.get("fc") or ()), list(args.get("fo") or ())
    for at, column in enumerate(columns):
        comparison = comparisons[at] if at < len(comparisons) else "is"
        value = (values[at] if at < len(values) else "").strip()[:MOST_TEXT]
        if not column or (not value and comparison not in WITHOUT_VALUE):
            continue  # an empty line of the form
        condition = Condition(column, comparison, "" if comparison in WITHOUT_VALUE else value)
        if problem := check(condition, by_id):
            misread.append(problem)
        elif condition not in found:
            found.append(condition)
    if len(found) > MOST_CONDITIONS:
        misread.append(Misread("many", value=str(MOST_CONDITIONS)))
        del found[MOST_CONDITIONS:]
    sort = first(args, "sort")
    if sort and sort not in by_id:
        misread.append(Misread("column", sort))
        sort = ""
    q = " ".join(first(args, "q").split())[:MOST_TEXT]
    return Asked(View(q, tuple(found), sort, bool(sort and first(args, "desc"))), misread)


def first(args: Mapping[str, Sequence[str]], name: str) -> str:
    """The first value of a parameter, "" when there is none."""
    return next(iter(args.get(name) or ()), "")


def check(condition: Condition, fields: Mapping[str, Field]) -> Misread | None:
    """What is wrong with a condition; None when it can be answered."""
    entry = fields.get(condition.column)
    if entry is None:
        return Misread("column", condition.column)
    if entry.kind not in COMPARISONS.get(condition.comparison, ()):
        return Misread("comparison", condition.column, condition.comparison)
    if condition.comparison not in WITHOUT_VALUE and bounds(condition, entry.kind) is None:
        return Misread("value", condition.column, condition.value)
    return None


def bounds(condition: Condition, kind: Kind) -> tuple[Any, Any] | None:
    """The least and greatest value that a condition's value stands for; None when it cannot be read as the column's kind.

    A number, a word and a truth value stand for themselves; "2024" or "marzec 2024" in a column of dates is a span of days.
    The end of a span of moments is excluded: it is the next day's midnight.
    """
    text = condition.value
    if kind == "number":
        number = to_number(text)
        return None if number is None else (number, number)
    if kind == "boolean":
        truth = _BOOLEANS.get(text.casefold())
        return None if truth is None else (truth, truth)
    if kind in ("date", "datetime"):
        if (moment := _moment(text)) and kind == "datetime":
            return moment, moment
        period = parse_period(text)
        if period is None:
            return None
        if kind == "date":
            return period.start, period.end
        return (
            dt.datetime.combine(period.start, dt.time()),
            dt.datetime.combine(period.end + dt.timedelta(days=1), dt.time()),
        )
    return text, text


def _moment(text: str) -> dt.datetime | None:
    if ":" not in text:
        return None
    try:
        return dt.datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None


def to_number(text: str) -> Decimal | None:
    """A number as people write it: "1 234,5", "1234.5", "−3"; None when it is none."""
    plain = _SPACES.sub("", text).replace("\u2212", "-")
    if _DECIMAL_COMMA.fullmatch(plain):
        plain = plain.replace(".", "").replace(",", ".")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number.adjusted()) < 100 else None
