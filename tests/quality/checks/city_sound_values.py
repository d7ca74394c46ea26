"""Sets of the second maker that are sound though their cells change, by the definitions."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any

from tests.quality.checks.city_cases import Case, pair, percent_pair, plainly
from tests.quality.checks.city_histories import (
    AS_OF,
    DAY,
    figures,
    moment,
    panel,
    register,
    run,
    series,
)


def jump_without_note(rng: random.Random) -> Case:
    """A lasting jump that nobody explains: no method is spoken of."""
    made = panel(rng, "month")
    since = sorted({row[0] for row in made.rows})[-6]

    def edit(_number: int, _end: date, rows: list[list[Any]]) -> list[list[Any]]:
        for row in rows:
            for column in figures(made):
                row[column] = type(row[column])(row[column] * (1.6 if row[0] >= since else 1))
        return rows

    return run(made, edit=edit), set()


def note_without_jump(rng: random.Random) -> Case:
    """A note on method, and figures that go on (5 % more at most)."""
    made = panel(rng, rng.choice(("month", "quarter")))
    since = sorted({row[0] for row in made.rows})[-5]
    factor = rng.choice((1.0, 1.05))

    def edit(number: int, _end: date, rows: list[list[Any]]) -> list[list[Any]]:
        if number >= 6:
            made.description = f"{made.title}. Od {since.year} r. dane zbierane nową metodą."
        for row in rows:
            for column in figures(made):
                row[column] = type(row[column])(row[column] * (factor if row[0] >= since else 1))
        return rows

    return run(made, edit=edit), set()


def epidemic(rng: random.Random) -> Case:
    """A shock of a few months that passes, and a note on method from long ago."""
    made = panel(rng, "month")
    periods = sorted({row[0] for row in made.rows})
    bad = set(periods[-11:-7])
    made.description = f"{made.title}. Metodologia zgodna z PKD, zmieniona w 2009 r."

    def edit(_number: int, _end: date, rows: list[list[Any]]) -> list[list[Any]]:
        for row in rows:
            for column in figures(made):
                row[column] = type(row[column])(row[column] * (0.25 if row[0] in bad else 1))
        return rows

    return run(made, edit=edit), set()


def boom(rng: random.Random) -> Case:
    """Figures that grow by a tenth each month."""
    made = panel(rng, "month", back=24)
    periods = sorted({row[0] for row in made.rows})

    def edit(_number: int, _end: date, rows: list[list[Any]]) -> list[list[Any]]:
        for row in rows:
            for column in figures(made):
                row[column] = type(row[column])(row[column] * 1.1 ** periods.index(row[0]))
        return rows

    return run(made, edit=edit), set()


def revision(rng: random.Random) -> Case:
    """All earlier values are revised by a few percent after a census."""
    made = panel(rng, rng.choice(("quarter", "month", "year")))

    def edit(number: int, _end: date, rows: list[list[Any]]) -> list[list[Any]]:
        for row in rows:
            for column in figures(made):
                row[column] = type(row[column])(row[column] * (1.08 if number >= 6 else 1))
        return rows

    return run(made, edit=edit), set()


def columns_added_and_moved(rng: random.Random) -> Case:
    """A new column, and the order of the others changed."""
    made = panel(rng)
    header = list(made.header)
    order = [0, *rng.sample(range(1, len(header)), len(header) - 1)]
    for number, _end, _at in series(
        made,
        versions=8,
        edit=lambda n, _e, rows: rows if n < 5 else [[*(row[at] for at in order), n] for row in rows],
    ):
        if number >= 5:
            made.header = [*(header[at] for at in order), "wersja"]
    return made, set()


def whole_numbers_get_decimals(rng: random.Random) -> Case:
    """12 becomes 12.0, and thousands get spaces."""
    made = panel(rng)
    column = figures(made)[0]
    spaced = rng.random() < 0.5

    def edit(number: int, _end: date, rows: list[list[Any]]) -> list[list[Any]]:
        for row in rows:
            if number >= 5 and row[column] is not None:
                text = f"{row[column]:,.2f}".replace(",", " " if spaced else "")
                row[column] = text.replace(".", ",") if made.spelling.comma else text
        return rows

    return run(made, versions=8, edit=edit), set()


def gaps_in_cells(rng: random.Random) -> Case:
    """Some values are missing: empty, a dash, "bd"."""
    made = panel(rng)
    for row in made.rows:
        for column in figures(made):
            if rng.random() < 0.05:
                row[column] = rng.choice((None, "-", "bd"))
    made.rows[0] = [
        made.rows[0][0],
        *(
            1 if cell in (None, "-", "bd") and at + 1 in figures(made) else cell
            for at, cell in enumerate(made.rows[0][1:])
        ),
    ]
    return run(made), set()


def twins_agree(rng: random.Random) -> Case:
    """Two sources of one figure in different units, each rounded as printed; one lacks some cells."""
    one, two = pair(rng)
    two.rows = two.rows[: len(two.rows) - rng.randrange(0, 5)]
    rng.shuffle(two.rows)
    one.publish(AS_OF - 20 * DAY)
    two.publish(AS_OF - 15 * DAY)
    return one, two, set()


def next_years_plan(rng: random.Random) -> Case:
    """A plan of collections that reaches to the end of next year, and old dates in what describes things."""
    made = register(rng)
    made.header = ["ulica", "data_odbioru", "frakcja", "data_uruchomienia_trasy"]
    for year in (2024, 2025, 2026):
        made.rows = [
            [f"Ulica {n}", date(year, 1, 3) + at * 14 * DAY, "bio", date(1974 + n, 5, 1)]
            for n in range(4)
            for at in range(26 * 2)
        ]
        made.publish(moment(date(year, 1, 2), rng))
    return made, set()


def no_persons(rng: random.Random) -> Case:
    """Numbers of eleven digits that are none: random ones, accounts, parcels, masked, with a wrong check digit."""
    made = register(rng)
    kind = rng.randrange(5)

    def number() -> str:
        if kind == 0:
            return str(rng.randrange(10**10, 10**11))
        if kind == 1:
            return "".join(rng.choice("0123456789") for _ in range(26))
        if kind == 2:
            return f"266101_1.00{rng.randrange(10, 99)}.{rng.randrange(1, 999)}/{rng.randrange(1, 9)}"
        if kind == 3:
            return f"{rng.randrange(10, 99)}0{rng.randrange(1, 9)}*******"
        digits = (
            f"{rng.randrange(40, 99)}0{rng.randrange(1, 10)}1{rng.randrange(0, 10)}{rng.randrange(10000):04d}"
        )
        total = sum(w * int(d) for w, d in zip((1, 3, 7, 9, 1, 3, 7, 9, 1, 3), digits, strict=True))
        return digits + str((10 - total % 10 + rng.randrange(1, 9)) % 10)

    made.header = [*made.header, rng.choice(("numer", "id_zgłoszenia", "nr_licznika"))]
    made.rows = [[*row, number()] for row in made.rows]
    for year in (2024, 2025, 2026):
        made.publish(moment(date(year, 4, 4), rng))
        made.rows = made.rows + [
            [f"D/{year}{n}", "lipa", "Łazy", 33 + n, 2020, 50.8, number()] for n in range(3)
        ]
    return made, set()


def mended(rng: random.Random) -> Case:
    """A mistake of one version (rows lost, a column renamed, a wrong unit) that the next one has put right."""
    made = panel(rng, rng.choice(("month", "quarter", "week")))
    kind = rng.randrange(3)
    column = figures(made)[0]
    name = made.header[column]

    def edit(number: int, _end: date, rows: list[list[Any]]) -> list[list[Any]]:
        made.header[column] = f"{name}_x" if kind == 1 and number == 6 else name
        if number == 6 and kind == 0:
            return rows[::3]
        if number == 6 and kind == 2:
            for row in rows:
                row[column] = type(row[column])(row[column] * 1000)
        return rows

    return run(made, edit=edit), set()


def rounded_twins(rng: random.Random) -> Case:
    """Twins that are printed with two decimals here and one there, halves rounded either way."""
    one, two = percent_pair(rng)
    one.rows = [[year, name, round(rng.randrange(1000, 9900) / 100, 2)] for year, name, _ in one.rows]
    one.rows[0][2] = 12.25
    two.rows = [[name, year, round(value + rng.choice((0, 0.0001)), 1)] for year, name, value in one.rows]
    two.spelling.cell = lambda value: plainly(value, two, 1)  # type: ignore[method-assign]
    one.publish(AS_OF - 20 * DAY)
    two.publish(AS_OF - 15 * DAY)
    return one, two, set()


SOUND_VALUES: dict[str, Callable[[random.Random], Case]] = {
    item.__name__: item
    for item in (
        jump_without_note,
        note_without_jump,
        epidemic,
        boom,
        revision,
        columns_added_and_moved,
        whole_numbers_get_decimals,
        gaps_in_cells,
        twins_agree,
        next_years_plan,
        no_persons,
        mended,
        rounded_twins,
    )
}
