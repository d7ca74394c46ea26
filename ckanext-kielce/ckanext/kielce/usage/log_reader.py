"""Use that a cache in front answered by itself, from its log: the portal never sees those requests.

A line is an object of ``method``, ``url`` (path and query), ``status``, ``address``, ``handling``, and the headers
``agent`` (User-Agent), ``range`` and ``site`` (Sec-Fetch-Site). What the cache did not answer itself (``handling`` is not
``hit``) is left out, for the portal has counted it.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import redis
from ckan import model
from ckan.lib.jobs import get_queue
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk
from ckanext.kielce.usage.asked import Asked, use_of
from ckanext.kielce.usage.requests import note
from flask import current_app
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

log = logging.getLogger(__name__)


#: Seconds between two readings; larger than so many bytes the file is begun anew.
INTERVAL, MOST_BYTES = 300, 64 * 1024 * 1024


def ensure_reading() -> None:
    """Book the next reading on CKAN's worker; only logs when Redis is away."""
    if not tk.config.get("ckanext.kielce.usage.cache_log"):
        return
    slot = int(time.time()) // INTERVAL + 1
    job_id = f"kielce-usage-log-{tk.config.get('ckan.site_id')}-{slot}"
    due = dt.datetime.fromtimestamp(slot * INTERVAL, tz=dt.timezone.utc)
    try:
        if connect_to_redis().set(job_id, "1", nx=True, ex=3 * INTERVAL):
            get_queue().enqueue_at(due, read, job_id=job_id, result_ttl=0)
    except redis.RedisError as error:
        log.warning("The reading of the cache's log could not be booked: %s", error)


def read() -> int:
    """The job: count the lines that came since the last reading; returns how many were use."""
    ensure_reading()
    path = Path(str(tk.config.get("ckanext.kielce.usage.cache_log") or ""))
    if not path.is_file():
        return 0
    connection = connect_to_redis()
    key = f"ckan:{tk.config['ckan.site_id']}:kielce_usage:log_offset"
    found = connection.get(key)
    offset = int(found) if isinstance(found, bytes) else 0
    if offset > path.stat().st_size:
        offset = 0  # the file was begun anew
    counted = 0
    with path.open("rb") as stream:
        stream.seek(offset)
        for line in iter(stream.readline, b""):
            if not line.endswith(b"\n"):  # still being written
                break
            counted += _line(line)
            model.Session.remove()
            offset += len(line)
            connection.set(key, offset)
    if offset > MOST_BYTES:
        os.truncate(path, 0)  # its writer appends
        connection.set(key, 0)
    return counted


def _line(line: bytes) -> int:
    try:
        entry = json.loads(line)
    except ValueError:
        log.warning("A line of the cache's log is no JSON and is left out")
        return 0
    return count(entry) if isinstance(entry, dict) else 0


def count(entry: Mapping[str, Any]) -> int:
    """Count one line; 1 when it was use."""
    if entry.get("handling") != "hit" or int(entry.get("status") or 0) >= 400:
        return 0
    asked = _asked(entry)
    if asked is None:
        return 0
    use = use_of(asked)
    note(use, str(entry.get("address") or ""), entry.get("agent"))
    return int(use.kind is not None)


def _asked(entry: Mapping[str, Any]) -> Asked | None:
    parts = urlsplit(str(entry.get("url") or ""))
    path = parts.path
    for lang in tk.aslist(tk.config.get("ckan.locales_offered")):
        path = path.removeprefix(f"/{lang}") if path.startswith(f"/{lang}/") else path
    try:
        endpoint, parameters = current_app.url_map.bind("").match(
            path, method=str(entry.get("method") or "GET")
        )
    except (HTTPException, RequestRedirect):
        return None
    return Asked(
        method=str(entry.get("method") or "GET"),
        endpoint=str(endpoint),
        parameters=parameters,
        query=dict(parse_qsl(parts.query)),
        headers={"Range": str(entry.get("range") or ""), "Sec-Fetch-Site": str(entry.get("site") or "")},
        status=int(entry.get("status") or 0),
    )
