"""The comparison of areas as bars: plain geometry for an inline SVG, in percent of the width."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

#: Height of a bar with its label, and of the chart's margins, in the SVG's own units.
ROW, BAR, MARGIN = 44, 18, 4


@dataclass(frozen=True)
class Bar:
    """A bar: ``x`` and ``width`` in percent of the drawing's width, ``y`` in its units."""

    area: str
    value: float
    period: str
    x: float
    width: float
    y: int
    doubtful: bool
    own: bool


@dataclass(frozen=True)
class Chart:
    """The bars of all areas that have a value, the place of zero, and the drawing's height."""

    bars: tuple[Bar, ...]
    zero: float
    height: int


def bars(values: Iterable[Mapping[str, Any]], own_area: str) -> Chart:
    """Bars from zero, on one scale, in the order given; values that are missing draw nothing."""
    given = [row for row in values if row["value"] is not None]
    numbers = [float(row["value"]) for row in given]
    low, high = min([0.0, *numbers]), max([0.0, *numbers])
    scale = 100 / (high - low) if high > low else 0.0
    zero = -low * scale
    made = tuple(
        Bar(
            area=row["area"],
            value=number,
            period=row["period"],
            x=round(zero + min(number, 0.0) * scale, 3),
            width=round(abs(number) * scale, 3),
            y=MARGIN + position * ROW,
            doubtful=row["status"] == "U",
            own=row["area"] == own_area,
        )
        for position, (row, number) in enumerate(zip(given, numbers, strict=True))
    )
    return Chart(made, round(zero, 3), 2 * MARGIN + ROW * len(made))
