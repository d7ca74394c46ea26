"""Sets of the second maker that stop, shrink or break a promise, each with the labels that the definitions give it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from tests.quality.checks.city_cases import LIMIT, PERIOD, Case, again
from tests.quality.checks.city_histories import (
    AS_OF,
    DAY,
    DECLARED,
    Maker,
    figures,
    moment,
    panel,
    register,
    run,
    shown,
)


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
    again(made, 9 if grain == "month" else 6, PERIOD[grain] * 0.95, how)
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


def left_the_window(rng: random.Random) -> Case:
    """A window of a few periods, and one label that left it: the newest version doesn't hold it at all."""
    grain = rng.choice(("month", "quarter"))
    made = panel(rng, grain)
    while isinstance(made.rows[0][1], (int, float)):
        made = panel(rng, grain)
    periods = sorted({row[0] for row in made.rows})
    width, gone = rng.choice((2, 3, 4)), {"month": 7, "quarter": 6}[grain]
    name = rng.choice(sorted({row[1] for row in made.rows}))
    made.rows = [row for row in made.rows if row[0] < periods[-gone] or row[1] != name]

    def edit(_number: int, end: date, rows: list[list[Any]]) -> list[list[Any]]:
        since = periods[periods.index(end) - width + 1]
        return [row for row in rows if row[0] >= since]

    return run(made, versions=gone + 7, edit=edit), {"truncated"}


SICK_TIME: dict[str, Callable[[random.Random], Case]] = {
    item.__name__: item
    for item in (
        respelt,
        export_stamp,
        moved_stamp,
        frozen_but_revised,
        member_stops,
        cut_short,
        register_cut_short,
        years_in_the_header,
        promise_loosened,
        loosened_and_late_again,
        left_the_window,
    )
}
