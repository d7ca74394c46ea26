"""The file server: the units' folders, their JSON interfaces, the GTFS zip and air quality, on one port.

Serves as a good web server does: ETag, Last-Modified, conditional GET, Range, HEAD, UTF-8 names, and HTML indexes of the
folders that have one. Live answers follow the clock; ``now`` can be fixed for tests.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import html
import json
import mimetypes
from collections.abc import Callable
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from demo.city import gios, live, portals, ports, realtime, records_api
from demo.city.faults import Answer, mode, spoil
from demo.city.files.publish import EXTRA_NAME

TYPES = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".geojson": "application/geo+json",
    ".zip": "application/zip",
    ".pdf": "application/pdf",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".xml": "application/xml",
}
"""Content types by extension; no charset is claimed for CSV, for the encodings differ."""

NOT_FOUND = Answer(404, "text/plain; charset=utf-8", b"Nie ma takiego pliku\n")

Clock = Callable[[], dt.datetime]


def _page(title: str, body: str) -> Answer:
    text = html.escape(title)
    head = f"<!doctype html><html lang='pl'><head><meta charset='utf-8'><title>{text}</title></head>"
    return Answer(
        200, "text/html; charset=utf-8", f"{head}<body><h1>{text}</h1>{body}</body></html>".encode()
    )


class FileHandler(BaseHTTPRequestHandler):
    """One request; ``data`` (the city's folder) and ``clock`` are set by :func:`make_server`."""

    protocol_version = "HTTP/1.1"
    data: Path
    clock: Clock

    def do_GET(self) -> None:
        """Answer a request."""
        self._route()

    def do_HEAD(self) -> None:
        """As GET, without the body."""
        self._route()

    def _route(self) -> None:
        url = urlsplit(self.path)
        path = unquote(url.path)
        query = dict(parse_qsl(url.query))
        fault = mode(self.data, "files", path)
        if path.startswith(("/api/", "/pjp-api/")):
            self._send(spoil(fault, self._live(path, query)), {"Cache-Control": "no-cache"})
            return
        if portals.owns(path):
            values = [value for name, value in parse_qsl(url.query) if name == "var-id"]
            host = f"http://{self.headers.get('Host', '127.0.0.1')}"
            lang, today = self.headers.get("Accept-Language", "")[:2], self._now().date()
            self._tagged(spoil(fault, portals.answer(path, query, values, lang, host, today)))
            return
        if path.startswith(realtime.ROOT):
            zip_file = self.data / "files" / "ztm" / "gtfs" / "kielce.zip"
            feed = realtime.answer(path.removeprefix(realtime.ROOT), zip_file, self._now())
            found = Answer(200, realtime.TYPE, feed) if feed is not None else NOT_FOUND
            self._send(spoil(fault, found), {"Cache-Control": "no-cache"})
            return
        if path == records_api.ROOT or path.startswith(f"{records_api.ROOT}/"):
            base = f"http://{self.headers.get('Host', '127.0.0.1')}"
            msip = ports.addresses(self.data).get("mapserver")
            self._tagged(spoil(fault, records_api.answer(path, query, base, msip)))
            return
        if path == "/":
            names = sorted(p.name for p in (self.data / "files").iterdir() if p.is_dir())
            items = "".join(f'<li><a href="{quote(n)}/">{html.escape(n)}/</a></li>' for n in names)
            self._send(spoil(fault, _page("Miasto przykładowe", f"<ul>{items}</ul>")), {})
            return
        root = (self.data / "files").resolve()
        target = (root / path.strip("/")).resolve()
        if not target.is_relative_to(root) or target.name.startswith("."):
            self._send(NOT_FOUND, {})
        elif target.is_dir() and not path.endswith("/"):
            self._send(Answer(301, "text/plain; charset=utf-8", b""), {"Location": quote(path) + "/"})
        elif target.is_dir() and (target / EXTRA_NAME).exists():
            self._send(spoil(fault, self._index(target)), {})
        elif target.is_file():
            self._file(target, fault)
        else:
            self._send(NOT_FOUND, {})

    def _now(self) -> dt.datetime:
        return self.clock().astimezone(live.WARSAW)

    def _index(self, folder: Path) -> Answer:
        """An index as Apache's mod_autoindex shows it."""
        about = json.loads((folder / EXTRA_NAME).read_text(encoding="utf-8"))
        rows = ['<tr><td><a href="../">Parent Directory</a></td><td>&nbsp;</td><td align="right">-</td></tr>']
        entries = [(p.name, p.stat()) for p in folder.iterdir() if not p.name.startswith(".")]
        listed = {
            name: (dt.datetime.fromtimestamp(s.st_mtime, dt.UTC).strftime("%Y-%m-%d %H:%M"), s.st_size)
            for name, s in entries
        }
        listed |= dict.fromkeys(about["dead"], ("2024-02-19 09:14", 48210))
        for name, (when, size) in sorted(listed.items()):
            title = html.escape(about["titles"].get(name, ""))
            link = f'<a href="{quote(name)}" title="{title}">{html.escape(name)}</a>'
            rows.append(f'<tr><td>{link}</td><td align="right">{when}</td><td align="right">{size}</td></tr>')
        sorts = {"Name": "?C=N;O=D", "Last modified": "?C=M;O=A", "Size": "?C=S;O=A"}
        head = "".join(f'<th><a href="{order}">{text}</a></th>' for text, order in sorts.items())
        return _page(about["title"], f"<table><tr>{head}</tr>{''.join(rows)}</table>")

    def _live(self, path: str, query: dict[str, str]) -> Answer:
        now = self._now()
        status, body = 200, None
        if path.startswith("/pjp-api/v1/rest/"):
            address = f"http://{self.headers.get('Host', '127.0.0.1')}/pjp-api/v1/rest"
            status, body = gios.answer(path.removeprefix("/pjp-api/v1/rest/"), query, address, now)
        elif path == "/api/power-outage":
            return self._json(200, live.power_outages(now, query.get("startAtTo"), query.get("stopAtFrom")))
        else:
            sources = {
                "/api/czk/rzeki": live.rivers,
                "/api/czk/pogoda": live.weather,
                "/api/czk/halas": live.noise_levels,
                "/api/wodociagi/przerwy": live.water_outages,
            }
            found = sources.get(path)
            status, body = (200, found(now)) if found else (404, {"error": "Nie ma takiego adresu"})
        return self._json(status, body)

    @staticmethod
    def _json(status: int, body: object) -> Answer:
        return Answer(status, "application/json", json.dumps(body, ensure_ascii=False).encode())

    def _tagged(self, answer: Answer) -> None:
        """An answer made on the spot, with its ETag; 304 to those who have it."""
        tag = f'"{hashlib.sha256(answer.body).hexdigest()[:16]}"'
        if answer.status == 200 and tag in self.headers.get("If-None-Match", ""):
            answer = Answer(304, answer.content_type, b"")
        self._send(answer, {"ETag": tag} if answer.status in (200, 304) else {})

    def _file(self, target: Path, fault: str | None) -> None:
        content = target.read_bytes()
        modified = dt.datetime.fromtimestamp(int(target.stat().st_mtime), dt.UTC)
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        headers = {
            "ETag": tag,
            "Last-Modified": format_datetime(modified, usegmt=True),
            "Accept-Ranges": "bytes",
        }
        kind = (
            TYPES.get(target.suffix.lower())
            or mimetypes.guess_type(target.name)[0]
            or "application/octet-stream"
        )
        answer = Answer(200, kind, content)
        if fault:
            self._send(spoil(fault, answer), headers if fault == "slow" else {})
        elif self._unchanged(tag, modified):
            self._send(Answer(304, kind, b""), headers)
        else:
            self._ranged(answer, headers)

    def _unchanged(self, tag: str, modified: dt.datetime) -> bool:
        if known := self.headers.get("If-None-Match"):
            return known.strip() == "*" or tag in {t.strip().removeprefix("W/") for t in known.split(",")}
        if since := self.headers.get("If-Modified-Since"):
            try:
                return modified <= parsedate_to_datetime(since)
            except (ValueError, TypeError):
                return False
        return False

    def _ranged(self, answer: Answer, headers: dict[str, str]) -> None:
        asked = self.headers.get("Range", "")
        total = len(answer.body)
        first, dash, last = asked.removeprefix("bytes=").partition("-")
        if not asked.startswith("bytes=") or not dash or "," in asked or not (first + last).isdigit():
            self._send(answer, headers)
            return
        start = int(first) if first else max(0, total - int(last))
        end = min(total - 1, int(last)) if first and last else total - 1
        if start >= total or start > end:
            self._send(Answer(416, "text/plain; charset=utf-8", b""), {"Content-Range": f"bytes */{total}"})
            return
        part = Answer(206, answer.content_type, answer.body[start : end + 1])
        self._send(part, headers | {"Content-Range": f"bytes {start}-{end}/{total}"})

    def _send(self, answer: Answer, headers: dict[str, str]) -> None:
        self.send_response(answer.status)
        if answer.status != 304:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD" and answer.status != 304:
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: the supervisor's log would only grow."""


def make_server(data: Path, port: int, now: dt.datetime | None = None) -> ThreadingHTTPServer:
    """A server bound to 127.0.0.1, not yet serving; ``now`` (aware) stops the clock of the live answers."""

    def clock() -> dt.datetime:
        return now or dt.datetime.now(dt.UTC)

    handler = type("Handler", (FileHandler,), {"data": data.resolve(), "clock": staticmethod(clock)})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    return server
