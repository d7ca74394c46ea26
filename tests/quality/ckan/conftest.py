"""A plain CKAN with only ``activity datastore kielce_quality``, and a server of files in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

PLAIN = "activity datastore kielce_quality"


class Files:
    """What the server answers: path -> (status, headers, body); requests are written down."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.requests: list[tuple[str, str, dict[str, str]]] = []

    def put(self, name: str, body: str | bytes, status: int = 200, **headers: str) -> str:
        """Serve a body under a name; returns its address."""
        content = body.encode() if isinstance(body, str) else body
        self.answers[f"/{name}"] = (
            status,
            {key.replace("_", "-"): value for key, value in headers.items()},
            content,
        )
        return f"{self.base}/{name}"


@pytest.fixture
def files(ckan_config: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Files]:
    """A server of files that the HTTP client may reach."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            served.requests.append((self.command, self.path, dict(self.headers)))
            status, headers, body = served.answers.get(self.path.split("?")[0], (404, {}, b"gone"))
            etag = headers.get("ETag")
            if etag and self.headers.get("If-None-Match") == etag:
                status, body = 304, b""
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, *_args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host = f"127.0.0.1:{server.server_port}"
    served = Files(f"http://{host}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    monkeypatch.setitem(ckan_config, "ckanext.kielce.http.allow_hosts", host)
    yield served
    server.shutdown()
    server.server_close()


@pytest.fixture
def fresh(
    with_plugins: None,
    clean_db: None,
    clean_index: None,
    clean_queues: None,
    migrate_db_for: Callable[[str], None],
) -> None:
    """Empty tables, index and queues with our migrations applied."""
    from ckan.plugins import plugin_loaded

    if plugin_loaded("activity"):
        migrate_db_for("activity")
    migrate_db_for("kielce_quality")
    from ckanext.kielce.quality import jobs

    jobs.stop_sweep()


@pytest.fixture
def make_dataset(fresh: None) -> Callable[..., dict[str, Any]]:
    """Create a public dataset of an organisation with resources; returns its dict."""
    from ckan.tests import factories, helpers

    org: dict[str, Any] = {}

    def make(
        *urls: str, frequency: str | None = "MONTHLY", fmt: str = "CSV", **fields: Any
    ) -> dict[str, Any]:
        if not org:
            org.update(factories.Organization())
        extras = fields.pop("extras", []) + ([{"key": "frequency", "value": frequency}] if frequency else [])
        resources = fields.pop("resources", [{"url": url, "format": fmt, "name": url[-8:]} for url in urls])
        owner = fields.pop("owner_org", org["id"])
        made = factories.Dataset(owner_org=owner, extras=extras, resources=resources, **fields)
        return helpers.call_action("package_show", id=made["id"])

    return make


@pytest.fixture
def act(fresh: None) -> Callable[..., Any]:
    """Call an action as the site user, whom nothing is forbidden."""
    import ckan.plugins.toolkit as tk

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]

    def call(name: str, /, **params: Any) -> Any:
        return tk.get_action(name)({"user": user, "ignore_auth": True}, params)

    return call


def monthly(*months: str, rows: int = 4) -> str:
    """A CSV with a row for each month and district."""
    lines = ["miesiac;dzielnica;liczba"]
    for number, month in enumerate(months, 1):
        lines += [f"{month};Dzielnica {row};{number * 100 + row * 7}" for row in range(rows)]
    return "\n".join(lines) + "\n"


@pytest.fixture
def months() -> Callable[..., str]:
    """See ``monthly``; a fixture, for tests import nothing from here."""
    return monthly
