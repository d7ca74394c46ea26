"""Counting the requests that this process has answered."""

from __future__ import annotations

import logging
from typing import Any

from ckan.plugins import toolkit as tk
from ckanext.kielce.common import callers as network
from ckanext.kielce.usage import callers, store
from ckanext.kielce.usage.asked import Asked, Use, use_of
from ckanext.kielce.usage.robots import is_robot
from flask import Response, request
from sqlalchemy.exc import SQLAlchemyError

log = logging.getLogger(__name__)


def after_request(_sender: Any, response: Response | None = None, **_kwargs: Any) -> None:
    """Count the request that was just answered. A failure to count never spoils the answer."""
    if response is None or request.method not in ("GET", "POST") or response.status_code >= 400:
        return
    if not tk.config.get("ckanext.kielce.usage.enabled"):
        return
    try:
        note(use_of(_asked(response)), network.address(), request.headers.get("User-Agent"))
    except SQLAlchemyError as err:
        log.warning("Could not count a use: %s", err)


def note(use: Use, address: str, agent: str | None) -> None:
    """Count a use, and that this caller was there today."""
    if use.kind is None or not (use.ids or use.action):
        return
    day, robot = store.day_of(None), is_robot(agent)
    if use.ids:
        store.add(use.kind, use.ids, day, robot=robot)
    if use.action:
        store.add("action", [use.action], day, robot=robot)
    if not robot and use.kind in store.USES:
        callers.seen(use.ids, day, f"{address} {agent}")


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
