"""When sources are started by themselves, and who is told when they are not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
import sqlalchemy as sa
from ckan import model
from ckanext.harvest.model import HarvestJob
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest import overview, rhythm, runs, store, write
from ckanext.kielce.harvest.base import SourceError
from ckanext.kielce.harvest.model import HarvestItem, HarvestRecord, HarvestRun
from ckanext.kielce.notify.model import Message

from tests.harvest.ckan.helpers import Make, Rec, four

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


def told(address: str, source: Any) -> list[Message]:
    """What was sent to the address about the source."""
    rows = model.Session.query(Message).filter_by(recipient_email=address).order_by(Message.created_at)
    return [row for row in rows if f"/harvest/{source.id}" in row.body]


def old(source: Any, days: int = 2) -> None:
    """Let the source have been made so long ago."""
    row = source.source
    row.created = row.created - timedelta(days=days)
    row.save()


def test_a_source_that_never_ran_is_told_once_a_day_with_what_helps(harvest: Make, ckan_config: Any) -> None:
    ckan_config["ckanext.kielce.harvest.coordinators"] = "ewa@kielce.example"
    source = harvest()
    rhythm.watch()
    assert not told("ewa@kielce.example", source), "its first period is not over"
    old(source)
    rhythm.watch()
    rhythm.watch()
    (message,) = told("ewa@kielce.example", source)
    assert message.topic == "harvest.never" and source.source.title in message.subject
    judged = overview.rows([source.id])[0].health(runs.now())
    assert judged.sentence("pl") in message.body and judged.remedy("pl") in message.body, "as on the page"
    state = runs.state_of(source.id)
    state.told = {"never": (runs.now() - timedelta(hours=25)).isoformat()}
    model.Session.commit()
    rhythm.watch()
    assert len(told("ewa@kielce.example", source)) == 2


@pytest.mark.parametrize("how", ["deleted", "inactive"])
def test_a_source_that_was_switched_off_is_told_once(harvest: Make, ckan_config: Any, how: str) -> None:
    ckan_config["ckanext.kielce.harvest.coordinators"] = "jan@kielce.example"
    source = harvest()
    old(source)
    if how == "deleted":  # by the button of the source's page
        tk.get_action("harvest_source_delete")(store.site_context(), {"id": source.id})
    else:
        row = source.source
        row.active = False
        row.save()
    rhythm.watch()
    state = runs.state_of(source.id)
    state.told = {topic: (runs.now() - timedelta(days=9)).isoformat() for topic in state.told}
    model.Session.commit()
    rhythm.watch()
    assert [message.topic for message in told("jan@kielce.example", source)] == ["harvest.off"]
    state.next_due = runs.now() - timedelta(minutes=1)
    model.Session.commit()
    assert source.id not in rhythm.start_due()


def test_a_run_that_nobody_writes_is_seen_and_one_that_moves_is_not(
    harvest: Make, record: Rec, harvester: Any
) -> None:
    source = harvest()
    harvester.answer = four(record)
    run_id = runs.start(source.id)
    runs.work(runs.claim("reader"))
    run = model.Session.get(HarvestRun, run_id)
    run.read_at = run.read_at - timedelta(minutes=20)
    model.Session.commit()

    def cause() -> str:
        return overview.rows([source.id])[0].health(runs.now()).cause

    assert cause() == "stuck:lease"
    first = model.Session.query(HarvestItem).filter_by(run_id=run_id).order_by(HarvestItem.id).first()
    first.lease_until = runs.now() + timedelta(seconds=40)
    model.Session.commit()
    assert cause() != "stuck:lease", "a writer has some of it in hand"
    first.lease_until = None
    model.Session.commit()
    write.work("writer")
    run.state, run.outcome = "writing", None
    model.Session.commit()
    assert cause() != "stuck:lease", "datasets were written a moment ago"


def test_a_round_costs_the_same_queries_for_many_sources(harvest: Make) -> None:
    def cost(what: Callable[[], object]) -> int:
        seen: list[str] = []
        listener = lambda *given: seen.append(given[2])  # noqa: E731
        sa.event.listen(model.meta.engine, "before_cursor_execute", listener)
        try:
            what()
        finally:
            sa.event.remove(model.meta.engine, "before_cursor_execute", listener)
        return len(seen)

    harvest()
    for what in (rhythm.start_due, rhythm.watch):
        what()
    before = [cost(what) for what in (rhythm.start_due, rhythm.watch)]
    for _number in range(3):
        harvest()
    for what in (rhythm.start_due, rhythm.watch):
        what()  # each gets its first due time once
    assert [cost(what) for what in (rhythm.start_due, rhythm.watch)] == before


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
