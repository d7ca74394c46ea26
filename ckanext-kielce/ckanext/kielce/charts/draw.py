"""A chart as SVG: no script, no outside request, sizes in the drawing's own units. Pure.

On a page colours come from the page's tokens; in a file of its own the drawing brings them, the dark ones too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT = 760, 420
TOP, BOTTOM, RIGHT = 20, 64, 24
ROW = 30
#: Height of the title over a drawing that is a file of its own.
HEAD = 28
LETTER = 7.6
MARKS = ("circle", "square", "diamond", "up", "down", "ring")
DASHES = ("", "7 4", "2 4", "10 3 2 3", "5 2", "1 3")
#: Colours of series on light and dark ground; each at least 4.5:1 on its ground.
LIGHT = ("#a8071a", "#0b5cad", "#1f6f43", "#8a5a00", "#475569", "#6b3fa0")
DARK = ("#ff8a80", "#7cc4ff", "#6fcf97", "#f0b429", "#a9b4c4", "#c4a5f0")
FONT = "'Source Sans 3','Portal Sans','Segoe UI',Roboto,'Noto Sans',Arial,sans-serif"


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn, ready in words: labels of places, names and values of series, the values in words.

    ``source`` stands under a drawing that is a file of its own.
    """

    kind: str
    title: str
    description: str
    places: Sequence[str]
    names: Sequence[str]
    values: Sequence[Sequence[float | None]]
    axis: str
    ticks: Sequence[tuple[float, str]]
    told: Sequence[Sequence[str]] = ()
    source: str = ""


def nice_ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round numbers that cover a span, zero among them."""
    low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        high = low + 1
    raw = (high - low) / count
    power = 10 ** math.floor(math.log10(raw))
    step = next(power * times for times in (1, 2, 2.5, 5, 10) if power * times >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(step * at, 10) for at in range(first, last + 1)]


def style(*, dark: bool) -> str:
    """The drawing's own style, for a file of its own."""
    rules = [
        _rules("#ffffff", "#1d1b1a", "#57534e", "#ddd6cc", LIGHT),
        f"text{{font-family:{FONT};font-size:15px}}",
    ]
    if dark:
        inner = _rules("#1a1817", "#edeae6", "#b9b2a9", "#3d3835", DARK)
        rules.append(f"@media (prefers-color-scheme:dark){{{inner}}}")
    return "".join(rules)


def _rules(ground: str, ink: str, quiet: str, line: str, colours: Sequence[str]) -> str:
    found = [
        f".c-ground{{fill:{ground}}}.c-ink{{fill:{ink}}}.c-quiet{{fill:{quiet}}}",
        f".c-grid{{stroke:{line}}}.c-axis{{stroke:{quiet}}}",
    ]
    found += [
        f".c-f{at}{{fill:{colour}}}.c-s{at}{{stroke:{colour};fill:none}}" for at, colour in enumerate(colours)
    ]
    return "".join(found)


def svg(drawing: Drawing, *, own_style: str = "", ids: str = "chart") -> str:
    """The drawing. ``own_style`` makes a file of its own of it; ``ids`` begins the ids of its title and description."""
    body, height = _bars(drawing) if drawing.kind == "bars" else _upright(drawing)
    if own_style:
        # Apart from its page a drawing must say what it is and where it is from.
        head = _text(16, 26, cut(drawing.title, 78), more=' font-weight="bold"')
        foot = _text(16, height + HEAD + 18, cut(drawing.source, 92), "c-quiet")
        body = f'{head}<g transform="translate(0 {HEAD})">{body}</g>{foot}'
        height += HEAD + (30 if drawing.source else 0)
    ground = f'<rect class="c-ground" width="{WIDTH}" height="{height}"/>' if own_style else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="k-chart" role="img" viewBox="0 0 {WIDTH} {height}" '
        f'width="{WIDTH}" height="{height}" aria-labelledby="{ids}-title {ids}-facts">'
        f'<title id="{ids}-title">{escape(drawing.title)}</title><desc id="{ids}-facts">{escape(drawing.description)}</desc>'
        + (f"<style>{own_style}</style>" if own_style else "")
        + ground
        + body
        + "</svg>"
    )


def _text(x: float, y: float, words: str, kind: str = "c-ink", anchor: str = "start", more: str = "") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{more}>{escape(words)}</text>'


def _rect(at: int, x: float, y: float, width: float, height: float) -> str:
    """A bar; one of nothing is still seen as a line."""
    return f'<rect class="c-f{at}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.5):.1f}" height="{max(height, 0.5):.1f}"/>'


def cut(text: str, letters: int) -> str:
    """A text of at most so many letters."""
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"


def _legend(drawing: Drawing, left: float) -> tuple[str, float]:
    """Names of the series above the drawing, in as many lines as they need; and the height taken."""
    if len(drawing.names) < 2:
        return "", 0
    parts, x, y = [], left, 0.0
    for at, name in enumerate(drawing.names):
        words = cut(name or "–", 30)
        length = 34 + len(words) * LETTER
        if x + length > WIDTH - RIGHT and x > left:
            x, y = left, y + 24
        shape = (
            f'<line class="c-s{at}" x1="{x:.1f}" x2="{x + 20:.1f}" y1="{TOP + y + 4:.1f}" y2="{TOP + y + 4:.1f}" '
            f'stroke-width="2.5" stroke-dasharray="{DASHES[at]}"/>' + _mark(at, x + 10, TOP + y + 4)
            if drawing.kind == "line"
            else f'<rect class="c-f{at}" x="{x + 4:.1f}" y="{TOP + y - 3:.1f}" width="13" height="13"/>'
        )
        parts.append(shape + _text(x + 26, TOP + y + 9, words))
        x += length + 10
    return "".join(parts), y + 30


def _mark(at: int, x: float, y: float) -> str:
    kind, size = MARKS[at % len(MARKS)], 4.0
    if kind in ("circle", "ring"):
        fill = f"c-f{at}" if kind == "circle" else f"c-s{at}"
        return f'<circle class="{fill}" cx="{x:.1f}" cy="{y:.1f}" r="{size}"/>'
    points = {
        "square": ((-1, -1), (1, -1), (1, 1), (-1, 1)),
        "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
        "up": ((0, -1.2), (1.2, 1), (-1.2, 1)),
        "down": ((0, 1.2), (1.2, -1), (-1.2, -1)),
    }[kind]
    path = " ".join(f"{x + dx * size:.1f},{y + dy * size:.1f}" for dx, dy in points)
    return f'<polygon class="c-f{at}" points="{path}"/>'


def _upright(drawing: Drawing) -> tuple[str, int]:
    """Lines or columns: values upwards."""
    left = 16 + max([len(words) for _value, words in drawing.ticks] + [3]) * LETTER
    legend, taken = _legend(drawing, left)
    top, floor = TOP + taken + 24, HEIGHT + taken - BOTTOM
    low, high = drawing.ticks[0][0], drawing.ticks[-1][0]

    def y(value: float) -> float:
        return floor - (value - low) / (high - low) * (floor - top)

    parts = [legend, _text(left, top - 10, drawing.axis, "c-quiet")]
    for value, words in drawing.ticks:
        kind = "c-axis" if value == 0 else "c-grid"
        parts.append(
            f'<line class="{kind}" x1="{left:.1f}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>'
        )
        parts.append(_text(left - 8, y(value) + 5, words, "c-quiet", "end"))
    number = len(drawing.places)
    band = (WIDTH - RIGHT - left) / max(1, number)
    parts.append(_places(drawing.places, left, band, floor))
    for at, values in enumerate(drawing.values):
        parts.append(
            _line(at, values, left, band, y)
            if drawing.kind == "line"
            else _columns(at, len(drawing.values), values, left, band, y)
        )
    return "".join(parts), int(HEIGHT + taken)


def _places(places: Sequence[str], left: float, band: float, floor: float) -> str:
    """Words under the axis, as many as fit beside each other."""
    longest = max([len(cut(words, 14)) for words in places] + [1]) * LETTER + 12
    every = max(1, math.ceil(longest / band))
    return "".join(
        _text(left + band * (at + 0.5), floor + 22, cut(words, 14), "c-quiet", "middle")
        for at, words in enumerate(places)
        if at % every == 0
    )


def _line(
    at: int, values: Sequence[float | None], left: float, band: float, y: Callable[[float], float]
) -> str:
    runs: list[list[tuple[float, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])  # a gap stays a gap
        else:
            runs[-1].append((left + band * (place + 0.5), y(value)))
    path = " ".join("M" + " L".join(f"{x:.1f},{yy:.1f}" for x, yy in run) for run in runs if run)
    marks = "".join(_mark(at, x, yy) for run in runs for x, yy in run) if len(values) <= 40 else ""
    return f'<path class="c-s{at}" d="{path}" stroke-width="2.5" stroke-linejoin="round" stroke-dasharray="{DASHES[at]}"/>{marks}'


def _columns(
    at: int,
    groups: int,
    values: Sequence[float | None],
    left: float,
    band: float,
    y: Callable[[float], float],
) -> str:
    width = band * 0.8 / groups
    parts = []
    for place, value in enumerate(values):
        if value is None:
            continue
        x = left + band * (place + 0.1) + width * at
        a, b = sorted((y(value), y(0.0)))
        parts.append(_rect(at, x, a, max(width - 1, 1), b - a))
    return "".join(parts)


def _bars(drawing: Drawing) -> tuple[str, int]:
    """Bars from left to right, each with its name before it and its value behind it."""
    groups = max(1, len(drawing.values))
    left = min(22 + max([len(cut(words, 34)) for words in drawing.places] + [3]) * LETTER, WIDTH * 0.42)
    legend, taken = _legend(drawing, 8)
    top = TOP + taken + 24
    row = ROW if groups == 1 else groups * 16 + 12
    room = WIDTH - RIGHT - left - 90
    low, high = drawing.ticks[0][0], drawing.ticks[-1][0]

    def x(value: float) -> float:
        return left + (value - low) / (high - low) * room

    parts = [legend, _text(left, top - 10, drawing.axis, "c-quiet")]
    letters = int((left - 22) / LETTER)
    for place, words in enumerate(drawing.places):
        y = top + place * row
        parts.append(_text(left - 8, y + row / 2 + 5, cut(words, letters), "c-ink", "end"))
        thick = (row - 8) / groups
        for at, values in enumerate(drawing.values):
            value = values[place]
            if value is None:
                continue
            a, b = sorted((x(value), x(0.0)))
            parts.append(_rect(at, a, y + 4 + at * thick, b - a, thick - 1))
            if drawing.told and groups == 1:
                parts.append(_text(b + 8, y + row / 2 + 5, drawing.told[at][place], "c-quiet"))
    bottom = top + len(drawing.places) * row
    parts.append(f'<line class="c-axis" x1="{x(0.0):.1f}" x2="{x(0.0):.1f}" y1="{top}" y2="{bottom:.1f}"/>')
    if drawing.told and groups == 1:
        return "".join(parts), int(bottom + 14)  # each bar tells its value
    for value, words in (drawing.ticks[0], drawing.ticks[-1]):
        parts.append(_text(x(value), bottom + 20, words, "c-quiet", "middle"))
    return "".join(parts), int(bottom + 34)
