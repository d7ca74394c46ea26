"""Writing what a run has planned: slices of its items, through CKAN's actions, with one request to Solr a slice.

A slice belongs to the writer whose lease it carries. An item's record, its harvest object and its dataset are committed
in one transaction, those of new records with their neighbours' (`together`), so that a writer that is killed leaves an
item either undone or written; one that is written but not surely in the index is indexed again by whoever finds its
lease lapsed.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pysolr
import sqlalchemy as sa
from ckan import model
from ckan.lib import search
from ckan.lib.search import index
from ckan.lib.search.common import SearchIndexError
from ckanext.harvest.model import HarvestSource
from ckanext.kielce.common import indexing
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest import closing, deposit, documents, runs, store, together
from ckanext.kielce.harvest.deposit import Work, WriteError, record_of
from ckanext.kielce.harvest.model import HarvestItem, HarvestRecord, HarvestRun
from ckanext.kielce.harvest.records import SourceError
from ckanext.kielce.harvest.words import both, reason, record_reason

log = logging.getLogger(__name__)

SLICE = 50  # items a lease
ATTEMPTS = 6  # at one item, before it counts as failed
# between them; the last repeats
WAITS = tuple(timedelta(seconds=seconds) for seconds in (2, 10, 30, 60, 120))


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
        for item_id in ids:
            _fail(item_id, {"cause": "source", "pl": text.text("pl"), "en": text.text("en")})
        closing.finish_if_done(found_run)
        return len(ids)
    written: dict[int, dict[str, Any] | None] = {}
    with documents.collected() as pending:
        written.update(dict.fromkeys(together.create(ids, owner, shared, pending)))
        for item_id in [each for each in ids if each not in written]:
            begun = len(pending)
            _one(item_id, owner, shared, written)
            if item_id not in written:
                # CKAN indexes before it commits: what was rolled back must not be found
                del pending[begun:]
    _settle(written, pending)
    closing.finish_if_done(found_run)
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
            written[item_id] = deposit.recover(item)
        elif item.attempts > ATTEMPTS:
            raise WriteError("gave_up_record", guid=guid, attempts=ATTEMPTS)
        elif item.action == "archive":
            deposit.archive(item)
            written[item_id] = None
        else:
            written[item_id] = deposit.write(item, shared)
    except WriteError as error:
        _fail(item_id, error.reason)
    except (SourceError, FetchError) as error:
        if isinstance(error, FetchError):
            _again(item_id, record_reason(error, guid, "fetch"))
        else:
            _fail(item_id, record_reason(error, guid, "unusable"))
    except (SearchIndexError, pysolr.SolrError, search.SearchError) as error:
        log.warning("Record %s could not be indexed: %s", guid, error)
        _again(item_id, reason("index", guid=guid, error=type(error).__name__))
    except sa.exc.OperationalError as error:
        if not store.passes(error):
            raise  # the database is away: the lease lapses, and the item is taken up again
        _again(item_id, reason("database", guid=guid, error=type(error).__name__))
    except sa.exc.SQLAlchemyError as error:
        log.warning("Record %s could not be written: %s", guid, error)
        _again(item_id, reason("database", guid=guid, error=type(error).__name__))
    except Exception as error:
        log.exception("Record %s could not be written", guid)
        _fail(item_id, reason("unmappable", guid=guid, error=type(error).__name__))


def _fail(item_id: int, why: dict[str, Any]) -> None:
    """The item is given up in this run; its record keeps its last good state and is tried again in the next."""
    model.Session.rollback()
    item = model.Session.get(HarvestItem, item_id, populate_existing=True)
    if item is None:
        return
    item.state, item.error, item.lease_owner, item.lease_until = "failed", why, None, None
    record = record_of(item.source_id, item.guid)
    if record is not None:
        record.error, record.attempts = why, record.attempts + 1
    _count(item.run_id, 1)
    model.Session.commit()


def _again(item_id: int, why: dict[str, Any]) -> None:
    """Something that passes was in the way: the item waits a while and is taken up again."""
    model.Session.rollback()
    item = model.Session.get(HarvestItem, item_id, populate_existing=True)
    if item is None:
        return
    if item.attempts >= ATTEMPTS:
        _fail(item_id, why)
        return
    item.error, item.lease_owner, item.lease_until = why, None, None
    item.not_before = runs.now() + WAITS[min(item.attempts, len(WAITS)) - 1]
    model.Session.commit()


def _count(run_id: str, number: int) -> None:
    model.Session.execute(
        sa.update(HarvestRun)
        .where(HarvestRun.id == run_id)
        .values(done=HarvestRun.done + number)
        .execution_options(synchronize_session=False)
    )


def _settle(written: dict[int, dict[str, Any] | None], pending: list[dict[str, Any]]) -> None:
    """One request to Solr for the slice; then its items are done, and what the catalogue stored is the merge's new base."""
    if not written:
        return
    try:
        if pending:
            # found from now on, and kept in Solr's log; that it is in the files too costs as much again, and Solr sees to it
            index.make_connection().add(docs=pending, commit=False, softCommit=True)
            _catch_up(pending)
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


def _catch_up(sent_now: list[dict[str, Any]]) -> None:
    """Index again what somebody edited while its document waited for the slice's end: Solr has just got the older one."""
    sent = {document["id"]: document["metadata_modified"] for document in sent_now}
    rows = model.Session.execute(
        sa.select(model.Package.id, model.Package.metadata_modified).where(model.Package.id.in_(sent))
    )
    for package_id, modified in rows.tuples().all():
        if f"{modified.isoformat()}Z" != sent[package_id]:
            indexing.reindex(package_id)
