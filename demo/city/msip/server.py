"""A small HTTP host for MapServer's CGI program: ``/ows/geoportal`` and ``/ows/inwestor`` (WFS 2.0.0, WMS 1.3.0)."""

from __future__ import annotations

import os
import shutil
import subprocess
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import BoundedSemaphore
from urllib.parse import urlsplit

from demo.city.faults import Answer, mode, spoil
from demo.city.msip.layers import table
from demo.city.msip.mapfile import write_maps

CANDIDATES = ("/usr/lib/cgi-bin/mapserv", "/usr/bin/mapserv")
CGI_TIMEOUT = 60.0
AT_ONCE = 4
"""CGI processes at one time: more would only swap places on a small machine."""


def find_mapserv() -> str | None:
    """Path of the ``mapserv`` program (package ``cgi-mapserver``), or None."""
    return next((c for c in CANDIDATES if Path(c).is_file()), shutil.which("mapserv"))


class MapServerHandler(BaseHTTPRequestHandler):
    """Run ``mapserv`` for each request; the class attributes are set by :func:`make_server`."""

    protocol_version = "HTTP/1.1"
    data: Path
    run: Path
    program: str
    slots = BoundedSemaphore(AT_ONCE)

    def do_GET(self) -> None:
        """Serve a key-value request."""
        self._serve(b"")

    def do_HEAD(self) -> None:
        """As GET; the body stays here."""
        self._serve(b"")

    def do_POST(self) -> None:
        """Serve an XML request."""
        self._serve(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def _serve(self, body: bytes) -> None:
        url = urlsplit(self.path)
        service = url.path.strip("/").removeprefix("ows/")
        if service not in table().services:
            known = ", ".join(f"/ows/{s}" for s in table().services)
            answer = Answer(
                404, "text/plain; charset=utf-8", f"Nie ma tu takiej usługi; są: {known}\n".encode()
            )
        else:
            answer = self._cgi(service, url.query, body)
        answer = spoil(mode(self.data, "msip", url.path), answer)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _cgi(self, service: str, query: str, body: bytes) -> Answer:
        environment = {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "REQUEST_METHOD": "POST" if self.command == "POST" else "GET",
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": str(self.connection.getsockname()[1]),
            "SCRIPT_NAME": f"/ows/{service}",
            "MS_MAPFILE": str(self.run / f"{service}.map"),
            "MAPSERVER_CONFIG_FILE": str(self.run / "mapserver.conf"),
            "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "none",
            "OGR_SQLITE_SYNCHRONOUS": "OFF",
        }
        with self.slots:
            try:
                done = subprocess.run(  # noqa: S603 - a fixed program, no shell, input over the environment as CGI wants
                    [self.program],
                    env=environment,
                    input=body,
                    capture_output=True,
                    timeout=CGI_TIMEOUT,
                    check=False,
                )
            except subprocess.TimeoutExpired:
                return Answer(504, "text/plain; charset=utf-8", b"mapserv: timeout\n")
        head, found, content = done.stdout.partition(b"\r\n\r\n")
        if not found:
            return Answer(502, "text/plain; charset=utf-8", b"mapserv: no headers\n" + done.stderr[:500])
        headers = dict(line.split(": ", 1) for line in head.decode("latin-1").split("\r\n") if ": " in line)
        status = int(headers.get("Status", "200").split()[0])
        return Answer(status, headers.get("Content-Type", "application/octet-stream"), content)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: the supervisor's log would only grow."""


def make_server(data: Path, port: int, csw_url: str | None = None) -> ThreadingHTTPServer:
    """A server bound to 127.0.0.1, not yet serving. Raises ``RuntimeError`` when ``mapserv`` is not installed."""
    program = find_mapserv()
    if program is None:
        raise RuntimeError("mapserv is missing: apt-get install cgi-mapserver")
    handler = type(
        "Handler", (MapServerHandler,), {"data": data, "program": program, "slots": BoundedSemaphore(AT_ONCE)}
    )
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    handler.run = write_maps(data, f"http://127.0.0.1:{server.server_address[1]}", csw_url)  # type: ignore[attr-defined]
    return server
