"""What sets of the second maker share: limits, re-uploads, and a pair of twins."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.quality.checks.city_histories import (
    AS_OF,
    Maker,
    panel,
)

Truth = set[str]


Case = tuple[Maker, Truth] | tuple[Maker, Maker, Truth]


LIMIT = {"day": 8, "week": 42, "month": 152, "quarter": 365, "half": 730, "year": 1096, "school": 1096}


PERIOD = {"day": 1, "week": 7, "month": 30, "quarter": 91, "half": 182, "year": 365, "school": 365}


def again(made: Maker, times: int, every: float, how: Callable[[int], None]) -> None:
    """Put the newest table up again so many times, spelt as `how` makes it."""
    at = made.published[-1][0]
    for number in range(times):
        at += timedelta(days=every)
        if at >= AS_OF:
            return
        how(number)
        made.publish(at)


def pair(rng: random.Random) -> tuple[Maker, Maker]:
    """A set and its twin in another unit, in agreement; rows written, nothing published."""
    units, factor = rng.choice(
        (
            (("GJ", "MWh"), 1 / 3.6),
            (("t", "Mg"), 1.0),
            (("m³", "hl"), 10.0),
            (("szt.", "tys. szt."), 0.001),
            (("zł", "mln zł"), 1e-6),
        )
    )
    years = [str(year) for year in range(2014, 2026)]
    base = {
        (year, name): float(round(10 ** rng.uniform(4, 6), 2))
        for year in years
        for name in ("Północ", "Południe")
    }
    one = panel(rng, "year")
    one.header = ["rok", "rejon", f"ilość [{units[0]}]"]
    one.rows = [[year, name, value] for (year, name), value in base.items()]
    two = panel(rng, "year")
    two.header = ["obszar", "rok", f"ilosc ({units[1]})"]
    places = 6 if factor < 0.01 else 3
    two.rows = [
        [name, year, f"{value * factor:.{places}f}".rstrip("0").rstrip(".")]
        for (year, name), value in base.items()
    ]
    two.rows = [[name, year, float(text)] for name, year, text in two.rows]
    one.spelling.codec = two.spelling.codec = "utf-8"  # no other has "m³"
    two.spelling.cell = lambda value: plainly(value, two, places)  # type: ignore[method-assign]
    one.twin = {
        "other": "?",
        "key": {"this": ["rok", "rejon"], "other": ["rok", "obszar"]},
        "value": {"this": one.header[2], "other": two.header[2]},
        "unit": {"this": units[0], "other": units[1]},
    }
    return one, two


def plainly(value: Any, made: Maker, places: int) -> str:
    text = f"{value:.{places}f}" if isinstance(value, float) else str(value)
    text = text.replace(".", ",") if isinstance(value, float) and made.spelling.mark != "," else text
    return f'"{text}"' if made.spelling.mark in text else text


def percent_pair(rng: random.Random) -> tuple[Maker, Maker]:
    """A pair as above whose value is a share."""
    one, two = pair(rng)
    one.header[2], two.header[2] = "wskaźnik", "wskaznik"
    one.twin = {
        "other": "?",
        "key": {"this": ["rok", "rejon"], "other": ["rok", "obszar"]},
        "value": {"this": "wskaźnik", "other": "wskaznik"},
        "unit": "%",
    }
    return one, two
