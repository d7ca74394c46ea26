"""Tables of their own shape: registers, schedules, lists with places, and the set with personal data of made-up people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from demo.city.files.model import DAY, Column, FileSet, Table
from demo.city.files.series import series
from demo.city.msip.generate import Bench
from demo.city.msip.generate_more import school_year
from demo.city.places import city, stream, to_degrees

Recipe = Callable[[FileSet, dt.date], Table]
NAMES = (
    "Śródmieście",
    "Szydłówek",
    "Bocianek",
    "Sady",
    "KSM",
    "Barwinek",
    "Ślichowice",
    "Czarnów",
    "Herby",
    "Na Stoku",
    "Białogon",
    "Dyminy",
)
FIRST_NAMES = ("Anna", "Jan", "Maria", "Piotr", "Zofia", "Tomasz", "Ewa", "Paweł", "Barbara", "Marek")
SURNAMES = ("Przykładowska", "Testowy", "Zmyślona", "Wzorcowy", "Niebyła", "Fikcyjny", "Umowna", "Modelowy")


def _columns(of: FileSet) -> list[Column]:
    return [Column(name, kind, title, unit) for name, (kind, title, unit) in of.fields.items()]


def pesel(born: dt.date, serial: int) -> str:
    """A PESEL number valid by date and checksum for a made-up person (``serial`` 0-9999; its last digit is the sex)."""
    month = born.month + {18: 80, 19: 0, 20: 20, 21: 40}[born.year // 100]
    digits = f"{born.year % 100:02d}{month:02d}{born.day:02d}{serial:04d}"
    weights = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)
    return digits + str(-sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 10)


def _workdays(today: dt.date, count: int) -> list[dt.date]:
    days: list[dt.date] = []
    day = today - DAY
    while len(days) < count:
        if day.weekday() < 5:
            days.append(day)
        day -= DAY
    return days[::-1]


def schedule(of: FileSet, today: dt.date) -> Table:
    """Collection days of the year: a fraction a weekday."""
    rows = []
    fractions = ["zmieszane", "bio", "papier", "szkło", "metale i tworzywa"]
    for number, name in enumerate(NAMES):
        for index, fraction in enumerate(fractions):
            day = dt.date(today.year, 1, 2) + ((number + index) % 5) * DAY
            while day.year == today.year:
                rows.append([name, fraction, day])
                day += (14 if index < 2 else 28) * DAY
    return Table(_columns(of), sorted(rows, key=lambda r: (r[2], r[0], r[1])))


def complaints(of: FileSet, today: dt.date) -> Table:
    """Complaints; every 17th row has a cell too many, every 23rd one too few."""
    rng = stream(of.id)
    rows: list[list[Any]] = []
    for index, day in enumerate(_workdays(today, 300), 1):
        row: list[Any] = [
            day,
            rng.choice(NAMES),
            rng.choice(["nieodebrane", "uszkodzony pojemnik", "hałas"]),
            rng.randint(1, 21),
        ]
        if index % 17 == 0:
            row.append("uwagi: pilne")
        elif index % 23 == 0:
            row = row[:2]
        rows.append(row)
    return Table(_columns(of), rows)


def _places(of: FileSet, today: dt.date, count: int) -> list[tuple[float, float]]:
    return [to_degrees(p.x, p.y) for p in Bench(city(), today, f"file:{of.id}").points(count, spread=40)]


def pszok(of: FileSet, today: dt.date) -> Table:
    """Civic amenity sites."""
    rows = [[f"PSZOK {n}", "pn-pt 8-18, sb 8-14"] for n in ("ul. Magazynowa", "Promnik", "ul. Transportowa")]
    return Table(_columns(of), rows, _places(of, today, 3))


def machines(of: FileSet, today: dt.date) -> Table:
    """Ticket machines."""
    rng = stream(of.id)
    rows = [
        [f"Punkt {i:03d}", rng.choice(["biletomat stacjonarny", "kiosk", "punkt obsługi"])]
        for i in range(1, 61)
    ]
    return Table(_columns(of), rows, _places(of, today, 60))


def aed(of: FileSet, today: dt.date) -> Table:
    """Defibrillators."""
    rng = stream(of.id)
    rows = [
        [
            rng.choice(["Urząd Miasta", "Szkoła", "Dworzec", "Przychodnia", "Hala"]),
            rng.choice(["całodobowy", "w godzinach otwarcia"]),
        ]
        for _ in range(96)
    ]
    return Table(_columns(of), rows, _places(of, today, 96))


def roadworks(of: FileSet, today: dt.date) -> Table:
    """Roadworks about today."""
    rng = stream(f"{of.id}:{today}")
    places = _places(of, today, 24)
    streets = [s.name for s in city().streets]
    rows = []
    for index, place in enumerate(places, 1):
        start = today + dt.timedelta(days=rng.randint(-25, 12))
        what = rng.choice(["zwężenie jezdni", "zajęcie chodnika", "wyłączenie z ruchu", "ruch wahadłowy"])
        rows.append(
            [index, rng.choice(streets), what, start, start + dt.timedelta(days=rng.randint(2, 60)), *place]
        )
    return Table(_columns(of), rows, places)


def roads(of: FileSet, _today: dt.date) -> Table:
    """The inventory of roads."""
    rng = stream(of.id)
    kinds = {1: "krajowa/wojewódzka", 2: "powiatowa", 3: "gminna"}
    every = city().streets
    rows = [
        [i, s.name, kinds[s.rank], round(s.line.length), rng.choice(["dobry", "zadowalający", "zły"])]
        for i, s in enumerate(every, 1)
    ]
    return Table(_columns(of), rows)


def lidar(of: FileSet, today: dt.date) -> Table:
    """Files of the point cloud."""
    rng = stream(of.id)
    sheets = [f"M-34-42-A-{c}-{i}-{j}" for c in "abcd" for i in range(1, 5) for j in range(1, 5)]
    return Table(
        _columns(of), [[s, today.year - 2, float(rng.choice([12, 16, 20])), f"{s}.laz"] for s in sheets]
    )


def civic_budget(of: FileSet, today: dt.date) -> Table:
    """Projects of the last eight editions."""
    rng = stream(of.id)
    kinds = [
        "Plac zabaw",
        "Siłownia plenerowa",
        "Zielony skwer",
        "Chodnik",
        "Ścieżka rowerowa",
        "Biblioteka plenerowa",
    ]
    rows: list[list[Any]] = []
    for year in range(today.year - 8, today.year):
        for number in range(1, 41):
            votes = rng.randint(60, 3900)
            rows.append(
                [
                    year,
                    number,
                    f"{rng.choice(kinds)} – {rng.choice(NAMES)}",
                    rng.choice(NAMES),
                    votes,
                    float(rng.randrange(20, 900) * 1000),
                    votes > 1800,
                ]
            )
    return Table(_columns(of), rows)


def survey(of: FileSet, _today: dt.date) -> Table:
    """600 anonymous answers of a closed survey."""
    rng = stream(of.id)
    ages = ["18-24", "25-34", "35-44", "45-54", "55-64", "65+"]
    start = dt.date(2023, 5, 8)
    rows = [
        [
            i,
            rng.choice(["K", "M"]),
            rng.choice(ages),
            rng.randint(2, 5),
            rng.randint(1, 5),
            rng.randint(1, 5),
            start + rng.randrange(30) * DAY,
        ]
        for i in range(1, 601)
    ]
    return Table(_columns(of), rows)


def mobility(of: FileSet, _today: dt.date) -> Table:
    """A university's closed survey."""
    rng = stream(of.id)
    start = dt.date(2024, 3, 4)
    ways = ["autobus", "pieszo", "rower", "samochód", "pociąg"]
    return Table(
        _columns(of),
        [
            [i, rng.choice(ways), max(3, round(rng.gauss(27, 12))), start + rng.randrange(20) * DAY]
            for i in range(1, 413)
        ],
    )


def applications(of: FileSet, today: dt.date) -> Table:
    """Applications with valid PESEL numbers of made-up people: the sick set with personal data."""
    rng = stream(of.id)
    rows = []
    for index, day in enumerate(_workdays(today, 160), 1):
        born = dt.date(1940, 1, 1) + rng.randrange(23000) * DAY
        rows.append(
            [
                f"DM/{index:04d}/{day.year}",
                day,
                rng.choice(SURNAMES),
                rng.choice(FIRST_NAMES),
                pesel(born, rng.randrange(10000)),
                rng.choice(NAMES),
                round(rng.uniform(120, 890), 2),
            ]
        )
    return Table(_columns(of), rows)


def contracts(of: FileSet, today: dt.date) -> Table:
    """Contracts with made-up firms."""
    rng = stream(of.id)
    subjects = [
        "remont chodnika",
        "dostawa komputerów",
        "utrzymanie zieleni",
        "usługi prawne",
        "zimowe utrzymanie",
        "druk materiałów",
    ]
    rows = []
    for index, day in enumerate(_workdays(today, 420), 1):
        for part in range(rng.randint(1, 3)):
            rows.append(
                [
                    f"UM/{index:04d}/{part + 1}/{day.year}",
                    day,
                    rng.choice(subjects),
                    f"Firma Przykładowa {rng.randint(1, 90)} sp. z o.o.",
                    round(rng.lognormvariate(10.4, 1.2), 2),
                ]
            )
    return Table(_columns(of), rows)


def permits(of: FileSet, today: dt.date) -> Table:
    """Building permits, without the applicants."""
    rng = stream(of.id)
    kinds = ["budynek mieszkalny jednorodzinny", "budynek wielorodzinny", "hala", "przyłącze", "garaż"]
    rows = [
        [f"{i}/{d.year}", d, rng.choice(kinds), rng.choice(NAMES), rng.randrange(60, 9000, 10)]
        for i, d in enumerate(_workdays(today, 480), 1)
        if rng.random() < 0.8
    ]
    return Table(_columns(of), rows)


def zoning_decisions(of: FileSet, today: dt.date) -> Table:
    """Zoning decisions, without the applicants."""
    rng = stream(of.id)
    kinds = ["budowa budynku jednorodzinnego", "rozbudowa", "zmiana sposobu użytkowania", "budowa sieci"]
    return Table(
        _columns(of),
        [
            [f"WZ/{i}/{d.year}", d, rng.choice(kinds), rng.choice(NAMES)]
            for i, d in enumerate(_workdays(today, 400), 1)
            if rng.random() < 0.7
        ],
    )


def consultations(of: FileSet, today: dt.date) -> Table:
    """Public consultations: irregular."""
    rng = stream(of.id)
    rows = []
    day = today - 30 * DAY
    for index in range(26):
        rows.append(
            [
                f"Konsultacje {index + 1}: {rng.choice(['plan miejscowy', 'strategia', 'zieleń', 'transport'])}",
                day - 21 * DAY,
                day,
                rng.randint(9, 480),
                rng.randint(0, 160),
            ]
        )
        day -= rng.randint(20, 130) * DAY
    return Table(_columns(of), sorted(rows, key=lambda r: r[1]))


def reports(of: FileSet, today: dt.date) -> Table:
    """Citizens' reports of the last 120 days: about 1,500 a year, without the reporters."""
    rng = stream(f"{of.id}:{today.year}")
    kinds = [
        "dziura w jezdni",
        "stojak rowerowy",
        "oświetlenie",
        "miejsce dla niepełnosprawnych",
        "czystość",
        "zieleń",
    ]
    places = _places(of, today, 490)
    rows = []
    for index, place in enumerate(places, 1):
        when = dt.datetime.combine(today, dt.time(6), dt.UTC) - dt.timedelta(
            minutes=rng.randrange(120 * 1440)
        )
        state = rng.choices(["zgłoszone", "w realizacji", "załatwione"], [20, 25, 55])[0]
        rows.append([1000 + index, rng.choice(kinds), when, state, rng.choice(NAMES), *place])
    return Table(_columns(of), sorted(rows, key=lambda r: r[2]), places)


def events(of: FileSet, today: dt.date) -> Table:
    """Events of the coming weeks."""
    rng = stream(f"{of.id}:{today}")
    places = [
        "Kieleckie Centrum Kultury",
        "Teatr im. S. Żeromskiego",
        "Hala Legionów",
        "Amfiteatr Kadzielnia",
        "Dom Środowisk Twórczych",
    ]
    kinds = ["Koncert", "Spektakl", "Mecz", "Warsztaty", "Wystawa"]
    rows = []
    for index in range(1, 81):
        when = (
            dt.datetime.combine(today, dt.time(rng.choice([10, 17, 18, 19])), dt.UTC)
            + rng.randrange(45) * DAY
        )
        rows.append(
            [
                index,
                f"{rng.choice(kinds)} nr {index}",
                rng.choice(places),
                when,
                rng.choice(["bezpłatne", "płatne"]),
            ]
        )
    return Table(_columns(of), sorted(rows, key=lambda r: r[3]))


def school_list(of: FileSet, today: dt.date) -> Table:
    """Schools in the last five school years."""
    rng = stream(of.id)
    rows: list[list[Any]] = []
    for back in range(4, -1, -1):
        label = school_year(today.replace(year=today.year - back, day=min(today.day, 28)))
        for number in range(1, 61):
            kind = "szkoła podstawowa" if number <= 34 else "przedszkole"
            pupils = rng.randint(90, 780)
            rows.append([label, f"{kind.capitalize()} nr {number}", kind, pupils, max(4, pupils // 24)])
    return Table(_columns(of), rows)


RECIPES: dict[str, Recipe] = {
    "series": series,
    "schedule": schedule,
    "complaints": complaints,
    "pszok": pszok,
    "machines": machines,
    "aed": aed,
    "roadworks": roadworks,
    "roads": roads,
    "lidar": lidar,
    "civic_budget": civic_budget,
    "survey": survey,
    "mobility": mobility,
    "applications": applications,
    "contracts": contracts,
    "permits": permits,
    "zoning_decisions": zoning_decisions,
    "consultations": consultations,
    "reports": reports,
    "events": events,
    "school_list": school_list,
}
"""Recipe name in ``sets.yaml`` → function; ``api``, ``pdf`` and ``missing`` have no table."""
