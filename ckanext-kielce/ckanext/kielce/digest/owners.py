"""Whom to write to about a set, and who stands above them.

A unit says itself: its fields ``email`` (a role address), ``director_email`` and ``language``. A dataset's own contact is used
where it is in the mail domain of its unit's address; other contacts came in with harvested descriptions, and strangers are
not to be written to about our grades.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from ckan import model as ckan_model
from ckan.plugins import plugin_loaded
from ckan.plugins import toolkit as tk
from ckanext.kielce.common import vocabularies

from .settings import settings


@dataclass(frozen=True)
class Unit:
    """Who answers for sets.

    :ivar email: "" where the unit has none
    :ivar director: address of its director, "" where it has none
    :ivar lang: in which it is written to
    """

    id: str
    name: str
    title: str
    email: str
    director: str
    lang: str


def units(ids: Iterable[str]) -> dict[str, Unit]:
    """Active units by id."""
    group = ckan_model.Group
    query = sa.select(group).where(group.id.in_(list(ids)), group.state == "active")
    return {row.id: _unit(row) for row in ckan_model.Session.scalars(query)}


def _unit(group: Any) -> Unit:
    extras = group.extras or {}
    lang = str(extras.get("language") or tk.config.get("ckan.locale_default") or "pl")
    lang = "pl" if lang.startswith("pl") else "en"
    known = vocabularies.unit(group.name)
    title = (extras.get("title_en") if lang == "en" else "") or group.title or group.name
    email = str(extras.get("email") or (known.data["email"] if known else "")).strip()
    return Unit(group.id, group.name, title, email, str(extras.get("director_email") or "").strip(), lang)


def contacts(package_ids: Iterable[str]) -> dict[str, str]:
    """The dataset's own contact address, by dataset."""
    package = ckan_model.Package
    query = sa.select(package.id, package.extras["contact"].astext).where(package.id.in_(list(package_ids)))
    found = {}
    for package_id, text in ckan_model.Session.execute(query):
        address = _first_address(text)
        if address:
            found[package_id] = address
    return found


def _first_address(text: str | None) -> str:
    try:
        rows = json.loads(text or "[]")
    except ValueError:
        return ""
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, dict) and row.get("email"):
            return str(row["email"]).removeprefix("mailto:").strip()
    return ""


def address_of(unit: Unit, contact: str) -> str:
    """Where to write about a set: its own contact in the unit's domain, the unit, else the coordinator."""
    if contact and unit.email and contact.rpartition("@")[2].lower() == unit.email.rpartition("@")[2].lower():
        return contact
    return unit.email or coordinator()


def coordinator() -> str:
    """The coordinator's address; "" where none is known."""
    given = settings().coordinator
    if given or not plugin_loaded("kielce_desk"):
        return given
    from ckanext.kielce.desk.shared import coordinators

    for name in coordinators():
        user = ckan_model.User.get(name)
        if user is not None and user.email:
            return str(user.email)
    return ""
