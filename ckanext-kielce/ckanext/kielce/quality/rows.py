"""The stored rows that a dataset is judged by, read for many datasets in the same few queries as for one."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from ckan import model as ckan_model
from sqlalchemy import select
from sqlalchemy.orm import aliased

from . import findings, model, store

#: Newest observations of a dataset that are judged; older ones add nothing to rhythms learned from 20 gaps.
KEPT_OBSERVATIONS = 600


@dataclass
class Rows:
    """Evidence of one dataset as it is stored.

    :ivar decisions: those in force, oldest first
    :ivar declarations: its own and those of the sets whose content it carries on, oldest first
    :ivar observations: the same, the newest ``KEPT_OBSERVATIONS``, oldest first
    :ivar links: newest link state by resource
    :ivar looks: when each resource was last looked at
    :ivar found: what the checks found
    """

    decisions: list[model.Decision] = field(default_factory=list)
    declarations: list[model.Declaration] = field(default_factory=list)
    observations: list[model.Observation] = field(default_factory=list)
    links: dict[str, model.LinkCheck] = field(default_factory=dict)
    looks: dict[str, dt.datetime] = field(default_factory=dict)
    found: findings.Found = field(default_factory=findings.Found)


def load_rows(packages: Iterable[Mapping[str, Any]]) -> dict[str, Rows]:
    """Stored evidence by dataset id.

    :param packages: dataset dicts (``id`` and ``resources``)
    """
    packages = list(packages)
    ids = [package["id"] for package in packages]
    found = {package_id: Rows() for package_id in ids}
    if not ids:
        return found
    for decision in _in_order(model.Decision, ids, model.Decision.decided_at):
        if decision.revoked_at is None:
            found[decision.package_id].decisions.append(decision)
    ancestors: dict[str, dict[str, dt.datetime]] = defaultdict(dict)
    for item in ckan_model.Session.scalars(select(model.Lineage).where(model.Lineage.package_id.in_(ids))):
        ancestors[item.package_id][item.ancestor_id] = item.since
    for declaration in _in_order(model.Declaration, ids, model.Declaration.declared_at):
        found[declaration.package_id].declarations.append(declaration)
    for observation in _newest_observations(ids):
        found[observation.package_id].observations.append(observation)
    for package_id, since in ancestors.items():
        _inherit(found[package_id], since)
    owners = {resource["id"]: package["id"] for package in packages for resource in package["resources"]}
    for check in _newest_links(list(owners)):
        found[owners[check.resource_id]].links[check.resource_id] = check
    for package_id, looks in store.last_looks_of(ids).items():
        found[package_id].looks = looks
    for package_id, told in findings.load(ids).items():
        found[package_id].found = told
    return found


def _in_order(table: Any, ids: list[str], column: Any) -> Iterable[Any]:
    return ckan_model.Session.scalars(select(table).where(table.package_id.in_(ids)).order_by(column))


def _inherit(rows: Rows, ancestors: Mapping[str, dt.datetime]) -> None:
    """Add what was declared and seen of the sets whose content this one carries on, until it took over."""
    for ancestor, since in ancestors.items():
        declared, seen = model.Declaration, model.Observation
        rows.declarations += ckan_model.Session.scalars(
            select(declared).where(declared.package_id == ancestor, declared.declared_at < since)
        )
        rows.observations += ckan_model.Session.scalars(
            select(seen)
            .where(seen.package_id == ancestor, seen.observed_at < since)
            .order_by(seen.observed_at.desc())
            .limit(KEPT_OBSERVATIONS)
        )
    rows.declarations.sort(key=lambda row: row.declared_at)
    rows.observations = sorted(rows.observations, key=lambda row: row.observed_at)[-KEPT_OBSERVATIONS:]


def _newest_observations(ids: list[str]) -> Iterable[model.Observation]:
    """The newest few hundred observations of each dataset, oldest first."""
    table = model.Observation
    rank = (
        sa.func.row_number()
        .over(partition_by=table.package_id, order_by=table.observed_at.desc())
        .label("rank")
    )
    ranked = select(table, rank).where(table.package_id.in_(ids)).subquery()
    kept = aliased(table, ranked)
    return ckan_model.Session.scalars(
        select(kept).where(ranked.c.rank <= KEPT_OBSERVATIONS).order_by(ranked.c.observed_at)
    )


def _newest_links(resource_ids: list[str]) -> Iterable[model.LinkCheck]:
    return ckan_model.Session.scalars(
        select(model.LinkCheck)
        .where(model.LinkCheck.resource_id.in_(resource_ids))
        .order_by(model.LinkCheck.resource_id, model.LinkCheck.checked_at.desc())
        .distinct(model.LinkCheck.resource_id)
    )
