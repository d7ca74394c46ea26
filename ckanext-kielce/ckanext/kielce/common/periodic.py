"""Work that is done again and again, on CKAN's own queue; there is no cron.

A room registers its work with `every`. The worker books the next time of each when it starts and after its jobs, and each
run books the one after it before it begins, so that neither a dead worker nor a flushed Redis is the end of it. A slot of
time is booked by whoever names it first: several workers don't run the same slot twice.
"""

from __future__ import annotations

import datetime as dt
import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
import redis
from ckan.lib.jobs import get_queue
from ckan.lib.redis import connect_to_redis

log = logging.getLogger(__name__)

#: Seconds that one run may take.
TIMEOUT = 3600
#: Seconds between two bookings by one worker process.
BOOKING = 60


@dataclass(frozen=True)
class Periodic:
    """Work of a room: which plugin it belongs to, how many seconds lie between two runs (0: none), what is done.

    Runs begin at multiples of that after midnight UTC, or so many seconds ``after`` them.
    """

    name: str
    plugin: str
    seconds: Callable[[], int]
    work: Callable[[], object]
    after: int = 0


_table: dict[str, Periodic] = {}
_booked_at: float | None = None


def every(
    name: str, plugin: str, seconds: Callable[[], int], work: Callable[[], object], after: int = 0
) -> None:
    """Register work; ``seconds`` is asked at each booking, so that an option may change."""
    _table[name] = Periodic(name, plugin, seconds, work, after)


def book_all(now: float | None = None) -> list[str]:
    """Book the next run of everything that is registered and switched on; returns the names of what was booked now."""
    return [name for name in _table if book(name, now)]


def book_soon() -> None:
    """Book everything, at most once a minute in one process: what the worker calls after each job."""
    global _booked_at
    if _booked_at is None or time.monotonic() - _booked_at >= BOOKING:
        _booked_at = time.monotonic()
        book_all()


def book(name: str, now: float | None = None) -> bool:
    """Book the next run; False when that is done already, switched off, or Redis is away (which is logged)."""
    found = _table[name]
    if not p.plugin_loaded(found.plugin):
        return False
    seconds = found.seconds()
    if seconds <= 0:
        return False
    return book_slot(name, seconds, run, name, now=now, after=found.after, job_timeout=TIMEOUT)


def book_slot(
    name: str,
    seconds: int,
    work: Callable[..., object],
    *args: object,
    now: float | None = None,
    after: int = 0,
    **options: Any,
) -> bool:
    """Book a job for the end of the slot of so many seconds that is running, unless somebody has done so.

    :param options: RQ's, such as ``job_timeout``
    :returns: True if it was booked now; False also when Redis is away (which is logged)
    """
    slot = (int(time.time() if now is None else now) - after) // seconds + 1
    site = re.sub(r"[^A-Za-z0-9_-]", "-", str(tk.config.get("ckan.site_id")))
    job_id = f"kielce-{name}-{site}-{seconds}-{slot}"
    try:
        if not connect_to_redis().set(job_id, "1", nx=True, ex=seconds * 3):
            return False
        due = dt.datetime.fromtimestamp(slot * seconds + after, tz=dt.timezone.utc)
        get_queue().enqueue_at(due, work, *args, job_id=job_id, result_ttl=0, **options)
    except redis.RedisError as error:
        log.warning("%s could not be booked: %s", name, error)
        return False
    return True


def run(name: str) -> None:
    """Job: book the next run, then do the work."""
    book(name)
    _table[name].work()
