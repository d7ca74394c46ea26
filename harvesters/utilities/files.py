"""Harvester ``utility_files``: an HTML index, a JSON manifest or data packages over HTTP(S) into datasets.

The form is told by the answer, not by its address: HTML is an index, JSON is told by its keys. Files themselves are not
downloaded; of an index's files the head is asked, for an index tells neither size nor whether a file is still there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from email.utils import parsedate_to_datetime
from typing import Any, ClassVar

from ckanext.kielce.common.http import FetchError
from ckanext.kielce.harvest.base import (
    Client,
    ConfigField,
    DatasetDraft,
    Record,
    RecordError,
    Source,
    SourceError,
    SourceHarvester,
    language,
)
from ckanext.kielce.harvesters.said import Said, tell

from .datapackage import parse_catalog, parse_package, recognise
from .index import group, parse_index
from .manifest import parse_manifest
from .mapping import dataset
from .model import FileEntry, FileSet, FormError, whole_number

#: Descriptions that a folder may hold instead of being read as an index, in order of preference.
DESCRIPTIONS = ("manifest.json", "catalog.json", "datapackage.json")
#: A description or index larger than this is no description.
MAX_DESCRIPTION = 20 * 1024 * 1024
#: How many files of an index are asked for their head in one run.
MAX_HEADS = 500


def _looks_like_html(content_type: str, body: bytes) -> bool:
    return "html" in content_type.lower() or body.lstrip()[:1] == b"<"


class UtilityFilesHarvester(SourceHarvester):
    """Files of utilities and city units; the three forms are described in docs/demo-city.md and docs/reference."""

    about: ClassVar[dict[str, str]] = {
        "name": "utility_files",
        "title": "Pliki jednostek (indeks, manifest, Data Package)",
        "description": "Indeks plików HTML, manifest JSON albo pakiety danych Frictionless pod adresem HTTP(S)",
    }
    config_schema: ClassVar[dict[str, ConfigField]] = {
        "form": ConfigField(
            "Published form; by default it is recognised from the answer.",
            choices=("index", "manifest", "package", "catalog"),
        ),
        "subfolders": ConfigField("Read the sub-folders of an index too, one level (default true).", "flag"),
        "head": ConfigField("Ask each file of an index for its size and date (default true).", "flag"),
    }

    def records(self, source: Source, client: Client) -> Iterator[Record]:
        lang = language()
        with client.fetch(source.url, max_bytes=MAX_DESCRIPTION) as answer:
            body, base = answer.body, answer.url
            html = _looks_like_html(answer.headers.get("content-type", ""), body)
        try:
            form = source.config.get("form")
            if form is None and html:
                described = _description(body, base)
                if described:  # a folder with a description of its own is read through it
                    with client.fetch(described, max_bytes=MAX_DESCRIPTION) as answer:
                        body, base, html = answer.body, answer.url, False
            form = form or ("index" if html else recognise(body, base))
            if form == "index":
                yield from self._index(body, base, source, client, lang)
            elif form == "manifest":
                sets, problems = parse_manifest(body, base)
                yield from self._sets(sets, lang)
                yield from _broken(problems, "manifest", lang)
            elif form == "package":
                yield from self._sets([parse_package(body, base)], lang)
            else:
                packages, problems = parse_catalog(body, base)
                for name, address in packages:
                    yield self._package(name, address, client, lang)
                yield from _broken(problems, "catalog", lang)
        except FormError as error:
            raise SourceError(error.said.en, error.said.pl) from error

    def to_dataset(self, record: Record, source: Source) -> DatasetDraft:
        found = _set_from(record.content)
        if not found.files:
            raise RecordError(
                f"The set {record.guid} names no usable file; give it at least one file with an address.",
                f"Zbiór {record.guid} nie wskazuje żadnego pliku, którego da się użyć; podaj choć jeden plik z adresem.",
            )
        data, unmapped = dataset(found)
        if not data.get("notes"):
            data["notes"] = source.overrides(record.guid, found.title).get("notes") or found.title
        return DatasetDraft(data, tell(unmapped, language()))

    def _sets(self, sets: list[FileSet], lang: str) -> Iterator[Record]:
        for found in sets:
            problems = tell(found.problems, lang)
            found.problems = []
            yield Record(found.guid, None, asdict(found), problems)

    def _package(self, name: str, address: str, client: Client, lang: str) -> Record:
        """The record of one package of a catalogue; one that can't be had is an error of that record only."""
        try:
            with client.fetch(address, max_bytes=MAX_DESCRIPTION) as answer:
                found = parse_package(answer.body, answer.url)
        except FetchError as error:
            return Record(name, None, {"title": name}, error=error.text(lang))
        except FormError as error:
            return Record(name, None, {"title": name}, error=error.said.text(lang))
        return next(self._sets([found], lang))

    def _index(self, body: bytes, base: str, source: Source, client: Client, lang: str) -> Iterator[Record]:
        entries = [entry for entry in parse_index(body, base) if entry.name not in DESCRIPTIONS]
        sets = group(entries)
        if source.config.get("subfolders", True):
            for folder in (entry for entry in entries if entry.folder):
                try:
                    with client.fetch(folder.url, max_bytes=MAX_DESCRIPTION) as answer:
                        inner = parse_index(answer.body, answer.url)
                except FetchError as error:
                    yield Record(folder.name, None, {"title": folder.name}, error=error.text(lang))
                    continue
                sets += group(inner, f"{folder.name}/")
        if source.config.get("head", True):
            files = [(found, entry) for found in sets for entry in found.files]
            for found, entry in files[:MAX_HEADS]:
                _ask_head(found, entry, client)
        yield from self._sets(sets, lang)


def _description(body: bytes, base: str) -> str | None:
    """The address of the description that an index lists, if there is one."""
    files = {entry.name: entry.url for entry in parse_index(body, base) if not entry.folder}
    return next((files[name] for name in DESCRIPTIONS if name in files), None)


def _broken(problems: list[Said], what: str, lang: str) -> Iterator[Record]:
    """Entries that could not be read at all, as records with an error, so that the report shows them."""
    for number, sentence in enumerate(problems, 1):
        yield Record(f"{what}-{number}", None, {"title": what}, error=sentence.text(lang))


def _ask_head(found: FileSet, entry: FileEntry, client: Client) -> None:
    """Size and date of a file of an index; a file that isn't there is a problem of its set, not its end."""
    try:
        with client.fetch(entry.url, method="HEAD") as answer:
            entry.size = whole_number(answer.headers.get("content-length"))
            stamp = answer.headers.get("last-modified")
    except FetchError as error:
        found.problems.append(
            Said(
                f"plik niedostępny: {entry.id}: {error.text('pl')}",
                f"file not available: {entry.id}: {error.text('en')}",
            )
        )
        return
    if stamp:
        try:
            entry.modified = parsedate_to_datetime(stamp).date().isoformat()
        except ValueError:
            found.problems.append(
                Said(
                    f"zła data Last-Modified: {entry.id}: {stamp}",
                    f"bad Last-Modified: {entry.id}: {stamp}",
                )
            )


def _set_from(content: dict[str, Any]) -> FileSet:
    return FileSet(
        guid=content["guid"],
        title=content["title"],
        files=[FileEntry(**row) for row in content["files"]],
        fields=content["fields"],
    )
