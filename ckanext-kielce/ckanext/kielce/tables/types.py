"""The type of a column, from its values as text: numbers in Polish and English form, dates, codes.

Codes stay text: leading zeros, identifiers by name (PESEL, TERYT, NIP …), long digit strings of one length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl
from ckanext.kielce.common.periods import fold, name_words
from ckanext.kielce.tables.problems import Problem, problem
from ckanext.kielce.tables.table import Column, ColumnType

EMPTY_TOKENS: tuple[str, ...] = (
    "-", "–", "—", ".", "..", "...", "…", "x", "X", "bd", "b.d.", "b.d", "(bd)", "BD", "nd", "n.d.", "n/d", "ND", "N/D",
    "brak", "Brak", "brak danych", "Brak danych", "n/a", "N/A", "NA", "null", "NULL", "None", "NaN", "nan", "#N/D",
    "#ARG!", "#N/A", "#DIV/0!", "#REF!",
)  # fmt: skip
"""Ways of writing "no value"; they are emptied in columns of numbers and dates, and kept in columns of text."""

CODE_WORDS = frozenset(
    ("pesel", "nip", "regon", "krs", "teryt", "simc", "terc", "ulic", "tel", "telefon", "telefonu", "fax", "konto",
     "iban", "isbn", "pkd", "cpv", "kod", "code", "teryt6", "teryt7", "obreb", "dzialka", "symbol")
)  # fmt: skip
"""Words in a column's name that make its digits a code, kept as text."""

NULLABLE_SHARE = 0.9
"""From this share of numbers or dates on, other values in the column are reported as mixed types."""

_GROUP = r"[ \u00a0\u202f']"
_POINT = rf"^[+-]?(?:\d{{1,3}}(?:(?:{_GROUP}|,)\d{{3}})+|\d+)(?:\.\d+)?(?:[eE][+-]?\d{{1,3}})?$|^[+-]?\.\d+$"
_COMMA = rf"^[+-]?(?:\d{{1,3}}(?:(?:{_GROUP}|\.)\d{{3}})+|\d+)(?:,\d+)?(?:[eE][+-]?\d{{1,3}})?$|^[+-]?,\d+$"
_INTEGER = rf"^[+-]?(?:\d{{1,3}}(?:{_GROUP}\d{{3}})+|\d{{1,18}})$"
_LEADING_ZERO = r"^0\d+$"
_LONG_DIGITS = r"^\d{9,}$"
_SUFFIX = re.compile(r"\d\s*(%|‰|zł|PLN|EUR|€|°C)$")

_DATE_FORMS: tuple[tuple[str, str], ...] = (
    (r"^\d{4}-\d{1,2}-\d{1,2}$", "%Y-%m-%d"),
    (r"^\d{1,2}\.\d{1,2}\.\d{4}$", "%d.%m.%Y"),
    (r"^\d{1,2}-\d{1,2}-\d{4}$", "%d-%m-%Y"),
    (r"^\d{1,2}/\d{1,2}/\d{4}$", "%d/%m/%Y"),
    (r"^\d{1,2}/\d{1,2}/\d{4}$", "%m/%d/%Y"),
    (r"^\d{4}/\d{1,2}/\d{1,2}$", "%Y/%m/%d"),
    (r"^\d{4}\.\d{1,2}\.\d{1,2}$", "%Y.%m.%d"),
)
_TIME_FORMS: tuple[tuple[str, str], ...] = (
    (r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}$", "%Y-%m-%d %H:%M"),
    (r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$", "%Y-%m-%dT%H:%M"),
    (r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(?:\.\d+)?$", "%Y-%m-%d %H:%M:%S%.f"),
    (r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?$", "%Y-%m-%dT%H:%M:%S%.f"),
    (r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})$", "iso+zone"),
    (r"^\d{1,2}\.\d{1,2}\.\d{4} \d{1,2}:\d{2}$", "%d.%m.%Y %H:%M"),
    (r"^\d{1,2}\.\d{1,2}\.\d{4} \d{1,2}:\d{2}:\d{2}$", "%d.%m.%Y %H:%M:%S"),
)

_UNIT_IN_TITLE = re.compile(r"[\[(]\s*(?:w\s+)?([^\[\]()]{1,20})\s*[\])]\s*$")
_UNIT_WORDS = {
    "zl": "zł", "pln": "zł", "eur": "EUR", "szt": "szt.", "procent": "%", "proc": "%", "kwh": "kWh", "mwh": "MWh",
    "gwh": "GWh", "gj": "GJ", "mj": "MJ", "tj": "TJ", "kg": "kg", "mg": "Mg", "ton": "t", "m2": "m²", "m3": "m³",
    "km": "km", "km2": "km²", "ha": "ha", "min": "min", "ugm3": "µg/m³", "db": "dB", "hl": "hl", "dm3": "dm³",
}  # fmt: skip
_MULTIPLES = {"tys": "tys.", "mln": "mln", "mld": "mld"}


@dataclass(slots=True)
class Typed:
    """One typed column with its description and what was wrong."""

    series: pl.Series
    column: Column
    problem: Problem | None = None


def unit_of(title: str) -> str | None:
    """The unit a header names: "Cena [zł]" zł, "wplywy_tys_zl" tys. zł, "pobor (MWh)" MWh; None when it names none."""
    if match := _UNIT_IN_TITLE.search(title):
        return match.group(1).strip()
    tail = [word for word in re.split(r"[\s_]+", fold(title)) if word][-2:]
    unit = _UNIT_WORDS.get(tail[-1].rstrip(".")) if len(tail) == 2 or (tail and tail[-1] == "kwh") else None
    if unit and (multiple := _MULTIPLES.get(tail[0].rstrip("."))):
        return f"{multiple} {unit}"
    return unit


def is_code_name(name: str) -> bool:
    """True when the name says that digits in this column are a code, not a quantity."""
    return bool(name_words(name) & CODE_WORDS)


def type_text(series: pl.Series, name: str, title: str, *, first_row: int = 2) -> Typed:
    """Type a column of text. ``first_row`` is the row number of its first value, for the report.

    The values come back stripped; a column that is only almost numeric or almost dates stays text and the odd value
    is reported.
    """
    stripped = series.cast(pl.String).str.strip_chars("\u00a0\u202f \t\r\n")
    text = pl.select(pl.when(stripped != "").then(stripped)).to_series().alias(name)
    emptied = text.filter(text.is_not_null())
    values = emptied.filter(~emptied.is_in(list(EMPTY_TOKENS)))
    unit = unit_of(title)
    if values.is_empty():
        return Typed(text, Column(name, title, "text", unit))
    for attempt in (_try_boolean, _try_number, _try_date):
        kind, share, converted, form, suffix = attempt(text, values, name)
        if kind and share == 1.0 and converted is not None:
            return Typed(converted.alias(name), Column(name, title, kind, unit or suffix, form))
        if kind and share >= NULLABLE_SHARE:
            return Typed(text, Column(name, title, "text", unit), _mixed(text, form, name, first_row))
    return Typed(text, Column(name, title, "text", unit))


_Attempt = tuple[ColumnType | None, float, pl.Series | None, str | None, str | None]
_NO: _Attempt = (None, 0.0, None, None, None)


def _share(values: pl.Series, pattern: str) -> float:
    return float(values.str.contains(pattern).sum()) / len(values)


def _try_boolean(text: pl.Series, values: pl.Series, _name: str) -> _Attempt:
    if _share(values, r"^(?i:true|false)$") < 1:
        return _NO
    return (
        "boolean",
        1.0,
        text.str.to_lowercase().replace_strict({"true": True, "false": False}, default=None),
        None,
        None,
    )


def _try_number(text: pl.Series, values: pl.Series, name: str) -> _Attempt:
    sample = values.head(500)
    if _share(sample, r"^[+-]?[.,]?\d") < 0.5:
        return _NO
    suffix = None
    if (match := _SUFFIX.search(values[0])) and values.str.ends_with(match.group(1)).all():
        suffix = match.group(1)
        values = values.str.strip_suffix(suffix).str.strip_chars()
        text = text.str.strip_suffix(suffix).str.strip_chars()
    if is_code_name(name) or _share(values, _LEADING_ZERO) > 0:
        return _NO
    if _share(values, _INTEGER) == 1.0:
        if _share(values, _LONG_DIGITS) == 1.0 and values.str.len_chars().n_unique() == 1:
            return _NO
        cleaned = text.str.replace_all(_GROUP, "").str.strip_prefix("+")
        return "integer", 1.0, cleaned.cast(pl.Int64, strict=False), None, suffix
    comma, point = _share(values, _COMMA), _share(values, _POINT)
    if comma >= point and (comma > point or not values.str.contains(r"\.", literal=False).any()):
        cleaned = text.str.replace_all(_GROUP, "").str.replace_all(".", "", literal=True)
        cleaned = cleaned.str.replace(",", ".", literal=True)
        return "number", comma, cleaned.cast(pl.Float64, strict=False), ",", suffix
    cleaned = text.str.replace_all(_GROUP, "").str.replace_all(",", "", literal=True)
    return "number", point, cleaned.cast(pl.Float64, strict=False), ".", suffix


def _try_date(text: pl.Series, values: pl.Series, _name: str) -> _Attempt:
    best: _Attempt = _NO
    for forms, kind in ((_DATE_FORMS, "date"), (_TIME_FORMS, "datetime")):
        for pattern, form in forms:
            if _share(values.head(200), pattern) < 0.5:
                continue
            converted = _to_date(text, form) if kind == "date" else _to_datetime(text, form)
            share = float(converted.is_not_null().sum()) / len(values)
            if share > best[1]:
                best = ("date" if kind == "date" else "datetime", share, converted, form, None)
    return best


def _to_date(text: pl.Series, form: str) -> pl.Series:
    return text.str.to_date(form, strict=False)


def _to_datetime(text: pl.Series, form: str) -> pl.Series:
    if form == "iso+zone":
        utc = (
            text.str.replace("Z", "+00:00").str.replace(" ", "T").str.replace(r"([+-]\d{2})(\d{2})$", "$1:$2")
        )
        parsed = utc.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%:z", strict=False, time_unit="us", time_zone="UTC")
        return parsed.dt.replace_time_zone(None)
    return text.str.to_datetime(form, strict=False, time_unit="us")


def _mixed(text: pl.Series, form: str | None, name: str, first_row: int) -> Problem | None:
    known = text.is_in(list(EMPTY_TOKENS)) | text.is_null()
    if form in (",", "."):
        odd = ~known & ~text.str.contains(_COMMA if form == "," else _POINT)
    elif form and form.startswith("%") and "H" not in form:
        odd = ~known & _to_date(text, form).is_null()
    elif form:
        odd = ~known & _to_datetime(text, form).is_null()
    else:
        return None
    places = odd.arg_true()
    if places.is_empty():
        return None
    index = int(places[0])
    shown = str(text[index])[:60]
    return problem("mixed_types", column=name, row=first_row + index, value=shown, count=len(places))
