"""Sets of the second maker with something wrong in their cells, each with the labels that the definitions give it."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from tests.quality.checks.city_cases import Case, pair, percent_pair, plainly
from tests.quality.checks.city_histories import (
    AS_OF,
    DAY,
    MONTHS,
    contracts,
    figures,
    moment,
    panel,
    register,
    run,
    series,
    shown,
)


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
    one, two = pair(rng)
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


def one_cell_off(rng: random.Random) -> Case:
    """Twins in one unit that differ by a little more than rounding in a single cell."""
    one, two = percent_pair(rng)
    one.rows = [[year, name, round(rng.uniform(10, 99), 2)] for year, name, _ in one.rows]
    two.rows = [[name, year, round(value, 1)] for year, name, value in one.rows]
    two.spelling.cell = lambda value: plainly(value, two, 1)  # type: ignore[method-assign]
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


SICK_VALUES: dict[str, Callable[[random.Random], Case]] = {
    item.__name__: item
    for item in (
        unit_slips,
        chapters_replaced,
        redefined,
        renamed_or_gone,
        figures_with_words,
        dates_otherwise,
        twins,
        sentinel,
        people,
        spelt_persons,
        one_cell_off,
        signed_otherwise,
    )
}
