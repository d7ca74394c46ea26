"""Judge a file before it is published: profile, checks and score on what it holds, against what is published now.

Nothing is written, and the world outside is told nothing. Both sides are judged at the same moment by the same rules, so that
the difference is the file's and not time's.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from ckan.plugins import toolkit as tk

from . import content, findings, judging, presentation, store
from .domain import sentences
from .domain.index import assess
from .domain.model import Assessment, Finding, MetricScore, MqaResult
from .evidence import build_evidence
from .gather.codec import to_row
from .gather.fetched import Fetched
from .gather.reading import Reading, read_content
from .model import FindingRow, Observation
from .publish import cells, history
from .publish.changes import compare, version_of
from .rows import Rows, load_rows
from .settings import Settings, settings
from .versions import Fresh, texts_of

Verdict = Literal["better", "worse", "mixed", "same", "unreadable", "withheld"]
LANGS = ("pl", "en")
#: Points of the index below which a file is neither better nor worse for it.
LEAST = 1.0
#: Rows shown of each kind: added, removed, changed.
SHOWN = 20


@dataclass(frozen=True)
class _Side:
    """One of the two states: evidence judged, the newest observation of the file, what stands against it."""

    assessment: Assessment
    seen: Observation | None
    standing: list[FindingRow]


def trial(
    package: dict[str, Any], resource_id: str, path: Path, name: str, now: dt.datetime
) -> dict[str, Any]:
    """Judge a file as if it replaced a resource's.

    :param package: dataset dict as ``package_show`` gives it
    :param path: the file; ``name`` is what it is called
    :returns: plain data. ``verdict``; ``before`` and ``after`` (rows, columns, period, index, status …; ``before`` is None for a
        file never looked at), ``difference`` (sentences), ``cells`` (rows that came, went, changed; None where they can't be
        compared), findings ``added``, ``removed`` and ``kept`` and ``problems``, each as sentences by language
    :raises ckan.plugins.toolkit.ObjectNotFound: the dataset has no such file
    """
    resource = next((item for item in package["resources"] if item["id"] == resource_id), None)
    if resource is None:
        raise tk.ObjectNotFound(tk._("No such file in this dataset"))
    options = settings()
    rows = load_rows([package])[package["id"]]
    before = _side(package, rows, resource_id, options, now)
    renamed = as_replaced(resource, name)
    package = {
        **package,
        "resources": [renamed if item["id"] == resource_id else item for item in package["resources"]],
    }
    sha256 = _sha256(path)
    reading = read_content(path, renamed, now, package=package, version_bytes=options.version_bytes)
    after_rows = _with(package, renamed, rows, reading, path, sha256, options, now)
    after = _side(package, after_rows, resource_id, options, now)
    return {"format": renamed.get("format"), **_told(before, after, reading, resource_id, now)}


def as_replaced(resource: dict[str, Any], name: str) -> dict[str, Any]:
    """The resource with an uploaded file in its place; another ending states another format."""
    ending, old = Path(name).suffix[1:].upper(), Path(str(resource.get("url") or "")).suffix[1:].upper()
    changed = {"url": name, "url_type": "upload"}
    if ending and ending != old and ending != str(resource.get("format") or "").upper():
        changed["format"] = ending
    return {**resource, **changed}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _with(
    package: dict[str, Any],
    resource: dict[str, Any],
    rows: Rows,
    reading: Reading,
    path: Path,
    sha256: str,
    options: Settings,
    now: dt.datetime,
) -> Rows:
    """The dataset's evidence with the new file seen now; rows that aren't added to the session."""
    resource_id = resource["id"]
    fetched = Fetched(method="upload", path=path, status=200, length=path.stat().st_size, sha256=sha256)
    row = to_row(
        reading.observation(fetched, now),
        package_id=package["id"],
        resource_id=resource_id,
        method="upload",
        url=None,
        problems=reading.problems,
        sample_level=reading.sample_level,
        description=package.get("notes"),
    )
    made = replace(rows, observations=[*rows.observations, row], links=dict(rows.links))
    made.links.pop(resource_id, None)  # the portal itself will serve it
    fresh = {resource_id: Fresh(sha256, row.value_hash, reading.text)} if reading.text else {}
    judged = judging.judge_rows(package, made, options, now, fresh=fresh)
    past, checked_past = judged.get(resource_id, ([], frozenset()))
    columns = (row.profile or {}).get("columns") or {}
    found = [
        *((item, "history") for item in past),
        *((item, "content") for item in reading.findings),
        *((item, "profile") for item in judging.profile_findings(resource, columns, options)),
    ]
    standing = [item for item in rows.found.standing if item.resource_id != resource_id]
    standing += [_row(item, kind, package["id"], resource_id, now) for item, kind in found]
    checked = {**rows.found.checked, resource_id: checked_past | reading.checked | judging.PROFILE}
    made.found = findings.Found(standing, checked)
    return made


def _row(item: Finding, kind: str, package_id: str, resource_id: str, now: dt.datetime) -> FindingRow:
    return FindingRow(
        package_id=package_id,
        resource_id=resource_id,
        kind=kind,
        code=item.code,
        place=findings.place_of(item),
        since=item.since,
        share=item.share,
        certainty=float(item.params.get("certainty", 1.0)),
        params=dict(item.params),
        rules_version=content.rules_version(),
        found_at=now,
    )


def _side(
    package: dict[str, Any], rows: Rows, resource_id: str, options: Settings, now: dt.datetime
) -> _Side:
    score = store.score_of(package["id"])
    metrics = ((score.mqa if score else None) or {}).get("metrics")
    mqa = MqaResult(tuple(MetricScore(**metric) for metric in metrics)) if metrics else None
    seen = [row for row in rows.observations if row.resource_id == resource_id]
    standing = [
        row
        for row in rows.found.standing
        if row.resource_id == resource_id and not findings.cleared(row, rows.decisions)
    ]
    evidence = build_evidence(package, options, mqa, rows=rows)
    return _Side(assess(evidence, now), seen[-1] if seen else None, standing)


# --- what is told


def _told(
    before: _Side, after: _Side, reading: Reading, resource_id: str, now: dt.datetime
) -> dict[str, Any]:
    known = {(row.code, row.place): row for row in before.standing}
    found = {(row.code, row.place): row for row in after.standing}
    added = [row for key, row in found.items() if key not in known]
    removed = [row for key, row in known.items() if key not in found]
    kept = [row for key, row in found.items() if key in known]
    assert after.seen is not None  # noqa: S101 - it was put there
    old = version_of(before.seen) if before.seen is not None else None
    new = version_of(after.seen)
    difference = compare(old, new)
    shown = _cells(before.seen, reading, resource_id)
    same = old is not None and bool(new.value_hash) and old.value_hash == new.value_hash
    return {
        "judged_at": now.isoformat(),
        "verdict": _verdict(before, after, added, removed, reading, same=same),
        "news": after.assessment.last_new_content == now,
        "before": _facts(before) if before.seen is not None else None,
        "after": _facts(after),
        "difference": {
            lang: [
                *history.sentences(difference, new, lang),
                *history.unknown_sentences(difference, lang, kept=shown is not None),
            ]
            for lang in LANGS
        },
        "cells": shown,
        "added": [_finding(row) for row in added],
        "removed": [_finding(row) for row in removed],
        "kept": [_finding(row) for row in kept],
        "problems": [
            {**item, "pl": item.get("message_pl", ""), "en": item.get("message_en", "")}
            for item in reading.problems
        ],
    }


def _verdict(
    before: _Side,
    after: _Side,
    added: Sequence[FindingRow],
    removed: Sequence[FindingRow],
    reading: Reading,
    *,
    same: bool,
) -> Verdict:
    """Better or worse, by findings and by points; what may not be public or can't be read comes first."""
    if findings.withholding(after.standing) or after.assessment.reason == "personal_data":
        return "withheld"
    if reading.values.get("parsed") is False:
        return "unreadable"
    gained = (after.assessment.index or 0.0) - (before.assessment.index or 0.0)
    compared = before.assessment.index is not None and after.assessment.index is not None
    worse = bool(added) or (compared and gained <= -LEAST)
    better = bool(removed) or (compared and gained >= LEAST)
    if worse and better:
        return "mixed"
    if worse or better:
        return "worse" if worse else "better"
    return (
        "same"
        if same or after.assessment.last_new_content == before.assessment.last_new_content
        else "better"
    )


def _facts(side: _Side) -> dict[str, Any]:
    seen, judged = side.seen, side.assessment
    assert seen is not None  # noqa: S101 - asked for sides with a file only
    version = version_of(seen)
    spans = {lang: history.coverage([("", version)], lang) for lang in LANGS}
    return {
        "rows": seen.row_count,
        "columns": list(version.columns),
        "bytes": seen.content_length,
        "format": (seen.profile or {}).get("format_true"),
        "newest_period": presentation.iso(seen.newest_period),
        "period": {lang: span[0]["period"] if span else "" for lang, span in spans.items()},
        "observed_at": presentation.iso(seen.observed_at),
        "index": judged.index,
        "grade": judged.grade,
        "status": judged.status,
        "freshness": judged.freshness.score,
        "content": judged.content.score,
        "reason": {lang: sentences.reason_sentence(judged, lang) for lang in LANGS}
        if judged.reason
        else None,
    }


def _finding(row: FindingRow) -> dict[str, Any]:
    made = findings.as_domain(row)
    traits = findings.traits(row.code)
    return {
        "code": row.code,
        "withholds": bool(traits.get("withholds")),
        **{lang: list(findings.sentence(made, lang)) for lang in LANGS},
    }


def _cells(before: Observation | None, reading: Reading, resource_id: str) -> dict[str, Any] | None:
    """Rows and cells that differ, where the published version is kept and both are tables."""
    if before is None or not reading.text or not before.bytes_sha256:
        return None
    kept = texts_of([resource_id])[resource_id].get(before.bytes_sha256)
    found = cells.compare_texts(kept[1], reading.text) if kept else None
    if found is None:
        return None
    return {
        "key": list(found.key),
        "columns": list(found.columns),
        "added": found.added,
        "removed": found.removed,
        "changed": found.changed,
        "rows_added": [list(row) for row in found.rows_added[:SHOWN]],
        "rows_removed": [list(row) for row in found.rows_removed[:SHOWN]],
        "rows_changed": [{"key": row.key, "cells": row.cells} for row in found.rows_changed[:SHOWN]],
    }
