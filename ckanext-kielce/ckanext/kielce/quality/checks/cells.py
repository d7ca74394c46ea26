"""Single cells: numbers in Polish and English form, the value behind the spelling, and how a date is written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from ckanext.kielce.common.periods import Period, fold, is_sentinel, name_words, parse_period

SPACES = re.compile(r"[\s\u00a0\u202f]+")
_GROUP = r"[ \u00a0\u202f']"
_NUMBER = re.compile(
    rf"[+\-−]?(?:\d{{1,3}}(?:{_GROUP}\d{{3}})+|\d+)(?:[.,]\d+)?(?:[eE][+-]?\d{{1,3}})?|[+\-−]?[.,]\d+"
    r"|[+\-−]?\d{1,3}(?:\.\d{3})+,\d+|[+\-−]?\d{1,3}(?:,\d{3})+\.\d+|[+\-−]?\d{1,3}(?:\.\d{3}){2,}"
)
_PLAIN = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d+)?")
_LEADING_ZERO = re.compile(r"0\d+")
_RUNS = re.compile(r"\d+|[^\W\d_]+", re.UNICODE)
_QUARTER = re.compile(r"[1-4][/-]\d{4}")
_QUARTER_WORDS = frozenset(("kwartal", "kwart", "kw", "quarter"))
_FOREIGN = re.compile(r"[^\x00-\x7f]+")
_CACHE = 1 << 17

EMPTY: frozenset[str] = frozenset(
    ("", "-", "–", "—", ".", "..", "...", "…", "x", "bd", "b.d.", "b.d", "(bd)", "nd", "n.d.", "n/d", "brak",
     "brak danych", "n/a", "na", "null", "none", "nan", "#n/d", "#n/a", "*", "**")
)  # fmt: skip
"""Ways of writing "no value" where numbers or dates are expected (lower case)."""


def sentences(text: str) -> list[str]:
    """The sentences of a folded text; "r." (of a year) ends none."""
    return [part for part in re.split(r"(?<=[.!?;])\s+(?!r\b)", text) if part.strip()]


@lru_cache(64)
def _beginnings(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, words)) + ")")


def says(text: str, words: tuple[str, ...]) -> bool:
    """Whether a folded text holds a word that begins so, also behind a bracket or a quotation mark."""
    return _beginnings(words).search(text) is not None


@lru_cache(1 << 14)
def skeleton(text: str) -> str:
    """A name without its letters beyond ASCII, in lower case: in a wrong encoding it is still the same name."""
    return _FOREIGN.sub("?", SPACES.sub(" ", text).strip().lower())


def is_blank(cell: str) -> bool:
    """Whether a cell stands for no value where a number or a date is expected."""
    return not cell or (len(cell) < 12 and cell.lower() in EMPTY)


@lru_cache(_CACHE)
def number(cell: str) -> float | None:
    """The number a cell holds, in Polish or English writing; None when it is none."""
    if _PLAIN.fullmatch(cell):
        return float(cell)
    if not cell or not _NUMBER.fullmatch(cell):
        return None
    text = re.sub(_GROUP, "", cell).replace("−", "-")
    dots, commas = text.count("."), text.count(",")
    if dots and commas:
        mark = max(".", ",", key=text.rfind)
        text = text.replace("," if mark == "." else ".", "").replace(",", ".")
    elif dots > 1:
        text = text.replace(".", "")
    else:
        text = text.replace(",", ".")
    return float(text)


@lru_cache(_CACHE)
def decimals(cell: str) -> int:
    """Digits printed after the decimal mark."""
    tail = re.search(r"[.,](\d+)$", cell.strip())
    return len(tail.group(1)) if tail else 0


@lru_cache(_CACHE)
def period(cell: str) -> Period | None:
    """The calendar period a cell stands for; numbers with a fraction are none ("12,5" is no month)."""
    return parse_period(cell) if cell and len(cell) <= 40 else None


def quarters(name: str, cells: Sequence[str]) -> bool:
    """Whether "3/2025" is a quarter here: the column is named after quarters and no number is above 4."""
    return bool(name_words(name) & _QUARTER_WORDS) and all(
        _QUARTER.fullmatch(cell) for cell in cells if not is_blank(cell)
    )


def periods(name: str, cells: Sequence[str]) -> list[Period | None]:
    """The periods that the cells of a column stand for."""
    if quarters(name, cells):
        cells = [f"Q{cell}" if _QUARTER.fullmatch(cell) else cell for cell in cells]
    return [period(cell) for cell in cells]


@lru_cache(_CACHE)
def canonical(cell: str) -> str:
    """The value behind the spelling: "12", "12,0" and "12.00" are one; so are "31.08.2023" and "2023-08-31"."""
    if not cell or cell[0].isalpha():
        return SPACES.sub(" ", cell) if " " in cell or "\u00a0" in cell else cell
    value = None if _LEADING_ZERO.fullmatch(cell) or len(cell) > 18 else number(cell)
    if value is not None:
        return repr(value + 0.0)
    if "." in cell or "-" in cell or "/" in cell:
        found = period(cell)
        if found is not None and found.grain == "day" and len(cell) <= 10:
            return found.start.isoformat()
    return SPACES.sub(" ", cell)


@lru_cache(_CACHE)
def label(cell: str) -> str:
    """A cell as a key: its period if it is one, else folded text, "01" and "1" apart."""
    found = period(cell)
    if found is not None:
        return f"{found.start}/{found.end}"
    return SPACES.sub(" ", fold(cell)).strip()


@lru_cache(_CACHE)
def date_form(cell: str) -> str:
    """How a date is written: runs of digits become Y (four), D (one or two) or N, words a: "31.08.2023" is D.D.Y."""

    def run(match: re.Match[str]) -> str:
        text = match.group()
        if not text.isdigit():
            return "r" if re.fullmatch(r"[IVX]+", text) else "T" if text == "T" else "a"
        return "Y" if len(text) == 4 else "D" if len(text) < 3 else f"N{len(text)}"

    return _RUNS.sub(run, cell)


def sentinel(found: Period) -> bool:
    """Whether a period stands for "unknown" or "for ever"."""
    return is_sentinel(found)
