"""The past of chosen sets as history folders (``timeline.json`` + ``vNNN.csv``): what each check saw, and when.

A version holds the rows whose period was out by then; the newest one is, byte for byte, the file that is served now.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from demo.city import DAY_BEGINS, SAMPLE_NOTE
from demo.city.files import writers
from demo.city.files.model import DAY, FileSet, Period, Table, folders
from demo.city.files.publish import description, published, touched_at
from demo.city.files.recipes import RECIPES
from demo.city.places import stream
from demo.city.units import unit

VERSIONS = {"day": 60, "month": 14, "quarter": 10, "year": 7}
"""Versions kept by grain of the period."""

DAYS = {"DAILY": 1, "MONTHLY": 30, "QUARTERLY": 90, "ANNUAL": 365}
SEEN_AFTER = dt.timedelta(minutes=15)
"""A new version is seen this long after it is put up."""

CHECK_EVERY = {"day": 1, "month": 15, "quarter": 30, "year": 90}
"""Days between two checks, by grain."""


def _stamp(when: dt.datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def _versions(of: FileSet, table: Table, today: dt.date) -> list[tuple[dt.datetime, bytes]]:
    """(published at, content) of each version, oldest first."""
    out_on = {p: p.end + of.lag * DAY for p in {row[0] for row in table.rows}}
    dates = sorted(p for p in out_on if isinstance(p, Period))[-VERSIONS[of.grain] :]
    rng = stream(f"history:{of.id}")
    found = []
    for number, newest in enumerate(dates, 1):
        last = number == len(dates)
        part = Table(table.columns, [row for row in table.rows if row[0] <= newest])
        when = dt.datetime.combine(min(out_on[newest], today), dt.time(5, 40), dt.UTC)
        if of.grain != "day" and not last:
            when += rng.randint(-2, 2) * DAY
        found.append((when, writers.csv_bytes(of, published(of, part) if last else part)))
    if of.sick == "touched_only":
        found += _touched(found[-1], of, today)
    if of.sick == "truncated" and of.stop is None:
        raise ValueError(f"{of.id}: a truncated set needs `stop`")
    return found


def _touched(
    newest: tuple[dt.datetime, bytes], of: FileSet, today: dt.date
) -> list[tuple[dt.datetime, bytes]]:
    """Re-uploads about once a month with nothing new: byte-order mark, line ends, quotes, a trailing line.

    The last is the plain file, which is what is served now.
    """
    when, content = newest
    text = content.decode(of.encoding)
    quoted = (
        "\n".join(of.delimiter.join(f'"{c}"' for c in line.split(of.delimiter)) for line in text.splitlines())
        + "\n"
    )
    forms = [
        b"\xef\xbb\xbf" + content,
        text.replace("\n", "\r\n").encode(),
        quoted.encode(),
        content + b"\n",
        content,
    ]
    made = []
    for number, form in enumerate(forms, 1):
        made.append((touched_at(when, today, number), form))
    return made


def _timeline(of: FileSet, versions: list[tuple[dt.datetime, bytes]], today: dt.date) -> dict[str, Any]:
    as_of = dt.datetime.combine(today, DAY_BEGINS, dt.UTC)
    times = {when + SEEN_AFTER for when, _ in versions}
    check = versions[0][0] + SEEN_AFTER
    while check <= as_of:
        times.add(check)
        check += CHECK_EVERY[of.grain] * DAY
    observations = []
    noted = len(versions) - (of.jump["ago"] if of.jump else 0)
    plain = f"{of.description.rstrip()} {SAMPLE_NOTE}"
    for when in sorted(t for t in times if t <= as_of):
        number = max(i for i, (at, _) in enumerate(versions, 1) if at <= when)
        at, content = versions[number - 1]
        observations.append(
            {
                "observed_at": _stamp(when),
                "file": f"v{number:03d}.csv",
                "http": {
                    "status": 200,
                    "etag": f'"{hashlib.sha256(content).hexdigest()[:16]}"',
                    "last_modified": format_datetime(at, usegmt=True),
                    "content_length": len(content),
                },
                "metadata_modified": _stamp(at),
                "declared_frequency": of.frequency,
                "declared_days": DAYS[of.frequency],
                "description": description(of) if number > noted else plain,
            }
        )
    line: dict[str, Any] = {
        "dataset": of.name,
        "title": of.title,
        "organization": unit(of.publisher_unit or of.unit).title,
        "resource_format": "CSV",
        "as_of": _stamp(as_of),
        "declared_frequency_at_start": of.frequency,
    }
    if of.twin:
        others = {s.id: s.name for f in folders() for s in f.sets}
        line["twin"] = {k: v for k, v in of.twin.items() if k != "source"} | {
            "other": others[of.twin["other"]]
        }
    return line | {"observations": observations}


def write_histories(folder: Path, today: dt.date) -> list[str]:
    """Write a history folder for each set that has one; return their names."""
    names = []
    for of in (s for f in folders() for s in f.sets if s.history):
        versions = _versions(of, RECIPES[of.recipe](of, today), today)
        target = folder / of.name
        target.mkdir(parents=True, exist_ok=True)
        for number, (_, content) in enumerate(versions, 1):
            (target / f"v{number:03d}.csv").write_bytes(content)
        text = json.dumps(_timeline(of, versions, today), ensure_ascii=False, indent=1)
        (target / "timeline.json").write_text(text, encoding="utf-8")
        names.append(of.name)
    return names
