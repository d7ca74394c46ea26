"""Jobs on CKAN's own queue: one a dataset, queued after the commit, never piling up; and the sweep."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", "activity datastore kielce_quality"),
    pytest.mark.usefixtures("fresh"),
]


def waiting() -> list[str]:
    from ckan.lib.jobs import get_queue

    return [job.id for job in get_queue().get_jobs()]


def scheduled() -> list[str]:
    from ckan.lib.jobs import get_queue

    return list(get_queue().scheduled_job_registry.get_job_ids())


def work() -> None:
    """Work the queue off in this process: polars must not be used in a fork of a process that has used it."""
    from ckan.lib.jobs import get_queue
    from rq import SimpleWorker

    queue = get_queue()
    SimpleWorker([queue], connection=queue.connection).work(burst=True)


def test_creating_and_changing_a_set_queues_one_look(act: Any, make_dataset: Any) -> None:
    package = make_dataset("http://example.com/a.csv")
    assert [job.endswith(package["id"]) for job in waiting()] == [True]
    for number in range(3):
        act("package_patch", id=package["id"], notes=str(number))
    act("resource_create", package_id=package["id"], url="http://example.com/b.csv")
    assert len(waiting()) == 1


def test_the_look_is_queued_only_once_the_change_is_committed(make_dataset: Any) -> None:
    from ckan import model
    from ckanext.kielce.quality import tracking
    from sqlalchemy import text

    model.Session.execute(text("SELECT 1"))  # a transaction is open, as in every edit
    tracking.note_change("some-id")
    assert waiting() == []
    model.Session.rollback()
    model.Session.commit()
    assert waiting() == []
    tracking.note_change("some-id")
    model.Session.commit()
    assert len(waiting()) == 1


@pytest.mark.ckan_config("ckanext.kielce.quality.observe_on_change", False)
def test_it_can_be_switched_off(make_dataset: Any) -> None:
    make_dataset("http://example.com/a.csv")
    assert waiting() == []


def test_the_worker_looks_and_scores(files: Any, make_dataset: Any, months: Any) -> None:
    from ckan import model
    from ckan.tests import helpers

    package = make_dataset(files.put("a.csv", months("2026-08", "2026-09", "2026-10")))
    work()
    model.Session.remove()
    score = helpers.call_action("kielce_quality_show", {"user": ""}, id=package["id"])
    assert score["scored_at"]
    assert waiting() == []
    assert len(scheduled()) == 1  # the next sweep


def test_a_change_during_the_run_queues_one_more(make_dataset: Any) -> None:
    from ckan.lib.jobs import get_queue
    from ckanext.kielce.quality import jobs
    from rq.job import JobStatus

    package = make_dataset("http://example.com/a.csv")
    (running,) = get_queue().get_jobs()
    get_queue().remove(running)
    running.set_status(JobStatus.STARTED)
    assert jobs.enqueue_observe(package["id"]) is True
    assert jobs.enqueue_observe(package["id"]) is False
    assert waiting() == [f"{running.id}-again"]


def test_a_failed_job_does_not_block_the_next(make_dataset: Any) -> None:
    from ckan.lib.jobs import get_queue
    from ckanext.kielce.quality import jobs
    from rq.job import JobStatus

    package = make_dataset("http://example.com/a.csv")
    (failed,) = get_queue().get_jobs()
    get_queue().remove(failed)
    failed.set_status(JobStatus.FAILED)
    assert jobs.enqueue_observe(package["id"]) is True


def test_one_process_works_off_the_jobs_that_wait(files: Any, make_dataset: Any, months: Any) -> None:
    from ckanext.kielce.quality import jobs, store

    made = [make_dataset(files.put(f"{number}.csv", months("2026-10", "2026-11"))) for number in range(3)]
    assert len(waiting()) == 3
    jobs.observe_dataset(made[0]["id"])
    assert sorted(store.scores_of(item["id"] for item in made)) == sorted(item["id"] for item in made)
    assert waiting() == []


def test_a_harvest_source_is_no_dataset_to_look_at(fresh: None) -> None:
    from ckan import model
    from ckanext.kielce.quality import tracking

    tracking.note_dataset({}, {"id": "source", "type": "harvest", "state": "active", "config": {None: "x"}})
    model.Session.commit()
    assert waiting() == []


def test_a_set_that_is_gone_fails_no_job(fresh: None) -> None:
    from ckanext.kielce.quality import jobs

    jobs.observe_dataset("nothing")
    jobs.score_dataset("nothing")


class TestSweep:
    def test_it_queues_what_is_due_and_schedules_itself_once(
        self, make_dataset: Any, reset_queues: Any
    ) -> None:
        from ckanext.kielce.quality import jobs

        make_dataset("http://example.com/a.csv")
        make_dataset("http://example.com/b.csv")
        reset_queues()
        assert jobs.sweep() == {"observe": 2, "score": 0, "due": 2}
        assert jobs.sweep()["observe"] == 0
        assert len(waiting()) == 2
        assert len(scheduled()) == 1

    @pytest.mark.ckan_config("ckanext.kielce.quality.sweep_batch", 1)
    def test_it_never_piles_up(self, make_dataset: Any, reset_queues: Any) -> None:
        from ckanext.kielce.quality import jobs

        for name in "abc":
            make_dataset(f"http://example.com/{name}.csv")
        reset_queues()
        jobs.sweep()
        jobs.sweep()
        assert len(waiting()) == 1

    @pytest.mark.ckan_config("ckanext.kielce.quality.sweep_interval", 0)
    def test_it_can_be_switched_off(self, make_dataset: Any) -> None:
        from ckanext.kielce.quality import jobs

        assert jobs.ensure_sweep() is False
        assert scheduled() == []

    def test_it_can_be_stopped(self, fresh: None) -> None:
        from ckanext.kielce.quality import jobs

        assert jobs.ensure_sweep() is True
        assert jobs.stop_sweep() is True
        assert scheduled() == []

    def test_a_set_just_looked_at_is_not_due_but_one_whose_status_turns_is(
        self, files: Any, make_dataset: Any, months: Any
    ) -> None:
        from ckan import model
        from ckan.tests import helpers
        from ckanext.kielce.quality.model import Score
        from ckanext.kielce.quality.store import due_to_observe, due_to_score

        now = dt.datetime.now(dt.timezone.utc)
        package = make_dataset(files.put("a.csv", months("2026-10")))
        helpers.call_action("kielce_quality_observe", {"ignore_auth": True}, id=package["id"])
        assert (due_to_observe(now), due_to_score(now)) == ([], [])
        assert due_to_observe(now + dt.timedelta(days=2)) == [package["id"]]
        score = model.Session.get(Score, package["id"])
        score.next_crossing = now - dt.timedelta(hours=1)
        model.Session.commit()
        assert (due_to_observe(now), due_to_score(now)) == ([], [package["id"]])


def test_what_is_booked_for_later_can_be_done(files: Any, make_dataset: Any, months: Any) -> None:
    from ckan.lib.jobs import get_queue
    from ckanext.kielce.quality import jobs

    package = make_dataset(files.put("a.csv", months("2026-08", "2026-09", "2026-10")))
    work()
    jobs.ensure_sweep()
    jobs.enqueue_observe_later(package["id"], 3600)
    booked = [get_queue().fetch_job(name) for name in scheduled()]
    assert {job.func_name.rsplit(".", 1)[-1] for job in booked} == {"sweep", "observe_dataset"}
    for job in booked:
        job.perform()
