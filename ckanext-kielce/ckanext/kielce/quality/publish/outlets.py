"""What the pages, feeds and calendars show, gathered from scores, events and observations."""

from __future__ import annotations

import datetime as dt
from html import escape
from typing import Any
from urllib.parse import urlsplit

from ckan import model as ckan_model
from ckan.plugins import toolkit as tk
from ckanext.kielce.common import atom, formatting, localised
from sqlalchemy import select

from .. import store
from ..domain.rules import RULES
from ..model import Event, Observation, Score
from . import dqv, history, ical, journal, links
from .changes import compare, version_of
from .events import KINDS
from .tell import kind_word, told

#: Entries of a feed, and changes on a page.
ENTRIES = 60
#: Words of what stands outside CKAN's own pages (a feed, a calendar, a frame has no page's language).
WORDS: dict[str, dict[str, str]] = {
    "pl": {
        "feed": "Co się dzieje: {title}",
        "feed_text": "Nowe dane, spóźnienia i usterki.",
        "changed": "Zmiana: {title}",
        "calendar": "Kiedy będą nowe dane: {title}",
        "calendar_text": "Spodziewane aktualizacje, policzone z dotychczasowego rytmu.",
        "expected": "Nowe dane: {title}",
        "expected_text": "Spodziewane {day}, najpewniej między {first} a {last}.",
        "expected_alone": "Spodziewane {day}.",
        "category": "otwarte dane",
        "portal": "Otwarte dane Kielc",
        "more": "Zobacz dane",
        "grade": "Ocena",
        "next": "Następna aktualizacja: {day}",
        "source": "Źródło: {portal}",
        "page": "Stan danych: {title}",
    },
    "en": {
        "feed": "What happens: {title}",
        "feed_text": "New data, delays and faults.",
        "changed": "A change: {title}",
        "calendar": "When new data will come: {title}",
        "calendar_text": "Expected updates, worked out from the rhythm so far.",
        "expected": "New data: {title}",
        "expected_text": "Expected on {day}, most likely between {first} and {last}.",
        "expected_alone": "Expected on {day}.",
        "category": "open data",
        "portal": "Kielce Open Data",
        "more": "See the data",
        "grade": "Grade",
        "next": "Next update: {day}",
        "source": "Source: {portal}",
        "page": "State of the data: {title}",
    },
}


def words(lang: str) -> dict[str, str]:
    """Words of the widget, with the portal's own name."""
    return {**WORDS[lang], "portal": str(tk.config.get("ckan.site_title") or WORDS[lang]["portal"])}


def kind_title(kind: str, lang: str) -> str:
    """Word for a kind of events."""
    return kind_word(kind, lang)


def addresses(scope: str, path: str) -> dict[str, str]:
    """Addresses of feed, calendar, badge and widget of a dataset, a unit or the portal."""
    base = "" if scope == "portal" else path
    found = {"feed": links.site(f"{base}/changes.atom"), "calendar": links.site(f"{base}/expected.ics")}
    found["webcal"] = "webcal://" + found["calendar"].split("://", 1)[1]
    if scope == "dataset":
        found |= {
            "badge": links.site(f"{path}/badge.svg"),
            "widget": links.site(f"{path}/widget"),
            "page": links.site(path),
        }
    return found


def embed(found: dict[str, str], title: str) -> dict[str, str]:
    """Code to copy: the badge with a link to the dataset, and the frame."""
    if "badge" not in found:
        return {}
    name = escape(title, quote=True)
    badge = f'<a href="{found["page"]}"><img src="{found["badge"]}" alt="{name}" height="22"></a>'
    frame = (
        f'<iframe src="{found["widget"]}" title="{name}" width="360" height="260" loading="lazy"></iframe>'
    )
    return {"badge": badge, "widget": frame}


def answers(package: dict[str, Any], lang: str) -> dict[str, str]:
    """Who answers for a dataset, and where to write."""
    contact = localised.contact_of(package)
    return {
        "name": localised.publisher_of(package, lang),
        "email": contact.get("email", "").removeprefix("mailto:"),
        "url": contact.get("url", ""),
    }


def _site() -> tuple[str, str]:
    """Host of the portal, and a date from which its ids may be called its own (RFC 4151)."""
    return urlsplit(links.site("/")).hostname or "localhost", "2026"


def _entry(event: Event, package: Any, lang: str) -> atom.Entry:
    host, year = _site()
    title, text = told(event.kind, event.data, package.title or package.name, lang)
    return atom.Entry(
        f"tag:{host},{year}:event/{event.number}",
        event.at,
        title,
        text,
        links.dataset(package, lang),
        event.kind,
    )


def _feed(scope: str, scope_id: str, title: str, path: str, lang: str, entries: list[atom.Entry]) -> bytes:
    host, year = _site()
    base = "" if scope == "portal" else path
    say = WORDS[lang]
    name = title or say["portal"]
    return atom.feed(
        feed_id=f"tag:{host},{year}:{scope}/{scope_id or 'all'}",
        title=say["feed"].format(title=name),
        subtitle=say["feed_text"],
        page=links.site(path, lang),
        self_url=links.site(f"{base}/changes.atom", lang),
        lang=lang,
        author=str(tk.config.get("ckan.site_title") or say["portal"]),
        entries=sorted(entries, key=lambda entry: entry.at, reverse=True)[:ENTRIES],
        updated=dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc),
    )


def dataset_feed(package: dict[str, Any], title: str, lang: str) -> bytes:
    """Feed of a dataset: its events, and its changes as they were observed (also before events were written down)."""
    host, year = _site()
    kinds = [kind for kind in KINDS if kind != "changed"]
    entries = [
        _entry(event, found, lang) for event, found in journal.read("dataset", package["id"], kinds=kinds)
    ]
    names = history.shown_resources(package)
    for step in history.steps_of(package["id"], list(names))[:ENTRIES]:
        if step.difference.kind in {"first", "same"}:
            continue
        shown = history.describe(step, names[step.version.resource_id], lang)
        entries.append(
            atom.Entry(
                f"tag:{host},{year}:observation/{step.version.id}",
                step.version.at,
                WORDS[lang]["changed"].format(title=shown["resource"]),
                " ".join(shown["text"]),
                links.site(f"/dataset/{package['name']}/changes", lang),
                "schema" if shown["schema_changed"] else "changed",
            )
        )
    return _feed("dataset", package["id"], title, f"/dataset/{package['name']}", lang, entries)


def unit_feed(unit: Any, lang: str) -> bytes:
    """Feed of an organisation's datasets."""
    entries = [_entry(event, found, lang) for event, found in journal.read("unit", unit.id, limit=ENTRIES)]
    return _feed("unit", unit.id, unit.title or unit.name, f"/organization/{unit.name}", lang, entries)


def portal_feed(lang: str) -> bytes:
    """Feed of all datasets."""
    entries = [_entry(event, found, lang) for event, found in journal.read("portal", limit=ENTRIES)]
    return _feed("portal", "", str(tk.config.get("ckan.site_title") or ""), "/", lang, entries)


def calendar(scope: str, scope_id: str, title: str, lang: str) -> bytes:
    """Expected updates of public datasets, by day."""
    package = ckan_model.Package
    rows = ckan_model.Session.execute(
        select(Score, package)
        .join(package, package.id == Score.package_id)
        .where(journal.public(), Score.next_expected.is_not(None), *journal.scope_condition(scope, scope_id))
        .order_by(Score.next_expected, package.name)
    ).all()
    events = [event for score, found in rows if (event := _expected(score, found, lang))]
    say = WORDS[lang]
    name = say["calendar"].format(title=title or say["portal"])
    return ical.calendar(name, say["calendar_text"], events, lang)


def _expected(score: Score, package: Any, lang: str) -> ical.Expected | None:
    """None while the forecast lies in the past: then nobody knows, and the feed tells of the delay."""
    forecast = (score.assessment or {}).get("forecast") or {}
    if not forecast.get("median"):
        return None
    day, first, last = (
        ical.local_day(dt.datetime.fromisoformat(forecast[name])) for name in ("median", "earliest", "latest")
    )
    if day < ical.local_day(store.utc_now()):
        return None
    say, title = WORDS[lang], package.title or package.name
    pattern = "expected_text" if first < last else "expected_alone"
    text = say[pattern].format(
        day=formatting.date(day, lang), first=formatting.date(first, lang), last=formatting.date(last, lang)
    )
    link = links.dataset(package, lang)
    return ical.Expected(
        f"expected-{package.id}@{_site()[0]}",
        day,
        say["expected"].format(title=title),
        f"{text}\n{link}",
        link,
        score.scored_at,
        (say["category"],),
    )


def newest_versions(package: dict[str, Any]) -> list[tuple[str, Any]]:
    """(name, newest readable version) of each public file."""
    names = history.shown_resources(package)
    if not names:
        return []
    table = Observation
    rows = ckan_model.Session.scalars(
        select(table)
        .where(table.resource_id.in_(list(names)), table.value_hash.is_not(None))
        .order_by(table.resource_id, table.observed_at.desc())
        .distinct(table.resource_id)
    )
    found = {row.resource_id: version_of(row) for row in rows}
    return [(name, found[key]) for key, name in names.items() if key in found]


def section(package: dict[str, Any], lang: str, most: int = 6) -> dict[str, Any]:
    """What the dataset's page shows: what the files cover and the last real changes."""
    names = history.shown_resources(package)
    steps = [step for step in history.steps_of(package["id"], list(names)) if step.difference.kind != "same"]
    return {
        "coverage": history.coverage(newest_versions(package), lang),
        "steps": [history.describe(step, names[step.version.resource_id], lang) for step in steps[:most]],
        "total": len(steps),
        "many": len(names) > 1,
        "answers": answers(package, lang),
    }


def changes(
    package: dict[str, Any], lang: str, *, resource_id: str | None, before: str | None, after: str | None
) -> dict[str, Any] | None:
    """The page of changes: the timeline of all files or one, and the difference of two versions if two are named.

    :returns: None where the versions named are not two of one public file of this dataset
    """
    names = history.shown_resources(package)
    if resource_id and resource_id not in names:
        return None
    wanted = [resource_id] if resource_id else list(names)
    steps = history.steps_of(package["id"], wanted)
    page: dict[str, Any] = {
        "files": names,
        "resource_id": resource_id or (wanted[0] if len(wanted) == 1 else None),
        "steps": [history.describe(step, names[step.version.resource_id], lang) for step in steps[:ENTRIES]],
        "total": len(steps),
        "answers": answers(package, lang),
        "difference": None,
    }
    page["versions"] = [
        {
            "id": step.version.id,
            "label": formatting.datetime_warsaw(step.version.at, lang),
            "resource_id": step.version.resource_id,
        }
        for step in steps
        if step.version.resource_id == page["resource_id"]
    ]
    page["from"], page["to"] = before, after
    if before and after:
        page["difference"] = difference(package, names, before, after, lang)
        if page["difference"] is None:
            return None
    return page


def difference(
    package: dict[str, Any], names: dict[str, str], before: str, after: str, lang: str
) -> dict[str, Any] | None:
    """The difference of two observations, the older one first whatever their order; None where there is none."""
    rows = [ckan_model.Session.get(Observation, key) for key in (before, after)]
    if any(row is None or row.package_id != package["id"] or row.resource_id not in names for row in rows):
        return None
    old, new = sorted((version_of(row) for row in rows), key=lambda version: version.at)
    if old.resource_id != new.resource_id:
        return None
    found = compare(old, new)
    cells = history.cells_between(old, new)
    return {
        "resource": names[new.resource_id],
        "resource_id": new.resource_id,
        "before": {
            "id": old.id,
            "at": old.at.isoformat(),
            "label": formatting.datetime_warsaw(old.at, lang),
            "rows": old.rows,
        },
        "after": {
            "id": new.id,
            "at": new.at.isoformat(),
            "label": formatting.datetime_warsaw(new.at, lang),
            "rows": new.rows,
        },
        "facts": history.difference_json(found),
        "text": history.sentences(found, new, lang),
        "unknown": history.unknown_sentences(found, lang, kept=cells is not None),
        "cells": cells,
    }


def rules() -> dict[str, Any]:
    """Weights and ceilings that a reader of the definitions wants to know."""
    return {
        "version": RULES.version,
        "weights": dict(RULES.weights),
        "grades": list(RULES.grades),
        "gates": {
            "links_down": RULES.gate_links_down,
            "delinquent": RULES.gate_delinquent,
            "truncated": RULES.gate_truncated,
        },
        "coverage": RULES.minimum_coverage,
    }


def metric_rows(lang: str) -> list[dict[str, str]]:
    """The portal's own metrics, as a table."""
    table = dqv.table()
    return [
        {
            "code": code,
            "uri": str(dqv.metric_uri(code)),
            "name": item[lang][0],
            "text": item[lang][1],
            "dimension": table["dimensions"][item["dimension"]][lang],
            "dimension_code": item["dimension"],
        }
        for code, item in table["metrics"].items()
    ]
