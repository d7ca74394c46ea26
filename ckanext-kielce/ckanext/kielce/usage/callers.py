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
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import redis
from ckan.lib.jobs import get_queue
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk
from ckanext.kielce.usage import store

log = logging.getLogger(__name__)

PORTAL = "portal"
"""Instead of an object's id: callers of the whole portal."""
_SALT_SECONDS, _DAY_SECONDS = 2 * 86400, 10 * 86400
_WARSAW = ZoneInfo("Europe/Warsaw")


def _key(*parts: str) -> str:
    return ":".join(("ckan", str(tk.config["ckan.site_id"]), "kielce_usage", *parts))


def seen(object_ids: Iterable[str], day: dt.date, caller: str) -> None:
    """Note that this caller used these things today; does nothing but log when Redis is away."""
    try:
        connection = connect_to_redis()
        salt = _salt(connection, day)
        mark = hashlib.blake2b(caller.encode(), key=salt, digest_size=8).digest()
        pipe = connection.pipeline(transaction=False)
        pipe.sadd(_key("days"), day.isoformat())
        for object_id in {*object_ids, PORTAL}:
            pipe.pfadd(_key("callers", day.isoformat(), object_id), mark)
            pipe.expire(_key("callers", day.isoformat(), object_id), _DAY_SECONDS)
        if pipe.execute()[0]:  # the first use of this day
            _book(day)
    except redis.RedisError as error:
        log.warning("Could not count a caller: %s", error)


def _salt(connection: redis.Redis, day: dt.date) -> bytes:
    key = _key("salt", day.isoformat())
    connection.set(key, secrets.token_hex(16), nx=True, ex=_SALT_SECONDS)
    found = connection.get(key)
    return found if isinstance(found, bytes) else b""


def _book(day: dt.date) -> None:
    due = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(0, 30), _WARSAW)
    get_queue().enqueue_at(due.astimezone(dt.timezone.utc), close_and_publish, result_ttl=0)


def close_days(today: dt.date | None = None) -> int:
    """The job: write down the numbers of callers of days that are over, and forget the rest; returns how many numbers."""
    today = today or store.day_of(None)
    connection = connect_to_redis()
    written = 0
    for raw in connection.smembers(_key("days")):
        name = raw.decode()
        day = dt.date.fromisoformat(name)
        if day >= today:
            continue
        prefix = _key("callers", name, "")
        for key in connection.scan_iter(f"{prefix}*", count=500):
            number = int(connection.pfcount(key))
            store.put("callers", key.decode().removeprefix(prefix), day, number)
            connection.delete(key)
            written += 1
        connection.delete(_key("salt", name))
        connection.srem(_key("days"), name)
    return written


def close_and_publish() -> None:
    """The job of the night: the numbers of callers, then the open dataset of use where an option asks for it."""
    close_days()
    if tk.config.get("ckanext.kielce.usage.open_dataset"):
        tk.get_action("kielce_usage_publish")({"ignore_auth": True}, {})


def today(object_id: str = PORTAL) -> int:
    """Different callers so far today; 0 when Redis is away."""
    try:
        return int(connect_to_redis().pfcount(_key("callers", store.day_of(None).isoformat(), object_id)))
    except redis.RedisError:
        return 0
