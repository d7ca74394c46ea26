"""Who asks, without knowing them: the network address behind our own proxies, and how often it asked today.

Nothing that is kept holds an address: keys in Redis are hashes with a secret of the portal, and end within a day.
"""

from __future__ import annotations

import hashlib
from ipaddress import ip_address

import redis
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk
from flask import has_request_context

DAY = 86400


class TooManyError(Exception):
    """More was asked for in a day than one person needs."""


def address() -> str:
    """Network address of who asks: behind a proxy of our own network, the one that the proxy last saw.

    What comes before it in ``X-Forwarded-For`` is the asker's own claim. Empty outside a request.
    """
    if not has_request_context():
        return ""
    direct = tk.request.remote_addr or ""
    forwarded = tk.request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()
    try:
        return forwarded if forwarded and ip_address(direct).is_private else direct
    except ValueError:
        return forwarded or direct


def limit(what: str, key: str, most: int, seconds: int = DAY) -> None:
    """Count that ``key`` asked for ``what``.

    :param key: an address, for instance; hashed here. Nothing is counted for an empty one
    :raises TooManyError: it was more than ``most`` times within ``seconds``
    """
    if not key:
        return
    digest = hashlib.sha256(f"{tk.config['SECRET_KEY']}:{key}".encode()).hexdigest()[:24]
    name = f"ckan:{tk.config['ckan.site_id']}:kielce:{what}:{digest}"
    try:
        connection = connect_to_redis()
        asked = connection.incr(name)
        if asked == 1:
            connection.expire(name, seconds)
    except redis.RedisError:
        return  # without the counter people may still ask
    if asked > most:
        raise TooManyError
