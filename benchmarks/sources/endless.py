"""A catalogue of any size that makes its pages as they are asked for: ``python -m benchmarks.sources.endless RECORDS PORT``."""

from __future__ import annotations

import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote_plus, urlsplit

from benchmarks.sources import iso

PAGE = 100
DECLARATION = re.compile(r"^<\?xml[^>]*\?>\s*")
CAPABILITIES = (
    '<csw:Capabilities xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:ows="http://www.opengis.net/ows" '
    'version="2.0.2"><ows:ServiceIdentification><ows:Title>CSW</ows:Title></ows:ServiceIdentification></csw:Capabilities>'
)


def page(start: int, size: int, count: int) -> str:
    """Records from ``start`` on (the first is 1) as GetRecords gives them."""
    numbers = range(start - 1, min(count, start - 1 + min(size, PAGE)))
    after = start + len(numbers)
    body = "".join(DECLARATION.sub("", iso.record(number)[1]) for number in numbers)
    return (
        '<csw:GetRecordsResponse xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" version="2.0.2">'
        '<csw:SearchStatus timestamp="2026-11-21T00:00:00Z"/>'
        f'<csw:SearchResults numberOfRecordsMatched="{count}" numberOfRecordsReturned="{len(numbers)}" '
        f'nextRecord="{after if after <= count else 0}" recordSchema="http://www.isotc211.org/2005/gmd" elementSet="full">'
        f"{body}</csw:SearchResults></csw:GetRecordsResponse>"
    )


class Handler(BaseHTTPRequestHandler):
    """GetRecords by POST or GET; anything else is answered with capabilities."""

    protocol_version = "HTTP/1.1"
    records = 0

    def do_POST(self) -> None:
        """GetRecords as XML."""
        asked = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self._answer(asked)

    def do_GET(self) -> None:
        """The same in the address."""
        self._answer(unquote_plus(urlsplit(self.path).query))

    def _answer(self, asked: str) -> None:
        start, size = (
            re.search(rf'{name}="?=?(\d+)', asked, re.IGNORECASE) for name in ("startPosition", "maxRecords")
        )
        text = CAPABILITIES
        if "GetRecords" in asked:
            text = page(int(start[1]) if start else 1, int(size[1]) if size else PAGE, self.records)
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/xml; charset=UTF-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


def main() -> None:
    """Serve until stopped."""
    Handler.records = int(sys.argv[1])
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()


if __name__ == "__main__":
    main()
