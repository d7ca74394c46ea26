"""The history of a score as a small inline SVG: no script, no outside request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from ckanext.kielce.common import formatting
from markupsafe import Markup

from .domain.rules import RULES

WIDTH, HEIGHT, MARGIN = 320, 72, 4


def history_svg(history: Sequence[dict[str, Any]], lang: str) -> Markup:
    """Draw index (0-100) over days; empty when there are fewer than two days with an index.

    :param history: ``[{"day": ISO day, "index": number or None, ...}]``, oldest first
    """
    points = [
        (dt.date.fromisoformat(item["day"]), item["index"]) for item in history if item["index"] is not None
    ]
    if len(points) < 2:
        return Markup("")
    first, last = points[0][0], points[-1][0]
    span = max(1, (last - first).days)

    def x(day: dt.date) -> float:
        return MARGIN + (day - first).days / span * (WIDTH - 2 * MARGIN)

    def y(value: float) -> float:
        return HEIGHT - MARGIN - value / 100 * (HEIGHT - 2 * MARGIN)

    # A score holds until the next one: steps, not slopes.
    path = f"M{x(points[0][0]):.1f},{y(points[0][1]):.1f}"
    for day, value in points[1:]:
        path += f"H{x(day):.1f}V{y(value):.1f}"
    lines = "".join(
        f'<line class="kq-chart-grade" x1="0" x2="{WIDTH}" y1="{y(least):.1f}" y2="{y(least):.1f}"/>'
        for _letter, least in RULES.grades
        if least > 0
    )
    return Markup(
        '<svg class="kq-chart" role="img" viewBox="0 0 {w} {h}" width="{w}" height="{h}" aria-label="{label}">'
        '{lines}<path class="kq-chart-line" d="{path}" fill="none" stroke="currentColor" stroke-width="2"/></svg>'
    ).format(w=WIDTH, h=HEIGHT, label=_label(points, lang), lines=Markup(lines), path=path)  # noqa: S704


def _label(points: Sequence[tuple[dt.date, float]], lang: str) -> str:
    (first, start), (last, end) = points[0], points[-1]
    values = (
        formatting.date(first, lang),
        formatting.number(start, lang, 0),
        formatting.date(last, lang),
        formatting.number(end, lang, 0),
    )
    if lang == "pl":
        return "Ocena od {} ({} pkt) do {} ({} pkt)".format(*values)
    return "Score from {} ({} points) to {} ({} points)".format(*values)
