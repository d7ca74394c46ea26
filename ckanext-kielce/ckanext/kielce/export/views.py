"""Addresses of made files: ``/export/<file id>/<form>`` and ``/dataset/<name>/pakiet.zip``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.kielce.common.answers import OwnCaching
from ckanext.kielce.export import about, offers, service, words
from ckanext.kielce.export.formats import FORMS, SYSTEM, SYSTEMS, Form
from ckanext.kielce.export.orders import Order
from ckanext.kielce.export.store import BusyError, Kept
from ckanext.kielce.tables.shared import View, asked, rows
from flask import Blueprint
from werkzeug.utils import send_file
from werkzeug.wrappers import Response

kielce_export = Blueprint("kielce_export", __name__)

#: Seconds that caches may keep a public file before they ask whether it is still the same.
KEEP_SECONDS = 300
#: Seconds after which a waiting page asks again.
AGAIN_SECONDS = 5
#: Why a file can't be made -> status; 422: the data do not allow it.
STATUS: Mapping[str, int] = {"missing": 404, "source": 503, "slow": 503, "broken": 500}


def _resource(resource_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A file and its dataset, as far as the reader may see them."""
    try:
        resource = tk.get_action("resource_show")({}, {"id": resource_id})
        return resource, tk.get_action("package_show")({}, {"id": resource["package_id"]})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such file, or it is not public."))


def choose(resource_id: str) -> Response:
    """Send a form on to the file that was chosen in it."""
    form = tk.request.args.get("form", "")
    if form not in FORMS:
        return tk.abort(404, _no_form())
    wanted = {SYSTEM: tk.request.args.get(SYSTEM)} if FORMS[form].of == "layer" else {}
    return tk.redirect_to("kielce_export.download", resource_id=resource_id, form=form, **wanted)


def download(resource_id: str, form: str) -> Response:
    """Give a table or a layer in one form. The view of a table is in the parameters, as on its page."""
    found = FORMS.get(form)
    if found is None:
        return tk.abort(404, _no_form())
    resource, pkg = _resource(resource_id)
    try:
        if found.of == "layer":
            return _layer(pkg, resource, found)
        return _table(pkg, resource, found)
    except rows.ViewError as err:
        return _problem(err.code, pkg)
    except service.FailedError as err:
        return _problem(err.code, pkg)
    except BusyError:
        return _wait(503, pkg)


def _no_form() -> str:
    return tk._("There is no such form. There are: {forms}.").format(forms=", ".join(FORMS))


def _table(pkg: dict[str, Any], resource: dict[str, Any], form: Form) -> Response:
    if not resource.get("datastore_active"):
        return _problem("missing", pkg)
    with rows.reading() as cursor:
        fields, version = rows.fields(cursor, resource["id"]), rows.version(cursor, resource["id"])
        wanted = asked(tk.request.args.to_dict(flat=False), fields)
        if wanted.misread:
            names = ", ".join(sorted({problem.column or problem.value for problem in wanted.misread}))
            return tk.abort(400, tk._("The view could not be understood: {names}").format(names=names))
        large = form.child and rows.count(cursor, resource["id"]) > service.option("rows_at_once")
    order = offers.table_order(pkg, resource, form.code, wanted.view, about.language(), fields, version)
    return _answer(
        order, pkg, _file_name(pkg, resource, form, wanted.view), form.media_type, resource["id"], large=large
    )


def _layer(pkg: dict[str, Any], resource: dict[str, Any], form: Form) -> Response:
    system = tk.request.args.get(SYSTEM) or SYSTEMS[0]
    if system not in SYSTEMS:
        return tk.abort(400, tk._("crs: there are {systems}").format(systems=", ".join(SYSTEMS)))
    if not offers.sources.format_of(resource):
        return _problem("no_shapes", pkg)
    order = offers.layer_order(pkg, resource, form.code, system)
    name = _file_name(pkg, resource, form, View(), system)
    return _answer(order, pkg, name, form.media_type, resource["id"])


def _file_name(
    pkg: Mapping[str, Any], resource: Mapping[str, Any], form: Form, view: View, system: str = ""
) -> str:
    same = [
        other
        for other in pkg.get("resources") or ()
        if bool(other.get("datastore_active")) is (form.of == "table")
    ]
    parts = [str(pkg["name"])]
    if len(same) > 1 and form.of == "table":
        parts.append(offers.slug(about.text(resource, "name", "pl")))
    if system and system != SYSTEMS[0]:
        parts.append(f"epsg{system}")
    if view.pairs():
        parts.append(view.digest()[:8])
    return "-".join(part for part in parts if part) + form.suffix


def package(package_id: str) -> Response:
    """Give a whole dataset as one zip."""
    try:
        pkg = tk.get_action("package_show")({}, {"id": package_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such dataset, or it is not public."))
    try:
        order, number = offers.package_order(pkg, about.language())
        if not order.about["parts"]:
            return _problem("missing", pkg)
        large = number > service.option("rows_at_once")
        return _answer(order, pkg, f"{pkg['name']}.zip", "application/zip", None, large=large)
    except (rows.ViewError, service.FailedError) as err:
        return _problem(err.code, pkg)
    except BusyError:
        return _wait(503, pkg)


def _answer(
    order: Order,
    pkg: dict[str, Any],
    name: str,
    media_type: str,
    resource_id: str | None,
    *,
    large: bool = False,
) -> Response:
    kept = service.obtain(order, large=large)
    if kept is None:
        return _wait(202, pkg)
    return send(kept, name, media_type, public=is_public(pkg, resource_id))


def send(kept: Kept, name: str, media_type: str, *, public: bool, attachment: bool = True) -> Response:
    """Give a kept file: whole or the part asked for, or 304 to those who have it."""
    answer = send_file(
        kept.path,
        tk.request.environ,
        mimetype=media_type.split(";")[0],  # its charset is added to texts
        as_attachment=attachment,
        download_name=name,
        etag=kept.digest[:40],
        # The file's date is that of its last use, which is nobody's business.
        last_modified=None,
        response_class=OwnCaching,
    )
    answer.headers.pop("Last-Modified", None)
    answer.headers["Cache-Control"] = f"public, max-age={KEEP_SECONDS}" if public else "private, no-cache"
    answer.headers["Vary"] = "Accept-Encoding" if public else "Authorization, Cookie"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Access-Control-Expose-Headers"] = (
        "ETag, Content-Range, Accept-Ranges, Content-Disposition"
    )
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def is_public(pkg: Mapping[str, Any], resource_id: str | None) -> bool:
    """Whether anybody may have what this reader may have; for a package: whether anybody sees each of its files."""
    anybody: Any = {"user": "", "auth_user_obj": None}
    wanted = [resource_id] if resource_id else [resource["id"] for resource in pkg.get("resources") or ()]
    try:
        for one in wanted:
            tk.check_access("resource_show", dict(anybody), {"id": one})
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return False
    return not pkg.get("private") and pkg.get("state") == "active"


def _page(template: str, status: int, pkg: Mapping[str, Any], text: str, **headers: str) -> Response:
    """A page for people, one line of text for programs."""
    if "text/html" in tk.request.headers.get("Accept", ""):
        body, kind = tk.render(template, {"pkg": pkg, "text": text, "again": AGAIN_SECONDS}), "text/html"
    else:
        body, kind = f"{text}\n", "text/plain"
    answer = OwnCaching(body, status=status, mimetype=kind)
    answer.headers.update({"Cache-Control": "no-store", "Access-Control-Allow-Origin": "*", **headers})
    return answer


def _wait(status: int, pkg: Mapping[str, Any]) -> Response:
    text = tk._("The file is being made. Ask again in a few seconds under the same address.")
    return _page("kielce_export/wait.html", status, pkg, text, **{"Retry-After": str(AGAIN_SECONDS)})


def _problem(code: str, pkg: Mapping[str, Any]) -> Response:
    return _page("kielce_export/problem.html", STATUS.get(code, 422), pkg, tk._(words.FAILURES[code]))


kielce_export.add_url_rule("/export/<resource_id>", view_func=choose)
kielce_export.add_url_rule("/export/<resource_id>/<form>", view_func=download)
kielce_export.add_url_rule("/dataset/<package_id>/pakiet.zip", view_func=package)
