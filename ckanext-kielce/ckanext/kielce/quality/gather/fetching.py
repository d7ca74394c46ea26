"""Bring a resource's content to a local file, asking the source for as little as will do.

A known ETag or Last-Modified makes it a conditional request; every ``full_check_days`` the file is fetched in full
all the same, for some servers say "not modified" of files that were. Services and pages are only asked whether they
answer. Two workers never ask one host at the same time.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import tempfile
from collections.abc import Iterator
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ckan.lib import uploader
from ckan.lib.files import FileData
from ckan.lib.files import exc as files_exc
from ckanext.kielce.common.http import FetchError, fetch

from .. import model
from ..settings import Settings
from . import datastore
from .fetched import Fetched
from .hosts import host_turn, note_refusal, pace

Kind = Literal["upload", "datastore", "file", "service", "page", "none"]

#: Formats (upper case, any of the EU authority's codes or common names) that are asked for an answer only.
SERVICES = {
    "WFS": "WFS",
    "WFS_SRVC": "WFS",
    "OGC WFS": "WFS",
    "WMS": "WMS",
    "WMS_SRVC": "WMS",
    "OGC WMS": "WMS",
    "WMTS": "WMTS",
    "WMTS_SRVC": "WMTS",
    "WCS": "WCS",
    "CSW": "CSW",
    "API": "",
    "REST": "",
    "SPARQLQ": "",
    "GTFS-RT": "",
    "GTFS_RT": "",
}
PAGES = {"HTML", "HTML_SIMPL", "XHTML", "HTM", "PHP", "ASPX", "LINK"}
#: Largest part of a service's answer that is fetched to see that it answers, in bytes.
ANSWER_BYTES = 4 * 1024 * 1024
DOWNLOADABLE_URL = ("http://", "https://")


def kind_of(resource: dict[str, Any]) -> Kind:
    """How a resource is to be looked at, by its type, format and address."""
    if resource.get("url_type") == "upload":
        return "upload"
    if resource.get("url_type") in {"datastore", "tabledesigner"}:
        return "datastore"
    url = resource.get("url") or ""
    if not url.lower().startswith(DOWNLOADABLE_URL):
        return "none"
    fmt = format_of(resource)
    if fmt in SERVICES:
        return "service"
    return "page" if fmt in PAGES else "file"


def format_of(resource: dict[str, Any]) -> str:
    """Declared format: last part of an EU file-type URI or the plain name, upper case."""
    return (resource.get("format") or "").strip().rsplit("/", 1)[-1].upper()


def service_url(resource: dict[str, Any]) -> str:
    """Address that a service answers: an OGC endpoint is asked for its capabilities."""
    url = resource["url"]
    service = SERVICES.get(format_of(resource))
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    if not service or any(name.lower() == "request" for name, _ in query):
        return url
    query = [(name, value) for name, value in query if name.lower() != "service"]
    query += [("service", service), ("request", "GetCapabilities")]
    return urlunsplit(parts._replace(query=urlencode(query)))


@contextlib.contextmanager
def content(
    resource: dict[str, Any],
    last: model.Observation | None,
    options: Settings,
    *,
    full: bool,
    now: dt.datetime,
) -> Iterator[Fetched]:
    """Look at a resource; the local file lives as long as the context.

    :param last: the last observation of this resource, whose ETag and date make the request conditional
    :param full: fetch in full even if nothing seems to have changed
    """
    kind = kind_of(resource)
    if kind == "upload":
        with _upload(resource) as fetched:
            yield fetched
        return
    if kind == "datastore":
        with datastore.table(
            resource, last, options, full=full or _due_in_full(last, options, now)
        ) as fetched:
            yield fetched
        return
    if kind not in {"file", "service", "page"}:
        yield Fetched(method="none")
        return
    try:
        with host_turn(resource["url"]):
            if kind == "file":
                with _file(resource["url"], last, options, full=full, now=now) as fetched:
                    yield fetched
            else:
                yield _answer(service_url(resource) if kind == "service" else resource["url"], kind)
    except FetchError as error:
        note_refusal(resource["url"], error)
        yield Fetched(method="get", status=error.status, error=error)


def _answer(url: str, kind: Kind) -> Fetched:
    """Ask a service or page whether it answers: HEAD first, GET where HEAD isn't allowed."""
    if kind == "page":
        try:
            with fetch(url, method="HEAD") as response:
                return Fetched(method="head", status=response.status)
        except FetchError as error:
            if error.status not in {403, 404, 405, 501}:
                raise
        pace(url)
    try:
        with fetch(url, max_bytes=ANSWER_BYTES) as response:
            start = response.body[:4096]
            if kind == "service" and b"ExceptionReport" in start:
                raise FetchError(
                    "http_error",
                    "The service answers with an exception report; check its address and version.",
                    url,
                    response.status,
                    message_pl="Usługa odpowiada komunikatem o błędzie; sprawdź jej adres i wersję.",
                )
            return Fetched(method="get", status=response.status)
    except FetchError as error:
        if error.kind == "too_large":
            return Fetched(method="get", status=200)
        raise


@contextlib.contextmanager
def _file(
    url: str, last: model.Observation | None, options: Settings, *, full: bool, now: dt.datetime
) -> Iterator[Fetched]:
    known = last is not None and last.url == url and last.bytes_sha256 is not None
    due_in_full = full or _due_in_full(last, options, now)
    conditional = known and not due_in_full and bool(last and (last.etag or last.last_modified))
    try:
        with fetch(
            url,
            etag=last.etag if conditional and last else None,
            last_modified=last.last_modified if conditional and last else None,
            max_bytes=options.max_bytes,
        ) as response:
            headers = response.headers
            yield Fetched(
                method="conditional_get" if conditional else "get",
                path=None if response.not_modified else response.path,
                status=200 if response.not_modified else response.status,
                etag=headers.get("ETag"),
                last_modified=headers.get("Last-Modified"),
                length=response.length,
                sha256=response.sha256,
                unchanged=response.not_modified,
            )
            return
    except FetchError as error:
        if error.kind != "too_large":
            raise
    pace(url)
    with fetch(url, method="HEAD") as response:
        size = response.headers.get("Content-Length", "")
        yield Fetched(
            method="head",
            status=response.status,
            etag=response.headers.get("ETag"),
            last_modified=response.headers.get("Last-Modified"),
            length=int(size) if size.isdigit() else None,
            too_large=True,
        )


@contextlib.contextmanager
def _upload(resource: dict[str, Any]) -> Iterator[Fetched]:
    """Copy an uploaded file out of CKAN's storage, wherever that is (disk or object store)."""
    upload = uploader.get_resource_uploader(dict(resource))
    location = upload.get_path(resource["id"])
    storage = getattr(upload, "storage", None)
    suffix = Path(resource.get("url") or "").suffix
    with tempfile.NamedTemporaryFile(suffix=suffix) as copy:
        digest, length = hashlib.sha256(), 0
        try:
            chunks = (
                _storage_chunks(storage, location) if storage is not None else _disk_chunks(Path(location))
            )
            for chunk in chunks:
                copy.write(chunk)
                digest.update(chunk)
                length += len(chunk)
        except (OSError, files_exc.FilesError):
            yield Fetched(method="upload", error=_missing_file(resource))
            return
        copy.flush()
        yield Fetched(
            method="upload",
            path=Path(copy.name),
            status=200,
            length=length,
            sha256=digest.hexdigest(),
            last_modified=_upload_time(resource),
        )


def _due_in_full(last: model.Observation | None, options: Settings, now: dt.datetime) -> bool:
    return last is None or _full_check_due(last, options, now)


def _full_check_due(last: model.Observation, options: Settings, now: dt.datetime) -> bool:
    return passes_full_check(last.observed_at, last.last_seen_at, options, now)


def passes_full_check(first: dt.datetime, last: dt.datetime, options: Settings, now: dt.datetime) -> bool:
    """Whether a multiple of ``full_check_days`` since the first look lies between the last look and now."""
    return (now - first) // options.full_check > (last - first) // options.full_check


def _storage_chunks(storage: Any, location: Any) -> Iterator[bytes]:
    yield from storage.stream(FileData(location))


def _disk_chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as source:
        while chunk := source.read(1 << 16):
            yield chunk


def _upload_time(resource: dict[str, Any]) -> str | None:
    """CKAN's time of the last upload (naive UTC) in the form of the HTTP header."""
    try:
        moment = dt.datetime.fromisoformat(str(resource.get("last_modified")))
    except ValueError:
        return None
    return format_datetime(
        moment.replace(tzinfo=moment.tzinfo or dt.timezone.utc).astimezone(dt.timezone.utc), True
    )


def _missing_file(resource: dict[str, Any]) -> FetchError:
    return FetchError(
        "connection",
        "The uploaded file is not in the portal's storage; upload it again.",
        resource.get("url") or "",
        message_pl="Wgranego pliku nie ma w magazynie portalu; wgraj go ponownie.",
    )
