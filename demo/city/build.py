"""Make the whole city's data in a folder, unless it is there already for the same day and generator."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import time
from pathlib import Path

from demo.city import GENERATOR_VERSION, SEED
from demo.city.units import VOCABULARY

PARTS = ("msip", "csw", "files", "history")
"""Sub-folders of the data folder that belong to the generator (``run`` belongs to the servers)."""

ISO_TABLE = (
    Path(__file__).resolve().parents[2] / "harvesters" / "iso37120" / "data" / "iso37120_kielce_2018.csv"
)
"""The real table of indicators; the file server offers it to the portal's harvester."""


def stamp(today: dt.date) -> str:
    """What a build depends on: the day, the seed and the generator's own files."""
    whole = hashlib.sha256(f"{today}:{SEED}:{GENERATOR_VERSION}".encode())
    for path in [*sorted(Path(__file__).parent.rglob("*")), ISO_TABLE, VOCABULARY]:
        if path.suffix in (".py", ".yaml", ".csv"):
            whole.update(path.read_bytes())
    return whole.hexdigest()


def build(out: Path, today: dt.date, *, force: bool = False) -> dict[str, object]:
    """Build into ``out``; return facts for a summary. ``skipped`` is true when an up-to-date build was found."""
    from demo.city.files.history import write_histories
    from demo.city.files.publish import write_all
    from demo.city.files.writers import write
    from demo.city.gtfs import write_feed
    from demo.city.msip.layers import write_layers
    from demo.city.msip.records import write_records

    mark = out / "build.json"
    wanted = stamp(today)
    if not force and mark.exists():
        known = json.loads(mark.read_text(encoding="utf-8"))
        if known.get("stamp") == wanted:
            return known | {"skipped": True}
    started = time.monotonic()
    mark.unlink(missing_ok=True)  # first: servers that run keep what they have until the new build is whole
    for part in PARTS:
        shutil.rmtree(out / part, ignore_errors=True)
    layers = write_layers(out / "msip", today)
    records = write_records(out / "csw", out / "msip", today)
    files = write_all(out / "files", today)
    write_feed(out / "files" / "ztm" / "gtfs" / "kielce.zip", today)
    histories = write_histories(out / "history", today)
    iso = out / "files" / "iso37120" / ISO_TABLE.name
    write(iso, ISO_TABLE.read_bytes(), dt.datetime(2018, 12, 31, tzinfo=dt.UTC))
    facts: dict[str, object] = {
        "stamp": wanted,
        "today": today.isoformat(),
        "layers": len(layers),
        "features": sum(int(f["count"]) for f in layers.values()),
        "records": records,
        "sets": len(files),
        "files": sum(len(f) for f in files.values()) + 1,
        "histories": len(histories),
        "seconds": round(time.monotonic() - started, 1),
    }
    mark.write_text(json.dumps(facts, indent=1), encoding="utf-8")
    return facts | {"skipped": False}
