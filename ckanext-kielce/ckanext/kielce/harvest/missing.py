"""Records that a source does not name any more: marked at once, archived after a grace time, never deleted.

An archived dataset keeps its address and its files; its page says since when the source has been without it. When the
record returns, so does the dataset, under the same id and address.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckanext.kielce.harvest import store
from ckanext.kielce.harvest.model import HarvestItem, HarvestRecord, HarvestRun

FIELD = "archived"  # of the dataset: the day from which its source is without it
BATCH = 1000
WARSAW = ZoneInfo("Europe/Warsaw")


def note(run: HarvestRun, guids: Iterable[str]) -> None:
    """Lines of the plan for records that were there and are not any more (not committed)."""
    left = list(guids)
    for start in range(0, len(left), BATCH):
        some = left[start : start + BATCH]
        titles = dict(
            model.Session.execute(
                sa.select(HarvestRecord.guid, HarvestRecord.package_id).where(
                    HarvestRecord.source_id == run.source_id, HarvestRecord.guid.in_(some)
                )
            )
            .tuples()
            .all()
        )
        names = _titles(package for package in titles.values() if package)
        model.Session.execute(
            sa.insert(HarvestItem),
            [
                _line(run, guid, "missing", "planned", titles.get(guid), names.get(titles.get(guid) or ""))
                for guid in some
            ],
        )


def _titles(package_ids: Iterable[str]) -> dict[str, str]:
    ids = list(package_ids)
    rows = model.Session.execute(
        sa.select(model.Package.id, model.Package.title).where(model.Package.id.in_(ids))
    )
    return dict(rows.tuples().all())


def _line(
    run: HarvestRun, guid: str, action: str, state: str, package_id: str | None, title: str | None
) -> dict[str, Any]:
    return {
        "run_id": run.id,
        "source_id": run.source_id,
        "guid": guid,
        "title": title,
        "package_id": package_id,
        "action": action,
        "state": state,
        "keys": [],
        "changes": [],
    }


def settle(run: HarvestRun) -> int:
    """Mark what the run did not find, count the clean runs without it, and plan what is to be archived (not committed).

    Returns how many records are to be archived. Only for a run that read its source to the end.
    """
    now = datetime.now(timezone.utc)
    of_run = sa.select(HarvestItem.guid).where(HarvestItem.run_id == run.id)
    mine = HarvestRecord.source_id == run.source_id
    model.Session.execute(
        sa.update(HarvestRecord)
        .where(
            mine,
            HarvestRecord.state == "missing",
            HarvestRecord.guid.not_in(of_run.where(HarvestItem.action != "missing")),
        )
        .values(missing_runs=HarvestRecord.missing_runs + 1)
        .execution_options(synchronize_session=False)
    )
    model.Session.execute(
        sa.update(HarvestRecord)
        .where(
            mine,
            HarvestRecord.state == "active",
            HarvestRecord.guid.in_(of_run.where(HarvestItem.action == "missing")),
        )
        .values(state="missing", missing_since=now, missing_runs=1)
        .execution_options(synchronize_session=False)
    )
    due = model.Session.execute(
        sa.select(HarvestRecord.guid, HarvestRecord.package_id, model.Package.title)
        .outerjoin(model.Package, model.Package.id == HarvestRecord.package_id)
        .where(
            mine,
            HarvestRecord.state == "missing",
            HarvestRecord.missing_runs >= grace_runs(),
            HarvestRecord.missing_since <= now - timedelta(days=grace_days()),
        )
    ).all()
    if due:
        lines = [_line(run, guid, "archive", "planned", package_id, title) for guid, package_id, title in due]
        model.Session.execute(sa.insert(HarvestItem), lines)
    return len(due)


def grace_days() -> int:
    return int(tk.config.get("ckanext.kielce.harvest.grace_days"))


def grace_runs() -> int:
    return int(tk.config.get("ckanext.kielce.harvest.grace_runs"))


def archive(record: HarvestRecord) -> bool:
    """Archive the record's dataset, or hand it over to its other source; commits. False when there was nothing to do."""
    now = datetime.now(timezone.utc)
    record.state, record.archived_at = "archived", now
    heir = _heir(record)
    if record.role != "owner":
        model.Session.commit()
        return False
    if heir is not None:
        # It was shown as a second source until now; the next run of its source writes the dataset from it.
        heir.role, heir.fingerprint = "owner", None
        heir.draft, heir.stored = dict(record.draft), dict(record.stored)
        record.role = "also"
        model.Session.commit()
        return False
    package = model.Package.get(record.package_id or "")
    if package is None or package.state != "active":
        model.Session.commit()
        return False
    day = (record.missing_since or now).astimezone(WARSAW).date().isoformat()
    model.Session.flush()
    tk.get_action("package_patch")(store.site_context(), {"id": package.id, FIELD: day})
    model.Session.commit()
    return True


def _heir(record: HarvestRecord) -> HarvestRecord | None:
    return model.Session.scalars(
        sa.select(HarvestRecord)
        .where(
            HarvestRecord.package_id == record.package_id,
            HarvestRecord.package_id.is_not(None),
            HarvestRecord.role == "also",
            HarvestRecord.state == "active",
            HarvestRecord.id != record.id,
        )
        .order_by(HarvestRecord.first_seen)
    ).first()
