"""The JSON manifest: one document for all sets of a unit (form 2 of docs/demo-city.md)."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from ckanext.kielce.harvesters.answers import PAGE, is_page
from ckanext.kielce.harvesters.said import Said

from .model import FileEntry, FileSet, FormError, absolute, file_name, one_line, whole_number

#: Versions of the form that this reader knows, by the part before the dot.
KNOWN = {"1"}

_TEXT_FIELDS = (
    "title_en", "description", "description_en", "domain", "frequency", "license", "legal_basis", "provenance",
    "issued", "modified", "type",
)  # fmt: skip
_FLAGS = ("sample_data", "closed_series")


def load_json(body: bytes, what: str) -> Any:
    """JSON from bytes (UTF-8, a byte-order mark is forgiven).

    :raises FormError: naming ``what`` and the place of the fault, or that a web page came instead.
    """
    if is_page(body):
        raise FormError(f"{what} {PAGE.pl}", f"{what} {PAGE.en}")
    try:
        return json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise FormError(
            f"{what}: plik nie jest w UTF-8 (bajt {error.start}); zapisz go w UTF-8",
            f"{what}: the file is not UTF-8 (byte {error.start}); save it in UTF-8",
        ) from error
    except (ValueError, RecursionError) as error:  # ValueError too: a number of thousands of digits
        place = f"{error.lineno}:{error.colno}" if isinstance(error, json.JSONDecodeError) else "1:1"
        raise FormError(
            f"{what}: to nie jest poprawny JSON (wiersz:znak {place}); popraw plik",
            f"{what}: this is not valid JSON (line:column {place}); mend the file",
        ) from error


def span_of(value: Any) -> dict[str, str]:
    """``start``/``end`` of a temporal object, without empty ends."""
    if not isinstance(value, dict):
        return {}
    return {end: one_line(value.get(end)) for end in ("start", "end") if one_line(value.get(end))}


def columns_of(value: Any) -> list[dict[str, Any]]:
    """Column dictionary: only the known keys, only columns with a name."""
    keys = ("name", "type", "title", "title_en", "unit", "description", "path")
    return [
        {key: column[key] for key in keys if column.get(key) not in (None, "")}
        for column in (value if isinstance(value, list) else [])
        if isinstance(column, dict) and one_line(column.get("name"))
    ]


def _file(entry: Any, base: str, found: FileSet, place: str) -> FileEntry | None:
    path = one_line(entry.get("path")) if isinstance(entry, dict) else ""
    address = absolute(base, path) if path else None
    if not address:
        found.problems.append(
            Said(
                f"plik bez adresu http(s) w „path”: {place}",
                f"file without an http(s) address in 'path': {place}",
            )
        )
        return None
    api: dict[str, Any] = {}
    if one_line(entry.get("kind")) == "api":
        query = entry.get("query") if isinstance(entry.get("query"), dict) else {}
        api = {key: entry[key] for key in ("rows", "update_interval_seconds") if entry.get(key) is not None}
        api["query"] = query
        fixed = {key: str(value) for key, value in query.items() if "{" not in str(value)}
        if fixed:
            address += ("&" if "?" in address else "?") + urlencode(fixed)
    return FileEntry(
        id=one_line(entry.get("id")) or file_name(address),
        url=address,
        title=one_line(entry.get("title")) or file_name(address),
        title_en=one_line(entry.get("title_en")),
        description=one_line(entry.get("description")),
        format=one_line(entry.get("format")),
        media_type=one_line(entry.get("media_type")),
        encoding=one_line(entry.get("encoding")),
        delimiter=entry["delimiter"] if isinstance(entry.get("delimiter"), str) else "",
        size=whole_number(entry.get("bytes")),
        sha256=one_line(entry.get("sha256")).lower(),
        modified=one_line(entry.get("modified")),
        temporal=span_of(entry.get("temporal")),
        license=one_line(entry.get("license")),
        columns=columns_of(entry.get("columns")),
        api=api,
    )


def _set(row: dict[str, Any], document: dict[str, Any], base: str) -> FileSet:
    guid, title = one_line(row.get("id")), one_line(row.get("title"))
    found = FileSet(guid, title)
    found.fields = {key: one_line(row.get(key)) for key in _TEXT_FIELDS if one_line(row.get(key))}
    found.fields.update({key: row[key] for key in _FLAGS if isinstance(row.get(key), bool)})
    if not found.fields.get("license") and one_line(document.get("license")):
        found.fields["license"] = one_line(document["license"])
    for key in ("publisher", "contact"):
        value = row.get(key) or document.get(key)
        if isinstance(value, dict):
            found.fields[key] = {name: one_line(text) for name, text in value.items() if one_line(text)}
    keywords = row.get("keywords")
    found.fields["keywords"] = (
        [one_line(word) for word in keywords if one_line(word)] if isinstance(keywords, list) else []
    )
    if span := span_of(row.get("temporal")):
        found.fields["temporal"] = span
    if isinstance(row.get("twin"), dict):
        found.fields["twin"] = row["twin"]
    files = row.get("files")
    for number, entry in enumerate(files if isinstance(files, list) else [], 1):
        made = _file(entry, base, found, f"files[{number}]")
        if made and any(made.id == other.id for other in found.files):
            found.problems.append(
                Said(
                    f"powtórzone „id” pliku: {made.id}",
                    f"file id used twice: {made.id}",
                )
            )
        elif made:
            found.files.append(made)
    return found


def parse_manifest(body: bytes, base: str) -> tuple[list[FileSet], list[Said]]:
    """The sets of a manifest and sentences on the entries that could not be read; one bad entry never stops the others.

    :param base: the manifest's own address; paths are relative to it
    :raises FormError: when the document as a whole is no manifest of a known version.
    """
    document = load_json(body, file_name(base) or "manifest.json")
    if not isinstance(document, dict) or not isinstance(document.get("datasets"), list):
        raise FormError(
            "manifest.json: brak listy „datasets”", "manifest.json: the list 'datasets' is missing"
        )
    version = one_line(document.get("manifest"))
    if version.split(".")[0] not in KNOWN:
        raise FormError(
            f"manifest.json: nieznana wersja „{version}”, oczekiwano 1.x",
            f"manifest.json: unknown version '{version}', 1.x expected",
        )
    sets: dict[str, FileSet] = {}
    problems: list[Said] = []
    for number, row in enumerate(document["datasets"], 1):
        if not isinstance(row, dict) or not one_line(row.get("id")) or not one_line(row.get("title")):
            problems.append(
                Said(
                    f"datasets[{number}]: brak „id” lub „title”",
                    f"datasets[{number}]: 'id' or 'title' is missing",
                )
            )
            continue
        found = _set(row, document, base)
        if found.guid in sets:
            problems.append(Said(f"{found.guid}: „id” powtarza się", f"{found.guid}: this id is used twice"))
        else:
            sets[found.guid] = found
    return list(sets.values()), problems
