"""HTML indexes of Apache (mod_autoindex) and nginx (autoindex)."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import unquote, urldefrag, urljoin, urlsplit


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
