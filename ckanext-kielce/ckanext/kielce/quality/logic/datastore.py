"""A write to a DataStore table through the API is a way in like any other: a look at the dataset follows it.

The writes go on as ever; what is added comes after them, and never fails them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ckan.plugins.toolkit as tk

from .. import tracking

#: Actions that change what a table holds.
WRITES = ("datastore_create", "datastore_upsert", "datastore_delete", "datastore_records_delete")


def chained(name: str) -> Callable[..., Any]:
    """The action ``name`` followed by a look at the dataset."""

    def action(original_action: Any, context: Any, data_dict: Any) -> Any:
        result = original_action(context, data_dict)
        resource_id = (result or {}).get("resource_id") or data_dict.get("resource_id")
        if resource_id and not data_dict.get("dry_run"):
            tracking.note_table(str(resource_id))
        return result

    action.__name__, action.__doc__ = name, f"{name}, followed by a look at the dataset."
    return tk.chained_action(action)


def chained_writes() -> dict[str, Callable[..., Any]]:
    """Chained actions by name; none where the DataStore isn't switched on (a chain needs its beginning)."""
    if not _has_datastore():
        return {}
    return {name: chained(name) for name in WRITES}


def _has_datastore() -> bool:
    from ckan import plugins as p

    return p.plugin_loaded("datastore")
