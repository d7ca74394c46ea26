"""PESEL numbers: in a column of numbers at least 20 % of the values, in text a single one. No value leaves this module."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from ckanext.kielce.common.periods import fold

from ..domain.model import Finding
from .base import Check, Scene, register
from .cells import is_blank
from .history import History, day

_WEIGHTS = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)
_CENTURIES = {0: 1900, 20: 2000, 40: 2100, 60: 2200, 80: 1800}
_IN_TEXT = re.compile(r"(?<![\w*/.,+-])'?(\d{11})(?![\w*/-])(?![.,]\d)")
_SPELLING = re.compile(r"^'?(\d[\d \u00a0]*\d|\d)(?:[.,]0+)?$")
_OTHER = re.compile(
    r"\b(nip|regon|krs|tel|telefon\w*|fax|kom|konto|rachun\w*|iban|nrb|dzialk\w*|parcel\w*|spraw\w*|sygn\w*|faktur\w*|"
    r"umow\w*|licznik\w*|seri\w*|ean|isbn|obreb\w*|zlecen\w*|decyzj\w*|wniosk\w*)\W{0,6}(?:nr|numer|no)?\W{0,6}$"
)
_GLUED = re.compile(r"(pesel)(?=\d)", re.IGNORECASE)
_PERSON = re.compile(r"pesel\W{0,6}$")


def is_pesel(text: str, today: date) -> bool:
    """Whether eleven digits hold a date of birth that has come, and the right check digit."""
    if len(text) != 11 or not text.isdigit() or not text.isascii():
        return False
    digits = [int(char) for char in text]
    month, offset = int(text[2:4]), 0
    offset = month // 20 * 20
    try:
        born = date(_CENTURIES[offset] + int(text[:2]), month - offset, int(text[4:6]))
    except (KeyError, ValueError):
        return False
    check = (10 - sum(w * d for w, d in zip(_WEIGHTS, digits, strict=False)) % 10) % 10
    return born <= today and check == digits[10] and text != "00000000000"


@register
class PersonalData(Check):
    """Valid PESELs (date and checksum) in the newest version."""

    code = "pii"

    def findings(self, history: History, scene: Scene) -> Iterator[Finding]:
        """Yield one finding for each column that holds them."""
        table = history.newest.content.table
        today = day(history.as_of)
        for name, cells in table.columns():
            lines = [line for cell, line in zip(cells, table.lines, strict=True) if _suspect(cell)]
            if not lines:
                continue
            hits, candidates, in_text = self._count(cells, table.lines, today)
            if not hits:
                continue
            yield self.found(
                history,
                "text" if in_text else "numbers",
                column=name,
                row=hits[0],
                count=len(hits),
                share=len(hits) / max(1, len(cells)),
                since=self._since(history, name, today),
                certainty=0.99 if len(hits) >= 3 or len(hits) >= 0.5 * candidates else 0.9,
            )

    def _count(self, cells: list[str], lines: list[int], today: date) -> tuple[list[int], int, bool]:
        """Lines with valid numbers, how many numbers looked like one, and whether the column is one of text."""
        full = [(cell, line) for cell, line in zip(cells, lines, strict=True) if not is_blank(cell)]
        bare = [(_digits(cell), line) for cell, line in full]
        only = [(text, line) for text, line in bare if text]
        if len(only) >= self.rules.digits_share * len(full):
            long = sum(len(text) == 11 for text, _ in only)
            short = long >= 0.5 * len(only)  # some lost the zero they began with
            hits = [line for text, line in only if is_pesel(text.zfill(11) if short else text, today)]
            return (
                (hits, len(only), False)
                if len(hits) >= self.rules.pesel_share * len(only)
                else ([], 0, False)
            )
        hits, candidates, named = [], 0, False
        for cell, line in full:
            text = _GLUED.sub(r"\1 ", cell)
            for match in _IN_TEXT.finditer(text):
                before = fold(text[max(0, match.start() - 30) : match.start()])
                if _OTHER.search(before) and not _PERSON.search(before):
                    continue
                candidates += 1
                if is_pesel(match.group(1), today):
                    hits.append(line)
                    named = named or bool(_PERSON.search(before))
        chance = candidates >= self.rules.text_by_chance and len(hits) < self.rules.pesel_share * candidates
        return ([], 0, True) if chance and not named else (hits, candidates, True)

    def _since(self, history: History, name: str, today: date) -> date:
        since = history.newest
        for item in reversed(history.versions[:-1]):
            table = item.content.table
            if (
                not self._count(table.column(name), table.lines[: len(table.rows)], today)[0]
                if name in table.header
                else True
            ):
                break
            since = item
        return day(since.at)


def _digits(cell: str) -> str:
    """The digits of a cell that holds nothing else, blanks inside left out; "" for any other."""
    match = _SPELLING.match(cell)
    return match.group(1).replace(" ", "").replace("\u00a0", "") if match else ""


def _suspect(cell: str) -> bool:
    return len(cell) >= 11 and sum(map(str.isdigit, cell)) >= 11
