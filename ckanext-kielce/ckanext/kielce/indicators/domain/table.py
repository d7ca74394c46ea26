"""The report's table (CSV) into cards and values: all rows are read, or none, and each fault says file, row, field, remedy."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from . import cards as card_module
from .codes import CodeError, normalise, sort_key
from .printed import CellError, read_cell
from .rules import Value, apply_rules, interpret
from .vocabulary import KINDS, card_texts

#: Columns before the cities.
HEADER = ("code", "name_pl", "kind", "unit_note")
_KIND_BY_PRINT = {polish: code for code, (polish, _) in KINDS.items()}


@dataclass(frozen=True)
class RowProblem:
    """One fault of the table. ``row`` counts lines of the file from 1 (0: the file as a whole); ``field`` is the column."""

    file: str
    row: int
    field: str
    message: str

    def __str__(self) -> str:
        place = f"row {self.row}, column {self.field}" if self.row else self.field
        return f"{self.file}, {place}: {self.message}"


class TableError(ValueError):
    """The table has faults, so nothing of it is taken."""

    def __init__(self, problems: list[RowProblem]) -> None:
        self.problems = problems
        super().__init__("; ".join(map(str, problems)))


@dataclass(frozen=True)
class IndicatorTable:
    """A table read: cities in the order printed, cards and values in the order of the standard."""

    areas: tuple[str, ...]
    cards: tuple[card_module.Card, ...]
    values: tuple[Value, ...]

    def of(self, code: str) -> tuple[Value, ...]:
        """The values of one indicator, in the order of the cities."""
        return tuple(value for value in self.values if value.indicator == code)

    @property
    def missing_codes(self) -> list[str]:
        """Indicators of the standard that this table does not list."""
        listed = {card.code for card in self.cards}
        return [code for code in card_texts() if code not in listed]


def _decode(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise TableError(
            [RowProblem(file, line, "-", "the file is not UTF-8; save it as CSV in UTF-8 encoding")]
        ) from error


def _header(row: list[str], file: str) -> tuple[str, ...]:
    names = [name.strip() for name in row]
    if tuple(names[: len(HEADER)]) != HEADER or len(names) == len(HEADER):
        message = f"the first row must be {','.join(HEADER)} and then a column for each city"
        raise TableError([RowProblem(file, 1, names[0] if names else "-", message)])
    areas = tuple(names[len(HEADER) :])
    if "" in areas or len(set(areas)) != len(areas):
        raise TableError([RowProblem(file, 1, "city", "each city needs a name of its own in the first row")])
    return areas


def read_table(content: bytes, file: str = "table.csv") -> IndicatorTable:
    """Read the report's table and apply the rules.

    :param content: the CSV file's bytes, UTF-8, comma-separated, header ``code,name_pl,kind,unit_note,<city>…``
    :param file: its name, for the messages
    :raises TableError: with one problem per fault; nothing is returned then.
    """
    lines = csv.reader(io.StringIO(_decode(content, file), newline=""), strict=True)
    problems: list[RowProblem] = []
    try:
        header = next(lines, None)
        if header is None:
            raise TableError([RowProblem(file, 0, "-", "the file is empty; give the report's table as CSV")])
        areas = _header(header, file)
        rows = [(lines.line_num, row) for row in lines if any(cell.strip() for cell in row)]
    except csv.Error as error:
        message = f"the CSV breaks here ({error}); check the quotes"
        raise TableError([RowProblem(file, lines.line_num, "-", message)]) from error
    if not rows:
        raise TableError(
            [RowProblem(file, 0, "-", "the table has a header but no rows; give at least one indicator")]
        )
    seen: dict[str, int] = {}
    printed_cards: dict[str, tuple[str, str]] = {}
    values: list[Value] = []
    for number, row in rows:
        if len(row) != len(HEADER) + len(areas):
            message = f"{len(row)} cells where the header has {len(HEADER) + len(areas)}; quote cells that hold a comma"
            problems.append(RowProblem(file, number, "-", message))
            continue
        try:
            code = normalise(row[0])
        except CodeError as error:
            problems.append(RowProblem(file, number, "code", str(error)))
            continue
        if code in seen:
            message = f"{code} is already in row {seen[code]}; keep one of them"
            problems.append(RowProblem(file, number, "code", message))
            continue
        seen[code] = number
        name, kind = row[1].strip(), _KIND_BY_PRINT.get(row[2].strip().lower(), row[2].strip().lower())
        if not name:
            problems.append(
                RowProblem(file, number, "name_pl", "the name is empty; write the indicator's Polish name")
            )
        if kind not in KINDS:
            problems.append(RowProblem(file, number, "kind", f"'{row[2]}' must be podstawowy or pomocniczy"))
        printed_cards[code] = (name, kind)
        for area, cell in zip(areas, row[len(HEADER) :], strict=True):
            try:
                values.append(interpret(card_texts()[code], area, read_cell(cell)))
            except CellError as error:
                problems.append(RowProblem(file, number, area, str(error)))
    if problems:
        raise TableError(problems)
    order = {area: index for index, area in enumerate(areas)}
    ruled = apply_rules(values, card_texts())
    ruled.sort(key=lambda value: (sort_key(value.indicator), order[value.area]))
    cards = [
        card_module.build(code, name, kind, [value for value in ruled if value.indicator == code])
        for code, (name, kind) in sorted(printed_cards.items(), key=lambda item: sort_key(item[0]))
    ]
    return IndicatorTable(areas, tuple(cards), tuple(ruled))
