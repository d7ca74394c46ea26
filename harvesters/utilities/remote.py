"""Sets of files on an SFTP server: fetched when new or changed, and handed to the portal to be served by it.

Whether a file changed is told by its size and time; what was fetched is told by its hash. A file that the dataset holds
already is not fetched again, and neither is anything of a set in which nothing changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ckanext.kielce.common.http import FetchError, HttpSettings
from ckanext.kielce.common.http_errors import fetch_error
from ckanext.kielce.harvest.records import Client, Record, RecordError, Source, digest
from ckanext.kielce.harvest.uploads import Spool, check_enabled, held, largest
from ckanext.kielce.harvesters.said import Said, tell

from . import columns
from .datapackage import parse_catalog, parse_package, recognise
from .listing import Listing, description
from .manifest import parse_manifest
from .model import FileEntry, FileSet, FormError, file_name
from .series import Member
from .sftp import SftpFolder, Stamp

#: A description larger than this is no description.
MAX_DESCRIPTION = 20 * 1024 * 1024
#: Sub-folders read at most.
MAX_FOLDERS = 200


def records(source: Source, client: Client, lang: str) -> Iterator[Record]:
    """The sets of the source's folder: through its manifest, catalogue or package if it has one, else by the files' names.

    The connection stays open while the records are taken, for their files are fetched on demand.
    """
    check_enabled()
    with SftpFolder(source, client) as folder:
        entries = folder.entries()
        described = description(entries)
        if described:
            yield from _described(folder, described, source, client, lang)
            return
        listing = Listing(source.url, source.config.get("series"))
        listing.add(entries)
        silent: FetchError | None = None
        if source.config.get("subfolders", True):
            for entry in [entry for entry in entries if entry.folder][:MAX_FOLDERS]:
                try:
                    listing.add(folder.entries(folder.path(entry.url)), entry.name)
                except FetchError as error:
                    silent = error
                    yield Record.unanswered(entry.name, error)
        for found in listing.sets(partial(_columns_of, folder)):
            yield _record(found, folder, source, client, lang)
        if silent:
            raise silent  # what was not listed is not missing


def _described(
    folder: SftpFolder, address: str, source: Source, client: Client, lang: str
) -> Iterator[Record]:
    def get(url: str) -> tuple[bytes, str]:
        path = folder.path(url)
        if path is None:
            raise FormError(
                f"{url} nie leży w folderze źródła; przenieś plik albo zmień adres źródła",
                f"{url} is not in the source's folder; move the file or change the source's address",
            )
        return folder.read(path, MAX_DESCRIPTION), url

    body, base = get(address)
    form = source.config.get("form") or recognise(body, base)
    packages: list[tuple[str, str]] = []
    sets: list[FileSet] = []
    problems: list[Said] = []
    if form == "manifest":
        sets, problems = parse_manifest(body, base)
    elif form == "package":
        sets = [parse_package(body, base)]
    else:
        packages, problems = parse_catalog(body, base)
    for found in sets:
        yield _record(found, folder, source, client, lang)
    for name, url in packages:
        try:
            yield _record(parse_package(*get(url)), folder, source, client, lang)
        except FormError as error:
            yield Record(name, None, {"title": name}, error=error.said.text(lang))
        except FetchError as error:
            yield Record.unanswered(name, error)
    for number, sentence in enumerate(problems, 1):
        yield Record(f"{form}-{number}", None, {"title": form}, error=sentence.text(lang))


def _record(found: FileSet, folder: SftpFolder, source: Source, client: Client, lang: str) -> Record:
    from .files import content_of

    stamps: dict[str, Stamp] = {}
    for entry in list(found.files):
        if urlsplit(entry.url).scheme != "sftp":
            continue
        path = folder.path(entry.url)
        try:
            if path is None:
                raise fetch_error("connection:missing", entry.url, reason="outside the source's folder")
            stamps[path] = folder.stamp(path)
        except FetchError as error:
            found.files.remove(entry)
            found.problems.append(
                Said(
                    f"plik niedostępny: {entry.id}: {error.text('pl')}",
                    f"file not available: {entry.id}: {error.text('en')}",
                )
            )
    problems = tell(found.problems, lang)
    revision = digest([content_of(found), {path: str(stamp) for path, stamp in stamps.items()}])

    def content() -> dict[str, Any]:
        told = len(found.problems)
        _fetch_files(found, folder, stamps, source, client)
        problems.extend(tell(found.problems[told:], lang))
        return content_of(found)

    return Record(found.guid, revision, content, problems)


def _fetch_files(
    found: FileSet, folder: SftpFolder, stamps: dict[str, Stamp], source: Source, client: Client
) -> None:
    """Fetch what the portal does not hold yet, and write into the entries what the files really are."""
    have = held(source.id, found.guid)
    spool = Spool(source.id)
    rules = columns.mapping_for(found, source.config.get("columns"))
    used: set[str] = set()
    for entry in found.files:
        path = folder.path(entry.url)
        if path is None:
            continue
        stamp = stamps[path]
        known = _remembered(client, entry.url, stamp)
        if known is None or not (known["sha256"] in have or spool.find(known["sha256"])):
            known = _download(entry, path, folder, spool, client)
            _remember(client, entry.url, stamp, known)
        if entry.sha256 not in ("", known["sha256"]):
            raise RecordError(
                f"{entry.id} is not the file that its description names: its SHA-256 is {known['sha256']}, declared is "
                f"{entry.sha256}.",
                f"{entry.id} nie jest plikiem z opisu: jego SHA-256 to {known['sha256']}, a w opisie jest {entry.sha256}.",
            )
        entry.sha256, entry.size, entry.modified = known["sha256"], stamp.size, stamp.day or entry.modified
        entry.url, entry.upload = file_name(entry.url), True
        if rules:
            used |= columns.describe(entry, known["columns"], rules)
    if rules:
        columns.unused(found, rules, used)


def _download(
    entry: FileEntry, path: str, folder: SftpFolder, spool: Spool, client: Client
) -> dict[str, Any]:
    limit = (client.settings or HttpSettings.from_config()).max_bytes
    if folder.stamp(path).size > largest():
        raise RecordError(
            f"{entry.id} is larger than the {largest()} bytes that an upload may have; split it or raise ckan.max_resource_size.",
            f"{entry.id} jest większy niż {largest()} bajtów, ile może mieć plik w portalu; podziel go albo zwiększ "
            "ckan.max_resource_size.",
        )
    part = spool.new()
    try:
        sha256 = folder.download(path, part, limit)
        names = columns.header(_head(part))
        spool.take(part, sha256)
    finally:
        part.unlink(missing_ok=True)
    return {"sha256": sha256, "columns": names}


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(columns.HEAD)


def _remembered(client: Client, url: str, stamp: Stamp) -> dict[str, Any] | None:
    """What is known of a file of this size and time, without its bytes."""
    kept = client.cache.get(url) if client.cache else None
    if kept is None or kept.etag != str(stamp):
        return None
    try:
        known = json.loads(kept.body)
    except ValueError:
        return None
    return known if isinstance(known, dict) and {"sha256", "columns"} <= set(known) else None


def _remember(client: Client, url: str, stamp: Stamp, known: dict[str, Any]) -> None:
    if client.cache:
        client.cache.put(url, str(stamp), None, json.dumps(known).encode())


def _columns_of(folder: SftpFolder, member: Member) -> list[str] | None:
    path = folder.path(member.entry.url)
    try:
        return columns.header(folder.head(path, columns.HEAD)) if path else None
    except FetchError:
        return None
