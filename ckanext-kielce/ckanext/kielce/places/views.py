"""Pages: ``/karta-miejsca`` with its form and its sheet, the same as CSV and GeoJSON, and the list of layers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
from ckanext.kielce.places import asking, layers, outlets, question, rules
from ckanext.kielce.places.sheet import Sheet
from flask import Blueprint, Response, make_response

kielce_places = Blueprint("kielce_places", __name__)

PARAMETERS = (*question.WAYS, "lon", "distance")


def _lang() -> str:
    return "pl" if str(tk.h.lang()).startswith("pl") else "en"


def _params() -> dict[str, str]:
    return {name: tk.request.args.get(name, "") for name in PARAMETERS}


def _sheet(params: dict[str, str]) -> tuple[Sheet | None, dict[str, list[str]]]:
    """The sheet that the address asks for, or what is wrong with it by field."""
    if not question.given(params):
        return None, {}
    try:
        return asking.sheet_of({**params, "lang": _lang()}), {}
    except tk.ValidationError as error:
        return None, dict(error.error_dict)


def address(params: dict[str, Any], endpoint: str = "kielce_places.sheet", **more: Any) -> str:
    """The address of a sheet; ``area`` last, for it may be long."""
    found = {name: value for name, value in params.items() if value not in ("", None)}
    return f"{tk.url_for(endpoint, **more)}?{urlencode(found)}"


def sheet() -> Response:
    """Show the form, and the sheet of the place that the address names."""
    params = _params()
    found, errors = _sheet(params)
    data = found.data if found else None
    shown: dict[str, Any] = {
        "params": params,
        "errors": errors,
        "data": data,
        "groups": _groups(data["touches"]) if data else [],
        "distances": rules.table().raw["distances"],
        "distance": data["distance"] if data else params["distance"] or rules.table().raw["distance"],
        "limits": rules.table().raw["limits"],
        "address": address,
    }
    if data and data["place"]:
        given = data["params"]
        shown |= {
            "map_url": address(given, "kielce_places.shapes"),
            "csv_url": address(given, "kielce_places.table"),
            "api_url": address(
                {**given, "lang": _lang()}, "api.action", logic_function="kielce_place_sheet", ver=3
            ),
            "share_url": address(given, _external=True),
            "brief": _brief(data["touches"]),
            "read": _read(data["sources"].values()),
        }
    return make_response(tk.render("kielce_places/sheet.html", shown), 400 if errors else 200)


def _groups(rows: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Rows by their group, in the table's order."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["group_text"], []).append(row)
    return list(found.items())


def _brief(rows: list[dict[str, Any]]) -> list[tuple[str, str, list[dict[str, Any]]]]:
    """The sheet in three lines: state, its word, rows."""
    found: dict[str, list[dict[str, Any]]] = {"touches": [], "close": [], "clear": [], "unknown": []}
    for row in rows:
        found[row["state"]].append(row)
    return [(state, rows[0]["state_text"], rows) for state, rows in found.items() if rows]


def _read(sources: Iterable[Mapping[str, Any]]) -> list[str]:
    """When the layers of a sheet were read: the first and the last moment."""
    moments = sorted(source["read_at"] for source in sources if source["read_at"])
    return [tk.h.kielce_datetime(moment) for moment in (moments[0], moments[-1])] if moments else []


def _file() -> Sheet:
    found, errors = _sheet(_params())
    if found is None:
        told = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in errors.items())
        return tk.abort(400, told or tk._("Name a place first."))
    if found.data["place"] is None:
        return tk.abort(404, found.data["message"]["text"])
    return found


def table() -> Response:
    """Give the sheet as CSV."""
    found = _file()
    answer = Response(outlets.csv(found, _lang()), mimetype="text/csv")
    answer.headers["Content-Disposition"] = 'attachment; filename="karta-miejsca.csv"'
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def shapes() -> Response:
    """Give the place and what the sheet tells of as GeoJSON; ``save`` makes it a download."""
    found = _file()
    answer = Response(outlets.geojson(found), mimetype="application/geo+json")
    if tk.request.args.get("save"):
        answer.headers["Content-Disposition"] = 'attachment; filename="karta-miejsca.geojson"'
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def sources() -> str:
    """Show the layers that sheets are answered from."""
    return tk.render("kielce_places/layers.html", {"rows": layers.listed(_lang())})


kielce_places.add_url_rule("/karta-miejsca", view_func=sheet)
kielce_places.add_url_rule("/karta-miejsca.csv", view_func=table)
kielce_places.add_url_rule("/karta-miejsca.geojson", view_func=shapes)
kielce_places.add_url_rule("/karta-miejsca/warstwy", view_func=sources)
