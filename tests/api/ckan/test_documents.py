"""The OpenAPI document, tags of RDF and files, the developers' page, starters, in a CKAN of its own."""

from __future__ import annotations

import io
import json

import openapi_spec_validator
import pytest
from ckan.tests import factories, helpers

from tests.api.plugins import PLUGINS

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", PLUGINS),
    pytest.mark.ckan_config("ckanext.kielce.api.rate_limits", False),
    pytest.mark.ckan_config("ckanext.kielce.cache.purge_urls", ""),
    pytest.mark.usefixtures("portal"),
]


def paths_of(app, query=""):
    answer = app.get(f"/api/openapi.json{query}", status=200)
    document = json.loads(answer.body)
    openapi_spec_validator.validate(document)
    return document


def test_the_document_has_public_tables_only_and_follows_them(app, streets, make_table, monkeypatch):
    package, resource_id = streets
    _secret, hidden = make_table([{"a": 1}], [{"id": "a", "type": "int4"}], name="tajny", private=True)
    document = paths_of(app)
    assert f"/api/tables/{resource_id}/rows" in document["paths"]
    assert hidden not in json.dumps(document)
    row = document["components"]["schemas"][f"Row_{resource_id.replace('-', '_')}"]["properties"]
    assert row["km"]["x-unit"] == "km"
    assert row["km"]["type"] == ["number", "null"]
    assert row["ulica"]["examples"] == ["Żytnia"]
    whole = app.get("/api/openapi.json")
    tag = whole.headers["ETag"]
    app.get("/api/openapi.json", headers={"If-None-Match": tag}, status=304)
    only = paths_of(app, f"?dataset={package['name']}")
    assert list(only["paths"]) == [f"/api/tables/{resource_id}/rows"]
    from ckanext.kielce.quality import withholding

    monkeypatch.setattr(withholding, "all_withheld", lambda: frozenset({resource_id}))
    assert resource_id not in app.get("/api/openapi.json").body
    app.get("/api/openapi.json", headers={"If-None-Match": tag}, status=200)


def test_the_document_of_a_private_or_unknown_dataset_is_refused(app, make_dataset):
    make_dataset(name="tajny", private=True)
    for name in ("tajny", "nie-ma", "%00"):
        assert app.get(f"/api/openapi.json?dataset={name}").status_code in (400, 403, 404), name


def test_a_table_more_than_the_limit_is_told_of(app, streets, make_table, ckan_config, monkeypatch):
    make_table([{"a": 1}], [{"id": "a", "type": "int4"}], name="drugi")
    monkeypatch.setitem(ckan_config, "ckanext.kielce.api.openapi_tables", 1)
    document = paths_of(app, "?lang=en")
    assert "1 of 2 tables" in document["info"]["description"]


def test_rdf_that_did_not_change_is_not_sent_again(app, make_dataset):
    make_dataset()
    for address in ("/dataset/sciezki.ttl", "/dataset/sciezki.jsonld", "/dataset/sciezki/croissant.jsonld"):
        answer = app.get(address, status=200)
        tag = answer.headers["ETag"]
        assert app.get(address, headers={"If-None-Match": tag}).status_code == 304, address
    helpers.call_action("package_patch", id="sciezki", title="Drogi dla rowerów")
    changed = app.get("/dataset/sciezki.ttl", status=200)
    assert (
        app.get("/dataset/sciezki.ttl", headers={"If-None-Match": changed.headers["ETag"]}).status_code == 304
    )
    assert "Drogi dla rower" in changed.body


def test_a_page_asked_for_as_rdf_and_as_html_are_two_answers(app, make_dataset):
    make_dataset()
    rdf = app.get("/dataset/sciezki", headers={"Accept": "text/turtle"}, status=200)
    page = app.get("/dataset/sciezki", headers={"Accept": "text/html", "If-None-Match": rdf.headers["ETag"]})
    assert page.status_code == 200
    assert "<h1>" in page.body


def test_an_uploaded_file_has_a_tag_and_a_private_one_none_for_others(app, make_dataset, create_with_upload):
    package = make_dataset(resources=[])
    resource = create_with_upload(b"a;b\n1;2\n", "dane.csv", package_id=package["id"])
    address = f"/dataset/{package['id']}/resource/{resource['id']}/download/dane.csv"
    answer = app.get(address, status=200)
    assert answer.headers["ETag"]
    again = app.get(address, headers={"If-None-Match": answer.headers["ETag"]}, status=304)
    assert again.body == ""
    helpers.call_action("package_patch", id=package["id"], private=True)
    refused = app.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert refused.status_code in (403, 404)
    helpers.call_action("package_patch", id=package["id"], private=False)
    upload = io.BytesIO(b"a;b\n3;4\n")
    sysadmin = factories.SysadminWithToken()
    app.post(
        "/api/3/action/resource_patch",
        data={"id": resource["id"], "upload": (upload, "dane.csv")},
        headers={"Authorization": sysadmin["token"]},
        content_type="multipart/form-data",
        status=200,
    )
    changed = app.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert changed.status_code == 200
    assert "3;4" in changed.body


def test_the_developers_page_works_without_anything_in_the_portal(app, unit):
    for address in (
        "/developers",
        "/en/developers",
        "/developers?call=rows",
        "/developers?call=nope&limit=%00",
    ):
        app.get(address, status=200)


def test_the_developers_page_makes_the_call_that_was_asked_for(app, streets):
    _package, resource_id = streets
    page = app.get(
        "/en/developers", query_string={"call": "rows", "resource_id": resource_id, "q": "a<b>'"}
    ).body
    assert f"/api/tables/{resource_id}/rows?q=a%3Cb%3E%27" in page
    assert "<b>'" not in page
    assert "Fill in: resource_id" in app.get("/en/developers?call=rows&q=x").body


def test_starters_of_a_dataset(app, streets, make_dataset):
    package, resource_id = streets
    found = json.loads(app.get(f"/dataset/{package['name']}/notebook.ipynb", status=200).body)
    assert resource_id in json.dumps(found)
    app.get(f"/dataset/{package['name']}/project.qgs", status=404)
    make_dataset(name="tajny", private=True)
    for name in ("tajny", "nie-ma"):
        app.get(f"/dataset/{name}/notebook.ipynb", status=404)
        app.get(f"/dataset/{name}/project.qgs", status=404)
    page = app.get(f"/dataset/{package['name']}").body
    assert "notebook.ipynb" in page
    assert "project.qgs" not in page


def test_the_sitemap_has_public_datasets(app, make_dataset):
    make_dataset(name="jawny")
    make_dataset(name="tajny", private=True)
    assert "sitemap-1.xml" in app.get("/sitemap.xml", status=200).body
    page = app.get("/sitemap-1.xml", status=200).body
    assert "/dataset/jawny<" in page
    assert "/en/dataset/jawny" in page
    assert "tajny" not in page
    app.get("/sitemap-2.xml", status=404)
    assert "/organization/mzd" in app.get("/sitemap-pages.xml", status=200).body
    assert "Sitemap: " in app.get("/robots.txt", status=200).body
