"""Consumers of ckanext-harvest's queues that stay alive.

``ckan harvester gather-consumer`` dies of redis-py's five seconds of socket timeout while it waits for work, and of
any exception. These wait without a timeout, survive a Redis restart, and go on after a failed message.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk
import redis
from ckan import model
from ckanext.harvest import queue
from ckanext.harvest.model import HarvestObject

log = logging.getLogger(__name__)

WAIT = 5  # seconds at most in one blocking call, so that a signal is never far
# Seconds that one piece of work keeps others off it. ckanext-harvest queues work again after as long.
CLAIM = {"gather": 7200, "fetch": 180}
PAUSE = 2.0  # seconds before Redis is tried again


def _connection() -> redis.Redis:
    return redis.Redis.from_url(
        tk.config["ckan.redis.url"], decode_responses=True, encoding="utf-8", socket_timeout=WAIT * 4
    )


def consume(kind: str, *, keep_going: Callable[[], bool] = lambda: True) -> None:
    """Work through the "gather" or "fetch" queue until ``keep_going`` says no."""
    key, callback = {
        "gather": (queue.get_gather_routing_key(), queue.gather_callback),
        "fetch": (queue.get_fetch_routing_key(), queue.fetch_callback),
    }[kind]
    consumer = queue.RedisConsumer(_connection(), key)
    while keep_going():
        try:
            message = consumer.redis.blpop([key], timeout=WAIT)
        except redis.RedisError as error:
            log.warning("Redis does not answer (%s); trying again", error)
            time.sleep(PAUSE)
            continue
        if message:
            _handle(consumer, callback, message[1], CLAIM[kind])


def _handle(consumer: Any, callback: Callable[..., Any], body: str, seconds: int) -> None:
    # Not below the queue's own keys: ckanext-harvest reads every value there as a time.
    claim = f"kielce-harvest-claim:{consumer.persistance_key(body)}"
    if _done(body) or not consumer.redis.set(claim, "1", nx=True, ex=seconds):
        return  # ckanext-harvest queues waiting records twice now and then
    try:
        # ckanext-harvest finds work of a killed consumer by this mark, in local time without a zone.
        consumer.redis.set(consumer.persistance_key(body), time.strftime("%Y-%m-%d %H:%M:%S.000000"))
        callback(consumer, queue.FakeMethod(body), None, body)
    except Exception:
        # The mark stays, so that the message is queued again; the consumer lives on for the others.
        log.exception("Harvest message failed: %s", body)
    finally:
        consumer.redis.delete(claim)
        model.Session.remove()


def _done(body: str) -> bool:
    """True when the record was imported already: doing it again would turn "added" into "unchanged" in the report."""
    object_id = json.loads(body).get("harvest_object_id")
    found = HarvestObject.get(object_id) if object_id else None
    finished = found is not None and found.import_finished is not None
    model.Session.remove()
    return finished
