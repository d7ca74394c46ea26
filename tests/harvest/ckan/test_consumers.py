"""The consumers: processes that take work from the tables, live through faults, and serve foreign harvesters too."""

from __future__ import annotations

import datetime
import json
import threading
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import search
from ckan.lib.jobs import get_queue
from ckan.lib.redis import connect_to_redis
from ckanext.harvest import queue
from ckanext.kielce.harvest import consumers, housekeeping, mirror, runs, write
from ckanext.kielce.harvest.model import HarvestRun

pytestmark = pytest.mark.ckan

Make = Callable[..., Any]


@pytest.fixture
def empty_queues(list_plugin: None) -> None:
    for key in (queue.get_gather_routing_key(), queue.get_fetch_routing_key()):
        for name in connect_to_redis().keys(f"{key}*"):
            connect_to_redis().delete(name)
    model.Session.query(HarvestRun).filter(HarvestRun.state != "finished").update({"state": "finished"})
    model.Session.commit()


def until(kind: str, done: Callable[[], bool], rounds: int = 40) -> None:
    """Let a consumer work until ``done``; fails when it takes too many rounds."""
    left = [rounds]

    def keep_going() -> bool:
        left[0] -= 1
        model.Session.rollback()
        return left[0] > 0 and not done()

    consumers.consume(kind, keep_going)
    model.Session.expire_all()
    assert done(), f"{kind} did not get there in {rounds} rounds"


def state(run_id: str) -> str:
    with model.meta.engine.connect() as connection:
        return str(connection.execute(sa.select(HarvestRun.state).where(HarvestRun.id == run_id)).scalar())


def test_a_run_through_the_consumers(harvest: Make, harvester: Any, record: Any, empty_queues: None) -> None:
    source = harvest()
    harvester.answer = [record("a", "A"), record("b", "B")]
    run_id = runs.start(source.id)
    assert runs.start(source.id) == run_id, "a run under way is followed, not doubled"
    until("gather", lambda: state(run_id) == "writing")
    until("fetch", lambda: state(run_id) == "finished")
    assert set(source.datasets()) == {"a", "b"}


def test_a_slow_source_holds_nobody_up(
    harvest: Make, harvester: Any, record: Any, empty_queues: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = harvest(), harvest()
    may_end = threading.Event()

    def answers(_self: Any, source: Any, _client: Any) -> Any:
        if source.id == slow.id:
            may_end.wait(30)
        yield record("a", "A")

    monkeypatch.setattr(harvester, "records", answers)
    first, second = runs.start(slow.id), runs.start(quick.id)
    try:
        until("gather", lambda: state(second) == "writing")
        assert state(first) == "reading"
    finally:
        may_end.set()


def test_a_database_that_goes_away_is_waited_for(
    harvest: Make, harvester: Any, record: Any, empty_queues: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = harvest()
    harvester.answer = [record("a", "A")]
    run_id = runs.start(source.id)
    monkeypatch.setattr(consumers, "TROUBLE", 0.01)
    real, calls = runs.claim, []

    def away(owner: str) -> Any:
        calls.append(owner)
        if len(calls) == 1:
            raise sa.exc.OperationalError("select", {}, Exception("the connection was closed"))
        return real(owner)

    monkeypatch.setattr(runs, "claim", away)
    until("gather", lambda: state(run_id) == "writing")
    assert len(calls) > 1


def test_a_redis_that_goes_away_stops_nothing(
    harvest: Make, harvester: Any, record: Any, empty_queues: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import redis

    def away(*_args: Any, **_more: Any) -> None:
        raise redis.ConnectionError("gone")

    monkeypatch.setattr(redis.Redis, "blpop", away)
    source = harvest()
    harvester.answer = [record("a", "A")]
    run_id = runs.start(source.id)
    until("gather", lambda: state(run_id) == "writing")
    until("fetch", lambda: state(run_id) == "finished")


def test_messages_of_foreign_harvesters_reach_ckanext_harvest(
    harvest: Make, empty_queues: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = harvest()
    run_id = runs.start(source.id)
    seen: list[str] = []

    def callback(_consumer: Any, _method: Any, _header: Any, body: str) -> None:
        seen.append(json.loads(body)["harvest_job_id"])
        if len(seen) == 1:
            raise RuntimeError("a fault of the foreign harvester")

    monkeypatch.setattr(queue, "gather_callback", callback)
    monkeypatch.setattr(runs, "claim", lambda _owner: None)
    monkeypatch.setattr(runs, "harvester_of", lambda _type: None)
    queue.get_gather_publisher().send({"harvest_job_id": run_id})
    queue.get_gather_publisher().send({"harvest_job_id": run_id, "again": True})
    until("gather", lambda: len(seen) == 2)


def test_the_heartbeat_keeps_a_lease(
    harvest: Make, empty_queues: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = harvest()
    run_id = runs.start(source.id)
    run = runs.claim("me")
    assert run is not None and run.id == run_id
    before = run.lease_until
    monkeypatch.setattr(consumers, "BEATS", 1000)
    renewed = threading.Event()
    real = runs.renew

    def renew(owner: str) -> None:
        real(owner)
        renewed.set()

    monkeypatch.setattr(runs, "renew", renew)
    with consumers.Heartbeat() as heartbeat:
        heartbeat.watch("me")
        assert renewed.wait(10)
    assert model.Session.get(HarvestRun, run_id, populate_existing=True).lease_until > before


def test_housekeeping_is_booked_once_and_one_round_at_a_time(list_plugin: None) -> None:
    housekeeping.ensure_tick()
    booked = set(get_queue().scheduled_job_registry.get_job_ids())
    housekeeping.ensure_tick()
    assert set(get_queue().scheduled_job_registry.get_job_ids()) == booked
    assert any("kielce-harvest-tick" in entry for entry in booked)
    with model.meta.engine.connect() as other:
        other.execute(sa.select(sa.func.pg_advisory_lock(housekeeping.LOCK)))
        assert housekeeping.work() is False
        other.execute(sa.select(sa.func.pg_advisory_unlock(housekeeping.LOCK)))
    assert housekeeping.work() is True


def test_a_slice_goes_to_solr_in_one_request(
    harvest: Make, harvester: Any, record: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import pysolr

    source, sent = harvest(), []
    real = pysolr.Solr.add

    def add(self: Any, docs: Any, **more: Any) -> Any:
        sent.append(len(docs))
        return real(self, docs, **more)

    monkeypatch.setattr(pysolr.Solr, "add", add)
    harvester.answer = [record(str(number), f"Zbiór {number}") for number in range(5)]
    run_id = runs.start(source.id)
    runs.work(runs.claim("reader"))
    write.work("writer", run_id=run_id)
    assert sent[0] == 5


def test_what_the_index_has_otherwise_than_the_database_is_indexed_again(
    harvest: Make, record: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An older state, and nothing at all; what is right is left alone."""
    source = harvest()
    source.run([record("old", "Stary"), record("lost", "Zgubiony"), record("good", "Dobry")])
    ids = {guid: row.package_id for guid, row in source.records().items()}
    search.commit()
    assert mirror.differing(list(ids.values())) == [] and mirror.look() == 0
    search.clear(ids["lost"])
    package = model.Package.get(ids["old"])
    package.title, package.metadata_modified = (
        "Nowy",
        datetime.datetime.fromisoformat("2026-01-02T03:04:05.678901"),
    )
    model.Session.commit()
    search.commit()
    assert set(mirror.differing(list(ids.values()))) == {ids["old"], ids["lost"]}
    assert mirror.look() == 2
    search.commit()
    assert mirror.look() == 0
    found = tk.get_action("package_search")({}, {"fq": f"harvest_source_id:{source.id}"})["results"]
    assert {each["title"] for each in found} == {"Nowy", "Zgubiony", "Dobry"}


def test_an_edit_while_a_slice_is_written_is_not_hidden_by_it(
    harvest: Make, record: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slice's documents go to Solr at its end; a dataset that was edited in between is indexed once more."""
    source = harvest()
    real = write._settle

    def edited(written: Any, pending: Any) -> None:
        with model.meta.engine.begin() as other:
            other.execute(
                model.Package.__table__.update()
                .where(model.Package.__table__.c.id == pending[0]["id"])
                .values(title="Poprawiony", metadata_modified=datetime.datetime.fromisoformat("2027-01-01"))
            )
        real(written, pending)

    monkeypatch.setattr(write, "_settle", edited)
    source.run([record("a", "A")])
    search.commit()
    found = tk.get_action("package_search")({}, {"fq": f"harvest_source_id:{source.id}"})["results"]
    assert [each["title"] for each in found] == ["Poprawiony"]


def test_slow_sources_leave_their_places_to_the_others(
    harvest: Make,
    harvester: Any,
    record: Any,
    empty_queues: None,
    ckan_config: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One place, and the first source does not come to an end: the second is read all the same."""
    monkeypatch.setitem(ckan_config, "ckanext.kielce.harvest.readers", 1)
    monkeypatch.setattr(consumers, "SLOW", 0.2)
    answers, end = [0], threading.Event()

    class Answer:
        def __iter__(self) -> Any:
            answers[0] += 1
            if answers[0] == 1:
                end.wait(60)
            return iter([record("a", "A")])

    harvester.answer = Answer()
    slow, quick = (runs.start(harvest().id) for _number in range(2))
    try:
        until("gather", lambda: state(quick) == "writing", rounds=100)
        assert state(slow) == "reading"
    finally:
        end.set()
    until("gather", lambda: state(slow) == "writing", rounds=100)
