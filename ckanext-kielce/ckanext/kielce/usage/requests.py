"""Which requests are use, seen from the finished answer."""

from __future__ import annotations

import logging
from typing import Any

from ckan import model
from ckan.plugins import toolkit as tk
from ckanext.kielce.usage import store
from ckanext.kielce.usage.robots import is_robot
from flask import Response, request
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)

_API_FUNCTIONS = {
    "datastore_search": ("resource_id", "id"),
    "resource_show": ("id",),
    "package_show": ("id",),
}
"""API functions that read one dataset or file, and the parameters that name it."""
_NOTHING_GIVEN = (202, 304)
"""A file that is still being made, and one that the asker has already."""


def after_request(_sender: Any, response: Response | None = None, **_kwargs: Any) -> None:
    """Count the request that was just answered. A failure to count never spoils the answer."""
    if response is None or request.method not in ("GET", "POST") or response.status_code >= 400:
        return
    if response.status_code in _NOTHING_GIVEN:
        return
    if not tk.config.get("ckanext.kielce.usage.enabled"):
        return
    try:
        kind, ids = classify(response)
        if kind and ids:
            store.add(kind, ids, store.day_of(None), robot=is_robot(request.headers.get("User-Agent")))
    except SQLAlchemyError as err:
        log.warning("Could not count a use: %s", err)


def classify(response: Response) -> tuple[str | None, list[str]]:
    """The kind of use and the ids it counts for: the resource and its dataset, or the dataset alone."""
    endpoint, args = request.endpoint or "", request.view_args or {}
    blueprint, _, view = endpoint.rpartition(".")
    if endpoint == "api.action":
        return "api", _api_ids(args)
    if request.method != "GET":
        return None, []
    if view == "download" or endpoint == "datastore.dump":
        if _is_later_part():
            return None, []
        return "download", _resource(args.get("resource_id"))
    if endpoint == "kielce_export.package":
        return "download", [] if _is_later_part() else _package(args.get("package_id"))
    if view == "read" and _is_dataset_page(blueprint) and response.status_code == 200:
        return "view", _package(args.get("id"))
    return None, []


def _is_later_part() -> bool:
    """True for the second and later pieces of a download in parts."""
    header = request.headers.get("Range", "")
    return header.startswith("bytes=") and not header.startswith("bytes=0-")


def _is_dataset_page(blueprint: str) -> bool:
    return blueprint == "dataset" or "package_type" in (request.view_args or {}) or _is_typed(blueprint)


def _is_typed(blueprint: str) -> bool:
    defaults = request.url_rule.defaults if request.url_rule else None
    return bool(blueprint) and "package_type" in (defaults or {})


def _api_ids(args: dict[str, Any]) -> list[str]:
    names = _API_FUNCTIONS.get(str(args.get("logic_function")))
    # Our own pages ask the API too: that is part of looking at the page.
    if not names or request.headers.get("Sec-Fetch-Site") in ("same-origin", "same-site"):
        return []
    sent: Any = request.get_json(silent=True) if request.is_json else None
    values = [
        *(request.args.get(n) for n in names),
        *((sent or {}).get(n) for n in names if isinstance(sent, dict)),
    ]
    wanted = next((v for v in values if isinstance(v, str) and v), None)
    return _package(wanted) if args.get("logic_function") == "package_show" else _resource(wanted)


def _resource(resource_id: Any) -> list[str]:
    found = model.Session.get(model.Resource, resource_id) if isinstance(resource_id, str) else None
    return [found.id, found.package_id] if found else []


def _package(name_or_id: Any) -> list[str]:
    found = model.Package.get(name_or_id) if isinstance(name_or_id, str) else None
    return [found.id] if found else []
