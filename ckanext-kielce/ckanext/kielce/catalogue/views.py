"""Pages of the catalogue that CKAN has not: home as the city wants it, developers, accessibility, tables, layers."""

from __future__ import annotations

import json
from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.kielce.catalogue import layers, pages
from ckanext.kielce.catalogue import table as tableview
from flask import Blueprint, Response, make_response

kielce = Blueprint("kielce", __name__)

#: Licences, rhythms and the like change seldom; a layer or a page of a table may be kept by browsers this long.
KEEP_SECONDS = 300


def home() -> str:
    """Show the home page."""
    return tk.render("home/index.html", {"home": pages.home()})


def developers() -> str:
    """Show how to use the portal from a program."""
    return tk.render("kielce/developers.html", {"example": _example_table()})


def _example_table() -> dict[str, Any] | None:
    """Return a set with a loaded table, so that the examples on the page really answer."""
    found = pages.search(q="*:*", rows=30, facet="false", sort="metadata_modified desc")["results"]
    for pkg in found:
        for resource in pkg.get("resources", []):
            if resource.get("datastore_active"):
                return {"pkg": pkg, "resource": resource}
    return {"pkg": found[0], "resource": None} if found else None


def accessibility() -> str:
    """Show the accessibility statement."""
    return tk.render("kielce/accessibility.html", {})


def _resource(resource_id: str) -> dict[str, Any]:
    try:
        found: dict[str, Any] = tk.get_action("resource_show")({}, {"id": resource_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such file, or it is not public."))
    return found


def table(resource_id: str) -> Response | str:
    """Show one page of a table as a piece of HTML, for the script that pages and sorts without reloading."""
    resource = _resource(resource_id)
    shown = tableview.table(resource, tk.request.args.to_dict(flat=False), tk.h.kielce_lang())
    if shown is None:
        tk.abort(404, tk._("This file is not available as a table."))
    pkg = tk.get_action("package_show")({}, {"id": resource["package_id"]})
    response = make_response(
        tk.render("kielce/snippets/table_body.html", {"table": shown, "resource": resource, "pkg": pkg})
    )
    response.headers["Cache-Control"] = f"private, max-age={KEEP_SECONDS}"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def layer(resource_id: str) -> Response:
    """Give a layer to the map as GeoJSON in degrees."""
    resource = _resource(resource_id)
    try:
        body, status = layers.layer(resource), 200
    except layers.LayerError as error:
        body, status = json.dumps({"error": str(error)}, ensure_ascii=False).encode(), 502
    response = Response(body, status=status, mimetype="application/geo+json")
    if status == 200:
        response.headers["Cache-Control"] = f"private, max-age={KEEP_SECONDS}"
    return response


kielce.add_url_rule("/", view_func=home)
kielce.add_url_rule("/developers", view_func=developers)
kielce.add_url_rule("/accessibility", view_func=accessibility)
kielce.add_url_rule("/table/<resource_id>", view_func=table)
kielce.add_url_rule("/layer/<resource_id>.geojson", view_func=layer)
