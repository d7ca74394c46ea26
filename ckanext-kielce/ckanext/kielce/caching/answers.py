"""The HTTP headers by which caches live, written at the very end of each answer.

CKAN 2.12 marks every API answer as public, a private dataset's too, and every page as private. So its word counts for nothing
here: an answer is public only if nobody is logged in, no token and no session came with the request, none goes out with the
answer, and nothing in it is private, withheld or an error. See docs/reference/caching.md.
"""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any
from uuid import UUID

from ckan import model
from ckan.common import current_user
from ckan.plugins import plugin_loaded
from ckan.plugins import toolkit as tk
from ckanext.kielce.caching import keys, rules, seen
from ckanext.kielce.common import public_files
from flask import Response, g, request
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)

PRIVATE = "private, no-store"
#: Public files under a name that changes with their content, and the others.
HASHED = "public, max-age=31536000, immutable"
PLAIN = "public, max-age=3600"
KEYS = "Surrogate-Key"
#: Longer bodies get no ETag of ours: hashing them costs more than it saves.
LONGEST = 4 * 1024 * 1024


def finish(_sender: Any, response: Response | None = None, **_kwargs: Any) -> None:
    """Write the headers of a finished answer; the last to touch it."""
    if response is None:
        return
    endpoint = request.endpoint or ""
    if is_file(endpoint) and response.status_code in (200, 206, 304):
        _set(response, HASHED if endpoint == "webassets.index" or _has_its_version() else PLAIN)
        response.headers["Vary"] = "Accept-Encoding"
        return
    own = response.headers.get("Cache-Control", "")
    if not may_be_public(response) or "no-store" in own:
        _set(response, PRIVATE)
        return
    if response.status_code == 304:
        # Nothing was made, so nobody knows what it shows; the copy that the caller has is right at this moment.
        _set(response, "public, max-age=0, must-revalidate")
        response.headers["Vary"] = _vary()
        return
    kind = rules.kind_of(endpoint, (request.view_args or {}).get("logic_function"), dataset_types())
    try:
        shown = seen.ids() or asked_for()
        seconds = kept_for(kind, shown, dt.datetime.now(dt.timezone.utc))
    except SQLAlchemyError as error:
        log.warning("Nobody may keep %s: %s", request.path, error)
        shown, seconds = set(), 0
    if seconds <= 0:
        _set(response, PRIVATE)
        return
    response.headers[KEYS] = " ".join(keys.of_answer(shown, lists=kind.lists))
    response.headers["Vary"] = _vary()
    if tk.config.get("ckan.cors.origin_allow_all"):
        # CKAN sends it only to those who come from elsewhere; the next reader of the copy may.
        response.headers["Access-Control-Allow-Origin"] = "*"
    if own.startswith("public, max-age=") and not own.startswith("public, max-age=0"):
        return  # the view has said for how long, and has an ETag of its own
    stale = f", stale-while-revalidate={kind.stale}" if kind.stale else ", must-revalidate"
    # Browsers ask again each time, for nothing tells them of a change; the answer to that is a short 304.
    _set(response, f"public, max-age=0, s-maxage={seconds}{stale}")
    _mark(response)


def is_file(endpoint: str) -> bool:
    """Whether the answer is a public file of the portal's look: the same whoever asks."""
    return endpoint in ("static", "webassets.index")


def _has_its_version() -> bool:
    """Whether the address names the version of the file that it gives; another one may come from a machine not yet renewed."""
    asked = request.args.get(public_files.PARAMETER)
    return bool(asked) and asked == public_files.version(request.path)


def may_be_public(response: Response) -> bool:
    """Whether the answer is the same for everybody who has no account."""
    return (
        bool(tk.config.get("ckanext.kielce.cache.enabled"))
        and request.method in ("GET", "HEAD")
        and response.status_code in (200, 302, 304)
        and not has_credentials()
        and current_user.is_anonymous
        and "Set-Cookie" not in response.headers
        and not seen.anything_secret()
        # a token that was made for this visitor
        and tk.config.get("WTF_CSRF_FIELD_NAME") not in g
        and (response.status_code != 302 or _is_plain_redirect(response))
    )


def _is_plain_redirect(response: Response) -> bool:
    """A download that leads to the file's own address; other redirects may depend on the visitor."""
    return (request.endpoint or "").endswith(".download") and not response.location.startswith("/user")


def _vary() -> str:
    return ", ".join(("Accept", "Accept-Encoding", *credentials_headers(), "Cookie"))


def credentials_headers() -> tuple[str, ...]:
    """Names of the headers by which a caller says who he is."""
    return tuple(dict.fromkeys((tk.config.get("apitoken_header_name"), "Authorization")))


def has_credentials() -> bool:
    """Whether the request carries a token, or a cookie of a session or of a remembered log-in."""
    names = (tk.config.get("SESSION_COOKIE_NAME"), tk.config.get("REMEMBER_COOKIE_NAME"))
    return any(request.headers.get(name) for name in credentials_headers()) or any(
        name in request.cookies for name in names
    )


def dataset_types() -> tuple[str, ...]:
    """The portal's dataset types."""
    return ("dataset", *(name for name in _scheming_types() if name != "dataset"))


def _scheming_types() -> tuple[str, ...]:
    return tuple(tk.h.scheming_dataset_schemas()) if plugin_loaded("scheming_datasets") else ()


def asked_for() -> set[str]:
    """Datasets that the answer is about although no dataset was shown: those of the tables asked by their id."""
    found: set[str] = set()
    for name in ("resource_id", "id"):
        wanted = request.args.get(name) or (request.view_args or {}).get(name)
        if isinstance(wanted, str) and len(wanted) == len(str(UUID(int=0))):
            resource = model.Session.get(model.Resource, wanted)
            found |= {resource.package_id} if resource is not None else set()
            # CKAN has given its connection back before this; it is not to be left open.
            model.Session.remove()
    return found


def kept_for(kind: rules.Kind, shown: set[str], now: dt.datetime) -> int:
    """Seconds for which a shared cache may keep the answer: its class's, or until a set on it crosses a threshold."""
    longest = kind.seconds
    if not tk.config.get("ckanext.kielce.cache.purge_urls"):
        longest = min(longest, tk.config.get("ckanext.kielce.cache.unpurged_seconds"))
    if longest <= 0 or not plugin_loaded("kielce_quality") or (not shown and not kind.lists):
        return longest
    from ckanext.kielce.caching import crossings
    from ckanext.kielce.quality import shared

    if kind.lists:
        crossing = crossings.first_of_all(now)
    else:
        crossing = shared.next_crossing(shown, now)
        model.Session.remove()
    return longest if crossing is None else min(longest, max(1, int((crossing - now).total_seconds())))


def _set(response: Response, value: str) -> None:
    # The attribute `cache_control` would merge what CKAN wrote with what is meant.
    response.headers["Cache-Control"] = value
    response.headers.pop("Pragma", None)
    response.headers.pop("Expires", None)


def _mark(response: Response) -> None:
    """Give the answer an ETag, and those who have it already a 304."""
    if response.status_code != 200:
        return
    if "ETag" not in response.headers:
        length = response.content_length
        if response.is_streamed or response.direct_passthrough or (length or 0) > LONGEST:
            return
        response.add_etag()
    response.make_conditional(request)
