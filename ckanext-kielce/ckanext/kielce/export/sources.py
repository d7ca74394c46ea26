"""Where a layer comes from: which file of a dataset holds it, and its bytes, kept for a while when they are another server's."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import ckan.plugins.toolkit as tk
from ckanext.kielce.common import vocabularies
from ckanext.kielce.export.child import FailedError
from ckanext.kielce.export.formats import LAYER_SOURCES
from ckanext.kielce.export.store import Kept, Store, key_of
from ckanext.kielce.tables.shared import TableError, open_file

#: Seconds that a reader waits while another fetches the same file.
FETCH_SECONDS = 20.0
#: Parameters of a service's address that a GetFeature request of ours sets.
_OWN = frozenset({"service", "version", "request", "typename", "typenames", "outputformat", "srsname"})


def format_of(resource: Mapping[str, Any]) -> str:
    """The code of a resource's format when a layer can be read from it, else ""."""
    entry = vocabularies.file_format(resource.get("format"))
    return entry.code if entry and entry.code in LAYER_SOURCES else ""


def layers_of(pkg: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The files that hold the layers of a dataset.

    A layer offered in several formats is taken once, from the most faithful; files of one format are layers of their own.
    """
    found = [
        (LAYER_SOURCES.index(code), resource)
        for resource in pkg.get("resources") or ()
        if (code := format_of(resource))
        and resource.get("url")
        and (code != "WFS_SRVC" or pkg.get("layer_name"))
    ]
    best = min((rank for rank, _resource in found), default=0)
    return [resource for rank, resource in found if rank == best]


def feature_url(url: str, layer: str) -> str:
    """The address that gives all features of a layer of a WFS as GML."""
    parts = urlsplit(url)
    kept = [
        (key, value)
        for key, value in parse_qsl(parts.query, keep_blank_values=True)
        if key.lower() not in _OWN
    ]
    wanted = [("service", "WFS"), ("version", "2.0.0"), ("request", "GetFeature"), ("typeNames", layer)]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode([*kept, *wanted]), ""))


def current(store: Store, pkg: Mapping[str, Any], resource: Mapping[str, Any]) -> Kept:
    """The bytes of a layer's file. Raises `FailedError` ("source") when its server does not answer.

    An upload is known by its hash or date; another server's file is fetched again after ``layer_seconds``.
    """
    said = key_of(
        resource.get("url"), resource.get("last_modified"), resource.get("hash"), pkg.get("layer_name")
    )
    note = store.folder / "source" / f"{resource['id']}.json"
    upload = resource.get("url_type") == "upload"
    known = _note(note)
    if known.get("said") == said and (upload or time.time() - known["at"] < _seconds()):
        kept = store.get(key_of("source", known["sha256"]))
        if kept is not None:
            return kept
    with store.making(key_of("fetch", resource["id"]), FETCH_SECONDS):
        known = _note(note)
        if (
            known.get("said") == said
            and time.time() - known["at"] < 5
            and (kept := store.get(key_of("source", known["sha256"])))
        ):
            return kept  # another request has just fetched it
        kept = _fetched(store, pkg, resource)
        note.parent.mkdir(parents=True, exist_ok=True)
        draft = note.with_suffix(".part")
        draft.write_text(
            json.dumps({"said": said, "sha256": kept.digest, "at": time.time()}), encoding="utf-8"
        )
        draft.replace(note)
    return kept


def _fetched(store: Store, pkg: Mapping[str, Any], resource: Mapping[str, Any]) -> Kept:
    asked = dict(resource)
    if format_of(resource) == "WFS_SRVC":
        asked["url"] = feature_url(str(resource["url"]), str(pkg.get("layer_name")))
    try:
        with open_file(asked) as file, store.draft() as work:
            key = key_of("source", file.sha256)
            if kept := store.get(key):
                return kept
            copy = work / "source"
            shutil.copyfile(file.path, copy)
            return store.put(key, copy)
    except TableError as err:
        raise FailedError("source", str(err)[:200]) from err


def _note(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return found


def _seconds() -> int:
    return int(tk.config["ckanext.kielce.export.layer_seconds"])
