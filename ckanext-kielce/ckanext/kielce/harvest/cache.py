"""The last answer of an address, kept so that a server can say "not modified" instead of sending it again. Pure.

``keep`` packs an answer with its validators, ``open_kept`` brings it back as a `Response`; where the packed bytes live is
the business of a `Cache`. Rules (RFC 9110, 8.8 and 13):

- ETags go back as they came, strong or weak, for If-None-Match compares weakly.
- A date is a validator only when the answer is at least a minute younger: within it the file may have changed twice.
- What is kept is trusted for a week at most, for a server that restores older files may answer 304 to a date.
- A kept body is checked by its hash; one that is damaged, or belongs to another final address, is fetched anew.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Protocol

from ckanext.kielce.common.http import Response
from urllib3 import HTTPHeaderDict

MAX_KEPT = 20 * 1024 * 1024  # bytes after compression; larger answers are fetched whole each time
MAX_AGE = timedelta(days=7)
DATE_MARGIN = timedelta(seconds=60)
MAX_VALIDATOR = 1024  # characters of an ETag; a longer one is no ETag
CHUNK = 1 << 16
# Headers that stay true of the kept body.
KEPT_HEADERS = ("content-type", "content-disposition", "content-language", "etag", "last-modified")


@dataclass(frozen=True)
class Cached:
    """What is kept of an address: its validators and the packed answer (opaque to the cache, gzip inside)."""

    etag: str | None
    last_modified: str | None
    body: bytes


class Cache(Protocol):
    """Where packed answers live, for one source."""

    def get(self, url: str) -> Cached | None:
        """What is kept of ``url``."""

    def put(self, url: str, etag: str | None, last_modified: str | None, body: bytes) -> None:
        """Keep this instead of what was kept of ``url``."""

    def forget(self, url: str) -> None:
        """Keep nothing of ``url``."""


class MemoryCache:
    """A cache for tests and for tools that run once."""

    def __init__(self) -> None:
        self.kept: dict[str, Cached] = {}

    def get(self, url: str) -> Cached | None:
        return self.kept.get(url)

    def put(self, url: str, etag: str | None, last_modified: str | None, body: bytes) -> None:
        self.kept[url] = Cached(etag, last_modified, body)

    def forget(self, url: str) -> None:
        self.kept.pop(url, None)


def cache_key(url: str, headers: Mapping[str, str]) -> str:
    """The name under which an answer is kept: another login or Accept header gets an answer of its own."""
    if not headers:
        return url
    told = json.dumps(sorted((name.lower(), value) for name, value in headers.items()))
    return f"{url}#{hashlib.sha256(told.encode()).hexdigest()[:16]}"


def validators(headers: Mapping[str, str], now: datetime) -> tuple[str | None, str | None]:
    """(ETag, Last-Modified) that may be sent back next time; None for what is absent or cannot be trusted."""
    etag = (headers.get("etag") or "").strip()
    stamp = (headers.get("last-modified") or "").strip()
    changed, answered = _moment(stamp), _moment(headers.get("date")) or now
    dated = changed is not None and changed + DATE_MARGIN <= answered
    return (etag if 0 < len(etag) <= MAX_VALIDATOR else None), (stamp if dated else None)


def _moment(stamp: str | None) -> datetime | None:
    try:
        found = parsedate_to_datetime(stamp) if stamp else None
    except (TypeError, ValueError):
        return None
    return found.replace(tzinfo=timezone.utc) if found and found.tzinfo is None else found


def keep(answer: Response, now: datetime) -> Cached | None:
    """The answer packed; None when it has no validator, no body, or is too large to be kept."""
    etag, last_modified = validators(answer.headers, now)
    if answer.status != 200 or answer.path is None or not (etag or last_modified):
        return None
    about = {
        "url": answer.url,
        "stored": now.isoformat(),
        "sha256": answer.sha256,
        "length": answer.length,
        "headers": {name: answer.headers[name] for name in KEPT_HEADERS if answer.headers.get(name)},
    }
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    packed = bytearray(packer.compress(json.dumps(about).encode() + b"\n"))
    with answer.path.open("rb") as body:
        while chunk := body.read(CHUNK):
            packed += packer.compress(chunk)
            if len(packed) > MAX_KEPT:
                return None
    packed += packer.flush()
    return Cached(etag, last_modified, bytes(packed)) if len(packed) <= MAX_KEPT else None


def is_fresh(kept: Cached, now: datetime) -> bool:
    """Whether the kept answer is young enough for the server to be asked by its validators."""
    about = _about(kept)
    try:
        return about is not None and now - datetime.fromisoformat(about["stored"]) <= MAX_AGE
    except (KeyError, TypeError, ValueError):
        return False


def open_kept(kept: Cached, said: Response, max_bytes: int) -> Response | None:
    """The kept answer as the server's answer (status 304, body and its headers as they were).

    None when it belongs to another final address, is damaged, or exceeds ``max_bytes``: fetch it anew.
    """
    about = _about(kept)
    if about is None or about.get("url") != said.url or int(about.get("length") or 0) > max_bytes:
        return None
    unpacker, digest, length = zlib.decompressobj(31), hashlib.sha256(), 0
    with tempfile.NamedTemporaryFile(prefix="kielce-http-", delete=False) as spool:
        path = Path(spool.name)
        head, data = True, kept.body
        try:
            while data:
                chunk = unpacker.decompress(data, CHUNK)
                data = unpacker.unconsumed_tail
                if head:
                    chunk, head = chunk.partition(b"\n")[2], False
                length += len(chunk)
                if length > int(about["length"]):
                    break
                digest.update(chunk)
                spool.write(chunk)
            rest = unpacker.flush()
            length += len(rest)
            digest.update(rest)
            spool.write(rest)
        except zlib.error:
            length = -1
    if length != about["length"] or digest.hexdigest() != about.get("sha256"):
        path.unlink(missing_ok=True)
        return None
    headers = HTTPHeaderDict(about.get("headers") or {})
    for name, value in said.headers.items():
        headers[name] = value
    return Response(304, said.url, headers, path, length, digest.hexdigest())


def _about(kept: Cached) -> dict[str, Any] | None:
    """The first line of a packed answer (under 64 KiB), None when it is unreadable."""
    try:
        line = zlib.decompressobj(31).decompress(kept.body, CHUNK).partition(b"\n")[0]
        found = json.loads(line)
    except (zlib.error, ValueError):
        return None
    return found if isinstance(found, dict) else None
