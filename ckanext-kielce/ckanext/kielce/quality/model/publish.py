"""What is told to the public: events of datasets, and who wants to hear of them without an account."""

from __future__ import annotations

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.columns import Id, Json, JsonList, Moment, OptMoment, OptText, Text
from sqlalchemy.orm import Mapped, mapped_column


class Event(tk.BaseModel):
    """Something happened to a dataset that readers want to know. Appended, never rewritten.

    :ivar number: counts up in the order of commits; readers remember how far they have read
    :ivar kind: ``changed``, ``late``, ``resumed``, ``broken``, ``mended`` or ``closed``
    :ivar at: when it happened, which may be before it was noticed (``noticed_at``)
    :ivar data: what the sentence about it needs: codes, days, numbers
    """

    __tablename__ = "kielce_quality_event"
    __table_args__ = (
        sa.Index("kielce_quality_event_package_idx", "package_id", "number"),
        sa.Index("kielce_quality_event_noticed_idx", "noticed_at"),
    )

    number: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    package_id: Mapped[Text]
    kind: Mapped[Text]
    at: Mapped[Moment]
    noticed_at: Mapped[Moment]
    data: Mapped[Json]


class Follower(tk.BaseModel):
    """An address that is told of events: an e-mail address or a webhook.

    An address that was not confirmed in time, or that wants no more, is deleted: nothing of it is kept.

    :ivar channel: ``email`` or ``webhook``
    :ivar scope: ``dataset``, ``unit`` or ``portal``; ``scope_id`` is the id of the dataset or organisation
    :ivar kinds: kinds of events that are wanted
    :ivar told: number of the last event that was told or passed over
    :ivar attempts: failed attempts since the last success (webhooks)
    """

    __tablename__ = "kielce_quality_follower"
    __table_args__ = (
        sa.Index("kielce_quality_follower_scope_idx", "scope", "scope_id"),
        sa.Index("kielce_quality_follower_target_idx", "channel", "target", "scope", "scope_id", unique=True),
    )

    id: Mapped[Id]
    channel: Mapped[Text]
    target: Mapped[Text]
    scope: Mapped[Text]
    scope_id: Mapped[str] = mapped_column(sa.UnicodeText, default="")
    kinds: Mapped[JsonList]
    lang: Mapped[Text]
    created_at: Mapped[Moment]
    confirmed_at: Mapped[OptMoment]
    told: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)
    next_try: Mapped[OptMoment]
    last_ok: Mapped[OptMoment]
    error: Mapped[OptText]
