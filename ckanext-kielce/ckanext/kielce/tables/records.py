"""Reading JSON: a list of records, wherever in the document it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ckanext.kielce.tables import encoding as enc
from ckanext.kielce.tables.assemble import assemble, check_width, column_of_cells
from ckanext.kielce.tables.limits import LIMITS, Limits
from ckanext.kielce.tables.problems import TableError, problem
from ckanext.kielce.tables.sniff import Sniff
from ckanext.kielce.tables.table import Table

_DEPTH = 3


def read_records(path: Path, sniffed: Sniff, limits: Limits = LIMITS) -> Table:
    """The longest list of objects in a JSON document (or one object a line), nested fields as "a.b".

    A list of lists with a first row of names is a table too. Raises `TableError` when there is no such list.
    """
    if sniffed.size > limits.text_bytes:
        raise TableError(
            problem("unreadable", detail=f"JSON > {limits.text_bytes // 2**20} MB", file=path.name)
        )
    data = path.read_bytes()
    found = enc.detect(data)
    text = data[found.bom :].decode(found.codec, "replace")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as err:
        document = _lines(text)
        if document is None:
            raise TableError(problem("unreadable", detail=f"JSON: {err}"[:200], file=path.name)) from err
    records = _find(document)
    if records is None:
        raise TableError(problem("no_table", format="JSON", file=path.name))
    flat = [_flatten(record) for record in records[: limits.rows]]
    titles = list(dict.fromkeys(key for record in flat for key in record))
    check_width(len(titles), limits)
    columns = [column_of_cells([record.get(title) for record in flat]) for title in titles]
    return assemble(path.stem, titles, columns, header_row=None, first_row=1, trim_tail=False)


def _lines(text: str) -> list[Any] | None:
    try:
        rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (ValueError, RecursionError):
        return None
    return rows if len(rows) > 1 else None


def _find(document: Any, depth: int = _DEPTH) -> list[dict[str, Any]] | None:
    if isinstance(document, list):
        if document and all(isinstance(item, dict) for item in document):
            return document
        if len(document) > 1 and all(isinstance(item, list) for item in document):
            names = [str(name) for name in document[0]]
            return [dict(zip(names, row, strict=False)) for row in document[1:]]
        return None
    if not isinstance(document, dict) or not depth:
        return None
    best: list[dict[str, Any]] | None = None
    for value in document.values():
        candidate = _find(value, depth - 1)
        if candidate and (best is None or len(candidate) > len(best)):
            best = candidate
    return best


def _flatten(record: dict[str, Any], prefix: str = "", depth: int = 3) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and depth:
            flat.update(_flatten(value, f"{name}.", depth - 1))
        elif isinstance(value, list | dict):
            flat[name] = json.dumps(value, ensure_ascii=False)
        else:
            flat[name] = value
    return flat
