"""What a made file says of its dataset: title, publisher, terms, address, citation; from a dataset's dict, in one language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.kielce.common import formatting, vocabularies
from ckanext.kielce.export.citation import Cited


def language() -> str:
    """The reader's language."""
    return "pl" if str(tk.h.lang()).startswith("pl") else "en"


def text(thing: Mapping[str, Any], field: str, lang: str) -> str:
    """A bilingual field (``title`` with ``title_en``); the other language rather than nothing."""
    polish, english = str(thing.get(field) or ""), str(thing.get(f"{field}_en") or "")
    return (english or polish) if lang == "en" else (polish or english)


def address(pkg: Mapping[str, Any]) -> str:
    """The dataset's address to cite, without a language."""
    return str(tk.url_for("dataset.read", id=pkg["name"], _external=True, locale="default"))


def publisher(pkg: Mapping[str, Any], lang: str) -> str:
    """The publisher named in the description, else the unit that owns the dataset."""
    for entry in pkg.get("publisher") or ():
        if isinstance(entry, Mapping) and entry.get("name"):
            return str(entry["name"])
    unit = pkg.get("organization") or {}
    known = vocabularies.unit(unit.get("name"))
    return known.label(lang) if known else str(unit.get("title") or "")


def licence(pkg: Mapping[str, Any], lang: str) -> dict[str, str]:
    """Name, title and address of the licence; empty values where none is stated."""
    code = str(pkg.get("license_id") or "").strip()
    entry = vocabularies.licence(code)
    if entry is None:
        known = code if code != "notspecified" else ""
        return {
            "name": known,
            "title": str(pkg.get("license_title") or known),
            "path": str(pkg.get("license_url") or ""),
        }
    return {"name": entry.code, "title": entry.label(lang), "path": str(entry.data.get("url") or "")}


def changed(thing: Mapping[str, Any]) -> dt.date | None:
    """The day on which a dataset's or a file's content changed, in Warsaw."""
    for key in ("last_modified", "modified", "metadata_modified", "created"):
        moment = formatting.parse_moment(thing.get(key))
        if isinstance(moment, dt.datetime):
            moment = moment if moment.tzinfo else moment.replace(tzinfo=dt.timezone.utc)
            return moment.astimezone(formatting.WARSAW).date()
        if moment is not None:
            return moment
    return None


def cited(pkg: Mapping[str, Any], lang: str, **version: Any) -> Cited:
    """What is cited; ``version`` replaces url, changed and version where one version is meant."""
    found = {"url": address(pkg), "changed": changed(pkg), **version}
    return Cited(
        name=str(pkg["name"]),
        title=text(pkg, "title", lang) or str(pkg["name"]),
        publisher=publisher(pkg, lang),
        portal=str(tk.config.get("ckan.site_title") or ""),
        **found,
    )


def today() -> dt.date:
    """The day in Warsaw."""
    return dt.datetime.now(dt.timezone.utc).astimezone(formatting.WARSAW).date()
