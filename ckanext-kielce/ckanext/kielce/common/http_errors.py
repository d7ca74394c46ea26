"""Failures of the HTTP client in words; addresses are shown without credentials."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import yaml

SECRET_PARAMETER = re.compile(r"(pass|pwd|secret|token|key|auth|sig|credential|session)", re.IGNORECASE)


class FetchError(Exception):
    """A download that did not work; the message says what happened and what helps.

    ``kind`` is one of refused_address, timeout, too_large, compression_bomb, http_error, connection,
    redirect_loop, bad_url; ``status`` the HTTP status if there was an answer; ``body`` the start of an error
    answer. ``message`` is English, ``message_pl`` Polish; ``url`` holds no credentials. ``retry_after``: seconds for which
    the server asked to be left alone, None where it didn't.
    """

    def __init__(
        self,
        kind: str,
        message: str,
        url: str,
        status: int | None = None,
        *,
        message_pl: str = "",
        body: bytes = b"",
    ) -> None:
        super().__init__(message)
        self.kind, self.message, self.url, self.status = kind, message, url, status
        self.message_pl, self.body = message_pl or message, body
        self.retry_after: float | None = None

    def text(self, lang: str) -> str:
        """The message in Polish ("pl") or else in English."""
        return self.message_pl if lang == "pl" else self.message


def safe_url(url: str) -> str:
    """The URL as it may be shown: no user, no password, values of secret-looking parameters masked."""
    try:
        parts = urlsplit(url)
        netloc = parts.netloc.rpartition("@")[2]
        pairs = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return "(unreadable address)"
    query = parts.query
    if any(SECRET_PARAMETER.search(name) for name, _value in pairs):
        query = urlencode(
            [(name, "***" if SECRET_PARAMETER.search(name) else value) for name, value in pairs], safe="*"
        )
    return urlunsplit((parts.scheme, netloc, parts.path, query, ""))


@cache
def _messages() -> dict[str, dict[str, str]]:
    path = Path(__file__).with_name("http_messages.yaml")
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def fetch_error(
    kind: str, url: str, status: int | None = None, body: bytes = b"", **values: Any
) -> FetchError:
    """The error for a kind of http_messages.yaml, its sentences filled with ``values``."""
    words = _messages()[kind]
    values = {"url": safe_url(url), "status": status, **values}
    kind = kind.partition(":")[0]
    return FetchError(
        kind,
        words["en"].format(**values),
        safe_url(url),
        status,
        message_pl=words["pl"].format(**values),
        body=body,
    )
