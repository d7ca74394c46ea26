"""Recipes of the investors' and infrastructure service, and of the bus stops."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import shapely
from shapely import LineString
from shapely.ops import substring

from demo.city.msip.generate import Bench, Columns, hectares, recipe, squares
from demo.city.places import Street


def _coarse(line: LineString, step: float = 50.0) -> LineString | None:
    """A line with its points put on a coarse grid: the course of a network is never published exactly."""
    xy = np.round(shapely.get_coordinates(line) / step) * step
    kept = [tuple(p) for i, p in enumerate(xy) if i == 0 or tuple(p) != tuple(xy[i - 1])]
    return LineString(kept) if len(kept) > 1 else None


def _network(b: Bench, streets: list[Street], share: float) -> list[LineString]:
    rng = b.rng
    made = []
    for s in streets:
        for i in range(count := max(1, int(s.line.length // 250))):
            if rng.random() < share:
                part = _coarse(substring(s.line, i / count, (i + 1) / count, normalized=True))
                if part is not None:
                    made.append(part)
    return made


def _pipes(
    b: Bench, share: float, kinds: list[str], ranks: tuple[int, ...] = (1, 2, 3)
) -> tuple[Any, Columns]:
    rng = b.rng
    lines = _network(b, [s for s in b.city.streets if s.rank in ranks], share)
    return lines, {
        "rodzaj": rng.choices(kinds, [60, 40] if len(kinds) == 2 else None, k=len(lines)),
        "srednica_klasa": rng.choices(["mała", "średnia", "duża"], [50, 35, 15], k=len(lines)),
        "dlugosc_m": [round(g.length, -1) for g in lines],
    }


@recipe("siec_cieplownicza")
def heat(b: Bench) -> tuple[Any, Columns]:
    """Heat network along main roads."""
    return _pipes(b, 0.7, ["rozdzielcza", "magistrala"], (1, 2))


@recipe("siec_wodociagowa")
def water(b: Bench) -> tuple[Any, Columns]:
    """Water mains."""
    return _pipes(b, 0.95, ["rozdzielcza", "magistrala"])


@recipe("siec_kanalizacyjna")
def sewage(b: Bench) -> tuple[Any, Columns]:
    """Sewers."""
    return _pipes(b, 0.88, ["grawitacyjna", "tłoczna"])


@recipe("kanalizacja_deszczowa")
def drains(b: Bench) -> tuple[Any, Columns]:
    """Storm drains with their capacity."""
    rng = b.rng
    lines = _network(b, list(b.city.streets), 0.7)
    return lines, {
        "rodzaj": rng.choices(["kolektor", "kanał boczny"], [30, 70], k=len(lines)),
        "przepustowosc_l_s": [rng.randrange(40, 900, 10) for _ in lines],
        "dlugosc_m": [round(g.length, -1) for g in lines],
    }


@recipe("oferty_inwestycyjne")
def offers(b: Bench) -> tuple[Any, Columns]:
    """Plots on offer."""
    rng = b.rng
    points = b.points(48)
    sizes = np.array([[rng.uniform(40, 260), rng.uniform(40, 180)] for _ in points])
    shapes = squares(points, sizes, b.name)
    homes = b.city.district_of(points)
    return shapes, {
        "nazwa": [f"Teren inwestycyjny {h} {i}" for i, h in enumerate(homes, 1)],
        "pow_ha": hectares(shapes),
        "przeznaczenie": rng.choices(
            ["produkcja i usługi", "usługi", "zabudowa mieszkaniowa", "sport i rekreacja"], k=len(homes)
        ),
        "uzbrojenie": rng.choices(["pełne", "woda i prąd", "w granicy działki", "brak"], k=len(homes)),
        "tryb": rng.choices(["przetarg", "dzierżawa", "użytkowanie wieczyste"], k=len(homes)),
        "cena_zl_m2": [rng.randrange(90, 620, 5) if rng.random() < 0.85 else None for _ in homes],
        "dzielnica": homes,
    }


@recipe("inwestycje_planowane")
def planned(b: Bench) -> tuple[Any, Columns]:
    """Planned works."""
    rng = b.rng
    points = b.points(135, spread=30)
    streets = b.street_of(points)
    kinds = rng.choices(
        [
            "przebudowa drogi",
            "budowa chodnika",
            "termomodernizacja",
            "plac zabaw",
            "kanalizacja deszczowa",
            "ścieżka rowerowa",
        ],
        k=len(points),
    )
    starts = [b.today.replace(day=1) + dt.timedelta(days=rng.randint(-200, 500)) for _ in kinds]
    return points, {
        "nazwa": [f"{k.capitalize()} – {s}" for k, s in zip(kinds, streets, strict=True)],
        "rodzaj": kinds,
        "koszt_zl": [float(rng.randrange(80, 24000, 20) * 1000) for _ in kinds],
        "poczatek": starts,
        "koniec": [s + dt.timedelta(days=rng.randint(60, 640)) for s in starts],
        "stan": ["w realizacji" if s < b.today else "planowana" for s in starts],
        "dzielnica": b.city.district_of(points),
    }


@recipe("oswietlenie")
def lights(b: Bench) -> tuple[Any, Columns]:
    """2,400 street lights."""
    rng = b.rng
    points = b.points(2400, spread=8)
    kinds = rng.choices(["LED", "sodowa"], [58, 42], k=len(points))
    return points, {
        "oprawa": kinds,
        "moc_w": [rng.choice([35, 50, 70]) if k == "LED" else rng.choice([100, 150, 250]) for k in kinds],
        "ulica": b.street_of(points),
        "rok_wymiany": [
            rng.randint(2016, b.today.year) if k == "LED" else rng.randint(1998, 2015) for k in kinds
        ],
        "dzielnica": b.city.district_of(points),
    }


@recipe("miejsca_przyjazne")
def friendly(b: Bench) -> tuple[Any, Columns]:
    """Friendly places."""
    rng = b.rng
    points = b.points(120, spread=60)
    homes = b.city.district_of(points)
    return points, {
        "nazwa": [f"Miejsce przyjazne {h} {i}" for i, h in enumerate(homes, 1)],
        "udogodnienia": [
            ", ".join(sorted(rng.sample(["ławki", "toaleta", "przewijak", "woda pitna", "cień"], 3)))
            for _ in homes
        ],
        "dostepne": rng.choices(["tak", "częściowo", "nie"], [55, 30, 15], k=len(homes)),
        "dzielnica": homes,
    }


@recipe("zasob_mieszkaniowy")
def housing(b: Bench) -> tuple[Any, Columns]:
    """Buildings with municipal flats, without numbers of flats."""
    rng = b.rng
    points = b.points(310, spread=35)
    return points, {
        "ulica": b.street_of(points),
        "lokale": [rng.randint(6, 60) for _ in points],
        "stan": rng.choices(["dobry", "dostateczny", "do remontu"], [40, 42, 18], k=len(points)),
        "rok_budowy": [rng.randint(1900, 1992) for _ in points],
        "dzielnica": b.city.district_of(points),
    }


@recipe("zimowe_utrzymanie")
def winter(b: Bench) -> tuple[Any, Columns]:
    """Streets by winter standard."""
    every = b.city.streets
    return [s.line for s in every], {
        "nazwa": [s.name for s in every],
        "standard": [{1: "II", 2: "III", 3: "V"}[s.rank] for s in every],
        "wykonawca": [f"Rejon {i % 5 + 1}" for i in range(len(every))],
        "dlugosc_m": [round(s.line.length) for s in every],
    }


def stops(b: Bench) -> list[dict[str, Any]]:
    """Bus stops in pairs along main and district roads: number, name, EPSG:2178 point, street. GTFS uses the same ones."""
    rng = b.rng
    found: list[dict[str, Any]] = []
    for street in b.city.streets:
        if street.rank == 3:
            continue
        count = max(2, int(street.line.length // 420))
        short = street.name.removeprefix("ul. ").removeprefix("al. ")
        for i in range(count):
            cross = rng.choice(
                [s.name.removeprefix("ul. ").removeprefix("al. ") for s in b.city.streets if s.rank == 3]
            )
            for side, offset in ((1, 8), (2, -8)):
                at = street.line.interpolate((i + 0.5) / count, normalized=True)
                point = shapely.Point(at.x + offset, at.y + offset / 2)
                found.append(
                    {
                        "nr": f"{len(found) // 2 + 101}{side:02d}",
                        "nazwa": f"{short} / {cross}",
                        "point": point,
                        "street": street.name,
                        "side": side,
                    }
                )
    return found


@recipe("przystanki")
def stop_layer(b: Bench) -> tuple[Any, Columns]:
    """The stops as a layer."""
    rng = b.rng
    every = stops(b)
    points = np.array([s["point"] for s in every])
    return points, {
        "nr": [s["nr"] for s in every],
        "nazwa": [s["nazwa"] for s in every],
        "wiata": rng.choices(["tak", "nie"], [62, 38], k=len(every)),
        "tablica": rng.choices(["tak", "nie"], [18, 82], k=len(every)),
        "peron_obnizony": rng.choices(["tak", "nie"], [44, 56], k=len(every)),
        "dzielnica": b.city.district_of(points),
    }
