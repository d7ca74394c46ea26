"""The national portal's API 1.4 (JSON:API): its datasets page by page, their files when they are needed. Pure.

Shapes: the serialisers of the portal's published source (mcod) and its routes; no answer of the live service was at hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

from ckanext.kielce.common.http import FetchError, Response
from ckanext.kielce.common.http_errors import safe_url
from ckanext.kielce.harvest.links import uri_key
from ckanext.kielce.harvest.records import Record, SourceError, digest
from ckanext.kielce.harvesters.answers import json_object

from .fields import text

#: The most that a page may hold, and how far the portal's search goes.
PAGE_SIZE, WINDOW = 100, 10_000
MAX_BYTES = 64 * 1024 * 1024
#: Pages of the files of one dataset.
MAX_FILE_PAGES = 50
#: Counters and what depends on who asks.
VOLATILE = frozenset(
    [
        *("views_count", "downloads_count", "followed", "is_promoted", "image_url", "image_alt", "highlight"),
        *("archived_resources_files_url", "visualization_types", "current_condition_descriptions"),
    ]
)
HTML_API = "https://api.dane.gov.pl/1.4"


class Fetcher(Protocol):
    """What is needed of the harvest's client."""

    def fetch(self, url: str, **options: Any) -> Response: ...
    def expect(self, records: int) -> None: ...


def root(url: str) -> str:
    """The API's address up to its version, whatever list of it was pasted."""
    plain = url.strip().split("?")[0].rstrip("/")
    return re.sub(r"/(datasets|institutions|resources)(/.*)?$", "", plain)


def site(base: str) -> str:
    """The portal that people read: ``https://api.dane.gov.pl/1.4`` → ``https://dane.gov.pl``."""
    parts = urlsplit(base)
    return f"{parts.scheme}://{parts.netloc.removeprefix('api.')}"


def _document(client: Fetcher, url: str, lang: str) -> dict[str, Any]:
    with client.fetch(url, max_bytes=MAX_BYTES, headers={"Accept-Language": lang}) as answer:
        found = json_object(answer.body, url)
    errors = found.get("errors")
    if errors and "data" not in found:
        first = errors[0] if isinstance(errors, list) and isinstance(errors[0], dict) else {}
        reason = text(first.get("detail")) or text(first.get("title")) or "-"
        raise SourceError(
            f"{safe_url(url)} answers with an error: {reason}. Check the settings institution and query.",
            f"{safe_url(url)} odpowiada błędem: {reason}. Sprawdź ustawienia institution i query.",
        )
    return found


def _page(client: Fetcher, url: str, lang: str = "pl") -> tuple[int, list[dict[str, Any]]]:
    """(objects that there are, those of this page)."""
    found = _document(client, url, lang)
    rows, meta = found.get("data"), found.get("meta")
    count = meta.get("count") if isinstance(meta, dict) else None
    if not isinstance(rows, list) or not isinstance(count, int) or isinstance(count, bool):
        raise SourceError(
            f"{safe_url(url)} answers, but not as dane.gov.pl's API 1.4 does (no list data with meta.count). Give the "
            f"API's address, such as {HTML_API}.",
            f"{safe_url(url)} odpowiada, ale nie tak jak API 1.4 dane.gov.pl (brak listy data z meta.count). Podaj "
            f"adres API, na przykład {HTML_API}.",
        )
    return count, [row for row in rows if isinstance(row, dict)]


def address_of(base: str, config: dict[str, Any], page: int) -> str:
    """The address of a page of the datasets that the source's settings choose."""
    query: dict[str, Any] = {}
    if config.get("query"):
        query["q"] = config["query"]
    institution = text(config.get("institution"))
    if institution:
        query["institution[id][term]"] = institution
    query |= {"sort": "id", "page": page, "per_page": PAGE_SIZE}
    return f"{base}/datasets?{urlencode(query)}"


def essence(row: dict[str, Any]) -> dict[str, Any]:
    """What a dataset says, without counters."""
    attributes = row.get("attributes") if isinstance(row.get("attributes"), dict) else {}
    relations = row.get("relationships") if isinstance(row.get("relationships"), dict) else {}
    return {
        "id": text(row.get("id")),
        "attributes": {key: value for key, value in (attributes or {}).items() if key not in VOLATILE},
        "institution": _related(relations, "institution"),
        "files": _inner(relations, "resources", "meta").get("count"),
    }


def _inner(relations: Any, *names: str) -> dict[str, Any]:
    for name in names:
        relations = relations.get(name) if isinstance(relations, dict) else None
    return relations if isinstance(relations, dict) else {}


def _related(relations: Any, name: str) -> str:
    return text(_inner(relations, name, "data").get("id"))


def read(client: Fetcher, url: str, config: dict[str, Any]) -> Iterator[Record]:
    """A record of each dataset; its files (and English texts, when wanted) are asked for only when it changed."""
    base, page, read_so_far = root(url), 1, 0
    institutions: dict[str, str] = {}
    seen: set[str] = set()
    while True:
        address = address_of(base, config, page)
        count, rows = _page(client, address)
        if count > WINDOW:
            raise SourceError(
                f"The query finds {count} datasets, and the portal lists no more than {WINDOW}. Choose an institution "
                "or a narrower query.",
                f"Zapytanie znajduje {count} zbiorów, a portal wylicza najwyżej {WINDOW}. Wybierz instytucję albo węższe "
                "zapytanie.",
            )
        client.expect(count)
        for row in rows:
            said = essence(row)
            if said["id"] in seen:
                continue  # the list moved while we read it
            seen.add(said["id"])
            yield _record(client, base, said, bool(config.get("english")), institutions)
        read_so_far += len(rows)
        if not rows or read_so_far >= count:
            return
        page += 1


def _record(
    client: Fetcher, base: str, said: dict[str, Any], english: bool, institutions: dict[str, str]
) -> Record:
    number = said["id"]
    if not number:
        return Record("", None, {"title": text(said["attributes"].get("title")) or "?"})

    def content() -> dict[str, Any]:
        made = {**said, "base": base, "resources": files(client, base, number)}
        if english:
            found = _inner(_document(client, f"{base}/datasets/{number}", "en"), "data", "attributes")
            made["english"] = {key: found.get(key) for key in ("title", "notes") if found.get(key)}
        made["institution_title"] = _institution(client, base, said["institution"], institutions)
        return made

    keys: tuple[str | None, ...] = (uri_key(f"{site(base)}/dataset/{number}"),)
    # the portal's own catalogue in RDF names a dataset by its page
    slug = text(said["attributes"].get("slug"))
    if slug:
        keys = (*keys, uri_key(f"{site(base)}/pl/dataset/{number},{slug}"))
    return Record(number, digest([said, english]), content, keys=tuple(key for key in keys if key))


def files(client: Fetcher, base: str, number: str) -> list[dict[str, Any]]:
    """The files of a dataset, each as its attributes with its id."""
    found: list[dict[str, Any]] = []
    for page in range(1, MAX_FILE_PAGES + 1):
        query = urlencode({"sort": "id", "page": page, "per_page": PAGE_SIZE})
        count, rows = _page(client, f"{base}/datasets/{number}/resources?{query}")
        for row in rows:
            attributes = row.get("attributes") if isinstance(row.get("attributes"), dict) else {}
            kept = {key: value for key, value in (attributes or {}).items() if key not in VOLATILE}
            found.append({"id": text(row.get("id")), **kept})
        if not rows or len(found) >= count:
            break
    return found


def _institution(client: Fetcher, base: str, number: str, known: dict[str, str]) -> str:
    """The institution's name, asked for once a run; "" when it is not to be had."""
    if number and number not in known:
        try:
            found = _document(client, f"{base}/institutions/{number}", "pl")
        except (SourceError, FetchError):
            found = {}
        known[number] = text(_inner(found, "data", "attributes").get("title"))
    return known.get(number, "")
