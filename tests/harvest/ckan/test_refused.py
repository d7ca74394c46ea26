"""Answers that must not be believed, and records that go and come back."""

from __future__ import annotations

from typing import Any

import pytest
from ckan import model
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest import closing, decisions, runs, write
from ckanext.kielce.harvest.base import Record
from ckanext.kielce.harvest.model import HarvestItem, HarvestRun
from ckanext.kielce.notify.model import Message

from tests.harvest.ckan.helpers import Make, Rec, age, four

pytestmark = pytest.mark.ckan


# Refused answers


def test_a_refused_run_waits_and_one_call_accepts_it(harvest: Make, record: Rec) -> None:
    source = harvest()
    source.run(four(record))
    refused = source.run([record("0", "Zbiór 0"), record("neu", "Nowy")])
    assert refused["outcome"] == "refused" and refused["run"].state == "held"
    numbers = refused["reason"]["numbers"]
    assert (numbers["read"], numbers["alive"], numbers["left"]) == (2, 4, 1)
    assert "neu" not in source.datasets(), "nothing of a refused run is written"
    decisions.accept(refused["run"].id, "coordinator")
    while write.work("test"):
        pass
    states = {guid: row.state for guid, row in source.records().items()}
    assert states == {"0": "active", "1": "missing", "2": "missing", "3": "missing", "neu": "active"}
    assert model.Session.get(HarvestRun, refused["run"].id).outcome == "ok"
    assert len(source.datasets()) == 5, "what is missing keeps its page"
    with pytest.raises(runs.RunError, match="does not wait"):
        decisions.accept(refused["run"].id, "coordinator")


def test_a_refused_run_can_be_rejected_or_is_overtaken(harvest: Make, record: Rec) -> None:
    source = harvest()
    source.run(four(record))
    first = source.run([])["run"]
    decisions.reject(first.id, "coordinator")
    assert model.Session.get(HarvestRun, first.id).outcome == "rejected"
    second = source.run([])["run"]
    source.run(four(record))
    overtaken = model.Session.get(HarvestRun, second.id)
    assert (
        overtaken.state == "finished"
        and not model.Session.query(HarvestItem).filter_by(run_id=second.id).count()
    )


def test_the_coordinator_is_told_once_of_a_refused_run(harvest: Make, record: Rec, ckan_config: Any) -> None:
    ckan_config["ckanext.kielce.harvest.coordinators"] = "anna@kielce.example"
    source = harvest()
    source.run(four(record))
    source.run([])
    source.run([])
    told = model.Session.query(Message).filter_by(
        topic="harvest.refused", recipient_email="anna@kielce.example"
    )
    assert [source.id in row.body or source.name in row.body for row in told] == [True]


def test_an_accepted_loss_of_everything_is_believed_next_time(harvest: Make, record: Rec) -> None:
    source = harvest()
    source.run(four(record))
    decisions.accept(source.run([])["run"].id, "coordinator")
    again = source.run([])
    assert again["outcome"] == "ok" and {row.missing_runs for row in source.records().values()} == {2}


def test_one_of_three_may_go_without_a_question(harvest: Make, record: Rec) -> None:
    source = harvest()
    source.run(four(record)[:3])
    assert source.run(four(record)[:2])["outcome"] == "ok"
    assert source.records()["2"].state == "missing"


def test_a_list_shorter_than_it_says_is_refused(harvest: Make, record: Rec, harvester: Any) -> None:
    source = harvest()
    source.run(four(record))
    harvester.promised = 5
    cut = source.run(four(record))
    assert (cut["outcome"], cut["reason"]["cause"]) == ("refused", "cut")


def test_a_source_that_breaks_off_loses_nothing(harvest: Make, record: Rec) -> None:
    source = harvest()
    source.run(four(record))

    def broken() -> Any:
        yield record("0", "Zbiór 0 nowy")
        yield record("neu", "Nowy")
        raise FetchError("connection", "reset", "http://x.example/")

    result = source.run(broken())
    assert result["outcome"] == "partly" and result["counts"] == {"change": 1, "create": 1}
    assert {row.state for row in source.records().values()} == {"active"}
    assert source.datasets()["0"]["title"] == "Zbiór 0 nowy"
    assert runs.state_of(source.id).retry_at is not None


# Records that go and come back


def test_a_record_that_is_gone_is_archived_after_the_grace_and_returns(
    harvest: Make, record: Rec, ckan_config: Any
) -> None:
    source = harvest()
    files = [{"url": "http://x.example/1.csv", "name": "Plik", "format": "CSV"}]
    full = [*four(record), record("gone", "Znikający", resources=files)]
    source.run(full)
    before = source.datasets()["gone"]
    source.run(four(record))
    assert source.records()["gone"].state == "missing" and "archived" not in source.datasets()["gone"]
    age(source, "gone", days=8)
    result = source.run(four(record))
    assert result["counts"]["archive"] == 1
    archived = source.datasets()["gone"]
    assert archived["archived"] and archived["state"] == "active"
    assert (archived["name"], archived["resources"][0]["id"]) == (
        before["name"],
        before["resources"][0]["id"],
    )
    assert source.run(four(record))["counts"] == {"unchanged": 4}, "an archived one is not missing again"

    back = source.run(full)
    assert back["counts"]["return"] == 1
    returned = source.datasets()["gone"]
    assert (returned["id"], returned["name"]) == (before["id"], before["name"]) and not returned.get(
        "archived"
    )


def test_seven_days_alone_or_two_runs_alone_archive_nothing(harvest: Make, record: Rec) -> None:
    source = harvest()
    source.run([*four(record), record("gone", "Znikający")])
    for _run in range(3):
        source.run(four(record))
    assert source.records()["gone"].state == "missing", "three runs in one day are no week"
    two = harvest()
    two.run([*four(record), record("gone", "Znikający")])
    two.run(four(record))
    age(two, "gone", days=30)
    closing.fail(model.Session.get(HarvestRun, runs.start(two.id)), {"cause": "x", "pl": "x", "en": "x"})
    assert two.records()["gone"].state == "missing", "one clean run is not two"


# Dry run


def test_a_dry_run_shows_everything_and_writes_nothing(harvest: Make, record: Rec) -> None:
    source = harvest()
    source.run([*four(record), record("gone", "Znikający")])
    before, records = source.datasets(), {guid: row.fingerprint for guid, row in source.records().items()}
    dry = source.run(
        [
            *four(record)[1:],
            record("0", "Zmieniony"),
            record("neu", "Nowy"),
            Record("zły", None, {"refuse": True}),
        ],
        dry_run=True,
    )
    assert dry["counts"] == {"unchanged": 3, "change": 1, "create": 1, "missing": 1, "failed": 1}
    assert dry["outcome"] == "partly"
    assert dry["items"]["change", "0"].changes == [
        {"field": "title", "old": "Zbiór 0", "new": "Zmieniony", "kept": False}
    ]
    assert dry["items"]["missing", "gone"].title == "Znikający"
    assert "no title" in dry["errors"]["zły"]
    assert source.datasets() == before
    assert {guid: row.fingerprint for guid, row in source.records().items()} == records
    assert {row.state for row in source.records().values()} == {"active"}
    refused = source.run([], dry_run=True)
    assert refused["outcome"] == "refused" and refused["run"].state == "finished"
