"""Harvester ``utility_files``: an index, a manifest, data packages or a JSON interface over HTTP(S), or a folder over SFTP.

The form is told by the answer, not by its address: HTML is an index, JSON is told by its keys. Over HTTP files themselves
are not downloaded; of an index's files the head is asked, for an index tells neither size nor whether a file is still
there. Files over SFTP are fetched and served by the portal (`remote`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any, ClassVar
from urllib.parse import urlsplit

from ckanext.kielce.common.http import FetchError, Response
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
from ckanext.kielce.harvest.links import file_key
from ckanext.kielce.harvest.records import digest
from ckanext.kielce.harvesters.answers import page_error
from ckanext.kielce.harvesters.said import Said, tell

from . import columns, json_api, remote
from .datapackage import parse_catalog, parse_package, recognise
from .index import IndexEntry, is_listing, parse_index
from .listing import Listing, description
from .manifest import load_json, parse_manifest
from .mapping import dataset
from .model import FileEntry, FileSet, FormError, whole_number
from .sftp import host_key_complaint

#: A description or index larger than this is no description.
MAX_DESCRIPTION = 20 * 1024 * 1024
#: How many files of an index are asked for their head in one run.
MAX_HEADS = 500
#: Answers to HEAD that are the file's own fault; others may be gone tomorrow.
GONE = {401, 403, 404, 410}
NO_HEAD = {405, 501}


def _looks_like_html(content_type: str, body: bytes) -> bool:
    return "html" in content_type.lower() or body.lstrip()[:1] == b"<"


class UtilityFilesHarvester(SourceHarvester):
    """Files of utilities and city units; the forms are described in docs/demo-city.md and docs/reference."""

    about: ClassVar[dict[str, str]] = {
        "name": "utility_files",
        "title": "Pliki jednostek (indeks, manifest, Data Package, JSON, SFTP)",
        "description": "Indeks plików HTML, manifest JSON, pakiety danych Frictionless albo interfejs JSON pod adresem HTTP(S), "
        "albo folder na serwerze SFTP",
    }
    config_schema: ClassVar[dict[str, ConfigField]] = {
        "form": ConfigField(
            "Published form; by default it is recognised from the answer.",
            choices=("index", "manifest", "package", "catalog", "json_api"),
            description_pl="Forma publikacji; domyślnie rozpoznawana z odpowiedzi.",
        ),
        "subfolders": ConfigField(
            "Read the sub-folders of an index or SFTP folder too, one level (default true).",
            "flag",
            description_pl="Czytaj też podfoldery indeksu albo folderu SFTP, jeden poziom (domyślnie true).",
        ),
        "head": ConfigField(
            "Ask each file of an index for its size and date (default true).",
            "flag",
            description_pl="Pytaj o rozmiar i datę każdego pliku indeksu (domyślnie true).",
        ),
        "series": ConfigField(
            "Which files are one set, where their names do not say: {file name or stem pattern: set id}.",
            "map",
            description_pl="Które pliki są jednym zbiorem, gdy nie mówią tego nazwy: {wzorzec nazwy: identyfikator zbioru}.",
        ),
        "columns": ConfigField(
            "Meaning of columns: {set pattern: {column as published: {name, title, unit, type, description}}}.",
            "map",
            description_pl="Znaczenie kolumn: {wzorzec zbioru: {kolumna w pliku: {name, title, unit, type, description}}}.",
        ),
        "mapping": ConfigField(
            "Form json_api: where in the interface's answer things stand (JSON Pointers).",
            "map",
            check=json_api.complaint,
            description_pl="Forma json_api: gdzie co stoi w odpowiedzi interfejsu (wskaźniki JSON).",
        ),
        "mapping_url": ConfigField(
            "Address of the mapping, instead of 'mapping'.",
            description_pl="Adres mapowania, zamiast „mapping”.",
        ),
        "host_key": ConfigField(
            "SFTP: fingerprint of the server's key, SHA256:…; several are parted by spaces.",
            check=host_key_complaint,
            description_pl="SFTP: odcisk klucza serwera, SHA256:…; kilka rozdziela spacja.",
        ),
    }
    mapping_version: ClassVar[int] = 2

    def records(self, source: Source, client: Client) -> Iterator[Record]:
        try:
            if urlsplit(source.url).scheme == "sftp":
                yield from remote.records(source, client, language())
            elif source.config.get("form") == "json_api":
                yield from self._api(source, client)
            else:
                yield from self._web(source, client)
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

    def _web(self, source: Source, client: Client) -> Iterator[Record]:
        with client.fetch(source.url, conditional=True, max_bytes=MAX_DESCRIPTION) as answer:
            body, base, whole = answer.body, answer.url, answer
            html = _looks_like_html(answer.headers.get("content-type", ""), body)
        form = source.config.get("form")
        entries = parse_index(body, base) if form == "index" or (form is None and html) else []
        if form is None and html:
            if urlsplit(source.url).path.endswith(
                ".json"
            ):  # the address of a description, and a page came instead
                raise page_error(base)
            described = description(entries)
            if described:  # a folder with a description of its own is read through it
                with client.fetch(described, conditional=True, max_bytes=MAX_DESCRIPTION) as answer:
                    body, base, html, whole = answer.body, answer.url, False, answer
        form = form or ("index" if html else recognise(body, base))
        if form == "index":
            if not is_listing(body, entries):
                raise page_error(base)
            yield from self._index(entries, base, source, client)
        elif form == "catalog":
            yield from self._catalog(body, base, source, client)
        else:
            client.skip_unchanged(whole)  # the one document is all that there is to read
            sets, problems = parse_manifest(body, base) if form == "manifest" else (None, [])
            for found in sets if sets is not None else [parse_package(body, base)]:
                yield described_record(found, source)
            yield from broken(problems, form)

    def _catalog(self, body: bytes, base: str, source: Source, client: Client) -> Iterator[Record]:
        packages, problems = parse_catalog(body, base)
        for name, address in packages:
            yield package_record(name, address, source, partial(_document, client))
        yield from broken(problems, "catalog")

    def _api(self, source: Source, client: Client) -> Iterator[Record]:
        get = partial(_document, client)
        mapping = source.config.get("mapping")
        if mapping is None and source.config.get("mapping_url"):
            body, base = get(str(source.config["mapping_url"]))
            mapping = load_json(body, base)
        complaint = json_api.complaint(mapping)
        if complaint:
            raise SourceError(
                f"The mapping of the JSON interface: {complaint}.", f"Mapowanie interfejsu JSON: {complaint}."
            )
        for number, found in enumerate(json_api.read_sets(source.url, mapping, get, client.expect), 1):
            if isinstance(found, FileSet):
                yield described_record(found, source)
            else:
                yield Record(f"json_api-{number}", None, {"title": "?"}, error=found.text(language()))

    def _index(
        self, entries: list[IndexEntry], base: str, source: Source, client: Client
    ) -> Iterator[Record]:
        listing = Listing(base, source.config.get("series"))
        listing.add(entries)
        # a folder that should have answered: no set is known to be whole then
        silent: FetchError | SourceError | None = None
        if source.config.get("subfolders", True):
            for folder in (entry for entry in entries if entry.folder):
                try:
                    with client.fetch(folder.url, conditional=True, max_bytes=MAX_DESCRIPTION) as answer:
                        inside = parse_index(answer.body, answer.url)
                        if not is_listing(answer.body, inside):
                            raise page_error(answer.url)
                    listing.add(inside, folder.name)
                except FetchError as error:
                    if error.status not in GONE:
                        silent = error
                    yield Record.unanswered(folder.name, error)
                except SourceError as error:
                    silent = error
                    yield Record(folder.name, None, {"title": folder.name}, error=error.text(language()))
        heads = MAX_HEADS if source.config.get("head", True) else 0
        for found in listing.sets(lambda member: _columns(member.entry.url, client)):
            stamps, missed = [], silent.text(language()) if silent else None
            for entry in found.files[:heads]:
                stamp, failed = _ask_head(found, entry, client)
                stamps.append(stamp)
                missed = missed or failed
            heads = max(0, heads - len(found.files))
            yield _index_record(found, stamps, missed, source, client)
        if silent:
            raise silent  # what was not listed is not missing


# Records of sets, also for SFTP


def described_record(found: FileSet, source: Source, **more: Any) -> Record:
    """A set whose description says it all; its columns explained by the source's mapping."""
    rules = columns.mapping_for(found, source.config.get("columns"))
    if rules:
        used = [
            columns.describe(entry, None, rules) for entry in found.files if entry.columns or not entry.api
        ]
        columns.unused(found, rules, set().union(*used))
    problems, content = tell(found.problems, language()), content_of(found)
    return Record(found.guid, digest(content), content, problems, keys=_keys(found), **more)


def package_record(
    name: str, address: str, source: Source, get: Callable[[str], tuple[bytes, str]]
) -> Record:
    """The record of one package of a catalogue; one that can't be had is an error of that record only."""
    try:
        return described_record(parse_package(*get(address)), source)
    except FetchError as error:
        return Record.unanswered(name, error)
    except FormError as error:
        return Record(name, None, {"title": name}, error=error.said.text(language()))


def content_of(found: FileSet) -> dict[str, Any]:
    """A set as plain JSON data, without its problems, which are told beside it."""
    row = asdict(found)
    row.pop("problems")
    return row


def _set_from(content: dict[str, Any]) -> FileSet:
    return FileSet(
        guid=content["guid"],
        title=content["title"],
        files=[FileEntry(**row) for row in content["files"]],
        fields=content["fields"],
    )


def _keys(found: FileSet) -> tuple[str, ...]:
    """A set of exactly one stored file is known by it wherever else it is listed; one of several files is not."""
    if len(found.files) != 1 or found.files[0].api or found.files[0].upload:
        return ()
    return (file_key(found.files[0].url),)


def broken(problems: list[Said], what: str) -> Iterator[Record]:
    """Entries that could not be read at all, as records with an error, so that the report shows them."""
    for number, sentence in enumerate(problems, 1):
        yield Record(f"{what}-{number}", None, {"title": what}, error=sentence.text(language()))


# HTTP


def _document(client: Client, address: str) -> tuple[bytes, str]:
    with client.fetch(address, conditional=True, max_bytes=MAX_DESCRIPTION) as answer:
        return answer.body, answer.url


def _index_record(
    found: FileSet, stamps: list[str], missed: str | None, source: Source, client: Client
) -> Record:
    rules = columns.mapping_for(found, source.config.get("columns"))
    problems = tell(found.problems, language())

    def content() -> dict[str, Any]:
        """The set with its columns; the files' heads are read only for a set that is new or changed."""
        if rules:
            told = len(found.problems)
            used = [columns.describe(entry, _columns(entry.url, client), rules) for entry in found.files]
            columns.unused(found, rules, set().union(*used))
            problems.extend(tell(found.problems[told:], language()))
        return content_of(found)

    revision = digest([content_of(found), stamps])
    return Record(
        found.guid,
        revision,
        content if rules else content_of(found),
        problems,
        incomplete=missed,
        keys=_keys(found),
    )


def _columns(address: str, client: Client) -> list[str] | None:
    """The column names of a published table, by its first bytes; None when they cannot be had."""
    try:
        with client.fetch(
            address, headers={"Range": f"bytes=0-{columns.HEAD - 1}"}, max_bytes=columns.HEAD
        ) as answer:
            return columns.header(answer.body)
    except FetchError:
        return None


def _ask_head(found: FileSet, entry: FileEntry, client: Client) -> tuple[str, str | None]:
    """(what changes when the file does, why it could not be asked); size and date are written into ``entry``.

    A file that isn't there is a problem of its set, not its end.
    """
    try:
        with client.fetch(entry.url, method="HEAD") as answer:
            return _take_head(found, entry, answer), None
    except FetchError as error:
        if error.status in NO_HEAD:
            return "", None
        sentence = Said(
            f"plik niedostępny: {entry.id}: {error.text('pl')}",
            f"file not available: {entry.id}: {error.text('en')}",
        )
        if error.status in GONE:
            found.problems.append(sentence)
            return "gone", None
        return "", sentence.text(language())


def _take_head(found: FileSet, entry: FileEntry, answer: Response) -> str:
    entry.size = whole_number(answer.headers.get("content-length"))
    stamp = answer.headers.get("last-modified") or ""
    if stamp:
        try:
            entry.modified = parsedate_to_datetime(stamp).date().isoformat()
        except (TypeError, ValueError):
            found.problems.append(
                Said(
                    f"zła data Last-Modified: {entry.id}: {stamp}",
                    f"bad Last-Modified: {entry.id}: {stamp}",
                )
            )
    return f"{answer.headers.get('etag') or ''} {stamp}"
