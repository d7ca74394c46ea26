"""Counting the requests that this process has answered."""

from __future__ import annotations

import datetime as dt
import logging
from collections import Counter
from typing import Any

import redis
from ckan.lib.redis import connect_to_redis
from ckan.plugins import toolkit as tk
from ckanext.kielce.common import callers as network
from ckanext.kielce.usage import callers, store, waiting
from ckanext.kielce.usage.asked import Asked, Use, use_of
from ckanext.kielce.usage.robots import is_robot
from flask import Response, request
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)


class Tally:
    """Uses that are written down together."""

    def __init__(self) -> None:
        self.counts: Counter[store.Count] = Counter()
        self.callers: dict[tuple[dt.date, str], set[str]] = {}

    def note(self, use: Use, address: str, agent: str | None) -> None:
        """Count a use, and that this caller was there today."""
        if use.kind is None or not (use.ids or use.action):
            return
        day, robot = store.day_of(None), is_robot(agent)
        for object_id in set(use.ids):
            self.counts[store.Count(use.kind, object_id, day, robot)] += 1
        if use.action:
            self.counts[store.Count("action", use.action, day, robot)] += 1
        if not robot and use.kind in store.USES:
            self.callers.setdefault((day, f"{address} {agent}"), set()).update(use.ids)

    def write(self) -> None:
        """Add it to what was counted before; without Redis the callers alone are not counted.

        :raises sqlalchemy.exc.SQLAlchemyError: nothing of it was counted
        """
        if not self.counts:
            return
        try:
            pipe = connect_to_redis().pipeline(transaction=False)
            waiting.add(pipe, self.counts)
            callers.add(pipe, self.callers)
            pipe.execute()
        except redis.RedisError:
            store.add(self.counts)


def after_request(_sender: Any, response: Response | None = None, **_kwargs: Any) -> None:
    """Count the request that was just answered. A failure to count never spoils the answer."""
    if response is None or request.method not in ("GET", "POST") or response.status_code >= 400:
        return
    if not tk.config.get("ckanext.kielce.usage.enabled"):
        return
    tally = Tally()
    try:
        tally.note(use_of(_asked(response)), network.address(), request.headers.get("User-Agent"))
        tally.write()
    except SQLAlchemyError as err:
        log.warning("Could not count a use: %s", err)


def _asked(response: Response) -> Asked:
    sent: Any = request.get_json(silent=True) if request.is_json else None
    rule = request.url_rule
    parameters = {**((rule.defaults if rule else None) or {}), **(request.view_args or {})}
    return Asked(
        method=request.method,
        endpoint=request.endpoint or "",
        parameters=parameters,
        query=request.args,
        headers=request.headers,
        status=response.status_code,
        body=sent if isinstance(sent, dict) else {},
    )
