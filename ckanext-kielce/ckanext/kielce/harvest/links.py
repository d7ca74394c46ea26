"""Names of a thing that hold across sources, so that a layer that comes by CSW and by WFS is one dataset. Pure.

The rule: the record that a dataset was first made from owns it and writes it. A record of another source that shares a
key becomes a second source of the same dataset: it is shown there, writes nothing, and takes the dataset over when the
owner is gone for good. A shared key never moves a dataset while its owner is alive.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

UUID = re.compile(
    r"(?:urn:uuid:|\{)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?", re.IGNORECASE
)
DEFAULT_PORTS = {"http": 80, "https": 443}


def _place(url: str) -> str:
    """Host, port and path of an address, alike for http and https, without query and closing slash."""
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").lower()
    port = "" if parts.port in (None, DEFAULT_PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{host}{port}{parts.path.rstrip('/')}"


def layer_key(service_url: str, layer_name: str) -> str:
    """A layer of a map service: ``layer:host/ows#ms:dzialki``."""
    return f"layer:{_place(service_url)}#{layer_name.strip()}"


def uuid_key(value: str) -> str | None:
    """A UUID however it is written, ``uuid:…``; None for what is no UUID and so may mean anything elsewhere."""
    match = UUID.fullmatch(value.strip())
    return f"uuid:{match.group(1).lower()}" if match else None


def uri_key(value: str) -> str | None:
    """A record named by a whole web address, ``uri:…``; None for anything else."""
    parts = urlsplit(value.strip())
    if parts.scheme not in DEFAULT_PORTS or not parts.hostname or parts.path in ("", "/"):
        return None
    return f"uri:{_place(value)}" + (f"?{parts.query}" if parts.query else "")


def file_key(url: str) -> str:
    """A file by its address, ``file:…``; for sets whose main file has one lasting address."""
    query = urlsplit(url.strip()).query
    return f"file:{_place(url)}" + (f"?{query}" if query else "")
