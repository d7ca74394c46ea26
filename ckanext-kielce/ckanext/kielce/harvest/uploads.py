"""Files that the portal itself must serve, because residents cannot reach their source (SFTP): fetched while a record is
read, kept in a spool until the record is written, handed to CKAN as uploads.

The contract between a protocol and the writer is plain CKAN: a resource with ``url_type`` "upload", a file name as its
``url`` and the content's SHA-256 as its ``hash``. The file lies in the spool under that hash (`Spool.take`), unless the record's
dataset holds it already (`held`). The spool stands below ``ckan.storage_path``, so that a writer on another machine that shares
the storage finds it.
"""

from __future__ import annotations

import re
import tempfile
import time
import uuid
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckan.lib import uploader
from ckanext.kielce.harvest.model import HarvestRecord
from ckanext.kielce.harvest.records import RecordError, SourceError
from werkzeug.datastructures import FileStorage

KEPT = timedelta(days=3)  # what no writer has fetched by then is dropped; the next run fetches it anew
HASH = re.compile(r"[0-9a-f]{64}")
MB = 1 << 20


class Spool:
    """The files that wait for the writer, one folder for each source."""

    def __init__(self, source_id: str) -> None:
        self.folder = _root() / source_id

    def new(self) -> Path:
        """An empty file to download into."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix="part-", delete=False) as made:
            return Path(made.name)

    def take(self, downloaded: Path, sha256: str) -> None:
        """Keep a downloaded file under its hash."""
        downloaded.replace(self.folder / sha256)

    def find(self, sha256: str) -> Path | None:
        """The file with this hash, if it waits here."""
        path = self.folder / sha256
        return path if HASH.fullmatch(sha256) and path.is_file() else None


def _root() -> Path:
    storage = tk.config.get("ckan.storage_path") or tempfile.gettempdir()
    return Path(storage) / "kielce_harvest"


def check_enabled() -> None:
    """Raise SourceError when this portal keeps no uploads: CKAN would take the file and silently drop it."""
    if not tk.h.uploads_enabled("resource"):
        raise SourceError(
            "The portal keeps no uploads, so the files of this source cannot be served. Set ckan.storage_path.",
            "Portal nie przechowuje plików, więc nie może udostępniać plików tego źródła. Ustaw ckan.storage_path.",
        )


def largest() -> int:
    """How many bytes an upload may have in this portal (``ckan.max_resource_size``)."""
    return int(tk.config.get("ckan.max_resource_size") or 0) * MB


def held(source_id: str, guid: str) -> set[str]:
    """Hashes of the uploaded files that the record's dataset has."""
    rows = model.Session.scalars(
        sa.select(model.Resource.hash)
        .join(HarvestRecord, HarvestRecord.package_id == model.Resource.package_id)
        .where(
            HarvestRecord.source_id == source_id,
            HarvestRecord.guid == guid,
            model.Resource.state == "active",
            model.Resource.url_type == "upload",
        )
    )
    return {value for value in rows if value}


def placed(source_id: str, dataset: dict[str, Any], existing: dict[str, Any] | None = None) -> dict[str, Any]:
    """The dataset as package_create and package_update take it, its waiting files put where CKAN keeps uploads.

    The files are put there first, under ids that follow from dataset, name and content: a writer that dies in between leaves
    nothing that the next one would not find or overwrite. (package_create takes no uploads, and package_update puts them
    before its commit as well.) A file that the existing resource holds already, by its hash, is left as it is. Raises
    RecordError when a file is neither held nor waiting: the next run fetches it again.
    """
    rows = (existing or {}).get("resources") or []
    have = {row["id"]: row.get("hash") for row in rows if row.get("url_type") == "upload"}
    resources = []
    for given in dataset.get("resources") or []:
        resource, digest = dict(given), str(given.get("hash") or "")
        if resource.get("url_type") == "upload" and have.get(resource.get("id")) != digest:
            name = str(resource.get("url") or "").rsplit("/", 1)[-1] or "plik"
            resource["id"] = resource.get("id") or _new_id(str(dataset["id"]), name, digest)
            _place(Spool(source_id), resource, name, digest)
        resources.append(resource)
    return {**dataset, "resources": resources} if "resources" in dataset else dataset


def _new_id(package_id: str, name: str, digest: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{package_id}/{name}#{digest}"))


def _place(spool: Spool, resource: dict[str, Any], name: str, digest: str) -> None:
    path = spool.find(digest)
    if path is None:
        raise RecordError(
            f"The file {name} is no longer at hand; the next run fetches it again.",
            f"Pliku {name} nie ma już pod ręką; następne pobranie wczyta go ponownie.",
        )
    with path.open("rb") as stream:
        upload = {"url": name, "upload": FileStorage(stream, filename=name)}
        uploader.get_resource_uploader(upload).upload(resource["id"], uploader.get_max_resource_size())
    resource["url"] = upload["url"]
    resource["last_modified"] = datetime.now(timezone.utc).replace(tzinfo=None).isoformat()


def prune() -> int:
    """Drop files that have waited too long, and folders left empty; returns how many files."""
    gone, limit = 0, time.time() - KEPT.total_seconds()
    for folder in _root().glob("*/"):
        for path in folder.iterdir():
            if path.is_file() and path.stat().st_mtime < limit:
                path.unlink(missing_ok=True)
                gone += 1
        if not any(folder.iterdir()):
            folder.rmdir()
    return gone
