"""The daily round: remind of what is late, erase addresses that are no longer needed."""

from __future__ import annotations

import datetime as dt
import logging

import redis
from ckan import model as ckan_model
from ckan.lib.jobs import get_queue
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk

from . import store, telling

log = logging.getLogger(__name__)


def ensure_round() -> None:
    """Book tomorrow's round on CKAN's worker unless it is booked; only logs when Redis is away."""
    tomorrow = store.now().astimezone(store.WARSAW).date() + dt.timedelta(days=1)
    due = dt.datetime.combine(tomorrow, dt.time(6), store.WARSAW)
    job_id = f"kielce-participation-{tk.config.get('ckan.site_id')}-{tomorrow.isoformat()}"
    try:
        if connect_to_redis().set(job_id, "1", nx=True, ex=3 * 86400):
            get_queue().enqueue_at(due.astimezone(dt.timezone.utc), daily_round, job_id=job_id, result_ttl=0)
    except redis.RedisError as error:
        log.warning("The daily round could not be booked: %s", error)


def daily_round() -> dict[str, int]:
    """The job: one round, and the next one booked. :returns: how many were late, how many addresses were erased"""
    ensure_round()
    now = store.now()
    late = store.overdue(now.astimezone(store.WARSAW).date())
    for row in late:
        row.reminded_at = now
    erased = store.erase_addresses(now)
    ckan_model.Session.commit()  # before the mails: a second round must not remind again
    for row in late:
        telling.tell_late(row)
    return {"late": len(late), "erased": erased}
