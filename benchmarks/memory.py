"""Memory of our processes with a source of 100,000 records. See ``python -m benchmarks memory --help``.

A tenth of the records is read first and then all of them, each from the seeded state: memory that grows with the source
shows in the difference. The reading goes to its end; the writers write for ``--seconds`` (all records with ``--to-the-end``).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import portal, processes, report
from benchmarks.side import Side, Task
from ops import services
from ops.console import step, table
from ops.profile import ROOT, VENV

PATIENCE = 7200.0


def measure(records: int, seconds: float, writers: int, port: int) -> dict[str, Any]:
    """Peaks of the processes after reading and after writing for a while; runs in a process of its own."""
    with processes.running(processes.our_consumers(writers), settle=2) as consumers:
        import logging

        from ckan.cli import CKANConfigLoader
        from ckan.config.middleware import make_app

        app = make_app(CKANConfigLoader(str(portal.ini("ours"))).get_config())
        logging.disable(logging.WARNING)
        with app._wsgi_app.test_request_context():
            from ckanext.kielce.harvest import runs

            url = f"http://127.0.0.1:{port}/csw"
            side = Side(Task("ours", "csw", "msip_csw", url, url, records, writers, "", 0), consumers)
            started = time.monotonic()
            run_id = runs.start(side.source("endless", url))
            facts = side.follow(run_id, ("writing", "held", "finished"), PATIENCE)
            result: dict[str, Any] = {
                "records": records,
                "read_seconds": round(time.monotonic() - started, 1),
            }
            result["after_reading"] = {consumer.name: consumer.peak() for consumer in consumers}
            if facts.startswith("writing"):
                side.follow(run_id, ("finished",), seconds)
            result["written"] = side.witness.one("SELECT done FROM kielce_harvest_run WHERE id = %s", run_id)
            result["read"] = side.witness.one("SELECT read FROM kielce_harvest_run WHERE id = %s", run_id)
            result["state"] = side.witness.one("SELECT state FROM kielce_harvest_run WHERE id = %s", run_id)
            result["peak"] = {consumer.name: consumer.peak() for consumer in consumers}
            return result


def main(words: list[str]) -> None:
    """Measure, print, write the JSON file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks memory", description=__doc__)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=60, help="of writing (default: 60)")
    parser.add_argument("--to-the-end", action="store_true", help="write all records")
    parser.add_argument("--writers", type=int, default=2)
    parser.add_argument("--output", type=Path, default=portal.PROFILE.folder / "memory.json")
    options = parser.parse_args(words)
    portal.raise_services()
    port = portal.PROFILE.ports["pycsw"]
    results = []
    for records in (options.records // 10, options.records):
        portal.empty()
        server = [str(VENV / "bin" / "python"), "-m", "benchmarks.sources.endless", str(records), str(port)]
        with step(f"{records} records"), processes.running({"endless-server": server}) as (process,):
            while not services.listens(port):
                process.alive()
                time.sleep(0.2)
            seconds = PATIENCE if options.to_the_end else options.seconds
            task = json.dumps(
                {"records": records, "seconds": seconds, "writers": options.writers, "port": port}
            )
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.memory", task], cwd=ROOT, stdout=subprocess.PIPE, text=True
            )
        if done.returncode:
            raise SystemExit(f"not measured; see {portal.PROFILE.folder / 'log'}")
        results.append(json.loads(done.stdout.splitlines()[-1]))
    options.output.write_text(json.dumps({"machine": report.machine(), "memory": results}, indent=1))
    rows = [("records", "read", "seconds of reading", "written", "process", "MB after reading", "MB at most")]
    rows += [
        (
            str(result["records"]), str(result["read"]), str(result["read_seconds"]), str(result["written"]), name,
            f"{result['after_reading'][name] / 1e6:.0f}", f"{peak / 1e6:.0f}",
        )
        for result in results
        for name, peak in result["peak"].items()
    ]  # fmt: skip
    print(f"\n{table(rows)}\n\n{options.output}")


if __name__ == "__main__":
    print(json.dumps(measure(**json.loads(sys.argv[1]))))
