"""One item of a plan made into its dataset, through CKAN's actions."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckanext.harvest.model import HarvestObject
from ckanext.kielce.common import indexing
from ckanext.kielce.harvest import dataset, missing, ownership, runs, store, uploads
from ckanext.kielce.harvest.merge import Base, as_stored, curated_base, free_name, merged, with_kept
from ckanext.kielce.harvest.model import HarvestItem, HarvestRecord
from ckanext.kielce.harvest.records import Record, Source, digest
from ckanext.kielce.harvest.words import reason
from sqlalchemy.dialects.postgresql import insert

if TYPE_CHECKING:
    from ckanext.kielce.harvest.base import SourceHarvester

log = logging.getLogger(__name__)

ATTEMPTS_AT_A_NAME = 3


class WriteError(Exception):
    """The catalogue refused the dataset; ``reason`` is ``{cause, pl, en}``."""

    def __init__(self, cause: str, **values: Any) -> None:
        self.reason = reason(cause, **values)
        super().__init__(self.reason["en"])


@dataclass(frozen=True)
class Work:
    """What the items of one run share."""

    run_id: str
    harvester: SourceHarvester
    source: Source
    owner_org: str | None


def record_of(source_id: str, guid: str) -> HarvestRecord | None:
    return model.Session.scalars(
        sa.select(HarvestRecord)
        .where(HarvestRecord.source_id == source_id, HarvestRecord.guid == guid)
        .execution_options(populate_existing=True)
    ).first()


def archive(item: HarvestItem) -> None:
    record = record_of(item.source_id, item.guid)
    item.state = "written"
    if record is None or record.state != "missing":
        model.Session.commit()
        return
    missing.archive(record)


def mapped(guid: str, kept: Mapping[str, Any], shared: Work) -> tuple[dict[str, Any], list[str]]:
    """(dataset as the source says it, notes on what could not be mapped) for an item's ``{content, problems}``."""
    record = Record(guid, None, kept["content"], kept["problems"])
    draft = shared.harvester.to_dataset(record, shared.source)
    owner = shared.owner_org
    if shared.source.config.get("match_organization") and draft.owner_title:
        owner = store.organization_titled(draft.owner_title) or owner
    return dataset.complete(draft, record, shared.source, owner), [*record.problems, *draft.unmapped]


def draft_of(item: HarvestItem, shared: Work) -> tuple[dict[str, Any], list[str]]:
    """As `mapped`, for an item."""
    return mapped(item.guid, json.loads(item.content or "{}"), shared)


def write(item: HarvestItem, shared: Work) -> dict[str, Any] | None:
    """Write the item's dataset; returns what the catalogue stored of it, None where nothing was written."""
    data, notes = draft_of(item, shared)
    item.title = str(data.get("title") or item.guid)
    record = record_of(item.source_id, item.guid)
    if record is None:
        record = HarvestRecord(
            id=store.record_id(item.source_id, item.guid),
            source_id=item.source_id,
            guid=item.guid,
            role="owner",
            draft={},
            stored={},
        )
        record.attempts = record.missing_runs = 0
        model.Session.add(record)
    if record.package_id is None or record.role == "also":
        weight = ownership.precedence(shared.harvester, shared.source)
        if ownership.settle(record, list(item.keys), weight):
            item.action = "change"
    base = Base(record.draft, record.stored)
    same = digest(record.draft) == digest(data) and record.state == "active"
    record.draft, record.notes, record.keys = data, notes, list(item.keys)
    record.fingerprint, record.error, record.attempts = item.fingerprint, None, 0
    record.state, record.missing_since, record.missing_runs, record.archived_at = "active", None, 0, None
    if record.role == "also":
        item.action, item.state, item.package_id = "link", "written", record.package_id
        model.Session.commit()
        return None
    package = model.Package.get(record.package_id or store.package_id(item.source_id, item.guid))
    if package is not None and package.state != "active":
        record.state = "deleted"
        item.action, item.state, item.error = (
            "note",
            "written",
            reason("deleted_by_hand", title=package.title),
        )
        model.Session.commit()
        return None
    record.changed_at, record.changed_run = runs.now(), item.run_id
    if package is None:
        return _create(item, record, data)
    if same:
        # The record changed in something that does not reach the dataset.
        item.state, item.package_id = "written", package.id
        _harvest_object(item, record, None)
        model.Session.commit()
        return None
    return _update(item, record, package.id, data, base)


def recover(item: HarvestItem) -> dict[str, Any] | None:
    """Finish an item whose writer died after the commit: index its dataset again; returns what the catalogue stored of it."""
    record = record_of(item.source_id, item.guid)
    if item.package_id is None or record is None:
        return None
    indexing.reindex(item.package_id)
    if record.role != "owner" or record.stored or not record.draft:
        return None
    package = tk.get_action("package_show")(
        {**store.site_context(), "use_cache": False}, {"id": item.package_id}
    )
    kept = json.loads(item.content or "{}").get("kept") or {}
    return with_kept(as_stored(record.draft, package), kept)


def _harvest_object(item: HarvestItem, record: HarvestRecord, status: str | None) -> None:
    """The record's one permanent harvest object, with its content, for ckanext-harvest's pages and search index.

    The dataset's row may not exist yet, so its foreign key is checked at commit.
    """
    model.Session.execute(sa.text("SET CONSTRAINTS harvest_object_package_id_fkey DEFERRED"))
    kept = json.loads(item.content or "{}")
    stamp = runs.naive(runs.now())
    values = {
        "current": True,
        "package_id": record.package_id,
        "state": "COMPLETE",
        "import_finished": stamp,
        "content": json.dumps(kept.get("content"), ensure_ascii=False),
    }
    if status:
        values |= {"report_status": status, "harvest_job_id": item.run_id}
    first = {
        "id": record.id,
        "guid": record.guid,
        "gathered": stamp,
        "harvest_source_id": item.source_id,
        "harvest_job_id": item.run_id,
        "retry_times": 0,
    }
    model.Session.execute(
        insert(HarvestObject)
        .values(**{**first, **values})
        .on_conflict_do_update(index_elements=["id"], set_=values)
    )


def _create(item: HarvestItem, record: HarvestRecord, data: dict[str, Any]) -> dict[str, Any]:
    package_id = record.package_id or store.package_id(item.source_id, item.guid)
    item_id, title = item.id, str(data.get("title") or item.guid)
    values = _columns(record)
    for attempt in range(1, ATTEMPTS_AT_A_NAME + 1):
        name = free_name(title, store.names_beginning)
        record.package_id = item.package_id = package_id
        item.state = "written"
        _harvest_object(item, record, "added")
        model.Session.flush()
        try:
            wanted = {**data, "id": package_id, "name": name}
            whole = uploads.placed(item.source_id, wanted)
            made = tk.get_action("package_create")(store.site_context(), whole)
            return as_stored(data, made)
        except tk.ValidationError as error:
            model.Session.rollback()
            if attempt == ATTEMPTS_AT_A_NAME or set(error.error_dict) != {"name"}:
                raise _invalid(item_id, data, error) from error
        except sa.exc.IntegrityError:
            model.Session.rollback()
            if attempt == ATTEMPTS_AT_A_NAME:
                raise
        # another writer took the name in between
        item, record = _reloaded(item_id, values)
    raise AssertionError("unreachable")  # pragma: no cover


def _columns(record: HarvestRecord) -> dict[str, Any]:
    return {column.key: getattr(record, column.key) for column in HarvestRecord.__table__.columns}


def _reloaded(item_id: int, values: dict[str, Any]) -> tuple[HarvestItem, HarvestRecord]:
    """Item and record after a rollback, the record with the values that were about to be written."""
    item = model.Session.get(HarvestItem, item_id, populate_existing=True)
    record = record_of(values["source_id"], values["guid"])
    if item is None:
        raise LookupError(f"item {item_id} is gone")
    if record is None:
        record = HarvestRecord(**values)
        model.Session.add(record)
    else:
        for key, value in values.items():
            setattr(record, key, value)
    return item, record


def _update(
    item: HarvestItem, record: HarvestRecord, package_id: str, data: dict[str, Any], base: Base
) -> dict[str, Any]:
    item_id = item.id
    existing = tk.get_action("package_show")({**store.site_context(), "use_cache": False}, {"id": package_id})
    result = merged(existing, data, base)
    kept = curated_base(data, base, existing)
    record.package_id = item.package_id = package_id
    record.stored = {}  # known again when the slice is settled; until then nothing counts as curated by mistake
    item.changes, item.state = result.changes, "written"
    _harvest_object(item, record, "updated")
    # for whoever takes the item over when this process dies before the slice is settled
    item.content = json.dumps({"kept": kept}, ensure_ascii=False)
    model.Session.flush()
    try:
        whole = uploads.placed(item.source_id, result.dataset, existing)
        made = tk.get_action("package_update")({**store.site_context(), "original_package": existing}, whole)
    except tk.ValidationError as error:
        model.Session.rollback()
        raise _invalid(item_id, data, error) from error
    # package_update commits nothing when nothing differs
    model.Session.commit()
    return with_kept(as_stored(data, made), kept)


def _invalid(item_id: int, data: dict[str, Any], error: tk.ValidationError) -> WriteError:
    item = model.Session.get(HarvestItem, item_id)
    guid = item.guid if item else "?"
    complaints = "; ".join(f"{field}: {message}" for field, message in error.error_summary.items())
    return WriteError("invalid", title=data.get("title") or guid, guid=guid, reason=complaints)
