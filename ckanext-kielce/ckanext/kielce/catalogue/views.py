"""Pages of the catalogue that CKAN has not: home as the city wants it, accessibility, tables, layers."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.kielce.catalogue import layers, pages
from ckanext.kielce.catalogue import table as tableview
from ckanext.kielce.common import formatting
from flask import Blueprint, Response, make_response

kielce = Blueprint("kielce", __name__)

#: Licences, rhythms and the like change seldom; a layer or a page of a table may be kept by browsers this long.
KEEP_SECONDS = 300


def home() -> str:
    """Show the home page."""
    return tk.render("home/index.html", {"home": pages.home()})


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
    """Give a layer (what of it touches ``bbox``) to the map as GeoJSON in degrees; 202 while it is being prepared."""
    resource, pkg = _layer_source(resource_id)
    try:
        body = layers.features(pkg, resource, layers.box_of(tk.request.args.get("bbox", "")))
    except layers.LayerError as error:
        return _layer_error(error)
    if body is None:
        return Response(b"{}", status=202, mimetype="application/json", headers={"Retry-After": "3"})
    response = Response(body, mimetype="application/geo+json")
    response.headers["Cache-Control"] = f"private, max-age={KEEP_SECONDS}"
    response.add_etag()
    return response.make_conditional(tk.request)  # type: ignore[return-value]


def picture(resource_id: str) -> Response:
    """Give a picture of a layer that has only a picture service: of ``bbox``, ``w`` by ``h`` dots; its legend without."""
    resource, pkg = _layer_source(resource_id)
    size = [
        int(text) if (text := tk.request.args.get(name, "")).isascii() and text.isdigit() else 512
        for name in ("w", "h")
    ]
    try:
        body, kind = layers.picture(pkg, resource, layers.box_of(tk.request.args.get("bbox", "")), *size)
    except layers.LayerError as error:
        return _layer_error(error)
    response = Response(body, mimetype=kind)
    response.headers["Cache-Control"] = f"private, max-age={KEEP_SECONDS}"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def sheet(package_id: str) -> str:
    """Show a dataset on one page, for people who read on paper."""
    try:
        pkg = tk.get_action("package_show")({}, {"id": package_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such dataset, or it is not public."))
    return tk.render("kielce/sheet.html", {"pkg": pkg})


def domain_sheet(code: str) -> str:
    """Show a domain on one page to print: what there is, who publishes it, how current it is."""
    try:
        group = tk.get_action("group_show")(
            {}, {"id": code, "include_datasets": False, "include_users": False, "include_followers": False}
        )
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such domain."))
    shown = {"group": group, "today": dt.datetime.now(formatting.WARSAW), **pages.domain_sheet(group["name"])}
    return tk.render("kielce/domain_sheet.html", shown)


def _layer_source(resource_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    resource = _resource(resource_id)
    return resource, tk.get_action("package_show")({}, {"id": resource["package_id"]})


def _layer_error(error: layers.LayerError) -> Response:
    body = json.dumps({"error": str(error)}, ensure_ascii=False).encode()
    return Response(body, status=502, mimetype="application/json")


kielce.add_url_rule("/", view_func=home)
kielce.add_url_rule("/accessibility", view_func=accessibility)
kielce.add_url_rule("/table/<resource_id>", view_func=table)
kielce.add_url_rule("/layer/<resource_id>.geojson", view_func=layer)
kielce.add_url_rule("/layer/<resource_id>/picture", view_func=picture)
kielce.add_url_rule("/dataset/<package_id>/karta", view_func=sheet)
kielce.add_url_rule("/group/<code>/karta", view_func=domain_sheet)
