"""Records that go, come back, cannot be had, change their title, or were edited in the portal."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone

import pytest

from tests.faults.portal import Portal
from tests.faults.town import Shop

pytestmark = pytest.mark.faults

Open = Callable[..., Shop]


def test_a_record_that_is_gone_is_archived_with_its_files_and_returns(portal: Portal, shop: Open) -> None:
    town = shop(8)
    source = portal.source(town)
    portal.run(source)
    guid, gone = town.records.popitem()
    before = portal.api("package_show", id=portal.records(source)[guid]["package_id"])

    portal.run(source)
    assert portal.records(source)[guid]["state"] == "missing"
    assert portal.run(source)["counts"].get("archive") is None, "two runs are no seven days"
    portal.age(source, days=8)
    assert portal.run(source)["counts"]["archive"] == 1
    archived = portal.api("package_show", id=before["id"])
    assert (archived["state"], archived["name"]) == ("active", before["name"]) and archived["archived"]
    assert [row["id"] for row in archived["resources"]] == [row["id"] for row in before["resources"]]
    portal.assert_holds(source, town.titles, missing={guid})

    town.records[guid] = gone
    assert portal.run(source)["counts"]["return"] == 1
    returned = portal.api("package_show", id=before["id"])
    assert (returned["name"], returned.get("archived")) == (before["name"], None)
    assert [row["id"] for row in returned["resources"]] == [row["id"] for row in before["resources"]]
    portal.assert_holds(source, town.titles)


def test_a_new_title_keeps_the_address(portal: Portal, shop: Open) -> None:
    town = shop(3)
    source = portal.source(town)
    portal.run(source)
    before = {guid: row["name"] for guid, row in portal.records(source).items()}
    for record in town.records.values():
        record["title"] = f"Zupełnie inaczej: {record['title']}"
    assert portal.run(source)["counts"]["change"] == 3
    assert {guid: row["name"] for guid, row in portal.records(source).items()} == before
    portal.assert_holds(source, town.titles)


def test_what_a_coordinator_edited_survives_and_one_call_gives_it_back(portal: Portal, shop: Open) -> None:
    town = shop(3)
    source = portal.source(town)
    portal.run(source)
    guid = next(iter(town.records))
    dataset = portal.records(source)[guid]["package_id"]
    portal.api("package_patch", id=dataset, notes="Opis koordynatora")
    town.records[guid] |= {"title": "Nowy tytuł ze źródła", "notes": "Nowy opis ze źródła"}
    portal.run(source)
    now = portal.api("package_show", id=dataset)
    assert (now["title"], now["notes"]) == ("Nowy tytuł ze źródła", "Opis koordynatora")
    fields = {row["field"]: row for row in portal.api("kielce_harvest_curated_show", id=dataset)["fields"]}
    assert (fields["notes"]["source_value"], fields["notes"]["our_value"]) == (
        "Nowy opis ze źródła",
        "Opis koordynatora",
    )
    portal.api("kielce_harvest_field_restore", id=dataset, field="notes")
    assert portal.api("package_show", id=dataset)["notes"] == "Nowy opis ze źródła"
    portal.assert_holds(source, town.titles)


# Records that cannot be had


@pytest.mark.parametrize("fault", ["status_500", "silent", "reset", "malformed"])
def test_one_record_of_many_that_cannot_be_had(portal: Portal, shop: Open, fault: str) -> None:
    """The others go on; it keeps its last good state, the report names it, and it is asked for again by itself."""
    town = shop(6)
    source = portal.source(town, path="/catalog.json")
    portal.run(source)
    guid = list(town.records)[2]
    good = portal.snapshot(source)[guid]
    for record in town.records.values():
        record["notes"] = "Nowy opis"
    with town.ill(fault, where=f"/{guid}/datapackage.json"):
        run = portal.run(source)
        assert (run["outcome"], run["counts"]) == ("partly", {"change": 5, "failed": 1, "unchanged": 0})
        errors = {row["guid"]: row["error"]["pl"] for row in portal.items(run["id"]) if row["error"]}
        assert list(errors) == [guid] and guid in errors[guid], "the report names it"
        assert portal.snapshot(source)[guid] == good
        record = portal.records(source)[guid]
        assert (record["state"], record["attempts"]) == ("active", 1) and record["error"]
    if fault == "malformed":
        return  # it says the same tomorrow: the next run as planned is soon enough
    back_off(portal, source)
    assert portal.records(source)[guid]["error"] is None
    assert portal.api("package_show", id=good[1])["notes"] == "Nowy opis"


@pytest.mark.parametrize("fault", ["status_500", "silent", "reset"])
def test_a_source_that_breaks_in_the_middle(portal: Portal, shop: Open, fault: str) -> None:
    town = shop(30)
    source = portal.source(town, "msip_csw", "/csw", page_size=10)
    portal.run(source)
    for record in town.records.values():
        record["notes"] = "Nowy opis"
    with town.ill(fault, where=11):
        run = portal.run(source)
    assert (run["outcome"], run["complete"], run["counts"]["change"]) == ("partly", False, 10)
    assert run["reason"]["cause"] in ("http_error", "timeout", "connection")
    assert {row["state"] for row in portal.records(source).values()} == {"active"}
    back_off(portal, source)
    portal.assert_holds(source, town.titles)
    assert {row["draft"]["notes"] for row in portal.records(source).values()} == {"Nowy opis"}


def back_off(portal: Portal, source: str) -> None:
    """The source is asked again by itself after its pause, and again after a longer one if need be."""
    state = portal.state(source)
    pause = state["retry_at"] - datetime.now(timezone.utc)
    assert timedelta(seconds=60) < pause <= timedelta(minutes=2) and state["retry_attempts"] == 1
    portal.sql("UPDATE kielce_harvest_source_state SET retry_at = now() WHERE source_id = %(id)s", id=source)
    last = state["last_run_id"]
    portal.wait(
        lambda: portal.state(source)["last_run_id"] != last, "the source to be asked again by itself", 30,
        lambda: portal.state(source),
    )  # fmt: skip
    run = portal.run_row(portal.state(source)["last_run_id"])
    assert run["outcome"] == "ok"
    assert portal.state(source)["retry_at"] is None


def test_a_broken_record_of_a_page_harms_only_itself(portal: Portal, shop: Open) -> None:
    town = shop(20)
    source = portal.source(town, "msip_csw", "/csw", page_size=10)
    portal.run(source)
    before = portal.snapshot(source)
    with town.ill("malformed", where=11):
        run = portal.run(source)
    assert (run["outcome"], run["counts"]) == ("partly", {"unchanged": 19, "failed": 1})
    assert portal.snapshot(source) == before
    assert [row["guid"] for row in portal.items(run["id"]) if row["error"]] == [list(town.records)[10]]


def test_a_pause_grows_with_each_failure(portal: Portal, shop: Open) -> None:
    town = shop(3)
    source = portal.source(town)
    portal.run(source)
    pauses = []
    with town.ill("status_500"):
        for _attempt in range(3):
            run = portal.run(source)
            assert (run["outcome"], run["reason"]["cause"]) == ("failed", "http_error")
            pauses.append((portal.state(source)["retry_at"] - datetime.now(timezone.utc)).total_seconds())
    assert pauses[0] < pauses[1] < pauses[2]
    portal.assert_holds(source, town.titles)


# Two people at once


def test_an_edit_while_a_run_writes_is_found_as_it_is_stored(portal: Portal, shop: Open) -> None:
    """The run sends its documents to Solr in one go; what was edited in between must not be shown as it was before."""
    town = shop(40)
    source = portal.source(town)
    portal.run(source)
    for record in town.records.values():
        record["notes"] = "Nowy opis"
    run = portal.begin(source)
    edited = 0
    end = time.monotonic() + 60
    while portal.run_row(run)["state"] != "finished" and time.monotonic() < end:
        written = portal.sql(
            "SELECT package_id FROM kielce_harvest_item WHERE run_id = %(run)s AND state = 'written' ORDER BY id DESC LIMIT 1",
            run=run,
        )
        if written:
            portal.api("package_patch", id=written[0]["package_id"], version_notes=f"Poprawka {edited}")
            edited += 1
    assert portal.finish(run)["outcome"] == "ok" and edited
    portal.assert_index_is_database()
    portal.assert_holds(source, town.titles)
