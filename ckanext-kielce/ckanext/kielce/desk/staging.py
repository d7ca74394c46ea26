"""A file on its way: taken, judged against what is published, then published or thrown away; what nobody decides on expires.

The content lies below ``ckan.storage_path``, named by the row's id alone, so that any machine that shares the storage finds it
and no name from outside becomes a path.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import tempfile
from pathlib import Path
from typing import Any

import ckan.lib.jobs as ckan_jobs
import redis
import sqlalchemy as sa
from ckan import model as ckan_model
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.columns import new_id, utc_now
from ckanext.kielce.quality.shared import trial, way_in
from werkzeug.datastructures import FileStorage

from . import journal
from .model import Staged
from .settings import settings

MB = 1 << 20
#: States of a file that lies in the storage.
HELD = ("waiting", "judged", "failed")


def path_of(staged_id: str) -> Path:
    """Where a file's content lies."""
    root = tk.config.get("ckan.storage_path") or tempfile.gettempdir()
    return Path(root) / "kielce_desk" / staged_id


def replaceable(resource: dict[str, Any]) -> bool:
    """Whether a resource is a file that another one can take the place of (not a service, a page or a table without a file)."""
    return way_in(resource) in {"upload", "file"}


def take(package: dict[str, Any], resource: dict[str, Any], upload: FileStorage, user: str) -> Staged:
    """Keep an uploaded file and commit; it is not judged yet.

    :raises ckan.plugins.toolkit.ValidationError: no file, an empty one, or one larger than the portal takes
    """
    expire()
    name = Path(str(upload.filename or "").replace("\\", "/")).name
    if not name:
        raise tk.ValidationError({"upload": [tk._("Choose a file")]})
    staged_id = new_id()
    path = path_of(staged_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    most = int(tk.config.get("ckan.max_resource_size") or 0) * MB
    digest, size = hashlib.sha256(), 0
    with path.open("wb") as file:
        while chunk := upload.stream.read(MB):
            size += len(chunk)
            if most and size > most:
                break
            digest.update(chunk)
            file.write(chunk)
    if not size or (most and size > most):
        path.unlink()
        raise tk.ValidationError(
            {
                "upload": [
                    tk._("The file is empty")
                    if not size
                    else tk._("The file is larger than {n} MB; split it, for instance by year").format(
                        n=most // MB
                    )
                ]
            }
        )
    now = utc_now()
    row = Staged(
        id=staged_id,
        package_id=package["id"],
        resource_id=resource["id"],
        user_id=user,
        name=name,
        size=size,
        sha256=digest.hexdigest(),
        base=base_of(resource),
        staged_at=now,
        expires_at=now + settings().staged,
        state="waiting",
        result={},
    )
    ckan_model.Session.add(row)
    journal.write(user, "stage", package_id=package["id"], note=name, sha256=row.sha256)
    ckan_model.Session.commit()
    _expire_later()
    return row


def base_of(resource: dict[str, Any]) -> str:
    """What a resource holds now, as one text: another file in its place makes it another."""
    return "|".join(str(resource.get(key) or "") for key in ("url", "hash", "size", "last_modified"))


def published(row: Staged) -> tuple[dict[str, Any], dict[str, Any]]:
    """The dataset and the resource as they are published now.

    :raises ckan.plugins.toolkit.ObjectNotFound: one of them is gone
    """
    package = tk.get_action("package_show")({"ignore_auth": True, "use_cache": False}, {"id": row.package_id})
    for resource in package["resources"]:
        if resource["id"] == row.resource_id:
            return package, resource
    raise tk.ObjectNotFound(tk._("No such file in this dataset"))


def judge(row: Staged) -> None:
    """Judge a file against what is published now, and commit."""
    package, resource = published(row)
    row.result = trial(package, row.resource_id, path_of(row.id), row.name, utc_now())
    row.base, row.state = base_of(resource), "judged"
    ckan_model.Session.commit()


def judge_or_queue(row: Staged) -> None:
    """Judge a small file at once, a large one in the background."""
    if row.size <= settings().inline_bytes:
        judge(row)
        return
    tk.enqueue_job(judge_job, [row.id], title=f"Check a file before it is published: {row.id}")


def judge_job(staged_id: str) -> None:
    """Job: judge a file that waits."""
    row = ckan_model.Session.get(Staged, staged_id)
    if row is not None and row.state == "waiting":
        judge(row)


def publish(row: Staged, user: str) -> None:
    """Put a judged file in the resource's place, through CKAN's own action and as the user, and commit.

    :raises ckan.plugins.toolkit.ValidationError: it may not be published, or something else was published meanwhile
    """
    locked = sa.select(Staged).where(Staged.id == row.id).with_for_update()
    row = ckan_model.Session.scalars(locked.execution_options(populate_existing=True)).one()
    if row.state != "judged" or row.expires_at <= utc_now():
        raise tk.ValidationError({"id": [tk._("This file is not waiting any more; upload it again")]})
    if row.result.get("verdict") == "withheld":
        raise tk.ValidationError(
            {
                "id": [
                    tk._(
                        "This file may not be published: it holds what must not be public. Mend it and upload it again."
                    )
                ]
            }
        )
    context: Any = {"user": user}
    _package, resource = published(row)
    if base_of(resource) != row.base:
        raise tk.ValidationError(
            {"id": [tk._("The published file was replaced meanwhile; check yours against it again")]}
        )
    wanted: dict[str, Any] = {"id": row.resource_id, "url": row.name}
    declared = row.result.get("format")
    if declared and declared != resource.get("format"):
        wanted["format"] = declared
    with path_of(row.id).open("rb") as file:
        wanted["upload"] = FileStorage(stream=file, filename=row.name)
        tk.get_action("resource_patch")(context, wanted)
    row.state = "published"
    journal.write(user, "publish", package_id=row.package_id, note=row.name, sha256=row.sha256)
    ckan_model.Session.commit()
    path_of(row.id).unlink(missing_ok=True)


def discard(row: Staged, user: str) -> None:
    """Throw a file away, and commit."""
    if row.state not in HELD:
        raise tk.ValidationError({"id": [tk._("This file is not waiting any more; upload it again")]})
    row.state = "discarded"
    journal.write(user, "discard", package_id=row.package_id, note=row.name)
    ckan_model.Session.commit()
    path_of(row.id).unlink(missing_ok=True)


def expire(now: dt.datetime | None = None) -> int:
    """Delete the content of files whose time is over, and commit. :returns: how many there were"""
    now = now or utc_now()
    rows = ckan_model.Session.scalars(
        sa.select(Staged)
        .where(Staged.expires_at <= now, Staged.state.in_(HELD))
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        path_of(row.id).unlink(missing_ok=True)
        row.state = "expired"
        journal.write(None, "expire", package_id=row.package_id, note=row.name)
    ckan_model.Session.commit()
    return len(rows)


def expire_job() -> None:
    """Job: delete what is over."""
    expire()


def _expire_later() -> None:
    """Book the deletion; without a queue the next file that comes brings it about."""
    try:
        ckan_jobs.get_queue().enqueue_in(
            settings().staged + dt.timedelta(minutes=1),
            expire_job,
            result_ttl=0,
            meta={"title": "Delete checked files that nobody published"},
        )
    except redis.RedisError:
        return


def waiting_of(package_id: str) -> list[Staged]:
    """Files that wait at a dataset, the newest first."""
    return list(
        ckan_model.Session.scalars(
            sa.select(Staged)
            .where(Staged.package_id == package_id, Staged.state.in_(HELD), Staged.expires_at > utc_now())
            .order_by(Staged.staged_at.desc())
        )
    )
