"""Recipes of nature and hazards: protected areas, waters, floods, noise, mining, farmland."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import shapely
from shapely import LineString, Point

from demo.city.msip.generate import Bench, Columns, cells, hectares, largest, recipe
from demo.city.places import to_metres


@recipe("pomniki_przyrody")
def natural_monuments(b: Bench) -> tuple[Any, Columns]:
    """Old trees and rocks."""
    rng = b.rng
    points, homes = b.near(42, 200)
    names = [
        rng.choice(
            ["Dąb szypułkowy", "Lipa drobnolistna", "Jesion wyniosły", "Wiąz szypułkowy", "Skałka wapienna"]
        )
        for _ in homes
    ]
    return points, {
        "nazwa": names,
        "rodzaj": ["twór przyrody nieożywionej" if n.startswith("Skałka") else "drzewo" for n in names],
        "data_ustanowienia": [b.day(rng, 1954) for _ in homes],
        "dzielnica": homes,
    }


@recipe("obszary_chronione")
def protected(b: Bench) -> tuple[Any, Columns]:
    """Reserves and other protected areas, schematic."""
    every = b.city.reserves
    shapes = [s for _, s, _, _ in every]
    return shapes, {
        "nazwa": [n for n, *_ in every],
        "forma": [k for _, _, k, _ in every],
        "rok": [y for *_, y in every],
        "pow_ha": hectares(shapes),
    }


@recipe("zbiorniki_wodne")
def lakes(b: Bench) -> tuple[Any, Columns]:
    """Lakes and ponds."""
    every = b.city.lakes
    return [s for _, s in every], {
        "nazwa": [n for n, _ in every],
        "funkcja": ["rekreacyjna", "ozdobna", "przyrodnicza"],
        "pow_ha": hectares([s for _, s in every]),
    }


def _flood(b: Bench, width: float, depth: float) -> tuple[Any, Columns]:
    shapes, names = [], []
    for name, line in b.city.rivers:
        shape = largest(line.buffer(width, 4).intersection(b.city.outline))
        if shape is not None:
            shapes.append(shape)
            names.append(name)
    return shapes, {
        "rzeka": names,
        "glebokosc_max_m": [round(depth + 0.2 * i, 1) for i in range(len(names))],
        "pow_ha": hectares(shapes),
    }


@recipe("powodz_q10")
def flood_often(b: Bench) -> tuple[Any, Columns]:
    """Flood zone of 10 % a year."""
    return _flood(b, 45, 0.8)


@recipe("powodz_q1")
def flood_rare(b: Bench) -> tuple[Any, Columns]:
    """Flood zone of 1 % a year."""
    return _flood(b, 110, 1.7)


@recipe("halas_drogowy")
def road_noise(b: Bench) -> tuple[Any, Columns]:
    """Bands of noise along main roads."""
    shapes, low, street = [], [], []
    for s in b.city.streets:
        if s.rank == 3:
            continue
        for level, width in ((55, 140), (60, 80), (65, 40), (70, 18)):
            shape = largest(s.line.buffer(width / s.rank, 3).intersection(b.city.outline))
            if shape is not None:
                shapes.append(shape)
                low.append(level)
                street.append(s.name)
    return shapes, {
        "przedzial_db": [f"{v}-{v + 5}" for v in low],
        "od_db": low,
        "do_db": [v + 5 for v in low],
        "ulica": street,
    }


@recipe("halas_kolejowy")
def rail_noise(b: Bench) -> tuple[Any, Columns]:
    """Bands of noise along a schematic railway."""
    line = LineString(
        [to_metres(*p) for p in ((20.60, 50.91), (20.614, 50.8745), (20.605, 50.85), (20.56, 50.82))]
    )
    bands = [(55, 160), (60, 90), (65, 45)]
    shapes = [largest(line.buffer(w, 4).intersection(b.city.outline)) for _, w in bands]
    return shapes, {
        "przedzial_db": [f"{v}-{v + 5}" for v, _ in bands],
        "od_db": [v for v, _ in bands],
        "do_db": [v + 5 for v, _ in bands],
    }


@recipe("obszar_gorniczy")
def mining(b: Bench) -> tuple[Any, Columns]:
    """Mining areas in the south-west."""
    spots = [
        ("Trzuskawica – teren schematyczny", 20.545, 50.838, 520),
        ("Wietrznia (dawny kamieniołom)", 20.645, 50.855, 190),
        ("Zgórsko – teren schematyczny", 20.56, 50.822, 380),
    ]
    shapes = [
        largest(Point(to_metres(x, y)).buffer(r, 5).intersection(b.city.outline)) for _, x, y, r in spots
    ]
    return shapes, {
        "nazwa": [s[0] for s in spots],
        "kopalina": ["wapień", "wapień", "wapień i dolomit"],
        "rodzaj": ["obszar górniczy", "teren pogórniczy", "teren górniczy"],
        "wazne_do": [dt.date(b.today.year + n, 12, 31) for n in (9, 1, 14)],
        "pow_ha": hectares(shapes),
    }


@recipe("uzytki_rolne")
def farmland(b: Bench) -> tuple[Any, Columns]:
    """Fields and meadows at the city's edge."""
    rng = b.rng
    outer = [d for d in b.city.districts if d.people < 4300]
    made = [c for c in cells(b, 900, "uzytki_rolne") if any(d.shape.contains(c.centroid) for d in outer)]
    return made, {
        "uzytek": rng.choices(
            ["grunty orne", "łąki trwałe", "pastwiska trwałe", "sady"], [50, 28, 17, 5], k=len(made)
        ),
        "klasa": rng.choices(["III", "IVa", "IVb", "V", "VI"], [8, 22, 28, 30, 12], k=len(made)),
        "pow_ha": hectares(made),
        "dzielnica": b.city.district_of(shapely.centroid(np.array(made))),
    }


@recipe("drzewa")
def trees(b: Bench) -> tuple[Any, Columns]:
    """3,500 trees."""
    rng = b.rng
    species = [
        "lipa drobnolistna",
        "klon zwyczajny",
        "kasztanowiec zwyczajny",
        "dąb szypułkowy",
        "brzoza brodawkowata",
        "jesion wyniosły",
        "robinia akacjowa",
        "świerk pospolity",
        "jarząb pospolity",
        "głóg dwuszyjkowy",
    ]
    pts = b.points(3500, spread=14)
    girth = [max(12, round(rng.gauss(95, 48))) for _ in pts]
    return pts, {
        "gatunek": rng.choices(species, [30, 22, 10, 9, 8, 7, 5, 4, 3, 2], k=len(pts)),
        "obwod_cm": girth,
        "wysokosc_m": [round(3 + g * 0.11 + rng.gauss(0, 1.4), 1) for g in girth],
        "stan": rng.choices(["dobry", "średni", "zły"], [70, 24, 6], k=len(pts)),
        "rok_nasadzenia": [b.today.year - 3 - int(g / 2.2) if rng.random() < 0.7 else None for g in girth],
        "dzielnica": b.city.district_of(pts),
    }


@recipe("rzeki")
def rivers(b: Bench) -> tuple[Any, Columns]:
    """The four rivers within the city."""
    inside = [(n, line.intersection(b.city.outline)) for n, line in b.city.rivers]
    lines = [
        (n, line if line.geom_type == "LineString" else max(shapely.get_parts(line), key=lambda g: g.length))
        for n, line in inside
    ]
    lines = [(n, g) for n, g in lines if isinstance(g, LineString) and not g.is_empty]
    return [g for _, g in lines], {
        "nazwa": [n for n, _ in lines],
        "dlugosc_km": [round(g.length / 1000, 2) for _, g in lines],
    }
