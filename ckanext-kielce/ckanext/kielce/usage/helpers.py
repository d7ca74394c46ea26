"""What templates ask."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from ckanext.kielce.usage.purposes import purposes


def kielce_usage_of(package_id: str) -> dict[str, Any]:
    """Use of a dataset in the last 30 days, as ``kielce_usage_show``."""
    found: dict[str, Any] = tk.get_action("kielce_usage_show")({"ignore_auth": True}, {"id": package_id})
    return found


def kielce_usage_purposes() -> list[tuple[str, str]]:
    """(code, words) of the answers to "what for"."""
    lang = "en" if tk.h.lang() == "en" else "pl"
    return [(code, words[lang]) for code, words in purposes().items()]
