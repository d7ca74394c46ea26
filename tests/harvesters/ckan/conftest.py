"""A small HTTP server with canned answers, and runs of the file harvesters against it through the real tables."""

from __future__ import annotations

import http.server
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import ckan.plugins
import ckan.plugins.toolkit as tk
import pytest
from ckan import model
from ckan.tests import factories
from ckanext.kielce.harvest import runs, store
from ckanext.kielce.harvest.model import HarvestItem, HarvestRecord, HarvestRun


class Server:
    """``answers``: path -> (status, content type, body); ``asked``: (method, path with query) of every request."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, str, bytes]] = {}
        self.asked: list[tuple[str, str]] = []
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append((self.command, self.path))
                missing = (404, "text/plain", b"nie ma")
                answer = (
                    server.answers.get(self.path) or server.answers.get(self.path.split("?")[0]) or missing
                )
                status, content_type, body = answer
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Last-Modified", "Thu, 05 Nov 2026 08:00:00 GMT")
                self.end_headers()
                if self.command == "GET":
                    self.wfile.write(body)

            def do_HEAD(self) -> None:
                self.do_GET()

            def log_message(self, *args: Any) -> None:
                """Nothing: a test's output is not a log."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.url = f"http://{self.host}"
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def put(
        self, path: str, body: bytes | str, content_type: str = "application/octet-stream", status: int = 200
    ) -> str:
        self.answers[path] = (status, content_type, body.encode() if isinstance(body, str) else body)
        return self.url + path

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def portal(reset_db_once: None, migrate_db_for: Callable[[str], None]) -> Iterator[None]:
    """The plugins of the ini with their tables, once a module."""
    ckan.plugins.load_all()
    for plugin in ("activity", "harvest", "kielce_indicators"):
        migrate_db_for(plugin)
    if ckan.plugins.plugin_loaded("kielce_quality"):
        migrate_db_for("kielce_quality")
    yield
    model.Session.remove()
    ckan.plugins.unload_all()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    made = Server()
    monkeypatch.setitem(tk.config, "ckanext.kielce.http.allow_hosts", [made.host])
    monkeypatch.setitem(tk.config, "ckanext.kielce.http.retries", 0)
    yield made
    made.close()


def outcome(run_id: str) -> dict[str, Any]:
    """What a run did: outcome, counts, reason, errors (English) and items by record, notes of the source's records."""
    model.Session.expire_all()
    run = model.Session.get(HarvestRun, run_id)
    rows = model.Session.query(HarvestItem).filter_by(run_id=run_id).order_by(HarvestItem.id).all()
    records = model.Session.query(HarvestRecord).filter_by(source_id=run.source_id)
    return {
        "run": run,
        "outcome": run.outcome,
        "counts": Counter({name: number for name, number in run.counts.items() if number}),
        "reason": run.reason or {},
        "errors": {row.guid: row.error["en"] for row in rows if row.error},
        "items": {(row.action, row.guid): row for row in rows},
        "notes": {row.guid: row.notes for row in records if row.notes},
    }


class Harvest:
    """One source and its runs."""

    def __init__(self, source_type: str, url: str, **config: Any) -> None:
        made = tk.get_action("harvest_source_create")(
            store.site_context(),
            {
                "name": factories.Dataset.stub().name,
                "title": "Źródło",
                "url": url,
                "source_type": source_type,
                "frequency": "DAILY",
                "owner_org": factories.Organization()["id"],
                "config": tk.h.dump_json(config) if config else "",
            },
        )
        self.id, self.name = made["id"], made["name"]

    def run(self) -> dict[str, Any]:
        """Harvest in this process and say what came of it."""
        return outcome(runs.run_inline(self.id))

    def datasets(self) -> dict[str, dict[str, Any]]:
        """guid -> dataset, straight from the database."""
        context = {"ignore_auth": True, "use_cache": False}
        return {
            record.guid: tk.get_action("package_show")(dict(context), {"id": record.package_id})
            for record in model.Session.query(HarvestRecord).filter_by(source_id=self.id)
            if record.package_id
        }


@pytest.fixture
def harvest(portal: None) -> Callable[..., Harvest]:
    return Harvest
