"""Sets of the second maker with something wrong, each with the labels that the definitions give it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from tests.quality.checks.city_histories import (
    AS_OF,
    DAY,
    DECLARED,
    MONTHS,
    Maker,
    contracts,
    figures,
    moment,
    panel,
    register,
    run,
    series,
    shown,
)

Truth = set[str]
Case = tuple[Maker, Truth] | tuple[Maker, Maker, Truth]
LIMIT = {"day": 8, "week": 42, "month": 152, "quarter": 365, "half": 730, "year": 1096, "school": 1096}
PERIOD = {"day": 1, "week": 7, "month": 30, "quarter": 91, "half": 182, "year": 365, "school": 365}


def _again(made: Maker, times: int, every: float, how: Callable[[int], None]) -> None:
    """Put the newest table up again so many times, spelt as `how` makes it."""
    at = made.published[-1][0]
    for number in range(times):
        at += timedelta(days=every)
        if at >= AS_OF:
            return
        how(number)
        made.publish(at)


def respelt(rng: random.Random) -> Case:
    """Re-uploads for five periods or more, each in another spelling or order; long enough, it is cut off as well."""
    grain = rng.choice(("month", "quarter"))
    made = panel(rng, grain, newest=date(2026, 1, 3) if grain == "month" else date(2025, 1, 3))
    run(made, versions=5)
    newest = shown(made, made.rows)

    def how(number: int) -> None:
        made.rows = rng.sample(newest, len(newest)) if number % 2 else newest
        made.spelling = replace(
            made.spelling,
            bom=number % 2 == 0,
            ends="\n" if number % 3 else "\r\n",
            quotes=number % 3 == 1,
            codec=rng.choice(("utf-8", "cp1250")),
            tail=made.spelling.ends * (number % 2),
        )

    start = made.published[-1][0]
    _again(made, 9 if grain == "month" else 6, PERIOD[grain] * 0.95, how)
    stood = (made.published[-1][0] - start).days
    return made, {"touched_only", "truncated"} if stood >= LIMIT[grain] else {"touched_only"}


def export_stamp(rng: random.Random) -> Case:
    """Only a column that says when the file was made changes, for five months."""
    made = register(rng)
    made.frequency, made.grain = DECLARED["month"], "month"
    made.header = [*made.header, "data_wygenerowania"]
    plain = made.rows
    for number in range(7):
        at = moment(date(2026, 3 + number, 12), rng)
        made.rows = [[*row, at.date().isoformat()] for row in plain]
        made.publish(at)
    return made, {"touched_only"}


def moved_stamp(rng: random.Random) -> Case:
    """The same bytes under a new date each week, for two months of a weekly set."""
    made = panel(rng, "week", newest=date(2026, 8, 18))
    run(made, versions=6)
    made.stamps = True
    data = made.published[-1][1]
    at = made.published[-1][0]
    start = at
    while (at := at + 7 * DAY) < AS_OF:
        made.publish(at, data)
    truth = {"touched_only"}
    if (made.published[-1][0] - start).days >= 45:
        truth.add("truncated")
    return made, truth


def frozen_but_revised(rng: random.Random) -> Case:
    """Old values are corrected month after month while the newest period stays put."""
    grain = rng.choice(("month", "week", "day"))
    newest = {"month": date(2026, 2, 2), "week": date(2026, 8, 11), "day": date(2026, 10, 14)}[grain]
    made = panel(rng, grain, newest=newest)
    run(made, versions=5)
    rows, at, place = [list(row) for row in made.rows], made.published[-1][0], figures(made)
    every = {"month": 21, "week": 8, "day": 1.5}[grain]
    while (at := at + timedelta(days=every)) < AS_OF:
        row = rng.choice(rows[: len(rows) // 2])
        for column in place[:1]:
            row[column] = type(row[column])(row[column] * 1.01 + 1)
        made.rows = shown(made, rows)
        made.publish(at)
    return made, {"truncated"}


def member_stops(rng: random.Random) -> Case:
    """One member comes no more though the others go on: its rows are missing, or its cells empty."""
    made = panel(rng)
    while len(made.rows[0]) < 4 or made.header[1].endswith("_zł"):
        made = panel(rng)
    periods = sorted({row[0] for row in made.rows})
    away = -(-LIMIT[made.grain] // PERIOD[made.grain]) + rng.choice((1, 2, 3))
    cut = periods[-away - 1] if away + 5 < len(periods) else None
    if cut is None:
        return member_stops(rng)
    wide = isinstance(made.rows[0][1], (int, float))
    if wide:
        column = rng.choice(figures(made))
        made.rows = [
            [None if at == column and row[0] > cut else cell for at, cell in enumerate(row)]
            for row in made.rows
        ]
    else:
        name = rng.choice(sorted({row[1] for row in made.rows}))
        blank = rng.random() < 0.4
        place = set(figures(made))
        if blank:
            made.rows = [
                [
                    None if row[0] > cut and row[1] == name and at in place else cell
                    for at, cell in enumerate(row)
                ]
                for row in made.rows
            ]
        else:
            made.rows = [row for row in made.rows if row[0] <= cut or row[1] != name]
    return run(made, versions=min(10, len(periods) - 2)), {"truncated"}


def unit_slips(rng: random.Random) -> Case:
    """From one period on one column is in thousands (or in units), with no word on it."""
    made = panel(rng, rng.choice(("month", "quarter", "week", "half")))
    column = rng.choice(figures(made))
    factor = rng.choice((1000, 0.001))
    periods = sorted({row[0] for row in made.rows})
    since = periods[-rng.randrange(1, 5)]
    whole = rng.random() < 0.4
    first = periods[-10:][5]

    def edit(number: int, end: date, rows: list[list[Any]]) -> list[list[Any]]:
        for row in rows:
            if (whole and end >= first) or (not whole and row[0] >= since):
                row[column] = float(row[column] * factor) if factor < 1 else row[column] * factor
        return rows

    return run(made, edit=edit), {"method_break"}


def chapters_replaced(rng: random.Random) -> Case:
    """A whole list of codes gives way to another, in the newest versions or from a period on."""
    made = panel(rng, "quarter")
    while made.header[1] != "dział":
        made = panel(rng, "quarter")
    new = {"600": "T-01", "700": "M-02", "801": "O-03", "900": "K-04"}
    periods = sorted({row[0] for row in made.rows})
    whole, since = rng.random() < 0.5, periods[-rng.randrange(2, 5)]

    def edit(number: int, end: date, rows: list[list[Any]]) -> list[list[Any]]:
        for row in rows:
            if (whole and number >= 7) or (not whole and row[0] >= since):
                row[1] = new[row[1]]
                row[2] = f"{row[2]} (2026)"
        return rows

    return run(made, edit=edit), {"method_break"}


def redefined(rng: random.Random) -> Case:
    """A lasting jump by 1.3 to 2, or to 0.5 to 0.75, and a sentence that says that the method is another."""
    made = panel(rng, rng.choice(("month", "quarter", "half")))
    factor = rng.choice((rng.uniform(1.35, 2), rng.uniform(0.5, 0.72)))
    periods = sorted({row[0] for row in made.rows})
    since = periods[-rng.randrange(3, 6)]
    place = figures(made)

    def edit(number: int, end: date, rows: list[list[Any]]) -> list[list[Any]]:
        if end >= since:
            made.description = f"{made.title}. " + rng.choice(notes)
        for row in rows:
            if row[0] >= since:
                for column in place:
                    row[column] = type(row[column])(row[column] * factor)
        return rows

    when = f"{since.day} {MONTHS[since.month - 1]} {since.year} r."
    notes = [
        f"Od {when} zmieniono metodę liczenia.",
        f"Uwaga: od {since.year} r. obowiązuje nowa definicja wskaźnika.",
        f"Od {when} dane liczone według nowej metodyki.",
    ]
    notes = [rng.choice(notes)]
    return run(made, edit=edit), {"method_break"}


def renamed_or_gone(rng: random.Random) -> Case:
    """A column is renamed or left out in the last versions."""
    made = panel(rng)
    column = rng.choice(figures(made))
    name, gone = made.header[column], rng.random() < 0.5
    for number, _end, _at in series(made, versions=8):
        if number == 6:
            if gone and len(figures(made)) > 1:
                made.header = [cell for at, cell in enumerate(made.header) if at != column]
                made.rows = [[cell for at, cell in enumerate(row) if at != column] for row in made.rows]
                break
            made.header[column] = rng.choice((f"{name}_ogółem", "wartość_nowa", name.upper() + "_2026"))
    else:
        return made, {"schema_break"}
    made.rows = shown(made, made.rows)
    made.publish(AS_OF - timedelta(hours=1))
    return made, {"schema_break"}


def figures_with_words(rng: random.Random) -> Case:
    """Numbers get their unit or "ok." before them, in the whole file or in what is new."""
    made = panel(rng, rng.choice(("month", "quarter", "week")))
    column = rng.choice(figures(made))
    put = rng.choice((lambda cell: f"ok. {cell}", lambda cell: f"{cell} szt.", lambda cell: f"{cell} zł"))
    whole = rng.random() < 0.6
    periods = sorted({row[0] for row in made.rows})
    since = periods[-2]

    def edit(number: int, end: date, rows: list[list[Any]]) -> list[list[Any]]:
        for row in rows:
            if (whole and number >= 8) or (not whole and row[0] >= since):
                row[column] = put(made.spelling.cell(row[column]))
        return rows

    return run(made, edit=edit), {"schema_break"}


def dates_otherwise(rng: random.Random) -> Case:
    """The way of writing periods changes."""
    made = panel(rng, rng.choice(("month", "day", "quarter")))
    old, new = {"month": (0, 1), "day": (0, 1), "quarter": (0, 1)}[made.grain]
    if rng.random() < 0.5:
        old, new = new, old
    made.form = old
    for number, _end, _at in series(made, versions=8):
        if number == 6:
            made.form = new
    return made, {"schema_break"}


def twins(rng: random.Random) -> Case:
    """Two sources of one figure: another value in some cells, or all of them off by a few percent."""
    one, two = _pair(rng)
    rows = [list(row) for row in two.rows]
    if rng.random() < 0.5:
        for row in rng.sample(rows, rng.randrange(1, 4)):
            row[-1] = row[-1] * 1.07 + 3
    else:
        for row in rows:
            row[-1] = row[-1] * 1.03
    two.rows = rows
    one.publish(AS_OF - 20 * DAY)
    two.publish(AS_OF - 15 * DAY)
    return one, two, {"twin_disagreement"}


def _pair(rng: random.Random) -> tuple[Maker, Maker]:
    """A set and its twin in another unit, in agreement; rows written, nothing published."""
    units, factor = rng.choice(
        (
            (("GJ", "MWh"), 1 / 3.6),
            (("t", "Mg"), 1.0),
            (("m³", "hl"), 10.0),
            (("szt.", "tys. szt."), 0.001),
            (("zł", "mln zł"), 1e-6),
        )
    )
    years = [str(year) for year in range(2014, 2026)]
    base = {
        (year, name): float(round(10 ** rng.uniform(4, 6), 2))
        for year in years
        for name in ("Północ", "Południe")
    }
    one = panel(rng, "year")
    one.header = ["rok", "rejon", f"ilość [{units[0]}]"]
    one.rows = [[year, name, value] for (year, name), value in base.items()]
    two = panel(rng, "year")
    two.header = ["obszar", "rok", f"ilosc ({units[1]})"]
    places = 6 if factor < 0.01 else 3
    two.rows = [
        [name, year, f"{value * factor:.{places}f}".rstrip("0").rstrip(".")]
        for (year, name), value in base.items()
    ]
    two.rows = [[name, year, float(text)] for name, year, text in two.rows]
    one.spelling.codec = two.spelling.codec = "utf-8"  # no other has "m³"
    two.spelling.cell = lambda value: _plain(value, two, places)  # type: ignore[method-assign]
    one.twin = {
        "other": "?",
        "key": {"this": ["rok", "rejon"], "other": ["rok", "obszar"]},
        "value": {"this": one.header[2], "other": two.header[2]},
        "unit": {"this": units[0], "other": units[1]},
    }
    return one, two


def _plain(value: Any, made: Maker, places: int) -> str:
    text = f"{value:.{places}f}" if isinstance(value, float) else str(value)
    text = text.replace(".", ",") if isinstance(value, float) and made.spelling.mark != "," else text
    return f'"{text}"' if made.spelling.mark in text else text


def cut_short(rng: random.Random) -> Case:
    """Fewer than half the rows, those that are left from all over the span."""
    made = panel(rng)
    while len([row for row in made.rows if row[0] == made.rows[0][0]]) < 3:
        made = panel(rng)
    run(made, versions=6)
    rows = shown(made, made.rows)
    keep = rng.uniform(0.3, 0.45)
    names = sorted({row[1] for row in made.rows})
    kept = [rows[at] for at in sorted(rng.sample(range(1, len(rows) - 1), int(keep * len(rows))))]
    made.rows = [rows[0], *kept, rows[-1]] if len(names) > 1 else kept
    made.publish(AS_OF - timedelta(hours=1))
    return made, {"volume_collapse"}


def register_cut_short(rng: random.Random) -> Case:
    """A register that loses most of its entries."""
    made = register(rng)
    for number in range(4):
        made.rows = made.rows + [
            [f"D/9{number}{n}", "grab", "Centrum", 40 + n, 2021, 50.87] for n in range(3)
        ]
        made.publish(moment(date(2022 + number, 5, 10), rng))
    made.rows = made.rows[: int(len(made.rows) * rng.uniform(0.2, 0.45))]
    made.publish(moment(date(2026, 5, 10), rng))
    return made, {"volume_collapse"}


def sentinel(rng: random.Random) -> Case:
    """A date that stands for none, or a slip of the finger, in the column of time."""
    odd = rng.choice(("1900-01-01", "9999-12-31", "2206-03-01", "1899-12-30", "0001-01-01"))
    if rng.random() < 0.5:
        made = contracts(rng)
        for until in (date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)):
            kept = made.rows
            made.rows = [list(row) for row in kept if row[1] < until]
            if until.month == 10:
                made.rows[rng.randrange(len(made.rows))][1] = odd
            made.publish(moment(until + 3 * DAY, rng))
            made.rows = kept
        return made, {"bad_dates"}
    made = panel(rng, "day")
    made.form = 0
    run(made, versions=6)
    rows = shown(made, made.rows)
    rows.append([odd, *rows[-1][1:]])
    made.rows = rows
    made.publish(AS_OF - timedelta(hours=1))
    return made, {"bad_dates"}


def pesel(rng: random.Random, born: date | None = None) -> str:
    """A valid number of someone made up."""
    born = born or date(1940, 1, 1) + rng.randrange(0, 29000) * DAY
    month = born.month + (20 if born.year >= 2000 else 0)
    digits = f"{born.year % 100:02d}{month:02d}{born.day:02d}{rng.randrange(10000):04d}"
    weights = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)
    return digits + str((10 - sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 10) % 10)


def people(rng: random.Random) -> Case:
    """PESELs in a column (a quarter of it at least, some without their first zero) or in a text."""
    made = register(rng)
    run_years = [2023, 2024, 2025]
    for year in run_years:
        made.publish(moment(date(year, 4, 4), rng))
        made.rows = made.rows + [[f"D/{year}{n}", "lipa", "Łazy", 33 + n, 2020, 50.8] for n in range(4)]
    if rng.random() < 0.5:
        real = set(rng.sample(range(len(made.rows)), int(len(made.rows) * rng.uniform(0.25, 1))))
        made.header = [*made.header, "identyfikator_opiekuna"]
        made.rows = [
            [*row, pesel(rng).lstrip("0") if at in real else str(rng.randrange(10**10, 10**11))]
            for at, row in enumerate(made.rows)
        ]
    else:
        made.header = [*made.header, "opis"]
        made.rows = [[*row, "zgłoszenie telefoniczne"] for row in made.rows]
        at = rng.randrange(len(made.rows))
        made.rows[at][-1] = f"wniosek złożyła Anna K. (PESEL: {pesel(rng)}), do rozpatrzenia"
    made.publish(moment(date(2026, 4, 4), rng))
    return made, {"pii"}


def promise_loosened(rng: random.Random) -> Case:
    """Late by more than two periods, then a slower promise, unexplained."""
    grain, new = rng.choice(
        (
            ("day", "WEEKLY"),
            ("week", "QUARTERLY"),
            ("month", "ANNUAL"),
            ("month", "IRREG"),
            ("week", "UNKNOWN"),
        )
    )
    newest = {"day": date(2026, 10, 18), "week": date(2026, 8, 30), "month": date(2026, 4, 2)}[grain]
    made = panel(rng, grain, newest=newest)
    run(made, versions=7)
    rhythm = DECLARED[grain]
    at = made.published[-1][0] + timedelta(days=rhythm[1] * rng.uniform(2.6, 4) + 1)
    data = made.published[-1][1]
    made.frequency = (new, {"WEEKLY": 7, "QUARTERLY": 90, "ANNUAL": 365}.get(new))
    if rng.random() < 0.6:
        made.changes = [
            {
                "at": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "to": new,
                "public_reason": rng.choice(("", "-", None)),
                "approved_by": None,
            }
        ]
    at = min(at, AS_OF - timedelta(hours=8))
    made.stamps = False
    made.publish(at, data)
    made.published[-1][2]["metadata_modified"] = made.published[-2][0].strftime("%Y-%m-%dT%H:%M:%SZ")
    return made, {"freq_gaming"}


def years_in_the_header(rng: random.Random) -> Case:
    """A column for each year; no year came for four years though the file is put up again with corrections."""
    years = [str(year) for year in range(2012, 2022)]
    rows: list[list[Any]] = [
        [name, *(rng.randrange(100, 9000) for _ in years)] for name in ("Szkoły", "Żłobki", "Domy kultury")
    ]
    made = Maker(rng, f"Placówki {rng.randrange(99)}", "year", ["rodzaj", *years], rows, panel(rng).spelling)
    for year in range(2022, 2027):
        made.rows = [list(row) for row in rows]
        made.rows[0][3] += year - 2021
        made.publish(moment(date(year, 3, 10), rng))
    return made, {"truncated"}


def spelt_persons(rng: random.Random) -> Case:
    """PESELs with blanks in them, kept as fractions, or glued to words and stops in a text."""
    made = register(rng)
    made.publish(moment(date(2025, 4, 4), rng))
    kind = rng.randrange(3)
    made.header = [*made.header, "dane"]
    for row in made.rows:
        number = pesel(rng, date(1960, 1, 1) + rng.randrange(9000) * DAY)
        spelt = (f"{number[:6]} {number[6:]}", f"{number}.0", "brak")[kind]
        row.append(spelt)
    if kind == 2:
        made.rows[4][-1] = f"PESEL:{pesel(rng, date(1971, 2, 3))}, adres jak wyżej."
    made.publish(moment(date(2026, 4, 4), rng))
    return made, {"pii"}


def loosened_and_late_again(rng: random.Random) -> Case:
    """Late, loosened without a word, and one update long after."""
    made = panel(rng, "month", newest=date(2026, 3, 2))
    run(made, versions=7, hold=1)
    data, last = made.published[-1][1], made.published[-1][0]
    made.frequency = ("ANNUAL", 365)
    made.stamps = False
    made.publish(last + 95 * DAY, data)
    made.published[-1][2]["metadata_modified"] = last.strftime("%Y-%m-%dT%H:%M:%SZ")
    made.rows = shown(made, made.rows)
    made.publish(last + 170 * DAY)
    return made, {"freq_gaming"}


def one_cell_off(rng: random.Random) -> Case:
    """Twins in one unit that differ by a little more than rounding in a single cell."""
    one, two = _pair(rng)
    one.header[2], two.header[2] = "wskaźnik", "wskaznik"
    one.twin = {
        "other": "?",
        "key": {"this": ["rok", "rejon"], "other": ["rok", "obszar"]},
        "value": {"this": "wskaźnik", "other": "wskaznik"},
        "unit": "%",
    }
    one.rows = [[year, name, round(rng.uniform(10, 99), 2)] for year, name, _ in one.rows]
    two.rows = [[name, year, round(value, 1)] for year, name, value in one.rows]
    two.spelling.cell = lambda value: _plain(value, two, 1)  # type: ignore[method-assign]
    at = rng.randrange(len(two.rows))
    two.rows[at][2] = round(two.rows[at][2] + rng.choice((0.2, -0.2)), 1)
    one.publish(AS_OF - 20 * DAY)
    two.publish(AS_OF - 15 * DAY)
    return one, two, {"twin_disagreement"}


def signed_otherwise(rng: random.Random) -> Case:
    """The day a contract was signed is written another way in the newest file."""
    made = contracts(rng)
    rows = made.rows
    for until in (date(2026, 7, 1), date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)):
        made.rows = [list(row) for row in rows if row[1] < until]
        if until.month == 10:
            made.rows = [[row[0], row[1].strftime("%d.%m.%Y"), *row[2:]] for row in made.rows]
        made.publish(moment(until + 3 * DAY, rng))
    return made, {"schema_break"}


SICK: dict[str, Callable[[random.Random], Case]] = {
    item.__name__: item
    for item in (
        respelt, export_stamp, moved_stamp, frozen_but_revised, member_stops, unit_slips, chapters_replaced, redefined,
        renamed_or_gone, figures_with_words, dates_otherwise, twins, cut_short, register_cut_short, sentinel, people,
        promise_loosened, years_in_the_header, spelt_persons, loosened_and_late_again, one_cell_off, signed_otherwise,
    )
}  # fmt: skip
