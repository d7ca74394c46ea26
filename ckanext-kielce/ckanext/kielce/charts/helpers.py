"""Template helpers of the charts room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
from ckanext.kielce.charts import draw, service, words
from ckanext.kielce.tables.shared import rows
from markupsafe import Markup

__all__ = ["kielce_chart_drawn", "kielce_chart_first"]


def kielce_chart_first(resource: Mapping[str, Any], pairs: Sequence[tuple[str, str]] = ()) -> dict[str, str]:
    """Return title, page and image addresses of a table's first chart (of the rows that ``pairs`` ask for); {} without one."""
    args: dict[str, list[str]] = {}
    for name, value in pairs:
        args.setdefault(name, []).append(value)
    lang = "pl" if str(tk.h.lang()).startswith("pl") else "en"
    try:
        made = service.make(resource, args, lang, numbers=False)
    except rows.ViewError:
        return {}
    if made.spec is None:
        return {}
    query = urlencode(list(pairs))
    labels = {column.field.id: words.title_of(column.title, column.field.unit) for column in made.columns}
    more = f"?{query}" if query else ""
    return {
        "kind": tk._(words.KINDS[made.spec.kind]),
        "title": words.first_title(made.spec, labels, tk._),
        "page": tk.url_for("kielce_charts.page", resource_id=resource["id"]) + more,
        "image": tk.url_for("kielce_charts.svg", resource_id=resource["id"]) + more,
    }


def kielce_chart_drawn(resource: Mapping[str, Any]) -> dict[str, Any]:
    """Return the first chart of a table as ``svg`` for the page, with its ``title`` and ``facts``; {} without one."""
    lang = "pl" if str(tk.h.lang()).startswith("pl") else "en"
    try:
        made = service.make(resource, {}, lang)
    except rows.ViewError:
        return {}
    if made.chart is None or not made.chart.places:
        return {}
    # Drawn by us, every word in it escaped.
    drawn = Markup(draw.svg(service.drawing(made.chart, lang)))  # noqa: S704
    return {
        "svg": drawn,
        "title": words.title(made.chart, tk._),
        "facts": words.facts(made.chart, lang, tk._),
    }
