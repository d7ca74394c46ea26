"""Documents and images looked at in place: fetched by our server, given from this site, and only what they say they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.kielce.common import vocabularies
from ckanext.kielce.export import service, views
from ckanext.kielce.export.child import FailedError
from flask import Blueprint
from werkzeug.wrappers import Response

kielce_previews = Blueprint("kielce_previews", __name__)

#: Format -> (first bytes, media type). SVG may hold scripts and is not among them.
KINDS: Mapping[str, tuple[bytes, str]] = {
    "PDF": (b"%PDF-", "application/pdf"),
    "PNG": (b"\x89PNG\r\n\x1a\n", "image/png"),
    "JPEG": (b"\xff\xd8\xff", "image/jpeg"),
}
#: Bytes of a file that is shown in place; a larger one is downloaded.
MOST_BYTES = 30_000_000


def kind_of(resource: Mapping[str, Any]) -> str:
    """The format of a file that can be looked at in place, else ""."""
    entry = vocabularies.file_format(resource.get("format"))
    return entry.code if entry is not None and entry.code in KINDS and resource.get("url") else ""


def preview(resource_id: str) -> Response:
    """Give a document or an image to be shown in a page."""
    try:
        resource = tk.get_action("resource_show")({}, {"id": resource_id})
        pkg = tk.get_action("package_show")({}, {"id": resource["package_id"]})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return tk.abort(404, tk._("There is no such file, or it is not public."))
    kind = kind_of(resource)
    if not kind:
        return tk.abort(404, tk._("This file cannot be shown here."))
    try:
        kept = service.layer_source(pkg, resource)
    except FailedError:
        return tk.abort(503, tk._("The source of this file does not answer now. Try later."))
    begin, media_type = KINDS[kind]
    with kept.path.open("rb") as file:
        told = file.read(len(begin))
    if told != begin or kept.size > MOST_BYTES:
        return tk.abort(415, tk._("This file cannot be shown here."))
    answer = views.send(
        kept,
        f"{resource_id}.{kind.lower()}",
        media_type,
        public=views.is_public(pkg, resource_id),
        attachment=False,
    )
    answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    )
    if kind == "PDF":
        # The browser's own viewer needs its scripts and styles; it runs apart from the page anyway.
        answer.headers["Content-Security-Policy"] = "frame-ancestors 'self'"
    return answer


kielce_previews.add_url_rule("/preview/<resource_id>", view_func=preview)
