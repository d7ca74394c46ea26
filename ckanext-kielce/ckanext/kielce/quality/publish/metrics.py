"""Figures for Prometheus: how the sets stand, what is due, and whether messages leave."""

from __future__ import annotations

import hmac
import ipaddress

import redis
import sqlalchemy as sa
from ckan import model as ckan_model
from ckan.lib import jobs as ckan_jobs
from ckan.plugins import toolkit as tk
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import select

from .. import store
from ..model import Event, Follower, LinkCheck, Observation, Score
from ..settings import settings

CONTENT_TYPE = CONTENT_TYPE_LATEST
SPACE = "kielce_quality"


def allowed(authorization: str | None, address: str | None) -> bool:
    """Whether a caller may read the figures: by the token, or by a network address on the list.

    :param authorization: the header ``Authorization``
    """
    token = str(tk.config.get("ckanext.kielce.quality.metrics_token") or "")
    given = (authorization or "").removeprefix("Bearer ").strip()
    if token and hmac.compare_digest(given.encode(), token.encode()):
        return True
    try:
        caller = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    networks = tk.aslist(tk.config.get("ckanext.kielce.quality.metrics_allow"))
    return any(caller in ipaddress.ip_network(network, strict=False) for network in networks)


def exposition() -> bytes:
    """All figures in Prometheus' text format, counted now."""
    registry = CollectorRegistry()
    _datasets(registry)
    _schedule(registry)
    _evidence(registry)
    _messages(registry)
    return generate_latest(registry)


def _gauge(registry: CollectorRegistry, name: str, text: str, labels: tuple[str, ...] = ()) -> Gauge:
    return Gauge(f"{SPACE}_{name}", text, labels, registry=registry)


def _datasets(registry: CollectorRegistry) -> None:
    package, unit = ckan_model.Package, ckan_model.Group
    late = sa.func.count().filter(Score.overdue_at <= store.utc_now())
    rows = ckan_model.Session.execute(
        select(unit.name, Score.status, Score.grade, sa.func.count(), sa.func.sum(Score.quality_index))
        .select_from(Score)
        .join(package, package.id == Score.package_id)
        .outerjoin(unit, unit.id == package.owner_org)
        .where(package.state == "active")
        .group_by(unit.name, Score.status, Score.grade)
    ).all()
    sets = _gauge(registry, "datasets", "Datasets by unit, status and grade", ("unit", "status", "grade"))
    points: dict[str, list[float]] = {}
    for name, status, grade, count, total in rows:
        sets.labels(name or "", status, grade or "none").set(count)
        if grade is not None:
            kept = points.setdefault(name or "", [0.0, 0])
            kept[0] += total or 0.0
            kept[1] += count
    mean = _gauge(registry, "index_mean", "Mean index (0-100) of a unit's datasets that have one", ("unit",))
    for name, (total, count) in points.items():
        mean.labels(name).set(total / count)
    behind = _gauge(registry, "datasets_late", "Datasets that are overdue at this moment", ("unit",))
    for name, count in ckan_model.Session.execute(
        select(unit.name, late)
        .select_from(Score)
        .join(package, package.id == Score.package_id)
        .outerjoin(unit, unit.id == package.owner_org)
        .where(package.state == "active")
        .group_by(unit.name)
    ):
        behind.labels(name or "").set(count)
    withheld = select(sa.func.count()).where(Score.withheld.is_(True))
    _gauge(registry, "datasets_withheld", "Datasets withheld for suspected personal data").set(
        ckan_model.Session.scalar(withheld) or 0
    )


def _schedule(registry: CollectorRegistry) -> None:
    now = store.utc_now()
    _gauge(registry, "looks_due", "Datasets whose look is due").set(len(store.due_to_observe(now)))
    _gauge(registry, "scores_due", "Scores that turn by themselves by now").set(store.due_scores(now))
    oldest = ckan_model.Session.scalar(select(sa.func.min(Score.next_check)))
    behind = max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
    _gauge(registry, "look_delay_seconds", "How long the oldest look has been due").set(behind)
    last = ckan_model.Session.scalar(select(sa.func.max(Score.scored_at)))
    _gauge(registry, "last_score_timestamp_seconds", "When a dataset was scored last").set(
        last.timestamp() if last else 0
    )
    waiting = _gauge(registry, "queue_jobs", "Jobs waiting in the room's queue")
    try:
        waiting.set(len(ckan_jobs.get_queue(settings().queue)))
    except redis.RedisError:
        waiting.set(float("nan"))


def _evidence(registry: CollectorRegistry) -> None:
    seen = _gauge(registry, "observations", "Observed states of files, as PostgreSQL estimates their number")
    estimate = sa.text("SELECT reltuples::bigint FROM pg_class WHERE relname = :name")
    seen.set(max(0, ckan_model.Session.scalar(estimate, {"name": Observation.__tablename__}) or 0))
    newest = (
        select(LinkCheck.resource_id, LinkCheck.ok)
        .order_by(LinkCheck.resource_id, LinkCheck.checked_at.desc())
        .distinct(LinkCheck.resource_id)
        .subquery()
    )
    down = select(sa.func.count()).select_from(newest).where(newest.c.ok.is_(False))
    _gauge(registry, "links_down", "Addresses of files that did not answer when last asked").set(
        ckan_model.Session.scalar(down) or 0
    )


def _messages(registry: CollectorRegistry) -> None:
    events = _gauge(registry, "events", "Events of datasets, by kind", ("kind",))
    for kind, count in ckan_model.Session.execute(select(Event.kind, sa.func.count()).group_by(Event.kind)):
        events.labels(kind).set(count)
    people = _gauge(registry, "followers", "Confirmed addresses that are told of events", ("channel",))
    failing = _gauge(registry, "followers_failing", "Addresses whose last attempt failed", ("channel",))
    rows = select(Follower.channel, sa.func.count(), sa.func.count().filter(Follower.attempts > 0)).where(
        Follower.confirmed_at.is_not(None)
    )
    for channel, count, failed in ckan_model.Session.execute(rows.group_by(Follower.channel)):
        people.labels(channel).set(count)
        failing.labels(channel).set(failed)
