"""Field names that CKAN's DataStore accepts, and its data dictionary. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from ckanext.kielce.common.periods import fold
from ckanext.kielce.tables.table import Table

_MAX_BYTES = 63


def field_names(table: Table) -> list[str]:
    """A valid, unique name for each column: at most 63 bytes, no leading underscore, quotes or control characters."""
    names: list[str] = []
    used: set[str] = set()
    for number, column in enumerate(table.columns, 1):
        clean = "".join(" " if unicodedata.category(ch).startswith("C") else ch for ch in column.name)
        clean = " ".join(clean.replace('"', "'").split()).lstrip("_ ") or f"kolumna_{number}"
        base, n = _cut(clean, _MAX_BYTES), 1
        name = base
        while name.casefold() in used:
            n += 1
            name = _cut(base, _MAX_BYTES - len(f"_{n}")) + f"_{n}"
        used.add(name.casefold())
        names.append(name)
    return names


def _cut(text: str, size: int) -> str:
    return text.encode()[:size].decode("utf-8", "ignore").strip()


def column_info(
    table: Table,
    names: Sequence[str],
    before: Mapping[str, Mapping[str, Any]],
    dictionary: Sequence[Mapping[str, Any]],
) -> dict[str, dict[str, Any]]:
    """The comment of each column, in CKAN's form: {"_info": {"label", "notes", "unit"}, …}.

    What stands in the present table (``before``) was perhaps written by a person and wins; then the resource's
    ``columns``; then what the file's own header says.
    """
    described = {fold(str(entry.get("name", ""))): entry for entry in dictionary}
    comments: dict[str, dict[str, Any]] = {}
    for column, name in zip(table.columns, names, strict=True):
        entry = described.get(fold(column.name)) or described.get(fold(name)) or {}
        info: dict[str, Any] = {}
        if label := entry.get("title") or (column.title if column.title != name else None):
            info["label"] = label
        if notes := entry.get("description"):
            info["notes"] = notes
        if unit := entry.get("unit") or column.unit:
            info["unit"] = unit
        old = dict(before.get(name, {}))
        info.update({key: value for key, value in (old.pop("_info", None) or {}).items() if value})
        if info:
            old["_info"] = info
        if old:
            comments[name] = old
    return comments
