"""Names for ids, in the reader's language: units, people, frequencies; one query for any number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from ckan import model as ckan_model
from ckanext.kielce.common import titles, vocabularies

Row = dict[str, Any]


def iso(moment: dt.date | None) -> str | None:
    """ISO text of a day or moment."""
    return moment.isoformat() if moment else None


def unit_titles(ids: Iterable[str | None], lang: str) -> dict[str | None, tuple[str, str]]:
    """Organisation -> (name, title in the reader's language); one query."""
    group = ckan_model.Group
    wanted = {key for key in ids if key}
    if not wanted:
        return {}
    rows = ckan_model.Session.query(group.id, group.name, group.title).filter(group.id.in_(sorted(wanted)))
    found: dict[str | None, tuple[str, str]] = {}
    for unit_id, name, title in rows:
        entry = vocabularies.unit(name)
        found[unit_id] = (name, entry.label(lang) if entry else title or name)
    return found


def user_names(ids: Iterable[str | None]) -> dict[str | None, str]:
    """User's id or name -> name to show; one query."""
    user = ckan_model.User
    wanted = sorted({key for key in ids if key})
    if not wanted:
        return {}
    rows = ckan_model.Session.query(user.id, user.name, user.fullname).filter(
        user.id.in_(wanted) | user.name.in_(wanted)
    )
    found: dict[str | None, str] = {}
    for user_id, name, fullname in rows:
        found[user_id] = found[name] = fullname or name
    return found


def named(rows: list[Row], lang: str) -> list[Row]:
    """Name the units of rows that hold ``owner_org``, and in English the sets (``id``) that have an English title."""
    english = titles.english(row.get("id") for row in rows) if lang == "en" else {}
    units = unit_titles((row.get("owner_org") for row in rows), lang)
    for row in rows:
        row["unit_name"], row["unit"] = units.get(row.get("owner_org"), ("", ""))
        if row.get("id") in english:
            row["title"] = english[row["id"]]
    return rows


def frequency_word(value: str | None, lang: str) -> str:
    """A declared frequency (EU code or URI) in words; "" for none."""
    entry = vocabularies.frequency(value) if value else None
    return entry.label(lang) if entry else value or ""
