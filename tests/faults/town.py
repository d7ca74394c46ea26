"""A town of small sources on one port, each of which can be made ill in any way: the harvest's other side in the fault tests.

A `Shop` is one source with records of its own, published as a manifest (``/NAME/manifest.json``), as data packages
(``/NAME/catalog.json``) and as a CSW 2.0.2 (``/NAME/csw``) at once.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

PAGE = 10  # records of a CSW page
LOGIN = "<!doctype html><html lang='pl'><title>Logowanie</title><form><input type='password'></form></html>"
LAUGHS = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d SYSTEM "file:///etc/passwd">]><a>&c;&d;</a>"""
CAPABILITIES = """<?xml version="1.0"?><csw:Capabilities xmlns:csw="http://www.opengis.net/cat/csw/2.0.2"
 xmlns:ows="http://www.opengis.net/ows" version="2.0.2"><ows:ServiceIdentification/></csw:Capabilities>"""
RECORD = """<gmd:MD_Metadata><gmd:fileIdentifier><gco:CharacterString>{guid}</gco:CharacterString></gmd:fileIdentifier>
<gmd:hierarchyLevel><gmd:MD_ScopeCode codeListValue="dataset"/></gmd:hierarchyLevel>
<gmd:dateStamp><gco:Date>2026-10-01</gco:Date></gmd:dateStamp><gmd:identificationInfo><gmd:MD_DataIdentification>
<gmd:citation><gmd:CI_Citation><gmd:title><gco:CharacterString>{title}</gco:CharacterString></gmd:title></gmd:CI_Citation></gmd:citation>
<gmd:abstract><gco:CharacterString>{notes}</gco:CharacterString></gmd:abstract>
</gmd:MD_DataIdentification></gmd:identificationInfo></gmd:MD_Metadata>"""
ANSWER = """<?xml version="1.0" encoding="UTF-8"?>
<csw:GetRecordsResponse xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:gmd="http://www.isotc211.org/2005/gmd"
 xmlns:gco="http://www.isotc211.org/2005/gco"><csw:SearchResults numberOfRecordsMatched="{matched}"
 numberOfRecordsReturned="{returned}" nextRecord="0">{records}</csw:SearchResults></csw:GetRecordsResponse>"""


class Shop:
    """One source.

    ``records`` is guid -> {title, notes, …}. ``fault`` is the name of a method of `Answering` (without its underscore)
    that answers in place of the truth; ``where`` limits it to addresses that end so, or to CSW pages from that record on;
    ``times`` is after how many answers it is over. While ``gate`` is shut no answer leaves; ``waiting`` tells that one is
    asked for.
    """

    def __init__(self, name: str, url: str) -> None:
        self.name, self.url = name, url
        self.records: dict[str, dict[str, Any]] = {}
        self.fault: str | None = None
        self.where: str | int | None = None
        self.times: int | None = None
        self.promised: int | None = None
        self.asked = 0
        self.gate, self.waiting = threading.Event(), threading.Event()
        self.gate.set()
        self.shut_from = 0

    def fill(self, number: int, first: int = 0) -> Shop:
        """So many records with plain titles."""
        for each in range(first, first + number):
            self.records[f"{self.name}-{each:03}"] = {
                "title": f"{self.name.title()} zbiór {each:03}",
                "notes": "Opis",
            }
        return self

    @property
    def titles(self) -> dict[str, str]:
        return {guid: record["title"] for guid, record in self.records.items()}

    @contextmanager
    def ill(self, fault: str, where: str | int | None = None, times: int | None = None) -> Iterator[None]:
        """The shop with a fault, and well again."""
        self.fault, self.where, self.times = fault, where, times
        try:
            yield
        finally:
            self.fault = self.where = self.times = None

    @contextmanager
    def shut(self, start: int = 0) -> Iterator[None]:
        """The shop holds its answers back (CSW: from the page of record ``start`` on) until the end of the block."""
        self.shut_from = start
        self.waiting.clear()
        self.gate.clear()
        try:
            yield
        finally:
            self.gate.set()

    def strikes(self, path: str, start: int | None) -> bool:
        """Whether the fault applies to this request."""
        if not self.fault or (self.times is not None and self.times <= 0):
            return False
        if isinstance(self.where, int):
            hit = start is not None and start >= self.where
        else:
            hit = self.where is None or path.endswith(self.where)
        if hit and self.times is not None:
            self.times -= 1
        return hit


class Answering(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    town: Town

    def do_GET(self) -> None:
        self._route(b"")

    def do_HEAD(self) -> None:
        self._route(b"")

    def do_POST(self) -> None:
        self._route(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def _route(self, asked: bytes) -> None:
        name, _, rest = urlsplit(self.path).path.strip("/").partition("/")
        shop = self.town.shops.get(name)
        if shop is None or rest.startswith("plik/"):
            self._send(b"%PDF-1.4\n", "application/pdf")
            return
        shop.asked += 1
        found = re.search(rb'startPosition="(\d+)"', asked)
        start = int(found.group(1)) if found else None
        if not shop.gate.is_set() and (start or 0) >= shop.shut_from:
            shop.waiting.set()
            shop.gate.wait(120)
        with contextlib.suppress(OSError):
            if shop.strikes(self.path, start):
                getattr(self, f"_{shop.fault}")(shop, start, rest)
            else:
                self._truth(shop, start, rest)

    def _truth(self, shop: Shop, start: int | None, rest: str) -> None:
        body, kind = truth(shop, start, rest)
        self._send(body, kind)

    def _send(self, body: bytes, kind: str, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    # Faults

    def _status_500(self, *_more: Any) -> None:
        self._send(b"Internal error", "text/plain", 500)

    def _status_503(self, *_more: Any) -> None:
        self._send(b"Later", "text/plain", 503, Retry_After="0")

    def _login(self, *_more: Any) -> None:
        self._send(LOGIN.encode(), "text/html; charset=utf-8")

    def _nothing(self, *_more: Any) -> None:
        self._send(b"", "application/xml")

    def _capabilities(self, *_more: Any) -> None:
        self._send(CAPABILITIES.encode(), "application/xml")

    def _empty_list(self, shop: Shop, start: int | None, rest: str) -> None:
        """A proper list of nothing."""
        body = ANSWER.format(matched=0, returned=0, records="") if rest == "csw" else manifest(shop, {})
        self._send(body.encode(), "application/xml" if rest == "csw" else "application/json")

    def _empty_page(self, shop: Shop, *_more: Any) -> None:
        """A page without records, though the catalogue says that it has some."""
        body = ANSWER.format(matched=len(shop.records), returned=0, records="")
        self._send(body.encode(), "application/xml")

    def _truncated(self, shop: Shop, start: int | None, rest: str) -> None:
        """Half of the text, with a length that says that it is all."""
        body, kind = truth(shop, start, rest)
        self._send(body[: len(body) // 2], kind)

    def _malformed(self, shop: Shop, start: int | None, rest: str) -> None:
        """One record of the page with a tag that is never closed; a package that is no JSON."""
        body, kind = truth(shop, start, rest)
        end = b"</gmd:title>" if rest == "csw" else b"}"
        self._send(body.replace(end, b"", 1), kind)

    def _reset(self, shop: Shop, start: int | None, rest: str) -> None:
        """Half of the answer, then the connection breaks."""
        body, kind = truth(shop, start, rest)
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def _silent(self, shop: Shop, *_more: Any) -> None:
        """No answer at all."""
        self._linger(lambda: None)

    def _slow(self, shop: Shop, start: int | None, rest: str) -> None:
        """A byte now and then, never silent for long."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self._linger(lambda: self.wfile.write(b" "))

    def _endless(self, *_more: Any) -> None:
        """Goes on and on, as fast as it is read."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        while not self.town.closing.is_set():
            self.wfile.write(b" " * 65536)

    def _huge(self, *_more: Any) -> None:
        """Says itself that it is far too large."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(50 * 2**30))
        self.end_headers()
        self.close_connection = True

    def _bomb(self, *_more: Any) -> None:
        self._send(BOMB, "application/json", Content_Encoding="gzip")

    def _inside(self, *_more: Any) -> None:
        """Leads to where a portal's network keeps its secrets."""
        self._send(b"", "text/plain", 302, Location=self.town.inside)

    def _entities(self, *_more: Any) -> None:
        self._send(LAUGHS.encode(), "application/xml")

    def _linger(self, now_and_then: Any) -> None:
        end = time.monotonic() + 60
        while time.monotonic() < end and not self.town.closing.wait(0.5):
            now_and_then()
            self.wfile.flush()


BOMB = gzip.compress(b" " * 4_000_000, 9)


def manifest(shop: Shop, records: dict[str, dict[str, Any]]) -> str:
    rows = [
        {
            "id": guid,
            "title": record["title"],
            "description": record.get("notes", "Opis"),
            "domain": "transport",
            "files": [{"path": record.get("file") or f"plik/{guid}.pdf", "title": "Plik", "format": "PDF"}],
        }
        for guid, record in records.items()
    ]
    return json.dumps({"manifest": "1.0", "datasets": rows}, ensure_ascii=False)


def package(guid: str, record: dict[str, Any]) -> str:
    resource = {"name": "plik", "path": f"../plik/{guid}.pdf", "title": "Plik", "format": "PDF"}
    fields = {
        "name": guid,
        "title": record["title"],
        "description": record.get("notes", "Opis"),
        "domain": "transport",
    }
    return json.dumps({**fields, "resources": [resource]}, ensure_ascii=False)


def truth(shop: Shop, start: int | None, rest: str) -> tuple[bytes, str]:
    """What the shop has to say: body and content type."""
    records = dict(shop.records)
    if rest == "csw":
        first = (start or 1) - 1
        page = list(records.items())[first : first + PAGE]
        body = ANSWER.format(
            matched=shop.promised or len(records),
            returned=len(page),
            records="".join(
                RECORD.format(guid=guid, title=record["title"], notes=record.get("notes", "Opis"))
                for guid, record in page
            ),
        )
        return body.encode(), "application/xml; charset=UTF-8"
    if rest == "catalog.json":
        rows = [{"name": guid, "package": f"{guid}/datapackage.json"} for guid in records]
        return json.dumps({"datasets": rows}).encode(), "application/json"
    if rest.endswith("/datapackage.json"):
        guid = rest.split("/")[0]
        return package(guid, records[guid]).encode(), "application/json"
    return manifest(shop, records).encode(), "application/json"


class Server(ThreadingHTTPServer):
    """Clients that are killed, or give up, are nothing to talk about."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing."""


class Town:
    """The server; a shop a source."""

    def __init__(self) -> None:
        self.shops: dict[str, Shop] = {}
        self.closing = threading.Event()
        self.inside = "http://169.254.169.254/latest/meta-data/"
        handler = type("Handler", (Answering,), {"town": self})
        self._server = Server(("127.0.0.1", 0), handler)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, name="town", daemon=True)
        self._thread.start()

    def open(self, name: str, records: int = 0) -> Shop:
        """A new shop with so many records."""
        shop = self.shops[name] = Shop(name, f"http://127.0.0.1:{self.port}/{name}")
        return shop.fill(records)

    def close(self) -> None:
        self.closing.set()
        for shop in self.shops.values():
            shop.gate.set()
        self._server.shutdown()
        self._server.server_close()
