"""What the desk's pages show besides their list: the morning's figures, a dataset, a unit, who can be chosen."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ckan import model as ckan_model
from ckan.plugins import plugin_loaded
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.columns import utc_now
from ckanext.kielce.quality import shared as quality

from . import journal, lists, naming, staging, tasks
from .asked import Asked
from .roles import Viewer, coordinators, people_of

#: Lines of the log on a dataset's page.
LINES = 20
#: Tones of a source's health that the coordinator has to know of.
TROUBLED = frozenset({"overdue", "delinquent"})


def summary(viewer: Viewer, now: dt.datetime) -> dict[str, Any]:
    """The morning's figures: what turned since yesterday, what is due this week, sources in trouble, questions."""
    turned = lists.changes(viewer, now - dt.timedelta(days=1), now)
    due = lists.listed("due", viewer, Asked(), "pl", limit=0)
    return {
        "worse": sum(item.tone == "worse" for item in turned),
        "better": sum(item.tone == "better" for item in turned),
        "due": due.total,
        "sources": _troubled() if viewer.units is None else [],
        "questions": _questions(),
    }


def _questions() -> int:
    """Reports, requests and reuses that wait for an answer, as far as the reader sees them."""
    if not plugin_loaded("kielce_participation"):
        return 0
    found = tk.get_action("kielce_participation_list")({}, {"state": "open", "limit": 1})
    return int(found["count"])


def _troubled() -> list[dict[str, Any]]:
    """Sources that do not keep what they promise."""
    if not plugin_loaded("kielce_harvest"):
        return []
    found = tk.get_action("kielce_harvest_source_list")({"ignore_auth": True}, {})
    return [
        {"name": row["name"], "title": row["title"], "health": row["health"]}
        for row in found
        if row["active"] and row["health"]["tone"] in TROUBLED
    ]


def units(viewer: Viewer, lang: str) -> list[tuple[str, str]]:
    """(name, title) of the units that the reader may choose, by title; one query."""
    group = ckan_model.Group
    query = ckan_model.Session.query(group.id).filter(
        group.is_organization.is_(True), group.state == "active"
    )
    if viewer.units is not None:
        query = query.filter(group.id.in_(sorted(viewer.units)))
    found = naming.unit_titles((row.id for row in query), lang)
    return sorted(found.values(), key=lambda unit: unit[1].lower())


def people(viewer: Viewer) -> list[str]:
    """Names of those whom a coordinator assigns tasks to: coordinators."""
    return coordinators() if viewer.decides else []


def dataset(viewer: Viewer, package: dict[str, Any], lang: str) -> dict[str, Any]:
    """What the page of one dataset shows."""
    now = utc_now()
    wanted = Asked(dataset=package["id"], state="all")
    found = tasks.ranked(tasks.tasks(viewer, wanted, now=now))
    total, lines = journal.read(viewer, Asked(dataset=package["id"]), LINES, 0)
    people_known = naming.user_names(line.user for line in lines)
    score = quality.sets(wanted.wanted(viewer), "name", 1, 0)[1]
    unit_name, unit_title = naming.unit_titles([package.get("owner_org")], lang).get(
        package.get("owner_org"), ("", "")
    )
    editable = tk.h.check_access("package_update", {"id": package["id"]})
    return {
        "viewer": viewer,
        "list": "dataset",
        "package": package,
        "unit": unit_title,
        "unit_name": unit_name,
        "answers": people_of([package["owner_org"]]).get(package["owner_org"], [])
        if package.get("owner_org")
        else [],
        "score": score[0] if score else None,
        "sentence": score[0].sentence(lang) if score else "",
        "tasks": lists.task_rows(found, lang, now),
        "log": [_line(line, people_known) for line in lines],
        "log_total": total,
        "decisions": tk.get_action("kielce_quality_decisions")({"ignore_auth": True}, {"id": package["id"]}),
        "files": [
            {**item, "replaceable": editable and staging.replaceable(item)} for item in package["resources"]
        ],
        "waiting": staging.waiting_of(package["id"]) if editable else [],
        "back": tk.h.url_for("kielce_desk.dataset", name=package["name"]),
    }


def _line(line: journal.Line, people_known: dict[str | None, str]) -> dict[str, str]:
    return {
        "at": line.at.isoformat(),
        "who": people_known.get(line.user, line.user or ""),
        "act": journal.word(line),
        "note": line.note or "",
    }


def unit(viewer: Viewer, group: Any, lang: str) -> dict[str, Any]:
    """What the page of one unit shows."""
    now = utc_now()
    wanted = Asked(unit=group.name)
    found = tasks.ranked(tasks.of_kind(tasks.tasks(viewer, wanted, now=now), ""))
    league = lists.listed("units", viewer, wanted, lang, limit=1).rows
    worst = lists.listed("sets", viewer, Asked(unit=group.name, sort="index"), lang)
    titles = naming.unit_titles([group.id], lang)
    return {
        "viewer": viewer,
        "list": "units",
        "group": group,
        "title": titles[group.id][1],
        "row": league[0] if league else None,
        "tasks": lists.task_rows(found[: lists.settings().rows], lang, now),
        "total": len(found),
        "sets": worst,
        "people": people_of([group.id]).get(group.id, []),
        "back": tk.h.url_for("kielce_desk.unit", name=group.name),
    }
