"""SourceHarvester: everything about harvesting into CKAN that is not a protocol.

A protocol subclasses it, names itself in ``about`` and its settings in ``config_schema``, and gives two methods:

    class MyHarvester(SourceHarvester):
        about = {"name": "my", "title": "My protocol", "description": "…"}
        def records(self, source, client): yield Record(guid, None, {...})
        def to_dataset(self, record, source): return DatasetDraft({...}, unmapped=[...])

Gathering reads all records, refuses an empty or sharply smaller answer, and leaves work only for records that are new
or changed (by content, not by a date stamp). No exception leaves a stage: one that did would kill the consumer of
ckanext-harvest and leave its job running for ever.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any, ClassVar

import ckan.plugins as p
from ckan import model
from ckanext.harvest.interfaces import IHarvester
from ckanext.harvest.model import HarvestGatherError, HarvestJob, HarvestObject, HarvestObjectError
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest import settings, store
from ckanext.kielce.harvest.merge import with_source_settings
from ckanext.kielce.harvest.records import (
    Client,
    ConfigField,
    DatasetDraft,
    Record,
    RecordError,
    Source,
    SourceError,
    digest,
)
from ckanext.kielce.harvest.words import say
from ckanext.kielce.harvest.writer import Outcome, WriteError, write

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
        return self.original_url(found.guid, self._source(found.source)) if found else None

    def gather_stage(self, harvest_job: HarvestJob) -> list[str]:
        lang = language()
        try:
            source = self._source(harvest_job.source)
            store.owner_id(source)  # a missing organisation stops the run before the source is asked
            collected = self._collect(source, lang)
            return store.plan(
                harvest_job, collected, minimum_share=_minimum_share(source), lang=lang, url=source.url
            )
        except (SourceError, FetchError) as error:
            message = error.text(lang)
        except settings.ConfigError as error:
            message = str(error)
        except Exception as error:
            log.exception("Harvest of %s failed while gathering", harvest_job.source_id)
            message = say("unexpected", lang, error=type(error).__name__)
        model.Session.rollback()
        HarvestGatherError.create(message, harvest_job)
        return []

    def fetch_stage(self, harvest_object: HarvestObject) -> bool | str:
        # The content came with the gathering, many records a request. An object that was queued twice (a consumer
        # died after its work) is not worked on twice.
        return "unchanged" if harvest_object.import_finished else True

    def import_stage(self, harvest_object: HarvestObject) -> bool | str:
        object_id, guid, lang = harvest_object.id, harvest_object.guid, language()
        try:
            outcome = self._import(harvest_object, lang)
            return "unchanged" if outcome is Outcome.UNCHANGED else True
        except (SourceError, FetchError) as error:
            message = say("record", lang, guid=guid, reason=error.text(lang))
        except WriteError as error:
            message = str(error)
        except Exception as error:
            log.exception("Record %s could not be imported", guid)
            code = "database" if store.is_database_error(error) else "unmappable"
            message = say(code, lang, guid=guid, error=type(error).__name__)
        model.Session.rollback()
        HarvestObjectError.create(message, HarvestObject.get(object_id), "Import")
        return False

    # Inside

    def _source(self, row: Any) -> Source:
        return Source(row.id, row.url, row.title or "", settings.parse(row.config))

    def _collect(self, source: Source, lang: str) -> list[store.Collected]:
        """The records, each guid once, with the fingerprint that tells whether they changed."""
        seen: set[str] = set()
        collected: list[store.Collected] = []
        basis = digest([self.info()["name"], self.mapping_version, source.config])
        for record in self.records(source, Client(source)):
            error = record.error
            guid = record.guid.strip()
            if not guid:
                error, guid = (
                    error or say("no_guid", lang, title="?"),
                    f"?{len(collected)}",
                )
            elif guid in seen:
                error = say("double", lang, guid=guid)
            elif error:
                error = say("record", lang, guid=guid, reason=error)
            seen.add(guid)
            fingerprint = digest([basis, record.revision if record.revision is not None else record.loaded()])
            content = json.dumps(
                {"content": record.loaded(), "problems": record.problems}, ensure_ascii=False
            )
            incomplete = record.incomplete
            if incomplete:
                # never the fingerprint of a complete record: the next run that reads all of it must write it
                fingerprint = digest([fingerprint, "incomplete"])
                incomplete = say("record", lang, guid=guid, reason=incomplete)
            collected.append(
                store.Collected(guid, fingerprint, content, error, None if error else incomplete)
            )
        return collected

    def _import(self, harvest_object: HarvestObject, lang: str) -> Outcome:
        source = self._source(harvest_object.source)
        kept = json.loads(harvest_object.content)
        record = Record(harvest_object.guid, None, kept["content"], kept["problems"])
        draft = self.to_dataset(record, source)
        owner = store.owner_id(source)
        if source.config.get("match_organization") and draft.owner_title:
            owner = store.organization_titled(draft.owner_title) or owner
        data = with_source_settings(draft, record, source, owner)
        notes = [*record.problems, *draft.unmapped]
        return write(harvest_object, data, notes, lang)


def _minimum_share(source: Source) -> float:
    share = source.config.get("minimum_share")
    if share is None:
        share = p.toolkit.config.get("ckanext.kielce.harvest.minimum_share")
    return float(share)
