"""How the tests of pages ask: pages as text, actions as somebody, the last run of a source."""

from __future__ import annotations

import re
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.kielce.harvest.model import HarvestRun

LOG_IN = "http://jan:tajne@zrodlo.example/"


def page(app: Any, path: str, headers: dict[str, str] | None = None, status: int = 200) -> str:
    answer = app.get(path, headers=headers or {}, status=status, follow_redirects=False)
    return re.sub(r"\s+", " ", answer.body.replace("\u00a0", " "))


def as_user(user: dict[str, Any]) -> dict[str, Any]:
    return {"user": user["name"], "ignore_auth": False}


def anonymous() -> dict[str, Any]:
    return {"user": "", "ignore_auth": False}


def call(name: str, user: dict[str, Any] | None, **data: Any) -> Any:
    return tk.get_action(name)(as_user(user) if user else anonymous(), data)


def last_run(source: Any) -> HarvestRun:
    model.Session.expire_all()
    return (
        model.Session.query(HarvestRun)
        .filter_by(source_id=source.id)
        .order_by(HarvestRun.created_at.desc())
        .first()
    )
