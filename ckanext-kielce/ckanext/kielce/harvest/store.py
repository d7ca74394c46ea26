"""What the harvest keeps in the tables of ckanext-harvest.

One HarvestObject a record and run; the *current* one stands for the dataset and carries, in one extra, what the next
run compares with. Records are looked up by source and guid, so that two sources with the same guids never take each
other's datasets.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckanext.harvest.model import HarvestJob, HarvestObject, HarvestObjectError, HarvestObjectExtra
from ckanext.kielce.harvest.records import Source, SourceError
from ckanext.kielce.harvest.settings import Portal
from ckanext.kielce.harvest.words import say

EXTRA = "kielce"
NAMESPACE = uuid.UUID("5d0b5f0a-6a63-5f0c-9f6e-2b6a2f1c7a11")  # of the ids of harvested datasets


@dataclass(frozen=True)
class Collected:
    """A record as gathered: its content as JSON text and the fingerprint of everything that shapes its dataset."""

    guid: str
    fingerprint: str
    content: str
    error: str | None = None
    incomplete: str | None = None


@dataclass
class Memory:
    """What is remembered with a harvest object: fingerprint, hash and fields of the draft, notes for the report."""

    fingerprint: str = ""
    draft_hash: str = ""
    fields: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @classmethod
    def load(cls, text: str | None) -> Memory:
        return cls(**json.loads(text)) if text else cls()

    def dump(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)


def now() -> datetime:
    """The time as ckanext-harvest's columns hold it: UTC without a zone."""
    return datetime.now(timezone.utc).replace(tzinfo=None)


def portal() -> Portal:
    """What the check of a configuration needs to know of this portal."""

    def organization(name: str) -> bool:
        group = model.Group.get(name)
        return bool(group and group.is_organization and group.state == "active")

    return Portal(organization, model.Package.get_license_register().keys())


def organization_titled(title: str) -> str | None:
    """Id of the active organisation with this title, in any case of letters."""
    return model.Session.scalar(
        sa.select(model.Group.id).where(
            sa.func.lower(model.Group.title) == " ".join(title.split()).lower(),
            model.Group.is_organization.is_(True),
            model.Group.state == "active",
        )
    )


def owner_id(source: Source) -> str | None:
    """Id of the organisation that owns the source's datasets. Raises SourceError when the named one is missing."""
    name = source.config.get("organization")
    if name:
        group = model.Group.get(name)
        if group is None or not group.is_organization or group.state != "active":
            raise SourceError(say("organization", "en", name=name), say("organization", "pl", name=name))
        return group.id
    package = model.Package.get(source.id)
    return package.owner_org if package else None


def package_id(source_id: str, guid: str) -> str:
    """The id of a record's dataset: always the same, so that work done twice cannot make two datasets."""
    return str(uuid.uuid5(NAMESPACE, f"{source_id}\n{guid}"))


def names_beginning(prefix: str) -> list[str]:
    """Addresses in use (also by deleted datasets) that begin with ``prefix``."""
    like = prefix.replace("_", "\\_") + "%"
    return list(model.Session.scalars(sa.select(model.Package.name).where(model.Package.name.like(like))))


def is_database_error(error: BaseException) -> bool:
    return isinstance(error, sa.exc.SQLAlchemyError)


def memory_of(harvest_object_id: str) -> Memory:
    return Memory.load(
        model.Session.scalar(
            sa.select(HarvestObjectExtra.value).where(
                HarvestObjectExtra.harvest_object_id == harvest_object_id, HarvestObjectExtra.key == EXTRA
            )
        )
    )


def remember(harvest_object_id: str, memory: Memory) -> None:
    """Keep ``memory`` with the object (not committed)."""
    done: Any = model.Session.execute(
        sa.update(HarvestObjectExtra)
        .where(HarvestObjectExtra.harvest_object_id == harvest_object_id, HarvestObjectExtra.key == EXTRA)
        .values(value=memory.dump())
        .execution_options(synchronize_session=False)
    )
    if not done.rowcount:
        values = {"harvest_object_id": harvest_object_id, "key": EXTRA, "value": memory.dump()}
        model.Session.execute(sa.insert(HarvestObjectExtra), [values])


@dataclass(frozen=True)
class Known:
    """The current harvest object of a record."""

    object_id: str
    package_id: str
    state: str
    title: str
    memory: Memory


def known(source_id: str, guid: str | None = None) -> dict[str, Known]:
    """guid -> current object of the source (or of one of its guids only), with its dataset's state."""
    query = (
        sa.select(
            HarvestObject.guid,
            HarvestObject.id,
            model.Package.id,
            model.Package.state,
            model.Package.title,
            HarvestObjectExtra.value,
        )
        .join(model.Package, model.Package.id == HarvestObject.package_id)
        .outerjoin(
            HarvestObjectExtra,
            sa.and_(
                HarvestObjectExtra.harvest_object_id == HarvestObject.id, HarvestObjectExtra.key == EXTRA
            ),
        )
        .where(HarvestObject.harvest_source_id == source_id, HarvestObject.current.is_(True))
    )
    if guid is not None:
        query = query.where(HarvestObject.guid == guid)
    rows = model.Session.execute(query)
    return {row[0]: Known(row[1], row[2], row[3], row[4], Memory.load(row[5])) for row in rows}


def plan(
    job: HarvestJob, collected: list[Collected], *, minimum_share: float, lang: str, url: str
) -> list[str]:
    """Write down the run's objects in one transaction and return the ids of those that need work.

    Raises SourceError when the answer is empty or holds less than ``minimum_share`` percent of what is known.
    """
    before = known(job.source_id)
    alive = sum(1 for entry in before.values() if entry.state == "active")
    seen = len({record.guid for record in collected})
    if not collected:
        raise SourceError(say("empty", "en", url=url), say("empty", "pl", url=url))
    if seen * 100 < alive * minimum_share:
        values = {"seen": seen, "known": alive, "share": f"{minimum_share:g}"}
        raise SourceError(say("shrunk", "en", **values), say("shrunk", "pl", **values))
    objects, extras, errors, work = [], [], [], []
    for record in collected:
        row, memory = _row(job, record, before.get(record.guid), lang)
        objects.append(row)
        if memory:
            extras.append({"harvest_object_id": row["id"], "key": EXTRA, "value": memory.dump()})
        message = record.error or record.incomplete
        if message:
            errors.append(
                {"harvest_object_id": row["id"], "message": message, "stage": "Fetch", "created": now()}
            )
        if row["state"] == "WAITING":
            work.append(row["id"])
    model.Session.execute(sa.insert(HarvestObject), objects)
    for table, rows in ((HarvestObjectExtra, extras), (HarvestObjectError, errors)):
        if rows:
            model.Session.execute(sa.insert(table), rows)
    model.Session.commit()
    return work


def _row(
    job: HarvestJob, record: Collected, was: Known | None, lang: str
) -> tuple[dict[str, Any], Memory | None]:
    row: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "guid": record.guid,
        "current": False,
        "gathered": now(),
        "content": None,
        "state": "WAITING",
        "retry_times": 0,
        "harvest_job_id": job.id,
        "harvest_source_id": job.source_id,
        "package_id": None,
        "report_status": None,
        "import_finished": None,
    }
    if record.error:
        return {**row, "state": "ERROR", "report_status": "errored", "import_finished": now()}, None
    done = {
        **row,
        "state": "COMPLETE",
        "report_status": "not modified",
        "import_finished": now(),
        "package_id": was.package_id if was else None,
    }
    if was and was.state != "active":
        return done, Memory(notes=[say("deleted_by_hand", lang, title=was.title)])
    if was and (record.incomplete or was.memory.fingerprint == record.fingerprint):
        return done, None
    return {**row, "content": record.content}, Memory(fingerprint=record.fingerprint)


def site_context() -> dict[str, Any]:
    """A fresh action context of the site user."""
    user = tk.get_action("get_site_user")({"ignore_auth": True}, {})
    return {"user": user["name"], "ignore_auth": True}
