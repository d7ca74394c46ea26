"""A look at the data themselves: a page of a table from the DataStore, and the layer that a map can draw."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.kielce.catalogue import labels
from ckanext.kielce.common import formatting, vocabularies

ROWS = 20
#: Pages beyond this are reached by downloading the file: deep offsets cost the database too much.
DEEPEST_ROW = 100_000
NUMBERS = frozenset(
    {
        "numeric",
        "int",
        "int2",
        "int4",
        "int8",
        "integer",
        "bigint",
        "smallint",
        "float4",
        "float8",
        "double precision",
        "number",
    }
)
MOMENTS = frozenset({"date", "timestamp", "timestamptz", "datetime"})
#: Whole numbers that name something are never parted by thousands: 2024 is a year, 2661011 a code.
NAMING = re.compile(
    r"(^|_|\b)(rok|year|lp|id|fid|gid|nr|numer|kod|code|teryt|simc|ulic|nip|regon|telefon|phone|poz)(_|\b|$)",
    re.I,
)


@dataclass(frozen=True)
class Column:
    """A column of the table on the page."""

    id: str
    title: str
    unit: str
    type: str
    numeric: bool


@dataclass(frozen=True)
class TablePage:
    """One page of a table as it is drawn: texts ready in the page's language."""

    resource_id: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    total: int
    page: int
    pages: int
    sort: str = ""
    descending: bool = False
    q: str = ""
    problem: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def first(self) -> int:
        """Number of the first row shown, counted from 1; 0 when there is none."""
        return (self.page - 1) * ROWS + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return self.first + len(self.rows) - 1 if self.rows else 0


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
                "title": _spoken(note, "title", lang),
                "type": tk._(labels.COLUMN_TYPES[kind]) if kind in labels.COLUMN_TYPES else kind,
                "unit": note.get("unit") or "",
                "description": _spoken(note, "description", lang) or note.get("notes") or "",
            }
        )
    return found


def _spoken(note: Mapping[str, Any], key: str, lang: str) -> str:
    value = note.get(key)
    if isinstance(value, Mapping):
        return str(value.get(lang) or next(iter(value.values()), ""))
    return str((note.get(f"{key}_en") if lang == "en" else None) or value or "")


def _whole(args: Mapping[str, str], name: str, default: int) -> int:
    try:
        return max(1, int(args.get(name, default)))
    except ValueError:
        return default


def table(resource: Mapping[str, Any], args: Mapping[str, str]) -> TablePage | None:
    """Return the page of a table that ``args`` ask for (``page``, ``sort``, ``desc``, ``q``); None without a table.

    What cannot be answered (an unknown column, a page beyond the end) falls back to the start, with no error
    page: addresses get shared and tables change.
    """
    if not resource.get("datastore_active"):
        return None
    lang = "pl" if str(tk.h.lang()).startswith("pl") else "en"
    sort, descending, q = args.get("sort", ""), bool(args.get("desc")), args.get("q", "").strip()
    page = min(_whole(args, "page", 1), DEEPEST_ROW // ROWS)
    query: dict[str, Any] = {"resource_id": resource["id"], "limit": ROWS, "offset": (page - 1) * ROWS}
    if q:
        query["q"] = q
    if sort:
        query["sort"] = f'"{sort}" {"desc" if descending else "asc"} nulls last'
    try:
        found = tk.get_action("datastore_search")({}, query)
    except tk.ValidationError:
        query.pop("sort", None)
        sort, page = "", 1
        query["offset"] = 0
        try:
            found = tk.get_action("datastore_search")({}, query)
        except tk.ValidationError:
            return None
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None
    if not found["records"] and page > 1:
        return table(resource, {**args, "page": "1"})
    notes = described(resource)
    fields = [
        entry for entry in found["fields"] if entry["id"] != "_id" and not entry["id"].startswith("rank")
    ]
    shown = [
        Column(
            id=entry["id"],
            title=_spoken(notes.get(entry["id"], {}), "title", lang)
            or (entry.get("info") or {}).get("label")
            or entry["id"],
            unit=str(notes.get(entry["id"], {}).get("unit") or (entry.get("info") or {}).get("unit") or ""),
            type=entry["type"],
            numeric=entry["type"] in NUMBERS,
        )
        for entry in fields
    ]
    plain = {column.id for column in shown if column.numeric and names_something(column.id, found["records"])}
    rows = [
        [cell(record.get(column.id), column, lang, column.id in plain) for column in shown]
        for record in found["records"]
    ]
    total = int(found.get("total") or 0)
    return TablePage(
        resource_id=resource["id"],
        columns=shown,
        rows=rows,
        total=total,
        page=page,
        pages=max(1, -(-min(total, DEEPEST_ROW) // ROWS)),
        sort=sort,
        descending=descending,
        q=q,
    )


def names_something(column: str, records: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether a column of numbers holds names (codes, years) and not quantities."""
    if NAMING.search(column):
        return True
    values = [record.get(column) for record in records if record.get(column) is not None]
    return bool(values) and all(isinstance(value, int) and 1800 <= value <= 2100 for value in values)


def cell(value: Any, column: Column, lang: str, plain: bool = False) -> str:
    """Return the text of one cell; an empty one stays empty, for "no value" and "0" are not the same."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return tk._("yes") if value else tk._("no")
    if plain:
        return str(value)
    if column.numeric:
        return formatting.number(value, lang)
    if column.type in MOMENTS and isinstance(value, str):
        midnight = value.endswith("T00:00:00")
        return formatting.date(value[:10], lang) if midnight or len(value) == 10 else _moment(value, lang)
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _moment(value: str, lang: str) -> str:
    # A stamp without a zone is the source's own local time and must not be moved by an hour or two.
    if re.search(r"(Z|[+-]\d\d:?\d\d)$", value):
        return formatting.datetime_warsaw(value, lang)
    return f"{formatting.date(value[:10], lang)}, {value[11:16]}"


def layer_of(pkg: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the first file that a map can draw (GeoJSON); None when there is none."""
    found = [resource for resource in pkg.get("resources") or () if _is_layer(resource)]
    return found[0] if found else None


def _is_layer(resource: Mapping[str, Any]) -> bool:
    entry = vocabularies.file_format(resource.get("format"))
    return entry is not None and entry.code == "GEOJSON"
