"""The harvest beside its peers: sources, sides, ratios. See ``python -m benchmarks harvest --help``."""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import ceiling, portal, processes, report
from benchmarks.sources import dcat, iso
from benchmarks.sources.words import is_changed
from ops import services
from ops.console import step
from ops.profile import ROOT, VENV

#: The records that warm the consumers up have numbers of their own: a record known already is not made again.
WARM, WARM_FROM = 30, 900_000
#: Source types: ours and the peer's, by kind.
TYPES = {"csw": {"ours": "msip_csw", "peer": "csw"}, "dcat": {"ours": "dcat_rdf", "peer": "dcat_rdf"}}
PYCSW = services.PYCSW_PYTHON


def folder(kind: str) -> Path:
    """Where the source's server keeps its files."""
    made = portal.PROFILE.folder / kind
    made.mkdir(parents=True, exist_ok=True)
    return made


def port(kind: str) -> int:
    return portal.PROFILE.ports["pycsw" if kind == "csw" else "files"]


def address(kind: str, records: int, *, etag: bool = False) -> str:
    """Address of the catalogue with so many records."""
    if kind == "csw":
        return f"http://127.0.0.1:{port(kind)}/n{records}/csw"
    return f"http://127.0.0.1:{port(kind)}/{'etag/' if etag else ''}n{records}/catalog.ttl"


def numbers(records: int) -> range:
    """The numbers of a catalogue's records."""
    return range(WARM_FROM, WARM_FROM + records) if records == WARM else range(records)


def make_csw(records: int) -> None:
    """pycsw's two databases of one catalogue: the records at first, and with a hundredth changed."""
    where = folder("csw") / f"n{records}"
    if (where / "changed.db").exists():
        return
    shutil.rmtree(where, ignore_errors=True)
    for name, wanted in (("first", lambda _: True), ("bumped", is_changed)):
        (where / name).mkdir(parents=True)
        for number in numbers(records):
            if wanted(number):
                _, text = iso.record(number, changed=name == "bumped")
                (where / name / f"{number:06d}.xml").write_text(text, encoding="utf-8")
    loader = [str(PYCSW), "-m", "benchmarks.sources.csw_server", "load"]
    subprocess.run([*loader, where / "first.db", where / "first"], check=True, cwd=ROOT, capture_output=True)
    fresh = where / "changed.new"
    shutil.copy(where / "first.db", fresh)
    with contextlib.closing(sqlite3.connect(fresh)) as database:
        changed = [(iso.identifier(number),) for number in numbers(records) if is_changed(number)]
        database.executemany("DELETE FROM records WHERE identifier = ?", changed)
        database.commit()
    subprocess.run([*loader, fresh, where / "bumped"], check=True, cwd=ROOT, capture_output=True)
    fresh.rename(where / "changed.db")


def make_dcat(records: int) -> None:
    """The catalogue's pages in both states."""
    where = folder("dcat") / f"n{records}"
    base = address("dcat", records).rpartition("/")[0]
    for state in ("first", "changed"):
        (where / state).mkdir(parents=True, exist_ok=True)
        for number, page in enumerate(dcat.pages(base, numbers(records), changed=state == "changed"), 1):
            (where / state / f"page{number}.ttl").write_text(page, encoding="utf-8")


@contextlib.contextmanager
def serving(kind: str) -> Iterator[processes.Process]:
    """The source's server."""
    (folder(kind) / "state").write_text("first")
    (folder(kind) / "access.log").write_text("")
    python, module = (PYCSW, "csw_server") if kind == "csw" else (VENV / "bin" / "python", "dcat_server")
    command = [str(python), "-m", f"benchmarks.sources.{module}", str(folder(kind)), str(port(kind))]
    if not services.port_is_free_soon(port(kind)):
        raise SystemExit(
            f"port {port(kind)} is in use: delete {portal.PROFILE.folder / 'ports.json'} while the profile is stopped"
        )
    with processes.running({f"{kind}-server": command}) as (server,):
        while not services.listens(port(kind)):
            server.alive()
            time.sleep(0.2)
        yield server


def measure(
    side: str, kind: str, records: int, writers: int, server: processes.Process, *, etag: bool = False
) -> dict[str, Any]:
    """One side of one comparison, in a process of its own, from the seeded state."""
    portal.empty()
    task = {
        "side": side, "kind": kind, "source_type": TYPES[kind][side], "url": address(kind, records, etag=etag),
        "warm_url": address(kind, WARM, etag=etag), "records": records, "writers": writers, "folder": str(folder(kind)),
        "server": server.process.pid,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.side", json.dumps(task)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    if done.returncode:
        raise SystemExit(f"{side} {kind}: not measured; see {portal.PROFILE.folder / 'log'}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main(words: list[str]) -> None:
    """Measure, print the table, write the JSON file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks harvest", description=__doc__)
    parser.add_argument("--records", type=int, default=2000, help="records of our side (default: 2000)")
    parser.add_argument(
        "--peer-records",
        type=int,
        default=300,
        help="records of the peers (default: 300; rates are a record's)",
    )
    parser.add_argument("--writers", type=int, default=2, help="our writing processes (default: 2)")
    parser.add_argument(
        "--peer-writers",
        default="1,2",
        help="the peers' importing processes; several: each is measured (default: 1,2)",
    )
    parser.add_argument("--kinds", default="csw,dcat", help="csw, dcat or both")
    parser.add_argument("--sides", default="peer,ours", help="peer, ours or both")
    parser.add_argument(
        "--etag", action="store_true", help="also our side against a DCAT server that answers 304"
    )
    parser.add_argument(
        "--ceiling", type=int, default=200, help="records a process of package_create alone; 0: leave it out"
    )
    parser.add_argument("--output", type=Path, default=portal.PROFILE.folder / "harvest.json")
    options = parser.parse_args(words)
    results: dict[str, Any] = {"machine": report.machine(), "sides": {}, "ceiling": []}
    portal.raise_services()
    for kind in options.kinds.split(","):
        with step(f"{kind}: records"):
            for records in {WARM, options.records, options.peer_records}:
                (make_csw if kind == "csw" else make_dcat)(records)
        with serving(kind) as server:
            for side in options.sides.split(","):
                records = options.records if side == "ours" else options.peer_records
                for writers in (
                    [options.writers] if side == "ours" else map(int, options.peer_writers.split(","))
                ):
                    with step(f"{kind}: {side}, {records} records, {writers} writing processes"):
                        name = f"{kind} {side}" if side == "ours" else f"{kind} {side} {writers}"
                        results["sides"][name] = measure(side, kind, records, writers, server)
                    options.output.write_text(json.dumps(results, indent=1, ensure_ascii=False))
            if options.etag and kind == "dcat":
                with step("dcat: ours, server with ETag"):
                    results["sides"]["dcat+etag ours"] = measure(
                        "ours", kind, options.records, options.writers, server, etag=True
                    )
    if options.ceiling:
        with step("package_create alone"):
            results["ceiling"] = ceiling.all_ways(options.ceiling)
    options.output.write_text(json.dumps(results, indent=1, ensure_ascii=False))
    print(f"\n{report.text(results)}\n\n{options.output}")
