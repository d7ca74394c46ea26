"""Versions of public files, so that an address changes with its file's content and may be kept for good."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from ckan.plugins import toolkit as tk
from werkzeug.utils import safe_join

#: The parameter of an address that holds the version.
PARAMETER = "v"
LETTERS = 8


def of_content(body: bytes) -> str:
    """The version of a file with this content: the first letters of its SHA-256."""
    return hashlib.sha256(body).hexdigest()[:LETTERS]


@lru_cache(maxsize=1000)
def version(path: str) -> str:
    """The version of the plugins' public file at ``path`` (such as ``/kielce/img/mark.svg``); "" where there is none.

    Read once a process: a file that is replaced while the portal runs gets its new address with the restart.
    """
    for folder in tk.config.get("plugin_public_paths") or ():
        found = safe_join(str(folder), path.lstrip("/"))
        if found and Path(found).is_file():
            return of_content(Path(found).read_bytes())
    return ""
