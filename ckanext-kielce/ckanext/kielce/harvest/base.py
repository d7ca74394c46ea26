"""SourceHarvester: everything about harvesting into CKAN that is not a protocol.

A protocol subclasses it, names itself in ``about`` and its settings in ``config_schema``, and gives two methods:

    class MyHarvester(SourceHarvester):
        about = {"name": "my", "title": "My protocol", "description": "…"}
        def records(self, source, client): yield Record(guid, None, {...})
        def to_dataset(self, record, source): return DatasetDraft({...}, unmapped=[...])

The engine reads all records (`plan`), refuses an answer that cannot be believed (`verdict`), and writes the new and the
changed ones (`write`). No exception of one source or record reaches another.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, ClassVar

import ckan.plugins as p
from ckan import model
from ckanext.harvest.interfaces import IHarvester
from ckanext.harvest.model import HarvestJob, HarvestObject
from ckanext.kielce.harvest import runs, settings, store
from ckanext.kielce.harvest.model import HarvestRun
from ckanext.kielce.harvest.records import (
    Client,
    ConfigField,
    DatasetDraft,
    Record,
    RecordError,
    Source,
    SourceError,
)

__all__ = [
    "Client",
    "ConfigField",
    "DatasetDraft",
    "Record",
    "RecordError",
    "Source",
    "SourceError",
    "SourceHarvester",
]

log = logging.getLogger(__name__)


def language() -> str:
    """The portal's language, in which reports are written: "pl" or "en"."""
    return "pl" if str(p.toolkit.config.get("ckan.locale_default") or "").startswith("pl") else "en"


class SourceHarvester(p.SingletonPlugin):
    """Base of all harvesters of the portal; see the module's text."""

    p.implements(IHarvester, inherit=True)

    # name, title and description as the list of source types shows them
    about: ClassVar[dict[str, str]] = {}
    config_schema: ClassVar[dict[str, ConfigField]] = {}
    # Raise it when to_dataset changes, so that unchanged records are mapped again.
    mapping_version: ClassVar[int] = 1
    # Whose record of a thing that several sources describe writes its dataset; see `ckanext.kielce.harvest.ownership`.
    precedence: ClassVar[float] = 50

    def __init_subclass__(cls, **more: Any) -> None:
        # IHarvester.info is a method; a protocol may write it as the plain table that it is.
        if isinstance(cls.__dict__.get("info"), dict):
            cls.about = cls.__dict__["info"]
            cls.info = SourceHarvester.info  # type: ignore[method-assign]
        super().__init_subclass__(**more)

    # What a protocol gives

    def records(self, source: Source, client: Client) -> Iterator[Record]:
        """All records of the source. Raises SourceError or FetchError when the source as a whole is unreadable."""
        raise NotImplementedError

    def to_dataset(self, record: Record, source: Source) -> DatasetDraft:
        """The record in the city's schema. Raises RecordError when it cannot be one."""
        raise NotImplementedError

    def original_url(self, guid: str, source: Source) -> str | None:
        """Where a person can read the record at its source."""
        return source.url

    # IHarvester

    def info(self) -> dict[str, str]:
        return dict(self.about)

    def validate_config(self, config: str | None) -> str:
        """The configuration checked and normalised, for the form. Raises ValueError with every complaint."""
        return settings.stored(settings.checked(settings.parse(config), self.config_schema, store.portal()))

    def get_original_url(self, harvest_object_id: str) -> str | None:
        found = HarvestObject.get(harvest_object_id)
        return self.original_url(found.guid, runs.source_of(found.source)) if found else None

    def gather_stage(self, harvest_job: HarvestJob) -> list[str]:
        """Read the source and plan the run, when ckanext-harvest's own consumer is used; the writers do the rest."""
        runs.adopt_jobs()
        run = model.Session.get(HarvestRun, harvest_job.id)
        if run is not None and run.state == "queued":
            run.state, run.started_at, run.attempts = "reading", runs.now(), 1
            run.lease_owner, run.lease_until = f"gather_stage:{run.id}", runs.now() + timedelta(hours=6)
            model.Session.commit()
            runs.work(run)
        return []

    def fetch_stage(self, harvest_object: HarvestObject) -> str:
        """Nothing to fetch: the content comes with the reading, many records a request."""
        return "unchanged"

    def import_stage(self, harvest_object: HarvestObject) -> bool:
        """Not called, for `fetch_stage` never asks for it: writing is done by `ckanext.kielce.harvest.write`."""
        return True
