"""The same indicator from two sources: any cell that differs beyond what rounding and units explain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from ..domain.model import Finding
from .base import Check, Scene, register
from .cells import decimals, is_blank, label, number, period, quarters
from .folder import TwinDeclaration
from .history import History, day
from .panel import Panel, parts_of_year
from .units import in_name, ratio

_PERIOD = re.compile(r"(?:\d{4}-\d\d-\d\d/)?\d{4}-\d\d-\d\d")

Cell = tuple[str, int, date | None]
"""The text, the line in the file, and the last day of the period."""


@register
class TwinDisagreement(Check):
    """Both sides of a declared pair get the label, whichever of them declares it."""

    code = "twin_disagreement"

    def findings(self, history: History, scene: Scene) -> Iterator[Finding]:
        """Yield one finding for each twin that says otherwise."""
        done = set()
        declared = history.folder.twin
        if declared is not None and declared.other in scene.histories and declared.other != history.name:
            done.add(declared.other)
            yield from self._compare(history, scene.histories[declared.other], declared, mirrored=False)
        for name, other in scene.histories.items():
            twin = other.folder.twin
            if twin is not None and twin.other == history.name and name != history.name and name not in done:
                yield from self._compare(other, history, twin, mirrored=True)

    def _compare(
        self, one: History, two: History, twin: TwinDeclaration, *, mirrored: bool
    ) -> Iterator[Finding]:
        """Compare the newest versions; `mirrored` when the one judged is the other side of the declaration."""
        judged, beside = (two, one) if mirrored else (one, two)
        here, there, common, off = differing(one, two, twin, self.rules.twin_slack)
        if not off:
            return
        at = max(off, key=lambda key: (here[key][2] or date.min, key))
        first = min((end for key in off if (end := here[key][2]) is not None), default=None)
        mine, its = (there[at], here[at]) if mirrored else (here[at], there[at])
        constant = _constant([(here[key][0], there[key][0]) for key in common])
        yield self.found(
            judged,
            "ratio" if constant is not None and len(off) > 0.9 * len(common) else "cells",
            since=first,
            share=len(off) / len(common),
            twin=beside.folder.title,
            twin_folder=beside.name,
            column=twin.value[1] if mirrored else twin.value[0],
            row=mine[1],
            period=mine[2].isoformat() if mine[2] else None,
            value=mine[0],
            value_there=its[0],
            count=len(off),
            compared=len(common),
            factor=constant,
            certainty=0.95 if len(off) > 1 else 0.85,
        )


Cells = dict[tuple[str, ...], Cell]


def differing(
    one: History, two: History, twin: TwinDeclaration, slack: float
) -> tuple[Cells, Cells, list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Cells of the newest versions of both sides, the keys they share, and those of them whose values differ."""
    here = _cells(one, [key for key, _ in twin.keys], twin.value[0])
    there = _cells(two, [key for _, key in twin.keys], twin.value[1])
    units = [unit or in_name(column) for unit, column in zip(twin.unit, twin.value, strict=True)]
    factor = ratio(*units)
    for coarser in (_by_end, _by_month):
        if not any(key in there for key in here):  # "2024-06" there is "30.06.2024" here
            here, there = coarser(here), coarser(there)
    common = [key for key in here if key in there]
    return here, there, common, [key for key in common if _differ(here[key][0], there[key][0], factor, slack)]


def _column(names: list[str], wanted: str) -> int | None:
    if wanted in names:
        return names.index(wanted)
    folded = [label(name) for name in names]
    return folded.index(label(wanted)) if label(wanted) in folded else None


def _cells(history: History, keys: list[str], value: str) -> dict[tuple[str, ...], Cell]:
    """Key -> cell of the newest version; rows that share a key with another value are left out."""
    table = history.newest.content.table
    header, rows, lines = table.header, table.rows, table.lines
    places = [_column(header, name) for name in keys]
    at = _column(header, value)
    if at is None or any(place is None for place in places) or not keys:
        panel: Panel = history.panel(history.newest.content)
        header, rows, lines = panel.header, panel.rows, panel.lines
        places = [_column(header, name) for name in keys]
        at = _column(header, value)
        if at is None or any(place is None for place in places) or not keys:
            return {}
    found: dict[tuple[str, ...], Cell] = {}
    twice = set()
    now = day(history.as_of)
    known = [place for place in places if place is not None]
    columns = [_as_keys(header[place], [row[place] for row in rows]) for place in known]
    for row, line, *texts in zip(rows, lines, *columns, strict=True):
        key = tuple(label(text) for text in texts)
        whens = [when for text in texts if (when := period(text)) is not None]
        cell = (row[at], line, whens[0].end if whens and whens[0].end <= now else None)
        if is_blank(cell[0]) or number(cell[0]) is None:
            continue
        if key in found and found[key][0] != cell[0]:
            twice.add(key)
        found[key] = cell
    return {key: cell for key, cell in found.items() if key not in twice}


def _as_keys(name: str, cells: list[str]) -> Sequence[str]:
    """The cells of a key column, numbers of parts of years as both sides may write them."""
    if quarters(name, cells):
        return [cell if is_blank(cell) else f"Q{cell}" for cell in cells]
    return parts_of_year(name, cells)


def _coarser(cells: dict[tuple[str, ...], Cell], length: int) -> dict[tuple[str, ...], Cell]:
    """The same cells with periods named by their last day, cut to so many characters; what then coincides is left out."""
    found: dict[tuple[str, ...], Cell] = {}
    twice = set()
    for key, cell in cells.items():
        named = tuple(part.split("/")[-1][:length] if _PERIOD.fullmatch(part) else part for part in key)
        if named in found:
            twice.add(named)
        found[named] = cell
    return {key: cell for key, cell in found.items() if key not in twice}


def _by_end(cells: dict[tuple[str, ...], Cell]) -> dict[tuple[str, ...], Cell]:
    return _coarser(cells, 10)


def _by_month(cells: dict[tuple[str, ...], Cell]) -> dict[tuple[str, ...], Cell]:
    return _coarser(cells, 7)


def _differ(here: str, there: str, factor: float, slack: float) -> bool:
    """Whether two printed numbers differ by more than half a unit of the last digit of each."""
    one, two = number(here), number(there)
    if one is None or two is None:
        return False
    one *= factor
    room = 0.5 * 10.0 ** -decimals(here) * abs(factor) + 0.5 * 10.0 ** -decimals(there)
    return abs(one - two) > room + slack * max(1.0, abs(one), abs(two))


def _constant(pairs: list[tuple[str, str]]) -> float | None:
    """The ratio that all pairs share, within one percent; None when they share none."""
    ratios = []
    for here, there in pairs:
        one, two = number(here), number(there)
        if one and two:
            ratios.append(two / one)
    if len(ratios) < 3:
        return None
    middle = sorted(ratios)[len(ratios) // 2]
    return (
        float(f"{middle:.3g}") if all(abs(item - middle) <= 0.01 * abs(middle) for item in ratios) else None
    )
