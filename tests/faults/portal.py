"""The running portal as its operator has it: its API, its database and index, and its processes, which may be killed."""

from __future__ import annotations

import configparser
import contextlib
import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extras
import redis

from ops import services
from ops.profile import VENV, Profile
from tests.faults.town import Shop

POLL = 0.1  # seconds between two looks
LIMIT = 120.0  # seconds in which everything has to be well again
GROUPS = {
    **dict.fromkeys(("postgres", "redis", "solr"), "services"),
    "web": "web",
    **dict.fromkeys(("worker", "gather", "fetch"), "portal"),
}


class Portal:
    """One portal of this machine."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        settings = configparser.RawConfigParser(strict=False)
        settings.read(profile.ini, encoding="utf-8")
        self.settings = dict(settings["app:main"])
        self.options: dict[str, object] = {}  # what it was given for the tests, beside its own settings
        self._connection: Any = None

    # What is in it

    def sql(self, text: str, **values: Any) -> list[dict[str, Any]]:
        """Rows of the portal's database; waits for a database that is away."""
        end = time.monotonic() + LIMIT
        while True:
            try:
                if self._connection is None or self._connection.closed:
                    self._connection = psycopg2.connect(self.settings["sqlalchemy.url"])
                    self._connection.autocommit = True
                with self._connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
                    cursor.execute(text, values)
                    return [dict(row) for row in cursor.fetchall()] if cursor.description else []
            except (psycopg2.OperationalError, psycopg2.InterfaceError):
                self._connection = None
                if time.monotonic() > end:
                    raise
                time.sleep(POLL)

    def solr(self, query: str, fields: str = "id,metadata_modified,title") -> list[dict[str, Any]]:
        """Documents of the index, found as Solr itself finds them."""
        site = self.settings["ckan.site_id"]
        asked = {"q": query, "fq": f'site_id:"{site}"', "fl": fields, "rows": 5000, "wt": "json"}
        address = f"{self.settings['solr_url']}/select?{urllib.parse.urlencode(asked)}"
        with urllib.request.urlopen(address, timeout=30) as answer:
            return list(json.load(answer)["response"]["docs"])

    def redis(self) -> redis.Redis:
        return redis.from_url(self.settings["ckan.redis.url"])

    def api(self, action: str, /, **data: Any) -> Any:
        """An action as the administrator; waits while the web server is away. Raises AssertionError when it is refused."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.profile.ports['web']}/api/3/action/{action}",
            json.dumps(data).encode(),
            {"Authorization": self.profile.secrets["token"], "Content-Type": "application/json"},
        )
        end = time.monotonic() + LIMIT
        while True:
            try:
                with urllib.request.urlopen(request, timeout=60) as answer:
                    return json.load(answer)["result"]
            except urllib.error.HTTPError as error:
                if error.code >= 500 and time.monotonic() < end:  # its database or index was taken from it
                    time.sleep(POLL)
                    continue
                raise AssertionError(f"{action}: {error.code} {error.read()[:2000].decode()}") from error
            except (urllib.error.URLError, OSError):
                if time.monotonic() > end:
                    raise
                time.sleep(POLL)

    def cli(self, *words: str) -> str:
        """What ``ckan …`` prints."""
        done = subprocess.run(
            [str(VENV / "bin" / "ckan"), "-c", str(self.profile.ini), *words], capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    # Sources and runs

    def source(
        self, shop: Shop | str, kind: str = "utility_files", path: str = "/manifest.json", **more: Any
    ) -> str:
        """A new source of a shop (or an address) that is run by hand only; its id."""
        url = shop if isinstance(shop, str) else shop.url + path
        name = more.pop("name", None) or (f"awaria-{shop.name}" if isinstance(shop, Shop) else "awaria")
        # ckanext-harvest refuses a second source of the same address and settings: each names itself
        config = {
            "organization": "mpec",
            "domain": "transport",
            "license_id": "CC-BY-4.0",
            "contact_name": name,
            **more,
        }
        made = self.api(
            "harvest_source_create",
            name=name,
            title=f"Próba {name}",
            url=url,
            source_type=kind,
            owner_org="mpec",
            frequency="MANUAL",
            config=json.dumps(config),
        )
        return str(made["id"])

    def begin(self, source: str) -> str:
        """Start a run of the source; its id."""
        return str(self.api("kielce_harvest_run_create", id=source)["id"])

    def run_row(self, run: str) -> dict[str, Any]:
        return self.sql("SELECT * FROM kielce_harvest_run WHERE id = %(id)s", id=run)[0]

    def finish(self, run: str, seconds: float = LIMIT) -> dict[str, Any]:
        """The run when it has ended, or waits for a decision."""
        self.wait(
            lambda: self.run_row(run)["state"] in ("finished", "held"), f"the end of run {run}", seconds,
            lambda: {**self.run_row(run), "items": self.items(run)},
        )  # fmt: skip
        return self.run_row(run)

    def run(self, source: str, seconds: float = LIMIT) -> dict[str, Any]:
        """A run of the source from its start to its end."""
        return self.finish(self.begin(source), seconds)

    def items(self, run: str) -> list[dict[str, Any]]:
        return self.sql(
            "SELECT guid, action, state, attempts, error, not_before FROM kielce_harvest_item WHERE run_id = %(run)s ORDER BY id",
            run=run,
        )

    def records(self, source: str) -> dict[str, dict[str, Any]]:
        """guid -> what the engine remembers of the record, with its dataset's name, title and state."""
        rows = self.sql(
            "SELECT r.*, p.name, p.title, p.state AS package_state FROM kielce_harvest_record r "
            "LEFT JOIN package p ON p.id = r.package_id WHERE r.source_id = %(source)s",
            source=source,
        )
        return {row["guid"]: row for row in rows}

    def state(self, source: str) -> dict[str, Any]:
        return self.sql("SELECT * FROM kielce_harvest_source_state WHERE source_id = %(id)s", id=source)[0]

    def snapshot(self, source: str) -> dict[str, tuple[Any, ...]]:
        """What a run that changes nothing leaves as it was: datasets, their titles, times and states, by guid."""
        rows = self.sql(
            "SELECT r.guid, r.state, r.package_id, p.name, p.title, p.state, p.metadata_modified "
            "FROM kielce_harvest_record r LEFT JOIN package p ON p.id = r.package_id WHERE r.source_id = %(source)s",
            source=source,
        )
        return {row.pop("guid"): tuple(row.values()) for row in rows}

    def told(self, topic: str, word: str) -> list[dict[str, Any]]:
        """Messages on the topic that name the word."""
        return self.sql(
            "SELECT * FROM kielce_notify_message WHERE topic = %(topic)s AND (subject || body) LIKE %(word)s",
            topic=topic,
            word=f"%{word}%",
        )

    def age(self, source: str, days: int) -> None:
        """Let what is missing have been missing for so long."""
        self.sql(
            "UPDATE kielce_harvest_record SET missing_since = missing_since - %(days)s * interval '1 day' "
            "WHERE source_id = %(source)s AND state = 'missing'",
            days=days,
            source=source,
        )

    # Whether it is whole

    def assert_holds(self, source: str, wanted: dict[str, str], missing: set[str] | None = None) -> None:
        """Exactly the source's records, once each, in PostgreSQL and in Solr, the newest state of each in both.

        ``wanted`` is guid -> title; ``missing`` are the guids that the source had once: they keep their datasets.
        """
        records = self.records(source)
        alive = {guid: row["title"] for guid, row in records.items() if row["state"] == "active"}
        assert alive == wanted
        gone = {guid for guid, row in records.items() if row["state"] in ("missing", "archived")}
        assert gone == (missing or set()) and set(records) == set(wanted) | gone
        assert {row["package_state"] for row in records.values()} <= {"active"}
        ids = [row["package_id"] for row in records.values()]
        assert len(set(ids)) == len(ids), "each record has a dataset of its own"
        # by the harvest objects too, and not only by the engine's own table
        of_objects = self.sql(
            "SELECT p.id, p.title, p.metadata_modified FROM harvest_object o JOIN package p ON p.id = o.package_id "
            "WHERE o.harvest_source_id = %(source)s AND o.current AND p.state = 'active'",
            source=source,
        )
        assert sorted(row["id"] for row in of_objects) == sorted(ids)
        stored = {row["id"]: (row["title"], stamp(row["metadata_modified"])) for row in of_objects}
        found = [
            (doc["id"], (doc["title"], doc["metadata_modified"]))
            for doc in self.solr(f"harvest_source_id:{source}")
        ]
        assert len(found) == len(dict(found)) and dict(found) == stored, "the index is the database"

    def assert_index_is_database(self, seconds: float = 30) -> None:
        """Every dataset of the portal is found as it is stored, and nothing else is found."""

        def differences() -> dict[str, Any]:
            rows = self.sql("SELECT id, metadata_modified FROM package WHERE state = 'active'")
            stored = {row["id"]: stamp(row["metadata_modified"]) for row in rows}
            found = {
                doc["id"]: doc["metadata_modified"] for doc in self.solr("+entity_type:package +state:active")
            }
            return {
                key: (stored.get(key), found.get(key))
                for key in {*stored, *found}
                if stored.get(key) != found.get(key)
            }

        self.wait(lambda: not differences(), "index and database to be equal", seconds, differences)

    # Its processes

    def pid(self, process: str) -> int | None:
        """Number of the process that the supervisor runs under the name; None while there is none."""
        group = GROUPS[process]
        done = services.control(self.profile, "pid", process if process == "web" else f"{group}:{process}")
        text = done.stdout.strip()
        return int(text) if text.isdigit() and text != "0" else None

    def kill(self, *processes: str) -> None:
        """``kill -9``: the supervisor starts them again."""
        found = {process: self.pid(process) for process in processes}
        for process, pid in found.items():
            assert pid is not None, f"{process} is not running"
            os.kill(pid, signal.SIGKILL)

    def restart(self, *processes: str) -> None:
        """An ordinary restart, as an operator's."""
        for process in processes:
            group = GROUPS[process]
            name = process if process == "web" else f"{group}:{process}"
            done = services.control(self.profile, "restart", name)
            assert "ERROR (" not in done.stdout.replace("ERROR (not running)", ""), done.stdout

    @contextmanager
    def down(self, *processes: str) -> Iterator[None]:
        """The processes stopped for the time of the block."""
        names = [process if process == "web" else f"{GROUPS[process]}:{process}" for process in processes]
        services.control(self.profile, "stop", *names)
        try:
            yield
        finally:
            services.control(self.profile, "start", *names)

    def all_up(self) -> bool:
        """Whether every process runs and every server answers."""
        states = services.control(self.profile, "status").stdout.splitlines()
        running = {line.split()[0].split(":")[-1] for line in states if line.split()[1:2] == ["RUNNING"]}
        wanted = {name for name in GROUPS if name not in services.EXTERNAL or not services.is_external(name)}
        return wanted <= running and all(
            services.healthy(self.profile, name) for name in ("web", *(wanted & set(services.EXTERNAL)))
        )

    def wait(
        self,
        done: Callable[[], Any],
        what: str,
        seconds: float = LIMIT,
        explain: Callable[[], Any] = lambda: None,
    ) -> float:
        """Wait until ``done``; the seconds that it took. Fails with what ``explain`` says."""
        begun = time.monotonic()
        while True:
            with contextlib.suppress(urllib.error.URLError, OSError):
                if done():
                    return time.monotonic() - begun
            if time.monotonic() - begun > seconds:
                raise AssertionError(f"waited {seconds:.0f} s for {what}: {explain()}")
            time.sleep(POLL)

    def log(self, process: str) -> str:
        return Path(self.profile.folder / "log" / f"{process}.log").read_text(errors="replace")


def stamp(moment: Any) -> str:
    """A time of the database as Solr writes it: UTC, thousandths of a second where there are any."""
    text = moment.strftime("%Y-%m-%dT%H:%M:%S")
    thousandths = moment.microsecond // 1000
    return f"{text}.{thousandths:03}Z" if thousandths else f"{text}Z"
