"""Time periods as Polish public bodies write them, read into calendar periods.

Pure: no CKAN, no clock. A value is a period, not an instant: "2024" is the whole year, "I kw. 2024" a
quarter, "2023/2024" a school year. What counts as a time column or a sentinel comes from the quality
model (newest period: dates, years, quarters, months, school years; sentinels do not count).
"""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

Grain = Literal["day", "week", "month", "quarter", "half", "year", "school_year"]

GRAINS: tuple[Grain, ...] = ("day", "week", "month", "quarter", "half", "year", "school_year")
"""Every grain, finest first (a school year is as long as a year, but starts on 1 September)."""

EARLIEST_YEAR = 1800
LATEST_YEAR = 2200
"""Years outside this span are read only when they are sentinels (0001, 9999 …): "2661011" is no date."""

SENTINEL_DAYS: frozenset[date] = frozenset(
    date.fromisoformat(day)
    for day in (
        "0001-01-01",
        "1753-01-01",
        "1800-01-01",
        "1899-12-30",
        "1899-12-31",
        "1900-01-01",
        "2099-12-31",
        "2100-01-01",
        "2999-12-31",
        "3000-01-01",
        "9999-01-01",
        "9999-12-31",
    )
)
"""Days that software writes for "no date". 1 January 1970 is not here: registers hold real ones."""

SENTINEL_YEARS: frozenset[int] = frozenset({1, 2999, 3000, 9999})


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """A calendar period; ``start`` and ``end`` are its first and last day, both included."""

    start: date
    end: date
    grain: Grain

    @property
    def days(self) -> int:
        """Length in days (1 for a day)."""
        return (self.end - self.start).days + 1


_MONTH_STEMS: tuple[tuple[str, ...], ...] = (
    ("styczen", "stycznia", "styczniu", "sty", "january", "jan"),
    ("luty", "lutego", "lutym", "lut", "february", "feb"),
    ("marzec", "marca", "marcu", "mar", "march"),
    ("kwiecien", "kwietnia", "kwietniu", "kwi", "april", "apr"),
    ("maj", "maja", "maju", "may"),
    ("czerwiec", "czerwca", "czerwcu", "cze", "june", "jun"),
    ("lipiec", "lipca", "lipcu", "lip", "july", "jul"),
    ("sierpien", "sierpnia", "sierpniu", "sie", "august", "aug"),
    ("wrzesien", "wrzesnia", "wrzesniu", "wrz", "september", "sep", "sept"),
    ("pazdziernik", "pazdziernika", "pazdzierniku", "paz", "october", "oct"),
    ("listopad", "listopada", "listopadzie", "lis", "november", "nov"),
    ("grudzien", "grudnia", "grudniu", "gru", "december", "dec"),
)
_MONTHS: dict[str, int] = {word: i for i, words in enumerate(_MONTH_STEMS, 1) for word in words}
_ROMAN: dict[str, int] = {
    roman: i
    for i, roman in enumerate(("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"), 1)
}

_POLISH_L = str.maketrans({"ł": "l", "Ł": "L"})


def fold(text: str) -> str:
    """Lower case without diacritics: "Październik" becomes "pazdziernik" (ł does not decompose)."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_POLISH_L))
    return "".join(ch for ch in decomposed if not unicodedata.combining(ch)).casefold()


# --- building periods ---


def _year_ok(year: int) -> bool:
    return EARLIEST_YEAR <= year <= LATEST_YEAR or year in SENTINEL_YEARS


def _day(year: int, month: int, day: int) -> Period | None:
    if not _year_ok(year):
        return None
    try:
        it = date(year, month, day)
    except ValueError:
        return None
    return Period(it, it, "day")


def _numeric_day(groups: dict[str, str]) -> Period | None:
    return _day(int(groups["y"]), int(groups["m"]), int(groups["d"]))


def _months(year: int, first: int, count: int, grain: Grain) -> Period | None:
    last = first + count - 1
    if not _year_ok(year) or first < 1 or last > 12:
        return None
    return Period(date(year, first, 1), date(year, last, monthrange(year, last)[1]), grain)


def _month(year: int, month: int) -> Period | None:
    return _months(year, month, 1, "month")


def _quarter(year: int, number: int) -> Period | None:
    return _months(year, 3 * number - 2, 3, "quarter")


def _half(year: int, number: int) -> Period | None:
    return _months(year, 6 * number - 5, 6, "half")


def _year(year: int) -> Period | None:
    return _months(year, 1, 12, "year")


def _week(year: int, week: int) -> Period | None:
    if not _year_ok(year):
        return None
    try:
        monday = date.fromisocalendar(year, week, 1)
    except ValueError:
        return None
    return Period(monday, monday + timedelta(days=6), "week")


def _school_year(first: int, second: int) -> Period | None:
    if second < 100:
        second += first - first % 100 + (100 if second < first % 100 else 0)
    if second != first + 1 or not EARLIEST_YEAR <= first <= LATEST_YEAR:
        return None
    return Period(date(first, 9, 1), date(second, 8, 31), "school_year")


def _ordinal(text: str) -> int:
    """1-12 from an Arabic or Roman number."""
    return int(text) if text.isdigit() else _ROMAN[text]


# --- patterns: each a form and how to read it; tried in this order ---

_Y = r"(?P<y>\d{4})"
_TIME = r"(?:[t ]\s*\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?\s*(?:z|utc|[+-]\d{2}:?\d{2})?)?"
_NAME = "(?P<name>" + "|".join(sorted(_MONTHS, key=len, reverse=True)) + r")\.?"
_NUM = r"(?P<n>[1-4]|iv|i{1,3})"
_QUARTER = r"(?:kwartal(?:u|e)?|kwart|kw)\.?"
_HALF = r"(?:polrocze|polrocza|polr|half)\.?"
_WEEK = r"(?:tydzien|tydz|week|w)\.?"

_Reader = Callable[[dict[str, str]], Period | None]

_FORMS: tuple[tuple[str, _Reader], ...] = (
    # days
    (rf"{_Y}([-/.])(?P<m>\d{{1,2}})\2(?P<d>\d{{1,2}}){_TIME}", _numeric_day),
    (rf"(?P<d>\d{{1,2}})([-/.])(?P<m>\d{{1,2}})\2{_Y}{_TIME}", _numeric_day),
    (r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})", _numeric_day),
    (rf"(?P<d>\d{{1,2}})\.?[ -]{_NAME}[ -]?{_Y}", lambda g: _named_day(g)),
    (rf"{_NAME} (?P<d>\d{{1,2}})(?:st|nd|rd|th)?,? {_Y}", lambda g: _named_day(g)),
    (rf"(?P<d>\d{{1,2}})[. ](?P<r>[ivx]+)[. ]{_Y}", lambda g: _roman(g, day=True)),
    # weeks
    (rf"{_Y}[- ]?w(?P<w>\d{{1,2}})", lambda g: _week(int(g["y"]), int(g["w"]))),
    (rf"{_Y}[- ]?w(?P<w>\d{{1,2}})-(?P<wd>[1-7])", lambda g: _week_day(g)),
    (rf"(?P<w>\d{{1,2}})\.? {_WEEK} {_Y}", lambda g: _week(int(g["y"]), int(g["w"]))),
    (rf"{_WEEK} ?(?P<w>\d{{1,2}})[ /,-]+{_Y}", lambda g: _week(int(g["y"]), int(g["w"]))),
    # quarters and half-years
    (rf"{_Y}[ /-]?[qk](?P<n>[1-4])", lambda g: _quarter(int(g["y"]), int(g["n"]))),
    (rf"[qk](?P<n>[1-4])[ /-]?{_Y}", lambda g: _quarter(int(g["y"]), int(g["n"]))),
    (rf"{_NUM}\.? ?{_QUARTER} ?{_Y}", lambda g: _quarter(int(g["y"]), _ordinal(g["n"]))),
    (rf"{_QUARTER} ?{_NUM}[ /-]+{_Y}", lambda g: _quarter(int(g["y"]), _ordinal(g["n"]))),
    (rf"{_Y}[ ,/-]*{_NUM}\.? ?{_QUARTER}", lambda g: _quarter(int(g["y"]), _ordinal(g["n"]))),
    (rf"{_Y}[ ,/-]*{_QUARTER} ?{_NUM}", lambda g: _quarter(int(g["y"]), _ordinal(g["n"]))),
    (rf"{_Y}[ /-]?[hsp](?P<n>[12])", lambda g: _half(int(g["y"]), int(g["n"]))),
    (rf"[hsp](?P<n>[12])[ /-]?{_Y}", lambda g: _half(int(g["y"]), int(g["n"]))),
    (rf"{_NUM}\.? ?{_HALF} ?{_Y}", lambda g: _half(int(g["y"]), _ordinal(g["n"]))),
    (rf"{_Y}[ ,/-]*{_NUM}\.? ?{_HALF}", lambda g: _half(int(g["y"]), _ordinal(g["n"]))),
    # months
    (rf"{_Y}[-/.](?P<m>\d{{1,2}})", lambda g: _month(int(g["y"]), int(g["m"]))),
    (rf"(?P<m>\d{{1,2}})[-/.]{_Y}", lambda g: _month(int(g["y"]), int(g["m"]))),
    (r"(?P<y>\d{4})(?P<m>\d{2})", lambda g: _month(int(g["y"]), int(g["m"]))),
    (rf"{_Y}[- ]?m(?P<m>\d{{1,2}})", lambda g: _month(int(g["y"]), int(g["m"]))),
    (rf"(?:miesiac )?{_NAME}[ /,-]*{_Y}", lambda g: _month(int(g["y"]), _MONTHS[g["name"]])),
    (rf"{_Y}[ /,-]*{_NAME}", lambda g: _month(int(g["y"]), _MONTHS[g["name"]])),
    (rf"(?P<r>[ivx]+)[ ./-]{_Y}", lambda g: _roman(g, day=False)),
    (rf"{_Y}[ ./-](?P<r>[ivx]+)", lambda g: _roman(g, day=False)),
    # school years and years
    (
        r"(?:rok szkolny |r\. ?szk\. ?)?(?P<y>\d{4}) ?[/–-] ?(?P<y2>\d{4}|\d{2})",
        lambda g: _school_year(int(g["y"]), int(g["y2"])),
    ),
    (rf"(?:rok )?{_Y}", lambda g: _year(int(g["y"]))),
)


def _named_day(groups: dict[str, str]) -> Period | None:
    return _day(int(groups["y"]), _MONTHS[groups["name"]], int(groups["d"]))


def _roman(groups: dict[str, str], *, day: bool) -> Period | None:
    month = _ROMAN.get(groups["r"])
    if month is None:
        return None
    return _day(int(groups["y"]), month, int(groups["d"])) if day else _month(int(groups["y"]), month)


def _week_day(groups: dict[str, str]) -> Period | None:
    week = _week(int(groups["y"]), int(groups["w"]))
    if week is None:
        return None
    it = week.start + timedelta(days=int(groups["wd"]) - 1)
    return Period(it, it, "day")


_COMPILED = tuple((re.compile(form), reader) for form, reader in _FORMS)
_SUFFIX = re.compile(r"\s*(?:r\.?|roku|rok)$")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")
_INTERVAL = re.compile(r"\s*(?:/|\s-\s|–|—|\bdo\b)\s*")
_MAX_LENGTH = 40


def parse_period(value: Any) -> Period | None:
    """The period a cell stands for, or None when it is no period.

    Takes text, date, datetime and whole numbers (2024, 202401, 20240131). A sentinel such as 9999-12-31 is
    returned like any date: ask `is_sentinel`. An interval is read when it is exactly one calendar period
    ("2024-01-01/2024-01-31" is January). 2011/12 reads as December 2011, not as a school year.
    """
    if isinstance(value, str):
        return _parse_text(value) if len(value) <= _MAX_LENGTH else None
    if isinstance(value, datetime):
        return Period(value.date(), value.date(), "day")
    if isinstance(value, date):
        return Period(value, value, "day")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float):
        if not value.is_integer():
            return None
        value = int(value)
    return _parse_text(str(value))


@lru_cache(maxsize=65536)
def _parse_text(raw: str) -> Period | None:
    if len(raw) == 10 and raw[4] == raw[7] == "-":  # by far the commonest form, and cheap to read
        try:
            it = date.fromisoformat(raw)
        except ValueError:
            pass
        else:
            return Period(it, it, "day") if _year_ok(it.year) else None
    if not any(ch.isdigit() for ch in raw):
        return None
    text = _SUFFIX.sub("", _SPACES.sub(" ", fold(raw)).strip())
    for form, reader in _COMPILED:
        match = form.fullmatch(text)
        if match and (period := reader(match.groupdict())):
            return period
    return _parse_interval(text)


def _parse_interval(text: str) -> Period | None:
    parts = _INTERVAL.split(text.removeprefix("od "))
    if len(parts) != 2:
        return None
    first, last = _parse_text(parts[0]), _parse_text(parts[1])
    if not first or not last or first.grain not in ("day", "month") or last.grain != first.grain:
        return None
    return _exact_period(first.start, last.end)


def _exact_period(start: date, end: date) -> Period | None:
    """The one calendar period from ``start`` to ``end``, both included."""
    candidates = [
        Period(start, start, "day"),
        _week(*start.isocalendar()[:2]),
        _month(start.year, start.month),
        _quarter(start.year, (start.month + 2) // 3),
        _half(start.year, 1 if start.month < 7 else 2),
        _year(start.year),
        _school_year(start.year, start.year + 1),
    ]
    return next((c for c in candidates if c and c.start == start and c.end == end), None)


def is_sentinel(value: Period | date | Any) -> bool:
    """True for dates that stand for "unknown" or "for ever" (1900-01-01, 9999-12-31, year 9999 …)."""
    period = value if isinstance(value, Period) else parse_period(value)
    if period is None:
        return False
    if period.end.year in SENTINEL_YEARS:
        return True
    return period.grain == "day" and period.start in SENTINEL_DAYS


# --- recognising a time column ---


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TIME_WORDS = _words("""
    data date dzien day doba okres period rok year lata miesiac month mies kwartal kwart quarter tydzien week
    polrocze semestr semester czas time timestamp godzina datetime termin sezon dt kiedy
""")
_ATTRIBUTE_WORDS = _words("""
    budowy urodzenia konca koniec zakonczenia waznosci wygasniecia produkcji zalozenia rejestracji powstania
    oddania uruchomienia wpisu zgonu otwarcia zamkniecia modyfikacji aktualizacji rozpoczecia zawarcia uchwalenia wejscia
    wydania obowiazuje obowiazywania umowy planowana planowany planowane publikacji utworzenia do
    birth end expiry built valid modified updated created
""")
_OBJECT_WORDS = _words("""
    budowy nasadzenia posadzenia uchwaly uchwalenia nadania wymiany remontu montazu produkcji zalozenia powstania
    ustanowienia urodzenia built birth position
""")
"""What happened once to the thing that a row describes: never the time that the row is about.

"position" is GML's timePosition, the name that GDAL gives to any date of a feature instead of the attribute's own.
"""
_NOT_TIME_WORDS = _words("""
    id kod code nr numer number liczba ilosc kwota wartosc suma cena pow powierzchnia dlugosc szerokosc teryt
    pesel regon nip zl pln procent udzial stan wskaznik count amount value tel telefon
""")
_WEAK_TEXT = re.compile(r"\d{4}(?:\d{2}){0,2}(?:\.0+)?|\d{1,2}\.\d{4}|\d{4}\.\d{1,2}")
_WORDS = re.compile(r"[^a-z]+")

TIME_COLUMN_MINIMUM = 0.5
"""A column whose `time_column_score` is at least this is recognised as time."""


def name_words(name: str) -> frozenset[str]:
    """The words of a column name, folded: "Data_pomiaru [UTC]" gives data, pomiaru, utc."""
    return frozenset(_WORDS.split(fold(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)))) - {""}


def time_column_score(name: str, values: Iterable[Any]) -> float:
    """How surely a column holds the time that its rows are about: 0 (not at all) to 1.

    ``values`` is a sample; empty ones are left out. At least nine in ten must read as periods. Bare numbers
    such as 2024 or 202401 count only when the name says time or nothing speaks against it and they differ
    little. Dates that may describe a thing (end of a contract) score lower than dates of observation, and what
    can only be a thing's (year of construction) scores nothing: a register of old houses is not out of date.
    """
    cells = [v for v in values if v is not None and (not isinstance(v, str) or v.strip())]
    if not cells:
        return 0.0
    periods = [p for p in (parse_period(v) for v in cells) if p]
    share = len(periods) / len(cells)
    if share < 0.9:
        return 0.0
    words = name_words(name)
    if words & _OBJECT_WORDS:
        return 0.0
    named, attribute = bool(words & _TIME_WORDS), bool(words & _ATTRIBUTE_WORDS)
    weak = all(
        isinstance(v, int | float) or (isinstance(v, str) and _WEAK_TEXT.fullmatch(v.strip())) for v in cells
    )
    if weak and not named:
        if words & _NOT_TIME_WORDS or attribute:
            return 0.0
        sound = [p.start.year for p in periods if not is_sentinel(p)]
        if not sound or max(sound) - min(sound) > 100 or len({p.grain for p in periods}) > 1:
            return 0.0
        return round(0.5 * share, 3)
    base = 0.9 if named else 0.7
    return round((base - (0.3 if attribute else 0.0) + (0.1 if share == 1 else 0.0)) * share, 3)
