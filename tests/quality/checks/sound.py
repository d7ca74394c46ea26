"""Sound histories, most of them just this side of a failure: the border cases of the model's definitions."""

from __future__ import annotations

import random
from datetime import date, timedelta

from tests.quality.checks.generator import (
    AS_OF,
    DISTRICTS,
    REGISTER,
    STREETS,
    Base,
    Draft,
    Style,
    draft,
    grow,
    period_end,
    pesel,
    register,
    render,
)
from tests.quality.checks.sick import twins
from tests.quality.checks.sick_time import wide_rows
from tests.quality.checks.sound_series import SERIES


def moving_window(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    size = rng.randrange(5, 9)
    found = draft(base)
    for at in range(base.last - base.count() + 1, base.last + 1):
        found.add(base.published(at), base.file(at, since=max(base.first, at - size)))
    return found


def shorter_window(rng: random.Random) -> Draft:
    base = Base.draw(rng, rng.choice(("month", "week", "day")))
    found = grow(base, draft(base), base.last - 2)
    for at in (base.last - 1, base.last):
        found.add(base.published(at), base.file(at, since=max(base.first, at - 5)))
    return found


def year_to_date(rng: random.Random) -> Draft:
    base = Base.draw(rng, "month")
    stop = base.last - rng.randrange(0, 9)
    found = draft(base)
    for at in range(stop - 15, stop + 1):
        since = at - (period_end("month", at).month - 1)
        found.add(base.published(at), base.file(at, since=max(base.first, since)))
    return found


def forecast(rng: random.Random) -> Draft:
    base = Base.draw(rng, "year")
    ahead = rng.randrange(5, 35)
    for at in range(base.last + 1, base.last + ahead + 1):
        for member in base.members:
            for name in base.measures:
                base.values[at, member, name] = base.values[base.last, member, name] * 1.01 ** (
                    at - base.last
                )
    found = draft(base)
    for at in range(base.last - 6, base.last + 1):
        found.add(base.published(at), base.file(at + ahead if at == base.last else base.last))
        base.values[at, base.members[0], base.measures[0]] *= 1.01
    return found


def schedule(rng: random.Random) -> Draft:
    """Waste collection: a year's dates come at once, next year's in autumn."""
    style = Style.draw(rng)
    found = Draft("Harmonogram odbioru odpadów", "ANNUAL", 365)
    for year in range(2021, 2028):
        rows = [
            [(date(year, 1, 4) + timedelta(days=14 * n)).isoformat(), district, rng.choice(("bio", "papier", "szkło"))]
            for n in range(25) for district in DISTRICTS[:4]
        ]  # fmt: skip
        found.add(
            AS_OF.replace(year=year - 1, month=10, day=rng.randrange(5, 25)),
            render(["data", "dzielnica", "frakcja"], rows, style),
        )
    return found


def contracts(rng: random.Random) -> Draft:
    style = Style.draw(rng)
    found = Draft("Rejestr umów najmu", "QUARTERLY", 90)
    rows = []
    for n in range(80):
        start = date(2019, 1, 1) + timedelta(days=33 * n)
        end = (
            start.replace(year=start.year + rng.choice((1, 3, 10, 30, 40)), day=1)
            if rng.random() < 0.8
            else date(9999, 12, 31)
        )
        rows.append(
            [f"U/{n}", start.isoformat(), end.isoformat(), f"{rng.uniform(500, 9000):.2f}".replace(".", ",")]
        )
    for n in range(6):
        kept = [row for row in rows if row[1] < (AS_OF - timedelta(days=95 * (6 - n))).date().isoformat()]
        header = ["numer", "data_zawarcia", "data_zakonczenia", "czynsz"]
        found.add(
            AS_OF - timedelta(days=20 + 90 * (5 - n)), render(header, kept, style.changed(delimiter=";"))
        )
    return found


def old_register(rng: random.Random) -> Draft:
    found, style, rows, moments = register(rng)
    for row in rows:
        row.append(
            f"{rng.choice((1931, 1958, 1959, 1967, 1972, 1977, 1983, 1990, 2004, 2015))}-{rng.randrange(1, 13):02d}-11"
        )
    for n, at in enumerate(moments):
        found.add(at, render([*REGISTER, rng.choice(("data_wpisu",))], rows[: 50 + n], style))
    return found


def built(rng: random.Random) -> Draft:
    found, style, rows, moments = register(rng)
    rows = [[*row, str(rng.choice((1890, 1905, 1936, 1970, 1999, 2012)))] for row in rows]
    for n, at in enumerate(moments):
        found.add(at, render([*REGISTER, "rok_budowy"], rows[: 50 + n], style))
    return found


def _eleven(rng: random.Random) -> str:
    return str(rng.randrange(10**10, 10**11))


def not_persons(rng: random.Random) -> Draft:
    found, style, rows, moments = register(rng, "QUARTERLY", 90)
    remarks = (
        lambda: f"NIP {rng.randrange(10**9, 10**10)}",
        lambda: f"tel. 48{rng.randrange(500, 899)}{rng.randrange(10**6):06d}",
        lambda: f"sprawa {_eleven(rng)}",
        lambda: f"firma ABC sp. z o.o., KRS {rng.randrange(10**9):010d}",
        lambda: f"rachunek {rng.randrange(10**25, 10**26)}",
        lambda: f"OR.{_eleven(rng)}.2024",
        lambda: "bez uwag",
    )
    ways = {
        "dzialka": lambda: f"266101_1.{rng.randrange(1, 30):04d}.{rng.randrange(1, 900)}/{rng.randrange(1, 20)}",
        "nip": lambda: str(rng.randrange(10**9, 10**10)),
        "regon": lambda: str(rng.randrange(10**8, 10**9)),
        "regon14": lambda: str(rng.randrange(10**13, 10**14)),
        "telefon": lambda: f"48{rng.randrange(500, 899)}{rng.randrange(10**6):06d}",
        "konto": lambda: f"{rng.randrange(10**25, 10**26)}",
        "pesel": lambda: f"{pesel(rng)[:6]}*****",
        "pesel_zamaskowany": lambda: f"{pesel(rng)[:4]}XXXXXXX",
        "nr_sprawy": lambda: _eleven(rng),
        "kwota_gr": lambda: _eleven(rng),
        "zly_pesel": lambda: (lambda p: p[:-1] + str((int(p[-1]) + 3) % 10))(pesel(rng)),
        "uwagi": lambda: rng.choice(remarks)(),
    }  # fmt: skip
    name = rng.choice(sorted(ways))
    rows = [[*row, ways[name]()] for row in rows]
    for n, at in enumerate(moments):
        found.add(at, render([*REGISTER, name], rows[: 50 + n], style))
    return found


def _declared(rng: random.Random, new: tuple, change: dict, late: int, after: int = 0, gap: int = 1) -> Draft:
    base = Base.draw(rng, "month")
    stop = base.last - late - after
    found = grow(base, draft(base), stop, 6)
    at = base.published(stop) + timedelta(days=30.4 * max(late, 0.6) - 3)
    said = {"declared_frequency": new[0], "declared_days": new[1]}
    found.add(at, found.versions[-1][1], same_file=True, **said)
    found.extra["frequency_changes"] = [
        {"at": at.isoformat(), "to": new[0], "public_reason": None, "approved_by": None, **change}
    ]
    for n in range(stop + late + gap, stop + late + after + 1, gap):
        found.add(base.published(n), base.file(n))
    return found


def approved(rng: random.Random) -> Draft:
    change = rng.choice(({"approved_by": "koordynator"}, {"public_reason": "Dane spływają raz na kwartał."}))
    return _declared(rng, rng.choice((("QUARTERLY", 90), ("ANNUAL", 365))), change, rng.randrange(4, 8))


def tightened(rng: random.Random) -> Draft:
    return _declared(rng, rng.choice((("WEEKLY", 7), ("DAILY", 1))), {}, rng.randrange(3, 7))


def corrected_on_time(rng: random.Random) -> Draft:
    return _declared(rng, ("QUARTERLY", 90), {}, 1, rng.choice((0, 3)), 3)


def kept_new_pace(rng: random.Random) -> Draft:
    return _declared(rng, ("QUARTERLY", 90), {}, 4, 12, 3)


def twins_agree(rng: random.Random) -> tuple[Draft, Draft]:
    return twins(rng, sick=False)


def wide(rng: random.Random) -> Draft:
    base = Base.draw(rng, rng.choice(("month", "quarter", "year")))
    found = draft(base)
    for at in range(base.last - 8, base.last + 1):
        found.add(base.published(at), render(*wide_rows(base, at), base.style))
    return found


def years_as_columns(rng: random.Random) -> Draft:
    base = Base.draw(rng, "year")
    name, size = base.measures[0], rng.choice((4, 20))
    found = draft(base)
    for at in range(base.last - 6, base.last + 1):
        span = range(max(base.first, at - size), at + 1)
        rows = [[member, *(base.cell(k, member, name) for k in span)] for member in base.members]
        found.add(
            base.published(at), render([base.member_name, *(str(2000 + k) for k in span)], rows, base.style)
        )
    return found


def year_and_month(rng: random.Random) -> Draft:
    base = Base.draw(rng, "month")
    found = draft(base)
    for at in range(base.last - 10, base.last + 1):
        rows = [
            [str(when.year), str(when.month), member, *(base.cell(k, member, name) for name in base.measures)]
            for k in range(base.first, at + 1) for member in base.members for when in [period_end("month", k)]
        ]  # fmt: skip
        found.add(base.published(at), render(["rok", "miesiac", *base.header[1:]], rows, base.style))
    return found


def events(rng: random.Random) -> Draft:
    """Accidents, a row each; streets come and go."""
    style = Style.draw(rng)
    found = Draft("Zdarzenia drogowe", "MONTHLY", 30)
    days = [date(2024, 6, 1) + timedelta(days=rng.randrange(850)) for _ in range(400)]
    rows = sorted(
        [d.isoformat(), rng.choice(STREETS), rng.choice(("kolizja", "wypadek")), str(rng.randrange(3))]
        for d in days
    )
    for n in range(12):
        at = AS_OF.replace(day=8) - timedelta(days=30 * (11 - n))
        kept = [row for row in rows if row[0] < (at - timedelta(days=7)).date().isoformat()]
        found.add(at, render(["data_zdarzenia", "ulica", "rodzaj", "ranni"], kept, style))
    return found


def small_gap(rng: random.Random) -> Draft:
    """A member that misses fewer periods than count."""
    base = Base.draw(rng)
    one = base.members[0]
    misses = {"day": 5, "week": 4, "month": 3, "quarter": 2, "year": 1}[base.grain]
    return grow(base, draft(base), skip=lambda at, member: member == one and at > base.last - misses)


def gap_that_closed(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    one = base.members[0]
    return grow(
        base, draft(base), skip=lambda at, member: member == one and base.last - 12 < at < base.last - 2
    )


def mended_break(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    found = grow(base, draft(base), base.last - 2)
    rows = base.rows(base.last - 1)[:5]
    found.add(base.published(base.last - 1), render([*base.header[:-1], "inna"], rows, base.style))
    found.versions[-1] = (
        found.versions[-1][0],
        render(base.header, base.rows(base.last - 1)[::3], base.style),
        {},
    )
    found.add(base.published(base.last), base.file(base.last))
    return found


SOUND = {
    name: scenario
    for name, scenario in list(globals().items())
    if callable(scenario) and scenario.__module__ == __name__ and not name.startswith("_")
} | SERIES
