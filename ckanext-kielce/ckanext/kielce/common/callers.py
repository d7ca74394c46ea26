"""Who asks, without knowing them: the network address behind our own proxies, and how often it asked today.

Nothing that is kept holds an address: keys in Redis are hashes with a secret of the portal, and end within a day.
"""

from __future__ import annotations

import hashlib
from ipaddress import ip_address, ip_network

import redis
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk
from flask import has_request_context

DAY = 86400
#: Of an IPv6 address the part that one subscriber has.
IPV6_PREFIX = 64


class TooManyError(Exception):
    """More was asked for in a day than one person needs."""


def address() -> str:
    """Network address of who asks; see `network_address`. Empty outside a request."""
    if not has_request_context():
        return ""
    proxies = int(tk.config["ckanext.kielce.trusted_proxies"])
    return network_address(
        tk.request.remote_addr or "", tk.request.headers.get("X-Forwarded-For", ""), proxies
    )


def network_address(remote: str, forwarded: str, proxies: int) -> str:
    """Address of who asks, behind ``proxies`` proxies of ours: each adds one entry at the end of ``X-Forwarded-For``.

    Entries further to the left are the asker's own claim, and so is all of it when it comes from outside our own network.
    """
    seen = [part.strip() for part in forwarded.split(",") if part.strip()]
    found = seen[-min(proxies, len(seen))] if proxies > 0 and seen and _is_inside(remote) else remote
    try:
        parsed = ip_address(found)
    except ValueError:
        return found[:64]
    if parsed.version == 6 and parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    if parsed.version == 6:
        return str(ip_network((parsed, IPV6_PREFIX), strict=False).network_address)
    return str(parsed)


def _is_inside(remote: str) -> bool:
    try:
        return ip_address(remote).is_private
    except ValueError:
        return True  # a socket of this machine has no address


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
        # Made with its end: a count that lost it would shut somebody out for good.
        pipe = connect_to_redis().pipeline()
        pipe.set(name, 0, nx=True, ex=seconds)
        pipe.incr(name)
        asked = pipe.execute()[-1]
    except redis.RedisError:
        return  # without the counter people may still ask
    if asked > most:
        raise TooManyError
