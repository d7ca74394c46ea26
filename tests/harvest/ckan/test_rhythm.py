"""When sources are started by themselves, and who is told when they are not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckanext.harvest.model import HarvestJob
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest import rhythm, runs, store, write
from ckanext.kielce.harvest.base import SourceError
from ckanext.kielce.harvest.model import HarvestRecord
from ckanext.kielce.notify.model import Message

from tests.harvest.ckan.helpers import Make, Rec

pytestmark = pytest.mark.ckan


def test_a_due_source_is_started_once(harvest: Make, record: Rec) -> None:
    source = harvest()
    assert source.id not in rhythm.start_due(), "the first due time is still to come"
    state = runs.state_of(source.id)
    state.next_due = runs.now() - timedelta(minutes=1)
    model.Session.commit()
    assert source.id in rhythm.start_due()
    assert source.id not in rhythm.start_due()
    assert runs.under_way(source.id) is not None


def test_a_source_without_a_schedule_is_asked_again_too(harvest: Make) -> None:
    source = harvest()
    rhythm.reschedule(source.source, "manual")
    source.run(FetchError("timeout", "silent", "http://x.example/"))
    state = runs.state_of(source.id)
    assert state.next_due is None and source.id not in rhythm.start_due(), "its pause is not over"
    state.retry_at = runs.now()
    model.Session.commit()
    assert source.id in rhythm.start_due()


def test_a_source_that_was_never_run_is_seen_within_one_period(harvest: Make, ckan_config: Any) -> None:
    ckan_config["ckanext.kielce.harvest.coordinators"] = "ewa@kielce.example"
    source = harvest()
    row = source.source
    row.created = row.created - timedelta(days=2)
    row.active = False
    row.save()
    rhythm.watch()
    rhythm.watch()
    topics = [
        m.topic
        for m in model.Session.query(Message).filter_by(recipient_email="ewa@kielce.example")
        if source.id in m.body or source.name in m.body
    ]
    assert topics == ["harvest.off"]


def test_jobs_from_ckanext_harvests_own_button_become_runs(
    harvest: Make, record: Rec, harvester: Any
) -> None:
    source = harvest()
    harvester.answer = [record("a", "A")]
    job = tk.get_action("harvest_job_create")(store.site_context(), {"source_id": source.id, "run": True})
    run = runs.claim("reader")
    while run is not None and run.id != job["id"]:
        run = runs.claim("reader")
    assert run is not None
    runs.work(run)
    write.work("writer", run_id=run.id)
    assert HarvestJob.get(job["id"]).status == "Finished" and "a" in source.datasets()
    assert isinstance(source.records()["a"], HarvestRecord)


def test_an_unreadable_source_is_tried_again_with_growing_pauses(harvest: Make) -> None:
    source = harvest()
    waits = []
    for _attempt in range(2):
        source.run(SourceError("login page", "strona logowania"))
        waits.append(runs.state_of(source.id).retry_at - runs.now())
    assert timedelta(0) < waits[0] < waits[1]
