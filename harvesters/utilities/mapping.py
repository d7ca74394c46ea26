"""A published set of files in the city's schema, and sentences on what the schema has no place for."""

from __future__ import annotations

import re
from typing import Any

from ckanext.kielce.common import vocabularies
from ckanext.kielce.common.periods import parse_period
from ckanext.kielce.harvesters.said import Said

from .model import FileEntry, FileSet, encoding_name, format_code, media_type_of

#: What CKAN allows in a tag besides letters, digits and spaces.
_NOT_TAG = re.compile(r"[^\w \-.]+")
#: Fields taken over as they are.
_PLAIN = ("title_en", "legal_basis", "provenance")
COLUMN_KEYS = ("name", "type", "title", "title_en", "unit", "description")
_TYPES = {"dataset", "live_feed"}


def tags(words: list[str]) -> list[dict[str, str]]:
    """Keywords as CKAN tags: 2 to 100 allowed characters, each once."""
    cleaned = (" ".join(_NOT_TAG.sub(" ", word).split())[:100] for word in words)
    return [{"name": name} for name in dict.fromkeys(cleaned) if len(name) >= 2]


def _day(value: str, end: bool = False) -> str | None:
    """An ISO day from a declared date, year or month: its first day, or its last when ``end``."""
    period = parse_period(value)
    if period is None:
        return None
    return (period.end if end else period.start).isoformat()


def _span(value: dict[str, str], place: str, unmapped: list[Said]) -> dict[str, str]:
    span = {}
    for end in ("start", "end"):
        if value.get(end):
            day = _day(value[end], end == "end")
            if day:
                span[end] = day
            else:
                said = f"temporal.{end}: {value[end]}"
                unmapped.append(Said(f"{said} ({place}; to nie jest data)", f"{said} ({place}; no date)"))
    return span


def _licence(declared: str, place: str, unmapped: list[Said]) -> str | None:
    entry = vocabularies.licence(declared)
    if entry:
        return entry.code
    unmapped.append(
        Said(
            f"licencja: {declared} ({place}; nie ma jej na liście portalu)",
            f"licence: {declared} ({place}; not on the portal's list)",
        )
    )
    return None


def _columns(entry: FileEntry, unmapped: list[Said]) -> list[dict[str, Any]]:
    """The column dictionary in the schema's keys; other keys are named once for the file."""
    others = sorted({key for column in entry.columns for key in column if key not in COLUMN_KEYS})
    if others:
        said = f"{', '.join(others)} ({entry.id})"
        unmapped.append(Said(f"opis kolumn: {said}", f"column details: {said}"))
    return [{key: str(column[key]) for key in COLUMN_KEYS if column.get(key)} for column in entry.columns]


def _api_note(entry: FileEntry) -> str:
    query = entry.api.get("query") or {}
    varying = [f"`{name}={value}`" for name, value in query.items() if "{" in str(value)]
    if not varying:
        return ""
    return (
        "Interfejs JSON. Zapytanie wymaga parametrów: " + ", ".join(varying) + ". "
        "`{now}` to czas lokalny RRRR-MM-DDTGG:MM:SS, `{now+14d}` to czas za 14 dni, `{today}` to dzień."
    )


def resource(entry: FileEntry, unmapped: list[Said]) -> dict[str, Any]:
    """A file as a resource of the city's schema."""
    made: dict[str, Any] = {"url": entry.url, "name": entry.title or entry.id, "name_en": entry.title_en}
    code = format_code(entry.format, entry.media_type, entry.url)
    if code is None and (entry.format or entry.media_type):
        given = entry.format or entry.media_type
        unmapped.append(
            Said(f"format: {given} ({entry.id}; nieznany)", f"format: {given} ({entry.id}; unknown)")
        )
    made["format"] = code or entry.format.upper()
    made["mimetype"] = entry.media_type.split(";")[0].strip().lower() or media_type_of(code or "")
    if entry.encoding:
        made["encoding"] = encoding_name(entry.encoding)
        if made["encoding"] is None:
            given = entry.encoding
            unmapped.append(
                Said(
                    f"kodowanie: {given} ({entry.id}; nie ma takiego)",
                    f"encoding: {given} ({entry.id}; no such encoding)",
                )
            )
    if entry.sha256:
        if re.fullmatch(r"[0-9a-f]{64}", entry.sha256):
            made["hash"], made["hash_algorithm"] = entry.sha256, "sha256"
        else:
            unmapped.append(
                Said(f"skrót: {entry.sha256} ({entry.id})", f"hash: {entry.sha256} ({entry.id}; no sha256)")
            )
    if entry.upload:
        made["url_type"] = "upload"
    if entry.license:
        made["license"] = _licence(entry.license, entry.id, unmapped)
    span = _span(entry.temporal, entry.id, unmapped)
    made["temporal_start"], made["temporal_end"] = span.get("start"), span.get("end")
    made["description"] = " ".join(filter(None, (entry.description, _api_note(entry))))
    made["size"], made["delimiter"], made["columns"] = entry.size, entry.delimiter, _columns(entry, unmapped)
    if entry.modified:
        made["modified"] = _day(entry.modified)
    return {key: value for key, value in made.items() if value not in (None, "", [])}


def _live(found: FileSet, data: dict[str, Any]) -> None:
    api = next((entry for entry in found.files if entry.api), None)
    if api:
        data.update(protocol="JSON", feed_url=api.url)
        seconds = api.api.get("update_interval_seconds")
        if isinstance(seconds, int) and not isinstance(seconds, bool) and seconds > 0:
            data["update_interval_seconds"] = seconds


def dataset(found: FileSet) -> tuple[dict[str, Any], list[Said]]:
    """The set as a dataset of the city's schema (without name and owner), and what could not be mapped."""
    given, unmapped = found.fields, list[Said]()
    data: dict[str, Any] = {"title": found.title, "type": "dataset"}
    if given.get("type"):
        if given["type"] in _TYPES:
            data["type"] = given["type"]
        else:
            unmapped.append(Said(f"rodzaj: {given['type']}", f"type: {given['type']}"))
    data.update({key: given[key] for key in _PLAIN if given.get(key)})
    data["notes"], data["notes_en"] = given.get("description"), given.get("description_en")
    data["url"], data["version_notes"] = given.get("homepage"), given.get("version")
    data["tags"] = tags(given.get("keywords") or [])
    for key, look_up, labels in (
        ("domain", vocabularies.domain, ("dziedzina", "domain")),
        ("frequency", vocabularies.frequency, ("częstotliwość", "frequency")),
    ):
        if given.get(key):
            entry = look_up(given[key])
            if entry:
                data[key] = entry.value
            else:
                unmapped.append(Said(f"{labels[0]}: {given[key]}", f"{labels[1]}: {given[key]}"))
    if data.get("domain"):
        data["theme"] = vocabularies.themes_of_domain(data["domain"])
    if given.get("license"):
        data["license_id"] = _licence(given["license"], found.guid, unmapped)
    for key in ("issued", "modified"):
        if given.get(key):
            data[key] = _day(given[key])
            if data[key] is None:
                unmapped.append(Said(f"{key}: {given[key]}", f"{key}: {given[key]}"))
    if span := _span(given.get("temporal") or {}, found.guid, unmapped):
        data["temporal_coverage"] = [span]
    for flag in ("sample_data", "closed_series"):
        if flag in given:
            data[flag] = given[flag]
    for key in ("contact", "publisher"):
        if given.get(key):
            data[key] = [
                {name: text for name, text in given[key].items() if name in {"name", "email", "url"} and text}
            ]
    if given.get("twin"):
        other = given["twin"].get("other", "?")
        unmapped.append(Said(f"zbiór bliźniaczy: {other}", f"twin set: {other}"))
    data["resources"] = [resource(entry, unmapped) for entry in found.files]
    if data["type"] == "live_feed":
        _live(found, data)
    return {key: value for key, value in data.items() if value not in (None, "", [])}, unmapped
