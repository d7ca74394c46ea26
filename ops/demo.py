"""``make demo``: from nothing to a portal that has harvested a city, scored it and shows it."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from ops import index, install, portal, services
from ops.console import Note, OperatorError, step, table
from ops.profile import ROOT, VENV, Profile

CITY_SERVERS = ("files", "mapserver", "pycsw")
#: Entries made up for show, of sets that are not open; read in as a clerk would.
REGISTER = ROOT / "demo" / "city" / "register.csv"


def raise_services(profile: Profile) -> None:
    """PostgreSQL, Redis and Solr up, the settings file written, databases and tables there."""
    with step("PostgreSQL, Redis and Solr"):
        services.check_external()
        services.start_supervisor(profile)
        services.start(profile, "services")
        services.wait_healthy(profile, "postgres", "redis", "solr")
    with step("Databases and tables"):
        portal.write_ini(profile)
        portal.make_databases(profile)
        portal.make_tables(profile)
    index.refresh(profile)


def build_city(profile: Profile) -> None:
    """The stand-in city's data, unless they are those of today."""
    with step("Stand-in city: data"):
        install.run(
            VENV / "bin" / "python", "-m", "demo.city", "build",
            "--out", profile.folder / "city", "--today", dt.datetime.now(ZoneInfo("Europe/Warsaw")).date().isoformat(),
            "--file-port", profile.ports["files"], "--mapserver-port", profile.ports["mapserver"],
            "--pycsw-port", profile.ports["pycsw"],
        )  # fmt: skip


def raise_city(profile: Profile) -> None:
    """The stand-in city's servers."""
    with step("Stand-in city: servers"):
        services.start(profile, "city")
        services.wait_healthy(profile, *CITY_SERVERS)


def raise_portal(profile: Profile) -> None:
    """Web first, for people wait for it; then the worker and the harvest consumers."""
    with step("Web server, worker and harvest consumers"):
        services.start(profile, "web")
        services.wait_healthy(profile, "web")
        services.start(profile, "portal")


def start_filled(profile: Profile, city: bool = True) -> None:
    """A portal that was filled before: the city's servers beside the web server, then the rest."""
    with step("Web server and stand-in city" if city else "Web server"):
        for group in ("city", "web") if city else ("web",):
            services.start(profile, group)
        services.wait_healthy(profile, "web", *(CITY_SERVERS if city else ()))
    with step("Worker and harvest consumers"):
        services.start(profile, "portal")


def fill(profile: Profile) -> None:
    """Units, domains, people, sources; harvest; load; judge. Done once per installation, safe to repeat."""
    with step("Units, domains and people"):
        portal.ckan(profile, "kielce", "catalogue", "seed")
        portal.make_people(profile)
    with step("Harvest sources"):
        sources = install.run(
            VENV / "bin" / "python", "-m", "demo.city", "sources",
            "--file-port", profile.ports["files"], "--mapserver-port", profile.ports["mapserver"],
            "--pycsw-port", profile.ports["pycsw"],
        )  # fmt: skip
        path = profile.folder / "sources.json"
        path.write_text(sources)
        portal.ckan(profile, "kielce", "harvest", "create", "--file", str(path))


def harvest(profile: Profile) -> None:
    """Harvest every source through the consumers; past versions; then the queue of loads and checks to its end."""
    with step("Harvest of all sources") as note:
        # Other sources describe some of its layers too; an address is made from the first title and stays.
        portal.follow(profile, note, "kielce", "harvest", "run", "msip-csw", "--wait")
        portal.follow(profile, note, "kielce", "harvest", "run", "--all", "--wait")
    with step("Past versions of some sets"):
        portal.ckan(profile, "kielce", "quality", "import-history", str(profile.folder / "city" / "history"))
    with step("Tables loaded, contents checked, grades given") as note:
        with second_worker(profile):
            wait_for_queue(profile, note)
        portal.ckan(profile, "kielce", "quality", "sweep", "--wait")
    with step("Open dataset of the scores") as note:
        portal.ckan(profile, "kielce", "quality", "publish")
        wait_for_queue(profile, note)
    with step("Register of datasets, and a first look for digests"):
        portal.ckan(profile, "kielce", "register", "prefill")
        portal.ckan(profile, "kielce", "register", "import", str(REGISTER), "--user", "koordynator")
        portal.ckan(profile, "kielce", "digest", "run")
    with step("Layers for the sheets of places, left to the worker"):
        portal.ckan(profile, "kielce", "places", "take", "--queue")


@contextlib.contextmanager
def second_worker(profile: Profile) -> Iterator[None]:
    """One more worker for as long as the queue lasts: a first filling makes hundreds of jobs, and one worker uses one core."""
    command = [
        str(VENV / "bin" / "ckan"),
        "-c",
        str(profile.ini),
        "kielce",
        "worker",
        "--burst",
        "--no-scheduler",
    ]
    with (
        (profile.folder / "log" / "second-worker.log").open("a") as log,
        subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT) as process,
    ):
        try:
            yield
        finally:
            process.terminate()  # RQ ends the job at hand first


def wait_for_queue(profile: Profile, note: Note, stalled: float = 300) -> None:
    """Wait until CKAN's background queue has nothing left to do now.

    Raises OperatorError when for ``stalled`` seconds no job has come or gone.
    """
    import redis

    connection = redis.from_url(portal.addresses(profile)["redis_url"])
    prefix = f"rq:queue:ckan:kielce-{profile.name}:"
    before, since = -1, time.monotonic()
    while True:
        waiting = sum(connection.llen(key) for key in connection.scan_iter(f"{prefix}*"))
        running = sum(
            connection.zcard(key) for key in connection.scan_iter(f"rq:wip:ckan:kielce-{profile.name}:*")
        )
        if not waiting and not running:
            return
        note(f"{waiting + running} jobs to go")
        if waiting != before:
            before, since = waiting, time.monotonic()
        if time.monotonic() - since > stalled:
            raise OperatorError(
                f"{waiting} background jobs are still waiting.\n{services.tail(profile, 'worker')}"
            )
        time.sleep(0.5)


def fingerprint() -> str:
    """What the demo's content depends on: a change of it fills the portal anew."""
    whole = hashlib.sha256()
    for folder in ("demo", "schemas", "harvesters"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                whole.update(path.read_bytes())
    return whole.hexdigest()


def build(profile: Profile, browser: bool = False) -> None:
    """Raise and fill the whole portal; a warm one is only started."""
    install.everything(browser)
    raise_services(profile)
    build_city(profile)
    stamp = profile.folder / "filled"
    if stamp.exists() and stamp.read_text() == fingerprint():
        start_filled(profile)
        return
    raise_city(profile)
    fill(profile)
    raise_portal(profile)
    harvest(profile)
    stamp.write_text(fingerprint())


def summary(profile: Profile) -> str:
    """What is in the portal now, asked of the portal itself."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{profile.ports['web']}/api/3/action/kielce_catalogue_summary",
        headers={"Authorization": profile.secrets["token"]},
    )
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - our own loopback address
        facts = json.load(response)["result"]
    sources = [tuple(map(str, row)) for row in facts["sources"]]
    totals = [tuple(map(str, row)) for row in facts["totals"]]
    return "\n\n".join(
        (
            table([("source", "type", "datasets", "last run", "errors"), *sources]),
            table([("what", "how many"), *totals]),
        )
    )


def log_ins(profile: Profile) -> str:
    """Addresses and passwords of this installation."""
    rows = [("who", "user", "password")]
    rows += [(full, name, profile.secrets[secret]) for secret, name, full, *_ in portal.PEOPLE]
    return f"{table(rows)}\n\n  {profile.site_url}\n"


def demo(profile: Profile) -> None:
    """The command: everything, then the table and the address."""
    started = time.monotonic()
    build(profile)
    print()
    print(summary(profile))
    print()
    print(log_ins(profile))
    print(
        f"Ready in {time.monotonic() - started:.0f} s. `make down` stops it, `make status` shows its parts."
    )


def memory(profile: Profile) -> int:
    """Resident bytes of everything under the supervisor (shared pages counted once per process group: PSS)."""
    total = 0
    root = services.supervisor_pid(profile)
    if root is None:
        return 0
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            children.setdefault(parent, []).append(int(entry.name))
    todo = [root]
    while todo:
        pid = todo.pop()
        todo += children.get(pid, [])
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
        except OSError:
            continue
        total += (
            next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0) * 1024
        )
    return total


def status(profile: Profile) -> str:
    """Health, port and version of each part."""
    if services.supervisor_pid(profile) is None:
        raise OperatorError(
            f"The {profile.name} portal is not running. `make demo` raises it, `make up` starts it as it was left."
        )
    states: dict[str, str] = {}
    for line in services.control(profile, "status").stdout.splitlines():
        name, state, *rest = line.split(maxsplit=2)
        states[name.split(":")[-1]] = f"{state.lower()} {' '.join(rest)}".strip()
    versions = part_versions(profile)
    rows = [("part", "health", "port", "version", "process")]
    for part, state in states.items():
        port = profile.ports.get(part)
        good = services.healthy(profile, part) if port else state.startswith("running")
        rows.append((part, "ok" if good else "DOWN", str(port or ""), versions.get(part, ""), state))
    return f"{table(rows)}\n\nmemory: {memory(profile) / 1e9:.2f} GB    {profile.site_url}"


def part_versions(profile: Profile) -> dict[str, str]:
    """Versions by part, as far as they can be asked cheaply."""
    from importlib.metadata import version

    ours = f"CKAN {version('ckan')}, ckanext-kielce {version('ckanext-kielce')}"
    found = {"web": ours, "worker": ours, "gather": f"ckanext-harvest {version('ckanext-harvest')}"}
    found["fetch"] = found["gather"]
    if not services.is_external("postgres"):
        found["postgres"] = output(
            "postgres --version", str(services.postgres_bin() / "postgres"), "--version"
        )
    found["redis"] = output("redis-server", "--version")
    found["solr"] = next((path.name[10:-4] for path in services.SOLR_LIB.glob("solr-core-*.jar")), "")
    found["mapserver"] = output("/usr/lib/cgi-bin/mapserv", "-v")
    return found


def output(*command: str) -> str:
    """The version number in what a command prints."""
    import re

    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5)
    except OSError:
        return ""
    found = re.search(r"\d+\.\d+(\.\d+)?", done.stdout)
    return found[0] if found else ""
