"""Errors as RFC 9457 problem details, beside the shape that CKAN's clients know.

Every answer of 400 and above below ``/api/`` is a JSON object that has CKAN's ``success`` and ``error`` and the members
``type``, ``title``, ``status``, ``detail`` and ``instance``. It is labelled ``application/problem+json`` on our own paths
and to those who ask for it; CKAN's paths keep ``application/json``, which is what its clients look for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ckan.common import json as ckan_json
from ckan.lib.search import SearchError, SolrConnectionError
from ckan.plugins import toolkit as tk
from ckanext.kielce.api.asked import Misasked
from flask import Response, request

MEDIA_TYPE = "application/problem+json"
#: Our own paths below ``/api/``.
OWN = ("/api/tables", "/api/datasets", "/api/openapi", "/api/changes")


class Refused(Exception):  # noqa: N818  an answer, not a fault
    """An answer of 4xx or 503: status, kind (a key of ``names`` in the table, or "" for the status' own) and what to do."""

    def __init__(self, status: int, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.kind, self.detail = status, kind, detail


@cache
def kinds() -> dict[str, Any]:
    """The table of kinds: ``statuses`` by number and ``names``, each with ``pl`` and ``en``."""
    found: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("problems.yaml").read_text(encoding="utf-8")
    )
    return found


def members(status: int, detail: str, kind: str = "") -> dict[str, Any]:
    """The members of RFC 9457 for this request."""
    of_status = kinds()["statuses"].get(status) or kinds()["statuses"][500 if status >= 500 else 400]
    entry = kinds()["names"].get(kind) or of_status
    lang = "pl" if str(tk.h.lang()).startswith("pl") else "en"
    home = str(tk.config["ckan.site_url"]).rstrip("/")
    return {
        "type": f"{home}/developers#problem-{kind or of_status['name']}",
        "title": entry[lang],
        "status": status,
        "detail": detail,
        "instance": request.full_path.rstrip("?"),
    }


def answer(
    status: int, detail: str, kind: str = "", errors: Mapping[str, Any] | None = None, ckan_type: str = ""
) -> Response:
    """A whole answer: problem details with CKAN's shape.

    :param errors: what is wrong with which parameter: name -> list of sentences
    :param ckan_type: CKAN's ``__type``; the title where there is none
    """
    found = members(status, detail, kind)
    error: dict[str, Any] = {"__type": ckan_type or found["title"], "message": detail}
    body = {"success": False, "error": {**(errors or {}), **error}, **found}
    if errors:
        body["errors"] = dict(errors)
    return Response(json.dumps(body, ensure_ascii=False, default=str), status, mimetype=MEDIA_TYPE)


def of_error(err: Exception) -> Response:
    """The answer to one of CKAN's errors or ours, on our own paths."""
    if isinstance(err, Refused):
        return answer(err.status, err.detail, err.kind)
    if isinstance(err, Misasked):
        sentence = tk._(err.why).format(**err.values)
        return answer(
            400, f"{err.name}: {sentence}", errors={err.name: [sentence]}, ckan_type="Validation Error"
        )
    if isinstance(err, tk.ObjectNotFound):
        return answer(404, tk._("There is no such dataset or file."), ckan_type="Not Found Error")
    if isinstance(err, tk.NotAuthorized):
        return answer(403, str(err) or tk._("Access denied"), ckan_type="Authorization Error")
    if isinstance(err, tk.ValidationError):
        errors = _readable(err.error_dict)
        return answer(400, _sentence(errors), errors=errors, ckan_type="Validation Error")
    if isinstance(err, SolrConnectionError):
        return answer(
            503, tk._("The search does not answer. Try again later."), ckan_type="Search Connection Error"
        )
    if isinstance(err, SearchError):
        return answer(
            400, tk._("The words cannot be searched for as they are."), ckan_type="Search Query Error"
        )
    raise err


def _readable(errors: Mapping[str, Any]) -> dict[str, Any]:
    """CKAN's errors without the SQL statement that `datastore_search` puts beside them."""
    return {str(name): value for name, value in errors.items() if name not in ("info", "__type")}


def _sentence(errors: Mapping[str, Any]) -> str:
    parts = []
    for name, value in errors.items():
        words = "; ".join(str(item) for item in value) if isinstance(value, list | tuple) else str(value)
        parts.append(words if name == "message" else f"{name}: {words}")
    return " ".join(parts)


def complete(response: Response) -> None:
    """Add the members to an error below ``/api/`` that CKAN or Flask has made."""
    if not request.path.startswith("/api/") or response.status_code < 400:
        return
    if response.is_streamed or response.mimetype == MEDIA_TYPE:
        return
    body = _body(response)
    error = body.get("error")
    error = dict(error) if isinstance(error, Mapping) else {"message": str(error or "")}
    kind = str(error.pop("__type", "")) or None
    readable = _readable(error)
    detail = str(error.get("message") or _sentence(readable) or "")
    found = members(response.status_code, detail)
    shown = {**readable, "__type": kind or found["title"]}
    if not readable:
        shown["message"] = detail
    body |= {"success": False, "error": shown}
    response.set_data(ckan_json.dumps({**body, **found}, default=str))
    asked_for = request.accept_mimetypes
    own = request.path.startswith(OWN)
    response.mimetype = MEDIA_TYPE if own or MEDIA_TYPE in asked_for.values() else "application/json"


def _body(response: Response) -> dict[str, Any]:
    """What was answered, as an object: CKAN answers a bare text to a bad request, and HTML where no API is."""
    if response.mimetype == "application/json":
        try:
            found = json.loads(response.get_data())
        except ValueError:
            found = None
        if isinstance(found, dict):
            return found
        if isinstance(found, str):
            return {"error": {"__type": "Bad Request", "message": found}}
    return {"error": {"message": _without_words(response.status_code)}}


def _without_words(status: int) -> str:
    """What to say of an error that came without a word."""
    if status == 404:
        return tk._("There is nothing at this address.")
    if status == 405:
        return tk._("This address takes other methods.")
    if status >= 500:
        return tk._("Something broke on our side. It has been written down; try again later.")
    return tk._("The request cannot be understood.")
