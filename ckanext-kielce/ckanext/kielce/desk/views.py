"""Pages of the desk: /pulpit and below. A list is an address with its filters; a change is a form that works without scripts."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

import ckan.plugins.toolkit as tk
from ckan import model as ckan_model
from ckanext.kielce.common.columns import utc_now
from flask import Blueprint, abort, make_response
from werkzeug.wrappers import Response

from . import acts, export, front, lists, roles, words
from .asked import NAMES, Asked, asked

__all__ = ["kielce_desk"]

kielce_desk = Blueprint("kielce_desk", __name__, url_prefix="/pulpit")
#: Address -> list. The first is the desk itself.
ADDRESSES = {
    "": "tasks",
    "/zmiany": "changes",
    "/terminy": "due",
    "/naprawy": "fixes",
    "/dane-osobowe": "alerts",
    "/obietnice": "frequencies",
    "/blizniaki": "twins",
    "/zbiory": "sets",
    "/nieaktualizowane": "closed",
    "/jednostki": "units",
    "/dziennik": "log",
}
#: Lists whose rows are tasks, and are shown and worked on as such.
OF_TASKS = frozenset({"tasks", "alerts", "frequencies"})


def _viewer() -> roles.Viewer:
    """Who is at the desk; others are sent to log in, or told that it isn't theirs."""
    viewer = tk.h.kielce_desk_viewer()
    if viewer is None:
        if not tk.current_user.is_authenticated:
            abort(tk.redirect_to("user.login", came_from=tk.request.full_path.rstrip("?")))
        return tk.abort(403, tk._("The desk is for the coordinator, for auditors, and for editors of units"))
    return viewer


def _lang() -> str:
    return str(tk.h.kielce_lang())


def _page() -> int:
    given = tk.request.args.get("page", "1")
    return min(max(1, int(given)), 100_000) if given.isdecimal() else 1


def _show(name: str) -> str:
    viewer, wanted, page = _viewer(), asked(tk.request.args), _page()
    rows = lists.settings().rows
    found = lists.listed(name, viewer, wanted, _lang(), offset=(page - 1) * rows)
    shown: dict[str, Any] = {
        "viewer": viewer,
        "list": name,
        "asked": wanted,
        "filters": filters(wanted),
        "found": found,
        "page": page,
        "last": max(1, -(-found.total // rows)),
        "units": front.units(viewer, _lang()),
        "back": tk.request.full_path.rstrip("?"),
    }
    if name == "tasks":
        shown["summary"] = front.summary(viewer, utc_now())
    if name in OF_TASKS or name == "sets":
        shown["bulk"] = bulk_acts(viewer)
        shown["people"] = front.people(viewer)
    template = "tasks" if name in OF_TASKS else name
    return tk.render(f"kielce_desk/{template}.html", shown)


def filters(wanted: Asked) -> dict[str, str]:
    """The filters that are set, as an address has them."""
    found = {key: str(getattr(wanted, key)) for key in NAMES if getattr(wanted, key)}
    if wanted.state == "open":
        found.pop("state")
    if wanted.mine:
        found["mine"] = "1"
    return found


def bulk_acts(viewer: roles.Viewer) -> list[str]:
    """What the reader may do with many rows at once."""
    if not viewer.acts:
        return []
    return [name for name in acts.BULK if viewer.decides or name in acts.OF_OWNERS]


def csv_file(name: str) -> Response:
    """A list as a file, with the filters of the page."""
    viewer = _viewer()
    if name not in lists.LISTS:
        return tk.abort(404, tk._("There is no such list"))
    found = lists.listed(name, viewer, asked(tk.request.args), _lang(), limit=lists.settings().export_rows)
    response = make_response(export.as_csv(name, found.rows, _lang()))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{words.FILES[name]}-{utc_now():%Y-%m-%d}.csv"'
    )
    response.headers["Cache-Control"] = "private, no-store"
    return response


def dataset(name: str) -> str:
    """All of one dataset that the desk knows, its decisions, and its files to be replaced."""
    viewer = _viewer()
    package = _package(name, viewer)
    return tk.render("kielce_desk/dataset.html", front.dataset(viewer, package, _lang()))


def unit(name: str) -> str:
    """One unit: how it stands and where it goes, its tasks and its sets."""
    viewer = _viewer()
    group = ckan_model.Group.get(name)
    if group is None or not group.is_organization or group.state != "active" or not viewer.sees(group.id):
        return tk.abort(404, tk._("There is no such unit here"))
    return tk.render("kielce_desk/unit.html", front.unit(viewer, group, _lang()))


# --- acts


def act() -> Response:
    """Do what a form asks for, with the row whose button was pressed or with all that are ticked; then back to the list."""
    _viewer()
    form = tk.request.form
    name, given = form.get("act", ""), form.getlist("item")
    if form.get("one"):
        name, _bar, item = form["one"].partition("|")
        given = [item]
    items = [{"id": key, "task": task} for key, _bar, task in (item.partition("|") for item in given)]
    wanted = {
        "act": name,
        "items": items,
        "reason": form.get("reason", ""),
        "until": form.get("until", "") or _default_until(name),
        "user": form.get("user", ""),
        "end": form.get("end", ""),
        "resource_ids": form.getlist("file"),
        "subject": form.get("subject", ""),
    }
    try:
        made = tk.get_action("kielce_desk_act")({}, wanted)
    except tk.ValidationError as error:
        for text in error.error_summary.values():
            tk.h.flash_error(text)
    except tk.NotAuthorized as error:
        return tk.abort(403, str(error))
    else:
        _tell(name, made)
    return tk.redirect_to(_back(form.get("back", "")))


def _default_until(name: str) -> str:
    return (utc_now().date() + dt.timedelta(days=7)).isoformat() if name == "snooze" else ""


def _tell(name: str, made: dict[str, Any]) -> None:
    if made["done"]:
        many = len(made["done"])
        tk.h.flash_success(tk._(words.DONE[name]) + (f" ({many})" if many > 1 else ""))
    titles = {
        row.id: row.title or row.name
        for row in ckan_model.Session.query(ckan_model.Package).filter(
            ckan_model.Package.id.in_([item["id"] for item in made["failed"]])
        )
    }
    for item in made["failed"][:10]:
        tk.h.flash_error(f"{titles.get(item['id'], item['id'])}: {item['error']}")
    if len(made["failed"]) > 10:
        tk.h.flash_error(tk._("… and {n} more").format(n=len(made["failed"]) - 10))


def _back(given: str) -> str:
    """Where the form came from, if that is a page of the desk; else the desk."""
    parts = urlsplit(given)
    if parts.scheme or parts.netloc or "\\" in given or "/pulpit" not in parts.path or given.startswith("//"):
        return str(tk.h.url_for("kielce_desk.tasks"))
    return given


# --- replacing a file


def check(name: str, resource_id: str) -> Response:
    """Take a file and judge it; nothing is published."""
    package = _package(name, _viewer())
    wanted = {"id": package["id"], "resource_id": resource_id, "upload": tk.request.files.get("upload")}
    try:
        made = tk.get_action("kielce_desk_stage")({}, wanted)
    except tk.ValidationError as error:
        for text in error.error_summary.values():
            tk.h.flash_error(text)
        return tk.redirect_to("kielce_desk.dataset", name=package["name"], _anchor="files")
    except tk.NotAuthorized as error:
        return tk.abort(403, str(error))
    return tk.redirect_to("kielce_desk.staged", staged_id=made["id"])


def staged(staged_id: str) -> str:
    """What was found on a file: better or worse than the published one, and why."""
    _viewer()
    row = _answer("kielce_desk_staged_show", {"id": staged_id})
    package = _answer("package_show", {"id": row["package_id"]})
    resource = next((item for item in package["resources"] if item["id"] == row["resource_id"]), None)
    if resource is None:
        return tk.abort(404, tk._("No such file in this dataset"))
    return tk.render(
        "kielce_desk/staged.html",
        {"row": row, "found": row["result"], "package": package, "resource": resource, "lang": _lang()},
    )


def settle(staged_id: str, decision: str) -> Response:
    """Publish a checked file or throw it away."""
    _viewer()
    row = _answer("kielce_desk_staged_show", {"id": staged_id})
    package = _answer("package_show", {"id": row["package_id"]})
    action = "kielce_desk_publish" if decision == "opublikuj" else "kielce_desk_discard"
    try:
        tk.get_action(action)({}, {"id": staged_id})
    except tk.ValidationError as error:
        for text in error.error_summary.values():
            tk.h.flash_error(text)
        return tk.redirect_to("kielce_desk.staged", staged_id=staged_id)
    if decision == "opublikuj":
        tk.h.flash_success(tk._("Published. The score follows in a moment."))
    else:
        tk.h.flash_success(tk._("Thrown away. The published file stays as it is."))
    return tk.redirect_to("kielce_desk.dataset", name=package["name"], _anchor="files")


# --- roles


def role_page() -> str | Response:
    """Who has which role; administrators give and take them here."""
    viewer = _viewer()
    if viewer.role == "owner":
        return tk.abort(403, tk._("Only the coordinator and auditors see who has which role"))
    if tk.request.method == "POST":
        form = tk.request.form
        action = "kielce_role_revoke" if form.get("take") else "kielce_role_grant"
        try:
            tk.get_action(action)({}, {"user": form.get("user", ""), "role": form.get("role", "")})
        except tk.ValidationError as error:
            for text in error.error_summary.values():
                tk.h.flash_error(text)
        except tk.NotAuthorized as error:
            return tk.abort(403, str(error))
        return tk.redirect_to("kielce_desk.role_page")
    found = _answer("kielce_role_list", {})
    return tk.render("kielce_desk/roles.html", {"viewer": viewer, "roles": found, "list": "roles"})


# --- what they share


def _package(name: str, viewer: roles.Viewer) -> dict[str, Any]:
    """The dataset, if the reader sees it at the desk; a coordinator also sees private ones."""
    package = ckan_model.Package.get(name)
    if package is None or package.state != "active" or not viewer.sees(package.owner_org):
        return tk.abort(404, tk._("There is no such dataset here"))
    return tk.get_action("package_show")({"ignore_auth": True}, {"id": package.id})


def _answer(action: str, data: dict[str, Any]) -> Any:
    try:
        return tk.get_action(action)({}, data)
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("There is no such file here"))
    except tk.NotAuthorized as error:
        return tk.abort(403, str(error))


def _lister(name: str) -> Any:
    def view() -> str:
        return _show(name)

    return view


for _address, _name in ADDRESSES.items():
    kielce_desk.add_url_rule(_address, _name, _lister(_name))
POST = ["POST"]
kielce_desk.add_url_rule("/plik/<name>.csv", "csv_file", csv_file)
kielce_desk.add_url_rule("/zbior/<name>", "dataset", dataset)
kielce_desk.add_url_rule("/zbior/<name>/plik/<resource_id>", "check", check, methods=POST)
kielce_desk.add_url_rule("/jednostki/<name>", "unit", unit)
kielce_desk.add_url_rule("/dzialanie", "act", act, methods=POST)
kielce_desk.add_url_rule("/podmiana/<staged_id>", "staged", staged)
kielce_desk.add_url_rule(
    "/podmiana/<staged_id>/<any(opublikuj,wyrzuc):decision>", "settle", settle, methods=POST
)
kielce_desk.add_url_rule("/role", "role_page", role_page, methods=["GET", "POST"])
