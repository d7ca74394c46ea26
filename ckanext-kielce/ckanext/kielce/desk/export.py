"""The desk's lists as CSV files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ckan.plugins import toolkit as tk
from ckanext.kielce.common import spreadsheet

from .naming import Row
from .words import HEADS

_TASK = (
    "title",
    "unit",
    "kind_text",
    "what",
    "remedy",
    "since",
    "points",
    "use",
    "gain",
    "state",
    "assigned",
    "asked",
)
#: Columns of each list as a file; the address comes last.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "tasks": _TASK,
    "alerts": _TASK,
    "frequencies": ("title", "unit", "before", "after", "since", "who", "state", "asked"),
    "changes": ("at", "title", "unit", "what", "remedy"),
    "due": ("title", "unit", "next", "due", "overdue", "frequency", "last", "status", "grade"),
    "sets": (
        "title",
        "unit",
        "domain",
        "status",
        "grade",
        "index",
        "last",
        "end",
        "next",
        "frequency",
        "withheld",
    ),
    "closed": ("title", "unit", "end", "at", "who", "note"),
    "fixes": ("title", "unit", "what", "remedy", "points", "use", "gain"),
    "twins": ("title", "unit", "other", "other_unit", "count", "compared", "since", "note"),
    "units": (
        "unit",
        "index",
        "trend_30",
        "trend_90",
        "sets",
        "graded",
        "late",
        "days_late",
        "withheld",
        "closed",
        "use",
    ),
    "log": ("at", "who", "act", "title", "unit", "note"),
}
#: Columns of rows whose head has another name.
HEAD_OF = {"kind_text": "kind"}


def as_csv(name: str, rows: Sequence[Row], lang: str) -> bytes:
    """A list as a file, the address of the dataset in the last column."""
    columns = COLUMNS[name]
    heads = [tk._(HEADS[HEAD_OF.get(column, column)]) for column in columns]
    addressed = name != "units"
    if addressed:
        last = HEADS["name"]
        heads.append(tk._(last))
    return spreadsheet.as_csv(
        heads,
        ([*(row.get(column) for column in columns), *([_address(row)] if addressed else [])] for row in rows),
        lang,
    )


def _address(row: Row) -> Any:
    return tk.h.url_for("dataset.read", id=row["name"], qualified=True) if row.get("name") else ""
