"""Loading in the background: a job per resource that changed, queued once the change is committed."""

from __future__ import annotations

import logging
from typing import Any

import redis
from ckan import model
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.queueing import Call, enqueue_many
from ckanext.kielce.tables.service import is_loadable, load_by_id
from sqlalchemy import event

log = logging.getLogger(__name__)

_PENDING = "kielce_tables_pending"
_QUEUED_FOR = 6 * 3600
"""Seconds after which a queued job that never ran no longer keeps others from being queued."""


def load_job(resource_id: str) -> None:
    """The job: load one resource. A resource deleted meanwhile is no error."""
    connect_to_redis().delete(_key(resource_id))
    try:
        report = load_by_id(resource_id)
    except tk.ObjectNotFound:
        return
    log.info(
        "Table of resource %s: %s, %d rows in %.2f s", resource_id, report.status, report.rows, report.seconds
    )


def enqueue(*resource_ids: str) -> int:
    """Queue loads of the resources that none is waiting for already; returns how many were queued."""
    if not resource_ids:
        return 0
    try:
        with connect_to_redis().pipeline(transaction=False) as pipe:
            for resource_id in resource_ids:
                pipe.set(_key(resource_id), "1", nx=True, ex=_QUEUED_FOR)
            mine = [each for each, was_free in zip(resource_ids, pipe.execute(), strict=True) if was_free]
        return enqueue_many(load_job, [Call([each], f"Load table of resource {each}") for each in mine])
    except redis.RedisError as err:  # saving a dataset must not fail because the queue is down
        log.error("Could not queue the load of resources %s: %s", ", ".join(resource_ids), err)
        return 0


def _key(resource_id: str) -> str:
    return f"{tk.config['ckan.site_id']}:kielce_tables:queued:{resource_id}"


def note_change(entity: Any, operation: str) -> None:
    """Remember a new or changed resource until its transaction is committed.

    Datasets come with their resources when harvesters write them, and no resource hook is called then; the model's
    own notification sees every way in.
    """
    if not isinstance(entity, model.Resource) or operation == "deleted":
        return
    if entity.state != model.State.ACTIVE or not tk.config.get("ckanext.kielce.tables.load_automatically"):
        return
    if is_loadable({"url": entity.url, "url_type": entity.url_type, "format": entity.format}):
        model.Session().info.setdefault(_PENDING, set()).add(entity.id)


def _after_commit(session: Any) -> None:
    if session.in_nested_transaction():
        return
    enqueue(*session.info.pop(_PENDING, ()))


def _after_rollback(session: Any) -> None:
    if not session.in_nested_transaction():
        session.info.pop(_PENDING, None)


def listen() -> None:
    """Attach to the database session; calling it again changes nothing."""
    for name, function in (("after_commit", _after_commit), ("after_rollback", _after_rollback)):
        if not event.contains(model.Session, name, function):
            event.listen(model.Session, name, function)
