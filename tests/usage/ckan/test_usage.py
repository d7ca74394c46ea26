"""Counting use in a real CKAN."""

import datetime as dt
from unittest import mock

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers
from ckanext.kielce.common.cli import kielce
from ckanext.kielce.usage import shared
from ckanext.kielce.usage.model import UsageCount

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", "kielce_usage"),
    pytest.mark.ckan_config("ckan.auth.create_unowned_dataset", True),
    pytest.mark.usefixtures("with_plugins", "non_clean_db"),
]
PERSON = {"User-Agent": "Mozilla/5.0 Firefox/120.0"}
TODAY = dt.date(2026, 11, 21)


@pytest.fixture(autouse=True)
def tables(with_plugins, non_clean_db, migrate_db_for):
    migrate_db_for("kielce_usage")


@pytest.fixture
def resource(create_with_upload):
    dataset = factories.Dataset()
    return create_with_upload(b"a;b\n1;2\n", "dane.csv", package_id=dataset["id"], url="", format="CSV")


def rows(object_id):
    model.Session.expire_all()
    query = sa.select(UsageCount.kind, UsageCount.robot, UsageCount.number).where(
        UsageCount.object_id == object_id
    )
    return {(kind, robot): number for kind, robot, number in model.Session.execute(query)}


def test_upgrade_makes_the_table_that_the_model_describes():
    inspector = sa.inspect(model.meta.engine)
    columns = {c["name"]: c["nullable"] for c in inspector.get_columns("kielce_usage_count")}
    assert columns == {c.name: c.nullable for c in UsageCount.__table__.columns}
    assert inspector.get_pk_constraint("kielce_usage_count")["constrained_columns"] == [
        "kind",
        "object_id",
        "day",
        "robot",
    ]
    assert {i["name"] for i in inspector.get_indexes("kielce_usage_count")} == {
        i.name for i in UsageCount.__table__.indexes
    }


def test_count_and_totals():
    dataset = factories.Dataset()
    for _ in range(3):
        shared.count("download", dataset["id"], TODAY)
    shared.count("api", dataset["id"], TODAY - dt.timedelta(days=29))
    shared.count("api", dataset["id"], TODAY - dt.timedelta(days=30))
    shared.count("view", dataset["id"], TODAY)
    shared.count("download", dataset["id"], TODAY, robot=True)
    assert shared.totals([dataset["id"], "inny"], 30, today=TODAY) == {
        dataset["id"]: {"download": 3, "api": 1}
    }
    assert shared.totals([dataset["id"]], 30, kinds=["view"], today=TODAY) == {dataset["id"]: {"view": 1}}
    assert shared.totals([], 30) == {}
    with pytest.raises(ValueError, match="unknown kind"):
        shared.count("pobranie", dataset["id"])


def test_days_are_those_of_warsaw():
    object_id = "dzien-" + factories.Dataset()["id"]
    shared.count("api", object_id, dt.datetime(2026, 6, 30, 23, 30, tzinfo=dt.timezone.utc))
    assert shared.totals([object_id], 1, today=dt.date(2026, 7, 1)) == {object_id: {"api": 1}}


def test_a_rolled_back_request_is_still_counted():
    dataset = factories.Dataset()
    shared.count("api", dataset["id"])
    model.Session.rollback()
    assert rows(dataset["id"]) == {("api", False): 1}


def test_downloads_count_for_file_and_dataset(app, resource):
    url = f"/dataset/{resource['package_id']}/resource/{resource['id']}/download/dane.csv"
    app.get(url, headers=PERSON, status=200)
    app.get(url, headers={"User-Agent": "Googlebot/2.1"}, status=200)
    app.get(url, headers={**PERSON, "Range": "bytes=100-200"})
    app.options(url, headers=PERSON)
    app.test_client().head(url, headers=PERSON)
    expected = {("download", False): 1, ("download", True): 1}
    assert rows(resource["id"]) == expected
    assert rows(resource["package_id"]) == expected


def test_api_calls(app, resource):
    api = "/api/3/action/"
    app.get(f"{api}resource_show?id={resource['id']}", headers=PERSON, status=200)
    app.post(f"{api}resource_show", json={"id": resource["id"]}, headers=PERSON, status=200)
    name = helpers.call_action("package_show", id=resource["package_id"])["name"]
    app.get(f"{api}package_show?id={name}", headers=PERSON, status=200)
    app.get(f"{api}resource_show?id={resource['id']}", headers={**PERSON, "Sec-Fetch-Site": "same-origin"})
    app.get(f"{api}resource_show?id=nie-ma", headers=PERSON, status=404)
    app.get(f"{api}package_search", headers=PERSON, status=200)
    assert rows(resource["id"]) == {("api", False): 2}
    assert rows(resource["package_id"]) == {("api", False): 3}


def test_dataset_pages(app, resource):
    app.get(f"/dataset/{resource['package_id']}", headers=PERSON)
    assert rows(resource["package_id"]).get(("view", False)) == 1


def test_garbage_is_answered_as_ever(app):
    app.post(
        "/api/3/action/resource_show",
        data="{not json",
        headers={**PERSON, "Content-Type": "application/json"},
        status=400,
    )
    app.post("/api/3/action/resource_show", json=["x"], headers=PERSON, status=400)


def test_failing_to_count_does_not_spoil_the_answer(app, resource):
    error = sa.exc.OperationalError("x", {}, Exception("down"))
    with mock.patch("ckanext.kielce.usage.store.add", side_effect=error):
        app.get(f"/api/3/action/resource_show?id={resource['id']}", headers=PERSON, status=200)


def test_switched_off(app, resource, ckan_config):
    ckan_config["ckanext.kielce.usage.enabled"] = False
    app.get(f"/api/3/action/resource_show?id={resource['id']}", headers=PERSON, status=200)
    assert rows(resource["id"]) == {}


def test_show(app, resource):
    shared.count("download", resource["package_id"])
    shared.count("view", resource["package_id"], robot=True)
    answer = app.get(f"/api/3/action/kielce_usage_show?id={resource['package_id']}&days=7", status=200).json[
        "result"
    ]
    assert answer["type"] == "dataset"
    assert answer["totals"] == {"download": 1, "api": 0, "view": 0}
    assert [(d["download"], d["robots"]) for d in answer["by_day"]] == [(1, 1)]
    with pytest.raises(tk.ObjectNotFound):
        helpers.call_action("kielce_usage_show", {"ignore_auth": False, "user": ""}, id="nie-ma")


def test_show_of_a_private_dataset_is_refused():
    dataset = factories.Dataset(private=True, owner_org=factories.Organization()["id"])
    with pytest.raises(tk.NotAuthorized):
        helpers.call_action("kielce_usage_show", {"ignore_auth": False, "user": ""}, id=dataset["id"])


def test_top(cli):
    busy, quiet = factories.Dataset(title="Rozkład jazdy"), factories.Dataset()
    for _ in range(50):
        shared.count("api", busy["id"])
    shared.count("api", quiet["id"])
    assert shared.busiest(7, 1) == [(busy["id"], 50)]
    result = cli.invoke(kielce, ["usage", "top", "--limit", "1"])
    assert "Rozkład jazdy" in result.output
