"""Entries as plain data: what anyone may see, and what only the house may."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ckan import model as ckan_model
from ckanext.kielce.common import vocabularies
from ckanext.kielce.common.formatting import WARSAW

from . import access, domain, store, vocabulary
from .model import Change, Entry


def today() -> dt.date:
    """The present day in Kielce."""
    return dt.datetime.now(WARSAW).date()


def unit_title(group: Any, lang: str) -> str:
    """What a unit is called."""
    if group is None:
        return ""
    english = group.extras.get("title_en") if lang == "en" else None
    return str(english or group.title or group.name)


def describe(entries: Sequence[Entry], *, lang: str, user: str | None) -> list[dict[str, Any]]:
    """Entries as the user may see them; the same few queries for any number."""
    groups = store.groups(entry.unit_id for entry in entries)
    packages = store.datasets(
        each for entry in entries for each in (entry.dataset_id, entry.prefilled.get("dataset_id"))
    )
    sources = _sources(entry.source_id for entry in entries)
    ranks = store.ranks(access.visible(user))
    member_of = set(access.units(user, "read")) if user else set()
    reads_all = access.may_read_all(user)
    return [
        _one(
            entry,
            lang,
            groups.get(entry.unit_id),
            packages,
            sources.get(entry.source_id or ""),
            ranks.get(entry.id),
            internal=reads_all or entry.unit_id in member_of,
        )
        for entry in entries
    ]


def _sources(ids: Iterable[str | None]) -> dict[str, dict[str, str]]:
    found = store.datasets(ids)
    return {
        key: {"id": key, "name": package.name, "title": package.title or package.name}
        for key, package in found.items()
        if package.type == "harvest" and not package.private
    }


def _one(
    entry: Entry,
    lang: str,
    group: Any,
    packages: Mapping[str, Any],
    source: dict[str, str] | None,
    rank: int | None,
    *,
    internal: bool,
) -> dict[str, Any]:
    tier = vocabulary.tiers()[entry.tier]
    late = entry.tier != "open" and entry.planned is not None and entry.planned < today()
    shown: dict[str, Any] = {
        "id": entry.id,
        "title": (entry.title_en if lang == "en" else "") or entry.title,
        "description": entry.description,
        "unit": {
            "id": entry.unit_id,
            "name": group.name if group else "",
            "title": unit_title(group, lang),
            "email": (group.extras.get("email") or "") if group else "",
        },
        "domain": entry.domain,
        "domain_text": _domain(entry.domain, lang),
        "tier": entry.tier,
        "tier_text": tier.label(lang),
        "tone": tier.data["tone"],
        "reason": entry.reason,
        "legal_basis": entry.legal_basis,
        "obstacles": entry.obstacles,
        "obstacles_text": [vocabulary.obstacles()[code].label(lang) for code in entry.obstacles],
        "planned": entry.planned.isoformat() if entry.planned else None,
        "planned_passed": late,
        "office": entry.office,
        "shared_with": entry.shared_with,
        "access": entry.access,
        "dataset": _dataset(packages.get(entry.dataset_id or ""), internal=internal),
        "source": source,
        "url": entry.url,
        "criteria": _criteria(entry.criteria, lang),
        "points": entry.points,
        "most_points": vocabulary.most_points(),
        "rank": rank,
        "sample": entry.sample,
        "changed_at": entry.changed_at.isoformat(),
        "checked": entry.edited_at is not None,
    }
    if internal:
        shown |= {
            "public": entry.public,
            "contact": entry.contact,
            "title_pl": entry.title,
            "title_en": entry.title_en,
            "prefilled_at": entry.prefilled_at.isoformat() if entry.prefilled_at else None,
            "differs": differs(entry, packages),
        }
    return shown


def _domain(code: str, lang: str) -> str:
    found = vocabularies.domain(code)
    return found.label(lang) if found else code


def _dataset(package: Any, *, internal: bool) -> dict[str, Any] | None:
    if package is None or (package.private and not internal):
        return None
    return {
        "id": package.id,
        "name": package.name,
        "title": package.title or package.name,
        "private": package.private,
    }


def _criteria(scores: Mapping[str, int], lang: str) -> list[dict[str, Any]]:
    rows = []
    for code, word in vocabulary.criteria().items():
        score = scores.get(code)
        rows.append(
            {
                "code": code,
                "name": word.label(lang),
                "help": word.text("help", lang),
                "levels": word.levels(lang),
                "score": score,
                "meaning": word.levels(lang)[score] if score is not None else None,
            }
        )
    return rows


def differs(entry: Entry, packages: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Fields in which a person's word and what the portal knows differ: ``{field, ours, portal}``."""
    found = []
    for name, value in entry.prefilled.items():
        if name not in domain.FIELDS or domain.blank(value) or getattr(entry, name) == value:
            continue
        if name == "dataset_id" and value not in packages:
            continue
        found.append({"field": name, "ours": getattr(entry, name), "portal": value})
    return found


def change(row: Change, *, names: Mapping[str, str], internal: bool) -> dict[str, Any]:
    """One line of an entry's history; the public sees neither who it was nor internal fields.

    :param names: display names of users by id
    """
    changed = [each for each in row.changes if internal or each["field"] not in domain.INTERNAL]
    shown: dict[str, Any] = {
        "at": row.at.isoformat(),
        "kind": row.kind,
        "by": "person" if row.actor else "portal",
        "changes": changed,
    }
    if internal:
        shown |= {"actor": names.get(row.actor or ""), "source": row.source}
    return shown


def user_names(rows: Iterable[Change]) -> dict[str, str]:
    """Display names of those who made changes."""
    ids = {row.actor for row in rows if row.actor}
    users = ckan_model.Session.query(ckan_model.User).filter(ckan_model.User.id.in_(ids)) if ids else ()
    return {user.id: user.display_name for user in users}
