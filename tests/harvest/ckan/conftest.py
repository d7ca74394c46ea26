"""A harvester whose source is a list in memory, and a source of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import ckan.plugins.core
import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories
from ckanext.harvest.model import HarvestSource
from ckanext.kielce.harvest import jobs, report, store
from ckanext.kielce.harvest.base import DatasetDraft, Record, RecordError, SourceHarvester

REQUIRED = {"notes": "Opis", "domain": "transport"}


class ListHarvester(SourceHarvester):
    """Yields the records in ``answer``, or raises it when it is an exception."""

    info = {"name": "list", "title": "List", "description": "Records from memory"}
    answer: Any = []

    def records(self, source: Any, client: Any) -> Iterator[Record]:
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


def made_record(guid: str, title: str, /, **dataset: Any) -> Record:
    return Record(guid, None, {"dataset": {"title": title, **REQUIRED, **dataset}})


@pytest.fixture(scope="module")
def list_plugin(reset_db_once: None, migrate_db_for: Callable[[str], None]) -> Iterator[None]:
    """The plugins of the ini and the list harvester; loading takes a second, hence once a module."""
    real = ckan.plugins.core._get_service

    def service(name: str) -> Any:
        return ListHarvester(name=name) if name == "list_harvest" else real(name)

    ckan.plugins.core._get_service = service
    ckan.plugins.load_all()
    ckan.plugins.load("list_harvest")
    for plugin in ("activity", "harvest"):
        migrate_db_for(plugin)
    yield
    ckan.plugins.unload_all()
    ckan.plugins.core._get_service = real


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

    def run(self, answer: Any) -> dict[str, Any]:
        """Harvest the records in this process and give the report."""
        ListHarvester.answer = answer
        jobs.run_inline(self.source)
        model.Session.expire_all()
        return report.report(self.source, self.name)

    def datasets(self) -> dict[str, dict[str, Any]]:
        """guid -> dataset, straight from the database."""
        return {
            guid: tk.get_action("package_show")(
                {"ignore_auth": True, "use_cache": False}, {"id": entry.package_id}
            )
            for guid, entry in store.known(self.id).items()
        }


@pytest.fixture
def record() -> Callable[..., Record]:
    """Makes a record of the list harvester: guid, title and further fields of the dataset."""
    return made_record


@pytest.fixture
def harvester() -> type[ListHarvester]:
    return ListHarvester


@pytest.fixture
def harvest(list_plugin: None) -> Callable[..., Harvest]:
    return Harvest
