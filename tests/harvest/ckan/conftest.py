"""A harvester whose source is a list in memory, and a source of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import ckan.plugins.core
import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories
from ckanext.harvest.model import HarvestSource
from ckanext.kielce.harvest import runs, store
from ckanext.kielce.harvest.base import DatasetDraft, Record, RecordError, SourceHarvester
from ckanext.kielce.harvest.model import HarvestItem, HarvestRecord, HarvestRun

REQUIRED = {"notes": "Opis", "domain": "transport"}


class ListHarvester(SourceHarvester):
    """Yields the records in ``answer``, or raises it when it is an exception."""

    info = {"name": "list", "title": "List", "description": "Records from memory"}
    answer: Any = []
    promised: int | None = None

    def records(self, source: Any, client: Any) -> Iterator[Record]:
        if ListHarvester.promised is not None:
            client.expect(ListHarvester.promised)
        if isinstance(ListHarvester.answer, Exception):
            raise ListHarvester.answer
        yield from ListHarvester.answer

    def to_dataset(self, record: Record, source: Any) -> DatasetDraft:
        if record.content.get("explode"):
            raise KeyError("explode")
        if record.content.get("refuse"):
            raise RecordError("no title", "brak tytułu")
        content = record.content
        return DatasetDraft(content["dataset"], content.get("unmapped", []), content.get("owner"))


def made_record(guid: str, title: str, /, keys: tuple[str, ...] = (), **dataset: Any) -> Record:
    return Record(guid, None, {"dataset": {"title": title, **REQUIRED, **dataset}}, keys=keys)


@pytest.fixture(scope="module")
def list_plugin(reset_db_once: None, migrate_db_for: Callable[[str], None]) -> Iterator[None]:
    """The plugins of the ini and the list harvester; loading takes a second, hence once a module."""
    real = ckan.plugins.core._get_service

    def service(name: str) -> Any:
        return ListHarvester(name=name) if name == "list_harvest" else real(name)

    ckan.plugins.core._get_service = service
    ckan.plugins.load_all()
    ckan.plugins.load("list_harvest")
    for plugin in ("activity", "harvest", "kielce_harvest", "kielce_notify"):
        migrate_db_for(plugin)
    yield
    ckan.plugins.unload_all()
    ckan.plugins.core._get_service = real


def outcome(run_id: str) -> dict[str, Any]:
    """What a run did: outcome, counts, reason, errors (English) and items by record, notes of the source's records."""
    model.Session.expire_all()
    run = model.Session.get(HarvestRun, run_id)
    rows = model.Session.query(HarvestItem).filter_by(run_id=run_id).order_by(HarvestItem.id).all()
    records = model.Session.query(HarvestRecord).filter_by(source_id=run.source_id)
    return {
        "run": run,
        "outcome": run.outcome,
        "counts": Counter({name: number for name, number in run.counts.items() if number}),
        "reason": run.reason or {},
        "errors": {row.guid: row.error["en"] for row in rows if row.error},
        "items": {(row.action, row.guid): row for row in rows},
        "notes": {row.guid: row.notes for row in records if row.notes},
    }


class Harvest:
    """One source and its runs."""

    def __init__(self, **config: Any) -> None:
        self.org = factories.Organization()
        made = tk.get_action("harvest_source_create")(
            store.site_context(),
            {
                "name": factories.Dataset.stub().name,
                "title": "Źródło",
                "url": f"http://{factories.Dataset.stub().name}.example/",
                "source_type": "list",
                "frequency": "DAILY",
                "owner_org": self.org["id"],
                "config": tk.h.dump_json(config) if config else "",
            },
        )
        self.id, self.name = made["id"], made["name"]

    @property
    def source(self) -> HarvestSource:
        return HarvestSource.get(self.id)

    def run(self, answer: Any, *, dry_run: bool = False) -> dict[str, Any]:
        """Harvest the records in this process and say what came of it."""
        ListHarvester.answer = answer
        return outcome(runs.run_inline(self.id, dry_run=dry_run))

    def datasets(self) -> dict[str, dict[str, Any]]:
        """guid -> dataset, straight from the database."""
        return {
            record.guid: tk.get_action("package_show")(
                {"ignore_auth": True, "use_cache": False}, {"id": record.package_id}
            )
            for record in self.records().values()
            if record.package_id
        }

    def records(self) -> dict[str, HarvestRecord]:
        """guid -> what the engine remembers."""
        model.Session.expire_all()
        rows = model.Session.query(HarvestRecord).filter_by(source_id=self.id)
        return {row.guid: row for row in rows}


@pytest.fixture
def record() -> Callable[..., Record]:
    """Makes a record of the list harvester: guid, title and further fields of the dataset."""
    return made_record


@pytest.fixture
def harvester() -> type[ListHarvester]:
    return ListHarvester


@pytest.fixture
def harvest(list_plugin: None) -> Callable[..., Harvest]:
    ListHarvester.answer, ListHarvester.promised = [], None
    # what an earlier test left open would be claimed first
    model.Session.query(HarvestRun).filter(HarvestRun.state != "finished").update({"state": "finished"})
    model.Session.commit()
    return Harvest
