"""The guarded HTTP client against real local servers."""

from __future__ import annotations

import contextlib
import gzip
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from ckanext.kielce.common import http_guard
from ckanext.kielce.common.http import FetchError, HttpSettings, check_url, fetch, safe_url

Route = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """An HTTP server in a thread; ``routes`` maps a path to a handler, ``seen`` records the requests."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.seen.append((self.command, self.path, dict(self.headers), body))
                with contextlib.suppress(OSError):  # the client hung up, as some tests want
                    outer.routes[self.path.partition("?")[0]](self)

            do_GET = do_POST = do_HEAD = _serve  # noqa: N815

            def log_message(self, *args: object) -> None:
                return

        self.httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.httpd.daemon_threads = True
        self.address = f"127.0.0.1:{self.httpd.server_address[1]}"
        self.url = f"http://{self.address}"
        threading.Thread(target=self.httpd.serve_forever, args=(0.05,), daemon=True).start()


def answer(status: int = 200, body: bytes = b"", **headers: str) -> Route:
    def serve(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(body)

    return serve


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.httpd.shutdown()
    made.httpd.server_close()


@pytest.fixture
def settings(server: Server) -> HttpSettings:
    return replace(
        HttpSettings.defaults(),
        allow_hosts=frozenset({server.address}),
        connect_timeout=2,
        read_timeout=0.5,
        total_timeout=5,
        max_bytes=4 << 20,
        backoff_ms=10,
        retries=2,
    )


def failure(url: str, settings: HttpSettings, **more: object) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetch(url, settings=settings, **more)
    return caught.value


def test_the_body_is_spooled_and_removed(server: Server, settings: HttpSettings) -> None:
    server.routes["/a"] = answer(body="zażółć".encode(), ETag='"1"')
    with fetch(f"{server.url}/a", settings=settings) as response:
        assert response.body.decode() == "zażółć"
        assert (response.status, response.length, response.headers["etag"]) == (200, 10, '"1"')
        path = response.path
        assert path is not None and path.exists()
    assert not path.exists()


def test_conditional_request(server: Server, settings: HttpSettings) -> None:
    server.routes["/a"] = answer(304)
    response = fetch(
        f"{server.url}/a", etag='"1"', last_modified="Mon, 02 Nov 2026 08:00:00 GMT", settings=settings
    )
    assert response.not_modified and response.body == b""
    sent = server.seen[0][2]
    assert (sent["If-None-Match"], sent["If-Modified-Since"]) == ('"1"', "Mon, 02 Nov 2026 08:00:00 GMT")


def test_head_and_post(server: Server, settings: HttpSettings) -> None:
    server.routes["/a"] = answer(body=b"12345")
    assert fetch(f"{server.url}/a", method="HEAD", settings=settings).headers["Content-Length"] == "5"
    fetch(
        f"{server.url}/a",
        method="POST",
        body=b"<q/>",
        headers={"Content-Type": "text/xml"},
        settings=settings,
    )
    assert server.seen[1][0] == "POST" and server.seen[1][3] == b"<q/>"


def test_gzip_is_unpacked(server: Server, settings: HttpSettings) -> None:
    server.routes["/a"] = answer(body=gzip.compress(b"kielce" * 100), Content_Encoding="gzip")
    assert fetch(f"{server.url}/a", settings=settings).body == b"kielce" * 100


def test_internal_address_is_refused_unless_listed_exactly(server: Server, settings: HttpSettings) -> None:
    server.routes["/a"] = answer()
    closed = replace(settings, allow_hosts=frozenset())
    error = failure(f"{server.url}/a", closed)
    assert error.kind == "refused_address"
    assert server.address in error.message and "allow_hosts" in error.message_pl
    host, port = server.address.split(":")
    other_port = replace(settings, allow_hosts=frozenset({f"{host}:{int(port) + 1}"}))
    assert failure(f"{server.url}/a", other_port).kind == "refused_address"
    assert failure(f"http://localhost:{port}/a", settings).kind == "refused_address"
    assert server.seen == []


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "0",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[fe80::1]",
        "[fc00::1]",
        "[ff02::1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[2001::1]",
        "[::127.0.0.1]",
        "[::]",
        "[fec0::1]",
    ],
)
def test_every_spelling_of_an_internal_address(host: str, settings: HttpSettings) -> None:
    assert failure(f"http://{host}/", settings).kind == "refused_address"


def test_public_addresses_pass() -> None:
    from ipaddress import ip_address

    assert all(
        http_guard.is_public(ip_address(text))
        for text in ["8.8.8.8", "2001:4860:4860::8888", "2002:808:808::"]
    )


def test_redirect_into_an_internal_address_is_refused(server: Server, settings: HttpSettings) -> None:
    server.routes["/a"] = answer(302, Location="http://169.254.169.254/latest/meta-data/")
    assert failure(f"{server.url}/a", settings).kind == "refused_address"


def test_a_name_that_changes_its_address_cannot_slip_in(
    server: Server, settings: HttpSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection goes to the address that was checked: the name is looked up once."""
    port = int(server.address.split(":")[1])
    answers = iter(["93.184.216.34", "127.0.0.1"])
    real, connected = socket.socket.connect, []

    def resolve(host: str, port: int, **_more: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), port))]

    def connect(self: socket.socket, address: tuple[str, int]) -> None:
        connected.append(address[0])
        raise ConnectionRefusedError if address[0] != "127.0.0.1" else real(self, address)

    monkeypatch.setattr(http_guard.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket.socket, "connect", connect)
    error = failure(f"http://rebind.example:{port}/", replace(settings, retries=0))
    assert error.kind == "connection" and connected == ["93.184.216.34"]


def test_redirects_are_followed_and_loops_end(server: Server, settings: HttpSettings) -> None:
    server.routes["/a"] = answer(301, Location="/b")
    server.routes["/b"] = answer(body=b"tu")
    server.routes["/loop"] = answer(302, Location="/loop")
    for number in range(9):
        server.routes[f"/{number}"] = answer(302, Location=f"/{number + 1}")
    response = fetch(f"{server.url}/a", settings=settings)
    assert (response.body, response.url) == (b"tu", f"{server.url}/b")
    assert failure(f"{server.url}/loop", settings).kind == "redirect_loop"
    assert failure(f"{server.url}/0", settings).kind == "redirect_loop"


def test_credentials_stay_with_their_host_and_out_of_messages(
    server: Server, settings: HttpSettings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    other = Server()
    other.routes["/b"] = answer(503)
    server.routes["/a"] = answer(302, Location=f"{other.url}/b?token=hush&x=1")
    both = replace(settings, allow_hosts=frozenset({server.address, other.address}), retries=1)
    url = f"http://jan:tajne%21@{server.address}/a"
    error = failure(url, both, headers={"X-Api-Key": "tajne"})
    assert server.seen[0][2]["authorization"] == "Basic amFuOnRham5lIQ=="
    assert not {"authorization", "x-api-key"} & {name.lower() for name in other.seen[0][2]}
    told = error.message + error.message_pl + error.url + caplog.text
    assert "tajne" not in told and "hush" not in told and "x=1" in error.url
    other.httpd.shutdown()


def test_safe_url() -> None:
    assert safe_url("https://u:p@x.pl/a?api_key=1&b=2#f") == "https://x.pl/a?api_key=***&b=2"


def test_too_large(server: Server, settings: HttpSettings) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65536)

    server.routes["/declared"] = answer(body=b"x", Content_Length=str(5 << 20))
    server.routes["/endless"] = endless
    assert failure(f"{server.url}/declared", settings).kind == "too_large"
    assert failure(f"{server.url}/endless", settings).kind == "too_large"
    assert failure(f"{server.url}/endless", settings, max_bytes=10).kind == "too_large"


def test_compression_bomb(server: Server, settings: HttpSettings) -> None:
    server.routes["/a"] = answer(body=gzip.compress(b"0" * (3 << 20)), Content_Encoding="gzip")
    assert failure(f"{server.url}/a", settings).kind == "compression_bomb"


def test_silent_server(server: Server, settings: HttpSettings) -> None:
    server.routes["/a"] = lambda handler: time.sleep(1)
    error = failure(f"{server.url}/a", replace(settings, retries=0, read_timeout=0.2))
    assert error.kind == "timeout"


@pytest.mark.parametrize("where", ["head", "body"])
def test_a_dripping_server_is_cut_off(server: Server, settings: HttpSettings, where: str) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        if where == "body":
            handler.send_response(200)
            handler.end_headers()
        else:
            handler.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
        for _ in range(100):
            handler.wfile.write(b".")
            time.sleep(0.05)

    server.routes["/a"] = drip
    start = time.monotonic()
    assert failure(f"{server.url}/a", settings, timeout=0.6).kind == "timeout"
    assert time.monotonic() - start < 2


def test_body_cut_short_is_retried_then_reported(server: Server, settings: HttpSettings) -> None:
    server.routes["/a"] = answer(body=b"half", Content_Length="8")
    assert failure(f"{server.url}/a", settings).kind == "connection"
    assert len(server.seen) == 3


def test_busy_server_is_asked_again_after_the_pause_it_names(server: Server, settings: HttpSettings) -> None:
    def busy(handler: BaseHTTPRequestHandler) -> None:
        (answer(429, Retry_After="1") if len(server.seen) == 1 else answer(body=b"ok"))(handler)

    server.routes["/a"] = busy
    start = time.monotonic()
    assert fetch(f"{server.url}/a", settings=settings).body == b"ok"
    assert time.monotonic() - start >= 1


def test_a_pause_longer_than_our_time_is_not_waited_for(server: Server, settings: HttpSettings) -> None:
    server.routes["/a"] = answer(503, Retry_After="3600")
    start = time.monotonic()
    assert failure(f"{server.url}/a", settings).status == 503
    assert time.monotonic() - start < 1


def test_client_errors_are_not_retried_and_keep_their_body(server: Server, settings: HttpSettings) -> None:
    server.routes["/a"] = answer(400, b"<ows:ExceptionReport/>")
    error = failure(f"{server.url}/a", settings)
    assert (error.kind, error.status, error.body) == ("http_error", 400, b"<ows:ExceptionReport/>")
    assert len(server.seen) == 1


def test_dead_port_and_bad_addresses(settings: HttpSettings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    dead = replace(settings, allow_hosts=frozenset({f"127.0.0.1:{port}"}), retries=0)
    error = failure(f"http://127.0.0.1:{port}/", dead)
    assert error.kind == "connection" and "refused" in error.message.lower()
    for url in [
        "",
        "kielce",
        "ftp://kielce.eu/",
        "file:///etc/passwd",
        "http://",
        "http://[::1",
        "http://a:99999/",
    ]:
        assert failure(url, settings).kind == "bad_url", url
    with pytest.raises(FetchError):
        check_url("http://127.0.0.1/", settings)


def test_pace(server: Server, settings: HttpSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Public hosts get at most N requests a second; the guard is opened here as if 127.0.0.1 were public."""
    monkeypatch.setattr(http_guard, "is_public", lambda address: True)
    server.routes["/a"] = answer()
    slow = replace(settings, allow_hosts=frozenset(), requests_per_second=10)
    start = time.monotonic()
    for _ in range(4):
        fetch(f"{server.url}/a", settings=slow)
    assert 0.25 < time.monotonic() - start < 2


def test_settings_come_from_the_configuration() -> None:
    made = HttpSettings.from_mapping(
        {"ckanext.kielce.http.allow_hosts": "a:1 B:2", "ckanext.kielce.http.max_bytes": "7"}
    )
    assert made.allow_hosts == {"a:1", "b:2"} and made.max_bytes == 7 and made.retries == 3
    assert HttpSettings.defaults().allow_hosts == frozenset()
    with pytest.raises(ValueError, match="max_ratio"):
        HttpSettings.from_mapping({"ckanext.kielce.http.max_ratio": "many"})
