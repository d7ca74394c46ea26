"""The DCAT catalogue over HTTP: ``python -m benchmarks.sources.dcat_server FOLDER PORT``.

``FOLDER/<name>/<state>/page<N>.ttl`` answers as ``/<name>/catalog.ttl?page=N``; which state is given out stands in
``FOLDER/state``. Under ``/etag/<name>/…`` the same pages carry an ETag and answer If-None-Match with 304, as a server of
files does; portals that make their answer anew do not. Requests are logged as `csw_server` logs them.
"""

from __future__ import annotations

import hashlib
import sys
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

FOLDER = Path()
LOCK = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    """Pages, HEAD and GET."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        """The headers of a page."""
        self.do_GET()

    def do_GET(self) -> None:
        """A page."""
        started = time.perf_counter()
        asked = urlsplit(self.path)
        parts = asked.path.strip("/").split("/")
        tagged = parts[0] == "etag"
        name = parts[1 if tagged else 0]
        page = parse_qs(asked.query).get("page", ["1"])[0]
        state = (FOLDER / "state").read_text().strip()
        path = FOLDER / name / state / f"page{int(page) if page.isdigit() else 0}.ttl"
        status, body = HTTPStatus.NOT_FOUND, b""
        if path.is_file() and parts[-1] == "catalog.ttl":
            status, body = HTTPStatus.OK, path.read_bytes()
        if tagged:
            # the same catalogue under another address, so that it is another source with the same content
            body = body.replace(f"/{name}/catalog.ttl?".encode(), f"/etag/{name}/catalog.ttl?".encode())
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if tagged and self.headers.get("If-None-Match") == tag:
            status, body = HTTPStatus.NOT_MODIFIED, b""
        self.send_response(status)
        self.send_header("Content-Type", "text/turtle; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if tagged:
            self.send_header("ETag", tag)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)
        with LOCK, (FOLDER / "access.log").open("a", encoding="utf-8") as log:
            log.write(
                f"{time.time():.3f} {name} {self.command} page{page} {int(status)} {len(body)} "
                f"{1000 * (time.perf_counter() - started):.1f}\n"
            )

    def log_message(self, format: str, *args: object) -> None:
        """The log is written by ourselves."""


def main() -> None:
    """Serve until stopped."""
    global FOLDER
    FOLDER = Path(sys.argv[1]).resolve()
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler).serve_forever()


if __name__ == "__main__":
    main()
