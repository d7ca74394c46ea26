"""Processes that the benchmark starts: found again by their handle only, and ended with their peak memory noted."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.portal import PROFILE, ini
from ops.profile import ROOT, VENV

CKAN = [str(VENV / "bin" / "ckan"), "-c", str(ini("ours"))]
PEERS = [str(VENV / "bin" / "python"), "-m", "benchmarks.peers", "-c", str(ini("peer"))]


class Process:
    """One process with its log under ``var/bench/log``."""

    def __init__(self, name: str, command: Sequence[str]) -> None:
        self.name = name
        folder = PROFILE.folder / "log"
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / f"{name}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                list(command), cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )  # fmt: skip

    def alive(self) -> None:
        """Raises SystemExit with the end of its log when it has died: what follows would measure nothing."""
        if self.process.poll() is not None:
            tail = "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])
            raise SystemExit(f"{self.name} ended with {self.process.returncode}:\n{tail}")

    def peak(self) -> int:
        """Greatest resident memory so far, in bytes (VmHWM)."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return 0
        found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
        return int(found[1]) * 1024 if found else 0

    def end(self) -> None:
        """Ask it to end; after ten seconds it is killed."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def cpu_seconds(*roots: int) -> float:
    """Processor time so far of these processes, of all under them, and of their children that have ended."""
    children: dict[int, list[int]] = {}
    spent: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(entry.name)
        children.setdefault(int(fields[1]), []).append(pid)
        spent[pid] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    todo, total = list(roots), 0.0
    while todo:
        pid = todo.pop()
        todo += children.get(pid, [])
        total += spent.get(pid, 0.0)
    return total


@contextlib.contextmanager
def running(commands: dict[str, Sequence[str]], settle: float = 0) -> Iterator[list[Process]]:
    """The processes, ended on the way out. ``settle`` seconds are given for them to load."""
    started = [Process(name, command) for name, command in commands.items()]
    try:
        end = time.monotonic() + settle
        while time.monotonic() < end:
            for process in started:
                process.alive()
            time.sleep(0.2)
        yield started
    finally:
        for process in started:
            process.end()


def our_consumers(writers: int) -> dict[str, Sequence[str]]:
    """One reader of sources and ``writers`` writers of datasets."""
    commands: dict[str, Sequence[str]] = {"gather": [*CKAN, "kielce", "harvest", "consumer", "gather"]}
    return commands | {
        f"fetch-{number}": [*CKAN, "kielce", "harvest", "consumer", "fetch"]
        for number in range(1, writers + 1)
    }


def peer_consumers(writers: int) -> dict[str, Sequence[str]]:
    """ckanext-harvest's own consumers, as many of each."""
    commands: dict[str, Sequence[str]] = {"peer-gather": [*PEERS, "harvester", "gather-consumer"]}
    return commands | {
        f"peer-fetch-{number}": [*PEERS, "harvester", "fetch-consumer"] for number in range(1, writers + 1)
    }
