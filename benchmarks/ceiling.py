"""How many datasets a second ``package_create`` alone can write with the portal's plugins, by one and by two processes.

    python -m benchmarks ceiling

The records are those of the harvest, mapped beforehand; each counts only when it stands in PostgreSQL and is found in Solr.
``plain`` is the action as everybody calls it (Solr commits after each record), ``one commit`` the same with Solr's commit left
to the end: what a harvest can hope for at most that writes through the action record by record.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from typing import Any

from benchmarks import portal
from benchmarks.proof import Witness
from benchmarks.sources import iso

WAYS = ("plain", "one commit")
WARM_UP = 10


def datasets(count: int, prefix: str) -> Iterator[dict[str, Any]]:
    """The first ``count`` ISO records as ``package_create`` takes them."""
    from ckan import model
    from ckanext.kielce.harvest.dataset import complete
    from ckanext.kielce.harvest.records import Record, Source
    from ckanext.kielce.harvesters.msip import iso as reader
    from ckanext.kielce.harvesters.msip import iso_map
    from ckanext.kielce.harvesters.msip.xml import parse

    owner = model.Group.get(portal.UNIT).id
    source = Source(
        "benchmark", "http://127.0.0.1/csw", "benchmark", {"domain": "srodowisko", "frequency": "MONTHLY"}
    )
    for number in range(count):
        guid, text = iso.record(number)
        content = {"iso": reader.read(parse(text.encode(), source.url)), "services": {}, "layers": {}}
        draft = iso_map.to_dataset(content, "pl")
        data = complete(draft, Record(guid, None, content, []), source, owner)
        yield {**data, "id": str(uuid.uuid4()), "name": f"{prefix}-{number}"}


def write(way: str, count: int, start: float) -> dict[str, float]:
    """Write ``count`` datasets from the moment ``start`` on; when it began and ended, and the processor time it took."""
    import ckan.lib.search as search
    import ckan.plugins.toolkit as tk

    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    tk.config["ckan.search.solr_commit"] = way == "plain"
    made = list(datasets(count + WARM_UP, f"bench-{uuid.uuid4().hex[:8]}"))
    for data in made[:WARM_UP]:
        tk.get_action("package_create")({"ignore_auth": True, "user": user, "return_id_only": True}, data)
    search.commit()
    print("ready", flush=True)
    while time.time() < start:
        time.sleep(0.01)
    began, cpu = time.time(), time.process_time()
    for data in made[WARM_UP:]:
        tk.get_action("package_create")({"ignore_auth": True, "user": user, "return_id_only": True}, data)
    search.commit()
    return {"began": began, "ended": time.time(), "cpu": time.process_time() - cpu}


def measure(way: str, processes: int, count: int) -> dict[str, Any]:
    """``count`` datasets by each of so many processes."""
    portal.empty()
    witness = Witness()
    witness.warmed_up()
    # every process has loaded CKAN and written its first datasets by then
    start = time.time() + 20 + 5 * processes
    command = [sys.executable, "-m", "benchmarks.ceiling", way, str(count), str(start)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(processes)]
    results = [json.loads(process.communicate()[0].splitlines()[-1]) for process in started]
    if any(result["began"] > start + 1 for result in results):
        raise SystemExit("a process was not ready in time: the machine is too busy to measure anything")
    seconds = max(result["ended"] for result in results) - start
    expected = processes * count
    found = witness.proven() - processes * WARM_UP
    return {
        "way": way, "processes": processes, "records": expected, "proven": found, "seconds": round(seconds, 3),
        "rate": round(found / seconds, 1),
        "cpu_ms_per_record": round(1000 * sum(result["cpu"] for result in results) / expected, 1),
    }  # fmt: skip


def all_ways(count: int) -> list[dict[str, Any]]:
    """Both ways, by one process and by two."""
    return [measure(way, processes, count) for way in WAYS for processes in (1, 2)]


if __name__ == "__main__":
    import logging

    from ckan.cli import CKANConfigLoader
    from ckan.config.middleware import make_app

    app = make_app(CKANConfigLoader(str(portal.ini("ours"))).get_config())
    logging.disable(logging.WARNING)
    with app._wsgi_app.test_request_context():
        print(json.dumps(write(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))))
