"""Pages: three forms that everyone may send, the public list, the gallery, and one matter with its answer."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model as ckan_model
from ckanext.kielce.common import titles
from flask import Blueprint, make_response
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from .kinds import KINDS, REUSES, STATES, table

sending = Blueprint("kielce_participation", __name__)
answering = Blueprint("kielce_participation_answering", __name__)

PAGE = 20
#: A form that comes back sooner than a person can read it, or after its day, is not taken.
LEAST_SECONDS, MOST_SECONDS = 2, 86400
#: A field that people do not see and programs fill in.
TRAP = "website"


def _lang() -> str:
    return "en" if tk.h.lang() == "en" else "pl"


def _context() -> dict[str, Any]:
    return {"user": tk.current_user.name if tk.current_user.is_authenticated else ""}


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(tk.config["SECRET_KEY"]), salt="kielce-participation-form")


def form(kind: str) -> Response:
    """The form of a kind; POST sends it."""
    given = tk.request.form if tk.request.method == "POST" else tk.request.args
    values = {
        name: given.get(name, "")
        for name in ("title", "text", "datasets", "unit", "url", "what", "author", "email")
    }
    errors: dict[str, list[str]] = {}
    if tk.request.method == "POST":
        errors = _refused(given)
        if not errors:
            try:
                made = tk.get_action("kielce_participation_submit")(
                    _context(), {**values, "kind": kind, "lang": _lang()}
                )
                address = tk.h.url_for("kielce_participation.matter", submission_id=made["id"])
                return _private(tk.redirect_to(address))
            except tk.ValidationError as error:
                errors = error.error_dict
    dataset = ckan_model.Package.get(values["datasets"]) if values["datasets"] else None
    page = tk.render(
        "kielce_participation/form.html",
        {
            "kind": kind,
            "values": values,
            "errors": errors,
            "dataset": _shown(dataset) if dataset is not None and not dataset.private else None,
            "units": _units() if kind == "request" else [],
            "reuses": [(code, _word("reuses", code)) for code in REUSES],
            "lengths": table()["lengths"],
            "trap": TRAP,
            "stamp": _serializer().dumps(kind),
        },
    )
    return _private(make_response(page, 400 if errors else 200))


def _refused(given: Any) -> dict[str, list[str]]:
    """Why this is no person's form, if so."""
    if given.get(TRAP):
        return {"text": [tk._("This could not be sent. Leave the hidden field empty.")]}
    stamp = given.get("stamp", "")
    try:
        _serializer().loads(stamp, max_age=MOST_SECONDS)
        try:
            _serializer().loads(stamp, max_age=LEAST_SECONDS - 1)
        except SignatureExpired:
            return {}
        return {"text": [tk._("That was very fast. Wait a moment and send it again.")]}
    except BadSignature:
        return {"text": [tk._("The form has been open for too long. Send it again.")]}


def _shown(package: Any) -> dict[str, str]:
    english = titles.english([package.id]) if _lang() == "en" else {}
    return {"name": package.name, "title": english.get(package.id) or package.title or package.name}


def _units() -> list[Any]:
    group = ckan_model.Group
    query = ckan_model.Session.query(group).filter(group.is_organization.is_(True), group.state == "active")
    return query.order_by(group.title).all()


def _word(part: str, code: str) -> str:
    return str(table()[part][code][_lang()])


def _private(response: Response) -> Response:
    """Never kept by a cache: it holds what a person wrote, or a stamp of this moment."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def problem() -> Response:
    """Something is wrong here."""
    return form("problem")


def request_data() -> Response:
    """I need data on…"""
    return form("request")


def add_reuse() -> Response:
    """A reuse for the gallery."""
    return form("reuse")


def index() -> str:
    """Public reports and requests with their answers; to those who may answer, also the others."""
    args = tk.request.args
    chosen = {name: args.get(name, "") for name in ("kind", "state", "unit", "dataset")}
    chosen["kind"] = chosen["kind"] if chosen["kind"] in KINDS else ""
    chosen["state"] = chosen["state"] if chosen["state"] in (*STATES, "open") else ""
    page = max(1, int(args.get("page", "1"))) if args.get("page", "1").isdigit() else 1
    found = tk.get_action("kielce_participation_list")(
        _context(), {**chosen, "limit": PAGE, "offset": (min(page, 10_000) - 1) * PAGE, "lang": _lang()}
    )
    return tk.render(
        "kielce_participation/index.html",
        {
            "found": found,
            "chosen": chosen,
            "page": page,
            "pages": -(-found["count"] // PAGE),
            "kinds": [(code, _word("kinds", code)) for code in KINDS],
            "states": [(code, _word("states", code)) for code in STATES],
        },
    )


def gallery() -> str:
    """What people made of the data."""
    found = tk.get_action("kielce_participation_list")(
        {"user": ""}, {"kind": "reuse", "state": "accepted", "limit": 100, "lang": _lang()}
    )
    return tk.render("kielce_participation/gallery.html", {"found": found})


def matter(submission_id: str) -> Response:
    """One matter, for whoever holds its unguessable id."""
    return _show(submission_id)


def public_matter(number: int) -> Response:
    """One public matter, by its number."""
    return _show(str(number))


def _show(
    reference: str, errors: dict[str, Any] | None = None, given: dict[str, Any] | None = None
) -> Response:
    try:
        found = tk.get_action("kielce_participation_show")(_context(), {"id": reference, "lang": _lang()})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such submission, or it is not public."))
    may_answer = tk.h.check_access("kielce_participation_decide", {"id": reference})
    page = tk.render(
        "kielce_participation/matter.html",
        {
            "item": found,
            "reference": reference,
            "may_answer": may_answer,
            "moves": [(code, _word("states", code)) for code in table()["moves"][found["kind"]]],
            "errors": errors or {},
            "given": given or {"answer": found["answer"], "public": found["public"]},
        },
    )
    response = make_response(page, 400 if errors else 200)
    response.headers["X-Robots-Tag"] = "all" if found["public"] and reference.isdigit() else "noindex"
    return response if reference.isdigit() and not may_answer else _private(response)


def decide(reference: str) -> Response:
    """Answer, move on, show or hide."""
    given = tk.request.form
    wanted: dict[str, Any] = {"id": reference, "answer": given.get("answer", "")}
    wanted["public"] = given.get("public") == "1"
    if given.get("state"):
        wanted["state"] = given["state"]
    try:
        tk.get_action("kielce_participation_decide")(_context(), wanted)
    except tk.ValidationError as error:
        return _show(reference, error.error_dict, wanted)
    except tk.ObjectNotFound:
        return tk.abort(404, tk._("There is no such submission, or it is not public."))
    except tk.NotAuthorized as error:
        return tk.abort(403, str(error))
    endpoint, name = ("public_matter", "number") if reference.isdigit() else ("matter", "submission_id")
    return _private(tk.redirect_to(tk.h.url_for(f"kielce_participation.{endpoint}", **{name: reference})))


_FORM = ["GET", "POST"]
sending.add_url_rule("/zglos", view_func=problem, methods=_FORM)
sending.add_url_rule("/popros-o-dane", view_func=request_data, methods=_FORM)
sending.add_url_rule("/zastosowania/dodaj", view_func=add_reuse, methods=_FORM)
sending.add_url_rule("/zastosowania", view_func=gallery)
sending.add_url_rule("/pytania", view_func=index)
sending.add_url_rule("/pytania/<int:number>", view_func=public_matter)
sending.add_url_rule("/pytania/sprawa/<submission_id>", view_func=matter)
answering.add_url_rule("/pytania/<reference>/odpowiedz", view_func=decide, methods=["POST"])
