"""What must never happen to a catalogue: records lost, doubled, stolen or overwritten by a run. Each row of the table."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib import search
from ckanext.harvest.model import HarvestJob
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest import closing, decisions, deposit, housekeeping, plan, rhythm, runs, store, write
from ckanext.kielce.harvest.base import Record, RecordError, SourceError
from ckanext.kielce.harvest.model import HarvestItem, HarvestRecord, HarvestRun
from ckanext.kielce.notify.model import Message

pytestmark = pytest.mark.ckan

Make = Callable[..., Any]
Rec = Callable[..., Record]


def four(record: Rec) -> list[Record]:
    return [record(str(number), f"Zbiór {number}") for number in range(4)]


def patch(dataset: dict[str, Any], **values: Any) -> dict[str, Any]:
    return tk.get_action("package_patch")(store.site_context(), {"id": dataset["id"], **values})


def age(source: Any, guid: str, days: int) -> None:
    """Let the record have been missing for so long."""
    row = source.records()[guid]
    row.missing_since = row.missing_since - timedelta(days=days)
    model.Session.commit()


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


# Two sources


def test_a_shared_key_makes_one_dataset_with_two_sources(harvest: Make, record: Rec) -> None:
    one, two = harvest(), harvest()
    one.run([record("a", "Działki", keys=("layer:x/ows#ms:dzialki",))])
    linked = two.run([record("b", "Działki z WFS", keys=("layer:x/ows#ms:dzialki",)), record("c", "Inne")])
    assert linked["counts"] == {"linked": 1, "create": 1}
    owner, also = one.records()["a"], two.records()["b"]
    assert (owner.role, also.role, also.package_id) == ("owner", "also", owner.package_id)
    assert one.datasets()["a"]["title"] == "Działki", "the second source writes nothing"
    assert two.run([record("b", "Działki z WFS", keys=("layer:x/ows#ms:dzialki",)), record("c", "Inne")])[
        "counts"
    ] == {"unchanged": 2}


def test_the_second_source_takes_over_when_the_first_is_gone(harvest: Make, record: Rec) -> None:
    key = ("uuid:11111111-2222-3333-4444-555555555555",)
    one, two = harvest(), harvest()
    one.run([*four(record), record("a", "Działki", keys=key)])
    second = [record("b", "Działki z WFS", keys=key)]
    two.run(second)
    address = one.datasets()["a"]["name"]
    one.run(four(record))
    age(one, "a", days=8)
    one.run(four(record))
    assert (one.records()["a"].role, two.records()["b"].role) == ("also", "owner")
    assert not two.datasets()["b"].get("archived"), "the dataset lives on"
    two.run(second)
    taken = two.datasets()["b"]
    assert (taken["title"], taken["name"]) == ("Działki z WFS", address)


def test_a_source_of_higher_precedence_takes_over_and_curated_fields_survive(
    harvest: Make, record: Rec
) -> None:
    key = ("layer:z/ows#ms:dzialki",)
    picture, catalogue = harvest(precedence=40), harvest(precedence=80)
    picture.run([record("a", "Z obrazka", keys=key, legal_basis="z usługi")])
    before = picture.datasets()["a"]
    patch(before, notes="Poprawiony opis")
    dry = catalogue.run([record("b", "Z katalogu", keys=key)], dry_run=True)
    assert ("create", "b") in dry["items"] and picture.records()["a"].role == "owner"
    taken = catalogue.run([record("b", "Z katalogu", keys=key)])
    assert taken["outcome"] == "ok" and taken["counts"] == {"change": 1}
    assert (picture.records()["a"].role, catalogue.records()["b"].role) == ("also", "owner")
    after = catalogue.datasets()["b"]
    assert (after["id"], after["name"], after["title"]) == (before["id"], before["name"], "Z katalogu")
    assert after["notes"] == "Poprawiony opis" and not after.get("legal_basis")
    found = tk.get_action("package_search")({}, {"fq": f"harvest_source_id:{catalogue.id}"})
    assert [row["id"] for row in found["results"]] == [before["id"]]
    assert picture.run([record("a", "Z obrazka, zmieniony", keys=key)])["counts"] == {"linked": 1}


def test_the_second_source_makes_its_own_when_the_dataset_was_purged(harvest: Make, record: Rec) -> None:
    one, two = harvest(), harvest()
    one.run([record("a", "Działki", keys=("layer:y/ows#ms:dzialki",))])
    second = [record("b", "Działki z WFS", keys=("layer:y/ows#ms:dzialki",))]
    two.run(second)
    tk.get_action("dataset_purge")(store.site_context(), {"id": one.datasets()["a"]["id"]})
    two.run(second)
    assert two.records()["b"].role == "owner" and two.datasets()["b"]["title"] == "Działki z WFS"


# Curated fields


def test_curated_fields_survive_and_the_rest_follows_the_source(harvest: Make, record: Rec) -> None:
    source = harvest()
    files = [{"url": "http://x.example/1.csv", "name": "Plik", "format": "CSV", "description": "z źródła"}]
    source.run([record("a", "Tytuł", legal_basis="Uchwała", tags=[{"name": "woda"}], resources=files)])
    dataset = source.datasets()["a"]
    patch(dataset, notes="Lepszy opis", version_notes="Dopisane ręcznie")
    tk.get_action("resource_patch")(
        store.site_context(), {"id": dataset["resources"][0]["id"], "description": "lepiej"}
    )
    files = [{**files[0], "name": "Plik 2024", "description": "nowszy z źródła"}]
    changed = record(
        "a", "Nowy tytuł", notes="Nowy opis źródła", version_notes="ze źródła", resources=files,
        tags=[{"name": "woda"}, {"name": "rzeki"}],
    )  # fmt: skip
    result = source.run([changed])
    after = source.datasets()["a"]
    assert (after["title"], after["notes"], after["version_notes"]) == (
        "Nowy tytuł", "Lepszy opis", "Dopisane ręcznie",
    )  # fmt: skip
    assert not after.get("legal_basis") and {tag["name"] for tag in after["tags"]} == {"woda", "rzeki"}
    assert (after["resources"][0]["name"], after["resources"][0]["description"]) == ("Plik 2024", "lepiej")
    told = {row["field"]: row["kept"] for row in result["items"]["change", "a"].changes}
    assert (
        told["title"] is False and told["notes"] is True and told["resources/Plik 2024/description"] is True
    )
    # and once more: what was curated stays curated
    again = record("a", "Nowy tytuł", notes="Jeszcze nowszy", version_notes="znowu", resources=files)
    source.run([again])
    assert (source.datasets()["a"]["notes"], source.datasets()["a"]["version_notes"]) == (
        "Lepszy opis", "Dopisane ręcznie",
    )  # fmt: skip


def test_files_added_and_taken_out_by_hand_stay_so(harvest: Make, record: Rec) -> None:
    source = harvest()
    files = [{"url": f"http://x.example/{n}.csv", "name": f"Plik {n}", "format": "CSV"} for n in (1, 2)]
    source.run([record("a", "Tytuł", resources=files)])
    dataset = source.datasets()["a"]
    tk.get_action("resource_delete")(store.site_context(), {"id": dataset["resources"][1]["id"]})
    tk.get_action("resource_create")(
        store.site_context(),
        {"package_id": dataset["id"], "url": "http://x.example/opis.pdf", "name": "Opis", "format": "PDF"},
    )
    source.run([record("a", "Nowy tytuł", resources=files)])
    assert [row["name"] for row in source.datasets()["a"]["resources"]] == ["Plik 1", "Opis"]


# Addresses


def test_a_new_title_keeps_the_address(harvest: Make, record: Rec) -> None:
    source = harvest()
    source.run([record("a", "Stary tytuł")])
    address = source.datasets()["a"]["name"]
    source.run([record("a", "Zupełnie inny")])
    assert source.datasets()["a"]["name"] == address


# Interrupted work


def test_a_reading_that_died_is_begun_again_by_another(harvest: Make, record: Rec, harvester: Any) -> None:
    source = harvest()
    harvester.answer = four(record)
    run_id = runs.start(source.id)
    first = runs.claim("dead")
    assert first is not None and first.id == run_id and runs.claim("other") is None, "the lease holds"
    model.Session.get(HarvestRun, run_id).lease_until = runs.now() - timedelta(seconds=1)
    model.Session.commit()
    second = runs.claim("alive")
    assert second is not None and second.id == run_id
    runs.work(second)
    while write.work("writer"):
        pass
    assert len(source.datasets()) == 4


def test_a_run_that_was_taken_over_stops_the_one_who_lost_it(
    harvest: Make, record: Rec, harvester: Any
) -> None:
    source = harvest()
    run_id = runs.start(source.id)
    run = runs.claim("first")

    def slow() -> Any:
        for number in range(plan.BATCH + 1):
            if number == plan.BATCH - 1:
                with model.meta.engine.begin() as connection:
                    connection.execute(
                        HarvestRun.__table__.update()
                        .where(HarvestRun.id == run_id)
                        .values(lease_owner="second")
                    )
            yield record(str(number), f"Zbiór {number}")

    harvester.answer = slow()
    with pytest.raises(plan.LeaseLostError):
        runs.work(run)
    model.Session.rollback()
    assert model.Session.get(HarvestRun, run_id, populate_existing=True).state == "reading"


def test_a_writer_that_died_leaves_nothing_doubled_or_lost(
    harvest: Make, record: Rec, harvester: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after two datasets, before the slice's Solr commit: those are indexed again, the others written."""
    source = harvest()
    harvester.answer = four(record)
    run_id = runs.start(source.id)
    runs.work(runs.claim("reader"))
    real, done = deposit.write, []

    def dies(item: Any, shared: Any) -> Any:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(item.guid)
        return real(item, shared)

    monkeypatch.setattr(deposit, "write", dies)
    with pytest.raises(KeyboardInterrupt):
        write.work("dead")
    monkeypatch.undo()
    model.Session.rollback()
    model.Session.query(HarvestItem).filter_by(run_id=run_id).update(
        {"lease_until": runs.now() - timedelta(seconds=1)}
    )
    model.Session.commit()
    while write.work("alive"):
        pass
    search.commit()
    run = model.Session.get(HarvestRun, run_id, populate_existing=True)
    assert (run.outcome, run.done, run.total) == ("ok", 4, 4)
    found = tk.get_action("package_search")({}, {"fq": f"harvest_source_id:{source.id}", "rows": 0})["count"]
    assert (len(source.datasets()), found) == (4, 4)


def die_before_the_slice_is_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next slice is written, and its writer is gone before Solr hears of it."""

    def dies(*_args: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(write, "_settle", dies)
    with pytest.raises(KeyboardInterrupt):
        write.work("dead")
    monkeypatch.undo()
    model.Session.rollback()
    past = runs.now() - timedelta(seconds=1)
    model.Session.query(HarvestItem).filter_by(state="written").update({"lease_until": past})
    model.Session.commit()


def test_curated_fields_survive_the_death_of_a_writer(
    harvest: Make, record: Rec, harvester: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = harvest()
    source.run([record("a", "Tytuł")])
    patch(source.datasets()["a"], notes="Lepszy opis")
    harvester.answer = [record("a", "Nowy tytuł")]
    runs.start(source.id)
    runs.work(runs.claim("reader"))
    die_before_the_slice_is_settled(monkeypatch)
    while write.work("alive"):
        pass
    patch(source.datasets()["a"], legal_basis="Uchwała")
    source.run([record("a", "Jeszcze nowszy", notes="Nowy opis źródła", legal_basis="ze źródła")])
    after = source.datasets()["a"]
    assert (after["title"], after["notes"], after["legal_basis"]) == (
        "Jeszcze nowszy",
        "Lepszy opis",
        "Uchwała",
    )


def test_an_item_without_a_dataset_is_recovered_without_touching_the_index(
    harvest: Make, record: Rec, harvester: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CKAN takes "index dataset None" for "index everything"."""
    source = harvest()
    source.run([record("a", "Usunięty")])
    dataset = source.datasets()["a"]
    harvester.answer = [record("a", "Usunięty, ale zmieniony")]
    runs.start(source.id)
    runs.work(runs.claim("reader"))
    tk.get_action("package_delete")(store.site_context(), {"id": dataset["id"]})
    die_before_the_slice_is_settled(monkeypatch)
    monkeypatch.setattr(search, "rebuild", lambda *args, **more: pytest.fail(f"rebuild{args}"))
    while write.work("alive"):
        pass
    assert source.records()["a"].state == "deleted"


def test_solr_away_is_waited_for(harvest: Make, record: Rec, monkeypatch: pytest.MonkeyPatch) -> None:
    source = harvest()
    real = search.index.PackageSearchIndex.index_package

    def away(*_args: Any, **_more: Any) -> None:
        raise search.SearchIndexError("no Solr")

    monkeypatch.setattr(search.index.PackageSearchIndex, "index_package", away)
    result = source.run([record("a", "A")])
    assert result["run"].state == "writing" and "a" not in source.datasets()
    monkeypatch.setattr(search.index.PackageSearchIndex, "index_package", real)
    model.Session.query(HarvestItem).filter_by(run_id=result["run"].id).update({"not_before": None})
    model.Session.commit()
    assert write.work("again") == 1
    assert model.Session.get(HarvestRun, result["run"].id, populate_existing=True).outcome == "ok"
    assert "a" in source.datasets()


def test_a_record_that_kills_its_writer_again_and_again_is_given_up(
    harvest: Make, record: Rec, harvester: Any
) -> None:
    source = harvest()
    harvester.answer = [record("a", "A")]
    run_id = runs.start(source.id)
    runs.work(runs.claim("reader"))
    model.Session.query(HarvestItem).filter_by(run_id=run_id).update({"attempts": write.ATTEMPTS})
    model.Session.commit()
    write.work("writer")
    run = model.Session.get(HarvestRun, run_id, populate_existing=True)
    assert (run.outcome, run.counts["failed"]) == ("partly", 1)


def test_a_run_whose_last_writer_died_is_closed(harvest: Make, record: Rec) -> None:
    source = harvest()
    done = source.run(four(record))["run"]
    row = model.Session.get(HarvestRun, done.id)
    row.state, row.outcome = "writing", None
    model.Session.commit()
    housekeeping.close()
    assert model.Session.get(HarvestRun, done.id, populate_existing=True).outcome == "ok"


# Lazy and unchanged


def test_lazy_content_is_made_for_new_and_changed_records_only(harvest: Make, record: Rec) -> None:
    source, asked = harvest(), []

    def lazy(guid: str, revision: str) -> Record:
        def content() -> dict[str, Any]:
            asked.append(guid)
            return record(guid, f"{guid} {revision}").loaded()

        return Record(guid, revision, content)

    source.run([lazy("a", "1"), lazy("b", "1")])
    asked.clear()
    assert source.run([lazy("a", "1"), lazy("b", "2")])["counts"] == {"unchanged": 1, "change": 1}
    assert asked == ["b"]


def test_content_that_cannot_be_made_fails_its_record_only(harvest: Make, record: Rec) -> None:
    source = harvest()

    def unanswered() -> dict[str, Any]:
        raise FetchError("timeout", "slow", "http://x.example/1")

    def unusable() -> dict[str, Any]:
        raise RecordError("no title", "brak tytułu")

    result = source.run([Record("a", "1", unanswered), Record("b", "1", unusable), record("c", "Dobry")])
    assert result["counts"] == {"create": 1, "failed": 2} and result["outcome"] == "partly"
    assert result["items"]["fail", "a"].error["cause"] == "fetch"
    assert runs.state_of(source.id).retry_at is not None, "what did not answer is asked again soon"


def test_a_record_that_came_in_part_stays_whole_and_is_asked_for_again_soon(
    harvest: Make, record: Rec
) -> None:
    source = harvest()
    source.run([record("a", "Pełny"), record("b", "B")])
    part = dataclasses.replace(record("a", "W części"), incomplete="the map service did not answer")
    result = source.run([part, record("b", "B")])
    assert "map service" in result["errors"]["a"] and source.datasets()["a"]["title"] == "Pełny"
    assert runs.state_of(source.id).retry_at is not None


def test_an_unchanged_run_writes_no_package_index_or_activity(
    harvest: Make, record: Rec, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = harvest()
    source.run(four(record))

    def forbidden(*_args: Any, **_more: Any) -> None:
        raise AssertionError("nothing may be indexed")

    monkeypatch.setattr(search.index.PackageSearchIndex, "index_package", forbidden)
    stamps = dict(model.Session.query(model.Package.id, model.Package.metadata_modified).all())
    assert source.run(four(record))["counts"] == {"unchanged": 4}
    assert dict(model.Session.query(model.Package.id, model.Package.metadata_modified).all()) == stamps


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


# Rhythm


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
