"""Score the stored evidence of many datasets: how long does a whole city's catalogue take, and where does it go?

    ckan=var/publish/unit.ini
    python benchmarks/score_many.py $ckan --sets 10000 --versions 24 --processes 2

Makes ``--sets`` datasets in the given (test) portal by copying the rows of four made through CKAN's own action, gives each
``--versions`` observations (months of a table of six districts, some late, some broken), indexes them, scores them once so
that M is known, and then measures what a day asks for: all of them scored again from what is stored. Deletes its sets with
``--clean``. Nothing is looked at over the network.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.util
import json
import os
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
MARK = "benchmark-score-"
NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.timezone.utc)
BATCH = 500


def arguments() -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("ini", help="settings file of a portal to fill; a test's, never a real one")
    parser.add_argument("--sets", type=int, default=10_000)
    parser.add_argument("--versions", type=int, default=24, help="observations of each set")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="measure the sets that are there; make none")
    parser.add_argument("--clean", action="store_true", help="only delete what was made")
    parser.add_argument("--profile", action="store_true", help="profile one process over 500 sets")
    parser.add_argument(
        "--quick",
        action="store_true",
        help="leave SHACL out of the first pass (which only fills the cache of M)",
    )
    parser.add_argument("--part", help=argparse.SUPPRESS)
    return parser.parse_args()


def load(ini: str) -> Any:
    """The application with its plugins, in a request context."""
    from ckan.cli import CKANConfigLoader
    from ckan.config.middleware import make_app

    app = make_app(CKANConfigLoader(ini).get_config())
    context = app._wsgi_app.test_request_context()
    context.push()
    return context


def template() -> dict[str, Any]:
    """One dataset made through CKAN's own action, with its organisation."""
    import ckan.plugins.toolkit as tk

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    context = {"user": user, "ignore_auth": True}
    try:
        unit = tk.get_action("organization_show")(dict(context), {"id": "urzad-miasta"})
    except tk.ObjectNotFound:
        unit = tk.get_action("organization_create")(
            dict(context), {"name": "urzad-miasta", "title": "Urząd Miasta"}
        )
    spec = importlib.util.spec_from_file_location("examples", ROOT / "tests" / "catalogue" / "examples.py")
    examples = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(examples)
    wanted = examples.example("dataset", owner_org=unit["id"], name=f"{MARK}template")
    try:
        return tk.get_action("package_show")(dict(context), {"id": wanted["name"]})
    except tk.ObjectNotFound:
        return tk.get_action("package_create")(dict(context), wanted)


def clone(package: dict[str, Any], number: int) -> None:
    """Copy the template's rows under new ids, ``number`` times, in the database and in Solr."""
    from ckan import model
    from ckan.lib.search.common import make_connection
    from sqlalchemy import text

    session = model.Session
    session.execute(
        text(
            "CREATE TEMP TABLE clones AS SELECT n, gen_random_uuid()::text AS id FROM generate_series(1, :n) n"
        ),
        {"n": number},
    )
    for table, key in (("package", "id"), ("resource", "package_id"), ("package_tag", "package_id")):
        columns = [
            row[0]
            for row in session.execute(
                text(
                    "SELECT column_name FROM information_schema.columns WHERE table_name = :t AND table_schema = 'public' "
                    "AND is_generated = 'NEVER'"
                ),
                {"t": table},
            )
        ]
        source = []
        for column in columns:
            if column == key:
                source.append("clones.id")
            elif column == "id":
                source.append("gen_random_uuid()::text")
            elif table == "package" and column == "name":
                source.append(f"'{MARK}' || clones.n")
            else:
                source.append(f't."{column}"')
        names = ", ".join(f'"{column}"' for column in columns)
        session.execute(
            text(
                f"INSERT INTO {table} ({names}) SELECT {', '.join(source)} FROM {table} t, clones WHERE t.{key} = :id"
            ),
            {"id": package["id"]},
        )
    session.commit()
    solr = make_connection()
    document = solr.search(f'id:"{package["id"]}"', fl="*", rows=1).docs[0]
    for field in ("_version_", "indexed_ts"):
        document.pop(field, None)
    # pysolr reads dates as moments; Solr takes them back as text.
    whole = json.dumps(document, default=lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
    ids = session.execute(
        text(
            "SELECT c.id, p.name, array_agg(r.id ORDER BY r.position) FROM clones c JOIN package p ON p.id = c.id "
            "JOIN resource r ON r.package_id = c.id GROUP BY c.id, p.name"
        )
    ).all()
    old = [resource["id"] for resource in package["resources"]]
    documents = []
    for package_id, name, resources in ids:
        made = whole.replace(package["id"], package_id).replace(package["name"], name)
        for before, after in zip(old, resources, strict=True):
            made = made.replace(before, after)
        made = json.loads(made)
        made["index_id"] = uuid.uuid4().hex
        documents.append(made)
        if len(documents) == BATCH:
            solr.add(docs=documents, commit=False)
            documents = []
    solr.add(docs=documents, commit=True)


def observe(versions: int) -> int:
    """Give every set its observations: a month a version, of six districts."""
    from ckan import model as core
    from ckanext.kielce.quality import model
    from sqlalchemy import insert, text

    session = core.Session
    sets = session.execute(
        text(
            "SELECT p.id, array_agg(r.id ORDER BY r.position) FROM package p JOIN resource r ON r.package_id = p.id "
            f"WHERE p.name LIKE '{MARK}%' GROUP BY p.id ORDER BY p.id"
        )
    ).all()
    made = 0
    for start in range(0, len(sets), BATCH):
        seen: list[dict[str, Any]] = []
        links: list[dict[str, Any]] = []
        declared: list[dict[str, Any]] = []
        for place, (package_id, resources) in enumerate(sets[start : start + BATCH], start):
            behind = place % 7 if place % 3 == 0 else 0
            for resource_id in resources[:1]:
                seen += observations(package_id, resource_id, versions, behind)
            for resource_id in resources:
                links.append(
                    {
                        "id": str(uuid.uuid4()),
                        "package_id": package_id,
                        "resource_id": resource_id,
                        "url": "https://dane.kielce.example/wydatki.csv",
                        "checked_at": NOW - dt.timedelta(days=300),
                        "last_checked_at": NOW,
                        "checks": 900,
                        "ok": place % 11 != 0,
                        "http_status": 200 if place % 11 else 404,
                        "error": None if place % 11 else "http_error",
                    }
                )
            declared.append(
                {
                    "id": str(uuid.uuid4()),
                    "package_id": package_id,
                    "declared_at": NOW - dt.timedelta(days=1000),
                    "frequency": "MONTHLY",
                }
            )
        session.execute(insert(model.Observation), seen)
        session.execute(insert(model.LinkCheck), links)
        session.execute(insert(model.Declaration), declared)
        session.commit()
        made += len(seen)
    return made


def observations(package_id: str, resource_id: str, versions: int, behind: int) -> list[dict[str, Any]]:
    """What was seen of one table: a new month each time."""
    found = []
    for number in range(versions):
        months = 12 * 2026 + 9 - behind - (versions - 1 - number)
        end = dt.date(months // 12, months % 12 + 1, 1) - dt.timedelta(days=1)
        at = dt.datetime.combine(end + dt.timedelta(days=9), dt.time(6), dt.timezone.utc)
        ends = [end - dt.timedelta(days=30 * back) for back in range(40)]
        found.append(
            {
                "id": str(uuid.uuid4()),
                "package_id": package_id,
                "resource_id": resource_id,
                "observed_at": at,
                "last_seen_at": at + dt.timedelta(days=27),
                "checks": 27,
                "method": "get",
                "url": "https://dane.kielce.example/wydatki.csv",
                "http_status": 200,
                "content_length": 20_000 + 500 * number,
                "bytes_sha256": uuid.uuid4().hex,
                "value_hash": uuid.uuid4().hex,
                "schema_fingerprint": "f" * 64,
                "row_count": 600 + 6 * number,
                "newest_period": end,
                "profile": {
                    "period_grain": "month",
                    "columns": {"miesiac": "date", "dzielnica": "text", "kwota": "number"},
                    "oldest_period": ends[-1].isoformat(),
                    "parsed": True,
                    "format_true": "CSV",
                    "format_declared": "CSV",
                    "total_columns": 3,
                    "described_columns": 1,
                    "null_share": 0.01,
                    "pii": [],
                    "announced_until": end.isoformat(),
                    "period_hashes": {day.isoformat(): f"{day:%Y%m}{number % 3}" for day in ends},
                    "active_months": sorted({f"{day:%Y-%m}" for day in ends[:36]}),
                    "series": {f"Dzielnica {place}": end.isoformat() for place in range(6)},
                },
                "problems": [],
            }
        )
    return found


def part(ini: str, which: str, quick: bool) -> None:
    """One process: score its share of the sets, slice by slice; prints how many and how long."""
    number, processes = (int(word) for word in which.split("/"))
    context = load(ini)
    from ckan import model
    from ckanext.kielce.quality import rdf
    from ckanext.kielce.quality.many import score_many
    from sqlalchemy import text

    ids = [
        row[0]
        for row in model.Session.execute(
            text(f"SELECT id FROM package WHERE name LIKE '{MARK}%' ORDER BY id")
        )
    ][number::processes]
    if quick:
        rdf.validate = lambda _graph: True
    start, busy = time.monotonic(), time.process_time()
    report = score_many(ids, now=NOW, index=False)
    took = {"seconds": time.monotonic() - start, "cpu": time.process_time() - busy}
    print(json.dumps({"scored": report.scored, **took}))
    context.pop()


def measure(ini: str, processes: int, *, quick: bool = False) -> float:
    """Seconds that the given number of processes take for all sets, without the start of Python and CKAN."""
    command = [sys.executable, __file__, ini, *(["--quick"] if quick else []), "--part"]
    running = [
        subprocess.Popen([*command, f"{number}/{processes}"], stdout=subprocess.PIPE, text=True, cwd=ROOT)
        for number in range(processes)
    ]
    reports = [json.loads(process.communicate()[0].splitlines()[-1]) for process in running]
    took = max(report["seconds"] for report in reports)
    scored = sum(report["scored"] for report in reports)
    busy = sum(report["cpu"] for report in reports)
    print(
        f"{scored} sets in {took:.1f} s ({scored / took:.0f} a second, {processes} processes, {busy:.1f} s of their CPU, "
        f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores)"
    )
    return took


def clean() -> None:
    """Delete everything that was made."""
    from ckan import model
    from ckan.lib.search.common import make_connection
    from sqlalchemy import text

    mine = f"(SELECT id FROM package WHERE name LIKE '{MARK}%')"
    tables = ("observation", "link_check", "declaration", "score", "score_day")
    for table in tables:
        model.Session.execute(text(f"DELETE FROM kielce_quality_{table} WHERE package_id IN {mine}"))
    for table in ("resource_view",):
        model.Session.execute(
            text(
                f"DELETE FROM {table} WHERE resource_id IN (SELECT id FROM resource WHERE package_id IN {mine})"
            )
        )
    for table in ("resource", "package_tag", "package_member"):
        model.Session.execute(text(f"DELETE FROM {table} WHERE package_id IN {mine}"))
    model.Session.execute(text(f"DELETE FROM member WHERE table_id IN {mine}"))
    model.Session.execute(text(f"DELETE FROM package WHERE name LIKE '{MARK}%'"))
    model.Session.commit()
    make_connection().delete(q=f"name:{MARK}*", commit=True)


def profile(ini: str) -> None:
    """Where the time goes: one process over 500 sets."""
    import cProfile
    import pstats

    load(ini)
    from ckan import model
    from ckanext.kielce.quality.many import score_many
    from sqlalchemy import text

    ids = [
        row[0]
        for row in model.Session.execute(
            text(f"SELECT id FROM package WHERE name LIKE '{MARK}%' ORDER BY id LIMIT 500")
        )
    ]
    profiler = cProfile.Profile()
    profiler.enable()
    score_many(ids, now=NOW, index=False)
    profiler.disable()
    pstats.Stats(profiler).sort_stats("cumulative").print_stats(45)


def main() -> None:
    """Make, measure, print."""
    asked = arguments()
    ini = str(Path(asked.ini).resolve())
    if asked.part:
        part(ini, asked.part, asked.quick)
        return
    if asked.profile:
        profile(ini)
        return
    if asked.clean or not asked.keep:
        context = load(ini)
        clean()
        if asked.clean:
            return
        start = time.monotonic()
        clone(template(), asked.sets - 1)
        made = observe(asked.versions)
        print(f"{asked.sets} sets with {made} observations made in {time.monotonic() - start:.0f} s")
        context.pop()
    print("first time (M not known yet" + (", SHACL left out" if asked.quick else "") + "):")
    measure(ini, asked.processes, quick=asked.quick)
    print("again (M by the hash of the description):")
    measure(ini, asked.processes)


if __name__ == "__main__":
    main()
