"""What the dataset's page shows of the API room."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from ckanext.kielce.api import changes, starters


def kielce_api_announced(package_id: str) -> list[dict[str, Any]]:
    """Return the changes of a dataset that are announced and lie ahead, the nearest first."""
    lang = "pl" if str(tk.h.lang()).startswith("pl") else "en"
    found = changes.announcements(package_id, limit=20, coming=True)
    return [
        {
            "id": row.id,
            "day": row.effective,
            "kind": changes.KINDS[row.kind][lang],
            "text": (row.text_en if lang == "en" else None) or row.text,
            "resource_id": row.resource_id,
        }
        for row, _package in found
    ]


def kielce_api_has_map(package: dict[str, Any]) -> bool:
    """Return whether there is a QGIS project of a dataset."""
    return bool(starters.layers_of(package, "pl"))
