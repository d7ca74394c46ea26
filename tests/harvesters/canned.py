"""A client with canned answers, for the readers of protocols: no server, no CKAN."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from ckanext.kielce.common.http import Response
from urllib3 import HTTPHeaderDict

Answer = Any  # bytes, text or JSON; a callable of the query makes one


class CannedClient:
    """``answers``: path → answer, or a function of the query (first values) that makes one; ``asked`` are the URLs."""

    def __init__(self, answers: dict[str, Answer], content_type: str = "") -> None:
        self.answers, self.content_type = answers, content_type
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.expected: int | None = None
        self.skipped: list[Response] = []

    def fetch(self, url: str, **options: Any) -> Response:
        self.asked.append(url)
        self.headers.append(options.get("headers") or {})
        parts = urlsplit(url)
        answer = self.answers[parts.path]
        if isinstance(answer, Callable):
            answer = answer({key: values[0] for key, values in parse_qs(parts.query).items()})
        if isinstance(answer, Exception):
            raise answer
        if not isinstance(answer, bytes):
            answer = (answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)).encode()
        with tempfile.NamedTemporaryFile(delete=False) as spool:
            spool.write(answer)
        headers = HTTPHeaderDict({"content-type": self.content_type})
        return Response(200, url, headers, Path(spool.name), len(answer), "")

    def expect(self, records: int) -> None:
        self.expected = records

    def skip_unchanged(self, *answers: Response) -> None:
        self.skipped += answers
