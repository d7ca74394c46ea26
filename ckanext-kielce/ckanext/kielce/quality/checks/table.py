"""A light reader for the CSV files of histories: text in, stripped cells out.

Histories hold thousands of small versions, most of them nearly the same; the portal's own reader types whole columns
with polars and takes several times as long. Encodings are told by the same rules as there.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections import Counter
from functools import cached_property

from ckanext.kielce.common.periods import fold
from ckanext.kielce.tables.encoding import detect

from .cells import SPACES, canonical, number, period
from .rules import CHECK_RULES, CheckRules

DELIMITERS = ";,\t|"
_STRIP = " \t\r\n\u00a0\u202f\ufeff"
_TOTALS = ("razem", "ogolem", "suma", "lacznie", "total", "podsumowanie")
_HEAD = 12
_CELL_LIMIT = 10_000_000

csv.field_size_limit(_CELL_LIMIT)


def _delimiter(lines: list[str]) -> str:
    """The separator that splits the first lines into the most equal parts."""
    best, found = (0, 0), ";"
    for mark in DELIMITERS:
        counts = Counter(len(row) for row in csv.reader(lines, delimiter=mark) if row)
        widths = [(times, width) for width, times in counts.items() if width > 1]
        if widths and max(widths) > best:
            best, found = max(widths), mark
    return found


def _first_word(cell: str) -> str:
    return fold(cell).split(" ")[0].rstrip(":.,")


def decode(data: bytes) -> tuple[str, str]:
    """Text without a byte order mark, and the codec it was in."""
    found = detect(data)
    return data[found.bom :].decode(found.codec, "replace"), "ascii" if found.ascii_only else found.codec


class Table:
    """One version's table: `header` (stripped titles), `rows` (stripped cells, as wide as the header).

    Title rows above the header, empty rows, notes and totals below are left out. `lines` holds the line number in the
    file of each row (from 1, one line a row).
    """

    def __init__(self, data: bytes, rules: CheckRules = CHECK_RULES) -> None:
        text, self.codec = decode(data)
        self.rules = rules
        if text[:4].lower() == "sep=":
            text = text.split("\n", 1)[-1]
        text = text.replace("\x00", "")
        full = [line for line in text[:20_000].splitlines()[:60] if line.strip()][:30]
        self.delimiter = _delimiter(full)
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=self.delimiter)
        raw = [(reader.line_num, [cell.strip(_STRIP) for cell in row]) for row in reader]
        self._shape([(number, row) for number, row in raw if any(row)])

    def _shape(self, raw: list[tuple[int, list[str]]]) -> None:
        widths = Counter(len(row) for _, row in raw)
        usual = max(widths, key=lambda width: (widths[width], width), default=0)
        first = 0
        for first, (_, row) in enumerate(raw[:_HEAD]):  # noqa: B007
            if sum(map(bool, row)) >= max(1, min(usual, 0.6 * usual + 0.5)):
                break
        else:
            first = 0
        header = list(raw[first][1]) if raw else []
        body = raw[first + 1 :]
        while (
            header
            and not header[-1]
            and all(len(row) < len(header) or not row[len(header) - 1] for _, row in body)
        ):
            header.pop()
        width = len(header)
        if width >= 3:
            while body and sum(map(bool, body[-1][1])) == 1 and number(max(body[-1][1], key=len)) is None:
                body.pop()
        while body and any(_first_word(cell) in _TOTALS for cell in body[-1][1][:2]) and len(body) > 1:
            body.pop()
        self.header = header
        self.lines = [number for number, _ in body]
        self.rows = [row[:width] if len(row) >= width else row + [""] * (width - len(row)) for _, row in body]

    def column(self, name: str) -> list[str]:
        """The cells of a column; [] when there is none of that name."""
        if name not in self.header:
            return []
        index = self.header.index(name)
        return [row[index] for row in self.rows]

    @cached_property
    def _columns(self) -> list[list[str]]:
        return (
            [list(cells) for cells in zip(*self.rows, strict=True)]
            if self.rows
            else [[] for _ in self.header]
        )

    def columns(self) -> list[tuple[str, list[str]]]:
        """Names with cells, in order."""
        return list(zip(self.header, self._columns, strict=True))

    @cached_property
    def value_hash(self) -> str:
        """Of the values, blind to spelling, order of rows and columns, and to a column that only dates the export."""
        kept = [
            (SPACES.sub(" ", fold(name)), cells)
            for name, cells in self.columns()
            if any(cells) and not self._dates_export(name, cells)
        ]
        kept.sort(key=lambda item: item[0])
        rows = sorted(zip(*([canonical(cell) for cell in cells] for _, cells in kept), strict=True))
        text = repr(([name for name, _ in kept], rows))
        return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()

    def _dates_export(self, name: str, cells: list[str]) -> bool:
        if len(self.rows) < 2 or len(set(cells)) != 1:
            return False
        words = set(SPACES.sub(" ", fold(name).replace("_", " ")).split())
        return bool(words & self.rules.export_words) and period(cells[0][:10]) is not None
