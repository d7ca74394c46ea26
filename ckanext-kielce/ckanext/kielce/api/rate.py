"""Limits of how often one caller may ask, told in headers (IETF draft-ietf-httpapi-ratelimit-headers) and by 429.

A caller is a user of the portal (by token or login) or a network address. What is kept of either is a keyed hash, and the
key is drawn anew each day and forgotten: nobody can tell later who asked. Without Redis everyone may ask.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import math
import secrets
import time
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address

import redis
from ckan.common import current_user
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk
from ckanext.kielce.api import problems
from ckanext.kielce.common import callers
from flask import Response, g, request
from limits import RateLimitItemPerSecond
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter

log = logging.getLogger(__name__)

#: Where limits hold: what a program asks again and again. Pages and files of the site itself are the proxy's business.
LIMITED = ("/api/", "/datastore/dump/")
#: Asked by monitors and by the portal's own health check.
FREE = ("/api/3/action/status_show", "/api/action/status_show")
#: Seconds after which the hashes of callers change.
SALT_LIFE = 86_400


@dataclass(frozen=True, slots=True)
class Standing:
    """What a caller may still do: ``limit`` requests in ``window`` seconds, ``remaining`` of them, all back in ``reset``."""

    limit: int
    window: int
    remaining: int
    reset: int
    allowed: bool


def is_own(remote: str, forwarded: str) -> bool:
    """True for a request from this very machine that came through no proxy: monitors, jobs, tests."""
    try:
        return not forwarded and ip_address(remote).is_loopback
    except ValueError:
        return False


def check() -> Response | None:
    """Count the request and refuse it when it is one too many; called before every view."""
    if not request.path.startswith(LIMITED) or request.path in FREE or request.method == "OPTIONS":
        return None
    allowance = _allowance()
    if allowance <= 0:
        return None
    try:
        standing = count(_caller(), allowance, int(tk.config["ckanext.kielce.api.rate_window"]))
    except redis.RedisError as err:
        log.warning("Requests are not limited while Redis does not answer: %s", err)
        return None
    g.kielce_standing = standing
    if standing.allowed:
        return None
    seconds = max(1, standing.reset)
    why = tk._("More than {limit} requests in {window} seconds. Ask again in {seconds} seconds.")
    return problems.answer(
        429,
        why.format(limit=standing.limit, window=standing.window, seconds=seconds),
        ckan_type="Too Many Requests",
    )


def tell(_sender: object, response: Response | None = None, **_kwargs: object) -> None:
    """Write down where the caller stands, in the headers of an answer."""
    standing: Standing | None = getattr(g, "kielce_standing", None)
    if response is None or standing is None:
        return
    response.headers["RateLimit-Policy"] = f'"default";q={standing.limit};w={standing.window}'
    response.headers["RateLimit"] = f'"default";r={standing.remaining};t={standing.reset}'
    if not standing.allowed:
        response.headers["Retry-After"] = str(max(1, standing.reset))


def _allowance() -> int:
    """Requests in a window that this caller may make; 0 for one who is not limited."""
    if not tk.config["ckanext.kielce.api.rate_limits"]:
        return 0
    if current_user.is_authenticated:
        return int(tk.config["ckanext.kielce.api.rate_with_token"])
    own = is_own(request.remote_addr or "", request.headers.get("X-Forwarded-For", ""))
    if own and not tk.config["ckanext.kielce.api.rate_own"]:
        return 0
    return int(tk.config["ckanext.kielce.api.rate_anonymous"])


def _caller() -> str:
    if current_user.is_authenticated:
        return f"user:{current_user.id}"
    return f"net:{callers.address()}"


def count(caller: str, allowance: int, window: int) -> Standing:
    """Count one request of a caller. Raises `redis.RedisError`."""
    item = RateLimitItemPerSecond(allowance, window, namespace=_prefix())
    name = hmac.new(_salt(), caller.encode(), hashlib.sha256).hexdigest()[:32]
    limiter = _limiter(str(tk.config["ckan.redis.url"]))
    allowed = limiter.hit(item, name)
    stats = limiter.get_window_stats(item, name)
    reset = max(0, math.ceil(stats.reset_time - time.time()))
    return Standing(allowance, window, max(0, stats.remaining), min(reset, window), allowed)


@cache
def _limiter(url: str) -> MovingWindowRateLimiter:
    connection = connect_to_redis()
    storage = RedisStorage(url, connection_pool=connection.connection_pool)
    return MovingWindowRateLimiter(storage)


def _prefix() -> str:
    return f"ckan:{tk.config['ckan.site_id']}:kielce:rate"


def _salt() -> bytes:
    """The day's key: drawn by the first who needs it, shared by all processes, forgotten by Redis after a day."""
    connection = connect_to_redis()
    name = f"{_prefix()}:salt"
    found = connection.get(name)
    if found is None:
        connection.set(name, secrets.token_hex(16), ex=SALT_LIFE, nx=True)
        found = connection.get(name) or b""
    return bytes(found) if isinstance(found, bytes) else str(found).encode()
