"""Tables of the register: the entries, and everything that was ever changed in them.

No foreign keys to CKAN's tables: an entry outlives a dataset that is purged.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.columns import Id, Json, JsonList, Moment, OptDay, OptMoment, OptText, Text
from sqlalchemy.orm import Mapped, mapped_column


def _text() -> Any:
    return mapped_column(sa.UnicodeText, default="")


def _flag() -> Any:
    return mapped_column(sa.Boolean, default=False)


class Entry(tk.BaseModel):
    """One set that the city holds.

    :ivar tier: ``open``, ``shared``, ``internal`` or ``undigitised`` (see ``words.yaml``)
    :ivar obstacles: codes of what stands in the way of opening
    :ivar planned: when it is to be opened
    :ivar office: the office to ask, public; ``contact`` is for the house only and may name a person
    :ivar shared_with: who gets a shared set, and ``access`` how
    :ivar criteria: points 0-3 by criterion; ``points`` is their sum once all six are given
    :ivar public: shown in the public register
    :ivar origin_key: ``dataset:<id>`` or ``record:<source>:<guid>`` of what the portal made the entry from; kept by a removed
        entry, so that it is not made again
    :ivar prefilled: what the portal said last; a field that differs from it was changed by a person
    :ivar edited_at: when a person last wrote in it; None for an entry that nobody has looked at
    :ivar removed_at: when it was taken out of the register
    """

    __tablename__ = "kielce_register_entry"
    __table_args__ = (
        sa.Index("kielce_register_entry_origin_idx", "origin_key", unique=True),
        sa.Index("kielce_register_entry_unit_idx", "unit_id", "tier"),
        sa.Index("kielce_register_entry_dataset_idx", "dataset_id"),
    )

    id: Mapped[Id]
    title: Mapped[Text]
    title_en: Mapped[str] = _text()
    description: Mapped[str] = _text()
    unit_id: Mapped[Text]
    domain: Mapped[str] = _text()
    tier: Mapped[Text]
    reason: Mapped[str] = _text()
    legal_basis: Mapped[str] = _text()
    obstacles: Mapped[JsonList]
    planned: Mapped[OptDay]
    office: Mapped[str] = _text()
    contact: Mapped[str] = _text()
    shared_with: Mapped[JsonList]
    access: Mapped[str] = _text()
    dataset_id: Mapped[OptText]
    source_id: Mapped[OptText]
    url: Mapped[str] = _text()
    criteria: Mapped[Json]
    points: Mapped[int | None] = mapped_column(sa.Integer, nullable=True)
    public: Mapped[bool] = _flag()
    sample: Mapped[bool] = _flag()
    origin_key: Mapped[OptText]
    prefilled: Mapped[Json]
    prefilled_at: Mapped[OptMoment]
    created_at: Mapped[Moment]
    changed_at: Mapped[Moment]
    edited_at: Mapped[OptMoment]
    removed_at: Mapped[OptMoment]


class Change(tk.BaseModel):
    """What was changed in an entry, when, by whom and from what. Appended, never rewritten.

    CKAN's activity stream takes datasets, organisations, groups and users only, and is public.

    :ivar kind: ``create``, ``update`` or ``remove``
    :ivar actor: id of the user; None where the portal did it by itself
    :ivar source: ``person``, ``import:<file>``, ``catalogue`` or ``source:<id of the harvest source>``
    :ivar changes: ``[{field, old, new}]``
    """

    __tablename__ = "kielce_register_change"
    __table_args__ = (sa.Index("kielce_register_change_entry_idx", "entry_id", "number"),)

    number: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    entry_id: Mapped[Text]
    at: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True))
    kind: Mapped[Text]
    actor: Mapped[OptText]
    source: Mapped[Text]
    changes: Mapped[JsonList]
