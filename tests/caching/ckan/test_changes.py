"""What changes is purged when it is committed, and a cache that is away spoils nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import ckan.lib.jobs as ckan_jobs
import pytest
from ckan import model
from ckan.plugins import toolkit as tk
from ckanext.kielce.caching import changes, keys, purge
from ckanext.kielce.common import changes as told
from ckanext.kielce.common.cli import kielce
from click.testing import CliRunner
from rq.registry import ScheduledJobRegistry

pytestmark = [pytest.mark.ckan, pytest.mark.usefixtures("with_request_context")]


class Cache:
    """Stands in for Varnish: takes purges and remembers them."""

    def __init__(self) -> None:
        self.hard: set[str] = set()
        self.soft: set[str] = set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_PURGE(self) -> None:
                outer.hard |= set(self.headers.get("Surrogate-Key", "").split())
                outer.soft |= set(self.headers.get("Surrogate-Key-Soft", "").split())
                self.send_response(200)
                self.send_header("X-Purged", "3")
                self.end_headers()

            def log_message(self, *args: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def forget(self) -> None:
        self.hard, self.soft = set(), set()


@pytest.fixture
def cache(monkeypatch: pytest.MonkeyPatch) -> Iterator[Cache]:
    made = Cache()
    monkeypatch.setitem(tk.config, "ckanext.kielce.cache.purge_urls", [made.address])
    yield made
    made.server.shutdown()


def test_a_new_dataset_makes_the_lists_old(cache: Cache, make: Any) -> None:
    cache.forget()
    package = make()
    assert {keys.dataset(package["id"]), keys.MANY} <= cache.hard
    assert cache.soft == {keys.LISTS}


@pytest.mark.parametrize("action", ["package_patch", "resource_patch", "package_delete"])
def test_a_change_of_a_dataset_purges_it(cache: Cache, make: Any, admin: dict[str, Any], action: str) -> None:
    package = make()
    cache.forget()
    about = {
        "package_patch": {"id": package["id"], "private": True},
        "resource_patch": {"id": package["resources"][0]["id"], "name": "Inna nazwa"},
        "package_delete": {"id": package["id"]},
    }
    tk.get_action(action)(dict(admin), about[action])
    assert keys.dataset(package["id"]) in cache.hard
    assert keys.LISTS in cache.soft


def test_nothing_is_purged_before_others_can_see_the_change(
    cache: Cache, make: Any, admin: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """CKAN's package_update makes a savepoint; a purge at its end would let the old page in again."""
    package = make()
    seen: list[str] = []

    def look(hard: Any, soft: Any = ()) -> None:
        with model.meta.engine.connect() as connection:
            row = connection.execute(
                model.package_table.select().where(model.package_table.c.id == package["id"])
            ).one()
        seen.append(row.title)

    monkeypatch.setattr(purge, "now_or_later", look)
    tk.get_action("package_patch")(dict(admin), {"id": package["id"], "title": "Nowy tytuł"})
    assert seen
    assert set(seen) == {"Nowy tytuł"}


def test_what_is_rolled_back_is_not_purged(cache: Cache, make: Any) -> None:
    make()
    cache.forget()
    model.Session.execute(model.package_table.select())
    changes.dataset("00000000-0000-4000-8000-000000000000")
    model.Session.rollback()
    model.Session.execute(model.package_table.select())
    model.Session.commit()
    assert cache.hard == set()


def test_a_unit_that_is_renamed_purges_everything(
    cache: Cache, unit: dict[str, Any], admin: dict[str, Any]
) -> None:
    cache.forget()
    tk.get_action("organization_patch")(dict(admin), {"id": unit["id"], "title": "Urząd"})
    assert keys.ALL in cache.hard


def test_a_table_that_is_written_purges_its_dataset(cache: Cache, make: Any, admin: dict[str, Any]) -> None:
    package = make()
    about = {"resource_id": package["resources"][0]["id"], "force": True}
    tk.get_action("datastore_create")(dict(admin), {**about, "fields": [{"id": "n", "type": "int"}]})
    cache.forget()
    tk.get_action("datastore_upsert")(dict(admin), {**about, "method": "insert", "records": [{"n": 1}]})
    assert keys.dataset(package["id"]) in cache.hard


def test_a_change_that_is_no_edit_is_told(cache: Cache, make: Any) -> None:
    package = make()
    cache.forget()
    told.tell([package["id"]])
    assert keys.dataset(package["id"]) in cache.hard


@pytest.mark.usefixtures("clean_queues")
def test_a_cache_that_is_away_stops_nobody_and_is_told_later(
    make: Any, monkeypatch: pytest.MonkeyPatch, unit: dict[str, Any], cache: Cache, reset_redis: Any
) -> None:
    reset_redis()
    monkeypatch.setitem(tk.config, "ckanext.kielce.cache.purge_urls", ["http://127.0.0.1:1/"])
    make("one"), make("two")
    queue = ckan_jobs.get_queue()
    jobs = [queue.fetch_job(name) for name in ScheduledJobRegistry(queue=queue).get_job_ids()]
    (waiting,) = [job for job in jobs if job is not None and job.func_name.endswith("purge.again")]
    monkeypatch.setitem(tk.config, "ckanext.kielce.cache.purge_urls", [cache.address])
    cache.forget()
    waiting.perform()
    assert cache.hard == {keys.ALL}


def test_the_command_purges_what_is_named(cache: Cache, make: Any) -> None:
    package = make()
    cache.forget()
    run = CliRunner().invoke
    assert run(kielce, ["cache", "purge", "wydatki"]).output.endswith("copies purged\n")
    assert keys.dataset(package["id"]) in cache.hard
    assert "There is no such dataset: nie-ma" in run(kielce, ["cache", "purge", "nie-ma"]).output
    run(kielce, ["cache", "purge"])
    assert keys.ALL in cache.hard
