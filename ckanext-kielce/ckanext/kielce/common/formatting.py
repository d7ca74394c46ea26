"""Numbers, dates, sizes and spans of time as people in Poland (and English readers) write them.

Pure functions: the language comes in as an argument ("pl" or "en"; anything else reads as English), so that
pages, digests and reports say the same thing. Polish form follows PN-83/P-55366: thousands parted by a
no-break space, a decimal comma; dates as "3 listopada 2026". Numbers of four digits are parted too, so that
columns of a table line up.
"""

from __future__ import annotations

import datetime as dt
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from zoneinfo import ZoneInfo

NBSP = "\u00a0"
MINUS = "\u2212"
WARSAW = ZoneInfo("Europe/Warsaw")

#: Months in the genitive, as a Polish date wants them.
MONTHS_PL = (
    "stycznia",
    "lutego",
    "marca",
    "kwietnia",
    "maja",
    "czerwca",
    "lipca",
    "sierpnia",
    "września",
    "października",
    "listopada",
    "grudnia",
)
MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

#: Decimal multiples (SI), the ones operating systems and browsers show for downloads.
SIZE_UNITS_PL = ("B", "kB", "MB", "GB", "TB")
SIZE_UNITS_EN = SIZE_UNITS_PL

Number = int | float | Decimal | str


def plural(n: int, one: str, few: str, many: str) -> str:
    """Return the Polish form of a noun for a count: 1 plik, 2 pliki, 5 plików, 22 pliki, 112 plików.

    For English pass the same word for ``few`` and ``many``; then only ``one`` differs, and only at 1.
    """
    n = abs(n)
    if n == 1:
        return one
    if n % 10 in (2, 3, 4) and n % 100 not in (12, 13, 14):
        return few
    return many


def _decimal(value: Number) -> Decimal | None:
    if isinstance(value, bool):
        return None
    try:
        number_ = Decimal(str(value).strip().replace(NBSP, "").replace(" ", "").replace(",", "."))
    except InvalidOperation:
        return None
    return number_ if number_.is_finite() else None


def number(value: Number | None, lang: str, decimals: int | None = None) -> str:
    """Format a number: 12345.6 is "12 345,6" in Polish and "12,345.6" in English.

    ``decimals`` fixes the count of places (rounded half up); without it the value's own places are kept:
    a published figure must not gain or lose precision. What is no number comes back as text unchanged, and
    None as an empty string: a table shows what the file says.
    """
    if value is None:
        return ""
    exact = _decimal(value)
    if exact is None:
        return str(value)
    if decimals is not None:
        exact = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    elif isinstance(value, float) and exact == exact.to_integral_value():
        exact = exact.quantize(Decimal(1))
    text = f"{abs(exact):f}"
    whole, _, fraction = text.partition(".")
    grouped = f"{int(whole):,}"
    if lang == "pl":
        grouped = grouped.replace(",", NBSP)
    point = "," if lang == "pl" else "."
    sign = MINUS if exact < 0 else ""
    return sign + grouped + (point + fraction if fraction else "")


def parse_moment(value: str | dt.date | dt.datetime | None) -> dt.date | dt.datetime | None:
    """Read an ISO date or moment as CKAN stores it (naive moments are UTC); None for what is neither."""
    if value is None or isinstance(value, dt.date):
        return value
    text = value.strip()
    try:
        if len(text) <= 10:
            return dt.date.fromisoformat(text)
        return dt.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None


def _local(moment: dt.datetime) -> dt.datetime:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.timezone.utc)
    return moment.astimezone(WARSAW)


def _month_or_year(text: str, lang: str) -> str:
    """Part dates ("2026", "2026-03") are told as they are, without an invented day."""
    year, _, month = text.partition("-")
    if year.isdigit() and len(year) == 4 and month.isdigit() and 1 <= int(month) <= 12:
        if lang == "pl":
            return f"{int(month):02d}.{year}"
        return f"{MONTHS_EN[int(month) - 1]} {year}"
    return text


def date(value: str | dt.date | dt.datetime | None, lang: str) -> str:
    """Format a day: "3 listopada 2026" or "3 November 2026"; moments are first taken to Warsaw's day."""
    if value is None or value == "":
        return ""
    moment = parse_moment(value)
    if moment is None:
        return _month_or_year(str(value).strip(), lang)
    day = _local(moment).date() if isinstance(moment, dt.datetime) else moment
    months = MONTHS_PL if lang == "pl" else MONTHS_EN
    return f"{day.day}{NBSP}{months[day.month - 1]} {day.year}"


def datetime_warsaw(value: str | dt.date | dt.datetime | None, lang: str) -> str:
    """Format a moment in Warsaw's time: "3 listopada 2026, 14:05"; a bare day has no hour to tell."""
    moment = parse_moment(value)
    if not isinstance(moment, dt.datetime):
        return date(value, lang)
    local = _local(moment)
    return f"{date(local, lang)}, {local:%H:%M}"


def filesize(size: int | float | str | None, lang: str) -> str:
    """Format a count of bytes: 1234567 is "1,2 MB"; an unknown or negative size is an empty string."""
    exact = None if size is None else _decimal(size)
    if exact is None or exact < 0:
        return ""
    units = SIZE_UNITS_PL if lang == "pl" else SIZE_UNITS_EN
    power = 0
    # 999 950 bytes would round to "1000 kB": step up where rounding does.
    while power < len(units) - 1 and exact >= (1000 if power == 0 else Decimal("999.95")):
        exact /= 1000
        power += 1
    shown = number(exact, lang, 0 if power == 0 or exact >= 100 else 1)
    return f"{shown}{NBSP}{units[power]}"


def days(n: int, lang: str) -> str:
    """Format a span of days in the unit people would say: 1 dzień, 5 dni, 3 tygodnie, 5 miesięcy, 2 lata.

    Under 3 weeks in days, under 2 months in weeks, under 2 years in months, then in years; parts are dropped,
    never rounded up, so that nothing is said to be older than it is. Zero is "dziś" / "today".
    """
    n = abs(n)
    if n == 0:
        return "dziś" if lang == "pl" else "today"
    for least, length, polish, english in (
        (730, 365.25, ("rok", "lata", "lat"), ("year", "years")),
        (61, 30.4375, ("miesiąc", "miesiące", "miesięcy"), ("month", "months")),
        (21, 7, ("tydzień", "tygodnie", "tygodni"), ("week", "weeks")),
        (1, 1, ("dzień", "dni", "dni"), ("day", "days")),
    ):
        if n >= least:
            # 730 days are two years even though 730 / 365.25 is a hair less.
            count = max(int(n / length), 2) if least in (730, 61) else int(n / length)
            word = plural(count, *polish) if lang == "pl" else plural(count, *english, english[1])
            return f"{count}{NBSP}{word}"
    return ""
