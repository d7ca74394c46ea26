"""Use that a cache in front answered by itself, from its log: the portal never sees those requests.

A line is an object of ``method``, ``url`` (path and query), ``status``, ``address``, ``handling``, and the headers
``agent`` (User-Agent), ``range`` and ``site`` (Sec-Fetch-Site). What the cache did not answer itself (``handling`` is not
``hit``) is left out, for the portal has counted it.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ckan import model
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk
from ckanext.kielce.common import periodic, worker
from ckanext.kielce.usage.asked import Asked, Use, use_of
from ckanext.kielce.usage.callers import redis_key
from ckanext.kielce.usage.requests import Tally
from flask import current_app
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

log = logging.getLogger(__name__)

#: Seconds between two readings; larger than so many bytes the file is begun anew.
INTERVAL, MOST_BYTES = 300, 64 * 1024 * 1024
#: Lines that are written down together.
TOGETHER = 2000


def _seconds() -> int:
    return INTERVAL if tk.config.get("ckanext.kielce.usage.cache_log") else 0


def job() -> None:
    """What the worker does: read with the application at hand, which knows what an address means."""
    app = worker.application()
    if app is None:
        log.warning("The cache's log is read by `ckan kielce worker` alone; this worker leaves it")
        return
    with app.test_request_context():
        read()


def read() -> int:
    """Count the lines that came since the last reading; returns how many were use. Needs the application's context."""
    path = Path(str(tk.config.get("ckanext.kielce.usage.cache_log") or ""))
    if not path.is_file():
        return 0
    connection = connect_to_redis()
    mark = redis_key("log_offset")
    found = connection.get(mark)
    offset = int(found) if isinstance(found, bytes) else 0
    if offset > path.stat().st_size:
        offset = 0  # the file was begun anew
    counted = 0
    with path.open("rb") as stream:
        stream.seek(offset)
        # What is still being written has no end of line yet.
        whole = (line for line in stream if line.endswith(b"\n"))
        while lines := list(islice(whole, TOGETHER)):
            counted += count(_entries(lines))
            model.Session.remove()
            offset += sum(map(len, lines))
            connection.set(mark, offset)
    if offset > MOST_BYTES:
        os.truncate(path, 0)  # its writer appends
        connection.set(mark, 0)
    return counted


def _entries(lines: Iterable[bytes]) -> Iterator[Mapping[str, Any]]:
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            log.warning("A line of the cache's log is no JSON and is left out")
            continue
        if isinstance(entry, dict):
            yield entry


def count(entries: Iterable[Mapping[str, Any]]) -> int:
    """Count lines; returns how many of them were use."""
    tally, counted = Tally(), 0
    known: dict[tuple[Any, ...], Use | None] = {}
    for entry in entries:
        if entry.get("handling") != "hit" or int(entry.get("status") or 0) >= 400:
            continue
        # Popular things are asked for again and again: what they are is looked up once.
        same = tuple(entry.get(name) for name in ("method", "url", "status", "range", "site"))
        if same not in known:
            asked = _asked(entry)
            known[same] = use_of(asked) if asked else None
        use = known[same]
        if use and use.kind:
            tally.note(use, str(entry.get("address") or ""), entry.get("agent"))
            counted += 1
    tally.write()
    return counted


periodic.every("usage-log", "kielce_usage", _seconds, job)


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
