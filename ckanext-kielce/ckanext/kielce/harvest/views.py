"""Pages of sources and runs: /zrodla, /harvest/<name>, /harvest/<name>/run/<id>; and the way from old addresses.

The pages of ckanext-harvest that these replace lead here. Its links that start a run, remove all datasets or switch a
source off by a plain GET do nothing but that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.kielce.common import titles
from ckanext.kielce.harvest import addresses, overview, runlog, runs
from flask import Blueprint, Response, make_response

__all__ = ["kielce_harvest"]

kielce_harvest = Blueprint("kielce_harvest", __name__)
PER_PAGE = 20
POST = ["POST"]


def index() -> str:
    """All sources: what each promises and what it kept."""
    found = tk.get_action("kielce_harvest_source_list")({}, {})
    if not tk.h.check_access("harvest_source_create"):
        # what was switched off and left nothing behind is of interest only to those who could switch it on
        found = [row for row in found if row["active"] or row["datasets"]]
    return tk.render("kielce_harvest/index.html", {"sources": found})


def search() -> Response:
    """ckanext-harvest's own list of sources."""
    return tk.redirect_to("kielce_harvest.index")


def source(name: str) -> str | Response:
    """A source: for everybody what it promised and kept; for those who look after it also the steering part."""
    shown = _source(name)
    if name != shown["name"]:
        return tk.redirect_to("kielce_harvest.source", name=shown["name"])
    total, rows = overview.datasets(shown["id"], (_page() - 1) * PER_PAGE, PER_PAGE)
    last = max(1, -(-total // PER_PAGE))
    english = titles.english(row["id"] for row in rows) if tk.h.lang() == "en" else {}
    rows = [{**row, "title": english.get(row["id"]) or row["title"]} for row in rows]
    return tk.render(
        "kielce_harvest/source.html",
        {"source": shown, "datasets": rows, "total": total, "page": _page(), "last": last},
    )


def run(name: str, run_id: str) -> str | Response:
    """A run: what it read, what changed field by field, its errors by cause."""
    action = tk.request.args.get("action") or ""
    wanted = {"id": run_id, "offset": (_page() - 1) * PER_PAGE, "limit": PER_PAGE}
    if action in runlog.ACTIONS:
        wanted["action"] = action
    shown = _answer("kielce_harvest_run_show", wanted)
    if shown["source"] is None or shown["source"]["name"] != name:
        return tk.abort(404, tk._("There is no such run."))
    last = max(1, -(-shown["items_total"] // PER_PAGE))
    return tk.render(
        "kielce_harvest/run.html",
        {"run": shown, "source": shown["source"], "action": action, "page": _page(), "last": last},
    )


def progress(name: str) -> Response:
    """The progress of the run under way, for the script of the page; 204 when there is none any more."""
    package = overview.find(name)
    if package is None:
        return tk.abort(404, tk._("There is no such source."))
    if not tk.h.check_access("kielce_harvest_source_details", {"id": package.id}):
        return tk.abort(403, tk._("This page is for those who look after the source."))
    under_way = runs.under_way(package.id)
    if under_way is None:
        response = make_response("", 204)
    else:
        shown = {"run": runlog.describe(under_way), "source": {"name": package.name}}
        response = make_response(tk.render("kielce_harvest/snippets/progress.html", shown))
    response.headers["Cache-Control"] = "no-store"
    return response


# Steering


def start(name: str) -> Response:
    """Run the source, or try it without writing anything."""
    dry = tk.request.form.get("dry_run") == "true"
    made = _do("kielce_harvest_run_create", {"id": name, "dry_run": dry})
    if made and made["kind"] == ("dry_run" if dry else "run"):
        tk.h.flash_success(
            tk._("The dry run has been queued. It will write nothing.")
            if dry
            else tk._("The run has been queued. It starts within a few seconds.")
        )
    elif made:
        tk.h.flash_notice(tk._("Another run is under way; see how far it is below."))
    return tk.redirect_to("kielce_harvest.source", name=name)


def pause(name: str) -> Response:
    """Pause or resume the source."""
    paused = tk.request.form.get("paused") == "true"
    wanted = {"id": name, "paused": paused, "reason": tk.request.form.get("reason", "")}
    if _do("kielce_harvest_source_pause", wanted):
        tk.h.flash_success(
            tk._("Paused. Nothing starts by itself until you resume it.") if paused else tk._("Resumed.")
        )
    return tk.redirect_to("kielce_harvest.source", name=name)


def schedule(name: str) -> Response:
    """Give the source a schedule; the form's parts or the whole text."""
    if _do("kielce_harvest_schedule_update", {"id": name, "schedule": _schedule(tk.request.form)}):
        tk.h.flash_success(tk._("The schedule has been changed."))
    return tk.redirect_to("kielce_harvest.source", name=name)


def switch(name: str) -> Response:
    """Switch the source on or off; its datasets stay."""
    on = tk.request.form.get("active") == "true"
    package = overview.find(name)
    if package is None:
        return tk.abort(404, tk._("There is no such source."))
    if on:
        done = _do("package_patch", {"id": package.id, "state": "active"})
    else:
        done = _do("harvest_source_delete", {"id": package.id}, empty=True)
    if done:
        tk.h.flash_success(
            tk._("The source is switched on.")
            if on
            else tk._("The source is switched off. Its datasets stay.")
        )
    return tk.redirect_to("kielce_harvest.source", name=package.name)


def decide(name: str, run_id: str, decision: str) -> Response:
    """Accept or reject a refused run, stop one that is under way."""
    if _do(f"kielce_harvest_run_{decision}", {"id": run_id}):
        said = {
            "accept": tk._("Accepted. The run is being written."),
            "reject": tk._("Rejected. Nothing was changed."),
            "stop": tk._("Stopped. What is written stays; the rest comes with the next run."),
        }
        tk.h.flash_success(said[decision])
    return tk.redirect_to("kielce_harvest.source", name=name)


def restore(package_id: str) -> Response:
    """Give a field of a dataset the source's value again."""
    form = tk.request.form
    wanted = {"id": package_id, "field": form.get("field", ""), "resource_id": form.get("resource_id", "")}
    if _do("kielce_harvest_field_restore", wanted):
        tk.h.flash_success(tk._("The field has the source's value again."))
    return tk.redirect_to("dataset.read", id=package_id, _anchor="curated")


# Helpers of the views


def _page() -> int:
    given = tk.request.args.get("page", "1")
    return min(max(1, int(given)), 100_000) if given.isdecimal() else 1


def _source(name: str) -> dict[str, Any]:
    return _answer("kielce_harvest_source_show", {"id": name})


def _answer(action: str, data: dict[str, Any]) -> dict[str, Any]:
    try:
        return tk.get_action(action)({}, data)
    except (tk.ObjectNotFound, tk.ValidationError):
        return tk.abort(404, tk._("There is no such source."))
    except tk.NotAuthorized:
        return tk.abort(403, tk._("This page is for those who look after the source."))


def _do(action: str, data: dict[str, Any], *, empty: bool = False) -> Any:
    """Do what a form asks for; None when it was refused, which the next page says. ``empty``: the action gives nothing."""
    try:
        return tk.get_action(action)({}, data) or empty
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("There is no such source."))
    except tk.NotAuthorized:
        return tk.abort(403, tk._("This page is for those who look after the source."))
    except tk.ValidationError as error:
        for text in error.error_summary.values():
            tk.h.flash_error(text)
        return None


def _schedule(form: Any) -> str:
    """The schedule that the parts of the form make; an empty one follows the frequency of the source."""
    kind, time = form.get("kind", ""), form.get("time") or "03:15"
    if kind == "every":
        unit = "hours" if form.get("unit") == "hours" else "minutes"
        return f"every {form.get('count', '').strip() or '1'} {unit}"
    if kind == "weekly":
        return f"weekly {','.join(form.getlist('days')) or 'mon'} {time}"
    if kind == "monthly":
        return f"monthly {form.get('day', '').strip() or '1'} {time}"
    return {"manual": "manual", "daily": f"daily {time}"}.get(kind, "")


# Old addresses


def _to_source(**given: str) -> Response:
    name = given.get("id") or given.get("source") or ""
    return tk.redirect_to("kielce_harvest.source", name=name)


def _to_run(source: str, id: str) -> Response:
    return tk.redirect_to("kielce_harvest.run", name=source, run_id=id)


def redirect_old_dataset(response: Response) -> Response:
    """A dataset's former address, of any type and with what follows it, leads to its present one."""
    request = tk.request
    given = request.view_args or {}
    key = next((name for name in ("id", "_id") if name in given), None)
    if response.status_code != 404 or request.method not in ("GET", "HEAD") or key is None:
        return response
    if "package_type" not in given and not str(request.endpoint).startswith("dcat."):
        return response
    package_id = addresses.find(str(given[key]))
    if package_id is None or not tk.h.check_access("package_show", {"id": package_id}):
        return response
    name = overview.name_of(package_id)
    more = {name: value for name, value in given.items() if name not in (key, "package_type")}
    query = {name: values for name, values in request.args.lists() if name not in more}
    target = tk.url_for(request.endpoint, **{key: name}, **more, **query)
    moved: Any = tk.redirect_to(target)
    moved.status_code = 301
    # not for ever: a dataset that gets its old address back must not send browsers in circles
    moved.headers["Cache-Control"] = "max-age=300"
    return moved


kielce_harvest.after_app_request(redirect_old_dataset)

RULES: tuple[tuple[str, str, Callable[..., Any], dict[str, Any]], ...] = (
    ("/zrodla", "index", index, {}),
    ("/harvest", "search", search, {"strict_slashes": False}),
    ("/harvest/<name>", "source", source, {}),
    ("/harvest/<name>/run/<run_id>", "run", run, {}),
    ("/harvest/<name>/progress", "progress", progress, {}),
    ("/harvest/<name>/start", "start", start, {"methods": POST}),
    ("/harvest/<name>/pause", "pause", pause, {"methods": POST}),
    ("/harvest/<name>/schedule", "schedule", schedule, {"methods": POST}),
    ("/harvest/<name>/switch", "switch", switch, {"methods": POST}),
    ("/harvest/<name>/run/<run_id>/<any(accept,reject,stop):decision>", "decide", decide, {"methods": POST}),
    ("/dataset/<package_id>/restore", "restore", restore, {"methods": POST}),
    ("/harvest/admin/<id>", "old_admin", _to_source, {}),
    ("/harvest/about/<id>", "old_about", _to_source, {}),
    ("/harvest/refresh/<id>", "old_refresh", _to_source, {"methods": ["GET", "POST"]}),
    ("/harvest/clear/<id>", "old_clear", _to_source, {"methods": ["GET", "POST"]}),
    ("/harvest/delete/<id>", "old_delete", _to_source, {"methods": ["GET", "POST"]}),
    ("/harvest/<source>/job", "old_jobs", _to_source, {}),
    ("/harvest/<source>/job/last", "old_last_job", _to_source, {}),
    ("/harvest/<source>/job/<id>", "old_job", _to_run, {}),
    ("/harvest/<source>/job/<id>/abort", "old_abort", _to_run, {}),
)
for address, endpoint, view, options in RULES:
    kielce_harvest.add_url_rule(address, endpoint, view, **options)
