"""A JSON interface that lists sets or files, read as a mapping says (form ``json_api``).

The mapping is plain JSON, in the source's settings (``mapping``) or at an address of its own (``mapping_url``):

    {"items": "/data", "next": "/links/next", "total": "/meta/total",
     "id": "/id", "title": "/attributes/title", "description": "/attributes/notes", "modified": "/attributes/changed",
     "files": "/attributes/files", "file_url": "/href", "file_title": "/name"}

Every value is a JSON Pointer (RFC 6901): those of the page within the page, ``id`` to ``files`` within an item, ``file_…``
within a file. Without ``files`` the item is its own and only file. Instead of ``next``, ``page`` says how pages are asked
for: {"parameter": "page", "first": 1, "size_parameter": "per_page", "size": 100}; reading ends at a page without items, or
when ``total`` is reached.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from ckanext.kielce.harvesters.said import Said

from .manifest import load_json, span_of
from .model import FileEntry, FileSet, FormError, absolute, file_name, one_line, whole_number

#: Pages read at most; a list that is longer is endless.
MAX_PAGES = 1000
_PAGE_KEYS = ("items", "next", "total")
_ITEM_FIELDS = ("title_en", "description", "description_en", "domain", "frequency", "license", "legal_basis",
                "provenance", "issued", "modified", "homepage")  # fmt: skip
_ITEM_KEYS = ("id", "title", "keywords", "temporal_start", "temporal_end", "files", *_ITEM_FIELDS)
_FILE_FIELDS = ("title", "title_en", "description", "format", "media_type", "encoding", "delimiter", "sha256",
                "modified", "license")  # fmt: skip
_FILE_KEYS = ("file_url", "file_id", "file_size", *(f"file_{name}" for name in _FILE_FIELDS))
_PAGING = ("parameter", "first", "size_parameter", "size")

Get = Callable[[str], tuple[bytes, str]]


def complaint(mapping: Any) -> str | None:
    """What is wrong with a mapping, None when it can be used."""
    if not isinstance(mapping, dict):
        return "write the mapping as a JSON object"
    known = {*_PAGE_KEYS, *_ITEM_KEYS, *_FILE_KEYS, "page"}
    unknown = sorted(set(mapping) - known)
    if unknown:
        return f"unknown keys: {', '.join(unknown)}; there are {', '.join(sorted(known))}"
    missing = [key for key in ("items", "id", "title", "file_url") if key not in mapping]
    if missing:
        return f"these keys are needed: {', '.join(missing)}"
    wrong = [
        key
        for key, value in mapping.items()
        if key != "page" and not (isinstance(value, str) and (value == "" or value.startswith("/")))
    ]
    if wrong:
        return f"each value is a JSON Pointer such as /data/title; look at {', '.join(wrong)}"
    page = mapping.get("page")
    if page is not None and not (
        isinstance(page, dict) and one_line(page.get("parameter")) and set(page) <= set(_PAGING)
    ):
        return f"page: give an object with parameter and, if need be, {', '.join(_PAGING[1:])}"
    return None


def pointed(document: Any, pointer: str) -> Any:
    """The value that a JSON Pointer leads to, None when it leads nowhere."""
    for raw in pointer.split("/")[1:]:
        step = raw.replace("~1", "/").replace("~0", "~")
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document


def read_sets(
    url: str, mapping: dict[str, Any], get: Get, expect: Callable[[int], None]
) -> Iterator[FileSet | Said]:
    """The sets of all pages, one by one; a sentence for each item that cannot be read.

    :param get: address -> (body, final address)
    :param expect: told once how many items the interface claims to have
    :raises FormError: when a page is not what the mapping says, or the pages go round in circles.
    """
    page: dict[str, Any] = mapping.get("page") or {}
    number = int(page.get("first", 1))
    address: str | None = _page_url(url, page, number) if page else url
    asked: set[str] = set()
    read = 0
    total: int | None = None
    while address:
        if address in asked or len(asked) >= MAX_PAGES:
            raise FormError(
                f"Strony listy się powtarzają albo jest ich ponad {MAX_PAGES}; sprawdź „next” i „page” w mapowaniu",
                f"The list's pages repeat or are more than {MAX_PAGES}; check 'next' and 'page' in the mapping",
            )
        asked.add(address)
        body, base = get(address)
        document = load_json(body, file_name(base) or base)
        items = pointed(document, mapping["items"])
        if not isinstance(items, list):
            raise FormError(
                f"Pod „{mapping['items']}” nie ma listy; sprawdź mapowanie albo adres",
                f"There is no list at '{mapping['items']}'; check the mapping or the address",
            )
        if total is None and mapping.get("total"):
            total = whole_number(pointed(document, mapping["total"]))
            if total is not None:
                expect(total)
        for position, item in enumerate(items, read + 1):
            yield _item(item, mapping, base, position)
        read += len(items)
        number += 1
        following = pointed(document, mapping["next"]) if mapping.get("next") else None
        if page:
            address = _page_url(url, page, number) if items and (total is None or read < total) else None
        else:
            address = _same_host(base, following) if isinstance(following, str) and following else None


def _page_url(url: str, page: dict[str, Any], number: int) -> str:
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    query[page["parameter"]] = str(number)
    if page.get("size_parameter"):
        query[page["size_parameter"]] = str(page.get("size", 100))
    return urlunsplit(parts._replace(query=urlencode(query)))


def _same_host(base: str, following: str) -> str:
    address = urljoin(base, following)
    if urlsplit(address).netloc != urlsplit(base).netloc:
        raise FormError(
            f"Następna strona listy jest na innym serwerze ({address}); nie jest pobierana",
            f"The list's next page is on another server ({address}); it is not fetched",
        )
    return address


def _item(item: Any, mapping: dict[str, Any], base: str, position: int) -> FileSet | Said:
    def text(key: str, within: Any = item) -> str:
        return one_line(pointed(within, mapping[key])) if key in mapping else ""

    guid, title = text("id"), text("title")
    if not guid or not title:
        return Said(
            f"pozycja {position}: brak „id” lub „title”", f"item {position}: 'id' or 'title' is missing"
        )
    found = FileSet(guid, title)
    found.fields = {name: text(name) for name in _ITEM_FIELDS if text(name)}
    words = pointed(item, mapping["keywords"]) if "keywords" in mapping else None
    if isinstance(words, str):
        words = words.split(",")
    found.fields["keywords"] = (
        [one_line(word) for word in words if one_line(word)] if isinstance(words, list) else []
    )
    span = span_of({"start": text("temporal_start"), "end": text("temporal_end")})
    if span:
        found.fields["temporal"] = span
    rows = pointed(item, mapping["files"]) if "files" in mapping else [item]
    for row in rows if isinstance(rows, list) else []:
        path = text("file_url", row)
        address = absolute(base, path) if path else None
        if not address:
            found.problems.append(
                Said(
                    f"plik bez adresu http(s): {guid}: {path or '-'}",
                    f"file without an http(s) address: {guid}: {path or '-'}",
                )
            )
            continue
        given: dict[str, Any] = {name: text(f"file_{name}", row) for name in _FILE_FIELDS}
        found.files.append(
            FileEntry(
                id=text("file_id", row) or file_name(address) or address,
                url=address,
                **{
                    **given,
                    "title": given["title"] or file_name(address) or title,
                    "sha256": given["sha256"].lower(),
                },
                size=whole_number(pointed(row, mapping["file_size"])) if "file_size" in mapping else None,
            )
        )
    return found
