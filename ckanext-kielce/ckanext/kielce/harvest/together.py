"""New records of a slice made into datasets together: through CKAN's actions, in one transaction for all of them.

What costs as much for fifty records as for one is done once: the commit, the look for other sources' datasets, for
addresses that are taken, for keywords. Only what is plainly new comes here, at its first attempt. Everything else, and
whatever goes wrong, is left to `write`, which does it record by record and says what was wrong; so nothing has to be
recovered here from a transaction that failed.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import logic, model
from ckan.lib.search.common import SearchIndexError
from ckanext.harvest.model import HarvestObject
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest import deposit, documents, memo, runs, store, uploads
from ckanext.kielce.harvest.deposit import Work
from ckanext.kielce.harvest.merge import as_stored, free_name, slug
from ckanext.kielce.harvest.model import HarvestItem, HarvestRecord
from ckanext.kielce.harvest.records import SourceError
from sqlalchemy.dialects.postgresql import insert

log = logging.getLogger(__name__)

FAULTS = 5  # records of a slice that may stand in the way before the rest of it is done one by one


class OvertakenError(Exception):
    """Somebody else has taken an item over, or made its dataset, in between."""


@dataclass(frozen=True)
class New:
    """A record that nobody has seen before, and the dataset that it becomes."""

    item: sa.Row[Any]
    content: str  # of the record, as JSON text
    data: dict[str, Any]
    notes: list[str]
    package_id: str

    @property
    def title(self) -> str:
        return str(self.data.get("title") or self.item.guid)


def create(ids: Sequence[int], owner: str, shared: Work, pending: list[dict[str, Any]]) -> list[int]:
    """Make datasets of those of the leased items that are plainly new; returns the items that are written and committed.

    Their documents for Solr are appended to ``pending``, see `documents.collected`. Raises sa.exc.OperationalError when the
    database is away.
    """
    done: list[New] = []
    left = _new(_first_attempts(ids, owner), shared)
    for _fault in range(FAULTS + 1):
        bad = _written(left, owner, shared, pending) if left else None
        if bad is None:
            done += left
            break
        good = left[:bad]
        if good and _written(good, owner, shared, pending) is not None:
            break
        done += good
        left = left[bad + 1 :]
    return [each.item.id for each in done]


def _first_attempts(ids: Sequence[int], owner: str) -> Sequence[sa.Row[Any]]:
    """The leased items that are to be made; one whose writer died is done alone, for it may have been the reason."""
    columns = HarvestItem.__table__.c
    wanted = (
        columns.id,
        columns.run_id,
        columns.source_id,
        columns.guid,
        columns.content,
        columns.fingerprint,
    )
    return model.Session.execute(
        sa.select(*wanted, columns["keys"].label("marks"))
        .where(
            columns.id.in_(ids),
            columns.lease_owner == owner,
            columns.state == "ready",
            columns.action == "create",
            columns.attempts <= 1,
        )
        .order_by(columns.id)
    ).all()


def _new(items: Sequence[sa.Row[Any]], shared: Work) -> list[New]:
    """Those of the items that have neither record nor dataset nor another source's dataset, and that can be mapped."""
    if not items:
        return []
    source_id, guids = shared.source.id, [item.guid for item in items]
    known = set(
        model.Session.scalars(
            sa.select(HarvestRecord.guid).where(
                HarvestRecord.source_id == source_id, HarvestRecord.guid.in_(guids)
            )
        )
    )
    ids = {guid: store.package_id(source_id, guid) for guid in guids}
    there = set(model.Session.scalars(sa.select(model.Package.id).where(model.Package.id.in_(ids.values()))))
    owned = store.owned(_keys(items), source_id)
    found = []
    for item in items:
        if item.guid in known or ids[item.guid] in there or owned.intersection(item.marks):
            continue
        kept = json.loads(item.content or "{}")
        try:
            data, notes = deposit.mapped(item.guid, kept, shared)
        except (SourceError, FetchError):
            continue  # said by whoever does it alone
        except Exception:
            log.exception("Record %s could not be mapped with the others", item.guid)
            continue
        content = json.dumps(kept.get("content"), ensure_ascii=False)
        found.append(New(item, content, data, notes, ids[item.guid]))
    return found


def _keys(items: Sequence[sa.Row[Any]]) -> set[str]:
    return {key for item in items for key in item.marks}


def _written(left: list[New], owner: str, shared: Work, pending: list[dict[str, Any]]) -> int | None:
    """Write and commit all of them, None then; else none of them, and the place of the one that stood in the way.

    The place past the end says that it was no single one.
    """
    begun, place = len(pending), 0
    try:
        _prepare(left, shared)
        names, context, stored = _names(left), store.site_context(), []
        with memo.remembered(), documents.shown() as shown:
            for each, name in zip(left, names, strict=True):
                wanted = uploads.placed(shared.source.id, {**each.data, "id": each.package_id, "name": name})
                made = tk.get_action("package_create")({**context, "defer_commit": True}, wanted)
                stored.append(as_stored(each.data, made))
                logic.index_insert_package_dicts(shown.pop())
                shown.clear()
                place += 1
        _note(left, stored, owner)
        model.Session.commit()
        return None
    except sa.exc.OperationalError as error:
        if not store.passes(error):
            raise
        why: Exception = error
    except (
        tk.ValidationError,
        SourceError,
        OvertakenError,
        SearchIndexError,
        sa.exc.SQLAlchemyError,
    ) as error:
        why = error
    except Exception as error:
        log.exception("A slice could not be written together")
        why = error
    log.info("%d records are not written together: %s", len(left), type(why).__name__)
    model.Session.rollback()
    # CKAN indexes before it commits: what was rolled back must not be found
    del pending[begun:]
    return place


def _prepare(left: list[New], shared: Work) -> None:
    """Keywords, which have to be there before two writers need the same; the records' keys, locked; harvest objects."""
    items = [each.item for each in left]
    store.make_tags({tag["name"] for each in left for tag in each.data.get("tags") or []})
    keys = _keys(items)
    store.lock(keys)
    if store.owned(keys, shared.source.id):
        raise OvertakenError
    stamp = runs.naive(runs.now())
    statement = insert(HarvestObject)
    new = ("package_id", "content", "import_finished", "current", "state", "report_status", "harvest_job_id")
    # the datasets' rows do not exist yet, so the foreign key is checked at commit
    model.Session.execute(sa.text("SET CONSTRAINTS harvest_object_package_id_fkey DEFERRED"))
    model.Session.execute(
        statement.on_conflict_do_update(
            index_elements=["id"], set_={name: statement.excluded[name] for name in new}
        ),
        [
            {
                "id": store.record_id(each.item.source_id, each.item.guid),
                "guid": each.item.guid,
                "gathered": stamp,
                "harvest_source_id": each.item.source_id,
                "harvest_job_id": each.item.run_id,
                "retry_times": 0,
                "package_id": each.package_id,
                "content": each.content,
                "import_finished": stamp,
                "current": True,
                "state": "COMPLETE",
                "report_status": "added",
            }
            for each in left
        ],
    )


def _names(left: list[New]) -> list[str]:
    """A free address for each; two of them do not get the same."""
    mine: set[str] = set()
    names: list[str] = []
    in_use = store.names_in_use([slug(each.title) for each in left])
    for each in left:
        name = free_name(
            each.title, lambda base: {*mine, *(store.names_beginning(base) if base in in_use else ())}
        )
        mine.add(name)
        names.append(name)
    return names


def _note(left: list[New], stored: list[dict[str, Any]], owner: str) -> None:
    """The records, and the items as written. Raises OvertakenError when some items are not ours any more."""
    now = runs.now()
    model.Session.execute(
        sa.insert(HarvestRecord),
        [
            {
                "id": store.record_id(each.item.source_id, each.item.guid),
                "source_id": each.item.source_id,
                "guid": each.item.guid,
                "package_id": each.package_id,
                "fingerprint": each.item.fingerprint,
                "draft": each.data,
                "stored": kept,
                "notes": each.notes,
                "keys": list(each.item.marks),
                "changed_at": now,
                "changed_run": each.item.run_id,
            }
            for each, kept in zip(left, stored, strict=True)
        ],
    )
    updated = model.Session.execute(
        sa.text(
            "UPDATE kielce_harvest_item AS item SET state = 'written', title = new.title, package_id = new.package_id "
            "FROM unnest(CAST(:ids AS bigint[]), CAST(:titles AS text[]), CAST(:packages AS text[])) "
            "AS new (id, title, package_id) "
            "WHERE item.id = new.id AND item.state = 'ready' AND item.lease_owner = :owner"
        ),
        {
            "ids": [each.item.id for each in left],
            "titles": [each.title for each in left],
            "packages": [each.package_id for each in left],
            "owner": owner,
        },
    )
    if updated.rowcount != len(left):  # type: ignore[attr-defined]
        raise OvertakenError
