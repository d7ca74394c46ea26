"""Telling the caches in front that copies are spoilt.

Hard keys take copies away at once: they may show what nobody may see any more. Soft keys only make them old: the cache may give
the old list once more while it fetches the new one.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from functools import cache
from itertools import zip_longest

import requests
from ckan.plugins import toolkit as tk
from ckanext.kielce.caching import keys
from ckanext.kielce.common import periodic

log = logging.getLogger(__name__)
#: Seconds between two attempts, and how many there are: by then every copy has gone by its own time.
AGAIN, ATTEMPTS = 60, 60


class CacheAwayError(Exception):
    """A cache did not take the purge; the message says which and why."""


@cache
def connections() -> requests.Session:
    """Connections that are kept open: a harvest purges after each of its commits."""
    return requests.Session()


def addresses() -> list[str]:
    """Where purges go."""
    return list(tk.config.get("ckanext.kielce.cache.purge_urls") or ())


def send(hard: Collection[str], soft: Collection[str] = ()) -> int:
    """Purge in every cache.

    :returns: how many copies went
    :raises CacheAwayError: when one of them does not answer; the others are told all the same
    """
    purged, away = 0, []
    none: list[str] = []
    pairs = zip_longest(keys.batches(hard), keys.batches(soft), fillvalue=none)
    headers = [{"Surrogate-Key": " ".join(one), "Surrogate-Key-Soft": " ".join(two)} for one, two in pairs]
    timeout = tk.config.get("ckanext.kielce.cache.purge_timeout")
    for address in addresses():
        try:
            for each in headers:
                answer = connections().request("PURGE", address, headers=each, timeout=timeout)
                answer.raise_for_status()
                purged += int(answer.headers.get("X-Purged", 0))
        except requests.RequestException as error:
            away.append(f"{address}: {error}")
    if away:
        raise CacheAwayError("; ".join(away))
    return purged


def now_or_later(hard: Collection[str], soft: Collection[str] = ()) -> None:
    """Purge at once; where a cache is away, everything in it once it is back. Never fails."""
    if not addresses() or not (hard or soft):
        return
    try:
        send(hard, soft)
    except CacheAwayError as error:
        log.warning("Copies are not purged yet: %s", error)
        _later(ATTEMPTS)


def _later(attempts: int) -> None:
    """Book an attempt, one for all that was missed in the meantime: who was away need not know what, all copies go."""
    periodic.book_slot("purge", AGAIN, again, attempts)


def again(attempts: int) -> None:
    """Job: another attempt, at everything."""
    try:
        send([keys.ALL])
    except CacheAwayError as error:
        if attempts > 1:
            _later(attempts - 1)
        else:
            log.warning("Copies have gone by their own time; they were never purged: %s", error)
