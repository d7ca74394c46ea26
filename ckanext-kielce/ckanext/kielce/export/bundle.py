"""A whole dataset as one zip: a Frictionless Data Package with its tables, layers, licence, dictionary and citation."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ckanext.kielce.export.child import FailedError
from ckanext.kielce.export.orders import Order
from ckanext.kielce.export.store import Kept, Store
from ckanext.kielce.tables.shared import Field

#: Kind of column -> type of the Table Schema.
TYPES: Mapping[str, str] = {
    "number": "number",
    "text": "string",
    "date": "date",
    "datetime": "datetime",
    "boolean": "boolean",
    "other": "string",
}
WHOLE = frozenset({"integer", "bigint", "smallint"})
#: One date for all members: equal content makes equal bytes.
_DATE = (1980, 1, 1, 0, 0, 0)


def schema_of(fields: Sequence[Field]) -> dict[str, Any]:
    """The Table Schema of a table: types, titles, units, what columns mean."""
    described = []
    for field in fields:
        entry: dict[str, Any] = {"name": field.id, "type": TYPES[field.kind]}
        if field.kind == "number" and field.type in WHOLE:
            entry["type"] = "integer"
        if field.kind == "datetime":
            entry["format"] = "any"
        if field.label:
            entry["title"] = field.label
        if field.notes:
            entry["description"] = field.notes
        if field.unit:
            entry["unit"] = field.unit
        described.append(entry)
    return {"fields": described, "missingValues": [""]}


def write(order: Order, made: Path, files: Store, seconds: float) -> None:
    """Write the zip. Its parts are files of the store, made now where they are not there. Raises `FailedError`, `SlowError`."""
    from ckanext.kielce.export import service  # it makes packages too

    package = dict(order.about["package"])
    resources = []
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        for part in order.about["parts"]:
            wanted = Order.from_dict(part["order"]) if part.get("order") else None
            kept = _part(files, wanted, part, service.make_part, seconds)
            if kept is None:
                continue
            _add(archive, part["path"], kept.path)
            entry = {
                **part["resource"],
                "path": part["path"],
                "bytes": kept.size,
                "hash": f"sha256:{kept.digest}",
            }
            resources.append(entry)
        package["resources"] = resources
        _add_text(archive, "datapackage.json", json.dumps(package, ensure_ascii=False, indent=2) + "\n")
        for name, text in order.about["texts"].items():
            _add_text(archive, name, text)
    if not resources:
        raise FailedError("missing")


def _part(
    files: Store, wanted: Order | None, part: Mapping[str, Any], make_part: Any, seconds: float
) -> Kept | None:
    if wanted is None:
        return files.get(part["key"])
    try:
        return files.get(wanted.key) or make_part(wanted, seconds)
    except FailedError as err:
        # A layer that cannot be converted must not keep the tables beside it from being had.
        if wanted.form == "gpkg":
            return None
        raise err


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(entry, "w", force_zip64=True) as target, path.open("rb") as source:
        shutil.copyfileobj(source, target, 1 << 20)


def _add_text(archive: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, text)
