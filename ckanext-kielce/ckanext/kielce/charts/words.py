"""What a chart says: its title, its main facts in a sentence, its places in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from ckanext.kielce.charts.choice import COUNT, Spec
from ckanext.kielce.charts.series import Chart
from ckanext.kielce.common import formatting


def N_(text: str) -> str:  # noqa: N802 - the name that message extraction looks for
    """Mark a sentence for translation without translating it yet."""
    return text


KINDS: dict[str, str] = {"line": N_("Line chart"), "columns": N_("Column chart"), "bars": N_("Bar chart")}
AGGREGATES: dict[str, str] = {
    "sum": N_("sum"),
    "mean": N_("mean"),
    "count": N_("number of rows"),
    "min": N_("least"),
    "max": N_("greatest"),
}
Say = Callable[[str], str]


def title_of(name: str, unit: str = "") -> str:
    """A column's name with its unit."""
    return f"{name} [{unit}]" if unit and f"[{unit}]" not in name else name


def measure(chart: Chart, _: Say) -> str:
    """What the values are: "Kwota [zł] – suma"."""
    if chart.spec.aggregate == COUNT or chart.y is None:
        return _("Number of rows")
    name = title_of(chart.y.label or chart.y.id, chart.y.unit)
    return name if chart.single else f"{name} – {_(AGGREGATES[chart.spec.aggregate])}"


def title(chart: Chart, _: Say) -> str:
    """The chart's heading: what by what."""
    return _("{what} by: {column}").format(what=measure(chart, _), column=chart.x.label or chart.x.id)


def first_title(spec: Spec, labels: dict[str, str], _: Say) -> str:
    """The heading of a chart whose numbers have not been read yet."""
    what = labels.get(spec.y, spec.y) if spec.y else _("Number of rows")
    return _("{what} by: {column}").format(what=what, column=labels.get(spec.x, spec.x))


def place(value: Any, step: str, lang: str) -> str:
    """A place on the x axis in words."""
    if isinstance(value, bool):
        return {"pl": ("nie", "tak"), "en": ("no", "yes")}[lang][value]
    if isinstance(value, dt.datetime):
        return f"{value:%d.%m.%Y %H:%M}" if lang == "pl" else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, dt.date):
        if step == "year":
            return str(value.year)
        if step == "month":
            return f"{value:%m.%Y}" if lang == "pl" else f"{value:%Y-%m}"
        return f"{value:%d.%m.%Y}" if lang == "pl" else f"{value:%Y-%m-%d}"
    if isinstance(value, str):
        return value or "–"
    return f"{value:f}".rstrip("0").rstrip(".") if value != int(value) else str(int(value))


def number(value: float | None, lang: str) -> str:
    """A value with at most two places."""
    if value is None:
        return "–"
    return formatting.number(round(value, 2) if abs(value) < 1000 else round(value, 1), lang)


def facts(chart: Chart, lang: str, _: Say) -> str:
    """The main facts of a chart in sentences, for those who do not see it."""
    if not chart.places or not chart.series:
        return _("There is nothing to draw.")
    told = [
        _("{kind}: {title}. {n} values from {first} to {last}.").format(
            kind=_(KINDS[chart.spec.kind]),
            title=title(chart, _),
            n=formatting.number(len(chart.places), lang),
            first=place(chart.places[0], chart.step, lang),
            last=place(chart.places[-1], chart.step, lang),
        )
    ]
    for series in chart.series:
        known = [(value, at) for at, value in enumerate(series.values) if value is not None]
        if not known:
            continue
        most, least = max(known, key=lambda one: one[0]), min(known, key=lambda one: one[0])
        words = {
            "most": number(most[0], lang),
            "most_at": place(chart.places[most[1]], chart.step, lang),
            "least": number(least[0], lang),
            "least_at": place(chart.places[least[1]], chart.step, lang),
        }
        sentence = _("Greatest: {most} ({most_at}); least: {least} ({least_at}).").format(**words)
        told.append(f"{series.name}: {sentence}" if series.name else sentence)
    if chart.left_out:
        told.append(_("{n} further values are not drawn.").format(n=formatting.number(chart.left_out, lang)))
    if chart.groups_left_out:
        told.append(
            _("{n} further groups are not drawn.").format(n=formatting.number(chart.groups_left_out, lang))
        )
    return " ".join(told)
