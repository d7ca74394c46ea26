"""Manners towards other people's servers: one request at a time, a few a second, and none while they ask us to wait.

The state is in Redis, so that it holds for all workers together.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import redis.exceptions
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.http import FetchError
from ckanext.kielce.common.http_settings import HttpSettings

from ..settings import settings

#: Seconds to wait for another worker that is asking the same host.
HOST_WAIT = 30
#: Answers by which a server asks for patience.
PATIENCE = {429, 503}
#: Seconds that such a host is left alone when it doesn't say how long, and at most.
PAUSE, LONGEST_PAUSE = 300.0, 24 * 3600.0


class SourceBusyError(Exception):
    """This host is being asked just now, or asked us to wait; to be tried again later."""


def _key(kind: str, url: str) -> str:
    return f"ckan:{tk.config['ckan.site_id']}:kielce_quality:{kind}:{urlsplit(url).hostname}"


def is_own(url: str) -> bool:
    """Whether the operator allows this host by name: his own servers need no manners."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.hostname}:{port}" in HttpSettings.from_config().allow_hosts


@contextlib.contextmanager
def host_turn(url: str) -> Iterator[None]:
    """Hold a host for this worker.

    :raises SourceBusyError: another worker holds it for long, or the host asked us to wait
    """
    host = str(urlsplit(url).hostname)
    if is_own(url):
        yield
        return
    connection = connect_to_redis()
    if connection.exists(_key("pause", url)):
        raise SourceBusyError(host)
    lock = connection.lock(
        _key("host", url),
        timeout=HttpSettings.from_config().total_timeout + HOST_WAIT,
        blocking_timeout=HOST_WAIT,
    )
    if not lock.acquire():
        raise SourceBusyError(host)
    try:
        pace(url)
        yield
    finally:
        with contextlib.suppress(redis.exceptions.LockError):
            lock.release()


def pace(url: str) -> float:
    """Wait until the next request to this host is due; whoever calls holds the host. :returns: seconds waited"""
    rate = settings().requests_per_second
    if rate <= 0 or is_own(url):
        return 0.0
    connection, key, gap = connect_to_redis(), _key("last", url), 1.0 / rate
    left = connection.pttl(key) / 1000  # below 0: no request within the gap
    waited = min(gap, left) if left > 0 else 0.0
    if waited:
        time.sleep(waited)
    connection.set(key, 1, px=max(1, round(gap * 1000)))
    return waited


def note_refusal(url: str, error: FetchError) -> float:
    """Leave a host alone for as long as it asked. :returns: seconds, 0 for an answer that asks for no patience"""
    if error.status not in PATIENCE or is_own(url):
        return 0.0
    asked = getattr(error, "retry_after", None)
    seconds = min(max(float(asked), 1.0), LONGEST_PAUSE) if asked else PAUSE
    connect_to_redis().set(_key("pause", url), 1, px=round(seconds * 1000))
    return seconds
