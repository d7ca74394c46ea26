"""Writing what a run has planned: slices of its items, through CKAN's actions, with one request to Solr a slice.

A slice belongs to the writer whose lease it carries. An item's record, its harvest object and its dataset are committed
in one transaction, so that a writer that is killed leaves an item either undone or written; one that is written but
not surely in the index is indexed again by whoever finds its lease lapsed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import ckan.plugins.toolkit as tk
import pysolr
import sqlalchemy as sa
from ckan import model
from ckan.lib import search
from ckan.lib.search import index
from ckan.lib.search.common import SearchIndexError
from ckanext.harvest.model import HarvestObject, HarvestSource
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest import dataset, missing, ownership, runs, store, uploads
from ckanext.kielce.harvest.merge import Base, as_stored, free_name, merged, still_curated
from ckanext.kielce.harvest.model import HarvestItem, HarvestRecord, HarvestRun
from ckanext.kielce.harvest.records import Record, Source, SourceError, digest
from ckanext.kielce.harvest.words import both
from sqlalchemy.dialects.postgresql import insert

if TYPE_CHECKING:
    from ckanext.kielce.harvest.base import SourceHarvester

log = logging.getLogger(__name__)

SLICE = 50  # items a lease
ATTEMPTS = 6  # at one item, before it counts as failed
WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (2, 10, 30, 60, 120)
)  # between them; the last repeats
ATTEMPTS_AT_A_NAME = 3
PREVIEW = 200  # items of a dry run in memory at a time


class WriteError(Exception):
    """The catalogue refused the dataset; ``reason`` is ``{cause, pl, en}``."""

    def __init__(self, cause: str, **values: Any) -> None:
        english, polish = both(cause, **values)
        super().__init__(english)
        self.reason = {"cause": cause, "pl": polish, "en": english}


@dataclass(frozen=True)
class Work:
    """What the items of one run share."""

    run_id: str
    harvester: SourceHarvester
    source: Source
    owner_org: str | None


def work(owner: str, *, run_id: str | None = None) -> int:
    """Write one slice of some run (or of ``run_id``); returns how many items were taken, 0 when there is nothing to do."""
    taken = _lease(owner, run_id)
    if taken is None:
        return 0
    found_run, ids = taken
    try:
        shared = _shared(found_run)
    except (SourceError, ValueError) as error:
        model.Session.rollback()
        text = error if isinstance(error, SourceError) else SourceError(str(error))
        _fail_all(ids, {"cause": "source", "pl": text.text("pl"), "en": text.text("en")})
        runs.finish_if_done(found_run)
        return len(ids)
    written: dict[int, dict[str, Any] | None] = {}
    with _documents() as documents:
        for item_id in ids:
            begun = len(documents)
            _one(item_id, owner, shared, written)
            if item_id not in written:
                del documents[
                    begun:
                ]  # CKAN indexes before it commits: what was rolled back must not be found
    _settle(written, documents)
    runs.finish_if_done(found_run)
    return len(ids)


def _lease(owner: str, run_id: str | None) -> tuple[str, list[int]] | None:
    """Take a slice of a run picked at random among those with work, so that a big source holds nobody up."""
    free = sa.and_(
        HarvestItem.state.in_(("ready", "written")),
        sa.or_(HarvestItem.lease_until.is_(None), HarvestItem.lease_until < sa.func.now()),
        sa.or_(HarvestItem.not_before.is_(None), HarvestItem.not_before <= sa.func.now()),
    )
    wanted = sa.select(HarvestRun.id).where(
        HarvestRun.state == "writing", sa.exists().where(HarvestItem.run_id == HarvestRun.id, free)
    )
    if run_id is not None:
        wanted = wanted.where(HarvestRun.id == run_id)
    found = model.Session.scalar(wanted.order_by(sa.func.random()).limit(1))
    if found is None:
        model.Session.rollback()
        return None
    slice_ = (
        sa.select(HarvestItem.id)
        .where(HarvestItem.run_id == found, free)
        .order_by(HarvestItem.id)
        .limit(SLICE)
        .with_for_update(skip_locked=True)
    )
    ids = model.Session.scalars(
        sa.update(HarvestItem)
        .where(HarvestItem.id.in_(slice_))
        .values(lease_owner=owner, lease_until=runs.now() + runs.lease(), attempts=HarvestItem.attempts + 1)
        .returning(HarvestItem.id)
        .execution_options(synchronize_session=False)
    ).all()
    model.Session.commit()
    return (found, sorted(ids)) if ids else None


def _shared(run_id: str) -> Work:
    run = model.Session.get(HarvestRun, run_id)
    row = model.Session.get(HarvestSource, run.source_id) if run else None
    harvester = runs.harvester_of(row.type) if row else None
    if row is None or harvester is None:
        raise SourceError(*both("no_harvester", type=row.type if row else "?"))
    source = runs.source_of(row)
    return Work(run_id, harvester, source, store.owner_id(source))


class _Later:
    """Stands for the connection to Solr while a slice is written: documents wait for the slice's end."""

    def __init__(self, documents: list[dict[str, Any]]) -> None:
        self.documents, self.url = documents, ""

    def add(self, docs: list[dict[str, Any]], **_options: Any) -> None:
        self.documents.extend(docs)


@contextmanager
def _documents() -> Iterator[list[dict[str, Any]]]:
    """Collect what CKAN's actions would send to Solr one by one; a request each costs as much as the rest of indexing.

    CKAN has no hook for it, hence the exchanged factory. A writer is one thread; nothing else of its process indexes.
    """
    collected: list[dict[str, Any]] = []
    real = index.make_connection
    index.make_connection = lambda *_args, **_more: _Later(collected)  # type: ignore[assignment,return-value]
    try:
        yield collected
    finally:
        index.make_connection = real


def without_waiting_for_disk() -> None:
    """Let this process's commits return before they are on disk; for a writer, once at its start.

    A crash of PostgreSQL loses the last commits in order, with the items' states in them, so that the items are done
    again; the commit that ends a run waits for the disk, and so for all before it.
    """

    def relax(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET synchronous_commit TO off")
        connection.commit()

    sa.event.listen(model.ensure_engine(), "connect", relax)
    model.ensure_engine().dispose()


def _one(item_id: int, owner: str, shared: Work, written: dict[int, dict[str, Any] | None]) -> None:
    """Write one item; what went wrong is kept with it. Database errors that are not the item's own pass through."""
    item = model.Session.get(HarvestItem, item_id, populate_existing=True)
    if item is None or item.lease_owner != owner or item.state not in ("ready", "written"):
        model.Session.rollback()
        return
    guid = item.guid
    try:
        if item.state == "written":
            search.rebuild(item.package_id, force=False)
            written[item_id] = None
        elif item.attempts > ATTEMPTS:
            raise WriteError("gave_up_record", guid=guid, attempts=ATTEMPTS)
        elif item.action == "archive":
            _archive(item)
            written[item_id] = None
        else:
            written[item_id] = _write(item, shared)
    except WriteError as error:
        _fail(item_id, error.reason)
    except (SourceError, FetchError) as error:
        english = both("record", guid=guid, reason=error.text("en"))[0]
        polish = both("record", guid=guid, reason=error.text("pl"))[1]
        if isinstance(error, FetchError):
            _again(item_id, {"cause": "fetch", "pl": polish, "en": english})
        else:
            _fail(item_id, {"cause": "unusable", "pl": polish, "en": english})
    except (SearchIndexError, pysolr.SolrError, search.SearchError) as error:
        log.warning("Record %s could not be indexed: %s", guid, error)
        _again(item_id, _reason("index", guid=guid, error=type(error).__name__))
    except sa.exc.OperationalError:
        raise  # the database is away: the lease lapses, and the item is taken up again
    except sa.exc.SQLAlchemyError as error:
        log.warning("Record %s could not be written: %s", guid, error)
        _again(item_id, _reason("database", guid=guid, error=type(error).__name__))
    except Exception as error:
        log.exception("Record %s could not be written", guid)
        _fail(item_id, _reason("unmappable", guid=guid, error=type(error).__name__))


def _reason(cause: str, **values: Any) -> dict[str, Any]:
    english, polish = both(cause, **values)
    return {"cause": cause, "pl": polish, "en": english}


def _fail(item_id: int, reason: dict[str, Any]) -> None:
    """The item is given up in this run; its record keeps its last good state and is tried again in the next."""
    model.Session.rollback()
    item = model.Session.get(HarvestItem, item_id, populate_existing=True)
    if item is None:
        return
    item.state, item.error, item.lease_owner, item.lease_until = "failed", reason, None, None
    record = _record(item.source_id, item.guid)
    if record is not None:
        record.error, record.attempts = reason, record.attempts + 1
    _count(item.run_id, 1)
    model.Session.commit()


def _fail_all(ids: list[int], reason: dict[str, Any]) -> None:
    for item_id in ids:
        _fail(item_id, reason)


def _again(item_id: int, reason: dict[str, Any]) -> None:
    """Something that passes was in the way: the item waits a while and is taken up again."""
    model.Session.rollback()
    item = model.Session.get(HarvestItem, item_id, populate_existing=True)
    if item is None:
        return
    if item.attempts >= ATTEMPTS:
        _fail(item_id, reason)
        return
    item.error, item.lease_owner, item.lease_until = reason, None, None
    item.not_before = runs.now() + WAITS[min(item.attempts, len(WAITS)) - 1]
    model.Session.commit()


def _count(run_id: str, number: int) -> None:
    model.Session.execute(
        sa.update(HarvestRun)
        .where(HarvestRun.id == run_id)
        .values(done=HarvestRun.done + number)
        .execution_options(synchronize_session=False)
    )


def _settle(written: dict[int, dict[str, Any] | None], documents: list[dict[str, Any]]) -> None:
    """One request to Solr for the slice; then its items are done, and what the catalogue stored is the merge's new base."""
    if not written:
        return
    try:
        if documents:
            index.make_connection().add(docs=documents, commit=True)
            _catch_up(documents)
    except (search.SearchError, SearchIndexError, pysolr.SolrError, OSError) as error:
        log.warning("Solr did not take a slice (%s); its %d records are indexed again", error, len(written))
        model.Session.execute(
            sa.update(HarvestItem)
            .where(HarvestItem.id.in_(list(written)), HarvestItem.state == "written")
            .values(lease_owner=None, lease_until=None, not_before=runs.now() + WAITS[0])
            .execution_options(synchronize_session=False)
        )
        model.Session.commit()
        return
    rows = model.Session.execute(
        sa.update(HarvestItem)
        .where(HarvestItem.id.in_(list(written)), HarvestItem.state == "written")
        .values(state="done", content=None, lease_owner=None, lease_until=None)
        .returning(HarvestItem.id, HarvestItem.run_id, HarvestItem.source_id, HarvestItem.guid)
        .execution_options(synchronize_session=False)
    ).all()
    stored = [
        {"b_source": source_id, "b_guid": guid, "stored": written[item_id]}
        for item_id, _run, source_id, guid in rows
        if written[item_id] is not None
    ]
    if stored:
        model.Session.connection().execute(
            sa.update(HarvestRecord.__table__)
            .where(
                HarvestRecord.__table__.c.source_id == sa.bindparam("b_source"),
                HarvestRecord.__table__.c.guid == sa.bindparam("b_guid"),
            )
            .values(stored=sa.bindparam("stored")),
            stored,
        )
    if rows:
        _count(rows[0].run_id, len(rows))
    model.Session.commit()


def _catch_up(documents: list[dict[str, Any]]) -> None:
    """Index again what somebody edited while its document waited for the slice's end: Solr has just got the older one."""
    sent = {document["id"]: document["metadata_modified"] for document in documents}
    rows = model.Session.execute(
        sa.select(model.Package.id, model.Package.metadata_modified).where(model.Package.id.in_(sent))
    )
    for package_id, modified in rows.tuples().all():
        if f"{modified.isoformat()}Z" != sent[package_id]:
            search.rebuild(package_id, force=False)


# One item


def _record(source_id: str, guid: str) -> HarvestRecord | None:
    return model.Session.scalars(
        sa.select(HarvestRecord)
        .where(HarvestRecord.source_id == source_id, HarvestRecord.guid == guid)
        .execution_options(populate_existing=True)
    ).first()


def _archive(item: HarvestItem) -> None:
    record = _record(item.source_id, item.guid)
    item.state = "written"
    if record is None or record.state != "missing":
        model.Session.commit()
        return
    missing.archive(record)


def _draft(item: HarvestItem, shared: Work) -> tuple[dict[str, Any], list[str]]:
    """(dataset as the source says it, notes on what could not be mapped)."""
    kept = json.loads(item.content or "{}")
    record = Record(item.guid, None, kept["content"], kept["problems"])
    draft = shared.harvester.to_dataset(record, shared.source)
    owner = shared.owner_org
    if shared.source.config.get("match_organization") and draft.owner_title:
        owner = store.organization_titled(draft.owner_title) or owner
    return dataset.complete(draft, record, shared.source, owner), [*record.problems, *draft.unmapped]


def _write(item: HarvestItem, shared: Work) -> dict[str, Any] | None:
    """Write the item's dataset; returns what the catalogue stored of it, None where nothing was written."""
    data, notes = _draft(item, shared)
    item.title = str(data.get("title") or item.guid)
    record = _record(item.source_id, item.guid)
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
    same = digest(record.draft) == digest(data) and record.state in ("active", "failed")
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
            _reason("deleted_by_hand", title=package.title),
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
    record = _record(values["source_id"], values["guid"])
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
    record.package_id = item.package_id = package_id
    record.stored = {}  # known again when the slice is settled; until then nothing counts as curated by mistake
    item.changes, item.state = result.changes, "written"
    _harvest_object(item, record, "updated")
    model.Session.flush()
    try:
        whole = uploads.placed(item.source_id, result.dataset, existing)
        made = tk.get_action("package_update")({**store.site_context(), "original_package": existing}, whole)
    except tk.ValidationError as error:
        model.Session.rollback()
        raise _invalid(item_id, data, error) from error
    # package_update commits nothing when nothing differs
    model.Session.commit()
    return still_curated(as_stored(data, made), data, base, existing)


def _invalid(item_id: int, data: dict[str, Any], error: tk.ValidationError) -> WriteError:
    item = model.Session.get(HarvestItem, item_id)
    guid = item.guid if item else "?"
    reason = "; ".join(f"{field}: {message}" for field, message in error.error_summary.items())
    return WriteError("invalid", title=data.get("title") or guid, guid=guid, reason=reason)


# Dry run


def preview(run: HarvestRun, harvester: SourceHarvester, source: Source) -> None:
    """Fill in what each planned item of a dry run would change, and what would go wrong; the catalogue is not touched."""
    shared = Work(run.id, harvester, source, store.owner_id(source))
    last = 0
    while True:
        items = model.Session.scalars(
            sa.select(HarvestItem)
            .where(
                HarvestItem.run_id == run.id,
                HarvestItem.id > last,
                HarvestItem.action.in_(("create", "change", "return")),
            )
            .order_by(HarvestItem.id)
            .limit(PREVIEW)
        ).all()
        if not items:
            return
        for item in items:
            last = item.id
            _preview(item, shared)
            item.content = None
        model.Session.commit()
        for item in items:  # not the run, which has to say how it ended
            model.Session.expunge(item)


def _preview(item: HarvestItem, shared: Work) -> None:
    try:
        data, _notes = _draft(item, shared)
    except (SourceError, FetchError) as error:
        item.action = "fail"
        item.error = {
            "cause": "unusable",
            "pl": both("record", guid=item.guid, reason=error.text("pl"))[1],
            "en": both("record", guid=item.guid, reason=error.text("en"))[0],
        }
        return
    except Exception as error:
        log.exception("Record %s could not be mapped", item.guid)
        item.action, item.error = "fail", _reason("unmappable", guid=item.guid, error=type(error).__name__)
        return
    item.title = str(data.get("title") or item.guid)
    record = _record(item.source_id, item.guid)
    if record is None:
        # who would own it is worked out on a record that is never kept
        record = HarvestRecord(source_id=item.source_id, guid=item.guid, role="owner", draft={}, stored={})
        weight = ownership.precedence(shared.harvester, shared.source)
        with model.Session.no_autoflush, model.Session.begin_nested() as trial:
            ownership.settle(record, list(item.keys), weight, lock=False)
            trial.rollback()
        if record.role == "also":
            item.action, item.package_id = "link", record.package_id
        return
    item.package_id = record.package_id
    if record.role == "also" or not record.package_id or model.Package.get(record.package_id) is None:
        return
    existing = tk.get_action("package_show")(
        {**store.site_context(), "use_cache": False}, {"id": record.package_id}
    )
    item.changes = merged(existing, data, Base(record.draft, record.stored)).changes
