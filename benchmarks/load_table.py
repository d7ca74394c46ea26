"""A CSV into the DataStore: our typed COPY beside CKAN's own ``datastore_create``, one run, as a ratio.

    python -m benchmarks tables --rows 20000

Both start from the same file on disk and end with a table that ``datastore_search`` counts; a rate counts only rows found there.
CKAN's way is what a script does with its API: read the CSV, declare types, send records in batches of 1,000, in the same process
(no HTTP, which favours it). A scratch dataset is made and purged.
"""

from __future__ import annotations

import argparse
import csv
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app
from ckan.plugins import toolkit as tk

BATCH = 1000


def write_csv(path: Path, rows: int) -> None:
    """Readings by district and day: text, date, integer, decimal."""
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, delimiter=";")
        writer.writerow(["osiedle", "dzien", "odczyty", "srednia"])
        for n in range(rows):
            day = f"20{10 + n % 15:02}-{1 + n % 12:02}-{1 + n % 28:02}"
            writer.writerow([f"Ślichowice {n % 37}", day, n, f"{n % 500},{n % 10}"])


def ours(path: Path, resource_id: str) -> None:
    from ckanext.kielce.tables.shared import load, read

    load(resource_id, read(path)[0])


def ckans(path: Path, resource_id: str) -> None:
    fields = [
        {"id": "osiedle", "type": "text"},
        {"id": "dzien", "type": "date"},
        {"id": "odczyty", "type": "int"},
        {"id": "srednia", "type": "numeric"},
    ]
    with path.open(encoding="utf-8") as stream:
        rows = [
            {**row, "srednia": row["srednia"].replace(",", ".")}
            for row in csv.DictReader(stream, delimiter=";")
        ]
    request: dict[str, Any] = {"resource_id": resource_id, "fields": fields, "force": True}
    for start in range(0, len(rows), BATCH):
        tk.get_action("datastore_create")(sysadmin(), {**request, "records": rows[start : start + BATCH]})


def sysadmin() -> dict[str, Any]:
    return {"ignore_auth": True, "user": tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]}


def rows_found(resource_id: str) -> int:
    return int(
        tk.get_action("datastore_search")(sysadmin(), {"resource_id": resource_id, "limit": 0})["total"]
    )


def timed(way: Callable[[Path, str], None], path: Path, dataset: str, rows: int) -> float:
    """Rows a second, into a new resource."""
    resource = tk.get_action("resource_create")(
        sysadmin(), {"package_id": dataset, "name": way.__name__, "url": "https://a.example/b"}
    )
    started = time.perf_counter()
    way(path, resource["id"])
    seconds = time.perf_counter() - started
    found = rows_found(resource["id"])
    if found != rows:
        raise SystemExit(f"{way.__name__}: {found} of {rows} rows arrived")
    return rows / seconds


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("ini")
    parser.add_argument("--rows", type=int, default=20000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args(words)
    app = make_app(CKANConfigLoader(arguments.ini).get_config())
    with app._wsgi_app.test_request_context(), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "odczyty.csv"
        write_csv(path, arguments.rows)
        unit = tk.get_action("organization_list")(sysadmin(), {})[0]
        dataset = tk.get_action("package_create")(
            sysadmin(),
            {
                "name": f"benchmark-{int(time.time())}",
                "title": "Benchmark",
                "notes": "-",
                "domain": "finanse",
                "owner_org": unit,
                "private": True,
            },
        )["id"]
        try:
            pairs = [
                (timed(ours, path, dataset, arguments.rows), timed(ckans, path, dataset, arguments.rows))
                for _ in range(arguments.runs)
            ]
        finally:
            tk.get_action("dataset_purge")(sysadmin(), {"id": dataset})
        for name, rates in zip(("ours", "datastore_create"), zip(*pairs, strict=True), strict=True):
            print(
                f"{name:18} {statistics.median(rates):9.0f} rows/s  (min {min(rates):.0f}, max {max(rates):.0f})"
            )
        print(f"{'ratio':18} {statistics.median(one / other for one, other in pairs):9.1f} x")


if __name__ == "__main__":
    main()
