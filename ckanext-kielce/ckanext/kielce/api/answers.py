"""ETag and 304 of answers that cost work to make, and what scripts of other sites may read.

How long an answer may be kept is decided by the room ``caching``; without that plugin only the least is said here: what a
token was sent for is private. An answer's tag is known before the answer is made, from the version of what it shows, so that
those who have it cost a look and no work.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ckan import model
from ckan.common import current_user
from ckan.plugins import plugin_loaded
from ckan.plugins import toolkit as tk
from ckanext.kielce.api import problems
from flask import Response, g, request

#: Views of a dataset as RDF. Its blank nodes are named anew each time, so a tag of the text would never be met again.
RDF_VIEWS = ("dcat.read_dataset", "dcat.read_dataset_series", "croissant.read_dataset_croissant")
RDF = ("text/turtle", "application/ld+json", "application/rdf+xml", "text/n3")
#: Headers that scripts of other sites may read; without the list browsers hide them.
EXPOSED = "ETag, Link, Retry-After, RateLimit, RateLimit-Policy"


def anonymous() -> bool:
    """True when the answer is what everybody would get: no user, and nothing sent to become one."""
    header = str(tk.config["apitoken_header_name"])
    return bool(current_user.is_anonymous) and not request.headers.get(header)


def tagged(*parts: Any) -> str:
    """The value of an ETag from what an answer depends on; who asks is part of it."""
    text = json.dumps([anonymous(), *parts], sort_keys=True, default=str, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def known(tag: str) -> bool:
    """Note the tag of the answer that is being made; True when the asker has it already, so that it need not be made."""
    g.kielce_tag = tag
    return request.method in ("GET", "HEAD") and request.if_none_match.contains_weak(tag)


def unchanged() -> Response:
    """What a view returns for an answer that the asker has: `finish` makes a 304 of it, after others wrote their headers."""
    return Response(b"")


def of_json(body: Mapping[str, Any], mimetype: str = "application/json") -> Response:
    """An answer as JSON."""
    return Response(json.dumps(body, ensure_ascii=False, default=str), mimetype=mimetype)


def linked(response: Response, links: Mapping[str, str]) -> Response:
    """Add an RFC 8288 ``Link`` header: relation -> address."""
    response.headers["Link"] = ", ".join(f'<{address}>; rel="{rel}"' for rel, address in links.items())
    return response


def before() -> Response | None:
    """Know the tags of CKAN's answers whose text does not tell whether anything changed; called before every view."""
    if request.method not in ("GET", "HEAD"):
        return None
    endpoint = request.endpoint or ""
    if endpoint in RDF_VIEWS:
        return _rdf(str((request.view_args or {}).get("_id")))
    if endpoint.rpartition(".")[2] == "download":
        return _file((request.view_args or {}).get("resource_id"))
    return None


def _rdf(dataset_id: str) -> Response | None:
    form = (request.view_args or {}).get("_format") or request.headers.get("Accept", "")
    if not form or "html" in form:
        return None
    try:
        package = tk.get_action("package_show")({}, {"id": dataset_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None
    score: Mapping[str, Any] = {}
    if plugin_loaded("kielce_quality"):
        from ckanext.kielce.quality import shared as quality

        score = quality.quality_for(package["id"])
    same = known(tagged(request.full_path, form, package, score))
    # What the view would have said; for a 304 it is told by nobody else.
    return unchanged() if same and (request.view_args or {}).get("_format") else None


def _file(resource_id: Any) -> Response | None:
    try:
        resource = tk.get_action("resource_show")({}, {"id": resource_id})
    except (tk.ObjectNotFound, tk.NotAuthorized, tk.ValidationError):
        return None
    if resource.get("url_type") != "upload" or not resource.get("url"):
        return None
    row = model.Resource.get(resource["id"])
    parts = [row.hash, row.size, row.url, row.last_modified, row.metadata_modified] if row else []
    return unchanged() if known(tagged("file", resource["id"], parts)) else None


def finish(_sender: Any, response: Response | None = None, **_kwargs: Any) -> None:
    """Complete an answer that is about to leave, after all others have had their say."""
    if response is None:
        return
    if request.path.startswith("/api/"):
        problems.complete(response)
        _open_to_scripts(response)
        if not plugin_loaded("kielce_cache"):
            _keep(response)
    tag = getattr(g, "kielce_tag", "")
    if (
        not tag
        or response.status_code != 200
        or (_is_rdf_view() and response.mimetype not in (*RDF, "text/html"))
    ):
        return
    if _is_rdf_view() and response.mimetype == "text/html" and response.get_data():
        return  # the page, for those who ask for HTML at the same address
    response.set_etag(tag)
    if "no-store" in response.headers.get("Cache-Control", ""):
        # It is the reader's own, and he may keep it if he asks each time whether it still holds.
        response.headers["Cache-Control"] = "private, no-cache"
    response.make_conditional(request)


def _is_rdf_view() -> bool:
    return request.endpoint in RDF_VIEWS


def _keep(response: Response) -> None:
    if request.method in ("GET", "HEAD") and response.status_code == 200 and anonymous():
        seconds = int(tk.config["ckanext.kielce.api.keep_seconds"])
        response.headers["Cache-Control"] = f"public, max-age={seconds}, must-revalidate"
        if not response.is_streamed and not response.get_etag()[0] and not getattr(g, "kielce_tag", ""):
            response.add_etag()
            response.make_conditional(request)
    else:
        response.headers["Cache-Control"] = "private, no-cache"
    header = str(tk.config["apitoken_header_name"])
    response.headers["Vary"] = f"Accept, Accept-Encoding, Cookie, {header}"
    response.headers.pop("Pragma", None)


def _open_to_scripts(response: Response) -> None:
    if not tk.config["ckan.cors.origin_allow_all"]:
        return
    # Also when no Origin was sent: a cache may hand the answer to a script that did.
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = EXPOSED
    if request.method == "OPTIONS":
        header = str(tk.config["apitoken_header_name"])
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD, POST, OPTIONS"
        response.headers["Access-Control-Allow-Headers"] = f"{header}, Content-Type, If-None-Match"
        response.headers["Access-Control-Max-Age"] = "86400"
