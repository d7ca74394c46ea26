"""HTML indexes of Apache (mod_autoindex) and nginx (autoindex), and the series rule: x_2023.csv and x_2024.csv are one set."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import PurePosixPath
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from ckanext.kielce.harvesters.said import Said

from .model import FileEntry, FileSet, format_code, media_type_of

#: A year at the end of a file's stem, with the sign that parts it from the name.
_YEAR = re.compile(r"^(?P<stem>.+?)[-_ .](?P<year>(?:19|20)\d{2})$")
#: Double extensions are kept together: data.csv.gz is one extension.
_COMPRESSED = {"gz", "bz2", "xz", "zst"}


@dataclass(frozen=True)
class IndexEntry:
    """A link of an index that lies below it. ``title`` is the link's ``title`` attribute, else its text if that adds anything."""

    url: str
    name: str
    folder: bool
    title: str


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[tuple[str, str, str]] = []
        self._open: tuple[str, str] | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            given = dict(attrs)
            if given.get("href"):
                self._open = (given["href"] or "", given.get("title") or "")
                self._text = []

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._open is not None:
            self.links.append((*self._open, " ".join("".join(self._text).split())))
            self._open = None


def parse_index(body: bytes, base: str) -> list[IndexEntry]:
    """The entries of an HTML index, in its order, each once.

    :param body: the page; UTF-8, unreadable bytes replaced (addresses are percent-encoded, so they survive)
    :param base: the page's own address after redirects
    """
    parser = _Links()
    parser.feed(body.decode("utf-8", "replace"))
    parser.close()
    folder = base.split("?")[0].split("#")[0]
    folder = folder if folder.endswith("/") else folder.rsplit("/", 1)[0] + "/"
    root = urlsplit(folder)
    entries: dict[str, IndexEntry] = {}
    for href, title, text in parser.links:
        try:
            address = urldefrag(urljoin(folder, href.strip())).url
            parts = urlsplit(address)
        except ValueError:
            continue
        below = parts.path[len(root.path) :] if parts.path.startswith(root.path) else ""
        same_place = (parts.scheme, parts.netloc) == (root.scheme, root.netloc)
        if not below or parts.query or not same_place or ".." in unquote(below).split("/"):
            continue
        name = unquote(below.rstrip("/"))
        if "/" in name or name.startswith("."):
            continue
        label = title or ("" if text.rstrip("/").rstrip(".>") in name else text)
        entries.setdefault(address, IndexEntry(address, name, below.endswith("/"), label.strip()))
    return list(entries.values())


def series(name: str) -> tuple[str, int | None]:
    """The common part of a file's name and its year: ``x_2023.csv`` -> (``x``, 2023), ``x.csv`` -> (``x``, None)."""
    path = PurePosixPath(name)
    stem = path.stem
    if path.suffix.lstrip(".").lower() in _COMPRESSED:
        stem = PurePosixPath(stem).stem
    match = _YEAR.match(stem)
    return (match["stem"], int(match["year"])) if match else (stem, None)


def _readable(stem: str) -> str:
    words = re.sub(r"[-_]+", " ", stem).strip()
    return words[:1].upper() + words[1:]


def group(entries: Iterable[IndexEntry], prefix: str = "") -> list[FileSet]:
    """Sets of files from an index's entries (folders left out); ``prefix`` names the sub-folder they came from.

    The newest year comes first among a set's files, then by name, so that an order of links can't shuffle a set.
    """
    groups: dict[str, list[tuple[int | None, IndexEntry]]] = {}
    for entry in entries:
        if not entry.folder:
            stem, year = series(entry.name)
            groups.setdefault(f"{prefix}{stem}", []).append((year, entry))
    sets = []
    for guid, members in groups.items():
        members.sort(key=lambda member: (-(member[0] or 9999), member[1].name))
        titles = {entry.title for _, entry in members if entry.title}
        found = FileSet(guid, titles.pop() if len(titles) == 1 else _readable(guid.rsplit("/", 1)[-1]))
        years = sorted({year for year, _ in members if year})
        if years:
            found.fields["temporal"] = {"start": f"{years[0]}-01-01", "end": f"{years[-1]}-12-31"}
        for year, entry in members:
            code = format_code("", "", entry.url)
            if code is None:
                found.problems.append(
                    Said(
                        f"nieznane rozszerzenie: {entry.name}",
                        f"unknown extension: {entry.name}",
                    )
                )
            span = {"start": f"{year}-01-01", "end": f"{year}-12-31"} if year else {}
            found.files.append(
                FileEntry(
                    id=entry.name,
                    url=entry.url,
                    title=entry.title or entry.name,
                    format=code or "",
                    media_type=media_type_of(code or ""),
                    temporal=span,
                )
            )
        sets.append(found)
    return sets
