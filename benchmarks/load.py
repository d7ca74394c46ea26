"""An anonymous day's requests at full speed: the portal as it is raised for the city, beside stock CKAN on the same data.

    python -m benchmarks load [--datasets 10000] [--seconds 60] [--warm 30] [--connections 16] [--sides ours,bare,stock]

ours: web server and cache as `config/processes.ini` starts them. bare: our web server without the cache. stock: CKAN 2.12 with
`activity` and `datastore`, the same web server, workers, database and index. The client is wrk (Debian's), on the same machine.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import portal, processes, report
from benchmarks.mix import SHARES, Table, addresses
from ops import services
from ops.profile import ROOT, VENV

PROFILE = portal.PROFILE
SIDES = ("stock", "bare", "ours")
#: More requests a second than any side manages: the list of a run is to be longer than the run.
FASTEST = {"ours": 4000, "bare": 400, "stock": 400}
STOCK_PLUGINS = "activity datastore"
THREADS = 1


def arguments(words: list[str]) -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks load", description=__doc__.splitlines()[0])
    parser.add_argument("--datasets", type=int, default=10_000)
    parser.add_argument("--seconds", type=int, default=60, help="length of each measured run")
    parser.add_argument("--warm", type=int, default=30, help="seconds of the same mix before it, not counted")
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--sides", default=",".join(SIDES))
    return parser.parse_args(words)


def filled(number: int) -> tuple[list[str], list[Table]]:
    """The datasets, made if they are not there yet."""
    path = PROFILE.folder / "load.json"
    done = subprocess.run(
        [str(VENV / "bin" / "python"), "-m", "benchmarks.many", str(portal.ini("ours")), str(number)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    found = re.search(r"^FILLED (.*)$", done.stdout, re.MULTILINE)
    if done.returncode or not found:
        raise SystemExit(f"The datasets were not made:\n{done.stderr[-3000:]}")
    path.write_text(found[1])
    data = json.loads(found[1])
    return data["names"][:number], [Table(**table) for table in data["tables"]]


def write_stock_ini() -> Path:
    """CKAN alone on the same database, index, queue and storage."""
    text = portal.ini("ours").read_text()
    found = re.search(r"^ckan\.plugins =((?:\s*\n?[ ]+\S.*)+)", text, re.MULTILINE)
    if found is None:
        raise SystemExit("config/ckan.ini has no list of plugins")
    path = PROFILE.folder / "stock.ini"
    path.write_text(text.replace(found[0], f"ckan.plugins = {STOCK_PLUGINS}"))
    path.chmod(0o600)
    return path


def gunicorn(ini: Path, port: int) -> list[str]:
    """The command line of `config/processes.ini` with other settings and another port."""
    command = re.sub(r"--bind \S+", f"--bind 127.0.0.1:{port}", _configured("web"))
    command = re.sub(r"--access-logfile \S+ ", "", command)
    return ["env", f"CKAN_INI={ini}", *command.split()]


def _configured(name: str) -> str:
    text = (PROFILE.folder / "supervisord.conf").read_text()
    found = re.search(rf"^\[program:{name}\]\ncommand=(.*)$", text, re.MULTILINE)
    if found is None:
        raise SystemExit(f"{name} is not among the portal's processes")
    return found[1]


@contextlib.contextmanager
def served(side: str) -> Iterator[tuple[int, list[int]]]:
    """The side's web server; yields its port and the processes whose time counts."""
    if side == "ours":
        services.start(PROFILE, "web")
        try:
            services.wait_healthy(PROFILE, "web", seconds=300)
            supervisor = services.supervisor_pid(PROFILE)
            yield PROFILE.ports["web"], [supervisor] if supervisor else []
        finally:
            services.control(PROFILE, "stop", "web:*")
        return
    port = PROFILE.ports["app"] if side == "bare" else PROFILE.ports["files"]
    ini = portal.ini("ours") if side == "bare" else write_stock_ini()
    with processes.running({side: gunicorn(ini, port)}) as started:
        end = time.monotonic() + 300
        while not services.answers(f"http://127.0.0.1:{port}/api/3/action/status_show"):
            started[0].alive()
            if time.monotonic() > end:
                raise SystemExit(f"{side} did not answer")
            time.sleep(0.5)
        supervisor = services.supervisor_pid(PROFILE)
        yield port, [started[0].process.pid, *([supervisor] if supervisor else [])]


def run(side: str, port: int, listed: Path, seconds: int, connections: int) -> dict[str, Any]:
    """One run of wrk."""
    done = subprocess.run(
        ["wrk", "-t", str(THREADS), "-c", str(connections), "-d", f"{seconds}s", "--timeout", "30s",
         "-s", str(ROOT / "benchmarks" / "load.lua"), f"http://127.0.0.1:{port}"],
        capture_output=True, text=True, env={**os.environ, "LOAD_LIST": str(listed), "LOAD_THREADS": str(THREADS)},
    )  # fmt: skip
    found = re.search(r"^RESULT (.*)$", done.stdout, re.MULTILINE)
    if found is None:
        raise SystemExit(f"wrk failed on {side}:\n{done.stdout[-1000:]}{done.stderr[-1000:]}")
    return dict(json.loads(found[1]))


def write_list(path: Path, names: list[str], tables: list[Table], number: int, seed: int) -> Path:
    """Addresses for a run."""
    path.write_text("\n".join(addresses(names, tables, number, seed)) + "\n")
    return path


def measure(side: str, names: list[str], tables: list[Table], wanted: argparse.Namespace) -> dict[str, Any]:
    """Warm the side up, then measure it."""
    folder = PROFILE.folder
    with served(side) as (port, roots):
        first = {}
        if wanted.warm:
            warm = write_list(folder / "warm.txt", names, tables, FASTEST[side] * wanted.warm, 1)
            first = run(side, port, warm, wanted.warm, wanted.connections)
        listed = write_list(folder / "load.txt", names, tables, FASTEST[side] * wanted.seconds, 2)
        before, load_before = processes.cpu_seconds(*roots), os.getloadavg()[0]
        result = run(side, port, listed, wanted.seconds, wanted.connections)
        spent = processes.cpu_seconds(*roots) - before
    if result["requests"] > FASTEST[side] * wanted.seconds:
        print(f"  ! {side} was faster than the list is long: searches repeated; raise FASTEST")
    result |= {
        "side": side,
        "rate": result["requests"] / result["seconds"],
        "errors": result["status_errors"] + result["socket_errors"] + result["timeouts"],
        "cpu_ms": 1000 * spent / result["requests"],
        "cores": spent / result["seconds"],
        "load": (load_before, os.getloadavg()[0]),
        "first_rate": first["requests"] / first["seconds"] if first else None,
    }
    return result


def main(words: list[str]) -> None:
    """Measure the sides one after the other and print them."""
    wanted = arguments(words)
    if not shutil.which("wrk"):
        raise SystemExit("wrk is not installed: apt-get install wrk")
    portal.raise_services()
    print(f"Datasets: {wanted.datasets} …", flush=True)
    names, tables = filled(wanted.datasets)
    results = []
    for side in wanted.sides.split(","):
        print(f"{side}: {wanted.warm} s to warm up, {wanted.seconds} s measured …", flush=True)
        results.append(measure(side, names, tables, wanted))
        print(line(results[-1]), flush=True)
    data = {"machine": report.machine(), "shares": SHARES, "asked": vars(wanted), "results": results}
    (PROFILE.folder / "load-results.json").write_text(json.dumps(data, indent=1))
    print(f"\n{report.machine()}")
    print(text(results))


def line(result: dict[str, Any]) -> str:
    """One side in a line."""
    return (
        f"  {result['side']}: {result['rate']:.0f} requests/s, p50 {result['p50_ms']:.0f} ms, p95 {result['p95_ms']:.0f} ms, "
        f"{result['errors']} errors, {result['cpu_ms']:.1f} ms CPU a request ({result['cores']:.1f} cores), "
        f"load {result['load'][0]:.1f} to {result['load'][1]:.1f}"
    )


def text(results: list[dict[str, Any]]) -> str:
    """All sides as the table of docs/benchmarks.md."""
    stock = next((result for result in results if result["side"] == "stock"), None)
    rows = [
        "| side | requests/s | p50 | p95 | errors | CPU a request | × stock |",
        "|---|---|---|---|---|---|---|",
    ]
    for result in results:
        ratio = f"{result['rate'] / stock['rate']:.1f}" if stock else ""
        rows.append(
            f"| {result['side']} | {result['rate']:.0f} | {result['p50_ms']:.0f} ms | {result['p95_ms']:.0f} ms | "
            f"{result['errors']} of {result['requests']} | {result['cpu_ms']:.1f} ms | {ratio} |"
        )
    return "\n".join(rows)
