"""Sets of the second maker that are sound though they pause, move on or end, by the definitions."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from tests.quality.checks.city_cases import PERIOD, Case, again
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

    again(made, 3, PERIOD[grain] * 0.9, how)
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


def loosened_with_content(rng: random.Random) -> Case:
    """Late, and the slower promise comes together with what was missing."""
    made = panel(rng, "month", newest=date(2026, 6, 2))
    run(made, versions=7, hold=2)
    last = made.published[-1][0]
    made.frequency = ("QUARTERLY", 90)
    made.rows = shown(made, made.rows)
    made.publish(last + 80 * DAY)
    return made, set()


def school_years(rng: random.Random) -> Case:
    """Once a year, whole school years; nothing between."""
    return run(panel(rng, "school"), versions=8), set()


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


def things_with_years(rng: random.Random) -> Case:
    """A list of things with names and the year in which each was opened; nothing was opened for years."""
    made = register(rng)
    made.header[0], made.header[4] = (
        rng.choice(("nazwa", "gid", "kod obiektu")),
        rng.choice(("rok", "Rok otwarcia", "rok")),
    )
    for number in range(9):
        made.publish(moment(date(2018 + number, 3, 5), rng))
        for row in rng.sample(made.rows, 5):
            row[3] += 1 + number
    return made, set()


def short_windows(rng: random.Random) -> Case:
    """A window of a few periods that moves, every label in it."""
    made = panel(rng, rng.choice(("month", "quarter", "week")))
    periods = sorted({row[0] for row in made.rows})
    width = rng.choice((2, 3, 4))

    def edit(_number: int, end: date, rows: list[list[Any]]) -> list[list[Any]]:
        since = periods[periods.index(end) - width + 1]
        return [row for row in rows if row[0] >= since]

    return run(made, versions=12, edit=edit), set()


SOUND_TIME: dict[str, Callable[[random.Random], Case]] = {
    item.__name__: item
    for item in (
        plain,
        events,
        growing_register,
        late_but_silent,
        short_pause,
        reencoded_once,
        irregular_touched,
        four_months,
        season,
        member_said_to_end,
        newcomer,
        window,
        some_rows_gone,
        promise_changed_rightly,
        slow_promise_loosened,
        loosened_with_content,
        school_years,
        years_in_the_header_go_on,
        complaints,
        survey,
        offices_and_numbers,
        things_with_years,
        short_windows,
    )
}
