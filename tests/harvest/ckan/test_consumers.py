"""The queues: consumers that live through faults, and housekeeping that is booked once."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib.jobs import get_queue
from ckan.lib.redis import connect_to_redis
from ckanext.harvest import queue
from ckanext.harvest.model import HarvestJob, HarvestObject
from ckanext.kielce.harvest import consumers, jobs, report

pytestmark = pytest.mark.ckan


@pytest.fixture
def empty_queues(list_plugin: None) -> None:
    for key in (queue.get_gather_routing_key(), queue.get_fetch_routing_key()):
        for name in connect_to_redis().keys(f"{key}*"):
            connect_to_redis().delete(name)


def work_through(kind: str) -> None:
    """Let a consumer work until its queue is empty."""
    key = {"gather": queue.get_gather_routing_key(), "fetch": queue.get_fetch_routing_key()}[kind]
    consumers.consume(kind, keep_going=lambda: connect_to_redis().llen(key) > 0)


def test_a_run_through_the_queues(
    harvest: Callable[..., Any], harvester: Any, record: Any, empty_queues: None
) -> None:
    source = harvest()
    harvester.answer = [record("a", "A"), record("b", "B")]
    job_id = jobs.start(source.source)
    assert jobs.start(source.source) == job_id, "a run under way is followed, not refused"
    work_through("gather")
    assert jobs.progress(job_id) == {"status": "Running", "gathered": True, "total": 2, "done": 0}
    # ckanext-harvest queues a waiting record again when it looks at the wrong moment
    tk.get_action("harvest_jobs_run")({"ignore_auth": True, "user": ""}, {"source_id": source.id})
    for entry in model.Session.query(HarvestObject).filter_by(harvest_source_id=source.id):
        queue.get_fetch_publisher().send({"harvest_object_id": entry.id})
    work_through("fetch")
    jobs.close_finished(source.id)
    result = report.report(source.source, source.name)
    assert result["outcome"] == "ok" and result["counts"]["added"] == 2


def test_a_failing_message_does_not_end_the_consumer(
    harvest: Callable[..., Any],
    harvester: Any,
    record: Any,
    empty_queues: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = harvest()
    harvester.answer = [record("a", "A")]
    job_id = jobs.start(source.source)
    real, calls = queue.gather_callback, []

    def fails_once(*args: Any) -> Any:
        calls.append(args)
        if len(calls) == 1:
            raise RuntimeError("database gone")
        return real(*args)

    monkeypatch.setattr(queue, "gather_callback", fails_once)
    queue.get_gather_publisher().send({"harvest_job_id": "unknown"})
    queue.get_gather_publisher().send({"harvest_job_id": job_id})
    work_through("gather")
    assert [json.loads(call[3])["harvest_job_id"] for call in calls] == ["unknown", job_id]
    assert jobs.progress(job_id)["gathered"] is True


def test_housekeeping_is_booked_once_and_closes_runs(
    harvest: Callable[..., Any], harvester: Any, record: Any, empty_queues: None
) -> None:
    source = harvest()
    harvester.answer = [record("a", "A")]
    job_id = jobs.start(source.source)
    work_through("gather")
    work_through("fetch")
    jobs.ensure_tick()
    booked = set(get_queue().scheduled_job_registry.get_job_ids())
    jobs.ensure_tick()
    assert set(get_queue().scheduled_job_registry.get_job_ids()) == booked
    assert any("kielce-harvest-tick" in entry for entry in booked)
    jobs.tick()
    assert HarvestJob.get(job_id).status == "Finished"


def test_housekeeping_passes_while_a_record_is_worked_on(
    harvest: Callable[..., Any],
    harvester: Any,
    record: Any,
    empty_queues: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """ckanext-harvest reads every value below its queues' keys as a time; a claim there stopped the housekeeping."""
    source = harvest()
    harvester.answer = [record("a", "A")]
    jobs.start(source.source)
    real, ticked = queue.gather_callback, []

    def tick_meanwhile(*args: Any) -> Any:
        jobs.tick()
        ticked.append(True)
        return real(*args)

    monkeypatch.setattr(queue, "gather_callback", tick_meanwhile)
    work_through("gather")
    assert ticked, "the housekeeping ran while the record was claimed"
