"""Questions to the room's tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from ckan import model as ckan_model
from ckan.plugins import toolkit as tk
from flask import has_request_context
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import defer

from . import model
from .domain.rules import RULES

Session = ckan_model.Session
Package = ckan_model.Package

#: Types of packages that hold no data: ckanext-harvest keeps its sources as packages.
NO_DATA_TYPES = ("harvest",)

SORTS: dict[str, Any] = {
    "index": model.Score.quality_index.asc().nulls_last(),
    "-index": model.Score.quality_index.desc().nulls_last(),
    "name": Package.name.asc(),
    "-name": Package.name.desc(),
    "overdue": model.Score.overdue_at.asc().nulls_last(),
    "-overdue": model.Score.overdue_at.desc().nulls_last(),
    "scored": model.Score.scored_at.asc(),
    "-scored": model.Score.scored_at.desc(),
}


def utc_now() -> dt.datetime:
    """The present moment."""
    return dt.datetime.now(dt.timezone.utc)


def score_of(package_id: str) -> model.Score | None:
    """The present score of a dataset."""
    found = Session.get(model.Score, package_id)
    if found is not None and has_request_context():
        # SQLAlchemy forgets what nobody holds, and a dataset's page asks for its score seven times.
        Session().info.setdefault("kielce_quality_scores", {})[package_id] = found
    return found


def scores_of(package_ids: Iterable[str], *, whole: bool = True) -> dict[str, model.Score]:
    """Present scores by dataset id, in one query.

    :param whole: not, and the large columns (what was measured and judged in detail) are left to be loaded when asked for
    """
    ids = list(package_ids)
    if not ids:
        return {}
    query = select(model.Score).where(model.Score.package_id.in_(ids))
    if not whole:
        query = query.options(defer(model.Score.mqa), defer(model.Score.assessment))
    return {row.package_id: row for row in Session.scalars(query)}


def members_of(package_id: str) -> set[str]:
    """Names of the members of all series in the newest observation of each of a dataset's files."""
    seen = model.Observation
    newest = (
        select(seen.profile["series"])
        .where(seen.package_id == package_id)
        .distinct(seen.resource_id)
        .order_by(seen.resource_id, seen.observed_at.desc())
    )
    return {member for series in Session.scalars(newest) for member in (series or {})}


def next_crossing(package_ids: Iterable[str] | None, now: dt.datetime) -> dt.datetime | None:
    """The first moment after ``now`` at which one of the datasets (None: of all) crosses a threshold.

    Of all, the schedule's moments alone, which an index finds; of some, every date at which a status turns as well, since a
    score may be waiting to be made anew.
    """
    score = model.Score
    if package_ids is None:
        return Session.scalar(select(sa.func.min(score.next_crossing)).where(score.next_crossing > now))
    columns = (score.next_crossing, score.due_at, score.overdue_at, score.delinquent_at)
    ids = list(package_ids)
    query = select(*(sa.func.min(each).filter(each > now) for each in columns)).where(
        score.package_id.in_(ids)
    )
    return min(filter(None, Session.execute(query).one()), default=None)


def status_now(score: model.Score, now: dt.datetime | None = None) -> str:
    """The status at this moment: it turns at known dates, which may have passed since the last score."""
    now = now or utc_now()
    if score.status not in {"fresh", "due", "overdue", "delinquent"}:
        return score.status
    for status, moment in (
        ("delinquent", score.delinquent_at),
        ("overdue", score.overdue_at),
        ("due", score.due_at),
    ):
        if moment is not None and moment <= now:
            return status
    return score.status


def history(package_id: str, days: int) -> list[model.ScoreDay]:
    """Daily scores of the last ``days`` days, oldest first."""
    since = utc_now().date() - dt.timedelta(days=days)
    return list(
        Session.scalars(
            select(model.ScoreDay)
            .where(model.ScoreDay.package_id == package_id, model.ScoreDay.day >= since)
            .order_by(model.ScoreDay.day)
        )
    )


def visible(user: str | None) -> sa.ColumnElement[bool]:
    """Condition on ``Package`` and ``Score``: active datasets whose score this user may see.

    Scores withheld for suspected personal data are for those who may edit the dataset.
    """
    active = Package.state == "active"
    account = ckan_model.User.get(user) if user else None
    if account is not None and account.sysadmin:
        return active
    public, open_to_all = Package.private.is_(False), model.Score.withheld.is_(False)
    if account is None:
        return sa.and_(active, public, open_to_all)

    def of_units(permission: str) -> sa.ColumnElement[bool]:
        units = tk.get_action("organization_list_for_user")({"user": user}, {"permission": permission})
        return Package.owner_org.in_([unit["id"] for unit in units])

    return sa.and_(active, sa.or_(public, of_units("read")), sa.or_(open_to_all, of_units("update_dataset")))


def list_scores(
    filters: dict[str, Any], sort: str, limit: int, offset: int, condition: sa.ColumnElement[bool]
) -> tuple[int, list[tuple[model.Score, Any]]]:
    """Scores with their packages that match, and how many there are in all.

    :param filters: any of ``status``, ``grade`` (``none``: without a grade), ``reason``, ``label``, ``organization``
        (name or id), ``late`` (overdue at this moment)
    """
    query = select(model.Score, Package).join(Package, Package.id == model.Score.package_id).where(condition)
    query = query.where(*_conditions(filters))
    total = Session.scalar(select(sa.func.count()).select_from(query.subquery())) or 0
    rows = Session.execute(query.order_by(SORTS[sort], Package.name).limit(limit).offset(offset)).all()
    return total, [(score, package) for score, package in rows]


def _conditions(filters: dict[str, Any]) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if status := filters.get("status"):
        found.append(status_is(status))
    if grade := filters.get("grade"):
        found.append(model.Score.grade.is_(None) if grade == "none" else model.Score.grade == grade)
    if reason := filters.get("reason"):
        found.append(model.Score.reason == reason)
    if label := filters.get("label"):
        found.append(model.Score.labels.contains([label]))
    if unit := filters.get("organization"):
        group = ckan_model.Group.get(unit)
        found.append(Package.owner_org == (group.id if group else unit))
    if filters.get("late"):
        found.append(model.Score.overdue_at <= utc_now())
    return found


def status_is(status: str) -> sa.ColumnElement[bool]:
    """The status of this moment as a condition on the dates at which it turns (see ``status_now``)."""
    score, now = model.Score, utc_now()
    turning = score.status.in_(("fresh", "due", "overdue", "delinquent"))

    def passed(column: Any) -> Any:
        return sa.and_(column.is_not(None), column <= now)

    none_passed = ~sa.or_(passed(score.due_at), passed(score.overdue_at), passed(score.delinquent_at))
    by_date = {
        "delinquent": passed(score.delinquent_at),
        "overdue": sa.and_(passed(score.overdue_at), ~passed(score.delinquent_at)),
        "due": sa.and_(passed(score.due_at), ~passed(score.overdue_at), ~passed(score.delinquent_at)),
    }
    if status in by_date:
        return sa.and_(turning, sa.or_(by_date[status], sa.and_(none_passed, score.status == status)))
    return sa.and_(score.status == status, sa.or_(~turning, none_passed))


def turning(now: dt.datetime) -> sa.ColumnElement[bool]:
    """Scores that are another one by now though nothing happened: a threshold has passed, or the rules are new."""
    return sa.or_(model.Score.next_crossing <= now, model.Score.rules_version != RULES.version)


def due_to_observe(now: dt.datetime) -> list[str]:
    """Datasets whose look is due, the longest due first; one without a score was never looked at and comes first."""
    joined = sa.outerjoin(Package, model.Score, Package.id == model.Score.package_id)
    return list(
        Session.scalars(
            select(Package.id)
            .select_from(joined)
            .where(_has_data(), sa.or_(model.Score.package_id.is_(None), model.Score.next_check <= now))
            .order_by(model.Score.next_check.asc().nulls_first())
        )
    )


def due_scores(now: dt.datetime) -> int:
    """How many scores turn by themselves by now; the look that is due scores too and counts for itself."""
    return len(due_to_score(now))


def due_to_score(now: dt.datetime) -> list[str]:
    """Datasets whose score turns by itself by now and whose look is not due, the longest due first."""
    return list(
        Session.scalars(
            select(Package.id)
            .join(model.Score, Package.id == model.Score.package_id)
            .where(_has_data(), turning(now), model.Score.next_check > now)
            .order_by(model.Score.next_crossing.asc().nulls_first())
        )
    )


def _has_data() -> sa.ColumnElement[bool]:
    return sa.and_(Package.state == "active", Package.type.not_in(NO_DATA_TYPES))


def keep_today(day: dt.date) -> int:
    """Give every score a row of this day; one that was not scored today stands as it is.

    :returns: rows made: 0 from the second time of a day on
    """
    names = (
        "rules_version",
        "quality_index",
        "metadata_points",
        "freshness_points",
        "content_points",
        "grade",
        "status",
    )
    source = select(
        model.Score.package_id, sa.literal(day, sa.Date), *(getattr(model.Score, name) for name in names)
    )
    statement = insert(model.ScoreDay).from_select(["package_id", "day", *names], source)
    made = Session.execute(statement.on_conflict_do_nothing()).rowcount
    Session.commit()
    return made


def dataset_ids() -> list[str]:
    """Ids of all active datasets, by name."""
    return list(
        Session.scalars(
            select(Package.id)
            .where(Package.state == "active", Package.type.not_in(NO_DATA_TYPES))
            .order_by(Package.name)
        )
    )


def observations(
    package_id: str, resource_id: str | None, limit: int, offset: int
) -> tuple[int, list[model.Observation]]:
    """Observations of a dataset, newest first, and how many there are in all."""
    query = select(model.Observation).where(model.Observation.package_id == package_id)
    if resource_id:
        query = query.where(model.Observation.resource_id == resource_id)
    total = Session.scalar(select(sa.func.count()).select_from(query.subquery())) or 0
    newest = query.order_by(model.Observation.observed_at.desc()).limit(limit).offset(offset)
    return total, list(Session.scalars(newest))


def last_looks_of(package_ids: Iterable[str]) -> dict[str, dict[str, dt.datetime]]:
    """When each resource was last looked at (content or link), by dataset id."""
    ids = list(package_ids)
    found: dict[str, dict[str, dt.datetime]] = {}
    for table, column in (
        (model.Observation, model.Observation.last_seen_at),
        (model.LinkCheck, model.LinkCheck.last_checked_at),
    ):
        rows = Session.execute(
            select(table.package_id, table.resource_id, sa.func.max(column))
            .where(table.package_id.in_(ids))
            .group_by(table.package_id, table.resource_id)
        )
        for package_id, resource_id, moment in rows:
            looks = found.setdefault(package_id, {})
            looks[resource_id] = max(moment, looks.get(resource_id, moment))
    return found


def changed_since(package_id: str, moment: dt.datetime) -> bool:
    """Whether anything that a score is made of was written down, edited or decided since a moment."""
    package = Session.get(Package, package_id)
    if package is None or package.metadata_modified.replace(tzinfo=dt.timezone.utc) >= moment:
        return True
    tables: tuple[tuple[Any, tuple[Any, ...]], ...] = (
        (model.Observation, (model.Observation.observed_at,)),
        (model.LinkCheck, (model.LinkCheck.checked_at,)),
        (model.Declaration, (model.Declaration.declared_at, model.Declaration.approved_at)),
        (model.Decision, (model.Decision.decided_at, model.Decision.revoked_at)),
        (model.FindingRow, (model.FindingRow.found_at, model.FindingRow.ended_at)),
        (model.Lineage, (model.Lineage.since,)),
    )
    rows = (
        sa.exists().where(table.package_id == package_id, sa.or_(*(column >= moment for column in columns)))
        for table, columns in tables
    )
    return bool(Session.scalar(select(sa.or_(*rows))))
