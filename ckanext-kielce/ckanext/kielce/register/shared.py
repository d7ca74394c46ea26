"""The public face of the register: other rooms import from here and from nowhere else in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from ckan import model as ckan_model
from ckan.plugins import plugin_loaded

from . import presentation, store
from .model import Entry
from .prefill import Report, prefill

__all__ = ["Report", "entries_of", "outline", "prefill"]


def entries_of(dataset_ids: Iterable[str]) -> dict[str, str]:
    """Id of the register's entry by dataset id; {} while plugin ``kielce_register`` is off."""
    wanted = list(dataset_ids)
    if not wanted or not plugin_loaded("kielce_register"):
        return {}
    query = sa.select(Entry.dataset_id, Entry.id).where(
        Entry.dataset_id.in_(wanted), Entry.removed_at.is_(None)
    )
    return {row[0]: row[1] for row in ckan_model.Session.execute(query)}


def outline(unit_ids: Iterable[str] | None = None) -> dict[str, Any]:
    """What the coordinator has to know of the register.

    :param unit_ids: only of these units; None: of all
    :returns: ``tiers`` (entries by tier), ``unchecked`` (made by the portal, seen by nobody), ``passed`` (to be open by a day
        that is over); {} while plugin ``kielce_register`` is off
    """
    if not plugin_loaded("kielce_register"):
        return {}
    where: list[sa.ColumnElement[bool]] = [Entry.removed_at.is_(None)]
    if unit_ids is not None:
        where.append(Entry.unit_id.in_(list(unit_ids)))
    today = presentation.today()

    def number(**filters: Any) -> int:
        return store.listed([*where, *store.conditions(filters, today)], "title", 0, 0)[0]

    return {
        "tiers": store.counts(where, Entry.tier),
        "unchecked": number(checked=False),
        "passed": number(planned="passed"),
    }
