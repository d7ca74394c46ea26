"""What changed between two observed versions of a file, and a timeline of such changes. Pure.

Observations hold no cell values: rows of dated tables are counted by period, those of undated ones by their hashes. So a
difference says exactly which periods came, went or hold other values, and which columns changed; which cell changed is only
known where both versions are kept (see ``cells``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any


@dataclass(frozen=True)
class Version:
    """The facts of one observed state of a file.

    :ivar periods: last day of a period -> hash of its values; the newest few dozen periods
    :ivar rows_known: hashes of rows; every one divisible by ``2 ** level``
    :ivar members: member of the series -> last day of its newest period
    """

    id: str
    resource_id: str
    at: dt.datetime
    value_hash: str | None = None
    bytes_sha256: str | None = None
    rows: int | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    newest: dt.date | None = None
    oldest: dt.date | None = None
    grain: str | None = None
    periods: Mapping[dt.date, str] = field(default_factory=dict)
    rows_known: frozenset[int] = frozenset()
    level: int = 0
    undated: bool = True
    members: Mapping[str, dt.date] = field(default_factory=dict)
    parsed: bool | None = None


@dataclass(frozen=True)
class Difference:
    """What is different in the newer of two versions.

    :ivar kind: ``first``, ``same`` (published again without a change of values), ``content``, ``schema`` (columns too),
        ``unreadable`` (the newer one can't be read), ``bytes`` (no table: only that it is another file)
    :ivar rows_added: None where it can't be known
    :ivar exact: rows were counted one by one; else they are the net difference, or (``sampled``) estimated from a sample
    :ivar unknown: codes of what can't be said: ``cells``, ``rows``, ``old_periods``, ``changed_periods``
    """

    kind: str
    rows_before: int | None = None
    rows_after: int | None = None
    rows_added: int | None = None
    rows_removed: int | None = None
    exact: bool = False
    sampled: bool = False
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()
    columns_retyped: tuple[tuple[str, str, str], ...] = ()
    periods_added: tuple[dt.date, ...] = ()
    periods_removed: tuple[dt.date, ...] = ()
    periods_changed: tuple[dt.date, ...] = ()
    members_added: tuple[str, ...] = ()
    members_removed: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def schema_changed(self) -> bool:
        """Whether columns came, went or changed their type."""
        return bool(self.columns_added or self.columns_removed or self.columns_retyped)


def version_of(row: Any) -> Version:
    """The facts of a stored observation."""
    kept = row.profile or {}
    return Version(
        id=row.id,
        resource_id=row.resource_id,
        at=row.observed_at,
        value_hash=row.value_hash,
        bytes_sha256=row.bytes_sha256,
        rows=row.row_count,
        columns=kept.get("columns", {}),
        newest=row.newest_period,
        oldest=_day(kept.get("oldest_period")),
        grain=kept.get("period_grain"),
        periods={dt.date.fromisoformat(end): value for end, value in kept.get("period_hashes", {}).items()},
        rows_known=frozenset(kept.get("row_hashes", ())),
        level=kept.get("sample_level", 0),
        undated=kept.get("undated", False),
        members={name: dt.date.fromisoformat(end) for name, end in kept.get("series", {}).items()},
        parsed=kept.get("parsed"),
    )


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def compare(before: Version | None, after: Version) -> Difference:
    """What changed from one version to a later one of the same file."""
    if before is None:
        return Difference("first", rows_after=after.rows)
    counts: dict[str, Any] = {"rows_before": before.rows, "rows_after": after.rows}
    if after.parsed is False:
        return Difference("unreadable", **counts)
    if before.value_hash is not None and before.value_hash == after.value_hash:
        return Difference("same", **counts)
    if not after.columns or not before.columns:
        return Difference("bytes", **counts, unknown=("rows", "cells"))
    columns: dict[str, Any] = {
        "columns_added": tuple(name for name in after.columns if name not in before.columns),
        "columns_removed": tuple(name for name in before.columns if name not in after.columns),
        "columns_retyped": tuple(
            (name, before.columns[name], kind)
            for name, kind in after.columns.items()
            if name in before.columns and before.columns[name] != kind
        ),
    }
    found = _periods(before, after) if before.periods and after.periods else _rows(before, after)
    if set(before.columns) != set(after.columns) and found.get("periods_changed"):
        # The hash of a period is over all columns: another column changes it though no value was corrected.
        found |= {"periods_changed": (), "unknown": (*found["unknown"], "changed_periods")}
    members: dict[str, Any] = (
        {
            "members_added": tuple(sorted(after.members.keys() - before.members.keys())),
            "members_removed": tuple(sorted(before.members.keys() - after.members.keys())),
        }
        if before.members and after.members
        else {}
    )
    kind = "schema" if any(columns.values()) else "content"
    return Difference(kind, **counts, **columns, **found, **members)


def _periods(before: Version, after: Version) -> dict[str, Any]:
    """Periods that came, went, or hold other values, over the span for which both versions know them."""
    start = max(min(before.periods), min(after.periods))
    old = {end: value for end, value in before.periods.items() if end >= start}
    new = {end: value for end, value in after.periods.items() if end >= start}
    unknown = ["cells"]
    if before.oldest is not None and before.oldest < start:
        unknown.append("old_periods")
    added = removed = None
    if before.rows is not None and after.rows is not None:
        added, removed = max(0, after.rows - before.rows), max(0, before.rows - after.rows)
        unknown.append("rows")
    return {
        "periods_added": tuple(sorted(end for end in new if end not in old)),
        "periods_removed": tuple(sorted(end for end in old if end not in new)),
        "periods_changed": tuple(sorted(end for end in new if end in old and old[end] != new[end])),
        "rows_added": added,
        "rows_removed": removed,
        "unknown": tuple(unknown),
    }


def _rows(before: Version, after: Version) -> dict[str, Any]:
    """Rows that came and went, by their hashes; a changed row is one that went and one that came."""
    if not before.rows_known or not after.rows_known or set(before.columns) != set(after.columns):
        if before.rows is None or after.rows is None:
            return {"unknown": ("rows", "cells")}
        grown = after.rows - before.rows
        return {"rows_added": max(0, grown), "rows_removed": max(0, -grown), "unknown": ("rows", "cells")}
    level = max(before.level, after.level)
    step = 1 << level
    old = {key for key in before.rows_known if key % step == 0}
    new = {key for key in after.rows_known if key % step == 0}
    return {
        "rows_added": len(new - old) * step,
        "rows_removed": len(old - new) * step,
        "exact": level == 0,
        "sampled": level > 0,
        "unknown": ("cells",),
    }


@dataclass(frozen=True)
class Step:
    """One change in the life of a file: the version that it led to, and what changed.

    :ivar repeats: publications without a change of values since then, until the next change
    """

    version: Version
    before: Version | None
    difference: Difference
    repeats: int = 0


def timeline(versions: Sequence[Version]) -> list[Step]:
    """The real changes of a file, newest first; publications that changed no value are only counted.

    :param versions: oldest first, of one file
    """
    steps: list[Step] = []
    for before, after in _pairs(versions):
        difference = compare(before, after)
        if difference.kind == "same" and steps:
            last = steps[-1]
            steps[-1] = Step(last.version, last.before, last.difference, last.repeats + 1)
            continue
        steps.append(Step(after, before, difference))
    return steps[::-1]


def _pairs(versions: Sequence[Version]) -> Iterator[tuple[Version | None, Version]]:
    if versions:
        yield None, versions[0]
        yield from pairwise(versions)
