"""Look at a dataset's resources and write down what was seen.

Nothing of CKAN's own is written: an observation never edits a dataset. A look that finds what the last one found only
moves that row's counter and time.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass, field
from typing import Any

from ckan import model as ckan_model
from ckan.plugins import toolkit as tk
from sqlalchemy import func, select

from .. import findings, model, versions
from ..content import rules_version as content_rules_version
from ..jobs import enqueue_score
from ..settings import Settings, settings
from ..versions import Fresh
from .codec import to_row
from .declare import record_declaration
from .fetched import Fetched
from .fetching import content, kind_of, passes_full_check
from .hosts import SourceBusyError
from .layer_sample import judge_layer
from .lineage import adopt
from .reading import Reading, read_content

log = logging.getLogger(__name__)

#: Failures that may pass by themselves; one of them alone doesn't make a link that worked a dead one.
PASSING = {"timeout", "connection"}
PASSING_STATUS = {408, 425, 429, 500, 502, 503, 504}
#: The same bytes under a new date or ETag are written down as a touch, but not oftener than this.
TOUCH_INTERVAL = dt.timedelta(hours=20)
#: Ways in that need no network: the portal itself serves what is there.
OURS = ("upload", "datastore")


@dataclass
class Look:
    """What one look at one resource came to.

    :ivar outcome: ``new`` (content not seen before), ``unchanged``, ``touched`` (same content, new headers),
        ``answers`` (service or page), ``failed``, ``busy``, ``skipped``
    """

    resource_id: str
    name: str
    outcome: str
    detail: str = ""
    problems: list[dict[str, Any]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Plain data for the API and the command line."""
        return {
            "resource_id": self.resource_id,
            "name": self.name,
            "outcome": self.outcome,
            "detail": self.detail,
            "problems": self.problems,
        }


def observe_package(package_id: str, *, full: bool = False, now: dt.datetime | None = None) -> list[Look]:
    """Look at all resources of a dataset, commit what was seen, and return it.

    :param full: fetch in full even where nothing seems to have changed
    :raises ckan.plugins.toolkit.ObjectNotFound: no such dataset
    """
    from ..judging import (  # they read evidence, which reads from here
        judge_package,
        judge_partners,
        needs_judging,
    )

    now = now or dt.datetime.now(dt.timezone.utc)
    options = settings()
    package = tk.get_action("package_show")({"ignore_auth": True, "use_cache": False}, {"id": package_id})
    record_declaration(package)
    ckan_model.Session.commit()
    fresh: dict[str, Fresh] = {}
    looks = [
        observe_resource(package, resource, options, full=full, now=now, fresh=fresh)
        for resource in package["resources"]
    ]
    adopt(package["id"])
    ckan_model.Session.commit()
    if any(look.outcome in {"new", "touched"} for look in looks) or needs_judging(package):
        judge_package(package, options, now, fresh)
    if fresh:
        for package_id in judge_partners(package, options, now):
            enqueue_score(package_id)
    return looks


def observe_resource(
    package: dict[str, Any],
    resource: dict[str, Any],
    options: Settings,
    *,
    full: bool,
    now: dt.datetime,
    fresh: dict[str, Fresh] | None = None,
) -> Look:
    """Look at one resource and commit what was seen.

    :param fresh: filled with the content that was read, for the checks that compare it with earlier versions
    """
    fresh = {} if fresh is None else fresh
    name = resource.get("name") or resource.get("url") or resource["id"]
    kind = kind_of(resource)
    if kind == "none":
        return Look(resource["id"], name, "skipped")
    last = latest_observation(resource["id"])
    sample = kind == "service" and (full or _sample_due(latest_link(resource["id"]), options, now))
    ckan_model.Session.commit()  # no open transaction while a slow server is waited for
    try:
        with content(resource, last, options, full=full, now=now) as fetched:
            reading = _reading(fetched, last, package, resource, options, now)
            look = _record(package, resource, fetched, reading, options, now)
            if look.outcome == "new" and reading is not None and reading.text and fetched.sha256:
                value_hash = reading.values.get("value_hash")
                fresh[resource["id"]] = Fresh(fetched.sha256, value_hash, reading.text)
    except SourceBusyError as busy:
        return Look(resource["id"], name, "busy", f"{busy}: another worker is asking this host")
    look.name = name
    if sample and look.outcome == "answers":
        judge_layer(package, resource, now)
    return look


def _sample_due(last: model.LinkCheck | None, options: Settings, now: dt.datetime) -> bool:
    return last is None or passes_full_check(last.checked_at, last.last_checked_at, options, now)


def _reading(
    fetched: Fetched,
    last: model.Observation | None,
    package: dict[str, Any],
    resource: dict[str, Any],
    options: Settings,
    now: dt.datetime,
) -> Reading | None:
    """Read the content, unless its bytes are those that were read last time."""
    if fetched.path is None or (last is not None and last.bytes_sha256 == fetched.sha256):
        return None
    return read_content(fetched.path, resource, now, package=package, version_bytes=options.version_bytes)


def _record(
    package: dict[str, Any],
    resource: dict[str, Any],
    fetched: Fetched,
    reading: Reading | None,
    options: Settings,
    now: dt.datetime,
) -> Look:
    """Write link state and observation under a lock, so that two workers don't write the same thing twice."""
    lock_resource(resource["id"])
    look = Look(resource["id"], "", "answers")
    if fetched.method not in OURS or fetched.error is not None:
        record_link(package["id"], resource, fetched, now)
    if fetched.error is not None:
        look.outcome, look.detail = "failed", fetched.error.message
    elif fetched.too_large or fetched.path is not None or fetched.unchanged:
        look.outcome, look.problems = _record_content(package, resource, fetched, reading, options, now)
    ckan_model.Session.commit()
    return look


def _record_content(
    package: dict[str, Any],
    resource: dict[str, Any],
    fetched: Fetched,
    reading: Reading | None,
    options: Settings,
    now: dt.datetime,
) -> tuple[str, list[dict[str, Any]]]:
    last = latest_observation(resource["id"])
    same = last is not None and (
        fetched.unchanged
        or (fetched.sha256 is not None and last.bytes_sha256 == fetched.sha256)
        or (fetched.too_large and (last.etag, last.content_length) == (fetched.etag, fetched.length))
    )
    if last is not None and same:
        moved = (fetched.etag, fetched.last_modified) != (last.etag, last.last_modified)
        if fetched.method == "datastore":  # rows written and taken back are no new publication
            last.etag, moved = fetched.etag, False
        brought = last.method == "import"  # its headers are those of another server
        if fetched.unchanged or not moved or brought or now - last.observed_at < TOUCH_INTERVAL:
            last.last_seen_at = max(now, last.last_seen_at)
            last.checks += 1
            return "unchanged", last.problems
        ckan_model.Session.add(_touch(last, fetched, now))
        return "touched", last.problems
    if reading is None and fetched.path is not None:
        # Another worker wrote meanwhile what we held for known.
        reading = read_content(
            fetched.path, resource, now, package=package, version_bytes=options.version_bytes
        )
    reading = reading or Reading.too_large(resource)
    observation = reading.observation(fetched, now)
    ckan_model.Session.add(
        to_row(
            observation,
            package_id=package["id"],
            resource_id=resource["id"],
            method=fetched.method,
            url=None if fetched.method in OURS else resource["url"],
            problems=reading.problems,
            sample_level=reading.sample_level,
            description=package.get("notes"),
        )
    )
    keep_reading(package["id"], resource["id"], fetched.sha256, reading, options, now)
    return "new", reading.problems


def keep_reading(
    package_id: str,
    resource_id: str,
    sha256: str | None,
    reading: Reading,
    options: Settings,
    now: dt.datetime,
) -> None:
    """Keep what was found on new content, and its table for later comparisons unless it may be about people."""
    findings.record(
        package_id, resource_id, "content", reading.findings, reading.checked, now, content_rules_version()
    )
    if reading.text and sha256 and (not _about_people(reading) or findings.cleared_people(resource_id)):
        versions.keep(
            package_id,
            resource_id,
            sha256,
            reading.text,
            options,
            value_hash=reading.values.get("value_hash"),
            seen_at=now,
        )


def _about_people(reading: Reading) -> bool:
    people = [item.code for item in reading.findings if item.code in findings.PERSONAL]
    return bool(reading.values.get("pii")) or any(findings.traits(code).get("withholds") for code in people)


def _touch(last: model.Observation, fetched: Fetched, now: dt.datetime) -> model.Observation:
    """A row for the same content published again (new date or ETag)."""
    skipped = {
        "id",
        "observed_at",
        "last_seen_at",
        "checks",
        "etag",
        "last_modified",
        "method",
        "http_status",
    }
    copied = {
        column.key: getattr(last, column.key)
        for column in model.Observation.__table__.columns
        if column.key not in skipped
    }
    return model.Observation(
        **copied,
        observed_at=now,
        last_seen_at=now,
        checks=1,
        etag=fetched.etag,
        last_modified=fetched.last_modified,
        method=fetched.method,
        http_status=fetched.status,
    )


def record_link(package_id: str, resource: dict[str, Any], fetched: Fetched, now: dt.datetime) -> None:
    """Append the state of a link, or move the counter of the same state."""
    error = fetched.error.kind if fetched.error else None
    last = latest_link(resource["id"])
    if last is not None and (last.ok, last.http_status, last.error, last.url) == (
        error is None,
        fetched.status,
        error,
        resource.get("url"),
    ):
        last.last_checked_at = max(now, last.last_checked_at)
        last.checks += 1
        return
    ckan_model.Session.add(
        model.LinkCheck(
            package_id=package_id,
            resource_id=resource["id"],
            url=resource.get("url"),
            checked_at=now,
            last_checked_at=now,
            checks=1,
            ok=error is None,
            http_status=fetched.status,
            error=error,
            message=fetched.error.message if fetched.error else None,
        )
    )


def is_passing(check: model.LinkCheck) -> bool:
    """Whether a failure is of a kind that may pass by itself."""
    return check.error in PASSING or check.http_status in PASSING_STATUS


def lock_resource(resource_id: str) -> None:
    """Hold a resource's evidence until the end of the transaction."""
    ckan_model.Session.execute(
        select(func.pg_advisory_xact_lock(func.hashtext(f"kielce_quality:{resource_id}")))
    )


def latest_observation(resource_id: str) -> model.Observation | None:
    """The newest observation of a resource."""
    return ckan_model.Session.scalars(
        select(model.Observation)
        .where(model.Observation.resource_id == resource_id)
        .order_by(model.Observation.observed_at.desc())
        .limit(1)
    ).first()


def latest_link(resource_id: str) -> model.LinkCheck | None:
    """The newest state of a resource's link."""
    return ckan_model.Session.scalars(
        select(model.LinkCheck)
        .where(model.LinkCheck.resource_id == resource_id)
        .order_by(model.LinkCheck.checked_at.desc())
        .limit(1)
    ).first()


__all__ = [
    "Look",
    "latest_link",
    "latest_observation",
    "observe_package",
    "observe_resource",
]
