"""Recipes of services for residents: schools, cycling, parking, registers, statistics by area."""

from __future__ import annotations

import datetime as dt
from typing import Any

from shapely import Point
from shapely.ops import substring

from demo.city.msip.generate import Bench, Columns, cells, grid, hectares, recipe
from demo.city.places import to_metres


@recipe("gestosc_zaludnienia")
def density(b: Bench) -> tuple[Any, Columns]:
    """People by district at the end of last month."""
    last = b.today.replace(day=1) - dt.timedelta(days=1)
    rng = b.rng
    people = [round(d.people * rng.uniform(0.98, 1.0)) for d in b.city.districts]
    women = [round(p * rng.uniform(0.52, 0.54)) for p in people]
    return [d.shape for d in b.city.districts], {
        "dzielnica": [d.name for d in b.city.districts],
        "stan_na": [last] * len(people),
        "ludnosc": people,
        "gestosc_os_km2": [
            round(p / d.shape.area * 1e6) for p, d in zip(people, b.city.districts, strict=True)
        ],
        "kobiety": women,
        "mezczyzni": [p - w for p, w in zip(people, women, strict=True)],
    }


def school_year(today: dt.date) -> str:
    """The school year that ``today`` lies in, as "2026/2027"."""
    first = today.year if today.month >= 9 else today.year - 1
    return f"{first}/{first + 1}"


@recipe("obwody_szkolne")
def catchments(b: Bench) -> tuple[Any, Columns]:
    """One area a primary school."""
    made = cells(b, 27, "obwody_szkolne")
    return made, {
        "szkola": [f"Szkoła Podstawowa nr {i}" for i in range(1, len(made) + 1)],
        "rok_szkolny": [school_year(b.today)] * len(made),
        "pow_ha": hectares(made),
    }


@recipe("szkoly")
def schools(b: Bench) -> tuple[Any, Columns]:
    """Schools of all kinds."""
    rng = b.rng
    points, homes = b.near(78, 60)
    kinds = (
        ["szkoła podstawowa"] * 34
        + ["liceum ogólnokształcące"] * 18
        + ["technikum"] * 14
        + ["szkoła branżowa"] * 8
        + ["szkoła specjalna"] * 4
    )
    pupils = [rng.randint(140, 820) for _ in kinds]
    return points, {
        "nazwa": [f"{k.capitalize()} nr {i}" for i, k in enumerate(kinds, 1)],
        "rodzaj": kinds,
        "uczniowie": pupils,
        "oddzialy": [round(p / 24) for p in pupils],
        "ulica": b.street_of(points),
        "dzielnica": homes,
    }


@recipe("przedszkola_zlobki")
def nurseries(b: Bench) -> tuple[Any, Columns]:
    """Kindergartens and nurseries."""
    rng = b.rng
    points, homes = b.near(64, 60)
    kinds = ["przedszkole"] * 46 + ["żłobek"] * 18
    places = [rng.randrange(50, 180, 5) for _ in kinds]
    return points, {
        "nazwa": [f"{k.capitalize()} nr {i}" for i, k in enumerate(kinds, 1)],
        "rodzaj": kinds,
        "miejsca": places,
        "zajete": [round(p * rng.uniform(0.78, 1.0)) for p in places],
        "dzielnica": homes,
    }


@recipe("sciezki_rowerowe")
def cycle_paths(b: Bench) -> tuple[Any, Columns]:
    """Paths beside main and district roads, in stretches."""
    rng = b.rng
    lines, names = [], []
    for s in b.city.streets:
        if s.rank == 3 and rng.random() < 0.9:
            continue
        count = max(1, int(s.line.length // 350))
        for i in range(count):
            if rng.random() < 0.62:
                part = substring(s.line, i / count, (i + 1) / count, normalized=True)
                moved = part.parallel_offset(9, "left")
                if moved.geom_type == "LineString" and moved.length > 20:
                    lines.append(moved)
                    names.append(s.name)
    return lines, {
        "nazwa": names,
        "rodzaj": rng.choices(
            ["droga dla rowerów", "droga dla pieszych i rowerów", "pas rowerowy"], [55, 35, 10], k=len(lines)
        ),
        "nawierzchnia": rng.choices(
            ["asfalt", "kostka betonowa", "nawierzchnia mineralna"], [60, 32, 8], k=len(lines)
        ),
        "szerokosc_m": [rng.choice([1.5, 2.0, 2.5, 3.0]) for _ in lines],
        "dlugosc_m": [round(g.length) for g in lines],
        "rok": [rng.randint(2006, b.today.year) for _ in lines],
    }


@recipe("stojaki_rowerowe")
def racks(b: Bench) -> tuple[Any, Columns]:
    """Bicycle racks."""
    rng = b.rng
    points, homes = b.near(420, 25)
    n = len(homes)
    return points, {
        "typ": rng.choices(["U-kształtny", "wyrwikółka", "wiata rowerowa"], [80, 14, 6], k=n),
        "miejsca": [rng.choice([2, 4, 6, 8, 10, 20]) for _ in homes],
        "zadaszony": rng.choices(["tak", "nie"], [9, 91], k=n),
        "zrodlo": rng.choices(["inwentaryzacja", "Ulepszamy Kielce"], [70, 30], k=n),
        "dzielnica": homes,
    }


@recipe("miejsca_niepelnosprawni")
def disabled_parking(b: Bench) -> tuple[Any, Columns]:
    """Parking bays for disabled people."""
    rng = b.rng
    points, homes = b.near(610, 15)
    return points, {
        "ulica": b.street_of(points),
        "miejsca": [rng.choice([1, 1, 1, 2, 2, 3]) for _ in homes],
        "nawierzchnia": rng.choices(["asfalt", "kostka betonowa", "płyty"], [40, 50, 10], k=len(homes)),
        "strefa": ["tak" if h == "Śródmieście" else "nie" for h in homes],
        "dzielnica": homes,
    }


@recipe("zabytki")
def monuments(b: Bench) -> tuple[Any, Columns]:
    """The municipal register of monuments."""
    rng = b.rng
    points, homes = b.near(330, 40)
    kinds = rng.choices(
        ["Kamienica", "Dom", "Willa", "Kapliczka", "Budynek przemysłowy", "Cmentarz"],
        [45, 25, 10, 10, 8, 2],
        k=len(homes),
    )
    return points, {
        "nazwa": [f"{k} {i}" for i, k in enumerate(kinds, 1)],
        "ulica": b.street_of(points),
        "datowanie": rng.choices(
            ["XVIII w.", "1. poł. XIX w.", "2. poł. XIX w.", "pocz. XX w.", "lata 30. XX w."], k=len(homes)
        ),
        "ochrona": rng.choices(["rejestr zabytków", "gminna ewidencja"], [18, 82], k=len(homes)),
        "dzielnica": homes,
    }


@recipe("osnowa")
def control_points(b: Bench) -> tuple[Any, Columns]:
    """Geodetic control points."""
    rng = b.rng
    points = b.points(520)
    return points, {
        "numer": [f"266101{i:05d}" for i in range(1, len(points) + 1)],
        "klasa": rng.choices(["1", "2", "3"], [2, 18, 80], k=len(points)),
        "h_m": [round(rng.uniform(248, 408), 3) for _ in points],
        "stan": rng.choices(["dobry", "zniszczony", "nieodnaleziony"], [78, 12, 10], k=len(points)),
    }


@recipe("skorowidz_ortofoto")
def ortho_index(b: Bench) -> tuple[Any, Columns]:
    """Sheets of the last two flights."""
    sheets = grid(b, 1600)
    years = [b.today.year - 1] * len(sheets) + [b.today.year - 3] * len(sheets)
    names = [f"7.126.{i // 20 + 10}.{i % 20 + 1:02d}" for i in range(len(sheets))] * 2
    return sheets * 2, {
        "arkusz": names,
        "rok": years,
        "piksel_cm": [5 if y == b.today.year - 1 else 10 for y in years],
        "kompozycja": ["RGB"] * len(years),
        "plik": [f"orto_{y}_{n.replace('.', '-')}.tif" for n, y in zip(names, years, strict=True)],
    }


@recipe("skorowidz_3d")
def model_index(b: Bench) -> tuple[Any, Columns]:
    """Sheets of the 3D building model."""
    sheets = grid(b, 2000)
    return sheets, {
        "arkusz": [f"3D-{i + 1:03d}" for i in range(len(sheets))],
        "rok": [b.today.year - 2] * len(sheets),
        "lod": ["LoD2"] * len(sheets),
        "budynki": [b.rng.randint(20, 60) + i * 7 % 900 for i in range(len(sheets))],
    }


@recipe("strefa_parkowania")
def parking_zone(_b: Bench) -> tuple[Any, Columns]:
    """Three rings about the centre."""
    centre = Point(to_metres(20.629, 50.8705))
    rings = [
        centre.buffer(350),
        centre.buffer(750).difference(centre.buffer(350)),
        centre.buffer(1150).difference(centre.buffer(750)),
    ]
    return rings, {
        "podstrefa": ["A", "B", "C"],
        "oplata_godz_zl": [4.0, 3.0, 2.0],
        "godziny": ["pn-pt 9-18"] * 3,
        "miejsca": [820, 1460, 1190],
    }


@recipe("place_zabaw")
def playgrounds(b: Bench) -> tuple[Any, Columns]:
    """Playgrounds and outdoor gyms."""
    rng = b.rng
    points, homes = b.near(190, 70)
    kinds = rng.choices(["plac zabaw", "siłownia plenerowa"], [70, 30], k=len(homes))
    return points, {
        "nazwa": [f"{k.capitalize()} {h} {i}" for i, (k, h) in enumerate(zip(kinds, homes, strict=True), 1)],
        "rodzaj": kinds,
        "nawierzchnia": rng.choices(["piasek", "guma", "trawa"], k=len(homes)),
        "rok_remontu": [rng.randint(2009, b.today.year) for _ in homes],
        "dzielnica": homes,
    }


@recipe("aed")
def defibrillators(b: Bench) -> tuple[Any, Columns]:
    """Public defibrillators."""
    rng = b.rng
    points, homes = b.near(96, 40)
    return points, {
        "miejsce": [
            rng.choice(
                [
                    "Urząd Miasta",
                    "Szkoła",
                    "Galeria handlowa",
                    "Przychodnia",
                    "Dworzec",
                    "Hala sportowa",
                    "Straż Miejska",
                ]
            )
            for _ in homes
        ],
        "dostep": rng.choices(["całodobowy", "w godzinach otwarcia"], [35, 65], k=len(homes)),
        "przeglad": [b.day(rng, b.today.year - 2, 5) for _ in homes],
        "dzielnica": homes,
    }


@recipe("hotspoty")
def hotspots(b: Bench) -> tuple[Any, Columns]:
    """City Wi-Fi."""
    rng = b.rng
    points, homes = b.near(74, 40)
    return points, {
        "nazwa": [f"KielceWiFi-{i:03d}" for i in range(1, len(homes) + 1)],
        "predkosc_mbit": [rng.choice([10, 20, 30, 100]) for _ in homes],
        "zasieg_m": [rng.randrange(30, 120, 10) for _ in homes],
        "dzielnica": homes,
    }


@recipe("obwody_glosowania")
def polling(b: Bench) -> tuple[Any, Columns]:
    """Polling districts."""
    rng = b.rng
    made = cells(b, 104, "obwody_glosowania")
    return made, {
        "nr": list(range(1, len(made) + 1)),
        "siedziba": [f"Szkoła Podstawowa nr {rng.randint(1, 34)}" for _ in made],
        "wyborcy": [rng.randint(780, 1990) for _ in made],
    }


@recipe("zdroje_i_poidelka")
def drinking_fountains(b: Bench) -> tuple[Any, Columns]:
    """Taps in parks and squares."""
    rng = b.rng
    points, homes = b.near(36, 60)
    streets = b.street_of(points)
    return points, {
        "nazwa": [f"Poidełko przy {street}" for street in streets],
        "rodzaj": rng.choices(["poidełko", "zdrój uliczny", "kurtyna wodna"], [60, 25, 15], k=len(homes)),
        "rok": [rng.randint(2009, b.today.year - 1) for _ in homes],
        "calorocznie": rng.choices(["tak", "nie"], [20, 80], k=len(homes)),
        "dzielnica": homes,
    }


@recipe("trasy_spacerowe")
def walking_routes(b: Bench) -> tuple[Any, Columns]:
    """Marked routes along the longest streets, off the road."""
    rng = b.rng
    routes = []
    for street in sorted(b.city.streets, key=lambda s: (-s.line.length, s.name))[:18]:
        moved = street.line.parallel_offset(40, "right")
        if moved.geom_type == "LineString" and moved.length > 100:
            routes.append((street, moved))
    return [line for _, line in routes], {
        "nazwa": [f"Trasa {number}: {street.name}" for number, (street, _) in enumerate(routes, 1)],
        "trudnosc": rng.choices(["łatwa", "średnia", "trudna"], [50, 35, 15], k=len(routes)),
        "dlugosc_m": [round(line.length) for _, line in routes],
        "dzielnica": [street.district for street, _ in routes],
    }
