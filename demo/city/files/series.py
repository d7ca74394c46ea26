"""Tables of the commonest shape: a value for each period and member, with season, trend and noise."""

from __future__ import annotations

import datetime as dt
import math
import zlib

from demo.city import SEED
from demo.city.files.model import Column, FileSet, Period, Table, periods, set_of

_TYPES = {"day": "date", "month": "yearmonth", "quarter": "string", "year": "year"}
_REFERENCE_YEAR = 2024
"""Trends count from here, so that a value of the past never depends on the day of the build."""


def _noise(*parts: object) -> float:
    """A number in [-1, 1), the same for the same parts on every machine."""
    text = f"{SEED}:" + ":".join(str(p) for p in parts)
    return zlib.crc32(text.encode()) / 2**31 - 1.0


def value(of: FileSet, measure: str, member: str, period: Period) -> float | int | None:
    """One cell: it depends on the set, measure, member and period only."""
    _, _, base, season, trend, noise, decimals = of.measures[measure]
    if of.same and measure in of.same["measures"]:
        theirs, divisor = of.same["measures"][measure]
        known = value(set_of(of.same["set"]), theirs, member, period)
        return None if known is None else round(known / divisor, decimals or None)
    if of.gaps and _noise(of.id, measure, member, period.start, "gap") < of.gaps * 2 - 1:
        return None
    scale = 0.55 + 0.45 * (1 + _noise(of.id, member)) if base < 1e9 else 1.0
    if str(of.measures[measure][1]) == "%" or measure.startswith(("ph", "temp")):
        scale = 0.95 + 0.05 * (1 + _noise(of.id, measure, member)) / 2
    middle = period.start + (period.end - period.start) / 2
    angle = 2 * math.pi * (middle.timetuple().tm_yday - 15) / 365.25
    years = (middle - dt.date(_REFERENCE_YEAR, 1, 1)).days / 365.25
    number = base * scale * (1 + season * math.cos(angle)) * (1 + trend) ** years
    number *= 1 + noise * _noise(of.id, measure, member, period.start)
    if str(of.measures[measure][1]) == "%":
        number = min(number, 100.0)
    return round(number) if decimals == 0 else round(number, decimals)


def series(of: FileSet, today: dt.date) -> Table:
    """The whole table as it is published on ``today``."""
    every = periods(today, of.grain, of.back + of.end_ago, of.lag)
    shown = every[: len(every) - of.end_ago]
    member_name, *members = of.members
    columns = [
        Column(
            "okres" if of.grain != "day" else "data",
            _TYPES[of.grain],
            "Okres" if of.grain != "day" else "Data",
        ),
        Column(member_name, "string", member_name.capitalize()),
    ]
    for name, facts in of.measures.items():
        columns.append(Column(name, "integer" if facts[6] == 0 else "number", facts[0], facts[1]))
    newest = len(shown)
    rows = []
    for index, period in enumerate(shown):
        for member in members:
            if of.stop and member == of.stop["member"] and index >= newest - of.stop["periods"]:
                continue
            cells = [value(of, name, member, period) for name in of.measures]
            if of.jump and index >= newest - of.jump["ago"]:
                cells = [None if c is None else round(c * of.jump["factor"]) for c in cells]
            rows.append([period, member, *cells])
    return Table(columns, rows)
