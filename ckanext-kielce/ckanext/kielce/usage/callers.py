"""How many different callers a day had, without knowing one of them.

A caller (network address and program) is mixed with a random salt of the day and goes into a HyperLogLog in Redis, from which
nothing but an estimate of the number comes back (standard error 0.81 %). The salt is forgotten after two days, the HyperLogLog
when the day's number has been written down.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import secrets
from collections.abc import Collection, Mapping
from functools import lru_cache

import redis
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk
from ckanext.kielce.common import periodic
from ckanext.kielce.usage import store

log = logging.getLogger(__name__)

PORTAL = "portal"
"""Instead of an object's id: callers of the whole portal."""
_SALT_SECONDS, _DAY_SECONDS = 2 * 86400, 10 * 86400


def redis_key(*parts: str) -> str:
    """Name of something of this room in Redis."""
    return ":".join(("ckan", str(tk.config["ckan.site_id"]), "kielce_usage", *parts))


def add(pipe: redis.client.Pipeline, uses: Mapping[tuple[dt.date, str], Collection[str]]) -> None:
    """Note who used what: (day, caller) -> ids of the things; the caller of this executes the pipeline."""
    keys = set()
    for (day, caller), object_ids in uses.items():
        mark = hashlib.blake2b(caller.encode(), key=_salt(day), digest_size=8).digest()
        for object_id in {*object_ids, PORTAL}:
            name = redis_key("callers", day.isoformat(), object_id)
            keys.add(name)
            pipe.pfadd(name, mark)
    for key in keys:
        pipe.expire(key, _DAY_SECONDS)
    if keys:
        pipe.sadd(redis_key("days"), *{day.isoformat() for day, _caller in uses})


@lru_cache(maxsize=2)
def _salt(day: dt.date) -> bytes:
    """The day's salt, which all processes share; one that Redis lost is made anew by the next process only."""
    connection, key = connect_to_redis(), redis_key("salt", day.isoformat())
    connection.set(key, secrets.token_hex(16), nx=True, ex=_SALT_SECONDS)
    return bytes(connection.get(key) or b"")


def close_days(today: dt.date | None = None) -> int:
    """The job: write down the numbers of callers of days that are over, and forget the rest; returns how many numbers."""
    today = today or store.day_of(None)
    connection = connect_to_redis()
    written = 0
    for raw in connection.smembers(redis_key("days")):
        name = raw.decode()
        day = dt.date.fromisoformat(name)
        if day >= today:
            continue
        prefix = redis_key("callers", name, "")
        for key in connection.scan_iter(f"{prefix}*", count=500):
            number = int(connection.pfcount(key))
            store.put("callers", key.decode().removeprefix(prefix), day, number)
            connection.delete(key)
            written += 1
        connection.delete(redis_key("salt", name))
        connection.srem(redis_key("days"), name)
    return written


def close_and_publish() -> None:
    """The job of the night: the numbers of callers, then the open dataset of use where an option asks for it."""
    close_days()
    if tk.config.get("ckanext.kielce.usage.open_dataset"):
        tk.get_action("kielce_usage_publish")({"ignore_auth": True}, {})


periodic.every("usage-days", "kielce_usage", lambda: 86400, close_and_publish)


def today(object_id: str = PORTAL) -> int:
    """Different callers so far today; 0 when Redis is away."""
    try:
        return int(
            connect_to_redis().pfcount(redis_key("callers", store.day_of(None).isoformat(), object_id))
        )
    except redis.RedisError:
        return 0
