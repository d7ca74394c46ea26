"""What the portal knows about sets without asking anybody: those of its catalogue, and records that have no open dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from ckan import model as ckan_model
from ckanext.kielce.common import vocabularies
from ckanext.kielce.harvest.shared import KnownRecord, known_records

from . import domain, vocabulary

#: Types of packages that hold no data.
NO_DATA_TYPES = ("harvest",)


@dataclass(frozen=True)
class Proposal:
    """One set that the portal knows.

    :ivar key: ``dataset:<id>`` or ``record:<source>:<guid>``
    :ivar also: keys under which the same set may have been known before: a record before it had a dataset, or after
    :ivar source: what the change log says: ``catalogue`` or ``source:<id>``
    :ivar fields: fields of an entry; `domain.FIELDS` fills the others
    """

    key: str
    source: str
    fields: dict[str, Any]
    also: tuple[str, ...] = ()


def proposals() -> Iterator[Proposal]:
    """Every set of the catalogue, then every record of a source that has no dataset of its own any more."""
    records = list(known_records())
    from_source = {row.package_id: row for row in records if row.package_id}
    standing: set[str] = set()
    for package, extras in _packages():
        standing.add(package.id)
        yield _of_package(package, extras, from_source.get(package.id))
    names = {group.name: group.id for group in ckan_model.Session.query(ckan_model.Group)}
    for row in records:
        unit_id = names.get(row.owner_org or "", row.owner_org)
        if row.package_id not in standing and unit_id:
            yield _of_record(row, unit_id)


def _packages() -> Iterator[tuple[Any, dict[str, str]]]:
    package = ckan_model.Package
    columns = (package.id, package.title, package.name, package.notes, package.owner_org, package.private)
    query = (
        sa.select(*columns, package.extras)
        .where(
            package.state == "active",
            package.owner_org.is_not(None),
            package.type.not_in(NO_DATA_TYPES),
        )
        .order_by(package.name)
        .execution_options(yield_per=1000)
    )
    for row in ckan_model.Session.execute(query):
        yield row, row.extras or {}


def _of_package(package: Any, extras: dict[str, str], record: KnownRecord | None) -> Proposal:
    tier = "internal" if package.private else vocabulary.tier_of_access(extras.get("access_rights")) or "open"
    fields = {
        "title": _short(package.title or package.name),
        "title_en": _short(extras.get("title_en", "")),
        "description": (package.notes or "")[: domain.MOST_LONG],
        "unit_id": package.owner_org,
        "domain": _domain(extras.get("domain", "")),
        "tier": tier,
        "legal_basis": _short(extras.get("legal_basis", "")),
        "dataset_id": package.id,
        "source_id": record.source_id if record else None,
        "public": not package.private,
        "sample": extras.get("sample_data", "").lower() == "true",
    }
    return Proposal(f"dataset:{package.id}", "catalogue", fields, (_record_key(record),) if record else ())


def _of_record(row: KnownRecord, unit_id: str) -> Proposal:
    fields = {
        "title": _short(row.title),
        "description": row.description[: domain.MOST_LONG],
        "unit_id": unit_id,
        "domain": _domain(row.domain),
        "tier": "internal",
        "source_id": row.source_id,
        "public": False,
    }
    also = (f"dataset:{row.package_id}",) if row.package_id else ()
    return Proposal(_record_key(row), f"source:{row.source_id}", fields, also)


def _record_key(row: KnownRecord) -> str:
    return f"record:{row.source_id}:{row.guid}"


def _short(text: str) -> str:
    return text if len(text) <= domain.MOST_SHORT else text[: domain.MOST_SHORT - 1] + "…"


def _domain(value: str) -> str:
    found = vocabularies.domain(value)
    return found.code if found else ""
