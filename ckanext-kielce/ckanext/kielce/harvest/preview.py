"""What a plan would change, field by field: of a dry run, and of a refused run that waits for a decision.

The catalogue is not touched.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest import deposit, ownership, store
from ckanext.kielce.harvest.deposit import Work
from ckanext.kielce.harvest.merge import Base, merged
from ckanext.kielce.harvest.model import HarvestItem, HarvestRecord, HarvestRun
from ckanext.kielce.harvest.records import Source, SourceError
from ckanext.kielce.harvest.words import reason, record_reason

if TYPE_CHECKING:
    from ckanext.kielce.harvest.base import SourceHarvester

log = logging.getLogger(__name__)

BATCH = 200  # items in memory at a time
# Records of a refused run that are looked at: the coordinator waits for the message, and reads the first pages only.
HELD = 1000


def fill(run: HarvestRun, harvester: SourceHarvester, source: Source) -> None:
    """Note with the planned items what each would change; of a dry run also what would go wrong.

    The items of a refused run stay as they are otherwise: they are written when it is accepted.
    """
    dry = run.kind == "dry_run"
    shared = Work(run.id, harvester, source, store.owner_id(source))
    last = done = 0
    while dry or done < HELD:
        items = model.Session.scalars(
            sa.select(HarvestItem)
            .where(
                HarvestItem.run_id == run.id,
                HarvestItem.id > last,
                HarvestItem.action.in_(("create", "change", "return")),
            )
            .order_by(HarvestItem.id)
            .limit(BATCH)
        ).all()
        if not items:
            return
        for item in items:
            last = item.id
            _fill(item, shared, dry)
            if dry:
                item.content = None
        done += len(items)
        model.Session.commit()
        for item in items:  # not the run, which has to say how it ended
            model.Session.expunge(item)


def _fill(item: HarvestItem, shared: Work, dry: bool) -> None:
    try:
        data, _notes = deposit.draft_of(item, shared)
    except (SourceError, FetchError) as error:
        if dry:
            item.action, item.error = "fail", record_reason(error, item.guid, "unusable")
        return
    except Exception as error:
        log.exception("Record %s could not be mapped", item.guid)
        if dry:
            item.action, item.error = "fail", reason("unmappable", guid=item.guid, error=type(error).__name__)
        return
    item.title = str(data.get("title") or item.guid)
    record = deposit.record_of(item.source_id, item.guid)
    if record is None:
        # who would own it is worked out on a record that is never kept
        record = HarvestRecord(source_id=item.source_id, guid=item.guid, role="owner", draft={}, stored={})
        weight = ownership.precedence(shared.harvester, shared.source)
        with model.Session.no_autoflush, model.Session.begin_nested() as trial:
            ownership.settle(record, list(item.keys), weight, lock=False)
            trial.rollback()
        if record.role == "also":
            item.package_id = record.package_id
            if dry:
                item.action = "link"
        return
    item.package_id = record.package_id
    if record.role == "also" or not record.package_id or model.Package.get(record.package_id) is None:
        return
    existing = tk.get_action("package_show")(
        {**store.site_context(), "use_cache": False}, {"id": record.package_id}
    )
    item.changes = merged(existing, data, Base(record.draft, record.stored)).changes
