"""Addresses of the API beside CKAN's own: tables and datasets by cursor."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from ckan.common import current_user
from ckan.lib.search import SearchError, SolrConnectionError
from ckan.plugins import toolkit as tk
from ckanext.kielce.api import (
    answers,
    asked,
    changes_feed,
    datasets,
    described,
    guard,
    problems,
    rate,
    tables,
)
from flask import Blueprint, Response, request

kielce_api = Blueprint("kielce_api", __name__)

#: Changes when the shape of our answers does, so that kept ones are not taken for the new.
SHAPE = "1"
ATOM = "application/atom+xml; charset=utf-8"


def answered(view: Callable[..., Response]) -> Callable[..., Response]:
    """Answer CKAN's errors and ours as problem details."""

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> Response:
        try:
            return view(*args, **kwargs)
        except (
            problems.Refused,
            asked.Misasked,
            tk.ObjectNotFound,
            tk.NotAuthorized,
            tk.ValidationError,
            SearchError,
            SolrConnectionError,
        ) as err:
            return problems.of_error(err)

    return wrapper


def reader() -> dict[str, Any]:
    """The context of CKAN's actions for who asks."""
    return {"user": current_user.name, "auth_user_obj": current_user}


def language() -> str:
    """Language of titles: ``lang`` of the address, else that of the address' beginning."""
    wanted = request.args.get("lang") or str(tk.h.lang())
    return "en" if wanted.startswith("en") else "pl"


def _following(mark: str | None) -> dict[str, str]:
    """Links to this page of a list and the next."""
    base = tk.url_for(request.endpoint, **(request.view_args or {}), _external=True)
    params = request.args.to_dict()
    found = {"first": {key: value for key, value in params.items() if key != "cursor"}}
    if mark:
        found["next"] = {**params, "cursor": mark}
    return {rel: f"{base}?{urlencode(query)}" if query else base for rel, query in found.items()}


@answered
def table(resource_id: str) -> Response:
    """What a table is: columns with types, units and meaning."""
    resource = tables.resource_of(resource_id)
    found = tables.Open(resource["id"])
    lang = language()
    tag = answers.tagged("table", SHAPE, found.version, resource, lang)
    if answers.known(tag):
        return answers.unchanged()
    return answers.of_json(tables.describe(resource, found, lang))


@answered
def rows(resource_id: str) -> Response:
    """Rows of a table, read on by cursor."""
    resource = tables.resource_of(resource_id)
    found = tables.Open(resource["id"])
    question = tables.Rows(found, request.args)
    tag = answers.tagged("rows", SHAPE, found.version, sorted(request.args.items()))
    if answers.known(tag):
        return answers.unchanged()
    body = question.answer(reader())
    links = _following(body["next"])
    body["next"] = links.get("next")
    return answers.linked(answers.of_json(body), links)


@answered
def dataset_list() -> Response:
    """The public datasets, compact, read on by cursor."""
    body = datasets.List(request.args).answer()
    links = _following(body["next"])
    body["next"] = links.get("next")
    if answers.known(answers.tagged("datasets", body)):
        return answers.unchanged()
    return answers.linked(answers.of_json(body), links)


@answered
def openapi_document() -> Response:
    """The OpenAPI 3.1 document of the portal, or of one dataset's tables."""
    name, lang = asked.text(request.args, "dataset"), language()
    found = described.of_dataset(name, lang) if name else described.of_portal(lang)
    if answers.known(found.version):
        return answers.unchanged()
    return Response(found.body(), mimetype="application/json")


@answered
def changes_json() -> Response:
    """Changes that may break applications, as JSON."""
    return answers.of_json(_changes())


@answered
def changes_atom() -> Response:
    """The same as an Atom feed."""
    body, lang = _changes(), language()
    return Response(changes_feed.atom(body["results"], lang, request.args.get("dataset", "")), mimetype=ATOM)


def _changes() -> dict[str, Any]:
    name = asked.text(request.args, "dataset")
    question = {"lang": language(), **({"id": name} if name else {})}
    found: dict[str, Any] = tk.get_action("kielce_api_changes")(reader(), question)
    return found


kielce_api.add_url_rule("/api/tables/<resource_id>", view_func=table)
kielce_api.add_url_rule("/api/tables/<resource_id>/rows", view_func=rows)
kielce_api.add_url_rule("/api/datasets", view_func=dataset_list)
kielce_api.add_url_rule("/api/openapi.json", endpoint="openapi", view_func=openapi_document)
kielce_api.add_url_rule("/api/changes.json", view_func=changes_json)
kielce_api.add_url_rule("/api/changes.atom", view_func=changes_atom)
kielce_api.before_app_request(rate.check)
kielce_api.before_app_request(guard.check)
kielce_api.before_app_request(answers.before)
