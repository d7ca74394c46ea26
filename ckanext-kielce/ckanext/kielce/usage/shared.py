"""The public face of the usage room. Everything is silent while plugin ``kielce_usage`` is off."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from ckan.plugins import plugin_loaded
from ckanext.kielce.usage import store

KINDS = store.KINDS
USES = store.USES


def count(
    kind: str, object_id: str, when: dt.datetime | dt.date | None = None, *, robot: bool = False
) -> None:
    """Count one use of a dataset or resource: ``kind`` is "download", "api" or "view".

    Raises ValueError for another kind. Keeps no personal data.
    """
    if kind not in KINDS:
        raise ValueError(f"unknown kind of use: {kind}")
    if plugin_loaded("kielce_usage"):
        store.add({store.Count(kind, object_id, store.day_of(when), robot): 1})


def totals(
    object_ids: Collection[str], days: int, *, kinds: Collection[str] = USES, today: dt.date | None = None
) -> dict[str, dict[str, int]]:
    """Use by people in the last ``days`` days, today included: {object id: {kind: number}}, zeros left out.

    A dataset's numbers include those of its resources.
    """
    if not object_ids or not plugin_loaded("kielce_usage"):
        return {}
    until = today or store.day_of(None)
    return store.totals(object_ids, until - dt.timedelta(days=days - 1), until, kinds)


def busiest(days: int, limit: int = 10) -> list[tuple[str, int]]:
    """Public datasets with the most downloads and API calls: (package id, number), busiest first."""
    return store.busiest(days, limit, store.day_of(None)) if plugin_loaded("kielce_usage") else []
