"""Fault switches: a control file in the data folder, read at each request, makes one server ill.

``DIR/faults.json`` maps a server (``files``, ``msip``, ``csw``) to a mode, or to ``{"mode": …, "path": "/prefix"}``:
``down`` (503), ``slow`` (5 s before the answer), ``login_page`` (200 with an HTML page), ``empty`` (200, no body),
``truncated`` (half of the body), ``malformed_record`` (an unclosed tag in the body), ``empty_page`` (a list of records
or layers without its entries), ``capabilities`` (a catalogue's own description in place of its records).
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass
from pathlib import Path

MODES = (
    *("down", "slow", "login_page", "empty", "truncated", "malformed_record"),
    *("empty_page", "capabilities"),
)
LOGIN_PAGE = (
    "<!doctype html><html lang='pl'><title>Logowanie</title>"
    "<form><label>Hasło <input type='password'></label></form></html>"
)
SLOW_SECONDS = 5.0
CAPABILITIES = b"""<?xml version="1.0" encoding="UTF-8"?>
<csw:Capabilities xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:ows="http://www.opengis.net/ows" version="2.0.2">
<ows:ServiceIdentification><ows:Title>Katalog</ows:Title></ows:ServiceIdentification></csw:Capabilities>"""
ENTRIES = re.compile(rb"(<(?:\w+:)?(SearchResults|FeatureTypeList)\b[^>]*>).*(</(?:\w+:)?\2>)", re.DOTALL)


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
    elif kind == "empty_page":
        return Answer(answer.status, answer.content_type, ENTRIES.sub(rb"\1\3", answer.body))
    elif kind == "capabilities":
        return Answer(200, "application/xml; charset=UTF-8", CAPABILITIES)
    return answer
