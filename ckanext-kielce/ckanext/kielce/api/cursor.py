"""Opaque marks of a place in a list, for reading on. Pure.

A cursor is a small JSON object in URL-safe base64. It is no secret and no proof: whoever makes one up gets a place in a list
that they may read anyway.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import Any

#: Longer ones are not ours.
LONGEST = 1000


class CursorError(ValueError):
    """The cursor cannot be used: ``code`` is "unreadable" or "other" (it was given for another question)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def encode(place: Mapping[str, Any], question: Any) -> str:
    """A cursor for a place in the answer to a question (anything that JSON can hold)."""
    text = json.dumps({**place, "?": _digest(question)}, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str, question: Any) -> dict[str, Any]:
    """The place that a cursor marks. Raises `CursorError`."""
    if len(cursor) > LONGEST:
        raise CursorError("unreadable")
    try:
        found = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError, RecursionError) as err:
        raise CursorError("unreadable") from err
    if not isinstance(found, dict):
        raise CursorError("unreadable")
    if found.pop("?", None) != _digest(question):
        raise CursorError("other")
    return found


def _digest(question: Any) -> str:
    text = json.dumps(question, sort_keys=True, ensure_ascii=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
