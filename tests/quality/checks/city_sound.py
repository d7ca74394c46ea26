"""Sets of the second maker that are sound: what looks like a failure and is none by the definitions."""

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
    OSIEDLA,
    Maker,
    Spelling,
    contracts,
    figures,
    moment,
    panel,
    register,
    run,
    series,
    shown,
)
from tests.quality.checks.city_sick import PERIOD, Case, _again, _pair, _plain


def plain(rng: random.Random) -> Case:
    """A set that goes on as promised."""
    return run(panel(rng)), set()


def events(rng: random.Random) -> Case:
    """A list of contracts that grows; ends lie far ahead, some for ever."""
    made = contracts(rng)
    rows = made.rows
    for month in range(1, 11):
        until = date(2026, month, 1)
        made.rows = [list(row) for row in rows if row[1] < until]
        for row in made.rows[:: rng.randrange(9, 20)]:
            row[4] = rng.choice(("9999-12-31", "2055-06-30", None))
        made.publish(moment(until + 2 * DAY, rng))
    return made, set()


def growing_register(rng: random.Random) -> Case:
    """A register with old entries to which some are added and from which some are struck off."""
    made = register(rng)
    for year in range(2019, 2027):
        gone = set(rng.sample(range(len(made.rows)), 2))
        made.rows = [row for at, row in enumerate(made.rows) if at not in gone]
        made.rows += [
            [f"D/{year}{n}", "klon", "Pakosz", 20 + n, year - 1, 50.83] for n in range(rng.randrange(1, 6))
        ]
        made.publish(moment(date(year, 3, 20), rng))
    return made, set()


def late_but_silent(rng: random.Random) -> Case:
    """Stale for long, and nobody touches the file: late, and nothing more."""
    made = panel(rng, rng.choice(("month", "week", "quarter")), newest=date(2025, 10, 3))
    return run(made), set()


def short_pause(rng: random.Random) -> Case:
    """Re-uploads for three periods, then silence."""
    grain = rng.choice(("month", "quarter"))
    made = panel(rng, grain, newest=date(2026, 7, 3) if grain == "month" else date(2026, 1, 3))
    run(made, versions=6)
    newest = shown(made, made.rows)

    def how(number: int) -> None:
        made.rows = newest
        made.spelling = replace(made.spelling, bom=number % 2 == 0, quotes=number % 2 == 1)

    _again(made, 3, PERIOD[grain] * 0.9, how)
    return made, set()


def reencoded_once(rng: random.Random) -> Case:
    """Another encoding, delimiter and decimal mark from one version on, values going on."""
    made = panel(rng)
    for number, _end, _at in series(made, versions=9):
        if number == 5:
            made.spelling = replace(
                made.spelling, mark=";", codec="utf-8", bom=True, comma=not made.spelling.comma, quotes=True
            )
    return made, set()


def irregular_touched(rng: random.Random) -> Case:
    """A register without a promise, put up again and again."""
    made = register(rng)
    made.frequency = rng.choice((("IRREG", None), ("AS_NEEDED", None), ("UNKNOWN", None)))
    for number in range(6):
        made.spelling = replace(made.spelling, quotes=number % 2 == 0)
        made.publish(moment(date(2025, 2, 3) + number * 80 * DAY, rng))
    return made, set()


def four_months(rng: random.Random) -> Case:
    """The newest month stays put for four months while old values are corrected; then it goes on or has not yet."""
    made = panel(rng, "month", newest=date(2026, 6, 3))
    run(made, versions=6)
    rows, at, place = [list(row) for row in made.rows], made.published[-1][0], figures(made)
    while (at := at + 30 * DAY) < AS_OF and (at - made.published[5][0]).days < 118:
        row = rng.choice(rows)
        row[place[0]] = type(row[place[0]])(row[place[0]] * 1.01 + 1)
        made.rows = shown(made, rows)
        made.publish(at)
    return made, set()


def season(rng: random.Random) -> Case:
    """A bathing place: figures from May to September only, every year; put up again in winter."""
    made = panel(rng, "month", back=44)
    made.rows = [row for row in made.rows if 5 <= row[0].month <= 9]
    for _number, _end, _at in series(made, versions=8):
        pass
    return made, set()


def member_said_to_end(rng: random.Random) -> Case:
    """A member stops and the description says that it was closed."""
    made = panel(rng, "month")
    while not isinstance(made.rows[0][1], str) or made.header[1] == "dział":
        made = panel(rng, "month")
    name = rng.choice(sorted({row[1] for row in made.rows}))
    cut = sorted({row[0] for row in made.rows})[-9]
    made.rows = [row for row in made.rows if row[0] <= cut or row[1] != name]
    said = rng.choice(("Zlikwidowano", "Zamknięto", "Od marca zakończono pomiar w miejscu:"))
    made.description = f"{made.title}. {said} {name}."
    return run(made), set()


def newcomer(rng: random.Random) -> Case:
    """A member that joins late, and a category that comes up now and then."""
    made = panel(rng, rng.choice(("month", "quarter")))
    while not isinstance(made.rows[0][1], str):
        made = panel(rng, made.grain)
    periods = sorted({row[0] for row in made.rows})
    extra = []
    for at, end in enumerate(periods):
        model = next(row for row in made.rows if row[0] == end)
        if at > len(periods) - 4:
            extra.append([end, "Nowe miejsce", *model[2:]])
        if rng.random() < 0.15:
            extra.append([end, "inne", *model[2:]])
    made.rows = sorted([*made.rows, *extra], key=lambda row: row[0])
    return run(made), set()


def window(rng: random.Random) -> Case:
    """Only the newest twelve periods are published each time, or only those of the present year."""
    made = panel(rng, "month", back=30)
    whole = rng.random() < 0.5

    def edit(_number: int, end: date, rows: list[list[Any]]) -> list[list[Any]]:
        if whole:
            return [row for row in rows if (end - row[0]).days < 360]
        return [row for row in rows if row[0].year == end.year]

    return run(made, versions=14, edit=edit), set()


def some_rows_gone(rng: random.Random) -> Case:
    """A third of the rows is taken out, doubles perhaps: more than half are left."""
    made = panel(rng)
    while len([row for row in made.rows if row[0] == made.rows[0][0]]) < 4:
        made = panel(rng)
    run(made, versions=6)
    names = sorted({row[1] for row in made.rows})
    kept = [
        row
        for row in shown(made, made.rows)
        if row[1] in names[: -(-len(names) * 2 // 3)] or rng.random() < 0.2
    ]
    made.rows = kept
    made.description += " Usunięto powtórzenia."
    made.publish(AS_OF - timedelta(hours=1))
    return made, set()


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
    one, two = _pair(rng)
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


def promise_changed_rightly(rng: random.Random) -> Case:
    """A slower promise with a reason, with a coordinator's word, while on time, with content; or a faster one."""
    kind = rng.randrange(5)
    newest = date(2026, 4, 2) if kind < 2 else date(2026, 10, 2)
    made = panel(rng, "month", newest=newest)
    run(made, versions=8)
    last, data = made.published[-1][0], made.published[-1][1]
    new = "WEEKLY" if kind == 4 else "QUARTERLY"
    at = last + timedelta(days=90 if kind < 2 else 12)
    made.frequency = DECLARED["week" if kind == 4 else "quarter"]
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    if kind == 0:
        made.changes = [
            {
                "at": stamp,
                "to": new,
                "public_reason": "Dostawca przekazuje dane raz na kwartał.",
                "approved_by": None,
            }
        ]
    elif kind == 1:
        made.changes = [{"at": stamp, "to": new, "public_reason": None, "approved_by": "koordynator"}]
    made.stamps = False
    made.publish(min(at, AS_OF - 2 * DAY), data)
    made.published[-1][2]["metadata_modified"] = last.strftime("%Y-%m-%dT%H:%M:%SZ")
    return made, set()


def slow_promise_loosened(rng: random.Random) -> Case:
    """Declared quarterly, late, then yearly: no gaming of a fast promise by the definition."""
    made = panel(rng, "quarter", newest=date(2025, 7, 2))
    run(made, versions=7)
    data = made.published[-1][1]
    made.frequency = DECLARED["year"]
    made.stamps = False
    made.publish(made.published[-1][0] + 300 * DAY, data)
    made.published[-1][2]["metadata_modified"] = made.published[-2][0].strftime("%Y-%m-%dT%H:%M:%SZ")
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


def school_years(rng: random.Random) -> Case:
    """Once a year, whole school years; nothing between."""
    return run(panel(rng, "school"), versions=8), set()


def survey(rng: random.Random) -> Case:
    """Answers of a survey, numbered, with the day and the minutes each took; a few come after."""
    days = [date(2026, 3, 1) + n * DAY for n in range(25)]
    rows = [
        [
            n,
            rng.choice(("rower", "autobus", "pieszo")),
            rng.randrange(2, 45),
            rng.choice(days),
            rng.randrange(1, 6),
        ]
        for n in range(1, rng.randrange(120, 260))
    ]
    header = ["nr", "środek", "czas_min", "data", "ocena"]
    made = Maker(
        rng,
        f"Badanie mobilności {rng.randrange(99)}",
        "day",
        header,
        rows,
        Spelling.draw(rng),
        ("IRREG", None),
    )
    for number in range(3):
        made.rows = rows[: len(rows) - 10 + 5 * number]
        made.publish(moment(date(2026, 4, 2) + number * 20 * DAY, rng))
    return made, set()


def complaints(rng: random.Random) -> Case:
    """A log of reports, several a day, by district and kind; it goes on."""
    rows, number = [], 1
    for n in range(200):
        day = date(2026, 4, 13) + n * DAY
        for _ in range(rng.randrange(0, 6)):
            kind = rng.choices(("śmieci", "oświetlenie", "dziura", "graffiti"), (6, 4, 3, 1))[0]
            rows.append(
                [f"ZG/{number}/2026", day, rng.choice(OSIEDLA), kind, rng.choice(("przyjęte", "zamknięte"))]
            )
            number += 1
    header = ["nr_zgłoszenia", "data", "osiedle", "rodzaj", "status"]
    made = Maker(rng, f"Zgłoszenia {rng.randrange(99)}", "day", header, rows, Spelling.draw(rng))
    for n in range(12):
        until = AS_OF.date() - (11 - n) * DAY
        made.rows = [row for row in rows if row[1] < until]
        made.publish(moment(until, rng) if n < 11 else AS_OF - timedelta(hours=2))
    return made, set()


def loosened_with_content(rng: random.Random) -> Case:
    """Late, and the slower promise comes together with what was missing."""
    made = panel(rng, "month", newest=date(2026, 6, 2))
    run(made, versions=7, hold=2)
    last = made.published[-1][0]
    made.frequency = ("QUARTERLY", 90)
    made.rows = shown(made, made.rows)
    made.publish(last + 80 * DAY)
    return made, set()


def rounded_twins(rng: random.Random) -> Case:
    """Twins that are printed with two decimals here and one there, halves rounded either way."""
    one, two = _pair(rng)
    one.header[2], two.header[2] = "wskaźnik", "wskaznik"
    one.twin = {
        "other": "?",
        "key": {"this": ["rok", "rejon"], "other": ["rok", "obszar"]},
        "value": {"this": "wskaźnik", "other": "wskaznik"},
        "unit": "%",
    }
    one.rows = [[year, name, round(rng.randrange(1000, 9900) / 100, 2)] for year, name, _ in one.rows]
    one.rows[0][2] = 12.25
    two.rows = [[name, year, round(value + rng.choice((0, 0.0001)), 1)] for year, name, value in one.rows]
    two.spelling.cell = lambda value: _plain(value, two, 1)  # type: ignore[method-assign]
    one.publish(AS_OF - 20 * DAY)
    two.publish(AS_OF - 15 * DAY)
    return one, two, set()


def years_in_the_header_go_on(rng: random.Random) -> Case:
    """A column for each year, one more each year."""
    made = Maker(rng, f"Placówki {rng.randrange(99)}", "year", [], [], Spelling.draw(rng))
    values = {
        name: [rng.randrange(100, 9000) for _ in range(20)] for name in ("Szkoły", "Żłobki", "Domy kultury")
    }
    for year in range(2019, 2027):
        made.header = ["rodzaj", *(str(at) for at in range(2012, year))]
        made.rows = [[name, *row[: year - 2012]] for name, row in values.items()]
        made.publish(moment(date(year, 3, 10), rng))
    return made, set()


def offices_and_numbers(rng: random.Random) -> Case:
    """NIPs, REGONs of 9 and 14 digits, phones and case numbers in a register of firms."""
    made = register(rng)
    made.header = ["nip", "regon", "telefon", "nr_sprawy", "uwagi"]
    for year in (2024, 2025, 2026):
        made.rows = [
            [
                rng.randrange(10**9, 10**10), rng.randrange(10**13, 10**14), f"+48 {rng.randrange(10**8, 10**9)}",
                f"GN.6840.{n}.{year}", f"konto {rng.randrange(10**25, 10**26)}",
            ]
            for n in range(60)
        ]  # fmt: skip
        made.publish(moment(date(year, 4, 4), rng))
    return made, set()


SOUND: dict[str, Callable[[random.Random], Case]] = {
    item.__name__: item
    for item in (
        plain, events, growing_register, late_but_silent, short_pause, reencoded_once, irregular_touched, four_months, season,
        member_said_to_end, newcomer, window, some_rows_gone, jump_without_note, note_without_jump, epidemic, boom, revision,
        columns_added_and_moved, whole_numbers_get_decimals, gaps_in_cells, twins_agree, next_years_plan, no_persons,
        promise_changed_rightly, slow_promise_loosened, mended, school_years, survey, complaints,
        loosened_with_content, rounded_twins, years_in_the_header_go_on, offices_and_numbers,
    )
}  # fmt: skip
