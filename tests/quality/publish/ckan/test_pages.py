"""Badge, widget, feeds, calendar, changes and metrics, as an anonymous reader gets them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from lxml import etree

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", "activity datastore kielce_notify kielce_quality"),
    pytest.mark.usefixtures("fresh"),
]
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def changed(act: Any, files: Any, make_dataset: Any, months: Any) -> dict[str, Any]:
    """A dataset whose file got a new month, and then another column."""
    address = files.put("a.csv", months("2026-08", "2026-09"))
    package = make_dataset(address, title="Wydatki <miasta>", frequency="MONTHLY")
    act("kielce_quality_observe", id=package["id"])
    files.put("a.csv", months("2026-08", "2026-09", "2026-10"))
    act("kielce_quality_observe", id=package["id"])
    files.put("a.csv", months("2026-08", "2026-09", "2026-10").replace("liczba", "ile"))
    act("kielce_quality_observe", id=package["id"])
    return package


def test_the_badge_is_an_image_that_caches_may_keep(app: Any, changed: dict[str, Any]) -> None:
    answer = app.get(f"/dataset/{changed['name']}/badge.svg")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("image/svg+xml")
    assert answer.headers["Cache-Control"] == "public, max-age=900"
    assert "Cookie" not in answer.headers["Vary"]
    assert "Set-Cookie" not in answer.headers
    drawn = etree.fromstring(answer.body.encode())
    assert "Wydatki <miasta>" in drawn.get("aria-label")
    again = app.get(
        f"/dataset/{changed['name']}/badge.svg", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert again.status_code == 304
    assert 'lang="en"' in app.get(f"/dataset/{changed['name']}/badge.svg?lang=en").body


def test_the_widget_may_be_framed_and_brings_no_script_no_cookie(app: Any, changed: dict[str, Any]) -> None:
    answer = app.get(f"/dataset/{changed['name']}/widget?lang=pl")
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "default-src 'none'" in policy
    assert "X-Frame-Options" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=900"
    assert "Cookie" not in answer.headers["Vary"]
    assert "Set-Cookie" not in answer.headers
    assert "<script" not in answer.body
    assert '<html lang="pl"' in answer.body
    assert "Wydatki &lt;miasta&gt;" in answer.body


def test_what_is_not_public_has_no_badge(app: Any, make_dataset: Any) -> None:
    package = make_dataset("http://example.com/a.csv", private=True)
    for name in ("badge.svg", "widget", "changes.atom", "expected.ics", "changes", "follow"):
        assert app.get(f"/dataset/{package['name']}/{name}").status_code == 404
    assert app.get("/dataset/nie-ma/badge.svg").status_code == 404


def test_the_feed_tells_real_changes(app: Any, changed: dict[str, Any]) -> None:
    answer = app.get(f"/dataset/{changed['name']}/changes.atom?lang=pl")
    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    root = etree.fromstring(answer.data)
    summaries = [node.text for node in root.iter(f"{ATOM}summary")]
    assert any("październik 2026" in text for text in summaries)
    assert any("„ile”" in text for text in summaries)
    ids = [node.text for node in root.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))


def test_portal_and_unit_have_feeds_and_calendars(app: Any, changed: dict[str, Any]) -> None:
    unit = changed["organization"]["name"]
    for address in ("/changes.atom", f"/organization/{unit}/changes.atom"):
        etree.fromstring(app.get(address).data)
    for address in (
        "/expected.ics",
        f"/organization/{unit}/expected.ics",
        f"/dataset/{changed['name']}/expected.ics",
    ):
        answer = app.get(address)
        assert answer.headers["Content-Type"].startswith("text/calendar")
        assert answer.data.startswith(b"BEGIN:VCALENDAR\r\n")
    assert app.get("/organization/nie-ma/changes.atom").status_code == 404


def test_the_page_of_changes_compares_two_versions(app: Any, act: Any, changed: dict[str, Any]) -> None:
    steps = act("kielce_quality_changes", id=changed["id"], lang="en")["results"]
    assert [step["kind"] for step in steps] == ["schema", "content", "first"]
    assert steps[0]["difference"]["columns_added"] == ["ile"]
    assert steps[1]["difference"]["periods_added"] == ["2026-10-31"]
    page = app.get(f"/dataset/{changed['name']}/changes")
    assert page.status_code == 200
    query = f"?resource={steps[0]['resource_id']}&from={steps[2]['observation_id']}&to={steps[1]['observation_id']}"
    compared = app.get(f"/dataset/{changed['name']}/changes{query}")
    assert compared.status_code == 200
    assert 'id="difference"' in compared.body
    assert app.get(f"/dataset/{changed['name']}/changes?from=x&to=y").status_code == 404


def test_rows_and_cells_where_both_versions_are_kept(
    act: Any, files: Any, make_dataset: Any, months: Any
) -> None:
    package = make_dataset(files.put("a.csv", months("2026-08", "2026-09")))
    act("kielce_quality_observe", id=package["id"])
    files.put("a.csv", months("2026-08", "2026-09", "2026-10").replace("Dzielnica 0;100", "Dzielnica 0;111"))
    act("kielce_quality_observe", id=package["id"])
    new, old = act("kielce_quality_changes", id=package["id"])["results"]
    found = act(
        "kielce_quality_difference",
        id=package["id"],
        before=old["observation_id"],
        after=new["observation_id"],
    )
    assert found["cells"]["added"] == 4
    assert found["cells"]["removed"] == 0
    (row,) = found["cells"]["rows_changed"]
    assert row["cells"] == {"liczba": ("100", "111")}


def test_versions_of_another_dataset_are_not_shown(
    act: Any, changed: dict[str, Any], make_dataset: Any
) -> None:
    from ckan.plugins import toolkit as tk

    steps = act("kielce_quality_changes", id=changed["id"])["results"]
    other = make_dataset("http://example.com/b.csv")
    with pytest.raises(tk.ObjectNotFound):
        act("kielce_quality_difference", id=other["id"], before=steps[1]["observation_id"],
            after=steps[0]["observation_id"])  # fmt: skip


def test_a_withheld_dataset_tells_nothing(app: Any, act: Any, changed: dict[str, Any]) -> None:
    from ckan import model
    from ckanext.kielce.quality.model import Score

    score = model.Session.get(Score, changed["id"])
    score.withheld = True
    model.Session.commit()
    assert (
        list(etree.fromstring(app.get(f"/dataset/{changed['name']}/changes.atom").data).iter(f"{ATOM}entry"))
        == []
    )
    assert act("kielce_quality_changes", id=changed["id"])["results"] == []
    assert "Wydatki" not in app.get("/expected.ics").body


def test_a_new_month_is_an_event(act: Any, changed: dict[str, Any]) -> None:
    kinds = [
        event["kind"] for event in act("kielce_quality_events", scope="dataset", id=changed["id"], lang="pl")
    ]
    assert "changed" in kinds


class TestMetrics:
    def test_there_is_no_such_page_unless_it_is_opened(self, app: Any) -> None:
        assert app.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404

    @pytest.mark.ckan_config("ckanext.kielce.quality.metrics_token", "sekret")
    def test_the_token_opens_it(self, app: Any, changed: dict[str, Any]) -> None:
        assert app.get("/metrics", headers={"Authorization": "Bearer zły"}).status_code == 404
        answer = app.get("/metrics", headers={"Authorization": "Bearer sekret"})
        assert answer.status_code == 200
        from prometheus_client.parser import text_string_to_metric_families

        found = {family.name: family for family in text_string_to_metric_families(answer.body)}
        assert sum(sample.value for sample in found["kielce_quality_datasets"].samples) == 1
        assert "kielce_quality_looks_due" in found

    @pytest.mark.ckan_config("ckanext.kielce.quality.metrics_allow", "127.0.0.0/8")
    def test_a_listed_network_may_read_it(self, app: Any) -> None:
        assert app.get("/metrics", environ_overrides={"REMOTE_ADDR": "127.0.0.1"}).status_code == 200
        assert app.get("/metrics", environ_overrides={"REMOTE_ADDR": "10.0.0.1"}).status_code == 404
        by_proxy = {"X-Forwarded-For": "203.0.113.9"}
        answer = app.get("/metrics", headers=by_proxy, environ_overrides={"REMOTE_ADDR": "127.0.0.1"})
        assert answer.status_code == 404


def test_the_definitions_are_a_page_and_turtle(app: Any) -> None:
    from rdflib import Graph

    assert 'id="freshness"' in app.get("/quality/metrics").body
    graph = Graph().parse(data=app.get("/quality/metrics.ttl").body, format="turtle")
    assert len(graph) > 20


def test_the_tables_are_those_of_the_models(fresh: None) -> None:
    import sqlalchemy as sa
    from ckan import model
    from ckanext.kielce.quality.model import Event, Follower, Score

    inspector = sa.inspect(model.meta.engine)
    for table in (Event, Follower, Score):
        name = table.__tablename__
        assert {column["name"]: column["nullable"] for column in inspector.get_columns(name)} == {
            column.name: column.nullable for column in table.__table__.columns
        }
        assert {index["name"] for index in inspector.get_indexes(name)} == {
            index.name for index in table.__table__.indexes
        }


def test_a_day_without_a_score_keeps_its_row(act: Any, changed: dict[str, Any]) -> None:
    from ckanext.kielce.quality import store

    tomorrow = dt.datetime.now(dt.timezone.utc).date() + dt.timedelta(days=1)
    assert store.keep_today(tomorrow) == 1
    assert store.keep_today(tomorrow) == 0
