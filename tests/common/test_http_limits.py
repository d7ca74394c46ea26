"""Hostile servers on a raw socket: each is cut off at the stated limit, with a sentence in Polish and English.

``tests/common/test_http.py`` has the gentler faults and every spelling of an internal address.
"""

from __future__ import annotations

import contextlib
import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from ckanext.kielce.common import http_guard
from ckanext.kielce.common.http import FetchError, HttpSettings, fetch

Talk = Callable[[socket.socket], None]
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


class RawServer:
    """Answers every connection with ``talk``; ``connections`` counts them."""

    def __init__(self) -> None:
        self.talk: Talk = lambda sock: None
        self.connections = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.host = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.url = f"http://{self.host}/"
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._one, args=(sock,), daemon=True).start()

    def _one(self, sock: socket.socket) -> None:
        with sock, contextlib.suppress(OSError):
            sock.settimeout(20)
            sock.recv(65536)
            self.talk(sock)


@pytest.fixture
def server() -> Iterator[RawServer]:
    made = RawServer()
    yield made
    made.listener.close()


@pytest.fixture
def settings(server: RawServer) -> HttpSettings:
    return replace(
        HttpSettings.defaults(),
        allow_hosts=frozenset({server.host}),
        connect_timeout=1,
        read_timeout=0.6,
        total_timeout=1,
        max_bytes=8 << 20,
        retries=1,
        backoff_ms=10,
    )


def cut_off(server: RawServer, settings: HttpSettings, within: float = 3.0) -> FetchError:
    start = time.monotonic()
    with pytest.raises(FetchError) as caught:
        fetch(server.url, settings=settings)
    assert time.monotonic() - start < within
    error = caught.value
    assert error.message and error.message_pl and error.message != error.message_pl
    return error


def trickle(start: bytes, piece: bytes) -> Talk:
    def talk(sock: socket.socket) -> None:
        sock.sendall(start)
        for _ in range(200):
            sock.sendall(piece)
            time.sleep(0.1)

    return talk


def flood(start: bytes, piece: bytes) -> Talk:
    def talk(sock: socket.socket) -> None:
        sock.sendall(start)
        while True:
            sock.sendall(piece)

    return talk


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"."),
        (HEAD, b"X-One: 1\r\n"),
        (HEAD + b"Content-Length: 100000\r\n\r\n", b"."),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n.\r\n"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X-Trailer: 1\r\n"),
    ],
    ids=["status", "header", "headers", "body", "chunks", "chunk size", "continue", "trailers"],
)
def test_a_trickling_answer_ends_at_the_total_time(
    server: RawServer, settings: HttpSettings, start: bytes, piece: bytes
) -> None:
    server.talk = trickle(start, piece)
    error = cut_off(server, settings)
    assert (error.kind, error.text("pl")) == ("timeout", error.message_pl)
    assert "total_timeout" in error.message


@pytest.mark.parametrize(
    ("start", "piece", "kind"),
    [
        (HEAD + b"\r\n", b"x" * 65536, "too_large"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n", "too_large"),
        (HEAD + b"Content-Length: 99999999999999\r\n\r\n", b"x", "too_large"),
        (HEAD + b"Content-Length: 8388608\r\nContent-Length: 5\r\n\r\n", b"x" * 65536, "connection"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1" * 65536, "connection"),
        (HEAD, b"X-Flood: 1\r\n" * 1000, "connection"),
        (HEAD + b"X-Long: ", b"x" * 65536, "connection"),
        (b"", b"x" * 65536, "connection"),
    ],
    ids=["close", "chunks", "declared", "two lengths", "chunk size", "headers", "header", "no http"],
)
def test_an_endless_answer_ends_at_its_limit_in_flat_memory(
    server: RawServer, settings: HttpSettings, start: bytes, piece: bytes, kind: str
) -> None:
    server.talk = flood(start, piece)
    tracemalloc.start()
    try:
        error = cut_off(server, replace(settings, total_timeout=5), within=5)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert error.kind == kind, error.message
    assert peak < 6 << 20
    if kind == "connection":
        assert server.connections == 1, "an answer that is no HTTP is not asked for again"


def deflated(size: int, wbits: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, wbits)
    block, out = b"\0" * (1 << 20), []
    for _ in range(size >> 20):
        out.append(packer.compress(block))
    return b"".join(out) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "body", "kind"),
    [
        ("gzip", deflated(64 << 20, 31), "compression_bomb"),
        ("GZIP", deflated(64 << 20, 31), "compression_bomb"),
        ("deflate", deflated(64 << 20, 15), "compression_bomb"),
        ("deflate", deflated(64 << 20, -15), "compression_bomb"),
        ("gzip, gzip", gzip.compress(deflated(64 << 20, 31)), "connection"),
        ("br", b"\xcf\xff\xff\x7f" * 1000, "connection"),
        ("zstd", b"\x28\xb5\x2f\xfd" * 1000, "connection"),
    ],
)
def test_compression_bombs(
    server: RawServer, settings: HttpSettings, encoding: str, body: bytes, kind: str
) -> None:
    def talk(sock: socket.socket) -> None:
        head = f"Content-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        sock.sendall(HEAD + head + body)

    server.talk = talk
    tracemalloc.start()
    try:
        error = cut_off(server, replace(settings, total_timeout=5, max_bytes=1 << 30), within=5)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert error.kind == kind, error.message
    assert peak < 8 << 20


def test_a_bomb_in_an_error_page_is_not_opened_up(server: RawServer, settings: HttpSettings) -> None:
    body = deflated(32 << 20, 31)
    head = b"HTTP/1.1 500 Oops\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(body)
    server.talk = lambda sock: sock.sendall(head + body)
    error = cut_off(server, settings)
    assert error.status == 500 and len(error.body) <= 4096


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]/",
        "http://[::ffff:169.254.169.254]/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://017700000001/",
        "http://127.1/",
        "http://localhost/",
        "http://LOCALHOST./",
        "//127.0.0.1/",
        "https://127.0.0.1/",
        "http://intranet.example/",
    ],
)
def test_a_redirect_inside_is_refused(
    server: RawServer, settings: HttpSettings, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also a name whose address is internal, as a name server may answer anything."""
    real = socket.getaddrinfo

    def resolve(host: str, port: int, **more: object) -> object:
        return real("10.0.0.7" if host == "intranet.example" else host, port, **more)

    monkeypatch.setattr(http_guard.socket, "getaddrinfo", resolve)
    server.talk = lambda sock: sock.sendall(
        f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n".encode()
    )
    error = cut_off(server, replace(settings, total_timeout=3))
    assert error.kind == "refused_address" and "allow_hosts" in error.message_pl


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://kielce.eu/", "gopher://127.0.0.1:11211/_", "javascript:1"]
)
def test_a_redirect_to_another_protocol_is_refused(
    server: RawServer, settings: HttpSettings, target: str
) -> None:
    server.talk = lambda sock: sock.sendall(f"HTTP/1.1 302 Found\r\nLocation: {target}\r\n\r\n".encode())
    assert cut_off(server, settings).kind == "bad_url"


def test_the_allow_list_is_exact_and_lets_the_own_server_through(
    server: RawServer, settings: HttpSettings
) -> None:
    server.talk = lambda sock: sock.sendall(HEAD + b"Content-Length: 2\r\n\r\nok")
    assert fetch(server.url, settings=settings).body == b"ok"
    name, port = server.host.split(":")
    for entry in ("", name, f"{name}:", f"{name}:{int(port) + 1}", f"localhost:{port}", "127.0.0.0/8", "*"):
        assert cut_off(server, replace(settings, allow_hosts=frozenset({entry}))).kind == "refused_address"
    assert server.connections == 1
