"""What was asked for, and what of it is use of the data: for an answer of ours and for a line of a cache's log alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ckan import model

_API_FUNCTIONS = {
    "datastore_search": ("resource_id", "id"),
    "resource_show": ("id",),
    "package_show": ("id",),
}
"""API functions that read one dataset or file, and the parameters that name it."""
_PATHS = {
    "kielce_api.rows": "api",
    "kielce_api.table": "api",
    "kielce_export.download": "download",
    "kielce_export.package": "download",
    "datastore.dump": "download",
}
"""Endpoints that give the data themselves, and the kind of use that it is."""


@dataclass(frozen=True)
class Asked:
    """A request that was answered well.

    :ivar endpoint: Flask's name of what answered
    :ivar parameters: of the path; ``query``: of the address; ``body``: what was posted as JSON
    :ivar headers: of the request (any mapping; names as HTTP writes them)
    """

    method: str
    endpoint: str
    parameters: Mapping[str, Any]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    status: int = 200
    body: Mapping[str, Any] = field(default_factory=dict)


class Use(NamedTuple):
    """Kind of use (None: none), the ids it counts for (the file and its dataset, or the dataset), the API's action if one."""

    kind: str | None
    ids: list[str]
    action: str = ""


def use_of(asked: Asked) -> Use:
    """The use that a request was."""
    _blueprint, _, view = asked.endpoint.rpartition(".")
    if asked.endpoint == "api.action":
        return _api(asked)
    if asked.method != "GET" or asked.status not in (200, 206):
        return Use(None, [])
    kind = "download" if view == "download" else _PATHS.get(asked.endpoint)
    if kind:
        if _is_later_part(asked):
            return Use(None, [])
        parameters = asked.parameters
        if parameters.get("resource_id"):
            return Use(kind, _resource(parameters["resource_id"]))
        return Use(kind, _package(parameters.get("package_id")))
    if view == "read" and _is_dataset_page(asked) and asked.status == 200:
        return Use("view", _package(asked.parameters.get("id")))
    return Use(None, [])


def _is_later_part(asked: Asked) -> bool:
    """True for the second and later pieces of a download in parts."""
    header = asked.headers.get("Range") or ""
    return header.startswith("bytes=") and not header.startswith("bytes=0-")


def _is_dataset_page(asked: Asked) -> bool:
    return asked.endpoint.startswith("dataset.") or bool(asked.parameters.get("package_type"))


def _api(asked: Asked) -> Use:
    action = str(asked.parameters.get("logic_function"))
    # Our own pages ask the API too: that is part of looking at the page.
    if asked.headers.get("Sec-Fetch-Site") in ("same-origin", "same-site"):
        return Use(None, [])
    names = _API_FUNCTIONS.get(action, ())
    values = [*(asked.query.get(name) for name in names), *(asked.body.get(name) for name in names)]
    wanted = next((value for value in values if isinstance(value, str) and value), None)
    ids = _package(wanted) if action == "package_show" else _resource(wanted)
    return Use("api", ids, action)


def _resource(resource_id: Any) -> list[str]:
    found = model.Session.get(model.Resource, resource_id) if isinstance(resource_id, str) else None
    return [found.id, found.package_id] if found else []


def _package(name_or_id: Any) -> list[str]:
    found = model.Package.get(name_or_id) if isinstance(name_or_id, str) else None
    return [found.id] if found else []
