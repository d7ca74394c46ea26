"""Score many datasets at once: what is due by the schedule of next crossings, or all of them after a change of rules.

A dataset by itself costs a dozen small queries and a request to Solr; in slices the same few queries serve all. Slices are
claimed with locks that others skip, so that more workers share the work without a queue of their own.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pysolr
import sqlalchemy as sa
from ckan import model as ckan_model
from ckan.lib import search
from ckan.lib.search.common import make_connection
from ckan.plugins import toolkit as tk
from sqlalchemy import select

from . import store
from .domain.rules import RULES
from .model import Score
from .scoring import package_of, reindex, score_packages

log = logging.getLogger(__name__)

#: Datasets whose evidence is held in memory at once.
SLICE = 100
#: What a dataset's odd evidence may raise; it must not keep the others from their score.
FAULTS = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError)
#: After such a fault the schedule passes the dataset by for so long.
PAUSE = dt.timedelta(hours=6)


@dataclass
class Report:
    """How many were scored, of how many something visible changed, and how many failed."""

    scored: int = 0
    changed: int = 0
    failed: int = 0


def score_many(ids: Sequence[str], *, now: dt.datetime | None = None, index: bool = True) -> Report:
    """Score datasets from stored evidence, slice by slice, each slice committed.

    :param ids: ids of datasets; those that are gone are left out
    :param index: bring the search index in line where what it shows changed
    """
    report = Report()
    for start in range(0, len(ids), SLICE):
        _score_slice(ids[start : start + SLICE], now or store.utc_now(), report, index=index)
    if index and report.changed:
        search.commit()
    return report


def score_due(seconds: float, *, now: dt.datetime | None = None) -> Report:
    """Score what is due by the schedule, the longest due first, for at most about so many seconds.

    Due is what crosses a threshold by itself, and what was scored by other rules than today's.
    """
    report, end = Report(), time.monotonic() + seconds
    while time.monotonic() < end:
        moment = now or store.utc_now()
        ids = _claim(moment)
        if not ids:
            break
        _score_slice(ids, moment, report, index=True)
    if report.changed:
        search.commit()
    return report


def _claim(now: dt.datetime) -> list[str]:
    """Ids of a slice that is due, locked until the slice is committed; what others hold is left out."""
    score, package = Score, ckan_model.Package
    due = (
        select(score.package_id)
        .join(package, package.id == score.package_id)
        .where(package.state == "active", store.turning(now))
        .order_by(score.next_crossing.asc().nulls_first())
        .limit(SLICE)
        .with_for_update(of=score, skip_locked=True)
    )
    return list(ckan_model.Session.scalars(due))


def _score_slice(ids: Sequence[str], now: dt.datetime, report: Report, *, index: bool) -> None:
    packages = list(packages_of(ids))
    try:
        changed = score_packages(packages, now)
    except FAULTS:
        ckan_model.Session.rollback()
        changed = list(_one_by_one(packages, now, report))
    report.scored += len(packages)
    report.changed += len(changed)
    if index:
        for score in changed:
            reindex(score.package_id, defer_commit=True)
    _pass_by(set(ids) - {package["id"] for package in packages}, now)
    ckan_model.Session.expunge_all()


def _one_by_one(packages: Sequence[dict[str, Any]], now: dt.datetime, report: Report) -> Iterator[Score]:
    for package in packages:
        try:
            yield from score_packages([package], now)
        except FAULTS:
            ckan_model.Session.rollback()
            log.exception("Dataset %s could not be scored", package["id"])
            report.failed += 1
            report.scored -= 1
            _pass_by({package["id"]}, now)


def _pass_by(ids: set[str], now: dt.datetime) -> None:
    """Let the schedule pass datasets by for a while (gone from the index, or not to be judged)."""
    if ids:
        ckan_model.Session.execute(
            sa.update(Score)
            .where(Score.package_id.in_(ids))
            .values(next_crossing=now + PAUSE, rules_version=RULES.version)
        )
        ckan_model.Session.commit()


def packages_of(ids: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Dicts of datasets as ``package_show`` gives them: from the index where it holds their present state.

    That is CKAN's own rule for one dataset (see ``package_show``), asked for many in one request.
    """
    package = ckan_model.Package
    active = select(package.id, package.metadata_modified).where(
        package.id.in_(ids), package.state == "active", package.type.not_in(store.NO_DATA_TYPES)
    )
    modified = dict(row.tuple() for row in ckan_model.Session.execute(active))
    indexed = _indexed(list(modified))
    for package_id, moment in modified.items():
        found = indexed.get(package_id)
        if found is not None and str(found.get("metadata_modified"))[:22] == moment.isoformat()[:22]:
            yield found
        elif (shown := package_of(package_id)) is not None:
            yield shown


def _indexed(ids: list[str]) -> dict[str, dict[str, Any]]:
    if not ids:
        return {}
    wanted = " OR ".join(f'"{package_id}"' for package_id in ids)
    try:
        found = make_connection().search(
            "*:*",
            fq=[f'+site_id:"{tk.config["ckan.site_id"]}"', f"id:({wanted})"],
            fl="id,validated_data_dict",
            rows=len(ids),
        )
    except (pysolr.SolrError, search.SearchError) as error:
        log.warning("The index can't be asked for datasets: %s", error)
        return {}
    return {item["id"]: json.loads(item["validated_data_dict"]) for item in found.docs}
