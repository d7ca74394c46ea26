"""Sound histories, first part: rhythms, levels and spellings just this side of a failure."""

from __future__ import annotations

import random
from datetime import timedelta

from tests.quality.checks.generator import (
    AS_OF,
    REGISTER,
    Base,
    Draft,
    draft,
    grow,
    period_end,
    register,
    render,
)
from tests.quality.checks.sick_time import RESPELT


def plain(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    return grow(base, draft(base))


def plain_register(rng: random.Random) -> Draft:
    found, style, rows, moments = register(
        rng, *rng.choice((("ANNUAL", 365), ("IRREG", None), ("QUARTERLY", 90)))
    )
    for n, at in enumerate(moments):
        found.add(at, render(REGISTER, rows[: 50 + 2 * n], style))
    return found


def stale(rng: random.Random) -> Draft:
    """Nothing at all since long ago: late, which is a status and no label."""
    base = Base.draw(rng)
    return grow(base, draft(base), base.last - rng.randrange(6, 10), 5)


def respelt_once(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    found = grow(base, draft(base))
    middle = len(found.versions) // 2
    at, later = found.versions[middle][0], found.versions[middle + 1][0]
    found.add(
        at + (later - at) / 2,
        base.file(base.last - base.count() + 1 + middle, encoding="cp1250", bom=False, quote=True),
    )
    return found


def respelt_from_then_on(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    half = base.count() // 2
    found = grow(base, draft(base), base.last - half, half)
    way = rng.choice(
        (
            {"delimiter": ",", "comma": False},
            {"encoding": "cp1250", "bom": False},
            {"quote": True},
            {"ends": "\r\n"},
        )
    )
    return grow(base, found, count=half, **way)


def respelt_register(rng: random.Random) -> Draft:
    found, style, rows, moments = register(rng, "IRREG", None)
    for n, at in enumerate(moments):
        found.add(
            at, render(REGISTER, rows[: 50 + min(n, 2)], style.changed(**(RESPELT[n] if n > 3 else {})))
        )
    return found


def three_touches(rng: random.Random) -> Draft:
    base = Base.draw(rng, rng.choice(("month", "quarter", "week")))
    found = grow(base, draft(base), base.last - 2)
    for n in (1, 2):
        found.add(base.published(base.last - 2 + n), base.file(base.last - 2, **RESPELT[n]))
    return found


def yearly_append(rng: random.Random) -> Draft:
    """Monthly rows, twelve at once each spring, with corrections in between."""
    base = Base.draw(rng, "month")
    found = Draft(base.title, "ANNUAL", 365)
    for year in range(2022, 2027):
        until = base.last - (2026 - year) * 12 - 9
        base.first = min(base.first, until - 11)
        for at in range(base.first, until + 1):
            for member in base.members:
                for name in base.measures:
                    base.values.setdefault((at, member, name), rng.uniform(900, 1100))
        day = AS_OF.replace(year=year, month=3, day=10)
        found.add(day, base.file(until))
        if rng.random() < 0.6 and year < 2026:
            base.values[base.first + 3, base.members[0], base.measures[0]] *= 1.02
            found.add(day + timedelta(days=150), base.file(until))
    return found


def seasonal(rng: random.Random) -> Draft:
    """A swimming pool in the open: May to September; the file is replaced in winter too."""
    base = Base.draw(rng, "month")
    months = {5, 6, 7, 8, 9}
    found = draft(base)
    cut = rng.randrange(0, 8)
    for at in range(base.last - 20 - cut, base.last - cut + 1):
        found.add(
            base.published(at), base.file(at, skip=lambda k, _: period_end("month", k).month not in months)
        )
    return found


def seasonal_member(rng: random.Random) -> Draft:
    base = Base.draw(rng, "month")
    one, months = base.members[0], {5, 6, 7, 8, 9}
    cut = rng.randrange(0, 8)
    return grow(base, draft(base), base.last - cut,
                skip=lambda k, member: member == one and period_end("month", k).month not in months)  # fmt: skip


def ended_member(rng: random.Random) -> Draft:
    base = Base.draw(rng, rng.choice(("month", "quarter", "week")))
    gone, stop = rng.choice(base.members), base.last - rng.randrange(6, 10)
    how = rng.choice(
        (
            "{} zlikwidowano w {} r.",
            "{}: pomiary zakończono ({}).",
            "Od {1} r. nie prowadzi się danych: {0} (zamknięta).",
        )
    )
    found = draft(base)
    for at in range(base.last - base.count() + 1, base.last + 1):
        said = (
            f"{base.title}. " + how.format(gone, period_end(base.grain, stop).year)
            if at > stop + 1
            else f"{base.title}."
        )
        data = base.file(at, skip=lambda k, member: member == gone and k > stop)
        found.add(base.published(at), data, description=said)
    return found


def archived(rng: random.Random) -> Draft:
    base = Base.draw(rng, "month")
    stop = base.last - 9
    found = grow(base, draft(base), stop, 6)
    end = period_end("month", stop).isoformat()
    for n in range(1, 8):
        over = {"archived": True, "temporal_coverage": {"start": "2020-01-01", "end": end}}
        found.add(base.published(stop + n), base.file(stop, **rng.choice(RESPELT)), **over)
    return found


def coverage_grows(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    found = draft(base)
    for at in range(base.last - base.count() + 1, base.last + 1):
        cover = {
            "start": period_end(base.grain, base.first).isoformat(),
            "end": period_end(base.grain, at).isoformat(),
        }
        found.add(base.published(at), base.file(at), temporal_coverage=cover)
    return found


def _times(base: Base, factor: float, since: int, until: int) -> None:
    for key, value in list(base.values.items()):
        if since <= key[0] <= until:
            base.values[key] = value * factor


def shock(rng: random.Random) -> Draft:
    base = Base.draw(rng, rng.choice(("month", "quarter", "week")))
    back = rng.randrange(5, 14)
    _times(base, rng.choice((0.1, 0.3, 3.0)), base.last - back, base.last - back + 2)
    said = f"{base.title}. Metodologia zgodna z wytycznymi GUS." if rng.random() < 0.4 else ""
    return grow(base, draft(base, description=said))


def steep_growth(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    rate = rng.uniform(1.05, 1.25)
    for key, value in list(base.values.items()):
        base.values[key] = value * rate ** (key[0] - base.first)
    return grow(base, draft(base))


def jump_unexplained(rng: random.Random) -> Draft:
    base = Base.draw(rng, "month")
    _times(base, rng.choice((1.6, 0.6)), base.last - 6, base.last)
    return grow(base, draft(base))


def note_only(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    found = grow(base, draft(base), base.last - 3, 6)
    said = f"{base.title}. Od 2026 r. zmieniono sposób publikacji; metodologia bez zmian."
    return grow(base, found, count=3) if rng.random() < 0.3 else _noted(base, found, said)


def _noted(base: Base, found: Draft, said: str) -> Draft:
    for at in range(base.last - 2, base.last + 1):
        found.add(base.published(at), base.file(at), description=said)
    return found


def revised(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    found = draft(base)
    for at in range(base.last - base.count() + 1, base.last + 1):
        for _ in range(rng.randrange(1, 8)):
            where = (rng.randrange(base.first, at), rng.choice(base.members), rng.choice(base.measures))
            base.values[where] *= rng.uniform(0.8, 1.25)
        found.add(base.published(at), base.file(at))
    return found


def new_member(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    new, since = base.members[-1], base.last - rng.randrange(1, 7)
    return grow(base, draft(base), skip=lambda at, member: member == new and at < since)


def new_column(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    back = rng.randrange(1, 5)
    found = grow(base, draft(base), base.last - back)
    for at in range(base.last - back + 1, base.last + 1):
        rows = [[*row, "2661011"] for row in base.rows(at)]
        found.add(base.published(at), render([*base.header, "kod_teryt"], rows, base.style))
    return found


def column_order(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    found = grow(base, draft(base), base.last - 2)
    for at in (base.last - 1, base.last):
        rows = [row[::-1] for row in base.rows(at)]
        rng.shuffle(rows)
        found.add(base.published(at), render(base.header[::-1], rows, base.style))
    return found


def number_spelling(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    base.style.delimiter = ";"
    base.style.comma = False
    found = grow(base, draft(base), base.last - 2)
    base.places = {name: places + 1 for name, places in base.places.items()}
    base.style.comma = rng.random() < 0.5
    return grow(base, found, count=2)


def thousands_spaces(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    base.style.delimiter = ";"
    found = grow(base, draft(base), base.last - 2)
    for at in (base.last - 1, base.last):
        rows = [[*row[:2], *(_spaced(cell) for cell in row[2:])] for row in base.rows(at)]
        found.add(base.published(at), render(base.header, rows, base.style))
    return found


def _spaced(cell: str) -> str:
    whole, mark, part = cell.partition("," if "," in cell else ".")
    return f"{int(whole):,}".replace(",", "\u00a0") + mark + part


SERIES = {
    name: scenario
    for name, scenario in list(globals().items())
    if callable(scenario) and scenario.__module__ == __name__ and not name.startswith("_")
}
