"""The processes that do the harvest's work: ``gather`` reads sources, ``fetch`` writes datasets.

Both take their work from the engine's tables under leases, so that a lost queue or a killed process loses nothing. They
also serve ckanext-harvest's own queues, for harvesters that are not the engine's. They outlive restarts of PostgreSQL,
Redis and Solr, and any exception of a source or record.
"""

from __future__ import annotations

import gc
import json
import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from functools import cache
from typing import Any

import ckan.plugins.toolkit as tk
import redis
import sqlalchemy as sa
from ckan import model
from ckanext.harvest import queue
from ckanext.harvest.model import HarvestJob, HarvestObject
from ckanext.kielce.harvest import housekeeping, runs, write
from ckanext.kielce.harvest.model import HarvestRun
from ckanext.kielce.harvest.plan import LeaseLostError

log = logging.getLogger(__name__)

PAUSE = 0.5  # seconds between two looks for work
TROUBLE = 2.0  # seconds before the database is asked again after it did not answer
SLOW = 30.0  # seconds after which a reading goes on beside the others and leaves its place to the next source
BEATS = 4  # signs of life in the time of a lease
FOREIGN_CLAIM = {"gather": 3 * 3600, "fetch": 900}  # seconds one message of a foreign harvester may take


def new_owner() -> str:
    """A name for the leases of one piece of work: host, process and a number of its own."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


class Heartbeat:
    """Keeps the leases of the pieces of work that are under way in this process."""

    def __init__(self) -> None:
        self._owners: set[str] = set()
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="harvest-heartbeat", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stop.set()
        self._thread.join(timeout=10)

    def watch(self, owner: str) -> None:
        with self._lock:
            self._owners.add(owner)

    def forget(self, owner: str) -> None:
        with self._lock:
            self._owners.discard(owner)

    def _beat(self) -> None:
        while not self._stop.wait(runs.lease().total_seconds() / BEATS):
            with self._lock:
                owners = list(self._owners)
            for owner in owners:
                try:
                    runs.renew(owner)
                except sa.exc.SQLAlchemyError as error:
                    log.warning("Lease of %s could not be renewed: %s", owner, error)


def consume(kind: str, keep_going: Callable[[], bool] = lambda: True) -> None:
    """Work until ``keep_going`` says no; ``kind`` is gather or fetch."""
    # CKAN and its plugins stay until the end: Python need not look through them for garbage again and again
    gc.collect()
    gc.freeze()
    with Heartbeat() as heartbeat:
        if kind == "gather":
            _gather(heartbeat, keep_going)
        else:
            _fetch(heartbeat, keep_going)


def _gather(heartbeat: Heartbeat, keep_going: Callable[[], bool]) -> None:
    """Read several sources side by side, so that a slow one holds up none of the others."""
    places = threading.Semaphore(max(1, int(tk.config.get("ckanext.kielce.harvest.readers"))))
    seconds = max(5, int(tk.config.get("ckanext.kielce.harvest.tick_seconds")))
    next_round = 0.0
    while keep_going():
        try:
            if time.monotonic() >= next_round:
                housekeeping.work()
                next_round = time.monotonic() + seconds
            busy = _read_next(places, heartbeat)
        except sa.exc.SQLAlchemyError as error:
            _database_away(error)
            continue
        finally:
            model.Session.remove()
        if not busy:
            _foreign("gather", PAUSE)


class _Place:
    """One of the readers' places. It is given back once: at the end of the reading, or when that proves to be slow.

    Otherwise a few sources that answer by drops would keep all the others waiting.
    """

    def __init__(self, places: threading.Semaphore) -> None:
        self._places, self._lock, self._held = places, threading.Lock(), True
        self._timer = threading.Timer(SLOW, self.give_back)
        self._timer.daemon = True

    def __enter__(self) -> None:
        self._timer.start()

    def __exit__(self, *_error: object) -> None:
        self._timer.cancel()
        self.give_back()

    def give_back(self) -> None:
        with self._lock:
            held, self._held = self._held, False
        if held:
            self._places.release()


def _read_next(places: threading.Semaphore, heartbeat: Heartbeat) -> bool:
    """Give the next run to a thread of its own; False when there is no run or no free place."""
    if not places.acquire(blocking=False):
        time.sleep(PAUSE)
        return True
    owner = new_owner()
    try:
        run = runs.claim(owner)
    except BaseException:
        places.release()
        raise
    if run is None:
        places.release()
        return False
    heartbeat.watch(owner)
    threading.Thread(
        target=_read, args=(run.id, owner, places, heartbeat), name=f"harvest-{run.source_id}", daemon=True
    ).start()
    return True


def _read(run_id: str, owner: str, places: threading.Semaphore, heartbeat: Heartbeat) -> None:
    try:
        with _Place(places):
            run = model.Session.get(HarvestRun, run_id)
            if run is not None and run.lease_owner == owner:
                runs.work(run)
    except LeaseLostError:
        log.warning("Run %s was taken over by another process", run_id)
    except sa.exc.SQLAlchemyError as error:
        # the lease lapses, and the run is begun again
        log.warning("Run %s lost the database: %s", run_id, error)
    except Exception:
        log.exception("Run %s failed", run_id)
    finally:
        heartbeat.forget(owner)
        model.Session.remove()


def _fetch(heartbeat: Heartbeat, keep_going: Callable[[], bool]) -> None:
    write.without_waiting_for_disk()
    while keep_going():
        owner = new_owner()
        heartbeat.watch(owner)
        try:
            busy = write.work(owner) > 0
        except sa.exc.SQLAlchemyError as error:
            _database_away(error)
            continue
        except Exception:
            log.exception("A slice of records failed")
            time.sleep(TROUBLE)
            continue
        finally:
            heartbeat.forget(owner)
            model.Session.remove()
        if not busy:
            _foreign("fetch", PAUSE)


def _database_away(error: Exception) -> None:
    log.warning("The database does not answer (%s); trying again", error)
    model.Session.remove()
    model.meta.engine.dispose()
    time.sleep(TROUBLE)


# Harvesters that are not the engine's


@cache
def _connection() -> Any:
    """Redis without a time limit on waiting; redis-py's default of five seconds kills a consumer that waits for work."""
    connection = queue.get_connection()
    settings = {
        **connection.connection_pool.connection_kwargs,
        "socket_timeout": None,
        "health_check_interval": 30,
    }
    pool = redis.ConnectionPool(connection_class=connection.connection_pool.connection_class, **settings)
    return redis.Redis(connection_pool=pool)


def _foreign(kind: str, wait: float) -> None:
    """Wait a moment for a message of ckanext-harvest's queue; one about a source of the engine is only a knock."""
    key, callback = {
        "gather": (queue.get_gather_routing_key(), queue.gather_callback),
        "fetch": (queue.get_fetch_routing_key(), queue.fetch_callback),
    }[kind]
    try:
        consumer = queue.RedisConsumer(_connection(), key)
        message = consumer.redis.blpop([key], timeout=wait)
        if message and not _ours(message[1]):
            _handle(consumer, callback, message[1], FOREIGN_CLAIM[kind])
    except redis.RedisError as error:
        log.warning("Redis does not answer (%s); going on without it", error)
        time.sleep(wait)
    except sa.exc.SQLAlchemyError as error:
        _database_away(error)
    finally:
        model.Session.remove()


def _ours(body: str) -> bool:
    """True for a message about a source of the engine's, or about nothing that exists."""
    message = json.loads(body)
    if "harvest_job_id" in message:
        job = HarvestJob.get(message["harvest_job_id"])
        return job is None or runs.harvester_of(job.source.type) is not None
    found = HarvestObject.get(message.get("harvest_object_id"))
    return (
        found is None or found.import_finished is not None or runs.harvester_of(found.source.type) is not None
    )


def _handle(consumer: Any, callback: Callable[..., Any], body: str, seconds: int) -> None:
    # Not below the queue's own keys: ckanext-harvest reads every value there as a time.
    claim = f"kielce-harvest-claim:{consumer.persistance_key(body)}"
    if not consumer.redis.set(claim, "1", nx=True, ex=seconds):
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
