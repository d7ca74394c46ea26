"""What templates ask."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk


def kielce_participation_of(package_id: str) -> dict[str, Any]:
    """Public matters of a dataset: ``problems`` that are open or answered lately, and ``reuses``."""
    found = tk.get_action("kielce_participation_list")(
        {"user": ""}, {"dataset": package_id, "limit": 20, "lang": "en" if tk.h.lang() == "en" else "pl"}
    )["results"]
    return {
        "problems": [item for item in found if item["kind"] != "reuse"][:5],
        "reuses": [item for item in found if item["kind"] == "reuse" and item["state"] == "accepted"],
    }
