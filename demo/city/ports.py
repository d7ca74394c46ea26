"""Where the city's servers listen. The catalogue's records and the map files name one another's addresses, so they must know."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

NAMES = ("files", "mapserver", "pycsw")
_FILE = "ports.json"


def remember(data: Path, given: Mapping[str, int | None]) -> None:
    """Write the given ports into the data folder (those not given are kept as they were)."""
    known = _read(data) | {name: port for name, port in given.items() if port}
    if known:
        (data / _FILE).write_text(json.dumps(known), encoding="utf-8")


def addresses(data: Path | None, given: Mapping[str, int | None] | None = None) -> dict[str, str]:
    """``http://127.0.0.1:PORT`` by server name: as given, else as remembered in the data folder."""
    known = (_read(data) if data else {}) | {name: port for name, port in (given or {}).items() if port}
    return {name: f"http://127.0.0.1:{port}" for name, port in known.items()}


def build_mark(data: Path) -> int:
    """Changes when the city is built anew, so that a server that is running can tell."""
    try:
        return (data / "build.json").stat().st_mtime_ns
    except OSError:  # being built at this moment
        return 0


def _read(data: Path) -> dict[str, int]:
    path = data / _FILE
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
