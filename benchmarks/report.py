"""Measurements as a table of rates and ratios. Pure but for `machine`."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ops.console import table

RUNS = {"first": "first harvest", "unchanged": "unchanged re-harvest", "changed": "1 % changed"}
PEERS = {"csw": "ckanext-spatial", "dcat": "ckanext-dcat"}


def machine() -> dict[str, str]:
    """What it was measured on."""
    with Path("/proc/cpuinfo").open(encoding="utf-8") as stream:
        model = next((line.partition(":")[2].strip() for line in stream if line.startswith("model name")), "")
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {
        "cpu": f"{os.cpu_count()} x {model}".strip(),
        "memory": f"{memory:.0f} GB",
        "system": platform.platform(),
        "python": platform.python_version(),
        "load": " ".join(f"{part:.2f}" for part in os.getloadavg()),
        **{name: version(name) for name in ("ckan", "ckanext-harvest", "ckanext-spatial", "ckanext-dcat")},
    }


def rate(side: dict[str, Any], run: str) -> float:
    """Records of the source a second: those proven in the catalogue, for the changed run all that are there still."""
    found = side["runs"][run]
    good = found["proven"] if run != "changed" else side["runs"]["unchanged"]["proven"]
    return float(good / found["seconds"])


HEAD = "work|side|writers|records|proven|seconds|rec/s|ours is|requests|each|CPU ms each|ours is|package, activity, index writes"


def cpu(side: dict[str, Any], run: str) -> float:
    """Milliseconds of processor time a record: consumers, PostgreSQL, Redis, Solr and the source's server."""
    return 1000 * sum(side["runs"][run]["cpu_seconds"].values()) / int(side["task"]["records"])


def times(numerator: float, denominator: float) -> str:
    """A ratio; blank where there is none."""
    return f"{numerator / denominator:.1f} x" if denominator else ""


def comparison(results: dict[str, Any]) -> list[tuple[str, ...]]:
    """A row for each side and work; a peer's rows say how many times faster ours is and how much less CPU it takes."""
    rows = []
    for run, title in RUNS.items():
        for name, side in results["sides"].items():
            kind, who, *_ = name.split()
            ours = results["sides"].get(f"{kind} ours")
            found, task = side["runs"][run], side["task"]
            paired = ours is not None and who == "peer"
            row = (
                f"{kind}: {title}", PEERS[kind] if who == "peer" else "kielce_harvest", task["writers"], task["records"],
                found["proven"], f"{found['seconds']:.2f}", f"{rate(side, run):.1f}",
                times(rate(ours, run), rate(side, run)) if paired else "",
                found["requests"], f"{found['requests'] / task['records']:.3f}", f"{cpu(side, run):.1f}",
                times(cpu(side, run), cpu(ours, run)) if paired else "",
                f"{found['written']['package']}, {found['written']['activity']}, {found['index_adds']}",
            )  # fmt: skip
            rows.append(tuple(map(str, row)))
    return sorted(rows, key=lambda row: row[0].partition(":")[0])


def text(results: dict[str, Any]) -> str:
    """The whole report."""
    parts = []
    if results["sides"]:
        parts.append(table([tuple(HEAD.split("|")), *comparison(results)]))
        peaks = [
            (name, process, f"{peak / 1e6:.0f}")
            for name, side in results["sides"].items()
            for process, peak in side["memory"].items()
        ]
        parts.append(table([("peak memory", "process", "MB"), *peaks]))
    if results.get("ceiling"):
        columns = ("way", "processes", "records", "proven", "rate", "cpu_ms_per_record")
        heading = (
            "package_create alone",
            "processes",
            "records",
            "proven",
            "rec/s",
            "python CPU ms a record",
        )
        parts.append(
            table([heading, *(tuple(str(row[name]) for name in columns) for row in results["ceiling"])])
        )
    facts = ", ".join(f"{name} {value}" for name, value in results["machine"].items())
    parts.append(
        "All sides: the portal's schema and plugins, activity stream on, one reading process besides the writing ones, no "
        f"background worker. CPU counts consumers, PostgreSQL, Redis, Solr and the source's server. {facts}"
    )
    return "\n\n".join(parts)
