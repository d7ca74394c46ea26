"""Write every folder of the file server: the files, and the form in which each unit publishes them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.city import SAMPLE_NOTE
from demo.city.files import writers
from demo.city.files.model import DAY, FileSet, Folder, Period, Table, folders
from demo.city.files.recipes import RECIPES
from demo.city.units import unit

FORMATS = {
    "csv": ("CSV", "text/csv"),
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "ods": ("ODS", "application/vnd.oasis.opendocument.spreadsheet"),
    "json": ("JSON", "application/json"),
    "geojson": ("GEOJSON", "application/geo+json"),
    "pdf": ("PDF", "application/pdf"),
}
"""Kind of file → code of the EU file-type table, media type."""

_FRICTIONLESS = {"datetime": "datetime", "yearmonth": "yearmonth", "geopoint": "geopoint"}
EXTRA_NAME = ".index-extra.json"
"""Entries that an HTML index shows although there is no such file (the dead link)."""


@dataclass(frozen=True)
class Written:
    """One file of a set: its path below the files' root, facts for the manifest, its table (None for a PDF)."""

    path: str
    kind: str
    size: int
    sha256: str
    modified: dt.datetime
    table: Table | None


RE_UPLOADS = 5
"""How often the set that is only touched was put up again since its last new period."""


def touched_at(newest: dt.datetime, today: dt.date, number: int) -> dt.datetime:
    """When the re-upload ``number`` (1 to ``RE_UPLOADS``) of a set took place that has no new data since ``newest``."""
    return newest + number * max(1, (today - newest.date()).days // (RE_UPLOADS + 1)) * DAY


def published_at(of: FileSet, table: Table | None, today: dt.date) -> dt.datetime:
    """When the unit put the file up.

    After the newest period and the set's lag, and yesterday for registers; a set that is only touched goes up again and again.
    """
    periods = [row[0] for row in table.rows if isinstance(row[0], Period)] if table else []
    day = max(p.end for p in periods) + of.lag * DAY if periods else today - DAY
    if of.closed:
        day = dt.date(2024, 6, 3)
    when = dt.datetime.combine(min(day, today), dt.time(5, 40), dt.UTC)
    return touched_at(when, today, RE_UPLOADS) if of.sick == "touched_only" else when


def _bytes(kind: str, of: FileSet, table: Table, today: dt.date) -> bytes:
    if kind == "csv":
        return writers.csv_bytes(of, table)
    if kind == "xlsx":
        return writers.xlsx_bytes(of, table, today)
    return {"ods": writers.ods_bytes, "json": writers.json_bytes, "geojson": writers.geojson_bytes}[kind](
        of, table
    )


def published(of: FileSet, table: Table) -> Table:
    """The table as it is published now: a set whose schema changed shows its new column name."""
    if not of.rename:
        return table
    renamed = [type(c)(of.rename.get(c.name, c.name), c.type, c.title, c.unit) for c in table.columns]
    return Table(renamed, table.rows, table.places)


def _file_name(of: FileSet, kind: str, today: dt.date) -> str:
    if of.file:
        return of.file.format(year=today.year, last_year=today.year - 1)
    return f"{of.id}.{kind}"


def _put(root: Path, path: str, kind: str, content: bytes, when: dt.datetime, table: Table | None) -> Written:
    writers.write(root / path, content, when)
    return Written(path, kind, len(content), hashlib.sha256(content).hexdigest(), when, table)


def write_set(root: Path, of: FileSet, today: dt.date) -> list[Written]:
    """Write the files of one set below ``root``; return what was written (nothing for interfaces and dead links)."""
    base = f"{of.folder}/{of.id}" if of.form == "packages" else of.folder
    if of.recipe in ("api", "missing"):
        return []
    if of.recipe == "pdf":
        when = published_at(of, None, today)
        return [_put(root, f"{base}/{of.id}.pdf", "pdf", writers.pdf_bytes(of, today), when, None)]
    table = RECIPES[of.recipe](of, today)
    when = published_at(of, table, today)
    if of.yearly_files:
        found = []
        for year in sorted({row[0].start.year for row in table.rows}):
            part = Table(table.columns, [row for row in table.rows if row[0].start.year == year])
            name = str(of.file).format(year=year)
            found.append(
                _put(
                    root,
                    f"{base}/{name}",
                    "csv",
                    writers.csv_bytes(of, part),
                    published_at(of, part, today),
                    part,
                )
            )
        return found
    shown = published(of, table)
    return [
        _put(root, f"{base}/{_file_name(of, k, today)}", k, _bytes(k, of, shown, today), when, shown)
        for k in of.files
    ]


def description(of: FileSet) -> str:
    """The description as published: with the note on method where there is one, and always the label of sample data."""
    return " ".join(part for part in (of.description.rstrip(), of.note, SAMPLE_NOTE) if part)


def _temporal(files: list[Written]) -> dict[str, str] | None:
    days: list[dt.date] = []
    for one in files:
        for row in one.table.rows if one.table else []:
            for cell in row:
                if isinstance(cell, Period):
                    days += [cell.start, cell.end]
                elif isinstance(cell, dt.datetime):
                    days.append(cell.date())
                elif isinstance(cell, dt.date):
                    days.append(cell)
    return {"start": min(days).isoformat(), "end": max(days).isoformat()} if days else None


def _manifest_file(of: FileSet, one: Written) -> dict[str, Any]:
    code, media = FORMATS[one.kind]
    entry: dict[str, Any] = {
        "id": one.kind,
        "path": one.path.split("/", 1)[1],
        "title": f"{of.title} ({code})",
        "format": code,
        "media_type": media,
        "bytes": one.size,
        "sha256": one.sha256,
        "modified": one.modified.date().isoformat(),
    }
    if one.kind == "csv":
        entry |= {
            "encoding": writers.declared_encoding(of),
            "delimiter": of.delimiter,
            "decimal": of.style.get("decimal", "."),
            "header_row": 0,
        }
    if one.kind == "xlsx":
        entry |= {"header_row": int(of.style.get("title_rows", 0))}
    if one.table:
        entry["columns"] = [
            {"name": c.name, "type": c.type, "title": c.title, "unit": c.unit} for c in one.table.columns
        ]
    return entry


def _api_file(of: FileSet) -> dict[str, Any]:
    api = of.api or {}
    columns = [{"name": n, "type": k, "title": t, "unit": u} for n, (k, t, u) in of.fields.items()]
    return {
        "id": "api",
        "path": api["path"],
        "kind": "api",
        "title": f"{of.title} (JSON)",
        "format": "JSON",
        "media_type": "application/json",
        "query": api.get("query", {}),
        "rows": api["rows"],
        "update_interval_seconds": api["interval"],
        "columns": columns,
    }


def write_manifest(root: Path, folder: Folder, written: dict[str, list[Written]], today: dt.date) -> None:
    """``manifest.json`` of a folder (form 2)."""
    about = unit(folder.unit)
    sets = []
    for of in folder.sets:
        files = written[of.id]
        modified = (
            max((f.modified for f in files), default=dt.datetime.combine(today, dt.time(), dt.UTC))
            .date()
            .isoformat()
        )
        entry: dict[str, Any] = {
            "id": of.id,
            "type": of.type,
            "title": of.title,
            "title_en": of.title_en,
            "description": description(of),
            "keywords": list(of.keywords),
            "domain": of.domain,
            "frequency": of.frequency,
            "license": "CC-BY-4.0",
            "legal_basis": of.legal_basis,
            "provenance": f"Generator miasta przykładowego; wydawca w roli: {about.title}.",
            "issued": "2024-01-15",
            "modified": modified,
            "temporal": _temporal(files),
            "sample_data": True,
            "closed_series": of.closed,
            "files": [_api_file(of)] if of.recipe == "api" else [_manifest_file(of, f) for f in files],
        }
        if of.twin:
            entry["twin"] = of.twin
        sets.append(entry)
    document = {
        "manifest": "1.0",
        "title": folder.title,
        "publisher": {"name": about.title, "url": about.url},
        "contact": {"name": about.title, "email": about.email},
        "license": "CC-BY-4.0",
        "modified": today.isoformat(),
        "sample_data": True,
        "datasets": sets,
    }
    writers.write(
        root / folder.name / "manifest.json",
        json.dumps(document, ensure_ascii=False, indent=1).encode(),
        dt.datetime.combine(today, dt.time(), dt.UTC),
    )


def _field(of: FileSet, column: Any) -> dict[str, Any]:
    field = {"name": column.name, "type": column.type, "title": column.title}
    if column.unit:
        field["unit"] = column.unit
    if column.type == "number" and of.style.get("decimal") == ",":
        field["decimalChar"] = ","
    return field


def write_package(root: Path, of: FileSet, files: list[Written], today: dt.date) -> None:
    """``datapackage.json`` of one set (form 3)."""
    about = unit(of.unit)
    resources = []
    for one in files:
        code, media = FORMATS[one.kind]
        resource: dict[str, Any] = {
            "name": f"{of.id}-{one.kind}",
            "path": Path(one.path).name,
            "title": f"{of.title} ({code})",
            "format": one.kind,
            "mediatype": media,
            "bytes": one.size,
            "hash": f"sha256:{one.sha256}",
            "modified": one.modified.date().isoformat(),
        }
        if one.kind == "csv":
            resource |= {"encoding": writers.declared_encoding(of), "dialect": {"delimiter": of.delimiter}}
        if one.table:
            resource["schema"] = {"fields": [_field(of, c) for c in one.table.columns], "missingValues": [""]}
        resources.append(resource)
    document = {
        "name": of.id,
        "title": of.title,
        "title_en": of.title_en,
        "description": description(of),
        "keywords": list(of.keywords),
        "version": of.version,
        "created": dt.datetime.combine(today, dt.time(), dt.UTC).isoformat().replace("+00:00", "Z"),
        "modified": max(f.modified for f in files).date().isoformat(),
        "licenses": [
            {
                "name": "CC-BY-4.0",
                "path": "https://creativecommons.org/licenses/by/4.0/",
                "title": "CC BY 4.0",
            }
        ],
        "contributors": [
            {"title": about.title, "email": about.email, "path": about.url, "role": "publisher"}
        ],
        "sources": [{"title": "Generator miasta przykładowego"}],
        "domain": of.domain,
        "accrualPeriodicity": of.frequency,
        "temporal": _temporal(files),
        "sampleData": True,
        "closedSeries": of.closed,
        "resources": resources,
    }
    if of.twin:
        document["twin"] = of.twin
    path = root / of.folder / of.id / "datapackage.json"
    writers.write(
        path, json.dumps(document, ensure_ascii=False, indent=1).encode(), max(f.modified for f in files)
    )


def write_all(root: Path, today: dt.date) -> dict[str, list[Written]]:
    """Write all folders below ``root``; return set name → files."""
    found: dict[str, list[Written]] = {}
    for folder in folders():
        written = {of.id: write_set(root, of, today) for of in folder.sets}
        if folder.form == "manifest":
            write_manifest(root, folder, written, today)
        elif folder.form == "packages":
            for of in folder.sets:
                write_package(root, of, written[of.id], today)
            catalog = {
                "name": folder.name,
                "title": folder.title,
                "datasets": [{"name": of.id, "package": f"{of.id}/datapackage.json"} for of in folder.sets],
            }
            writers.write(
                root / folder.name / "catalog.json",
                json.dumps(catalog, ensure_ascii=False, indent=1).encode(),
                dt.datetime.combine(today, dt.time(), dt.UTC),
            )
        else:
            dead = [f"{of.id}.csv" for of in folder.sets if of.recipe == "missing"]
            about = {
                "title": folder.title,
                "titles": {Path(f.path).name: of.title for of in folder.sets for f in written[of.id]},
                "dead": dead,
            }
            (root / folder.name / EXTRA_NAME).write_text(
                json.dumps(about, ensure_ascii=False), encoding="utf-8"
            )
        found |= {of.name: written[of.id] for of in folder.sets}
    return found
