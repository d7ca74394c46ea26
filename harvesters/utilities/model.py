"""What the three published forms have in common: a set of files with its description, protocol-free."""

from __future__ import annotations

import codecs
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from ckanext.kielce.common import vocabularies
from ckanext.kielce.harvesters.said import Said, SaidError


class FormError(SaidError):
    """A published document that can't be used as a whole; the message tells what to mend and where."""


@dataclass
class FileEntry:
    """One file (or JSON interface) of a set. ``columns`` are dicts of name, type, title, unit, description.

    ``upload``: the portal fetched the file and serves it itself, ``url`` is its name then.
    """

    id: str
    url: str
    title: str = ""
    title_en: str = ""
    description: str = ""
    format: str = ""
    media_type: str = ""
    encoding: str = ""
    delimiter: str = ""
    size: int | None = None
    sha256: str = ""
    modified: str = ""
    temporal: dict[str, str] = field(default_factory=dict)
    license: str = ""
    columns: list[dict[str, Any]] = field(default_factory=list)
    api: dict[str, Any] = field(default_factory=dict)
    upload: bool = False


@dataclass
class FileSet:
    """A set as published: ``guid`` stays the same over its life. ``fields`` are the descriptive ones by our own names.

    ``problems`` are sentences on what could not be used; the rest of the set is good.
    """

    guid: str
    title: str
    files: list[FileEntry] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    problems: list[Said] = field(default_factory=list)


def extension(address: str) -> str:
    """The lower-case extension of an address's path, without the dot; '' if it has none."""
    return PurePosixPath(unquote(urlsplit(address).path)).suffix.lstrip(".").lower()


def file_name(address: str) -> str:
    """The decoded last part of an address's path."""
    return PurePosixPath(unquote(urlsplit(address).path)).name


def format_code(declared: str, media_type: str, address: str) -> str | None:
    """The EU file-type code from the declared format, else the media type, else the extension; None if it isn't known.

    A declared format that nobody knows is not replaced by a guess: the report should name it.
    """
    if declared.strip():
        entry = vocabularies.file_format(declared)
    else:
        entry = vocabularies.file_format(media_type) or vocabularies.file_format(extension(address))
    return entry.code if entry else None


def media_type_of(code: str) -> str:
    """The usual media type of a format code, '' if unknown."""
    entry = vocabularies.file_format(code)
    return str(entry.data.get("media_type") or "") if entry else ""


def encoding_name(declared: str) -> str | None:
    """The IANA-like name of a declared encoding (``cp1250`` -> ``windows-1250``), None when no such encoding exists."""
    try:
        name = codecs.lookup(declared.strip()).name
    except LookupError:
        return None
    if name.startswith("cp125"):
        return f"windows-{name[2:]}"
    return {
        "iso8859-2": "iso-8859-2",
        "iso8859-1": "iso-8859-1",
        "utf-8-sig": "utf-8",
        "ascii": "us-ascii",
    }.get(name, name)


def absolute(base: str, path: str) -> str | None:
    """The http(s) address of a path found in the document at ``base``; None if it leads to anything else.

    In a document from an SFTP server a path on that server is good too.
    """
    try:
        address = urljoin(base, path.strip())
        parts, origin = urlsplit(address), urlsplit(base)
    except ValueError:
        return None
    beside = parts.scheme == origin.scheme == "sftp" and parts.netloc == origin.netloc
    return address if (parts.scheme in {"http", "https"} and parts.hostname) or beside else None


def one_line(value: Any) -> str:
    """A text value without surrounding space; '' for anything that isn't text or a number."""
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def whole_number(value: Any) -> int | None:
    """A non-negative whole number, None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        number = int(value)
    except ValueError:
        return None
    return number if number >= 0 else None
