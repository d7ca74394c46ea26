"""Mistaken and hostile questions to CKAN's own read actions: told, and never a fault of ours.

Each of these was a 500 of CKAN 2.12 for at least one action, or is of the same kind.
"""

from __future__ import annotations

import json
import urllib.parse

import pytest
from ckanext.kielce.api import docstrings, openapi

from tests.api.plugins import PLUGINS

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", PLUGINS),
    pytest.mark.ckan_config("ckanext.kielce.api.rate_limits", False),
    pytest.mark.ckan_config("ckanext.kielce.cache.purge_urls", ""),
]

TEXTS = [
    "abc",
    "-1",
    "9223372036854775807",
    "a\x00b",
    "[]",
    "a:b",
    "(",
    "{!term f=id}x",
    "id:[* TO",
    "1.5",
    "",
    "x" * 3000,
]
VALUES = [5, True, ["a", ["b"]], {"a": {"b": 1}}, [None], [], 2**70]
BODIES = [
    b"{",
    b"[]",
    b'"x"',
    b"null",
    b'{"a":' * 20_000,
    b"[" * 100_000,
    b"\xff\xfe",
    b'{"id":"\\u0000"}',
    b'{"id":"\\ud800"}',
    b"1" * 5000,
    b'{"id":1e400}',
]


def ask(app, path, **options):
    """The answer's status, and what was asked when it is a fault."""
    method = app.post if {"data", "json"} & set(options) else app.get
    answer = method(path, **options)
    if answer.status_code >= 400:
        problem = json.loads(answer.body)
        assert problem["success"] is False
        assert problem["status"] == answer.status_code
        assert problem["type"].startswith("http")
        assert problem["error"]["__type"]
        assert "SELECT" not in json.dumps(problem), problem
    return answer.status_code


def test_no_question_to_a_read_action_is_answered_by_a_fault(app, streets):
    package, table = streets
    have = {"dataset": package["name"], "table": table, "unit": "mzd", "domain": "transport"}
    faults = []
    for name in openapi.running():
        path = f"/api/3/action/{name}"
        example = openapi.filled(openapi.reads()[name].get("example", {}), have, "pl")
        for parameter in docstrings.told(name).parameters:
            for text in TEXTS:
                query = urllib.parse.urlencode({**example, parameter.name: text})
                faults += [(name, parameter.name, text[:30])] * (ask(app, f"{path}?{query}") >= 500)
            for value in VALUES:
                faults += [(name, parameter.name, value)] * (
                    ask(app, path, json={**example, parameter.name: value}) >= 500
                )
    assert faults == []


def test_no_body_is_answered_by_a_fault(app, portal):
    faults = []
    for body in BODIES:
        for kind in (
            "application/json",
            "text/plain",
            "multipart/form-data",
            "application/x-www-form-urlencoded",
            "",
        ):
            if ask(app, "/api/3/action/package_show", data=body, content_type=kind) >= 500:
                faults.append((body[:20], kind))
    assert faults == []


def test_an_unknown_action_and_an_unknown_address_are_told(app, portal):
    assert ask(app, "/api/3/action/no_such_action") == 400
    assert ask(app, "/api/3/action/package_create") == 400
    assert ask(app, "/api/nothing/here") == 404
    assert ask(app, "/api/3/action/a%00b") == 400


def test_an_error_is_labelled_as_a_problem_to_those_who_ask(app, portal):
    address = "/api/3/action/package_show?id=nope"
    assert app.get(address, status=404).headers["Content-Type"] == "application/json"
    asked = app.get(address, status=404, headers={"Accept": "application/problem+json"})
    assert asked.headers["Content-Type"] == "application/problem+json"
    problem = json.loads(asked.body)
    assert problem["error"]["__type"] == "Not Found Error"
    assert problem["instance"] == address


def test_the_shape_of_ckans_validation_error_stays(app, portal):
    answer = app.get("/api/3/action/package_search?rows=-5")
    problem = json.loads(answer.body)
    assert problem["success"] is False
    assert problem["error"]["__type"] == "Validation Error"
    assert problem["error"]["rows"]
    assert problem["detail"].startswith("rows: ")


def test_a_page_whose_address_holds_a_nul_is_not_there(app, portal):
    assert app.get("/dataset/a%00b").status_code == 404
