"""Counts on their way to the database: kept in Redis while requests are answered, written down together every minute."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping

import redis
from ckan.lib.redis import connect_to_redis
from ckanext.kielce.common import periodic
from ckanext.kielce.usage import store
from ckanext.kielce.usage.callers import redis_key
from ckanext.kielce.usage.store import Count

log = logging.getLogger(__name__)

#: Seconds between two writings, and that one may take before another process may try.
SECONDS, LONGEST = 60, 300
#: Rows of one statement.
TOGETHER = 1000


def add(pipe: redis.client.Pipeline, counts: Mapping[Count, int]) -> None:
    """Add to what waits; the caller executes the pipeline."""
    for count, number in counts.items():
        field = "\n".join((count.kind, count.day.isoformat(), str(int(count.robot)), count.object_id))
        pipe.hincrby(redis_key("waiting"), field, number)


def write_down() -> int:
    """Move what waits into the database; returns how many counts. Does nothing but log when Redis is away.

    What a process had taken that died in the middle is written down by the next one.
    """
    try:
        connection = connect_to_redis()
        lock = connection.lock(redis_key("writing"), timeout=LONGEST, blocking=False)
        if not lock.acquire():
            return 0
        try:
            return _write(connection)
        finally:
            lock.release()
    except redis.RedisError as error:
        log.warning("Counts of use could not be written down: %s", error)
        return 0


def _write(connection: redis.Redis) -> int:
    taken = redis_key("taken")
    if not connection.exists(taken):
        if not connection.exists(redis_key("waiting")):
            return 0
        connection.rename(redis_key("waiting"), taken)
    kept: dict[bytes, bytes] = connection.hgetall(taken)  # type: ignore[assignment]
    found = sorted((field.decode(), int(number)) for field, number in kept.items())
    for start in range(0, len(found), TOGETHER):
        store.add({_count(field): number for field, number in found[start : start + TOGETHER]})
    connection.delete(taken)
    return len(found)


def _count(field: str) -> Count:
    kind, day, robot, object_id = field.split("\n", 3)
    return Count(kind, object_id, dt.date.fromisoformat(day), robot == "1")


periodic.every("usage-counts", "kielce_usage", lambda: SECONDS, write_down)
