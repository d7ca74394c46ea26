"""New records are made into datasets a slice at a time; what comes of it is what comes of doing them one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import ckan.plugins.toolkit as tk
import pysolr
import pytest
import sqlalchemy as sa
from ckan import model
from ckan.lib import search
from ckan.lib.search.common import make_connection
from ckanext.activity.model import Activity
from ckanext.harvest.model import HarvestObject
from ckanext.kielce.harvest import deposit, runs, store, together, write
from ckanext.kielce.harvest.model import HarvestItem, HarvestRun
from ckanext.kielce.harvest.records import Record

from tests.harvest.ckan.helpers import Make, Rec, four

pytestmark = pytest.mark.ckan

# what two datasets of one record differ in when they belong to two sources
OWN = {"id", "name", "organization", "owner_org", "metadata_created", "metadata_modified", "extras"}
OWN_OF_A_FILE = {"id", "package_id", "created", "metadata_modified"}
OWN_OF_A_DOCUMENT = {
    *OWN, "name_ngram", "indexed_ts", "index_id", "_version_", "data_dict", "validated_data_dict", "harvest_object_id",
    "harvest_source_id", "extras_harvest_object_id", "extras_harvest_source_id", "permission_labels", "groups",
}  # fmt: skip


def planned(source: Any, harvester: Any, answer: list[Any]) -> str:
    """A run of the records that is read and waits for its writers."""
    harvester.answer = answer
    run_id = runs.start(source.id)
    runs.work(runs.claim("reader"))
    return run_id


def not_the_first_attempt(run_id: str) -> None:
    """Have the run's items done one by one."""
    model.Session.query(HarvestItem).filter_by(run_id=run_id).update({"attempts": 1})
    model.Session.commit()


@contextmanager
def counted(what: str) -> Iterator[list[None]]:
    """How often the database's connections do something meanwhile (an event of SQLAlchemy's engine)."""
    seen: list[None] = []

    def note(*_args: Any) -> None:
        seen.append(None)

    sa.event.listen(model.meta.engine, what, note)
    try:
        yield seen
    finally:
        sa.event.remove(model.meta.engine, what, note)


def document(package_id: str) -> dict[str, Any]:
    (found,) = make_connection().search("*:*", fq=[f'id:"{package_id}"']).docs
    return dict(found)


def without(values: dict[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name not in names}


def different(one: Any, other: Any) -> Any:
    """Where two dicts differ."""
    if not isinstance(one, dict):
        return one, other
    return {
        name: (one.get(name), other.get(name)) for name in {*one, *other} if one.get(name) != other.get(name)
    }


def plain(dataset: dict[str, Any]) -> dict[str, Any]:
    result = without(dataset, OWN)
    result["resources"] = [without(row, OWN_OF_A_FILE) for row in dataset["resources"]]
    result["tags"] = sorted(tag["name"] for tag in dataset["tags"])
    return result


def test_together_or_alone_a_record_makes_the_same(harvest: Make, record: Rec, harvester: Any) -> None:
    files = [{"url": "http://x.example/1.csv", "name": "Plik", "format": "CSV"}]
    made = []
    for alone in (False, True):
        source = harvest()
        answer = [record("a", "Równe", resources=files, tags=[{"name": "woda"}])]
        run_id = planned(source, harvester, answer)
        if alone:
            not_the_first_attempt(run_id)
        write.work("writer", run_id=run_id)
        dataset, kept = source.datasets()["a"], source.records()["a"]
        (activity,) = model.Session.query(Activity).filter_by(object_id=dataset["id"]).all()
        found = model.Session.get(HarvestObject, kept.id)
        item = model.Session.query(HarvestItem).filter_by(run_id=run_id).one()
        made.append(
            {
                "dataset": plain(dataset),
                "activity": (activity.activity_type, plain(activity.data["package"]), activity.data["actor"]),
                "document": without(document(dataset["id"]), OWN_OF_A_DOCUMENT),
                "draft": without(kept.draft, OWN),
                "stored": plain(kept.stored),
                "record": (
                    kept.role,
                    kept.state,
                    kept.notes,
                    kept.keys,
                    kept.attempts,
                    kept.missing_runs,
                    kept.error,
                ),
                "object": (found.guid, found.content, found.current, found.state, found.report_status),
                "of_run": found.harvest_job_id == kept.changed_run == run_id
                and found.package_id == dataset["id"],
                "item": (item.title, item.action, item.state, item.content, item.lease_owner, item.error),
                "whole": bool(kept.fingerprint and kept.first_seen and kept.changed_at),
            }
        )
    together_, alone_ = made
    for part, values in together_.items():
        assert values == alone_[part], (part, different(values, alone_[part]))
    assert together_["of_run"] and together_["whole"]


def test_a_slice_is_one_transaction(harvest: Make, record: Rec, harvester: Any) -> None:
    source = harvest()
    run_id = planned(source, harvester, [record(str(number), f"Zbiór {number}") for number in range(20)])
    with counted("commit") as commits:
        write.work("writer", run_id=run_id)
    assert len(source.datasets()) == 20
    # the lease, the datasets, the end of the items, the end of the run; not one for each
    assert len(commits) < 10


def test_a_bad_record_is_named_and_holds_up_no_other(harvest: Make, record: Rec, harvester: Any) -> None:
    source = harvest()
    answer = [
        *four(record),
        record("invalid", "Bez dziedziny", domain="nie-ma-takiej"),
        Record("explode", None, {"explode": True}),
        record("4", "Zbiór 4"),
        record("invalid too", "Bez dziedziny", domain="nie-ma-takiej"),
    ]
    result = source.run(answer)
    assert result["counts"] == {"create": 5, "failed": 3}
    assert set(result["errors"]) == {"invalid", "invalid too", "explode"}
    assert sorted(source.datasets()) == ["0", "1", "2", "3", "4"]
    search.commit()
    found = tk.get_action("package_search")({}, {"fq": f"harvest_source_id:{source.id}", "rows": 0})["count"]
    assert found == 5


def test_too_many_bad_records_are_all_named(harvest: Make, record: Rec, harvester: Any) -> None:
    source = harvest()
    bad = [record(f"bad {number}", "Zły", domain="nie-ma-takiej") for number in range(together.FAULTS + 2)]
    result = source.run([*bad, *four(record)])
    assert result["counts"] == {"create": 4, "failed": len(bad)}


def test_equal_titles_get_different_addresses(
    harvest: Make, record: Rec, harvester: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = harvest()
    title = f"Równe {source.name}"
    source.run([record("first", title)])
    source.run([record("first", title), record("second", title), record("third", title)])
    address = source.datasets()["first"]["name"]
    names = {guid: dataset["name"] for guid, dataset in source.datasets().items()}
    assert names == {"first": address, "second": f"{address}-2", "third": f"{address}-3"}


def test_an_address_taken_in_between_is_not_taken_twice(
    harvest: Make, record: Rec, harvester: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = harvest()
    title = f"Równe {source.name}"
    source.run([record("first", title)])
    real, asked = store.names_in_use, []

    def late(names: Any) -> set[str]:
        asked.append(names)
        return set() if len(asked) == 1 else real(names)

    monkeypatch.setattr(store, "names_in_use", late)
    result = source.run([record("first", title), record("second", title), record("other", "Inny")])
    assert result["counts"] == {"unchanged": 1, "create": 2}
    datasets = source.datasets()
    assert datasets["second"]["name"] == f"{datasets['first']['name']}-2"


def test_a_keyword_that_many_bring_is_made_once(harvest: Make, record: Rec) -> None:
    source = harvest()
    word = f"słowo {source.name}"[:100]
    source.run([record(str(number), f"Zbiór {number}", tags=[{"name": word}]) for number in range(3)])
    assert model.Session.query(model.Tag).filter_by(name=word).count() == 1
    store.make_tags({word})
    assert model.Session.query(model.Tag).filter_by(name=word).count() == 1


def test_what_another_source_owns_is_linked_and_the_rest_is_made(harvest: Make, record: Rec) -> None:
    one, two = harvest(), harvest()
    key = (f"layer:{one.name}/ows#ms:dzialki",)
    one.run([record("a", "Działki", keys=key)])
    result = two.run([record("x", "Przed"), record("a", "Działki", keys=key), record("y", "Po")])
    assert result["counts"] == {"create": 2, "linked": 1}
    assert two.records()["a"].package_id == one.records()["a"].package_id


def test_a_writer_that_was_overtaken_writes_nothing(
    harvest: Make, record: Rec, harvester: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its lease lapsed while it was busy, and another writer holds the items by now."""
    source = harvest()
    run_id = planned(source, harvester, four(record))
    real = together._names

    def overtaken(left: Any) -> Any:
        with model.meta.engine.begin() as other:
            other.execute(
                HarvestItem.__table__.update()
                .where(HarvestItem.__table__.c.run_id == run_id)
                .values(lease_owner="second", attempts=2)
            )
        return real(left)

    monkeypatch.setattr(together, "_names", overtaken)
    write.work("first", run_id=run_id)
    assert source.records() == {} and source.datasets() == {}
    found = tk.get_action("package_search")({}, {"fq": f"harvest_source_id:{source.id}", "rows": 0})["count"]
    assert found == 0


def test_a_transaction_ended_for_another_ones_sake_is_tried_again(
    harvest: Make, record: Rec, harvester: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from psycopg2.extensions import TransactionRollbackError

    source = harvest()
    run_id = planned(source, harvester, four(record))
    real, tried = together._note, []

    def deadlock(*args: Any) -> None:
        tried.append(args)
        if len(tried) == 1:
            raise sa.exc.OperationalError("INSERT", {}, TransactionRollbackError("deadlock detected"))
        real(*args)

    monkeypatch.setattr(together, "_note", deadlock)
    write.work("writer", run_id=run_id)
    assert len(tried) == 2 and len(source.datasets()) == 4
    assert model.Session.get(HarvestRun, run_id, populate_existing=True).outcome == "ok"


def test_solr_is_given_nothing_of_what_was_rolled_back(
    harvest: Make, record: Rec, harvester: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, sent = harvest(), []
    real: Callable[..., Any] = pysolr.Solr.add

    def add(self: Any, docs: Any, **more: Any) -> Any:
        sent.extend(each["title"] for each in docs)
        return real(self, docs, **more)

    monkeypatch.setattr(pysolr.Solr, "add", add)
    source.run(
        [record("0", "Zbiór 0"), record("invalid", "Zły", domain="nie-ma-takiej"), record("1", "Zbiór 1")]
    )
    assert sorted(sent) == ["Zbiór 0", "Zbiór 1"]


def test_a_record_whose_writer_died_is_done_alone(
    harvest: Make, record: Rec, harvester: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = harvest()
    run_id = planned(source, harvester, four(record))
    not_the_first_attempt(run_id)
    real, alone = deposit.write, []

    def noted(item: Any, shared: Any) -> Any:
        alone.append(item.guid)
        return real(item, shared)

    monkeypatch.setattr(deposit, "write", noted)
    write.work("writer", run_id=run_id)
    assert alone == ["0", "1", "2", "3"]
