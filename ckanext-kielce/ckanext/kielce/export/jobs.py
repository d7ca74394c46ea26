"""Files that take long, made by the worker: one job for each file, however many wait for it."""

from __future__ import annotations

import logging
from typing import Any

from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk
from ckanext.kielce.export.child import FailedError, SlowError
from ckanext.kielce.export.orders import Order
from ckanext.kielce.export.store import BusyError

log = logging.getLogger(__name__)

_QUEUED_FOR = 3600
"""Seconds after which a queued job that never ran no longer keeps others from being queued."""


def enqueue(order: Order) -> None:
    """Queue the making of a file unless it is queued already."""
    redis = connect_to_redis()
    if redis.set(_mark(order), "1", nx=True, ex=_QUEUED_FOR):
        limit = int(tk.config["ckanext.kielce.export.make_seconds"]) + 60
        tk.enqueue_job(
            make_job,
            [order.as_dict()],
            title=f"Make {order.form} of {order.id}",
            rq_kwargs={"timeout": limit},
        )


def make_job(data: dict[str, Any]) -> None:
    """The job. What goes wrong is kept with the order, for the reader's page to tell."""
    from ckanext.kielce.export import service  # it queues jobs of ours

    order = Order.from_dict(data)
    try:
        service.make(order, service.option("make_seconds"))
    except FailedError as err:
        log.warning("Export %s of %s: %s", order.form, order.id, err)
    except (SlowError, BusyError):
        # Too much at once is rare in the worker, and the reader's page asks again: so it is told like slowness.
        service.store().fail(order.key, {"code": "slow", "detail": ""})
    finally:
        connect_to_redis().delete(_mark(order))


def _mark(order: Order) -> str:
    return f"{tk.config['ckan.site_id']}:kielce_export:queued:{order.key}"
