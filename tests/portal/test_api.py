"""The running portal's API, as its own OpenAPI document tells it: valid, without faults, and its starters run."""

from __future__ import annotations

import contextlib
import json
import random
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

import hypothesis
import nbclient
import nbformat
import openapi_spec_validator
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase
from lxml import etree
from schemathesis import GenerationMode

pytestmark = pytest.mark.portal

#: Seconds of fuzzing in all, questions to one operation, and tables of which each is asked by itself.
SECONDS, QUESTIONS, TABLES = 50, 6, 4


def ask(url: str, **headers: str) -> tuple[int, Any, bytes]:
    """Status, headers and body of a GET, also of errors."""
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


@pytest.fixture(scope="module")
def document(portal_url):
    status, _headers, body = ask(f"{portal_url}/api/openapi.json?lang=en")
    assert status == 200
    return json.loads(body)


@pytest.fixture(scope="module")
def table(document):
    return next(path for path in document["paths"] if path.startswith("/api/tables/") and "{" not in path)


def test_the_document_is_valid_openapi(document):
    openapi_spec_validator.validate(document)
    assert document["openapi"].startswith("3.1")
    assert "/api/3/action/package_search" in document["paths"]


def test_every_table_is_described_with_its_columns(document, table):
    rows = {
        name: schema for name, schema in document["components"]["schemas"].items() if name.startswith("Row_")
    }
    assert rows
    for name, schema in rows.items():
        assert len(schema["properties"]) > 1, name
    assert any("examples" in column for schema in rows.values() for column in schema["properties"].values())
    assert any("x-unit" in column for schema in rows.values() for column in schema["properties"].values())


def test_the_document_of_one_dataset_has_its_tables_only(portal_url, table):
    resource = table.split("/")[3]
    _status, _headers, body = ask(f"{portal_url}/api/tables/{resource}")
    name = json.loads(body)["dataset"]["name"]
    _status, _headers, body = ask(f"{portal_url}/api/openapi.json?dataset={urllib.parse.quote(name)}")
    found = json.loads(body)
    openapi_spec_validator.validate(found)
    assert table in found["paths"]
    assert all(path.startswith("/api/tables/") for path in found["paths"])


def test_no_question_that_fits_or_breaks_the_document_meets_a_fault(portal_url, document, table):
    """Schemathesis asks each operation, seeded, within a bound of time; nothing may answer with 5xx."""
    rng = random.Random(6)
    tables = [path for path in document["paths"] if path.startswith("/api/tables/") and "{" not in path]
    wanted = {path: entry for path, entry in document["paths"].items() if path not in tables}
    for path in rng.sample(tables, min(TABLES, len(tables))):
        wanted[path] = document["paths"][path]
    schema = schemathesis.openapi.from_dict({**document, "paths": wanted})
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) == len(wanted)
    end, asked, faults = time.monotonic() + SECONDS, [], []

    def try_one(operation: Any, mode: GenerationMode) -> None:
        @hypothesis.seed(6)
        @hypothesis.settings(
            max_examples=QUESTIONS,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @hypothesis.given(case=operation.as_strategy(generation_mode=mode))
        def run(case: Any) -> None:
            if time.monotonic() > end:
                return
            try:
                answer = case.call(base_url=portal_url, timeout=20)
            except requests.exceptions.ReadTimeout:
                # A busy machine is no fault; the same question once more tells a question that hangs.
                answer = case.call(base_url=portal_url, timeout=60)
            asked.append(operation.path)
            if answer.status_code >= 500:
                faults.append((answer.status_code, case.as_curl_command()))

        # An operation without parameters can't be asked wrongly.
        with contextlib.suppress(hypothesis.errors.Unsatisfiable):
            run()

    for mode in (GenerationMode.NEGATIVE, GenerationMode.POSITIVE):
        for operation in rng.sample(operations, len(operations)):
            if time.monotonic() > end:
                break
            try_one(operation, mode)
    assert faults == []
    assert len(set(asked)) >= 10


def test_an_answer_that_is_known_is_not_sent_again(portal_url, table):
    resource = table.split("/")[3]
    _status, _headers, body = ask(f"{portal_url}/api/tables/{resource}")
    name = urllib.parse.quote(json.loads(body)["dataset"]["name"])
    for path in (
        f"{table}?limit=3",
        f"/api/tables/{resource}",
        "/api/datasets?limit=3",
        f"/api/3/action/package_show?id={name}",
        f"/api/3/action/resource_show?id={resource}",
        f"/dataset/{name}.ttl",
        f"/dataset/{name}.jsonld",
    ):
        status, headers, _body = ask(portal_url + path)
        assert status == 200, path
        assert headers["ETag"], path
        status, _headers, body = ask(portal_url + path, **{"If-None-Match": headers["ETag"]})
        assert (status, body) == (304, b""), path


def test_what_a_token_was_sent_for_is_private(portal_url, portal_token, table):
    for path in (f"{table}?limit=3", "/api/3/action/package_search?rows=1"):
        _status, headers, _body = ask(portal_url + path, Authorization=portal_token)
        assert "private" in headers["Cache-Control"], path
        assert "public" not in headers["Cache-Control"], path


@pytest.mark.parametrize("lang", ["pl", "en"])
def test_a_notebook_runs_as_it_is(portal_url, table, lang, tmp_path):
    resource = table.split("/")[3]
    _status, _headers, body = ask(f"{portal_url}/api/tables/{resource}")
    name = urllib.parse.quote(json.loads(body)["dataset"]["name"])
    prefix = "/en" if lang == "en" else ""
    _status, headers, body = ask(f"{portal_url}{prefix}/dataset/{name}/notebook.ipynb")
    assert headers["Content-Type"].startswith("application/x-ipynb+json")
    found = nbformat.reads(body.decode(), as_version=4)
    nbformat.validate(found)
    ran = nbclient.NotebookClient(found, timeout=120, resources={"metadata": {"path": tmp_path}}).execute()
    outputs = [output for cell in ran["cells"] for output in cell.get("outputs", ())]
    assert outputs
    assert not [output for output in outputs if output["output_type"] == "error"]


def test_layers_give_a_qgis_project(portal_url):
    _status, _headers, body = ask(f"{portal_url}/api/datasets?type=spatial_layer&limit=5")
    layers = json.loads(body)["datasets"]
    assert layers
    for layer in layers:
        status, _headers, body = ask(f"{portal_url}/dataset/{urllib.parse.quote(layer['name'])}/project.qgs")
        assert status == 200, layer["name"]
        assert etree.fromstring(body).xpath("count(//maplayer)") >= 1, layer["name"]


def test_a_dataset_tells_machines_of_itself_in_four_ways(portal_url, table):
    resource = table.split("/")[3]
    _status, _headers, body = ask(f"{portal_url}/api/tables/{resource}")
    name = urllib.parse.quote(json.loads(body)["dataset"]["name"])
    _status, headers, body = ask(f"{portal_url}/dataset/{name}/croissant.jsonld")
    assert headers["Content-Type"].startswith("application/ld+json")
    croissant = json.loads(body)
    assert "mlcommons.org/croissant" in json.dumps(croissant)
    _status, _headers, page = ask(f"{portal_url}/dataset/{name}")
    assert b'"@type": "schema:Dataset"' in page or b"schema.org" in page
    _status, _headers, turtle = ask(f"{portal_url}/dataset/{name}.ttl")
    assert b"dcat:Dataset" in turtle


def test_the_sitemap_leads_to_every_public_dataset(portal_url):
    _status, _headers, robots = ask(f"{portal_url}/robots.txt")
    address = next(
        line.split(": ", 1)[1] for line in robots.decode().splitlines() if line.startswith("Sitemap: ")
    )
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
    pages = etree.fromstring(ask(address)[2]).xpath("//s:loc/text()", namespaces=space)
    found = [
        loc
        for page in pages
        for loc in etree.fromstring(ask(page)[2]).xpath("//s:loc/text()", namespaces=space)
    ]
    names = [row["name"] for row in json.loads(ask(f"{portal_url}/api/datasets?limit=1000")[2])["datasets"]]
    assert names
    assert {f"{portal_url}/dataset/{name}" for name in names} <= set(found)
    assert len(found) == len(set(found))
