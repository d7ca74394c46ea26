"""Template helpers of the charts room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
from ckanext.kielce.charts import service, words
from ckanext.kielce.tables.shared import rows

__all__ = ["kielce_chart_first"]


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
