"""The changelog of shapes: columns that came, went or changed, and changes that owners announce beforehand."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from ckan import model as ckan_model
from ckan.plugins import plugin_loaded
from ckan.plugins import toolkit as tk
from ckanext.kielce.api.model import Announcement
from ckanext.kielce.common import formatting

#: Kind of change -> its word.
KINDS: dict[str, dict[str, str]] = {
    "columns": {"pl": "Zmiana kolumn", "en": "Columns change"},
    "address": {"pl": "Zmiana adresu", "en": "The address changes"},
    "content": {"pl": "Zmiana treści lub metody", "en": "Content or method changes"},
    "end": {"pl": "Koniec publikacji", "en": "No longer published"},
    "schema": {"pl": "Zmieniły się kolumny", "en": "The columns changed"},
}
WORDS: dict[str, dict[str, str]] = {
    "pl": {
        "title": "Zmiany, które mogą zepsuć aplikacje",
        "subtitle": "Zapowiedzi zmian i zmiany kolumn, które portal zauważył.",
        "announced": "Od {day}: {kind} – {title}",
        "withdrawn": "Odwołane. {text}",
        "observed": "{kind}: {title}",
    },
    "en": {
        "title": "Changes that may break applications",
        "subtitle": "Changes announced beforehand, and changes of columns that the portal has noticed.",
        "announced": "From {day}: {kind} – {title}",
        "withdrawn": "Called off. {text}",
        "observed": "{kind}: {title}",
    },
}
_WARSAW = ZoneInfo("Europe/Warsaw")


def today() -> dt.date:
    """The day in Warsaw."""
    return dt.datetime.now(_WARSAW).date()


def announced(row: Announcement, package: Any, lang: str) -> dict[str, Any]:
    """An announcement as data."""
    text = (row.text_en if lang == "en" else None) or row.text
    word = KINDS[row.kind][lang]
    say = WORDS[lang]
    title = say["announced"].format(
        day=formatting.date(row.effective, lang), kind=word, title=_title(package, lang)
    )
    return {
        "id": row.id,
        "what": "announced",
        "kind": row.kind,
        "title": title,
        "text": say["withdrawn"].format(text=text) if row.withdrawn_at else text,
        "at": (row.withdrawn_at or row.announced_at).isoformat(),
        "effective": row.effective.isoformat(),
        "withdrawn": row.withdrawn_at is not None,
        "dataset": {"id": package.id, "name": package.name, "title": _title(package, lang)},
        "resource_id": row.resource_id,
        "link": tk.url_for("dataset.read", id=package.name, _external=True),
    }


def _observed(change: dict[str, Any], lang: str) -> dict[str, Any]:
    package, difference = change["package"], change["difference"]
    return {
        "id": change["observation_id"],
        "what": "observed",
        "kind": "schema",
        "title": WORDS[lang]["observed"].format(kind=KINDS["schema"][lang], title=_title(package, lang)),
        "text": f"{change['resource']}: {' '.join(change['text'])}",
        "at": change["moment"].isoformat(),
        "effective": None,
        "withdrawn": False,
        "dataset": {"id": package.id, "name": package.name, "title": _title(package, lang)},
        "resource_id": change["resource_id"],
        "columns_added": difference["columns_added"],
        "columns_removed": difference["columns_removed"],
        "columns_retyped": difference["columns_retyped"],
        "link": tk.url_for("dataset.read", id=package.name, _external=True),
    }


def _title(package: Any, lang: str) -> str:
    english = (package.extras or {}).get("title_en") if lang == "en" else None
    return english or package.title or package.name


def announcements(
    package_id: str | None = None, *, limit: int = 100, coming: bool = False
) -> list[tuple[Any, Any]]:
    """Announcements with their public datasets, the newest first.

    :param coming: only those in force that lie ahead, the nearest first
    """
    package = ckan_model.Package
    query = sa.select(Announcement, package).join(package, package.id == Announcement.package_id)
    query = query.where(package.state == "active").limit(limit)
    query = query.where(package.private.is_(False) if package_id is None else package.id == package_id)
    if coming:
        query = query.where(Announcement.withdrawn_at.is_(None), Announcement.effective >= today())
        query = query.order_by(Announcement.effective, Announcement.id)
    else:
        query = query.order_by(Announcement.announced_at.desc(), Announcement.id)
    return [(row, found) for row, found in ckan_model.Session.execute(query).all()]


def read(limit: int, lang: str, package_id: str | None = None) -> list[dict[str, Any]]:
    """Announced and observed changes, the newest first."""
    found = [announced(row, package, lang) for row, package in announcements(package_id, limit=limit)]
    if plugin_loaded("kielce_quality"):
        from ckanext.kielce.quality import shared as quality

        found += [_observed(change, lang) for change in quality.schema_changes(limit, lang, package_id)]
    found.sort(key=lambda item: dt.datetime.fromisoformat(item["at"]), reverse=True)
    return found[:limit]


def feed_id(part: str) -> str:
    """A tag (RFC 4151) of the portal's own."""
    host = urlsplit(str(tk.config["ckan.site_url"])).hostname or "localhost"
    return f"tag:{host},2026:api/{part}"
