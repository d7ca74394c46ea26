"""HTML indexes of Apache (mod_autoindex) and nginx (autoindex)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from lxml import etree

#: Links of one page; no listing of files is longer.
MAX_LINKS = 20_000
#: Characters of a file's name, as on any file system.
MAX_NAME = 255


#: How servers head the listing of a folder, even of an empty one: Apache, nginx, lighttpd; Python.
LISTING = re.compile(rb"<(?:title|h1)[^>]*>\s*(?:index of|directory listing)", re.IGNORECASE)
PASSWORD = re.compile(rb"<input[^>]*type\s*=\s*[\"']?password", re.IGNORECASE)


@dataclass(frozen=True)
class IndexEntry:
    """A file or folder that a listing names. ``title`` is the link's ``title`` attribute, else its text if that adds anything.

    ``size`` (bytes) and ``modified`` (ISO day) are known where the listing itself is reliable (SFTP), not in HTML.
    """

    url: str
    name: str
    folder: bool
    title: str = ""
    size: int | None = None
    modified: str = ""


class _Links:
    """Collects (href, title, text) of the links, fed by the parser; keeps no tree."""

    def __init__(self) -> None:
        self.links: list[tuple[str, str, str]] = []
        self._open: tuple[str, str] | None = None
        self._text: list[str] = []

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "a" and attributes.get("href") and len(self.links) < MAX_LINKS:
            self._open = (attributes["href"], attributes.get("title") or "")
            self._text = []

    def data(self, text: str) -> None:
        if self._open is not None:
            self._text.append(text)

    def end(self, tag: str) -> None:
        if tag == "a" and self._open is not None:
            self.links.append((*self._open, " ".join("".join(self._text).split())))
            self._open = None

    def close(self) -> list[tuple[str, str, str]]:
        return self.links


def _links(body: bytes) -> list[tuple[str, str, str]]:
    # libxml2's parser, for the standard library's takes minutes over a few kilobytes of "<a <a <a".
    target = _Links()
    parser = etree.HTMLParser(target=target, encoding="utf-8", no_network=True)
    try:
        etree.fromstring(body, parser)
    except etree.LxmlError:  # nothing at all, or nothing like HTML: what was found so far is good
        return target.links
    return target.links


def is_listing(body: bytes, entries: Sequence[IndexEntry]) -> bool:
    """Whether a page lists a folder: it names something in it, or calls itself a listing, and asks for no password."""
    return not PASSWORD.search(body) and (bool(entries) or LISTING.search(body) is not None)


def parse_index(body: bytes, base: str) -> list[IndexEntry]:
    """The entries of an HTML index, in its order, each once.

    :param body: the page; UTF-8, unreadable bytes replaced (addresses are percent-encoded, so they survive)
    :param base: the page's own address after redirects
    """
    folder = base.split("?")[0].split("#")[0]
    folder = folder if folder.endswith("/") else folder.rsplit("/", 1)[0] + "/"
    root = urlsplit(folder)
    entries: dict[str, IndexEntry] = {}
    for href, title, text in _links(body):
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
        if "/" in name or name.startswith(".") or len(name) > MAX_NAME:
            continue
        label = title or ("" if text.rstrip("/").rstrip(".>") in name else text)
        entries.setdefault(address, IndexEntry(address, name, below.endswith("/"), label.strip()))
    return list(entries.values())
