"""A small HTTP host for MapServer's CGI program: ``/ows/geoportal``, ``/ows/inwestor``, ``/ows/plener``.

Each is a WFS 2.0.0 and WMS 1.3.0, and below ``/ows/…/ogcapi`` an OGC API – Features.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections import OrderedDict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import BoundedSemaphore, Lock
from urllib.parse import urlsplit

from demo.city.faults import Answer, mode, spoil
from demo.city.msip.layers import table
from demo.city.msip.mapfile import write_maps
from demo.city.ports import build_mark

CANDIDATES = ("/usr/lib/cgi-bin/mapserv", "/usr/bin/mapserv")
CGI_TIMEOUT = 60.0
DEFAULT_SERVICE = "geoportal"
"""What the bare address answers as."""

AT_ONCE = 4
"""CGI processes at one time: more would only swap places on a small machine."""


def find_mapserv() -> str | None:
    """Path of the ``mapserv`` program (package ``cgi-mapserver``), or None."""
    return next((c for c in CANDIDATES if Path(c).is_file()), shutil.which("mapserv"))


CACHE_BYTES = 64 * 2**20
LARGEST_CACHED = 4 * 2**20


class Cache:
    """The last good answers to GET requests, as a proxy before a map server keeps them; thread-safe, oldest out first."""

    def __init__(self, limit: int = CACHE_BYTES) -> None:
        self.limit, self.size, self.hits = limit, 0, 0
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._lock = Lock()

    def get(self, key: str) -> Answer | None:
        """The kept answer, now the youngest."""
        with self._lock:
            found = self._answers.get(key)
            if found:
                self.hits += 1
                self._answers.move_to_end(key)
            return found

    def put(self, key: str, answer: Answer) -> None:
        """Keep an answer if it is good and not too large."""
        if (
            answer.status != 200
            or len(answer.body) > LARGEST_CACHED
            or b"ExceptionReport" in answer.body[:3000]
        ):
            return
        with self._lock:
            old = self._answers.pop(key, None)
            self._answers[key] = answer
            self.size += len(answer.body) - (len(old.body) if old else 0)
            while self.size > self.limit:
                self.size -= len(self._answers.popitem(last=False)[1].body)


class MapServerHandler(BaseHTTPRequestHandler):
    """Run ``mapserv`` for each request; the class attributes are set by :func:`make_server`."""

    protocol_version = "HTTP/1.1"
    data: Path
    run: Path
    program: str
    slots = BoundedSemaphore(AT_ONCE)
    cache: Cache
    csw_url: str | None = None
    mark = 0
    renewing = Lock()

    @classmethod
    def renew(cls, port: int) -> None:
        """Write the map files for the data that is there now; only when it was built since the last time."""
        with cls.renewing:
            mark = build_mark(cls.data)
            if mark and mark != cls.mark:
                cls.run = write_maps(cls.data, f"http://127.0.0.1:{port}", cls.csw_url)
                cls.cache = Cache()
                cls.mark = mark

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
        service, _, below = url.path.strip("/").removeprefix("ows/").partition("/")
        service = service or DEFAULT_SERVICE
        accept = self.headers.get("Accept", "") if below else ""
        if service not in table().services or (below and below.split("/")[0] != "ogcapi"):
            known = ", ".join(f"/ows/{s}" for s in table().services)
            answer = Answer(
                404, "text/plain; charset=utf-8", f"Nie ma tu takiej usługi; są: {known}\n".encode()
            )
        else:
            self.renew(self.connection.getsockname()[1])
            key = f"{service}/{below}?{url.query} {accept}"
            kept = None if body else self.cache.get(key)
            answer = kept or self._cgi(service, url.query, body, below, accept)
            if not kept and not body:
                self.cache.put(key, answer)
        answer = spoil(mode(self.data, "msip", url.path), answer)
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _cgi(self, service: str, query: str, body: bytes, below: str = "", accept: str = "") -> Answer:
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
            **({"PATH_INFO": f"/{service}/{below}", "HTTP_ACCEPT": accept} if below else {}),
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
    own = {
        "data": data,
        "program": program,
        "csw_url": csw_url,
        "slots": BoundedSemaphore(AT_ONCE),
        "renewing": Lock(),
    }
    handler = type("Handler", (MapServerHandler,), own)
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    handler.renew(server.server_address[1])  # type: ignore[attr-defined]
    return server
