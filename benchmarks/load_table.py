"""A CSV into the DataStore: our typed COPY beside ckanext-xloader's two ways and CKAN's own ``datastore_create``, as ratios.

    python -m benchmarks tables --rows 20000

All start from the same file on disk and end with a table that ``datastore_search`` counts; a rate counts only rows found there.
xloader's first way copies every column as text; its second guesses types and sends records in batches of 250. CKAN's is what a
script does with its API: read the CSV, declare types, send batches of 1,000. All in one process, without HTTP, which favours the
others. Printed beside the rates: the types that the columns got. A scratch dataset is made and purged. xloader is fetched into
``var/cache`` for it; it is no part of the portal.
"""

from __future__ import annotations

import argparse
import csv
import logging
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ckanext
from ckan import model
from ckan.cli import CKANConfigLoader
from ckan.config.middleware import make_app
from ckan.plugins import toolkit as tk

from benchmarks import report
from ops.profile import CACHE, VENV

BATCH = 1000
XLOADER = "2.6.0"
log = logging.getLogger(__name__)


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


def fetch_xloader() -> None:
    """xloader and what it needs, behind everything that CKAN brings."""
    folder = CACHE / f"xloader-{XLOADER}"
    if not folder.exists():
        subprocess.run(
            [VENV / "bin" / "uv", "pip", "install", "--quiet", "--python", sys.executable, "--target", folder,
             f"ckanext-xloader=={XLOADER}", "setuptools<81"],
            check=True,
        )  # fmt: skip
    sys.path.append(str(folder))
    ckanext.__path__.append(str(folder / "ckanext"))


def xloader_text(path: Path, resource_id: str) -> None:
    from ckanext.xloader import loader

    loader.load_csv(str(path), resource_id, logger=log)


def xloader_typed(path: Path, resource_id: str) -> None:
    from ckanext.xloader import loader

    loader.load_table(str(path), resource_id, logger=log)


def sysadmin() -> dict[str, Any]:
    return {"ignore_auth": True, "user": tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]}


def types(resource_id: str) -> str:
    """Types that the columns got, in order."""
    found = tk.get_action("datastore_search")(sysadmin(), {"resource_id": resource_id, "limit": 0})["fields"]
    return ", ".join(field["type"] for field in found if field["id"] != "_id")


def rows_found(resource_id: str) -> int:
    return int(
        tk.get_action("datastore_search")(sysadmin(), {"resource_id": resource_id, "limit": 0})["total"]
    )


def timed(way: Callable[[Path, str], None], path: Path, dataset: str, rows: int) -> tuple[float, str]:
    """Rows a second, into a new resource, and its types."""
    resource = tk.get_action("resource_create")(
        sysadmin(), {"package_id": dataset, "name": way.__name__, "url": "https://a.example/b"}
    )
    started = time.perf_counter()
    way(path, resource["id"])
    seconds = time.perf_counter() - started
    found = rows_found(resource["id"])
    if found != rows:
        raise SystemExit(f"{way.__name__}: {found} of {rows} rows arrived")
    return rows / seconds, types(resource["id"])


def main(words: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("ini")
    parser.add_argument("--rows", type=int, default=20000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args(words)
    fetch_xloader()
    app = make_app(CKANConfigLoader(arguments.ini).get_config())
    with app._wsgi_app.test_request_context(), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "odczyty.csv"
        write_csv(path, arguments.rows)
        tk.g.user = sysadmin()["user"]  # xloader's records come from whoever asks
        tk.g.userobj = model.User.get(tk.g.user)
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
            runs = [
                {way.__name__: timed(way, path, dataset, arguments.rows) for way in WAYS}
                for _ in range(arguments.runs)
            ]
        finally:
            tk.get_action("dataset_purge")(sysadmin(), {"id": dataset})
    print(f"{report.machine()}\n")
    print("| way | rows/s | ours is | types of the columns |\n|---|---|---|---|")
    for way in WAYS:
        rates = [run[way.__name__][0] for run in runs]
        ratio = statistics.median(run["ours"][0] / run[way.__name__][0] for run in runs)
        said = "" if way is ours else f"{ratio:.1f} x"
        print(f"| {way.__name__} | {statistics.median(rates):.0f} | {said} | {runs[0][way.__name__][1]} |")


WAYS = (ours, xloader_text, xloader_typed, ckans)

if __name__ == "__main__":
    main()
