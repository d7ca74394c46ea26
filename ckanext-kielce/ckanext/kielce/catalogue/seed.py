"""The city's units and domains as CKAN's organisations and groups, from the vocabulary files."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from ckanext.kielce.common import vocabularies
from ckanext.kielce.common.vocabularies import Entry

#: Vocabulary → CKAN's type of group, and the extras with the entry's own data that fill them. (An extra can't be named
#: ``type``: that is a field of every organisation.)
KINDS: dict[str, tuple[str, dict[str, str]]] = {
    "units": ("organization", {"kind": "kind", "email": "email", "publisher_type": "type"}),
    "domains": ("group", {"icon": "icon"}),
}


@dataclass
class SeedReport:
    """Names by what happened to them, for each of ``organization`` and ``group``."""

    created: dict[str, list[str]] = field(default_factory=lambda: {"organization": [], "group": []})
    updated: dict[str, list[str]] = field(default_factory=lambda: {"organization": [], "group": []})
    unchanged: dict[str, list[str]] = field(default_factory=lambda: {"organization": [], "group": []})
    #: Deleted by someone in CKAN; they are not brought back behind that person's back.
    deleted: dict[str, list[str]] = field(default_factory=lambda: {"organization": [], "group": []})

    def as_dict(self) -> dict[str, dict[str, list[str]]]:
        """Plain dict for the action's answer."""
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "deleted": self.deleted,
        }


def seed(context: dict[str, Any], *, update: bool = False) -> SeedReport:
    """Create the units and domains that are missing; existing ones stay as people edited them.

    :param update: bring titles and extras of existing ones back to the vocabulary's words
    """
    report = SeedReport()
    for name, (kind, extras) in KINDS.items():
        for entry in vocabularies.load(name):
            _seed_one(context, report, entry, kind, extras, update=update)
    return report


def _seed_one(
    context: dict[str, Any],
    report: SeedReport,
    entry: Entry,
    kind: str,
    extras: dict[str, str],
    *,
    update: bool,
) -> None:
    wanted = wanted_dict(entry, extras)
    existing = model.Group.get(entry.code)
    if existing is None:
        tk.get_action(f"{kind}_create")(_fresh(context), wanted)
        report.created[kind].append(entry.code)
    elif existing.state != "active":
        report.deleted[kind].append(entry.code)
    elif update and _differs(existing, wanted):
        tk.get_action(f"{kind}_patch")(_fresh(context), {"id": existing.id, **wanted})
        report.updated[kind].append(entry.code)
    else:
        report.unchanged[kind].append(entry.code)


def wanted_dict(entry: Entry, extras: dict[str, str]) -> dict[str, Any]:
    """The dict of a group or organisation as the vocabulary has it: Polish title, English title and more as extras."""
    pairs = {"title_en": entry.en} | {
        key: entry.data[own] for key, own in extras.items() if entry.data.get(own)
    }
    return {
        "name": entry.code,
        "title": entry.pl,
        "extras": [{"key": key, "value": str(value)} for key, value in sorted(pairs.items())],
    }


def _differs(existing: Any, wanted: dict[str, Any]) -> bool:
    extras = {item["key"]: item["value"] for item in wanted["extras"]}
    return existing.title != wanted["title"] or any(existing.extras.get(key) != extras[key] for key in extras)


def _fresh(context: dict[str, Any]) -> dict[str, Any]:
    """A context of its own for each action, for CKAN leaves the last object in it."""
    return {key: context[key] for key in ("user", "ignore_auth", "defer_commit") if key in context}
