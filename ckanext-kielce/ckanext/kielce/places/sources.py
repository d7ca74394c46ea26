"""The layers that may answer now: taken in, public, not withheld; with what a reader wants to know of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from ckan import model
from ckan.plugins import plugin_loaded
from ckan.plugins import toolkit as tk
from ckanext.kielce.common import formatting, vocabularies
from ckanext.kielce.places import rules
from ckanext.kielce.places.model import FAILED, TAKEN, UNUSED, WITHHELD, Layer
from ckanext.kielce.places.rules import Rule

#: Freshness in which a source's word may no longer be true.
STALE = frozenset({"overdue", "delinquent"})


@dataclass(frozen=True)
class Source:
    """A layer of the catalogue and its dataset."""

    number: int
    resource_id: str
    package_id: str
    name: str
    state: str
    problem: str
    kind: str
    features: int
    taken_at: dt.datetime | None
    about: Mapping[str, Any]
    unit: str
    unit_title: str
    modified: dt.datetime | None
    rule: Rule
    quality: Mapping[str, Any] = field(default_factory=dict)

    @property
    def answers(self) -> bool:
        """Whether it has features to answer with, maybe of before it failed."""
        return self.features > 0 and self.state in (TAKEN, FAILED)

    @property
    def stale(self) -> bool:
        """Whether it is late."""
        return self.quality.get("status") in STALE

    def title(self, lang: str) -> str:
        """The dataset's title."""
        return str((self.about.get("title_en") if lang == "en" else "") or self.about["title"])

    def published(self, lang: str) -> str:
        """Who publishes it."""
        entry = vocabularies.unit(self.unit)
        return entry.label(lang) if entry else self.unit_title

    def column(self, name: str, lang: str) -> str:
        """What people call a column."""
        known = rules.table().raw["columns"].get(name.lower())
        said = self.about.get("columns", {}).get(name) or {}
        if lang == "en":
            return str(said.get("en") or rules.said(known, "en") or said.get("pl") or name)
        return str(said.get("pl") or rules.said(known, "pl") or name.replace("_", " "))


@dataclass(frozen=True)
class Sources:
    """All layers that play a part, in the order of their titles."""

    every: tuple[Source, ...]

    def of(self, rule: Rule) -> list[Source]:
        """Layers of a rule."""
        return [
            source for source in self.every if source.rule.code == rule.code and source.rule.part == rule.part
        ]

    @cached_property
    def by_number(self) -> dict[int, Source]:
        """Layers by their number."""
        return {source.number: source for source in self.every}

    def numbers(self, role: str) -> list[int]:
        """Numbers of the layers of a role that can answer."""
        return [source.number for source in self.of(rules.table().role(role)) if source.answers]


def load() -> Sources:
    """Read the layers that the public may see; three queries."""
    package, group, resource = model.Package, model.Group, model.Resource
    found = model.Session.execute(
        sa.select(Layer, package.name, package.metadata_modified, group.name, group.title)
        .join(package, package.id == Layer.package_id)
        .join(resource, resource.id == Layer.resource_id)
        .outerjoin(group, group.id == package.owner_org)
        .where(package.state == "active", package.private.is_(False), resource.state == "active")
        .where(Layer.state != UNUSED)
        .order_by(package.title, Layer.number)
    ).all()
    withheld, quality = _judged({row[0].package_id for row in found})
    made = []
    for layer, name, modified, unit, unit_title in found:
        text = rules.description(layer.about["title"], tuple(layer.about["tags"]), layer.about["layer_name"])
        rule = rules.rule_of(text, layer.kind)
        if rule is None:
            continue
        made.append(
            Source(
                number=layer.number,
                resource_id=layer.resource_id,
                package_id=layer.package_id,
                name=name,
                state=WITHHELD if layer.resource_id in withheld else layer.state,
                problem=layer.problem,
                kind=layer.kind,
                features=layer.features,
                taken_at=layer.taken_at,
                about=layer.about,
                unit=unit or "",
                unit_title=unit_title or "",
                modified=modified,
                rule=rule,
                quality=quality.get(layer.package_id, {}),
            )
        )
    return Sources(tuple(made))


def _judged(package_ids: Iterable[str]) -> tuple[frozenset[str], dict[str, dict[str, Any]]]:
    """Files that are withheld, and how fresh the datasets are."""
    if not plugin_loaded("kielce_quality"):
        return frozenset(), {}
    from ckanext.kielce.quality import shared

    return shared.withheld_files(), shared.quality_for_many(package_ids)


def described(source: Source, lang: str) -> dict[str, Any]:
    """A source as the sheet tells it; moments are ISO texts in UTC."""
    status = str(source.quality.get("status") or "unknown")
    changed = source.quality.get("last_new_content") or (
        source.modified.isoformat() if source.modified else None
    )
    return {
        "resource_id": source.resource_id,
        "dataset": source.name,
        "title": source.title(lang),
        "url": tk.url_for("dataset.read", id=source.name, _external=True, locale="default"),
        "publisher": source.published(lang),
        "status": status,
        "status_text": status_word(status, lang),
        "changed": changed,
        "changed_text": formatting.date(changed, lang),
        "read_at": source.taken_at.isoformat() if source.taken_at else None,
        "read_text": formatting.datetime_warsaw(source.taken_at, lang),
        "stale": source.stale,
        "sample": bool(source.about.get("sample")),
    }


def status_word(code: str, lang: str) -> str:
    """The word for a freshness status; "" where nothing judges it."""
    if not plugin_loaded("kielce_quality"):
        return ""
    from ckanext.kielce.quality import shared

    return shared.status_word(code, lang)
