"""Rows of tables by cursor, what tables are, the list of datasets."""

from __future__ import annotations

import json

import ckan.plugins.toolkit as tk
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


def rows_of(app, resource_id, **params):
    """All rows by following the links, and how many answers it took."""
    url = tk.url_for("kielce_api.rows", resource_id=resource_id, **params)
    found, pages = [], 0
    while url:
        answer = app.get(url, status=200)
        body = json.loads(answer.body)
        found += body["rows"]
        pages += 1
        url = body["next"]
        assert ('rel="next"' in answer.headers["Link"]) is bool(url)
        assert pages < 50
    return found, pages


ORDERS = ("", "ulica", "ulica desc", "km", "km desc", "rok desc,ulica", "rok,km desc", "ulica,rok,km")


def test_every_row_comes_once_whatever_the_order(app, streets):
    _package, resource_id = streets
    for sort in ORDERS:
        whole, _pages = rows_of(app, resource_id, sort=sort, limit=1000)
        assert sorted(row["_id"] for row in whole) == [1, 2, 3, 4, 5, 6, 7]
        for limit in (1, 2, 3, 7):
            found, pages = rows_of(app, resource_id, sort=sort, limit=limit)
            assert found == whole, (sort, limit)
            assert pages == -(-7 // limit), (sort, limit)


def test_empty_cells_come_last_either_way(app, streets):
    _package, resource_id = streets
    for sort in ("ulica", "ulica desc"):
        found, _pages = rows_of(app, resource_id, sort=sort, limit=2)
        assert [row["ulica"] for row in found][-2:] == [None, None]


def test_rows_are_filtered_by_value_and_range_and_words(app, streets):
    _package, resource_id = streets
    found, _pages = rows_of(app, resource_id, filters=json.dumps({"rok": {"gte": 2023, "lt": 2025}}), limit=2)
    assert {row["rok"] for row in found} == {2023, 2024}
    assert len(found) == 4
    found, _pages = rows_of(app, resource_id, q="Sienkiewicza", fields="ulica")
    assert found == [{"ulica": "Sienkiewicza"}]


def test_total_is_of_the_whole_question_on_every_page(app, streets):
    _package, resource_id = streets
    first = json.loads(app.get(f"/api/tables/{resource_id}/rows?limit=3&total=true").body)
    second = json.loads(app.get(first["next"]).body)
    assert (first["total"], second["total"]) == (7, 7)


def test_an_answer_has_a_tag_until_the_table_changes(app, streets):
    _package, resource_id = streets
    address = f"/api/tables/{resource_id}/rows?limit=2"
    answer = app.get(address)
    again = app.get(address, headers={"If-None-Match": answer.headers["ETag"]}, status=304)
    assert again.body == ""
    assert again.headers["ETag"] == answer.headers["ETag"]
    other = app.get(f"{address}&sort=ulica", headers={"If-None-Match": answer.headers["ETag"]})
    assert other.status_code == 200
    helpers.call_action(
        "datastore_upsert", resource_id=resource_id, method="insert", records=[{"rok": 1}], force=True
    )
    # PostgreSQL tells of written rows when the connection that wrote them has been idle for ten seconds at most.
    import time

    for _ in range(150):
        changed = app.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        if changed.status_code == 200:
            break
        time.sleep(0.1)
    assert changed.status_code == 200


def test_a_cursor_of_a_table_that_was_loaded_anew_has_expired(app, streets):
    _package, resource_id = streets
    link = json.loads(app.get(f"/api/tables/{resource_id}/rows?limit=2").body)["next"]
    helpers.call_action("datastore_delete", resource_id=resource_id, force=True)
    helpers.call_action(
        "datastore_create", resource_id=resource_id, fields=[{"id": "x"}], records=[{"x": "1"}], force=True
    )
    answer = app.get(link, status=410)
    problem = json.loads(answer.body)
    assert problem["type"].endswith("#problem-cursor-expired")
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_a_table_tells_what_its_columns_mean(app, streets):
    package, resource_id = streets
    found = json.loads(app.get(f"/api/tables/{resource_id}").body)
    street, length, year = found["columns"]
    assert street == {
        "name": "ulica",
        "type": "string",
        "database_type": "text",
        "title": "Ulica",
        "description": "Nazwa ulicy",
        "example": "Żytnia",
    }
    assert (length["type"], length["unit"]) == ("number", "km")
    assert (year["type"], year["example"]) == ("integer", 2024)
    assert found["dataset"]["name"] == package["name"]
    assert json.loads(app.get(f"/api/tables/{resource_id}?lang=en").body)["dataset"]["title"] == "Cycle paths"


MISTAKES = (
    "limit=abc",
    "limit=-1",
    "limit=0",
    "limit=99999999999999999999",
    "cursor=zzz",
    "fields=nope",
    "sort=nope",
    "sort=_full_text",
    "filters=%7B",
    "filters=%5B1%5D",
    "filters=%7B%22nope%22:1%7D",
    "filters=%7B%22rok%22:%7B%22like%22:1%7D%7D",
    "filters=%7B%22rok%22:%22abc%22%7D",
    "filters=%7B%22rok%22:%7B%22gt%22:%7B%22gt%22:1%7D%7D%7D",
    "q=%00",
    "total=maybe",
    "fields=%00",
)


def test_a_mistaken_question_is_told_what_is_wrong(app, streets):
    _package, resource_id = streets
    for query in MISTAKES:
        answer = app.get(f"/api/tables/{resource_id}/rows?{query}")
        problem = json.loads(answer.body)
        assert answer.status_code == 400, (query, problem)
        assert problem["success"] is False
        assert problem["status"] == 400
        assert problem["detail"]
        assert "SELECT" not in answer.body, query
        assert {query.split("=")[0], "query"} & set(problem["errors"]), (query, problem)


def test_no_table_is_no_fault(app, make_dataset):
    package = make_dataset()
    for resource_id in (package["resources"][0]["id"], "nope", "a%00b", "_table_metadata", "x" * 500):
        answer = app.get(f"/api/tables/{resource_id}/rows")
        assert answer.status_code in (400, 404), resource_id
        assert json.loads(answer.body)["status"] == answer.status_code


def test_a_private_table_is_nobodys_but_its_owners(app, make_table):
    _package, resource_id = make_table([{"a": 1}], [{"id": "a", "type": "int4"}], private=True)
    address = f"/api/tables/{resource_id}/rows"
    app.get(address, status=403)
    sysadmin = factories.SysadminWithToken()
    answer = app.get(address, headers={"Authorization": sysadmin["token"]}, status=200)
    assert "public" not in answer.headers["Cache-Control"]
    assert "private" in answer.headers["Cache-Control"]
    headers = {"Authorization": sysadmin["token"], "If-None-Match": answer.headers["ETag"]}
    again = app.get(address, headers=headers, status=304)
    assert "private" in again.headers["Cache-Control"]
    app.get(address, headers={"If-None-Match": answer.headers["ETag"]}, status=403)


def test_a_withheld_table_is_withheld_here_too(app, streets, monkeypatch):
    _package, resource_id = streets
    from ckanext.kielce.quality import withholding

    monkeypatch.setattr(withholding, "withheld_of", lambda _id: frozenset({resource_id}))
    for path in ("", "/rows"):
        answer = app.get(f"/api/tables/{resource_id}{path}", status=403)
        assert "Sienkiewicza" not in answer.body


def test_datasets_are_listed_once_each_in_both_orders(app, make_dataset):
    names = {make_dataset(name=f"zbior-{n}")["name"] for n in range(7)}
    make_dataset(name="tajny", private=True)
    for order in ("id", "-modified"):
        found, url = [], f"/api/datasets?limit=3&order={order}"
        while url:
            body = json.loads(app.get(url, status=200).body)
            assert body["count"] == 7
            found += [row["name"] for row in body["datasets"]]
            url = body["next"]
            assert len(found) < 20
        assert sorted(found) == sorted(names)
    moments = [
        row["modified"] for row in json.loads(app.get("/api/datasets?order=-modified").body)["datasets"]
    ]
    assert moments == sorted(moments, reverse=True)


def test_datasets_are_listed_by_what_they_have(app, make_dataset):
    make_dataset(
        name="pierwszy", resources=[{"name": "x", "url": "https://example.org/x.json", "format": "JSON"}]
    )
    make_dataset(name="drugi")
    assert [row["name"] for row in json.loads(app.get("/api/datasets?format=JSON").body)["datasets"]] == [
        "pierwszy"
    ]
    assert json.loads(app.get("/api/datasets?organization=nobody").body)["datasets"] == []
    assert json.loads(app.get("/api/datasets?modified_since=2999-01-01").body)["count"] == 0
    assert json.loads(app.get("/api/datasets?modified_since=2000-01-01T00:00:00Z").body)["count"] == 2


def test_a_mistaken_question_for_datasets_is_told(app, unit):
    for query in (
        "limit=x",
        "order=name",
        "modified_since=yesterday",
        "cursor=abc",
        "q=%00",
        "modified_since=2026-99-99",
    ):
        problem = json.loads(app.get(f"/api/datasets?{query}", status=400).body)
        assert problem["detail"], query


def test_words_with_the_indexs_own_signs_are_no_fault(app, unit):
    for q in ("*:*", "(", "a:b:c", "{!join}", "[", '"', "\\", "/", "AND", "!", "^", "~", "x" * 5000):
        assert app.get("/api/datasets", query_string={"q": q}).status_code in (200, 400), q
