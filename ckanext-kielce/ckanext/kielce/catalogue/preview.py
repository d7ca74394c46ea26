"""What is told of a table's columns and cells in the reader's language."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.kielce.catalogue import labels
from ckanext.kielce.common import formatting
from ckanext.kielce.tables.shared import Field

#: Whole numbers that name something are never parted by thousands: 2024 is a year, 2661011 a code.
NAMING = re.compile(
    r"(^|_|\b)(rok|year|lp|id|fid|gid|nr|numer|kod|code|teryt|simc|ulic|nip|regon|telefon|phone|poz)(_|\b|$)",
    re.I,
)


def described(resource: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the resource's own dictionary of columns by name; unreadable JSON is an empty one."""
    entries = resource.get("columns") or []
    if isinstance(entries, str):
        try:
            entries = json.loads(entries)
        except ValueError:
            return {}
    return {
        str(entry["name"]): dict(entry)
        for entry in entries
        if isinstance(entry, Mapping) and entry.get("name")
    }


def columns(resource: Mapping[str, Any], lang: str) -> list[dict[str, Any]]:
    """Return name, title, type (in words), unit and description of every column; [] when nothing is known."""
    notes = described(resource)
    names = list(notes)
    types = {name: str(note.get("type") or "") for name, note in notes.items()}
    if not names and resource.get("datastore_active"):
        try:
            info = tk.get_action("datastore_info")({}, {"id": resource["id"]})
        except (tk.NotAuthorized, tk.ObjectNotFound):  # withheld, or being loaded anew
            info = {}
        for entry in info.get("fields", []):
            names.append(entry["id"])
            types[entry["id"]] = entry.get("type", "")
            notes[entry["id"]] = {
                "title": (entry.get("info") or {}).get("label"),
                **(entry.get("info") or {}),
            }
    found = []
    for name in names:
        note = notes[name]
        kind = types[name].lower().split("(")[0]
        found.append(
            {
                "name": name,
                "title": spoken(note, "title", lang),
                "type": tk._(labels.COLUMN_TYPES[kind]) if kind in labels.COLUMN_TYPES else kind,
                "unit": note.get("unit") or "",
                "description": spoken(note, "description", lang) or note.get("notes") or "",
            }
        )
    return found


def spoken(note: Mapping[str, Any], key: str, lang: str) -> str:
    """Return a text of a column's entry in a language; the other language rather than nothing."""
    value = note.get(key)
    if isinstance(value, Mapping):
        return str(value.get(lang) or next(iter(value.values()), ""))
    return str((note.get(f"{key}_en") if lang == "en" else None) or value or "")


def names_something(column: str, values: Sequence[Any]) -> bool:
    """Tell whether a column of numbers holds names (codes, years) and not quantities."""
    if NAMING.search(column):
        return True
    known = [value for value in values if value is not None]
    return bool(known) and all(value == int(value) and 1800 <= value <= 2100 for value in known)


def cell(value: Any, field: Field, lang: str, plain: bool = False) -> str:
    """Return the text of one cell; an empty one stays empty, for "no value" and "0" are not the same."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return tk._("yes") if value else tk._("no")
    if plain:
        return str(value)
    if field.kind == "number":
        # Fractions are read as floating point and stored as "40.0" where the file said 40.
        return formatting.number(value.normalize() if isinstance(value, Decimal) else value, lang)
    if isinstance(value, dt.datetime):
        # A stamp without a zone is the source's own local time and must not be moved by an hour or two.
        if value.tzinfo is not None:
            return formatting.datetime_warsaw(value, lang)
        day = formatting.date(value.date(), lang)
        return day if value.time() == dt.time() else f"{day}, {value:%H:%M}"
    if isinstance(value, dt.date):
        return formatting.date(value, lang)
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
