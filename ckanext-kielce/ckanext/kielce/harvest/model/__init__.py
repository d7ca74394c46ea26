"""Tables of the sync engine.

What a source has said and what became of it is kept once a record (`HarvestRecord`), for ever; what one run plans and does
is kept in `HarvestRun` and `HarvestItem` and pruned with old runs. An unchanged record touches none of them. No foreign
keys to CKAN's tables: the engine's memory has to outlive a dataset that is purged and a source that is edited.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.columns import Id, Json, JsonList, Moment, OptMoment, OptText, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

__all__ = [
    "HarvestAddress",
    "HarvestCache",
    "HarvestDay",
    "HarvestItem",
    "HarvestRecord",
    "HarvestRun",
    "HarvestSourceState",
]


def _count(default: int = 0) -> Any:
    return mapped_column(sa.BigInteger, default=default, server_default=str(default))


class HarvestRun(tk.BaseModel):
    """One run of a source; its id is that of ckanext-harvest's job.

    :ivar kind: ``run`` or ``dry_run`` (plans, and writes nothing)
    :ivar state: ``queued``, ``reading``, ``held`` (refused, its items wait for a decision), ``writing``, ``finished``
    :ivar outcome: None until it is known; ``ok``, ``partly`` (some records failed or the source broke off),
        ``unchanged`` (the source said so), ``refused``, ``rejected`` (a refused run that was turned down),
        ``failed`` (the source could not be read), ``stopped`` (by hand; set at once, also while writers still have items in
        hand)
    :ivar expected: records the source says it has; None when it does not say
    :ivar read: records read
    :ivar counts: records by action: create, change, unchanged, missing, return, archive, failed, linked, stopped
    :ivar total: items to do, ``done`` of them are finished
    :ivar reason: why the run was refused or failed: ``{cause, pl, en, numbers}``
    :ivar complete: the source was read to its end, so that what is not there is missing
    :ivar basis: digest of the harvester, its mapping and the source's settings
    """

    __tablename__ = "kielce_harvest_run"
    __table_args__ = (
        sa.Index("ix_kielce_harvest_run_source", "source_id", "created_at"),
        sa.Index("ix_kielce_harvest_run_state", "state", "lease_until"),
    )

    id: Mapped[Id]
    source_id: Mapped[Text]
    kind: Mapped[str] = mapped_column(sa.UnicodeText, default="run")
    state: Mapped[str] = mapped_column(sa.UnicodeText, default="queued")
    outcome: Mapped[OptText]
    created_at: Mapped[Moment]
    started_at: Mapped[OptMoment]
    read_at: Mapped[OptMoment]
    finished_at: Mapped[OptMoment]
    expected: Mapped[int | None] = mapped_column(sa.BigInteger, nullable=True)
    read: Mapped[int] = _count()
    counts: Mapped[Json]
    total: Mapped[int] = _count()
    done: Mapped[int] = _count()
    requests: Mapped[int] = _count()
    bytes: Mapped[int] = _count()
    complete: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    reason: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), nullable=True)
    basis: Mapped[OptText]
    accepted_by: Mapped[OptText]
    accepted_at: Mapped[OptMoment]
    lease_owner: Mapped[OptText]
    lease_until: Mapped[OptMoment]
    attempts: Mapped[int] = _count()


class HarvestItem(tk.BaseModel):
    """What a run found out about one record, and what is to be done: the line of its report and of its work list.

    :ivar action: ``create``, ``change``, ``return`` (was missing or archived), ``missing``, ``archive``, ``link`` (a second
        source of a dataset), ``fail`` (could not be read), ``note`` (read, but nothing to write: see ``error``)
    :ivar state: ``planned`` (held or dry), ``ready``, ``written`` (in the database, not yet surely in the index), ``done``,
        ``failed``, ``stopped`` (given up, for the run was stopped)
    :ivar content: the record as JSON text, ``{content, problems}``; emptied when done
    :ivar changes: ``[{field, old, new, kept}]``; ``kept`` marks a curated value that stayed
    :ivar error: ``{cause, pl, en}``
    """

    __tablename__ = "kielce_harvest_item"
    __table_args__ = (
        sa.Index("ix_kielce_harvest_item_run", "run_id", "state", "id"),
        sa.Index("ix_kielce_harvest_item_guid", "source_id", "guid"),
        sa.Index(
            "ix_kielce_harvest_item_open",
            "run_id",
            "id",
            postgresql_where=sa.text("state IN ('ready', 'written')"),
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=True)
    run_id: Mapped[Text]
    source_id: Mapped[Text]
    guid: Mapped[Text]
    title: Mapped[OptText]
    package_id: Mapped[OptText]
    action: Mapped[Text]
    state: Mapped[Text]
    content: Mapped[OptText]
    fingerprint: Mapped[OptText]
    keys: Mapped[list[str]] = mapped_column(ARRAY(sa.UnicodeText), default=list)
    changes: Mapped[JsonList]
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), nullable=True)
    attempts: Mapped[int] = _count()
    not_before: Mapped[OptMoment]
    lease_owner: Mapped[OptText]
    lease_until: Mapped[OptMoment]


class HarvestRecord(tk.BaseModel):
    """A record of a source, for ever; its id is also that of its one permanent harvest object.

    :ivar role: ``owner`` writes the dataset, ``also`` is a second source of a dataset that another record owns
    :ivar state: ``active``, ``missing``, ``archived``, ``deleted`` (by hand, in the portal: it is not brought back)
    :ivar fingerprint: of all that shapes the dataset; None when the record has to be looked at again
    :ivar draft: the dataset as the source said it (with the source's settings), the base of the three-way merge
    :ivar stored: the same fields as the catalogue had them after the last write; what differs from it was curated
    :ivar notes: what could not be mapped, as sentences "what: value"
    :ivar missing_runs: clean runs without it
    """

    __tablename__ = "kielce_harvest_record"
    __table_args__ = (
        sa.UniqueConstraint("source_id", "guid", name="kielce_harvest_record_guid_key"),
        sa.Index("ix_kielce_harvest_record_package", "package_id"),
        sa.Index("ix_kielce_harvest_record_keys", "keys", postgresql_using="gin"),
    )

    id: Mapped[Id]
    source_id: Mapped[Text]
    guid: Mapped[Text]
    package_id: Mapped[OptText]
    role: Mapped[str] = mapped_column(sa.UnicodeText, default="owner")
    state: Mapped[str] = mapped_column(sa.UnicodeText, default="active")
    fingerprint: Mapped[OptText]
    draft: Mapped[Json]
    stored: Mapped[Json]
    notes: Mapped[JsonList]
    keys: Mapped[list[str]] = mapped_column(ARRAY(sa.UnicodeText), default=list)
    first_seen: Mapped[Moment]
    changed_at: Mapped[OptMoment]
    changed_run: Mapped[OptText]
    missing_since: Mapped[OptMoment]
    missing_runs: Mapped[int] = _count()
    archived_at: Mapped[OptMoment]
    attempts: Mapped[int] = _count()
    error: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), nullable=True)


class HarvestSourceState(tk.BaseModel):
    """What the engine knows of a source: its rhythm, whether it is paused, how it does.

    :ivar schedule: in the grammar of `ckanext.kielce.harvest.schedule`; None follows ckanext-harvest's frequency
    :ivar retry_at: when a failed or partly read source is asked again, before its next due time
    :ivar clean_runs: runs that read the whole source, ever
    :ivar told: what the coordinator was told and when: ``{topic: ISO time}``
    """

    __tablename__ = "kielce_harvest_source_state"

    source_id: Mapped[Id]
    schedule: Mapped[OptText]
    paused_at: Mapped[OptMoment]
    paused_by: Mapped[OptText]
    pause_reason: Mapped[OptText]
    next_due: Mapped[OptMoment]
    retry_at: Mapped[OptMoment]
    retry_attempts: Mapped[int] = _count()
    last_success_at: Mapped[OptMoment]
    last_run_id: Mapped[OptText]
    clean_runs: Mapped[int] = _count()
    basis: Mapped[OptText]
    told: Mapped[Json]


class HarvestDay(tk.BaseModel):
    """How a source kept its rhythm on one day (Europe/Warsaw): one row a source and day, 90 days of them.

    :ivar due: runs that its schedule asked for
    :ivar kept: of those, the ones that read the whole source before the next was due
    """

    __tablename__ = "kielce_harvest_day"

    source_id: Mapped[Id]
    day: Mapped[dt.date] = mapped_column(sa.Date, primary_key=True)
    due: Mapped[int] = _count()
    kept: Mapped[int] = _count()
    runs: Mapped[int] = _count()
    failed: Mapped[int] = _count()


class HarvestAddress(tk.BaseModel):
    """An address that a dataset once had; it redirects to the dataset."""

    __tablename__ = "kielce_harvest_address"
    __table_args__ = (sa.Index("ix_kielce_harvest_address_package", "package_id"),)

    name: Mapped[Id]
    package_id: Mapped[Text]
    created_at: Mapped[Moment]


class HarvestCache(tk.BaseModel):
    """The last answer of an address, for conditional requests; ``body`` is gzip."""

    __tablename__ = "kielce_harvest_cache"

    source_id: Mapped[Id]
    url: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    etag: Mapped[OptText]
    last_modified: Mapped[OptText]
    body: Mapped[bytes] = mapped_column(sa.LargeBinary)
    size: Mapped[int] = _count()
    used_at: Mapped[Moment]
