"""The timeline of a dataset's real changes and the difference of two versions, as plain data with sentences."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ckan import model as ckan_model
from ckanext.kielce.common import formatting
from sqlalchemy import select

from .. import versions
from ..model import Observation, Score
from . import cells
from .changes import Difference, Step, Version, timeline, version_of

#: Observations of a dataset that a timeline is made of, the newest.
MOST = 600
#: Periods and columns named in a sentence; the rest is counted.
NAMED = 5


@cache
def _words() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("history.yaml").read_text(encoding="utf-8")
    )
    return found


def steps_of(package_id: str, resource_ids: Sequence[str]) -> list[Step]:
    """Real changes of the public files of a dataset, newest first."""
    table = Observation
    rows = ckan_model.Session.scalars(
        select(table)
        .where(table.package_id == package_id, table.resource_id.in_(list(resource_ids)))
        .order_by(table.observed_at.desc())
        .limit(MOST)
    ).all()
    by_file: dict[str, list[Version]] = defaultdict(list)
    for row in reversed(rows):
        by_file[row.resource_id].append(version_of(row))
    steps = [step for seen in by_file.values() for step in timeline(seen)]
    return sorted(steps, key=lambda step: step.version.at, reverse=True)


def shown_resources(package: dict[str, Any]) -> dict[str, str]:
    """Files of a dataset that are not withheld: id -> name."""
    score = ckan_model.Session.get(Score, package["id"])
    hidden = set(score.withheld_resources or ()) if score is not None else set()
    if score is not None and score.withheld:
        return {}
    return {
        item["id"]: item.get("name") or item.get("format") or item["id"]
        for item in package.get("resources", ())
        if item["id"] not in hidden
    }


def describe(step: Step, name: str, lang: str) -> dict[str, Any]:
    """A change as data: when, of which file, what, and sentences that say it."""
    found = step.difference
    return {
        "observation_id": step.version.id,
        "before_id": step.before.id if step.before else None,
        "resource_id": step.version.resource_id,
        "resource": name,
        "at": step.version.at.isoformat(),
        "kind": found.kind,
        "rows": found.rows_after,
        "newest_period": step.version.newest.isoformat() if step.version.newest else None,
        "repeats": step.repeats,
        "schema_changed": found.schema_changed,
        "difference": difference_json(found),
        "text": sentences(found, step.version, lang, repeats=step.repeats),
    }


def difference_json(found: Difference) -> dict[str, Any]:
    """A difference as plain JSON."""
    return {
        "kind": found.kind,
        "rows_before": found.rows_before,
        "rows_after": found.rows_after,
        "rows_added": found.rows_added,
        "rows_removed": found.rows_removed,
        "exact": found.exact,
        "columns_added": list(found.columns_added),
        "columns_removed": list(found.columns_removed),
        "columns_retyped": [list(item) for item in found.columns_retyped],
        "periods_added": [end.isoformat() for end in found.periods_added],
        "periods_removed": [end.isoformat() for end in found.periods_removed],
        "periods_changed": [end.isoformat() for end in found.periods_changed],
        "members_added": list(found.members_added),
        "members_removed": list(found.members_removed),
        "unknown": list(found.unknown),
    }


def sentences(found: Difference, after: Version, lang: str, *, repeats: int = 0) -> list[str]:
    """What changed, in short sentences, the most telling first."""
    say = _words()[lang]
    told: list[str] = []

    def add(code: str, **values: Any) -> None:
        told.append(say[code].format(**values))

    if found.kind in {"first", "same", "unreadable", "bytes"}:
        add(
            found.kind,
            rows=_count(found.rows_after, "row", lang) if found.rows_after is not None else say["file"],
        )
    for code, ends in (
        ("periods_added", found.periods_added),
        ("periods_changed", found.periods_changed),
        ("periods_removed", found.periods_removed),
    ):
        if ends:
            add(code, names=_named([period_name(end, after.grain, lang) for end in ends], lang))
    about = say["about"] if found.sampled else ""
    for code, number in (("rows_added", found.rows_added), ("rows_removed", found.rows_removed)):
        if number:
            add(code, rows=_count(number, "row", lang), about=about)
    for code, names in (("columns_added", found.columns_added), ("columns_removed", found.columns_removed)):
        if names:
            add(code, names=_named([say["quoted"].format(name=name) for name in names], lang))
    for name, old, new in found.columns_retyped[:NAMED]:
        add("columns_retyped", name=name, old=type_name(old, lang), new=type_name(new, lang))
    for code, names in (("members_added", found.members_added), ("members_removed", found.members_removed)):
        if names:
            add(code, names=_named(list(names), lang))
    if not told:
        add("content")
    if repeats:
        add("repeats", times=formatting.number(repeats, lang))
    return told


def unknown_sentences(found: Difference, lang: str, *, kept: bool) -> list[str]:
    """What can't be said of a difference, and why.

    :param kept: both versions are kept, so that cells were compared
    """
    say = _words()[lang]["unknown"]
    return [
        say[code]
        for code in found.unknown
        if code in say and not (kept and code in {"cells", "rows", "changed_periods"})
    ]


def period_name(end: dt.date, grain: str | None, lang: str) -> str:
    """A period as people name it: a year, a quarter, a month, a day."""
    months = _words()[lang]["months"]
    if grain == "year":
        return f"{end:%Y}"
    if grain == "school_year":
        return f"{end.year - 1}/{end.year}"
    if grain == "half":
        return _words()[lang]["half"].format(n=1 if end.month <= 6 else 2, year=end.year)
    if grain == "quarter":
        return _words()[lang]["quarter"].format(n=(end.month + 2) // 3, year=end.year)
    if grain == "month":
        return f"{months[end.month - 1]} {end.year}"
    return formatting.date(end, lang)


def type_name(code: str, lang: str) -> str:
    """Word for a column's type."""
    kind, _colon, form = code.partition(":")
    word = _words()[lang]["types"].get(kind, kind)
    return f"{word} ({form})" if form else str(word)


def _named(names: list[str], lang: str) -> str:
    shown = ", ".join(names[:NAMED])
    more = len(names) - NAMED
    return (
        shown
        if more <= 0
        else _words()[lang]["and_more"].format(names=shown, n=formatting.number(more, lang))
    )


def _count(number: int, noun: str, lang: str) -> str:
    one, few, many = _words()[lang]["nouns"][noun]
    word = formatting.plural(number, one, few, many) if lang == "pl" else one if number == 1 else many
    return f"{formatting.number(number, lang)} {word}"


def coverage(versions_of_files: Sequence[tuple[str, Version]], lang: str) -> list[dict[str, Any]]:
    """What the files cover, as last read: period, rows, columns, members; one entry a file with a table."""
    say = _words()[lang]
    found = []
    for name, version in versions_of_files:
        if not version.columns:
            continue
        span = ""
        if version.oldest and version.newest and version.newest >= version.oldest:
            first, last = (period_name(end, version.grain, lang) for end in (version.oldest, version.newest))
            span = first if first == last else say["span"].format(first=first, last=last)
        parts = [
            _count(version.rows, "row", lang) if version.rows is not None else "",
            _count(len(version.columns), "column", lang),
            _count(len(version.members), "member", lang) if len(version.members) > 1 else "",
        ]
        found.append(
            {
                "resource_id": version.resource_id,
                "resource": name,
                "period": span,
                "size": ", ".join(part for part in parts if part),
                "members": list(version.members)[: 3 * NAMED],
            }
        )
    return found


def cells_between(before: Version, after: Version) -> cells.CellDifference | None:
    """Rows and cells that differ, where both versions are kept; None where they are not."""
    if not before.bytes_sha256 or not after.bytes_sha256:
        return None
    kept = versions.texts_of([after.resource_id])[after.resource_id]
    old, new = kept.get(before.bytes_sha256), kept.get(after.bytes_sha256)
    if old is None or new is None:
        return None
    return cells.compare_texts(old[1], new[1])
