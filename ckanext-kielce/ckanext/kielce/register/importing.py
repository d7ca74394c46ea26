"""A list of sets (CSV, XLSX …) read into the register: all of it, or nothing and every row's errors.

A row with an identifier changes that entry; one without changes the entry of the same unit and title, or makes one. Only
the columns that are there are written, so that a list of planned dates need not repeat the rest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ckanext.kielce.common import vocabularies
from ckanext.kielce.common.marking import N_
from ckanext.kielce.common.periods import fold

from . import domain, vocabulary

if TYPE_CHECKING:
    from ckanext.kielce.tables.shared import Problem, Table

NO_UNIT = N_("There is no unit “{value}”. Write its name as the portal does")
NO_DATASET = N_("There is no dataset “{value}”. Give the address of its page, or its name")
NO_DOMAIN = N_("There is no domain “{value}”")
#: Bytes of a list, and of what is unpacked from a workbook.
MOST_BYTES = 20 * 2**20
MOST_COLUMNS = 200
#: What is wrong with the table as such, told as the reader of tables tells it.
FATAL = frozenset(
    {"ragged_rows", "broken_quotes", "broken_characters", "repeated_column_name", "totals_rows", "no_header"}
)


@dataclass(frozen=True)
class RowError:
    """What is wrong with one cell: ``row`` as a spreadsheet counts (None: the list as a whole), ``column`` its heading."""

    row: int | None
    column: str
    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """A row that can be written.

    :ivar fields: what its cells say, for the columns that the list has
    :ivar columns: field → heading, for messages
    """

    number: int
    entry_id: str | None
    fields: dict[str, Any]
    columns: Mapping[str, str]


@dataclass
class Reading:
    """The rows of a list, or what is wrong with it; ``problems`` are those of the file itself, in both languages."""

    rows: list[Row] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class Known:
    """How names in a list are looked up: each gives an id, or None for a name that is not known."""

    unit: Callable[[str], str | None]
    dataset: Callable[[str], str | None]


def read_list(path: Path, known: Known, most_rows: int) -> Reading:
    """Read a list; its first sheet where it has several."""
    from ckanext.kielce.tables.shared import Limits, TableError, read  # readers are no part of every start

    limits = Limits(
        text_bytes=MOST_BYTES, unpacked_bytes=MOST_BYTES * 5, rows=most_rows + 1, columns=MOST_COLUMNS
    )
    try:
        table = read(path, limits=limits)[0]
    except TableError as error:
        return Reading(problems=list(error.problems))
    fatal = [problem for problem in table.warnings if problem.code in FATAL]
    if fatal:
        return Reading(problems=fatal)
    if table.sampled or table.frame.height > most_rows:
        return Reading(
            errors=[
                RowError(None, "", N_("The list is too long: {n} rows at most. Part it"), {"n": most_rows})
            ]
        )
    return _read_table(table, known)


def _read_table(table: Table, known: Known) -> Reading:
    found = Reading()
    columns: dict[str, str] = {}
    for column in table.columns:
        word = vocabulary.find(vocabulary.columns(), column.title)
        if word is None:
            known_columns = ", ".join(each.pl for each in vocabulary.columns().values())
            found.errors.append(
                RowError(
                    table.header_row,
                    column.title,
                    N_("There is no such column. Columns of the register: {known}"),
                    {"known": known_columns},
                )
            )
        elif word.code in columns:
            found.errors.append(
                RowError(table.header_row, column.title, N_("This column is there twice"), {})
            )
        else:
            columns[word.code] = column.name
    if "id" not in columns and not {"title", "unit"} <= columns.keys():
        sentence = N_(
            "The list needs the columns “tytuł” and “jednostka”, or the identifiers of an exported list"
        )
        found.errors.append(RowError(table.header_row, "", sentence, {}))
    if found.errors:
        return found
    headings = {
        code: next(c.title for c in table.columns if c.name == name) for code, name in columns.items()
    }
    seen: dict[Any, int] = {}
    for number, cells in _rows(table, columns):
        row = _row(number, cells, headings, known, found.errors)
        if row is None:
            continue
        same = row.entry_id or domain.key(row.fields.get("title", ""), row.fields.get("unit_id", ""))
        if same in seen:
            found.errors.append(RowError(number, "", N_("The same set as in row {n}"), {"n": seen[same]}))
        seen.setdefault(same, number)
        found.rows.append(row)
    if not found.rows and not found.errors:
        found.errors.append(RowError(None, "", N_("The list has no rows"), {}))
    return found


def _rows(table: Table, columns: Mapping[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    lists = {code: table.frame[name].to_list() for code, name in columns.items()}
    for index in range(table.frame.height):
        yield table.row_number(index), {code: _text(cells[index]) for code, cells in lists.items()}


def _text(cell: Any) -> str:
    """A cell as a person would type it; the apostrophe that keeps a spreadsheet from calculating is not part of it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "tak" if cell else "nie"
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell).strip()
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA else text


#: Beginnings by which a spreadsheet takes a text for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _row(
    number: int, cells: Mapping[str, str], headings: Mapping[str, str], known: Known, errors: list[RowError]
) -> Row | None:
    before = len(errors)
    fields: dict[str, Any] = {}
    scores: dict[str, int | None] = {}
    for code, text in cells.items():
        if code == "id":
            continue
        problem: domain.Problem | None = None
        if code == "unit":
            fields["unit_id"] = known.unit(text) if text else ""
            if text and not fields["unit_id"]:
                problem = (
                    NO_UNIT,
                    {"value": text},
                )
        elif code == "dataset":
            fields["dataset_id"] = known.dataset(text) if text else None
            if text and not fields["dataset_id"]:
                problem = (
                    NO_DATASET,
                    {"value": text},
                )
        elif code == "domain":
            found = _domain(text)
            fields["domain"] = found or ""
            if text and not found:
                problem = (NO_DOMAIN, {"value": text})
        elif code in vocabulary.criteria():
            scores[code], problem = domain.read(code, text)
        else:
            fields[code], problem = domain.read(code, text)
        if problem:
            errors.append(RowError(number, headings[code], *problem))
    if len(errors) > before:
        return None
    if scores:
        fields["scores"] = scores
    return Row(number, cells.get("id") or None, fields, headings)


def _domain(text: str) -> str | None:
    found = vocabularies.domain(text)
    if found is None:
        found = next(
            (each for each in vocabularies.load("domains") if fold(text) in (fold(each.pl), fold(each.en))),
            None,
        )
    return found.code if found else None


def merged_scores(current: Mapping[str, int], given: Mapping[str, int | None]) -> dict[str, int]:
    """Scores after a list or form: those that it has, emptied ones dropped, the others as they were."""
    return {code: score for code, score in {**current, **given}.items() if score is not None}
