"""A large CSV profiled: our reader and profile beside frictionless, each in a process of its own.

    python -m benchmarks profile [--rows 1000000] [--runs 3]

Ours: true format and encoding, header, types, newest period, series and their last periods, hash of the values. frictionless:
`validate` with the schema it infers, which reads every cell once, as ours does; decimals are above 180, for it takes "51,2" for a
place. Both say how many rows they read; who misses one gives no figure. Memory is the process's greatest resident size.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import report
from ops.profile import ROOT

SIDES = ("ours", "frictionless")
#: What each side's process runs; the path is in ``sys.argv[1]``. It prints seconds, rows and the peak in kB.
CODE = {
    "ours": """
import datetime as dt
from ckanext.kielce.tables.shared import read, profile
def work(path):
    (table,) = read(Path(path))
    return profile(table, dt.date(2026, 11, 1)).rows
""",
    "frictionless": """
from frictionless import Resource, system
def work(path):
    with system.use_context(trusted=True):
        report = Resource(path=path).validate()
    assert report.valid, report.flatten(["type", "message"])[:3]
    return report.tasks[0].stats["rows"]
""",
}
FRAME = """
import json, sys, time
from pathlib import Path
{code}
started = time.perf_counter()
rows = work(sys.argv[1])
seconds = time.perf_counter() - started
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({{"seconds": seconds, "rows": rows, "peak_mb": peak / 1024}}))
"""


def write_csv(path: Path, rows: int) -> None:
    """Readings by street and day in the way Polish offices write them: semicolons, decimal commas, text with diacritics."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write("dzień;osiedle;ulica;kod;liczba odczytów;zużycie [m³];uwagi\r\n")
        for row in range(rows):
            day = f"20{10 + row % 15:02}-{1 + row % 12:02}-{1 + row % 28:02}"
            stream.write(
                f"{day};Ślichowice {row % 37};ul. Żeromskiego {row % 211};0{row % 9973:05};{row % 1000};"
                f"{200 + row % 500},{row % 97:02};{'odczyt zdalny' if row % 3 else 'wg ryczałtu'}\r\n"
            )


def measure(side: str, path: Path) -> dict[str, float]:
    """One run in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", FRAME.format(code=CODE[side]), str(path)],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    if done.returncode:
        raise SystemExit(f"{side} failed:\n{done.stderr[-2000:]}")
    return dict(json.loads(done.stdout.splitlines()[-1]))


def main(words: list[str]) -> None:
    """Measure in turns and print the table of docs/benchmarks.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks profile", description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    wanted = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "odczyty.csv"
        write_csv(path, wanted.rows)
        size = path.stat().st_size / 1e6
        runs: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
        for _ in range(wanted.runs):
            for side in SIDES:
                runs[side].append(measure(side, path))
                if runs[side][-1]["rows"] != wanted.rows:
                    raise SystemExit(f"{side} read {runs[side][-1]['rows']:.0f} of {wanted.rows} rows")
    print(f"{report.machine()}\n\n{wanted.rows} rows, {size:.0f} MB, median of {wanted.runs}:\n")
    print("| side | seconds | rows/s | peak memory |\n|---|---|---|---|")
    median = {side: statistics.median(run["seconds"] for run in runs[side]) for side in SIDES}
    for side in SIDES:
        peak = max(run["peak_mb"] for run in runs[side])
        print(f"| {side} | {median[side]:.1f} | {wanted.rows / median[side]:.0f} | {peak:.0f} MB |")
    ratios = [two["seconds"] / one["seconds"] for one, two in zip(*runs.values(), strict=True)]
    print(f"\nours is {statistics.median(ratios):.1f} times as fast ({min(ratios):.1f} to {max(ratios):.1f})")
