"""Fault switches: a control file in the data folder, read at each request, makes one server ill.

``DIR/faults.json`` maps a server (``files``, ``msip``, ``csw``) to a mode, or to ``{"mode": …, "path": "/prefix"}``:
``down`` (503), ``slow`` (5 s before the answer), ``login_page`` (200 with an HTML page), ``empty`` (200, no body),
``truncated`` (half of the body), ``malformed_record`` (an unclosed tag in the body).
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

MODES = ("down", "slow", "login_page", "empty", "truncated", "malformed_record")
LOGIN_PAGE = (
    "<!doctype html><html lang='pl'><title>Logowanie</title>"
    "<form><label>Hasło <input type='password'></label></form></html>"
)
SLOW_SECONDS = 5.0


@dataclass(frozen=True)
class Answer:
    """A whole answer as it would go out."""

    status: int
    content_type: str
    body: bytes


def mode(data: Path, server: str, path: str) -> str | None:
    """The mode in force for a request, or None. An unreadable control file is no fault."""
    try:
        entry = json.loads((data / "faults.json").read_text(encoding="utf-8")).get(server)
    except (OSError, ValueError, AttributeError):
        return None
    if isinstance(entry, dict):
        if not path.startswith(str(entry.get("path", "/"))):
            return None
        entry = entry.get("mode")
    return entry if entry in MODES else None


def spoil(kind: str | None, answer: Answer) -> Answer:
    """The answer under a fault; unchanged when there is none."""
    if kind == "down":
        return Answer(503, "text/plain; charset=utf-8", "Usługa chwilowo niedostępna".encode())
    if kind == "slow":
        time.sleep(SLOW_SECONDS)
    elif kind == "login_page":
        return Answer(200, "text/html; charset=utf-8", LOGIN_PAGE.encode())
    elif kind == "empty":
        return Answer(200, answer.content_type, b"")
    elif kind == "truncated":
        return Answer(answer.status, answer.content_type, answer.body[: len(answer.body) // 2])
    elif kind == "malformed_record":
        return Answer(answer.status, answer.content_type, answer.body.replace(b"</", b"<<", 1))
    return answer
