"""Documents that take work to make, kept in Redis by their version; made anew where Redis is away."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import redis
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk

#: Seconds for which a document nobody asks for is kept.
LIFE = 86_400


def document(name: str, version: str, make: Callable[[], bytes]) -> bytes:
    """The document of this name and version, as it was made by whoever asked first."""
    key = f"ckan:{tk.config['ckan.site_id']}:kielce:api:{name}:{version}"
    connection = connect_to_redis()
    try:
        found = connection.get(key)
    except redis.RedisError:
        return make()
    if isinstance(found, bytes):
        return zlib.decompress(found)
    made = make()
    try:
        connection.set(key, zlib.compress(made), ex=LIFE)
    except redis.RedisError:
        return made
    return made
