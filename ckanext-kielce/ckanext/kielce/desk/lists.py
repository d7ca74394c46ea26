"""The lists of the desk, each as plain rows: for its page, for the API and for a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ckan.plugins import toolkit as tk
from ckanext.kielce.common import titles, vocabularies
from ckanext.kielce.common.columns import utc_now
from ckanext.kielce.quality import shared as quality

from . import journal, tasks
from .asked import Asked
from .naming import Row, frequency_word, iso, named, unit_titles, user_names
from .roles import Viewer
from .settings import settings
from .words import KINDS, STATES


@dataclass(frozen=True)
class Listed:
    """One page of a list.

    :ivar counts: of the whole list, by kind (of tasks) or by tone (of changes)
    """

    total: int
    rows: list[Row]
    counts: Mapping[str, int] = field(default_factory=dict)


Lister = Callable[[Viewer, Asked, int, int, str], Listed]


# --- tasks


def _tasks(viewer: Viewer, wanted: Asked, limit: int, offset: int, lang: str) -> Listed:
    """Today's list."""
    now = utc_now()
    every = tasks.tasks(viewer, wanted, now=now)
    found = tasks.ranked(tasks.of_kind(every, wanted.kind))
    return Listed(len(found), task_rows(found[offset : offset + limit], lang, now), tasks.by_kind(every))


def task_rows(found: Sequence[tasks.Task], lang: str, now: dt.datetime) -> list[Row]:
    """Tasks with their sentences; four queries."""
    first = [task.issue.subjects[0] for task in found if task.issue.task.startswith("found:")]
    told = quality.finding_texts(first, lang)
    statuses = quality.status_texts(
        [task.issue.package_id for task in found if task.issue.kind == "late"], lang
    )
    people = user_names(task.mark.assigned_to for task in found if task.mark)
    rows = []
    for task in found:
        issue = task.issue
        what, remedy = _said(task, told, statuses)
        rows.append(
            {
                "key": task.key,
                "id": issue.package_id,
                "name": issue.name,
                "title": issue.title,
                "owner_org": issue.owner_org,
                "task": issue.task,
                "kind": issue.kind,
                "kind_text": tk._(KINDS[issue.kind]),
                "code": issue.code,
                "what": what,
                "remedy": remedy,
                "more": max(0, len(issue.subjects) - 1) if told else 0,
                "files": list(issue.resource_ids),
                "since": iso(issue.since),
                "points": issue.points,
                "use": task.use,
                "gain": round(task.gain, 1),
                "withholds": issue.withholds,
                "private": issue.private,
                "new": task.new,
                "state": tk._(STATES[task.state(now)]),
                "open": task.state(now) == "open",
                "asked": iso(task.mark.asked_at) if task.mark else None,
                "assigned": people.get(task.mark.assigned_to, "") if task.mark else "",
                "answered": iso(task.other.changed_at) if task.other and not task.other.asked_at else None,
                "answer": (task.other.note or "") if task.other else "",
                "note": (task.mark.note or "") if task.mark else "",
                "before": frequency_word(issue.data.get("before"), lang),
                "after": frequency_word(issue.data.get("after"), lang),
                "who": issue.data.get("user") or "",
                "subject": issue.subjects[0] if issue.subjects else "",
            }
        )
    return named(rows, lang)


def _said(
    task: tasks.Task, told: Mapping[str, tuple[str, str]], statuses: Mapping[str, str]
) -> tuple[str, str]:
    """What was seen, and what mends it."""
    issue = task.issue
    if issue.task.startswith("found:"):
        return told.get(issue.subjects[0], (issue.code, ""))
    if issue.kind == "late":
        return statuses.get(issue.package_id, ""), tk._("Publish the data of the next period.")
    if issue.kind == "broken":
        many = len(issue.resource_ids)
        seen = tk.ungettext("{n} file does not answer.", "{n} files do not answer.", many).format(n=many)
        return seen, tk._("Check the address and the server it leads to.")
    return (
        tk._(
            "The declared frequency is looser than before, or says that no updates will come. It counts once it is approved."
        ),
        tk._("Approve it with a public reason, or reject it."),
    )


def _of_kind(kind: str) -> Lister:
    def lister(viewer: Viewer, wanted: Asked, limit: int, offset: int, lang: str) -> Listed:
        narrowed = Asked(**{**vars(wanted), "kind": kind})
        return _tasks(viewer, narrowed, limit, offset, lang)

    return lister


# --- what changed, what will be due


def _changes(viewer: Viewer, wanted: Asked, limit: int, offset: int, lang: str) -> Listed:
    """What turned bad, and good, since yesterday or as far back as is asked."""
    now = utc_now()
    found = changes(viewer, now - dt.timedelta(days=wanted.days or 1), now, wanted)
    counts = {tone: sum(item.tone == tone for item in found) for tone in ("worse", "note", "better")}
    rows = []
    for item in found[offset : offset + limit]:
        what, remedy = item.told(lang)
        rows.append(
            {
                "id": item.package_id,
                "name": item.name,
                "title": item.title,
                "owner_org": item.owner_org,
                "kind": item.kind,
                "tone": item.tone,
                "code": item.code,
                "at": iso(item.at),
                "what": what,
                "remedy": remedy,
            }
        )
    return Listed(len(found), named(rows, lang), counts)


def changes(
    viewer: Viewer, since: dt.datetime, until: dt.datetime, wanted: Asked | None = None
) -> list[quality.Transition]:
    """Transitions that the reader may see, narrowed to the unit that is asked for."""
    units = viewer.units
    owner = wanted.wanted(viewer).owner if wanted is not None else None
    if owner:
        units = frozenset({owner}) if units is None else units & {owner}
    found = quality.transitions(since, until, units=units)
    if wanted is not None and wanted.q:
        found = [item for item in found if wanted.q.lower() in item.title.lower()]
    return found


def _due(viewer: Viewer, wanted: Asked, limit: int, offset: int, lang: str) -> Listed:
    """Sets that are to be updated this week, or as far ahead as is asked."""
    now = utc_now()
    span = quality.turning_between(now, now + dt.timedelta(days=wanted.days or 7))
    return _sets_where(viewer, wanted, limit, offset, lang, "next", [span])


# --- sets


def _sets(viewer: Viewer, wanted: Asked, limit: int, offset: int, lang: str) -> Listed:
    """All sets, by owner unless another order is asked for."""
    sort = wanted.sort if wanted.sort in quality.SET_SORTS else "unit"
    return _sets_where(viewer, wanted, limit, offset, lang, sort)


def _sets_where(
    viewer: Viewer, wanted: Asked, limit: int, offset: int, lang: str, sort: str, extra: Iterable[Any] = ()
) -> Listed:
    total, found = quality.sets(wanted.wanted(viewer), sort, limit, offset, extra)
    rows = []
    for item in found:
        score = item.score
        domain = vocabularies.domain(item.domain)
        rows.append(
            {
                "id": item.package_id,
                "key": f"{item.package_id}|set",
                "name": item.name,
                "title": item.title,
                "owner_org": item.owner_org,
                "domain": domain.label(lang) if domain else item.domain or "",
                "frequency": frequency_word(item.frequency, lang),
                "status": item.status,
                "grade": score.grade if score else None,
                "index": score.quality_index if score else None,
                "what": item.sentence(lang),
                "last": iso(score.last_content_at) if score else None,
                "end": iso(score.newest_period) if score else None,
                "next": iso(score.next_expected) if score else None,
                "due": iso(score.due_at) if score else None,
                "overdue": iso(score.overdue_at) if score else None,
                "withheld": bool(score and (score.withheld or score.withheld_resources)),
            }
        )
    return Listed(total, named(rows, lang))


def _closed(viewer: Viewer, wanted: Asked, limit: int, offset: int, lang: str) -> Listed:
    """Sets declared not updatable, with who said so and why."""
    kinds = ("closed_series", "archival")
    total, found = quality.decided(wanted.wanted(viewer), kinds, limit, offset, in_force=True)
    people = user_names(row[4].user_id for row in found)
    rows = [
        {
            "id": package_id,
            "name": name,
            "title": title,
            "owner_org": owner_org,
            "kind": decision.kind,
            "at": iso(decision.decided_at),
            "end": iso(decision.valid_until.date() if decision.valid_until else None),
            "who": people.get(decision.user_id, decision.user_id or ""),
            "note": decision.reason,
            "subject": decision.id,
        }
        for package_id, name, title, owner_org, decision in found
    ]
    return Listed(total, named(rows, lang))


# --- what gains most, twins, units, log


def _fixes(viewer: Viewer, wanted: Asked, limit: int, offset: int, lang: str) -> Listed:
    """Fixes ranked by points gained x use."""
    conditions = wanted.wanted(viewer).conditions()
    total, found = quality.fixes(conditions, tasks.use_of_sets(), limit, offset)
    rows = []
    for fix in found:
        what, remedy = fix.told(lang)
        rows.append(
            {
                "id": fix.package_id,
                "name": fix.name,
                "title": fix.title,
                "owner_org": fix.owner_org,
                "what": what,
                "remedy": remedy,
                "points": round(fix.points, 1),
                "use": fix.use,
                "gain": round(fix.gain, 1),
            }
        )
    return Listed(total, named(rows, lang))


def _twins(viewer: Viewer, wanted: Asked, limit: int, offset: int, lang: str) -> Listed:
    """Twins that disagree, side by side; the reader sees the other side's figures, which are public, whoever's it is."""
    pairs = quality.twin_pairs(wanted.wanted(viewer).conditions())
    shown = pairs[offset : offset + limit]
    cells = quality.twin_cells(shown, utc_now())
    both = [side for pair in shown for side in (pair.one, pair.two)]
    units = unit_titles((side.owner_org for side in both), lang)
    english = titles.english(side.package_id for side in both) if lang == "en" else {}
    rows = []
    for pair in shown:
        sides = [
            {
                **vars(side),
                "title": english.get(side.package_id, side.title),
                "unit_of": side.unit,
                "unit": units.get(side.owner_org, ("", ""))[1],
            }
            for side in (pair.one, pair.two)
        ]
        rows.append(
            {
                "id": pair.one.package_id,
                "name": pair.one.name,
                "title": sides[0]["title"],
                "unit": sides[0]["unit"],
                "other": sides[1]["title"],
                "other_unit": sides[1]["unit"],
                "sides": sides,
                "keys": [here for here, _there in pair.keys],
                "since": iso(pair.since),
                "count": pair.count,
                "compared": pair.compared,
                "note": pair.reason,
                "cells": [vars(cell) for cell in cells.get(pair.decision_id, ())],
            }
        )
    return Listed(len(pairs), rows)


def _units(viewer: Viewer, wanted: Asked, limit: int, offset: int, lang: str) -> Listed:
    """The league table of units."""
    found = quality.league(wanted.wanted(viewer), tasks.use_of_sets())
    rows = [
        {
            "owner_org": row.unit_id,
            "place": place if row.index is not None else None,
            "index": round(row.index, 1) if row.index is not None else None,
            "trend_30": row.trends[30],
            "trend_90": row.trends[90],
            "sets": row.sets,
            "graded": row.graded,
            "late": row.late,
            "days_late": row.days_late,
            "withheld": row.withheld,
            "closed": row.closed,
            "use": row.use,
        }
        for place, row in enumerate(found[offset : offset + limit], offset + 1)
    ]
    return Listed(len(found), named(rows, lang))


def _log(viewer: Viewer, wanted: Asked, limit: int, offset: int, lang: str) -> Listed:
    """Who did what: acts at the desk and decisions on quality."""
    total, entries = journal.read(viewer, wanted, limit, offset)
    people = user_names(entry.user for entry in entries)
    rows = [
        {
            "id": entry.package_id,
            "name": entry.name,
            "title": entry.title,
            "owner_org": entry.owner_org,
            "at": iso(entry.at),
            "who": people.get(entry.user, entry.user or ""),
            "act": journal.word(entry),
            "task": entry.task or "",
            "note": entry.note or "",
        }
        for entry in entries
    ]
    return Listed(total, named(rows, lang))


LISTS: Mapping[str, Lister] = {
    "tasks": _tasks,
    "changes": _changes,
    "due": _due,
    "fixes": _fixes,
    "alerts": _of_kind("alert"),
    "frequencies": _of_kind("frequency"),
    "twins": _twins,
    "sets": _sets,
    "closed": _closed,
    "units": _units,
    "log": _log,
}


def listed(
    name: str, viewer: Viewer, wanted: Asked, lang: str, *, limit: int | None = None, offset: int = 0
) -> Listed:
    """One page of a list; without ``limit`` as many rows as a page has."""
    return LISTS[name](viewer, wanted, settings().rows if limit is None else limit, offset, lang)
