"""One side of a comparison, in a process of its own: ``python -m benchmarks.side JSON``; prints its results as JSON.

The portal is as seeded; the consumers run. A small source is harvested first, so that no side pays for loading code and for
a cold Solr. Then the source itself: for the first time, again unchanged, and again with a hundredth part changed.
"""

from __future__ import annotations

import collections
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import portal, processes
from benchmarks.proof import Witness
from benchmarks.sources.words import is_changed
from ops import services

PATIENCE = 3600.0
#: What a changed record's title is known by.
CHANGED = "%(zmieniona)"


@dataclass(frozen=True)
class Task:
    """What to measure: ``side`` is ours or peer, ``kind`` csw or dcat, ``folder`` that of the source's server."""

    side: str
    kind: str
    source_type: str
    url: str
    warm_url: str
    records: int
    writers: int
    folder: str
    server: int  # process id of the source's server


class Side:
    """Runs harvests of one side through its consumers."""

    def __init__(self, task: Task, consumers: list[processes.Process]) -> None:
        self.task, self.consumers = task, consumers
        self.witness = Witness()

    def alive(self) -> None:
        for consumer in self.consumers:
            consumer.alive()

    def cpu(self) -> dict[str, float]:
        """Processor time so far of the consumers, of PostgreSQL, Redis and Solr, and of the source's server."""
        return {
            "consumers": processes.cpu_seconds(*(consumer.process.pid for consumer in self.consumers)),
            "services": processes.cpu_seconds(services.supervisor_pid(portal.PROFILE) or 0),
            "source": processes.cpu_seconds(self.task.server),
        }

    def source(self, name: str, url: str) -> str:
        """A new harvest source; its id."""
        config: dict[str, Any] = {}
        if self.task.side == "ours":
            config = {"organization": portal.UNIT, "domain": "srodowisko", "frequency": "MONTHLY"}
        return str(
            action(
                "harvest_source_create",
                name=name, title=name, url=url, source_type=self.task.source_type, owner_org=portal.UNIT,
                frequency="MANUAL", config=json.dumps(config) if config else "",
            )["id"]
        )  # fmt: skip

    def run(self, source_id: str) -> None:
        """One harvest, to its end."""
        if self.task.side == "ours":
            self._ours(source_id)
        else:
            self._peer(source_id)

    def _ours(self, source_id: str) -> None:
        from ckanext.kielce.harvest import runs

        run_id = runs.start(source_id)
        ended = self.follow(run_id, ("finished", "held"))
        if ended not in ("finished ok", "finished unchanged"):
            reason = self.witness.one("SELECT reason::text FROM kielce_harvest_run WHERE id = %s", run_id)
            print(f"run ended as {ended}: {reason}", file=sys.stderr)

    def follow(self, run_id: str, states: tuple[str, ...], seconds: float = 0) -> str:
        """Wait until a run of ours is in one of the states, or for ``seconds``; its state and outcome."""
        query = "SELECT state || coalesce(' ' || outcome, '') FROM kielce_harvest_run WHERE id = %s"
        end = time.monotonic() + (seconds or PATIENCE)
        while (found := self.witness.one(query, run_id)).partition(" ")[0] not in states:
            self.alive()
            if time.monotonic() > end:
                if seconds:
                    break
                raise SystemExit(f"the run is still {found} after {PATIENCE:.0f} s")
            time.sleep(0.05)
        return str(found)

    def _peer(self, source_id: str) -> None:
        from ckan import model

        job = action("harvest_job_create", source_id=source_id, run=True)["id"]
        model.Session.remove()
        query = (
            "SELECT (gather_finished IS NOT NULL AND NOT EXISTS (SELECT FROM harvest_object o WHERE o.harvest_job_id = j.id "
            "AND o.state NOT IN ('COMPLETE', 'ERROR'))) OR status = 'Finished' FROM harvest_job j WHERE id = %s"
        )
        # the reader stamps the end of gathering before the last objects are queued: they exist by then
        self._until(lambda: self.witness.one(query, job), bool)
        failed = self.witness.one(
            "SELECT count(*) FROM harvest_object_error e JOIN harvest_object o ON o.id = e.harvest_object_id "
            "WHERE o.harvest_job_id = %s",
            job,
        )
        if failed:
            message = self.witness.one(
                "SELECT e.message FROM harvest_object_error e JOIN harvest_object o ON o.id = e.harvest_object_id "
                "WHERE o.harvest_job_id = %s LIMIT 1", job,
            )  # fmt: skip
            print(f"{failed} errors, for instance: {message}", file=sys.stderr)
        self.finished_job = job

    def finish_job(self) -> None:
        """ckanext-harvest closes a job only when its ``run`` command is called; outside the time measured."""
        if self.task.side == "peer":
            action("harvest_jobs_run")

    def _until(self, ask: Any, enough: Any) -> Any:
        end = time.monotonic() + PATIENCE
        while not enough(found := ask()):
            self.alive()
            if time.monotonic() > end:
                raise SystemExit(f"{self.task.side} {self.task.kind}: not finished after {PATIENCE:.0f} s")
            time.sleep(0.05)
        return found

    def measured(self, source_id: str, expected: int, title_like: str) -> dict[str, Any]:
        """One harvest with its time, its requests and what it wrote."""
        log = Path(self.task.folder) / "access.log"
        before = log.stat().st_size if log.exists() else 0
        mark, cpu = self.witness.mark(), self.cpu()
        started = time.perf_counter()
        self.run(source_id)
        found = self.witness.wait(expected, title_like)
        seconds = time.perf_counter() - started
        spent = {name: round(after - cpu[name], 2) for name, after in self.cpu().items()}
        with log.open("rb") as stream:
            stream.seek(before)
            lines = [line.split() for line in stream.read().decode().splitlines()]
        result = {
            "seconds": round(seconds, 3),
            "proven": found,
            "requests": len(lines),
            "operations": dict(collections.Counter(f"{line[2]} {line[3]}" for line in lines))
            if self.task.kind == "csw"
            else {},
            "server_seconds": round(sum(float(line[6]) for line in lines) / 1000, 2),
            "cpu_seconds": spent,
            "written": {
                table: self.witness.written(table, mark) for table in ("package", "resource", "activity")
            },
            "index_adds": self.witness.index_adds() - mark.index_adds,
        }
        self.finish_job()
        return result


def action(name: str, /, **data: Any) -> Any:
    """Call an action as the site's own user."""
    from ckan import model
    from ckan.plugins import toolkit as tk

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    try:
        return tk.get_action(name)(
            {"ignore_auth": True, "user": user, "model": model, "session": model.Session}, data
        )
    finally:
        model.Session.commit()


def measure(task: Task, consumers: list[processes.Process]) -> dict[str, Any]:
    """All harvests of one side."""
    state = Path(task.folder) / "state"
    state.write_text("first")
    side = Side(task, consumers)
    warm = side.source("warm", task.warm_url)
    for _ in range(2):
        side.run(warm)
        side.finish_job()
    side.witness.warmed_up()
    source = side.source("measured", task.url)
    results = {"first": side.measured(source, task.records, "%")}
    results["unchanged"] = side.measured(source, task.records, "%")
    state.write_text("changed")
    changed = sum(is_changed(number) for number in range(task.records))
    results["changed"] = side.measured(source, changed, CHANGED) | {"changed_records": changed}
    state.write_text("first")
    return {
        "task": vars(task),
        "runs": results,
        "memory": {consumer.name: consumer.peak() for consumer in consumers},
        "activity_rows": side.witness.one("SELECT count(*) FROM activity"),
    }


def main() -> None:
    """Measure the task given as JSON."""
    task = Task(**json.loads(sys.argv[1]))
    commands = (
        processes.our_consumers(task.writers)
        if task.side == "ours"
        else processes.peer_consumers(task.writers)
    )
    with processes.running(commands, settle=2) as consumers:
        import logging

        from ckan.cli import CKANConfigLoader
        from ckan.config.middleware import make_app

        app = make_app(CKANConfigLoader(str(portal.ini(task.side))).get_config())
        logging.disable(logging.WARNING)
        with app._wsgi_app.test_request_context():
            results = measure(task, consumers)
    print(json.dumps(results))


if __name__ == "__main__":
    main()
