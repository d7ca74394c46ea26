"""Follow changes of datasets: remember declared frequencies, and queue a look once the change is committed.

CKAN calls its ``after_dataset_*`` hooks before it commits, so a job queued there could read the old state. The ids
are kept on the database session and queued by its ``after_commit`` event.
"""

from __future__ import annotations

import logging
from typing import Any

import redis
from ckan import model
from sqlalchemy import delete, event

from . import jobs
from .gather.declare import record_declaration
from .model import Score
from .settings import settings
from .store import NO_DATA_TYPES

log = logging.getLogger(__name__)
KEY = "kielce_quality_changed"
#: Types of resources whose data are in the DataStore alone.
TABLES = ("datastore", "tabledesigner")


def note_change(package_id: str) -> None:
    """Queue a look at this dataset when the running transaction is committed."""
    if settings().observe_on_change:
        model.Session().info.setdefault(KEY, set()).add(package_id)


def note_table(resource_id: str) -> None:
    """Queue a look at the dataset of a DataStore table that was written through the API, a little later.

    Only where the table is the data: tables of files and links follow their files.
    """
    resource = model.Resource.get(resource_id)
    if resource is None or not settings().observe_on_change:
        return
    if resource.url_type not in TABLES:
        return
    try:
        jobs.enqueue_observe_later(resource.package_id, settings().datastore_delay)
    except redis.RedisError as error:
        log.warning("Could not queue a look at dataset %s: %s", resource.package_id, error)


def note_dataset(context: Any, package: dict[str, Any]) -> None:
    """React to a created or changed dataset: keep its declared frequency and queue a look at it."""
    if not package.get("id") or package.get("state") == "draft" or package.get("type") in NO_DATA_TYPES:
        return
    record_declaration(package, user=context.get("user"))
    note_change(package["id"])


def forget_score(package_id: str) -> None:
    """Drop the present score of a deleted dataset. What was seen of it stays: history follows content."""
    model.Session.execute(delete(Score).where(Score.package_id == package_id))


def _after_commit(session: Any) -> None:
    pending = session.info.pop(KEY, None)
    if not pending:
        return
    try:
        jobs.enqueue_looks(pending)
    except redis.RedisError as error:
        # The edit itself is safe in the database; the sweep finds the dataset when Redis is back.
        log.warning("Could not queue a look at %d datasets: %s", len(pending), error)


def _after_rollback(session: Any) -> None:
    session.info.pop(KEY, None)


def listen() -> None:
    """Attach to CKAN's database session, once per process."""
    if not event.contains(model.Session, "after_commit", _after_commit):
        event.listen(model.Session, "after_commit", _after_commit)
        event.listen(model.Session, "after_rollback", _after_rollback)
