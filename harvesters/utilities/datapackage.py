"""Frictionless Data Package v1, one or a catalogue of many (form 3 of docs/demo-city.md)."""

from __future__ import annotations

from typing import Any

from ckanext.kielce.harvesters.said import Said

from .manifest import load_json, span_of
from .model import FileEntry, FileSet, FormError, absolute, file_name, one_line, whole_number

#: Our names of a package's descriptive properties.
_FIELDS = {
    "title_en": "title_en", "description": "description", "description_en": "description_en", "domain": "domain",
    "accrualPeriodicity": "frequency", "legalBasis": "legal_basis", "created": "issued", "modified": "modified",
    "homepage": "homepage", "version": "version",
}  # fmt: skip
_FLAGS = {"sampleData": "sample_data", "closedSeries": "closed_series"}
#: Who of the contributors is the contact, by role, best first.
_CONTACT_ROLES = ("contact", "publisher", "maintainer", "author", "")


def _fields(schema: Any) -> list[dict[str, Any]]:
    if not isinstance(schema, dict) or not isinstance(schema.get("fields"), list):
        return []
    keys = ("name", "type", "title", "title_en", "description", "unit")
    return [
        {key: field[key] for key in keys if field.get(key) not in (None, "")}
        for field in schema["fields"]
        if isinstance(field, dict) and one_line(field.get("name"))
    ]


def _licence(row: dict[str, Any]) -> str:
    for licence in row.get("licenses") or []:
        if isinstance(licence, dict) and (one_line(licence.get("name")) or one_line(licence.get("path"))):
            return one_line(licence.get("name")) or one_line(licence.get("path"))
    return ""


def _people(document: dict[str, Any]) -> dict[str, dict[str, str]]:
    given = [
        row
        for row in document.get("contributors") or []
        if isinstance(row, dict) and one_line(row.get("title"))
    ]
    people: dict[str, dict[str, str]] = {}
    for role in _CONTACT_ROLES:
        row = next((row for row in given if one_line(row.get("role")) == role), None)
        if row:
            people["contact"] = {
                "name": one_line(row["title"]),
                "email": one_line(row.get("email")),
                "url": one_line(row.get("path")),
            }
            break
    publisher = next((row for row in given if one_line(row.get("role")) == "publisher"), None)
    if publisher:
        people["publisher"] = {"name": one_line(publisher["title"]), "url": one_line(publisher.get("path"))}
    return {role: {key: text for key, text in row.items() if text} for role, row in people.items()}


def _file(row: Any, base: str, found: FileSet, number: int) -> list[FileEntry]:
    """Files of one resource: a list of paths is a file in several parts, each of them a file of its own."""
    place = f"resources[{number}]"
    paths = row.get("path") if isinstance(row, dict) else None
    paths = paths if isinstance(paths, list) else [paths]
    if not paths or not all(isinstance(path, str) and path for path in paths):
        found.problems.append(
            Said(
                f"plik bez „path” (dane wpisane w opis nie są pobierane): {place}",
                f"file without 'path' (data written into the descriptor is not read): {place}",
            )
        )
        return []
    digest = one_line(row.get("hash")).lower()
    dialect = row.get("dialect") if isinstance(row.get("dialect"), dict) else {}
    files = []
    for part, path in enumerate(paths):
        address = absolute(base, path)
        if not address:
            found.problems.append(
                Said(
                    f"plik bez adresu http(s) w „path”: {place}: {path}",
                    f"file without an http(s) address in 'path': {place}: {path}",
                )
            )
            continue
        name = one_line(row.get("name")) or file_name(address)
        files.append(
            FileEntry(
                id=name if len(paths) == 1 else f"{name}-{part + 1}",
                url=address,
                title=one_line(row.get("title")) or name,
                title_en=one_line(row.get("title_en")),
                description=one_line(row.get("description")),
                format=one_line(row.get("format")),
                media_type=one_line(row.get("mediatype")),
                encoding=one_line(row.get("encoding")),
                delimiter=dialect["delimiter"] if isinstance(dialect.get("delimiter"), str) else "",
                size=whole_number(row.get("bytes")) if len(paths) == 1 else None,
                sha256=digest.removeprefix("sha256:")
                if digest.startswith("sha256:") and len(paths) == 1
                else "",
                modified=one_line(row.get("modified")),
                temporal=span_of(row.get("temporal")),
                license=_licence(row),
                columns=_fields(row.get("schema")),
            )
        )
    if digest and not digest.startswith("sha256:"):
        found.problems.append(
            Said(
                f"pominięty skrót inny niż sha256: {place}",
                f"hash other than sha256 left out: {place}",
            )
        )
    if isinstance(row.get("schema"), str):
        found.problems.append(
            Said(
                f"pominięty schemat pod osobnym adresem: {place}",
                f"schema at an address of its own left out: {place}",
            )
        )
    return files


def parse_package(body: bytes, base: str) -> FileSet:
    """The set of files that a ``datapackage.json`` describes; its guid is the package's name.

    :param base: the descriptor's own address; paths are relative to it
    :raises FormError: when it is no data package (no name or no resources).
    """
    what = file_name(base) or "datapackage.json"
    document = load_json(body, what)
    if not isinstance(document, dict) or not isinstance(document.get("resources"), list):
        raise FormError(f"{what}: brak listy „resources”", f"{what}: the list 'resources' is missing")
    name = one_line(document.get("name"))
    if not name:
        raise FormError(
            f"{what}: brak „name”, po której zbiór jest rozpoznawany",
            f"{what}: 'name' is missing, by which the set is recognised",
        )
    found = FileSet(name, one_line(document.get("title")) or name)
    found.fields = {
        ours: one_line(document.get(key)) for key, ours in _FIELDS.items() if one_line(document.get(key))
    }
    found.fields.update(
        {ours: document[key] for key, ours in _FLAGS.items() if isinstance(document.get(key), bool)}
    )
    found.fields.update(_people(document))
    keywords = document.get("keywords")
    found.fields["keywords"] = (
        [one_line(word) for word in keywords if one_line(word)] if isinstance(keywords, list) else []
    )
    if licence := _licence(document):
        found.fields["license"] = licence
    if span := span_of(document.get("temporal")):
        found.fields["temporal"] = span
    sources = [one_line(row.get("title")) for row in document.get("sources") or [] if isinstance(row, dict)]
    if any(sources):
        found.fields["provenance"] = "; ".join(filter(None, sources))
    if isinstance(document.get("twin"), dict):
        found.fields["twin"] = document["twin"]
    for number, row in enumerate(document["resources"], 1):
        found.files.extend(_file(row, base, found, number))
    return found


def parse_catalog(body: bytes, base: str) -> tuple[list[tuple[str, str]], list[Said]]:
    """(name, address) of each package in a ``catalog.json``, and sentences on the entries without an address.

    :raises FormError: when the document is no catalogue.
    """
    what = file_name(base) or "catalog.json"
    document = load_json(body, what)
    if not isinstance(document, dict) or not isinstance(document.get("datasets"), list):
        raise FormError(f"{what}: brak listy „datasets”", f"{what}: the list 'datasets' is missing")
    packages: list[tuple[str, str]] = []
    problems: list[Said] = []
    for number, row in enumerate(document["datasets"], 1):
        path = one_line(row.get("package")) if isinstance(row, dict) else ""
        address = absolute(base, path) if path else None
        if address:
            packages.append((one_line(row.get("name")) or address, address))
        else:
            problems.append(
                Said(
                    f"{what}: datasets[{number}] nie ma adresu w „package”",
                    f"{what}: datasets[{number}] has no address in 'package'",
                )
            )
    return packages, problems


def recognise(body: bytes, base: str) -> str:
    """Which form a JSON document is: ``manifest``, ``package``, ``catalog``.

    :raises FormError: when it is none of them.
    """
    document = load_json(body, file_name(base) or base)
    if isinstance(document, dict):
        if "manifest" in document:
            return "manifest"
        if isinstance(document.get("resources"), list):
            return "package"
        rows = document.get("datasets")
        if isinstance(rows, list):
            return (
                "catalog" if all(isinstance(row, dict) and "package" in row for row in rows) else "manifest"
            )
    raise FormError(
        "Dokument nie jest manifestem, pakietem danych ani katalogiem pakietów; podaj adres jednego z nich albo indeksu plików",
        "This is neither a manifest, a data package nor a catalogue of packages; give the address of one, or of an index",
    )
