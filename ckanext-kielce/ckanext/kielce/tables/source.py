"""Getting a resource's file: from CKAN's own storage when it was uploaded, else through the guarded HTTP client."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import file_keeper as fk
from ckan.lib import files, uploader
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.http import FetchError, fetch
from ckanext.kielce.tables.problems import Problem, TableError, problem


@dataclass(frozen=True, slots=True)
class File:
    """A local copy that lives as long as the context: ``sha256`` is that of its bytes."""

    path: Path
    sha256: str


@contextmanager
def open_file(resource: Mapping[str, Any]) -> Iterator[File]:
    """The file of a resource (a resource dictionary). Raises `TableError` ("fetch_failed") when it cannot be had."""
    if resource.get("url_type") == "upload":
        with _uploaded(resource) as found:
            yield found
        return
    url = resource.get("url") or ""
    try:
        response = fetch(url, max_bytes=tk.config.get("ckanext.kielce.tables.max_bytes"))
    except FetchError as err:
        raise TableError(_not_fetched(err)) from err
    with response:
        if response.path is None:
            raise TableError(problem("empty"))
        yield File(response.path, response.sha256)


def _not_fetched(err: FetchError) -> Problem:
    """The client's own words in each language."""
    polish, english = (problem("fetch_failed", detail=err.text(lang)) for lang in ("pl", "en"))
    return replace(polish, message_en=english.message_en)


@contextmanager
def _uploaded(resource: Mapping[str, Any]) -> Iterator[File]:
    upload = uploader.get_resource_uploader(dict(resource))
    location = upload.get_path(resource["id"])
    storage = getattr(upload, "storage", None)
    digest = hashlib.sha256()
    try:
        if not isinstance(storage, fk.Storage):
            path = Path(location)
            with path.open("rb") as handle:
                for block in iter(lambda: handle.read(2**20), b""):
                    digest.update(block)
            yield File(path, digest.hexdigest())
            return
        with tempfile.NamedTemporaryFile(prefix="kielce-upload-") as copy:
            for block in storage.stream(files.FileData(files.Location(location))):
                digest.update(block)
                copy.write(block)
            copy.flush()
            yield File(Path(copy.name), digest.hexdigest())
    except (OSError, fk.exc.FilesError) as err:
        raise TableError(problem("fetch_failed", detail=str(err)[:200])) from err
