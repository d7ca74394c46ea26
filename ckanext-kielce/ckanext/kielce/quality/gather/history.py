"""Load a set's past versions: a folder with ``timeline.json`` and ``vNNN.csv`` (quality model, section 5).

For a city that moves its old content in: what was seen elsewhere, and when, counts here with its real times. Loading the
same folder again adds nothing.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ckan import model as ckan_model
from ckan.plugins import toolkit as tk
from sqlalchemy import select

from .. import model
from ..checks.folder import HistoryFolderError, read_folder
from ..domain import model as domain
from ..judging import judge_package, twins_of
from ..settings import settings
from .codec import http_date, to_row
from .fetching import Fetched
from .observe import keep_reading, lock_resource
from .reading import Reading, read_content

METHOD = "import"


class HistoryError(Exception):
    """The folder isn't a history; the message says what is wrong with it."""


@dataclass
class Imported:
    """What was loaded: numbers of new observations (distinct states), repeated looks, declarations."""

    observations: int = 0
    looks: int = 0
    declarations: int = 0
    skipped: int = 0

    def as_dict(self) -> dict[str, int]:
        """Plain data."""
        return dict(vars(self))


def read_timeline(folder: Path) -> dict[str, Any]:
    """The folder's timeline, checked for what the import needs.

    :raises HistoryError: with the file and what is missing in it
    """
    path = folder / "timeline.json"
    try:
        timeline = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise HistoryError(
            f"{path}: no such file; a history folder holds timeline.json and v001.csv …"
        ) from error
    except ValueError as error:
        raise HistoryError(f"{path}: not JSON ({error})") from error
    looks = timeline.get("observations") if isinstance(timeline, dict) else None
    if not isinstance(looks, list) or not looks:
        raise HistoryError(f"{path}: no list “observations”")
    for number, look in enumerate(looks, 1):
        for key in ("observed_at", "file"):
            if not isinstance(look, dict) or not look.get(key):
                raise HistoryError(f"{path}: observation {number} has no “{key}”")
        if Path(look["file"]).name != look["file"] or not (folder / look["file"]).is_file():
            raise HistoryError(
                f"{path}: observation {number} names {look['file']}, which is not in the folder"
            )
        moment(look["observed_at"], f"{path}: observation {number}")
    return timeline


def moment(text: str, where: str) -> dt.datetime:
    """An ISO time with a zone.

    :raises HistoryError: it is none, or it has no zone
    """
    try:
        value = dt.datetime.fromisoformat(str(text).replace("Z", "+00:00"))
    except ValueError as error:
        raise HistoryError(f"{where}: {text!r} is no ISO time") from error
    if value.tzinfo is None:
        raise HistoryError(f"{where}: {text!r} has no time zone")
    return value


def import_history(folder: Path, package: dict[str, Any], resource: dict[str, Any]) -> Imported:
    """Write a folder's versions as observations of a resource, and its declared frequencies; commit.

    :param package: dataset dict
    :param resource: the resource of it whose past this is
    :raises HistoryError: the folder isn't a history
    """
    timeline = read_timeline(folder)
    options = settings()
    result = Imported()
    lock_resource(resource["id"])
    known = {
        row.observed_at
        for row in ckan_model.Session.scalars(
            select(model.Observation).where(
                model.Observation.resource_id == resource["id"], model.Observation.method == METHOD
            )
        )
    }
    current: model.Observation | None = None
    for look in sorted(timeline["observations"], key=lambda item: moment(item["observed_at"], "observed_at")):
        seen_at = moment(look["observed_at"], "observed_at")
        fetched = _fetched(look, folder / look["file"])
        if current is not None and _same_state(current, fetched):
            current.last_seen_at, current.checks = seen_at, current.checks + 1
            result.looks += 1
            continue
        reading = read_content(
            folder / look["file"],
            {**resource, "format": timeline.get("resource_format", "CSV")},
            seen_at,
            package=package,
            version_bytes=options.version_bytes,
        )
        current = _row(reading.observation(fetched, seen_at), package, resource, look, reading)
        if seen_at in known:
            result.skipped += 1
            continue
        ckan_model.Session.add(current)
        keep_reading(package["id"], resource["id"], fetched.sha256, reading, options, seen_at)
        result.observations += 1
    result.declarations = _declare(package["id"], timeline)
    ckan_model.Session.commit()
    judge_package(package, options, dt.datetime.now(dt.timezone.utc))
    return result


def declare_twin(folder: Path, resource_id: str, user: str) -> bool:
    """Declare the pair that a folder's timeline names, unless it is known; True when it was declared now.

    The other side is the first file of the dataset called as the timeline says; while there is none, nothing is declared.

    :param resource_id: the resource whose past the folder is
    :param user: name of the user who declares it
    :raises HistoryError: what is said of the twin can't be read
    """
    if not read_timeline(folder).get("twin"):
        return False
    try:
        known = read_folder(folder)
    except HistoryFolderError as error:
        raise HistoryError(str(error)) from error
    twin = known.twin
    resource = ckan_model.Resource.get(resource_id)
    other = ckan_model.Package.get(twin.other) if twin is not None else None
    if twin is None or resource is None or other is None or other.state != "active" or not other.resources:
        return False
    other_id = other.resources[0].id
    if any(pair.other == other_id for pair in twins_of([resource_id])):
        return False
    tk.get_action("kielce_quality_declare_twin")(
        {"ignore_auth": True, "user": user},
        {
            "id": resource.package_id,
            "resource_id": resource_id,
            "other_resource_id": other_id,
            "keys": json.dumps(twin.keys),
            "value": json.dumps(twin.value),
            "unit": json.dumps(twin.unit),
            "reason": tk._("The same figures, as the past versions that were loaded say"),
        },
    )
    return True


def _same_state(current: model.Observation, fetched: Fetched) -> bool:
    return (current.bytes_sha256, current.etag, http_date(current.last_modified), current.http_status) == (
        fetched.sha256,
        fetched.etag,
        http_date(fetched.last_modified),
        fetched.status,
    )


def _fetched(look: dict[str, Any], path: Path) -> Fetched:
    http = look.get("http") or {}
    content = path.read_bytes()
    return Fetched(
        method=METHOD,
        path=path,
        status=http.get("status", 200),
        etag=http.get("etag"),
        last_modified=http.get("last_modified"),
        length=http.get("content_length") or len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )


def _row(
    observation: domain.Observation,
    package: dict[str, Any],
    resource: dict[str, Any],
    look: dict[str, Any],
    reading: Reading,
) -> model.Observation:
    return to_row(
        observation,
        package_id=package["id"],
        resource_id=resource["id"],
        method=METHOD,
        url=resource.get("url"),
        problems=reading.problems,
        sample_level=reading.sample_level,
        description=look.get("description"),
    )


def _declare(package_id: str, timeline: dict[str, Any]) -> int:
    """Write the timeline's declared frequencies, each time they change, before those that are known already."""
    known = list(
        ckan_model.Session.scalars(
            select(model.Declaration)
            .where(model.Declaration.package_id == package_id)
            .order_by(model.Declaration.declared_at)
        )
    )
    changes = {
        moment(change["at"], "frequency_changes"): change
        for change in timeline.get("frequency_changes") or ()
    }
    written, last = 0, None
    steps = [
        (moment(look["observed_at"], "observed_at"), look.get("declared_frequency"), {})
        for look in timeline["observations"]
    ] + [(at, change.get("to"), change) for at, change in changes.items()]
    times = {item.declared_at for item in known}
    for at, code, change in sorted(steps, key=lambda step: step[0]):
        if code is None or code == last:
            continue
        last = code
        if at in times or (known and at >= known[0].declared_at and code == known[0].frequency):
            continue
        ckan_model.Session.add(
            model.Declaration(
                package_id=package_id,
                declared_at=at,
                frequency=code,
                public_reason=change.get("public_reason"),
                approved_by=change.get("approved_by"),
                approved_at=at if change.get("approved_by") else None,
            )
        )
        written += 1
    return written
