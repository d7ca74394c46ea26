"""A chart of a table as an address asks for it: columns looked at, numbers read, words and drawing made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.kielce.charts import choice, draw, series, words
from ckanext.kielce.charts.choice import Facts, Spec
from ckanext.kielce.tables.shared import Field, Misread, View, asked, rows

#: Times the drawing's size that a PNG is drawn at: sharp on screens with small dots.
ZOOM = 2
FONTS = Path(__file__).with_name("fonts")
Args = Mapping[str, Sequence[str]]


@dataclass(slots=True)
class Made:
    """A chart with all that its page shows; ``chart`` is None when the table cannot be drawn."""

    columns: list[Facts]
    spec: Spec | None
    view: View
    misread: list[Misread]
    version: str
    chart: series.Chart | None = None

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of its address."""
        return [*self.view.pairs(), *(self.spec.pairs() if self.spec else ())]


def named(fields: Sequence[Field], resource: Mapping[str, Any], lang: str) -> list[Field]:
    """The columns under the names that the resource's own dictionary gives them in the reader's language."""
    said = {
        str(entry.get("name")): entry for entry in resource.get("columns") or () if isinstance(entry, Mapping)
    }
    found = []
    for field in fields:
        entry = said.get(field.id, {})
        label = (entry.get("title_en") if lang == "en" else None) or entry.get("title") or field.label
        unit = entry.get("unit") or field.unit
        found.append(Field(field.id, field.kind, field.type, str(label or ""), str(unit or ""), field.notes))
    return found


def make(resource: Mapping[str, Any], args: Args, lang: str, *, numbers: bool = True) -> Made:
    """The chart that an address asks for; without ``numbers`` only what it would show. Raises `ViewError`."""
    with rows.reading() as cursor:
        fields = named(rows.fields(cursor, resource["id"]), resource, lang)
        version = rows.version(cursor, resource["id"])
        columns = choice.facts(fields, series.sample(cursor, resource["id"], fields))
        wanted = asked(args, fields)
        spec = choice.asked(args, columns)
        made = Made(columns, spec, wanted.view, wanted.misread, version)
        if numbers and spec is not None:
            made.chart = series.read(cursor, resource["id"], columns, spec, wanted.view)
    return made


def drawing(chart: series.Chart, lang: str, source: str = "") -> draw.Drawing:
    """The chart in words and numbers, ready to be drawn."""
    known = [value for one in chart.series for value in one.values if value is not None]
    ticks = draw.nice_ticks(min(known, default=0), max(known, default=1))
    return draw.Drawing(
        kind=chart.spec.kind,
        title=words.title(chart, tk._),
        description=words.facts(chart, lang, tk._),
        places=[words.place(place, chart.step, lang) for place in chart.places],
        names=[one.name for one in chart.series],
        values=[one.values for one in chart.series],
        axis=words.measure(chart, tk._),
        ticks=[(tick, words.number(tick, lang)) for tick in ticks],
        told=[[words.number(value, lang) for value in one.values] for one in chart.series],
        source=source,
    )


def svg_file(chart: series.Chart, lang: str, source: str = "") -> bytes:
    """The drawing as a file of its own, light or dark as its reader's screen is."""
    text = draw.svg(drawing(chart, lang, source), own_style=draw.style(dark=True))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def png(chart: series.Chart, lang: str, source: str = "") -> bytes:
    """The drawing as an image of dots, light, with a font of ours: servers need none."""
    import resvg_py

    text = draw.svg(drawing(chart, lang, source), own_style=draw.style(dark=False))
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=text,
            zoom=ZOOM,
            skip_system_fonts=True,
            font_files=[str(FONTS / "PortalSans-Regular.ttf")],
            font_family="Portal Sans",
            sans_serif_family="Portal Sans",
        )
    )


def table(chart: series.Chart, lang: str) -> dict[str, Any]:
    """The numbers under the chart: heads and rows of words."""
    heads = [chart.x.label or chart.x.id, *(one.name or words.measure(chart, tk._) for one in chart.series)]
    body = [
        [words.place(place, chart.step, lang), *(words.number(one.values[at], lang) for one in chart.series)]
        for at, place in enumerate(chart.places)
    ]
    return {"heads": heads, "rows": body}
