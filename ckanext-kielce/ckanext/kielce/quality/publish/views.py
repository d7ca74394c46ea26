"""What others embed, subscribe and read: badge, widget, feeds, calendar, changes, following, metrics.

Everything public here is answered as an anonymous reader sees it, carries no cookie, and may be kept by caches.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model as ckan_model
from ckan.plugins import plugin_loaded
from ckanext.kielce.common import callers
from ckanext.kielce.common.answers import OwnCaching
from flask import Blueprint, make_response
from werkzeug.wrappers import Response

from .. import presentation, store
from . import badge, dqv, followers, links, metrics, outlets
from .events import KINDS

kielce_quality_publish = Blueprint("kielce_quality_publish", __name__)

#: Seconds that a badge, a widget, a feed may be kept.
KEEP = 900
WIDGET_STYLE = (
    "body{margin:0;padding:12px 14px;font:16px/1.45 'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif;color:#1d1b1a;"
    "background:#fff;border:1px solid #ddd6cc;border-radius:6px;box-sizing:border-box;min-height:100vh}"
    "p{margin:0 0 .4rem}h1{font-size:1.05rem;margin:0 0 .4rem;line-height:1.3}a{color:#0b5cad}"
    "a:focus-visible{outline:3px solid #1d1b1a;outline-offset:2px;background:#f5b800}"
    ".s{font-weight:600}.fresh{color:#1f6f43}.due{color:#8a5a00}.overdue,.delinquent{color:#b42318}"
    ".closed,.unknown{color:#475569}.q{color:#57534e;font-size:.9rem}"
)
WIDGET_POLICY = (
    "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors *"
)


def _lang() -> str:
    """The reader's language; ``?lang=`` comes first, for an address that is embedded."""
    wanted = tk.request.args.get("lang")
    return wanted if wanted in ("pl", "en") else presentation.reader_lang()


def _package(package_id: str) -> dict[str, Any]:
    """A dataset as the anonymous public sees it, whoever asks: what caches keep must not be a member's view."""
    try:
        found: dict[str, Any] = tk.get_action("package_show")(
            {"user": "", "auth_user_obj": None}, {"id": package_id}
        )
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such dataset, or it is not public."))
    if found.get("state") != "active":
        return tk.abort(404, tk._("There is no such dataset, or it is not public."))
    return found


def _unit(unit_id: str) -> Any:
    group = ckan_model.Group.get(unit_id)
    if group is None or not group.is_organization or group.state != "active":
        return tk.abort(404, tk._("No such organisation"))
    return group


def _kept(body: str | bytes, mimetype: str, seconds: int = KEEP) -> Response:
    """An answer that caches may keep, with its mark; 304 to those who have it."""
    raw = body.encode() if isinstance(body, str) else body
    response = OwnCaching(raw)
    response.headers["Content-Type"] = mimetype
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.set_etag(hashlib.sha256(raw).hexdigest()[:20])
    return response.make_conditional(tk.request)


def dataset_badge(package_id: str, **_type: str) -> Response:
    """The badge of a dataset, of whatever type."""
    package, lang = _package(package_id), _lang()
    score = store.score_of(package["id"])
    shown = presentation.compact(score) if score else {"status": "unknown", "grade": None}
    title = _title(package, lang)
    response = _kept(badge.draw(shown, title, lang), "image/svg+xml; charset=utf-8")
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response


def dataset_widget(package_id: str, **_type: str) -> Response:
    """A small page to put into a frame: title, status in words, grade, next update. No script, no cookie."""
    package, lang = _package(package_id), _lang()
    page = tk.render(
        "kielce_quality/publish/widget.html",
        {
            "lang": lang,
            "title": _title(package, lang),
            "score": presentation.describe(package, lang=lang, private=False),
            "link": links.dataset(package, lang),
            "style": tk.h.literal(WIDGET_STYLE),
            "words": outlets.words(lang),
        },
    )
    response = _kept(page, "text/html; charset=utf-8")
    digest = base64.b64encode(hashlib.sha256(WIDGET_STYLE.encode()).digest()).decode()
    # Any site may frame it: that is what it is for. `frame-ancestors` counts where both are understood.
    response.headers.pop("X-Frame-Options", None)
    response.headers["Content-Security-Policy"] = WIDGET_POLICY.format(digest=digest)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _title(package: dict[str, Any], lang: str) -> str:
    english = str(package.get("title_en") or "").strip() if lang == "en" else ""
    return english or package.get("title") or package["name"]


def dataset_feed(package_id: str, **_type: str) -> Response:
    """Atom: what happened to a dataset."""
    package, lang = _package(package_id), _lang()
    return _kept(
        outlets.dataset_feed(package, _title(package, lang), lang), "application/atom+xml; charset=utf-8"
    )


def unit_feed(unit_id: str) -> Response:
    """Atom: what happened to the datasets of an organisation."""
    unit = _unit(unit_id)
    return _kept(outlets.unit_feed(unit, _lang()), "application/atom+xml; charset=utf-8")


def portal_feed() -> Response:
    """Atom: what happened to any dataset of the portal."""
    return _kept(outlets.portal_feed(_lang()), "application/atom+xml; charset=utf-8")


def _calendar(scope: str, scope_id: str, title: str) -> Response:
    response = _kept(outlets.calendar(scope, scope_id, title, _lang()), "text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = "inline; filename=kielce.ics"
    return response


def dataset_calendar(package_id: str, **_type: str) -> Response:
    """iCalendar: when the next content of a dataset is expected."""
    package = _package(package_id)
    return _calendar("dataset", package["id"], _title(package, _lang()))


def unit_calendar(unit_id: str) -> Response:
    """iCalendar of an organisation's datasets."""
    unit = _unit(unit_id)
    return _calendar("unit", unit.id, unit.title or unit.name)


def portal_calendar() -> Response:
    """iCalendar of all datasets."""
    return _calendar("portal", "", str(tk.config.get("ckan.site_title") or ""))


def _layout() -> str:
    return "kielce/page.html" if plugin_loaded("kielce") else "kielce_quality/publish/stock.html"


def dataset_changes(package_id: str, **_type: str) -> str:
    """The timeline of a dataset's real changes, and the difference of two chosen versions."""
    package, lang = _package(package_id), _lang()
    args = tk.request.args
    page = outlets.changes(
        package, lang, resource_id=args.get("resource"), before=args.get("from"), after=args.get("to")
    )
    if page is None:
        return tk.abort(404, tk._("These two versions can't be compared."))
    return tk.render(
        "kielce_quality/publish/changes.html",
        {"layout": _layout(), "pkg": package, "title": _title(package, lang), "page": page},
    )


def follow(scope: str, reference: str | None = None) -> Response | str:
    """How to be told: feed, calendar, mail and webhook; the form for the last two."""
    try:
        scope, _scope_id, title, path = followers.scope_of(scope, reference)
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("There is no such dataset, or it is not public."))
    errors: dict[str, list[str]] = {}
    done, form = "", tk.request.form
    if tk.request.method == "POST":
        kinds = [kind for kind in form.getlist("kinds") if kind in KINDS]
        caller = callers.address()
        try:
            if form.get("channel") == "webhook":
                followers.ask_by_webhook(form.get("url", ""), scope, reference, kinds, _lang(), caller)
                done = "webhook"
            else:
                followers.ask_by_mail(form.get("email", ""), scope, reference, kinds, _lang(), caller)
                done = "email"
        except tk.ValidationError as error:
            errors = error.error_dict
        except callers.TooManyError:
            errors = {"email": [tk._("Too many requests today. Try again tomorrow.")]}
    found = outlets.addresses(scope, path)
    page = tk.render(
        "kielce_quality/publish/follow.html",
        {
            "layout": _layout(),
            "scope": scope,
            "title": title,
            "path": path,
            "addresses": found,
            "embed": outlets.embed(found, title),
            "kinds": [(kind, outlets.kind_title(kind, _lang())) for kind in KINDS],
            "errors": errors,
            "form": form,
            "done": done,
        },
    )
    return make_response(page, 400 if errors else 200)


def dataset_follow(package_id: str, **_type: str) -> Response | str:
    """Be told of one dataset."""
    return follow("dataset", package_id)


def unit_follow(unit_id: str) -> Response | str:
    """Be told of an organisation's datasets."""
    return follow("unit", unit_id)


def portal_follow() -> Response | str:
    """Be told of everything."""
    return follow("portal")


def follow_confirm(word: str) -> Response | str:
    """GET shows a button (mail scanners open addresses), POST confirms."""
    follower = followers.by_word(word, "confirm")
    done = False
    if follower is not None and tk.request.method == "POST":
        followers.confirm(follower)
        done = True
    return _answer("confirm", follower, done)


def follow_end(word: str) -> Response | str:
    """GET shows a button; POST ends it at once, also from a mail program (RFC 8058) without any cookie."""
    follower = followers.by_word(word, "end")
    done = False
    if follower is not None and tk.request.method == "POST":
        followers.end(follower)
        done = True
    elif follower is None and links.read(word, "end") and tk.request.method == "POST":
        done = True  # ended before: to end it again is no mistake
    return _answer("end", follower, done)


def _answer(purpose: str, follower: Any, done: bool) -> Response:
    known = follower is not None or done
    page = tk.render(
        "kielce_quality/publish/answer.html",
        {"layout": _layout(), "purpose": purpose, "known": known, "done": done},
    )
    response = make_response(page, 200 if known else 404)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def definitions() -> Response | str:
    """What the figures mean: the page that the URIs of the metrics lead to; Turtle for programs."""
    if (
        tk.request.path.endswith(".ttl")
        or tk.request.accept_mimetypes.best_match(["text/html", "text/turtle"], default="text/html")
        == "text/turtle"
    ):
        return _kept(dqv.definitions().serialize(format="turtle"), "text/turtle; charset=utf-8")
    return tk.render(
        "kielce_quality/publish/metrics.html",
        {"layout": _layout(), "rules": outlets.rules(), "metrics": outlets.metric_rows(_lang())},
    )


def prometheus() -> Response:
    """Figures for Prometheus, to those whom options let in; to others there is no such page."""
    forwarded = tk.request.headers.get(
        "X-Forwarded-For"
    )  # then the address is a proxy's, and lets everyone in
    address = None if forwarded else tk.request.remote_addr
    if not metrics.allowed(tk.request.headers.get("Authorization"), address):
        return tk.abort(404)
    response = make_response(metrics.exposition())
    response.headers["Content-Type"] = metrics.CONTENT_TYPE
    response.headers["Cache-Control"] = "no-store"
    return response


for _rule, _view in (
    ("badge.svg", dataset_badge),
    ("widget", dataset_widget),
    ("changes.atom", dataset_feed),
    ("expected.ics", dataset_calendar),
    ("changes", dataset_changes),
):
    kielce_quality_publish.add_url_rule(f"/dataset/<package_id>/{_rule}", view_func=_view)
    kielce_quality_publish.add_url_rule(
        f"/<any(spatial_layer, indicator, live_feed):package_type>/<package_id>/{_rule}", view_func=_view
    )
_FORM = ["GET", "POST"]
kielce_quality_publish.add_url_rule("/dataset/<package_id>/follow", view_func=dataset_follow, methods=_FORM)
kielce_quality_publish.add_url_rule(
    "/<any(spatial_layer, indicator, live_feed):package_type>/<package_id>/follow",
    view_func=dataset_follow,
    methods=_FORM,
)
kielce_quality_publish.add_url_rule("/organization/<unit_id>/changes.atom", view_func=unit_feed)
kielce_quality_publish.add_url_rule("/organization/<unit_id>/expected.ics", view_func=unit_calendar)
kielce_quality_publish.add_url_rule("/organization/<unit_id>/follow", view_func=unit_follow, methods=_FORM)
kielce_quality_publish.add_url_rule("/changes.atom", view_func=portal_feed)
kielce_quality_publish.add_url_rule("/expected.ics", view_func=portal_calendar)
kielce_quality_publish.add_url_rule("/follow", view_func=portal_follow, methods=_FORM)
kielce_quality_publish.add_url_rule("/follow/confirm/<word>", view_func=follow_confirm, methods=_FORM)
kielce_quality_publish.add_url_rule("/follow/end/<word>", view_func=follow_end, methods=_FORM)
kielce_quality_publish.add_url_rule("/quality/metrics", view_func=definitions)
kielce_quality_publish.add_url_rule("/quality/metrics.ttl", view_func=definitions)
kielce_quality_publish.add_url_rule("/metrics", view_func=prometheus)
