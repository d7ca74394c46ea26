"""Which words of a dataset to show: its own language versions, its contact, its publisher. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ckanext.kielce.common import vocabularies

#: Polish fields with an English twin.
BILINGUAL = {"title": "title_en", "notes": "notes_en", "name": "name_en"}


def localised(item: Mapping[str, Any], field: str, lang: str) -> str:
    """Return ``title``, ``notes`` (datasets) or ``name`` (files, columns: ``title``) in ``lang``.

    English falls back to Polish where there is no translation; Polish never falls back. Empty texts don't count.
    """
    polish = str(item.get(field) or "").strip()
    if lang[:2] == "pl":
        return polish
    return str(item.get(f"{field}_en") or "").strip() or polish


def translations(item: Mapping[str, Any], field: str) -> dict[str, str]:
    """Return the texts there are, by language: ``{"pl": …, "en": …}`` without empty ones."""
    texts = {"pl": item.get(field), "en": item.get(f"{field}_en")}
    return {lang: str(text).strip() for lang, text in texts.items() if text and str(text).strip()}


def contact_of(package: Mapping[str, Any]) -> dict[str, str]:
    """Return ``name`` and, where known, ``email`` and ``url`` to write to about a dataset; empty when nobody is known.

    The dataset's own contact first, else the role address of the unit that publishes it.
    """
    for contact in package.get("contact") or []:
        if contact.get("email") or contact.get("url"):
            return {key: value for key, value in contact.items() if value}
    organization = package.get("organization") or {}
    unit = vocabularies.unit(organization.get("name"))
    if unit is None:
        return {}
    return {"name": unit.pl, "name_en": unit.en, "email": unit.data["email"]}


def publisher_of(package: Mapping[str, Any], lang: str) -> str:
    """Return the name of who answers for the data, in ``lang``."""
    for publisher in package.get("publisher") or []:
        if publisher.get("name"):
            return str(publisher["name"])
    organization = package.get("organization") or {}
    unit = vocabularies.unit(organization.get("name"))
    return unit.label(lang) if unit else str(organization.get("title") or "")
