"""What a look at a resource brought, whichever way in it took."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ckanext.kielce.common.http import FetchError


@dataclass(frozen=True)
class Fetched:
    """What a look brought.

    :ivar path: local file with the content, None when nothing was downloaded (unchanged, service, page, too large)
    :ivar unchanged: the server says that what was last seen still holds
    :ivar error: why it failed, None when the source answered
    """

    method: str
    path: Path | None = None
    status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    length: int | None = None
    sha256: str | None = None
    unchanged: bool = False
    too_large: bool = False
    error: FetchError | None = None
