"""The desk's lists as CSV files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ckan.plugins import toolkit as tk
from ckanext.kielce.common import spreadsheet

from .lists import COLUMNS, Row
from .words import HEADS

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
