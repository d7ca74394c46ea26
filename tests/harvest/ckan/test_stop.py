"""A run is stopped in every state: what is written stays and is found, the rest comes with the next run."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib import search
from ckanext.harvest.model import HarvestJob
from ckanext.kielce.harvest import closing, decisions, deposit, housekeeping, plan, runlog, runs, store, write
from ckanext.kielce.harvest.cache_store import DatabaseCache
from ckanext.kielce.harvest.model import HarvestItem, HarvestRun

from tests.harvest.ckan.helpers import Make, Rec, four, patch

pytestmark = pytest.mark.ckan


def elsewhere(function: Callable[..., Any], *given: Any) -> None:
    """Do it in another process's place: in a thread of its own, and so in a session of its own."""

    def do() -> None:
        try:
            function(*given)
        finally:
            model.Session.remove()

    thread = ThreadPoolExecutor(1)
    try:
        thread.submit(do).result(10)
    finally:
        thread.shutdown(wait=False)


def row(run_id: str) -> HarvestRun:
    found = model.Session.get(HarvestRun, run_id, populate_existing=True)
    assert found is not None
    return found


def in_index(source: Any) -> int:
    search.commit()
    return tk.get_action("package_search")({}, {"fq": f"harvest_source_id:{source.id}", "rows": 0})["count"]


def read(source: Any, harvester: Any, answer: Any) -> str:
    """A run of the source whose records are read and wait for the writers."""
    harvester.answer = answer
    run_id = runs.start(source.id)
    runs.work(runs.claim("reader"))
    assert row(run_id).state == "writing"
    return run_id


def assert_stopped(run_id: str, **counts: int) -> None:
    run = row(run_id)
    assert (run.state, run.outcome, run.lease_owner) == ("finished", "stopped", None)
    assert {name: number for name, number in run.counts.items() if number} == counts
    assert run.accepted_by == "ewa" and "ewa" in run.reason["pl"] and run.finished_at
    assert HarvestJob.get(run_id).status == "Finished"
    assert runs.state_of(run.source_id).retry_at is None, "nobody wants it at once again"
    with pytest.raises(runs.RunError, match="not under way"):
        decisions.stop(run_id, "ewa")


def test_a_run_in_the_queue_is_never_begun(harvest: Make, record: Rec) -> None:
    source = harvest()
    run_id = runs.start(source.id)
    decisions.stop(run_id, "ewa")
    assert_stopped(run_id)
    assert runs.claim("reader") is None
    assert source.run(four(record))["outcome"] == "ok", "the next one runs"


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_reading_leaves_nothing(harvest: Make, record: Rec, harvester: Any, dry_run: bool) -> None:
    source = harvest()
    source.run(four(record))
    before = source.datasets()
    run_id = runs.start(source.id, dry_run=dry_run)
    run = runs.claim("reader")

    def answer() -> Any:
        for number in range(plan.BATCH * 2):
            if number == plan.BATCH + 1:  # some of it is in the plan already
                elsewhere(decisions.stop, run_id, "ewa")
            yield record(str(number), f"Inny {number}")

    harvester.answer = answer()
    with pytest.raises(runs.LeaseLostError):
        runs.work(run)
    model.Session.rollback()
    assert_stopped(run_id)
    assert not model.Session.query(HarvestItem).filter_by(run_id=run_id).count()
    assert write.work("writer") == 0 and source.datasets() == before
    assert source.run(four(record))["counts"] == {"unchanged": 4}


def test_a_run_that_is_stopped_in_the_moment_it_was_read(
    harvest: Make, record: Rec, harvester: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = harvest()
    run_id = runs.start(source.id)
    run, release = runs.claim("reader"), closing.release

    def late(run: HarvestRun) -> None:
        elsewhere(decisions.stop, run_id, "ewa")
        release(run)

    monkeypatch.setattr(closing, "release", late)
    harvester.answer = four(record)
    with pytest.raises(runs.LeaseLostError):
        runs.work(run)
    model.Session.rollback()
    assert_stopped(run_id)
    assert write.work("writer") == 0 and not source.records()


def test_a_run_in_this_process_ends_when_somebody_stops_it(harvest: Make, record: Rec) -> None:
    source = harvest()

    def answer() -> Any:
        for number in range(plan.BATCH + 1):
            if number == 5:
                elsewhere(decisions.stop, runs.under_way(source.id).id, "ewa")
            yield record(str(number), f"Zbiór {number}")

    assert source.run(answer())["outcome"] == "stopped"


def test_what_is_written_stays_and_the_rest_comes_with_the_next_run(
    harvest: Make, record: Rec, harvester: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "SLICE", 3)
    source = harvest()
    run_id = read(source, harvester, [*four(record), record("4", "Zbiór 4")])
    assert write.work("writer") == 3
    decisions.stop(run_id, "ewa")
    assert_stopped(run_id, create=3, stopped=2)
    assert (len(source.datasets()), in_index(source)) == (3, 3)
    _total, items = runlog.items(run_id)
    assert [item["state"] for item in items] == ["done", "done", "done", "stopped", "stopped"]
    assert write.work("writer") == 0
    again = source.run([*four(record), record("4", "Zbiór 4")])
    assert (again["outcome"], again["counts"]) == ("ok", {"create": 2, "unchanged": 3})


def test_a_writer_finishes_what_it_has_in_hand(
    harvest: Make, record: Rec, harvester: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run is being stopped until then, and the index says what the database says."""
    monkeypatch.setattr(write, "SLICE", 2)
    source = harvest()
    source.run(four(record))
    run_id = read(source, harvester, [record(str(number), f"Nowy {number}") for number in range(4)])
    real, seen = deposit.write, []

    def slow(item: Any, shared: Any) -> Any:
        if not seen:
            elsewhere(decisions.stop, run_id, "ewa")
            seen.append(runlog.status(row(run_id)))
        return real(item, shared)

    monkeypatch.setattr(deposit, "write", slow)
    assert write.work("writer") == 2
    assert seen == ["stopping"]
    assert_stopped(run_id, change=2, stopped=2)
    assert sorted(each["title"] for each in source.datasets().values()) == [
        "Nowy 0",
        "Nowy 1",
        "Zbiór 2",
        "Zbiór 3",
    ]
    found = tk.get_action("package_search")({}, {"fq": f"harvest_source_id:{source.id}"})["results"]
    assert {each["id"]: each["title"] for each in found} == {
        each["id"]: each["title"] for each in source.datasets().values()
    }


def test_what_a_dead_writer_had_in_hand_is_given_up_too(
    harvest: Make, record: Rec, harvester: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = harvest()
    run_id = read(source, harvester, four(record))
    items = model.Session.query(HarvestItem).filter_by(run_id=run_id)
    items.update({"lease_owner": "dead", "lease_until": runs.now() + timedelta(seconds=30)})
    model.Session.commit()
    decisions.stop(run_id, "ewa")
    assert runlog.status(row(run_id)) == "stopping"
    items.update({"lease_until": runs.now() - timedelta(seconds=1)})
    model.Session.commit()
    housekeeping.close()
    assert_stopped(run_id, stopped=4)
    assert not source.datasets()


def test_archiving_that_was_stopped_is_done_by_the_next_run(
    harvest: Make, record: Rec, harvester: Any
) -> None:
    source = harvest()
    source.run([*four(record), record("gone", "Znikający")])
    source.run(four(record))
    gone = source.records()["gone"]
    gone.missing_since -= timedelta(days=8)
    model.Session.commit()
    decisions.stop(read(source, harvester, four(record)), "ewa")
    assert source.records()["gone"].state == "missing" and "archived" not in source.datasets()["gone"]
    assert source.run(four(record))["counts"]["archive"] == 1


def test_curated_fields_survive_a_run_that_was_stopped(harvest: Make, record: Rec, harvester: Any) -> None:
    source = harvest()
    source.run(four(record))
    patch(source.datasets()["0"], notes="Lepszy opis")
    changed = [record(str(number), f"Nowy {number}", notes="Nowy opis") for number in range(4)]
    decisions.stop(read(source, harvester, changed), "ewa")
    source.run(changed)
    assert {each["notes"] for each in source.datasets().values()} == {"Lepszy opis", "Nowy opis"}


def test_a_refused_run_is_turned_down(harvest: Make, record: Rec) -> None:
    source = harvest()
    source.run(four(record))
    held = source.run([])["run"]
    decisions.stop(held.id, "ewa")
    assert (row(held.id).state, row(held.id).outcome) == ("finished", "rejected")


def test_a_stopped_reading_keeps_no_answer_that_nobody_acted_on(harvest: Make) -> None:
    source = harvest()
    run_id = runs.start(source.id)
    run = runs.claim("reader")
    cache = DatabaseCache(source.id, of_run=run)
    cache.put("http://x/", '"1"', None, b"one")
    elsewhere(decisions.stop, run_id, "ewa")
    cache.put("http://x/", '"2"', None, b"two")
    assert cache.get("http://x/").body == b"one"


def test_the_run_after_a_stopped_one_does_not_take_not_modified_for_nothing_to_do(
    harvest: Make, record: Rec
) -> None:
    source = harvest()
    source.run(four(record))
    decisions.stop(runs.start(source.id), "ewa")
    run = row(runs.start(source.id))
    run.basis = runs.state_of(source.id).basis
    assert runs.client(runs.source_of(source.source), run).may_skip is False


@pytest.mark.parametrize("by", ["run", "source"])
def test_ckanext_harvests_own_abort_stops_a_run(harvest: Make, record: Rec, harvester: Any, by: str) -> None:
    """It would mark the job and let the run go on."""
    source = harvest()
    run_id = read(source, harvester, four(record))
    wanted = {"id": run_id} if by == "run" else {"source_id": source.name}
    told = tk.get_action("harvest_job_abort")({**store.site_context(), "user": "ewa"}, wanted)
    assert told["status"] == "Finished"
    assert_stopped(run_id, stopped=4)
    again = tk.get_action("harvest_job_abort")(store.site_context(), {"id": run_id})
    assert again["id"] == run_id, "as ckanext-harvest, a job that is over is shown"
