"""Counting use in a real CKAN."""

import datetime as dt
from unittest import mock

import pytest
import redis
import sqlalchemy as sa
from ckan import model
from ckan.plugins import toolkit as tk
from ckan.tests import factories, helpers
from ckanext.kielce.common import worker
from ckanext.kielce.common.cli import kielce
from ckanext.kielce.usage import callers, log_reader, requests, shared, store, waiting
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
    waiting.write_down()
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


@pytest.fixture
def no_callers():
    from ckan.lib.redis import connect_to_redis

    for key in connect_to_redis().scan_iter("*kielce_usage:*"):
        connect_to_redis().delete(key)
    for key in connect_to_redis().scan_iter("*usage-say*"):
        connect_to_redis().delete(key)


def test_api_calls_are_counted_by_action(app):
    waiting.write_down()
    before = dict(store.of_kind("action", store.day_of(None), store.day_of(None)))
    app.get("/api/3/action/package_search", headers=PERSON, status=200)
    app.get("/api/3/action/package_search", headers={"User-Agent": "Googlebot/2.1"}, status=200)
    app.get("/api/3/action/no_such_action", headers=PERSON, status=400)
    waiting.write_down()
    after = dict(store.of_kind("action", store.day_of(None), store.day_of(None)))
    assert after.get("package_search", 0) - before.get("package_search", 0) == 1
    assert "no_such_action" not in after


def test_different_callers_of_a_day_are_counted_and_forgotten(no_callers):
    """2,000 callers, some of them twice: the estimate may be off by 5 % (six standard errors)."""
    from ckan.lib.redis import connect_to_redis

    dataset, day = factories.Dataset()["id"], TODAY - dt.timedelta(days=1)
    pipe = connect_to_redis().pipeline()
    for number in [*range(2000), *range(500)]:
        callers.add(pipe, {(day, f"10.0.{number // 250}.{number % 250} Firefox"): [dataset]})
    pipe.execute()
    keys = list(connect_to_redis().scan_iter("*kielce_usage:*"))
    kept = b"".join(connect_to_redis().dump(key) or b"" for key in keys)
    assert b"10.0." not in kept
    assert callers.close_days(TODAY) == 2
    for object_id in (dataset, callers.PORTAL):
        (number,) = [n for found, n in store.of_kind("callers", day, day) if found == object_id]
        assert 1900 < number < 2100
    assert not list(connect_to_redis().scan_iter("*kielce_usage:callers:*"))
    assert not list(connect_to_redis().scan_iter("*kielce_usage:salt:*"))
    assert callers.close_days(TODAY) == 0


def test_one_click_says_what_the_data_are_for(app, no_callers):
    dataset = factories.Dataset()
    url = f"/dataset/{dataset['name']}/uzywam"
    for _ in range(2):
        said = app.post(url, data={"purpose": "school"}, follow_redirects=False)
        assert said.status_code == 302
    assert helpers.call_action("kielce_usage_show", id=dataset["id"])["purposes"] == {"school": 1}
    assert app.post(url, data={"purpose": "spying"}, status=400).status_code == 400
    assert app.post("/dataset/nie-ma/uzywam", data={"purpose": "school"}, status=404).status_code == 404


def line(**values):
    entry = {"method": "GET", "url": "/", "status": 200, "agent": PERSON["User-Agent"], "handling": "hit"}
    return {**entry, **values}


def test_what_a_cache_answered_by_itself_is_counted(app, resource):
    package = helpers.call_action("package_show", id=resource["package_id"])
    show = f"/api/3/action/package_show?id={package['name']}"
    with app.flask_app.test_request_context():
        assert log_reader.count([line(url=f"/en/dataset/{package['name']}")]) == 1
        assert log_reader.count([line(url=show)]) == 1
        assert log_reader.count([line(url=show, handling="miss")]) == 0
        assert log_reader.count([line(url=show, status=404)]) == 0
        assert log_reader.count([line(url=show, site="same-origin")]) == 0
        assert log_reader.count([line(url="/no/such/page/at/all")]) == 0
    assert rows(package["id"]) == {("view", False): 1, ("api", False): 1}


def test_a_log_is_read_on_where_it_was_left(app, resource, tmp_path, ckan_config, monkeypatch, no_callers):
    import json

    path = tmp_path / "cache.json"
    monkeypatch.setitem(ckan_config, "ckanext.kielce.usage.cache_log", str(path))
    text = json.dumps(line(url=f"/api/3/action/resource_show?id={resource['id']}")) + "\n"
    path.write_text(text + "no json\n" + text[:30])
    with app.flask_app.test_request_context():
        assert log_reader.read() == 1
        assert log_reader.read() == 0
        path.write_text(text + "no json\n" + text)
        assert log_reader.read() == 1
        path.write_text(text)  # begun anew
        assert log_reader.read() == 1
    assert rows(resource["id"]) == {("api", False): 3}


def test_the_open_dataset_of_use(ckan_config, monkeypatch, create_with_upload, clean_index):
    unit, dataset = factories.Organization(), factories.Dataset()
    shared.count("download", dataset["id"], dt.datetime.now(dt.timezone.utc) - dt.timedelta(days=2))
    with pytest.raises(tk.ValidationError, match="open_dataset"):
        helpers.call_action("kielce_usage_publish")
    monkeypatch.setitem(
        ckan_config, "ckanext.kielce.usage.open_dataset", f"{unit['name']}/uzycie-{unit['name']}"
    )
    first = helpers.call_action("kielce_usage_publish")
    again = helpers.call_action("kielce_usage_publish")
    assert (first["created"], again["created"], again["id"]) == (True, False, first["id"])
    assert first["rows"] >= 1
    with pytest.raises(tk.NotAuthorized):
        helpers.call_action("kielce_usage_publish", {"ignore_auth": False, "user": ""})


def test_what_a_process_left_that_died_while_writing_is_written_down(app, resource, monkeypatch, no_callers):
    show = f"/api/3/action/resource_show?id={resource['id']}"
    app.get(show, headers=PERSON, status=200)
    with monkeypatch.context() as dying:
        dying.setattr(
            store, "add", lambda counts: (_ for _ in ()).throw(sa.exc.OperationalError("", {}, None))
        )
        with pytest.raises(sa.exc.OperationalError):
            waiting.write_down()
    app.get(show, headers=PERSON, status=200)
    assert rows(resource["id"]) == {("api", False): 1}
    assert rows(resource["id"]) == {("api", False): 2}


def test_without_redis_uses_are_counted_all_the_same(app, resource, monkeypatch, no_callers):
    def away():
        raise redis.ConnectionError("away")

    monkeypatch.setattr(requests, "connect_to_redis", away)
    app.get(f"/api/3/action/resource_show?id={resource['id']}", headers=PERSON, status=200)
    assert rows(resource["id"]) == {("api", False): 1}


def test_the_worker_reads_the_log_with_the_application(
    app, resource, tmp_path, ckan_config, monkeypatch, no_callers
):
    import json

    path = tmp_path / "cache.json"
    monkeypatch.setitem(ckan_config, "ckanext.kielce.usage.cache_log", str(path))
    path.write_text(json.dumps(line(url=f"/api/3/action/resource_show?id={resource['id']}")) + "\n")
    monkeypatch.setattr(worker, "_application", None)
    log_reader.job()
    assert rows(resource["id"]) == {}
    monkeypatch.setattr(worker, "_application", app.flask_app)
    log_reader.job()
    assert rows(resource["id"]) == {("api", False): 1}
