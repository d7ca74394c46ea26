"""Pages of the register: /rejestr, /rejestr/<id>, and for those who keep it the forms."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.common import current_user
from flask import Blueprint, make_response
from werkzeug.wrappers import Response

from . import outlets, store, vocabulary
from .logic.schema import PLANNED

__all__ = ["kielce_register"]

kielce_register = Blueprint("kielce_register", __name__)
PER_PAGE = 20
TEXTS = ("title", "title_en", "description", "unit", "domain", "tier", "reason", "legal_basis", "planned", "office", "contact",
         "access", "dataset", "url")  # fmt: skip


def _lang() -> str:
    return "pl" if str(tk.h.lang() or "").startswith("pl") else "en"


def _filters() -> dict[str, Any]:
    """The filters of the address; what is not known counts as not given."""
    args = tk.request.args
    allowed = {
        "tier": vocabulary.tiers(),
        "obstacle": vocabulary.obstacles(),
        "planned": PLANNED,
        "sort": store.SORTS,
    }
    found = {name: args.get(name, "").strip()[:200] for name in ("q", "unit", "domain", *allowed)}
    given = {name: value for name, value in found.items() if value and value in allowed.get(name, (value,))}
    for name in ("checked", "public"):
        if args.get(name) in ("true", "false"):
            given[name] = args[name] == "true"
    return given


def index() -> str:
    """What the city holds, and when it will be opened."""
    filters = _filters()
    page = tk.request.args.get("page", "1")
    number = min(max(1, int(page)), 100_000) if page.isdecimal() else 1
    wanted = {**filters, "limit": PER_PAGE, "offset": (number - 1) * PER_PAGE}
    found = tk.get_action("kielce_register_list")({}, wanted)
    last = max(1, -(-found["count"] // PER_PAGE))
    may_write = tk.h.check_access("kielce_register_create")
    return tk.render(
        "kielce_register/index.html",
        {"found": found, "filters": filters, "page": number, "last": last, "may_write": may_write},
    )


def csv() -> Response:
    """The filtered list as CSV."""
    user = current_user.name if current_user.is_authenticated else ""
    response = make_response(outlets.as_csv(_filters(), lang=_lang(), user=user))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = 'attachment; filename="rejestr-zbiorow.csv"'
    response.headers["Cache-Control"] = "private, no-store" if user else "max-age=300"
    if not user:
        response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def entry(entry_id: str) -> str:
    """One set: who holds it, who may have it, when it will be opened, how it was scored, what was changed."""
    return tk.render("kielce_register/entry.html", {"entry": _show(entry_id)})


def new() -> str | Response:
    """Enter a set."""
    if not tk.h.check_access("kielce_register_create"):
        return tk.abort(403, tk._("The register is written by editors of units and by the coordinator"))
    return _form(None)


def edit(entry_id: str) -> str | Response:
    """Change an entry."""
    shown = _show(entry_id)
    if not tk.h.check_access("kielce_register_update", {"id": entry_id}):
        return tk.abort(403, tk._("The register is written by editors of units and by the coordinator"))
    return _form(shown)


def _form(shown: dict[str, Any] | None) -> str | Response:
    errors: dict[str, list[str]] = {}
    given = _of_entry(shown)
    if tk.request.method == "POST":
        given = _posted()
        action = "kielce_register_update" if shown else "kielce_register_create"
        try:
            saved = tk.get_action(action)({}, {**given, **({"id": shown["id"]} if shown else {})})
        except tk.ValidationError as error:
            errors = error.error_dict
        except tk.NotAuthorized as error:
            errors = {"unit": [str(error)]}
        else:
            tk.h.flash_success(tk._("Saved."))
            return tk.redirect_to("kielce_register.entry", entry_id=saved["id"])
    page = tk.render("kielce_register/form.html", {"entry": shown, "given": given, "errors": errors})
    return make_response(page, 422 if errors else 200)


def _of_entry(shown: dict[str, Any] | None) -> dict[str, Any]:
    if shown is None:
        return {"public": True, "criteria": {}, "obstacles": [], "shared_with": ""}
    return {
        **{name: shown.get(name) or "" for name in TEXTS},
        "title": shown.get("title_pl") or shown["title"],
        "unit": shown["unit"]["name"],
        "dataset": (shown["dataset"] or {}).get("name", ""),
        "shared_with": "\n".join(shown["shared_with"]),
        "obstacles": shown["obstacles"],
        "criteria": {row["code"]: row["score"] for row in shown["criteria"]},
        "public": shown.get("public", False),
        "sample": shown["sample"],
    }


def _posted() -> dict[str, Any]:
    form = tk.request.form
    return {
        **{name: form.get(name, "").strip() for name in TEXTS},
        "shared_with": form.get("shared_with", ""),
        "obstacles": form.getlist("obstacles"),
        "criteria": {code: form.get(code, "") for code in vocabulary.criteria()},
        "public": form.get("public") == "true",
        "sample": form.get("sample") == "true",
    }


def remove(entry_id: str) -> Response:
    """Take an entry out of the register."""
    _do("kielce_register_delete", {"id": entry_id})
    tk.h.flash_success(tk._("The entry was taken out of the register."))
    return tk.redirect_to("kielce_register.index")


def import_list() -> str | Response:
    """Read a list: a form, then what was done or what is wrong, row by row."""
    if not tk.h.check_access("kielce_register_import"):
        return tk.abort(403, tk._("The register is written by editors of units and by the coordinator"))
    shown: dict[str, Any] = {"errors": {}, "counts": None}
    if tk.request.method == "POST":
        wanted = {"upload": tk.request.files.get("upload"), "check": tk.request.form.get("check") == "true"}
        try:
            shown["counts"] = tk.get_action("kielce_register_import")({}, wanted)
        except tk.ValidationError as error:
            shown["errors"] = error.error_dict
    page = tk.render("kielce_register/import.html", shown)
    return make_response(page, 422 if shown["errors"] else 200)


def prefill() -> Response:
    """Fill the register from the catalogue now."""
    counts = _do("kielce_register_prefill", {})
    told = tk._("Filled from the catalogue. New entries: {created}, changed: {changed}.").format(**counts)
    tk.h.flash_success(told)
    return tk.redirect_to("kielce_register.index")


def _show(entry_id: str) -> dict[str, Any]:
    return _do("kielce_register_show", {"id": entry_id})


def _do(action: str, data: dict[str, Any]) -> dict[str, Any]:
    try:
        return tk.get_action(action)({}, data)
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("There is no such entry in the register"))
    except tk.NotAuthorized as error:
        # Whether there is such an entry is not everybody's business.
        if not current_user.is_authenticated:
            return tk.abort(404, tk._("There is no such entry in the register"))
        return tk.abort(403, str(error))


_FORM = ["GET", "POST"]
kielce_register.add_url_rule("/rejestr", view_func=index, strict_slashes=False)
kielce_register.add_url_rule("/rejestr.csv", view_func=csv)
kielce_register.add_url_rule("/rejestr/nowy", view_func=new, methods=_FORM)
kielce_register.add_url_rule("/rejestr/lista", view_func=import_list, methods=_FORM)
kielce_register.add_url_rule("/rejestr/wypelnij", view_func=prefill, methods=["POST"])
kielce_register.add_url_rule("/rejestr/<entry_id>", view_func=entry)
kielce_register.add_url_rule("/rejestr/<entry_id>/edycja", view_func=edit, methods=_FORM)
kielce_register.add_url_rule("/rejestr/<entry_id>/usun", view_func=remove, methods=["POST"])
