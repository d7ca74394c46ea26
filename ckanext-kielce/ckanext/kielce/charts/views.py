"""The chart of a table: its page ``/chart/<file id>`` and its images ``/chart/<file id>.svg`` and ``.png``."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
from ckanext.kielce.charts import choice, service, words
from ckanext.kielce.common.answers import OwnCaching
from ckanext.kielce.tables.shared import rows
from flask import Blueprint
from markupsafe import Markup
from werkzeug.wrappers import Response

kielce_charts = Blueprint("kielce_charts", __name__)

#: Raised when the same numbers are drawn differently.
DRAWER = 2
KEEP_SECONDS = 300


def _lang() -> str:
    return "pl" if str(tk.h.lang()).startswith("pl") else "en"


def _resource(resource_id: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = tk.get_action("resource_show")({}, {"id": resource_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such file, or it is not public."))
    if not found.get("datastore_active"):
        return tk.abort(404, tk._("This file is not available as a table."))
    return found


def _made(resource: dict[str, Any]) -> service.Made:
    try:
        return service.make(resource, tk.request.args.to_dict(flat=False), _lang())
    except rows.ViewError as err:
        if err.code == "slow":
            return tk.abort(
                503, tk._("The database took too long over so large a table. Narrow the rows that are drawn.")
            )
        return tk.abort(404, tk._("This file is not available as a table."))


def page(resource_id: str) -> str:
    """Show a chart with its numbers and the form to change it."""
    resource = _resource(resource_id)
    pkg = tk.get_action("package_show")({}, {"id": resource["package_id"]})
    made, lang = _made(resource), _lang()
    shown: dict[str, Any] = {"pkg": pkg, "resource": resource, "made": made, "query": urlencode(made.pairs)}
    if made.chart is not None:
        from ckanext.kielce.charts import draw

        shown |= {
            # Drawn by us, every word in it escaped.
            "svg": Markup(draw.svg(service.drawing(made.chart, lang))),  # noqa: S704
            "title": words.title(made.chart, tk._),
            "facts": words.facts(made.chart, lang, tk._),
            "table": service.table(made.chart, lang),
        }
    shown["kinds"] = [(code, tk._(words.KINDS[code])) for code in choice.KINDS]
    shown["aggregates"] = [(code, tk._(words.AGGREGATES[code])) for code in choice.AGGREGATES]
    return tk.render("kielce_charts/page.html", shown)


def image(resource_id: str, kind: str) -> Response:
    """Give the chart as an image; 304 to those who have it."""
    resource = _resource(resource_id)
    made = _made(resource)
    if made.chart is None or not made.chart.places:
        return tk.abort(404, tk._("There is nothing to draw."))
    lang = _lang()
    mark = hashlib.sha256(
        repr((DRAWER, resource_id, made.version, made.pairs, lang, kind, made.columns)).encode()
    ).hexdigest()
    answer = OwnCaching()
    answer.set_etag(mark[:32])
    answer.headers["Cache-Control"] = (
        f"public, max-age={KEEP_SECONDS}" if _public(resource_id) else "private, no-cache"
    )
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    if tk.request.if_none_match.contains_weak(mark[:32]):
        answer.status_code = 304
        return answer
    source = _source(resource, lang)
    body = (
        service.svg_file(made.chart, lang, source) if kind == "svg" else service.png(made.chart, lang, source)
    )
    answer.set_data(body)
    answer.headers["Content-Type"] = "image/svg+xml" if kind == "svg" else "image/png"
    if kind == "svg":
        answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    if tk.request.args.get("save"):
        answer.headers["Content-Disposition"] = f'attachment; filename="wykres-{resource_id[:8]}.{kind}"'
    return answer


def _source(resource: dict[str, Any], lang: str) -> str:
    """Where the numbers of an image come from: the dataset's title and address."""
    pkg = tk.get_action("package_show")({}, {"id": resource["package_id"]})
    title = (pkg.get("title_en") if lang == "en" else None) or pkg.get("title") or pkg["name"]
    url = tk.url_for("dataset.read", id=pkg["name"], _external=True, locale="default")
    return str(tk._("Source: {title}, {url}").format(title=title, url=url))


def _public(resource_id: str) -> bool:
    try:
        tk.check_access("resource_show", {"user": "", "auth_user_obj": None}, {"id": resource_id})
    except tk.NotAuthorized:
        return False
    return True


def svg(resource_id: str) -> Response:
    """The chart as SVG."""
    return image(resource_id, "svg")


def png(resource_id: str) -> Response:
    """The chart as PNG."""
    return image(resource_id, "png")


kielce_charts.add_url_rule("/chart/<resource_id>", view_func=page)
kielce_charts.add_url_rule("/chart/<resource_id>.svg", view_func=svg)
kielce_charts.add_url_rule("/chart/<resource_id>.png", view_func=png)
