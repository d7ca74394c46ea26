"""The data dictionary of a resource: what each column holds, as its owner says."""

from __future__ import annotations

import json
from typing import Any


def dictionary_of(resource: dict[str, Any], columns_field: str) -> dict[str, dict[str, Any]]:
    """The data dictionary of a resource: column name -> its entry; empty when there is none."""
    entries = resource.get(columns_field) or []
    if isinstance(entries, str):
        try:
            entries = json.loads(entries)
        except ValueError:
            return {}
    if not isinstance(entries, list):
        return {}
    return {str(entry["name"]): entry for entry in entries if isinstance(entry, dict) and entry.get("name")}
