"""The page on which owners announce changes of a dataset before they come, and call announcements off."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.kielce.api import changes
from ckanext.kielce.api.logic.schema import KINDS, LONGEST
from flask import Blueprint, abort, make_response
from werkzeug.wrappers import Response

kielce_announcing = Blueprint("kielce_announcing", __name__)

FIELDS = ("kind", "resource_id", "text", "text_en", "effective")
#: Announcements of a dataset that the page lists, the newest first.
LISTED = 50


def _lang() -> str:
    return "pl" if str(tk.h.lang()).startswith("pl") else "en"


def _package(package_id: str) -> dict[str, Any]:
    """The dataset, for those who may announce changes of it; others are sent to log in, or told that it isn't theirs."""
    if not tk.current_user.is_authenticated:
        abort(tk.redirect_to("user.login", came_from=tk.request.path))
    try:
        pkg: dict[str, Any] = tk.get_action("package_show")({}, {"id": package_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such dataset, or it is not public."))
    try:
        tk.check_access("kielce_api_announce", {}, {"id": pkg["id"]})
    except tk.NotAuthorized:
        return tk.abort(403, tk._("Only those who edit this dataset announce changes of it."))
    return pkg


def _show(pkg: dict[str, Any], given: dict[str, str], errors: dict[str, list[str]]) -> Response:
    lang, today = _lang(), changes.today()
    rows = [row for row, _package in changes.announcements(pkg["id"], limit=LISTED)]
    listed = [
        {
            "id": row.id,
            "day": row.effective,
            "kind": changes.KINDS[row.kind][lang],
            "text": (row.text_en if lang == "en" else None) or row.text,
            "announced_at": row.announced_at,
            "withdrawn_at": row.withdrawn_at,
            "coming": row.withdrawn_at is None and row.effective >= today,
        }
        for row in rows
    ]
    shown = {
        "pkg": pkg,
        "given": given,
        "errors": errors,
        "kinds": [(code, changes.KINDS[code][lang]) for code in KINDS],
        "listed": listed,
        "first_day": today.isoformat(),
        "longest": LONGEST,
    }
    return make_response(tk.render("kielce_api/announce.html", shown), 400 if errors else 200)


def page(package_id: str) -> Response:
    """Show the form and what was announced."""
    return _show(_package(package_id), {}, {})


def announce(package_id: str) -> Response:
    """Announce a change; what is wrong is named beside its field, and nothing that was typed is lost."""
    pkg = _package(package_id)
    given = {name: tk.request.form.get(name, "").strip() for name in FIELDS}
    try:
        tk.get_action("kielce_api_announce")({}, {"id": pkg["id"], **given})
    except tk.ValidationError as error:
        return _show(pkg, given, error.error_dict)
    tk.h.flash_success(tk._("Announced. It stands on the dataset’s page and in the feed of changes."))
    return tk.redirect_to("kielce_announcing.page", package_id=pkg["name"])


def withdraw(package_id: str, announcement_id: str) -> Response:
    """Call an announcement off."""
    pkg = _package(package_id)
    try:
        tk.get_action("kielce_api_announcement_withdraw")({}, {"id": announcement_id})
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("There is no such announcement."))
    except tk.NotAuthorized as error:
        return tk.abort(403, str(error))
    tk.h.flash_success(tk._("Called off. The feed of changes says so."))
    return tk.redirect_to("kielce_announcing.page", package_id=pkg["name"])


_PAGE = "/dataset/<package_id>/zapowiedzi"
kielce_announcing.add_url_rule(_PAGE, view_func=page)
kielce_announcing.add_url_rule(_PAGE, view_func=announce, methods=["POST"])
kielce_announcing.add_url_rule(f"{_PAGE}/<announcement_id>/odwolaj", view_func=withdraw, methods=["POST"])
