"""Work that was interrupted leaves nothing lost or doubled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.lib import search
from ckanext.kielce.harvest import housekeeping, plan, runs, store, uploads, write
from ckanext.kielce.harvest.model import HarvestItem, HarvestRun

from tests.harvest.ckan.helpers import Make, Rec, die_before_the_slice_is_settled, four, patch

pytestmark = pytest.mark.ckan


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


@pytest.mark.parametrize("attempts", [0, 1])
def test_a_writer_that_died_leaves_nothing_doubled_or_lost(
    harvest: Make, record: Rec, harvester: Any, monkeypatch: pytest.MonkeyPatch, attempts: int
) -> None:
    """Killed after two datasets: of those written together none is there, of those written alone two are, which are
    indexed again; the others are written."""
    source = harvest()
    harvester.answer = four(record)
    run_id = runs.start(source.id)
    runs.work(runs.claim("reader"))
    model.Session.query(HarvestItem).filter_by(run_id=run_id).update({"attempts": attempts})
    model.Session.commit()
    real, done = uploads.placed, []

    def dies(*args: Any) -> Any:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(args)
        return real(*args)

    monkeypatch.setattr(uploads, "placed", dies)
    with pytest.raises(KeyboardInterrupt):
        write.work("dead")
    monkeypatch.undo()
    model.Session.rollback()
    assert len(source.datasets()) == 2 * attempts
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
