"""The values of a table as each form of download writes them, as SQL: PostgreSQL's COPY does the work in one pass. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from ckanext.kielce.tables.shared import Field
from psycopg2 import sql

#: What Excel would spoil in a cell of text (pattern, how it is written). The first that fits counts.
#: A formula is disarmed by an apostrophe; what looks like a number or a date ("007", "3/5", "1-2", "1E5") is written as ="…".
EXCEL_TEXT: Sequence[tuple[str, str]] = (
    (r"^\s*[=+@\-\t\r]", "apostrophe"),
    (r"^0\d+$", "formula"),
    (r"^\d{12,}$", "formula"),
    (r"^\d{1,4}[./-]\d{1,4}([./-]\d{1,4})?$", "formula"),
    (r"^\d+[eE]\d+$", "formula"),
)
#: A plain negative number in a column of text is no formula.
PLAIN_NUMBER = r"^\s*[+-]\s?\d+([.,]\d+)?$"
#: Excel keeps fifteen digits of a number.
EXCEL_DIGITS = 10**15
WORDS: Mapping[str, tuple[str, str]] = {"pl": ("tak", "nie"), "en": ("yes", "no")}

CSV_FORM = "FORMAT csv"
EXCEL_FORM = "FORMAT csv, DELIMITER ';'"
#: JSON holds no control characters, so that COPY has nothing to quote.
JSON_FORM = "FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02'"
BOM = b"\xef\xbb\xbf"


def plain(fields: Iterable[Field]) -> sql.Composable:
    """Values for programs: ISO dates and moments, decimal points, true and false."""
    return sql.SQL(", ").join([_plain(field) for field in fields])


def _plain(field: Field) -> sql.Composable:
    name = sql.Identifier(field.id)
    if field.kind == "boolean":
        return sql.SQL("{}::text").format(name)
    if field.kind == "datetime":
        return sql.SQL("replace({}::text, ' ', 'T')").format(name)
    return _number(field)


def _number(field: Field) -> sql.Composable:
    # Fractions are read as floating point and stored as "40.0" where the file said 40.
    name = sql.Identifier(field.id)
    return sql.SQL("trim_scale({})").format(name) if field.type == "numeric" else name


def excel(fields: Iterable[Field], lang: str) -> sql.Composable:
    """Values for Excel with Polish settings."""
    return sql.SQL(", ").join([_excel(field, lang) for field in fields])


def _excel(field: Field, lang: str) -> sql.Composable:
    name = sql.Identifier(field.id)
    if field.kind == "number":
        return sql.SQL("CASE WHEN abs({0}) >= {1} THEN {2} ELSE replace({0}::text, '.', ',') END").format(
            _number(field), sql.Literal(EXCEL_DIGITS), _as_formula(sql.SQL("{}::text").format(name))
        )
    if field.kind == "date":
        return sql.SQL("{}::text").format(name)
    if field.kind == "datetime":
        return sql.SQL("to_char({}, 'YYYY-MM-DD HH24:MI:SS')").format(name)
    if field.kind == "boolean":
        yes, no = WORDS["pl" if lang == "pl" else "en"]
        return sql.SQL("CASE WHEN {0} THEN {1} WHEN NOT {0} THEN {2} END").format(
            name, sql.Literal(yes), sql.Literal(no)
        )
    text = name if field.kind == "text" else sql.SQL("{}::text").format(name)
    cases = [sql.SQL("WHEN {} ~ {} THEN {}").format(text, sql.Literal(PLAIN_NUMBER), text)]
    for pattern, how in EXCEL_TEXT:
        written = _as_formula(text) if how == "formula" else sql.SQL("'''' || {}").format(text)
        cases.append(sql.SQL("WHEN {} ~ {} THEN {}").format(text, sql.Literal(pattern), written))
    return sql.SQL("CASE {} ELSE {} END").format(sql.SQL(" ").join(cases), text)


def _as_formula(text: sql.Composable) -> sql.Composable:
    return sql.SQL("""'="' || {} || '"'""").format(text)


def objects(fields: Sequence[Field]) -> sql.Composable:
    """Each row as a JSON object, keys in the order of the columns."""
    inner = [sql.SQL("{} AS {}").format(_number(field), sql.Identifier(field.id)) for field in fields]
    # A row made by a subquery is the only way to row_to_json with names of one's own; the outer columns are its source.
    return sql.SQL("(SELECT row_to_json(one) FROM (SELECT {}) one)").format(sql.SQL(", ").join(inner))


def header(fields: Iterable[Field], delimiter: str = ",", *, spoken: bool = False) -> bytes:
    """The first line of a CSV file: names of columns, or, ``spoken``, what people call them with the unit in brackets."""
    buffer = io.StringIO()
    titles = [title(field) for field in fields] if spoken else [field.id for field in fields]
    safe = ["'" + text if spoken and text[:1] in "=+@-\t\r" and text else text for text in titles]
    csv.writer(buffer, delimiter=delimiter, lineterminator="\n").writerow(safe)
    return buffer.getvalue().encode()


def title(field: Field) -> str:
    """What people call a column, with its unit."""
    name = field.label or field.id
    return f"{name} [{field.unit}]" if field.unit and f"[{field.unit}]" not in name else name
