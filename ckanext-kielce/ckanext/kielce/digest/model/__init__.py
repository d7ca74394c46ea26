"""Tables of the digest room: rounds, news, and the letters that carry them."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.columns import Id, Json, JsonList, Moment, OptMoment, OptText, Text
from sqlalchemy.orm import Mapped, mapped_column


class Round(tk.BaseModel):
    """One look for what had turned; the next one begins where it ended.

    :ivar until: up to when transitions were asked for
    :ivar counts: how many ``news``, ``letters`` and ``escalated``
    """

    __tablename__ = "kielce_digest_round"

    number: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    until: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True))
    counts: Mapped[Json]


class News(tk.BaseModel):
    """One thing that an owner is told, once.

    :ivar key: of the transition; with the address it is unique, so that nothing is told twice
    :ivar section: ``worse``, ``soon`` or ``better``
    :ivar code: the finding's, where it is one
    :ivar told: ``{lang: [what was seen, what mends it]}``
    :ivar weight: points gained by mending it times use; what gains most is told first
    :ivar private: about suspected personal data or the like: only in letters to the owner
    :ivar told_at: when a letter with it was written, the last time (it returns once after it was put off)
    :ivar answered_by: ``owner``, ``director``, or id of a user of the portal
    :ivar ended_at: when it was mended
    """

    __tablename__ = "kielce_digest_news"
    __table_args__ = (
        sa.Index("kielce_digest_news_key_idx", "key", "address", unique=True),
        sa.Index("kielce_digest_news_package_idx", "package_id", "ended_at"),
        sa.Index("kielce_digest_news_open_idx", "ended_at", "told_at"),
    )

    id: Mapped[Id]
    key: Mapped[Text]
    address: Mapped[Text]
    unit_id: Mapped[Text]
    package_id: Mapped[Text]
    kind: Mapped[Text]
    section: Mapped[Text]
    code: Mapped[str] = mapped_column(sa.UnicodeText, default="")
    at: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True))
    told: Mapped[Json]
    points: Mapped[float] = mapped_column(sa.Float, default=0.0)
    weight: Mapped[float] = mapped_column(sa.Float, default=0.0)
    private: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    told_at: Mapped[Moment]
    acknowledged_at: Mapped[OptMoment]
    snoozed_until: Mapped[OptMoment]
    answered_by: Mapped[OptText]
    note: Mapped[OptText]
    escalated_at: Mapped[OptMoment]
    ended_at: Mapped[OptMoment]


class Letter(tk.BaseModel):
    """One digest to one address, written down before it is sent.

    :ivar kind: ``digest`` (to the owner) or ``escalation`` (to the director)
    :ivar news: ids of its news, in their order
    :ivar message_id: of the notify room's message, once it was handed over
    :ivar problem: why it can't be sent
    """

    __tablename__ = "kielce_digest_letter"
    __table_args__ = (sa.Index("kielce_digest_letter_unsent_idx", "message_id", "created_at"),)

    id: Mapped[Id]
    kind: Mapped[Text]
    address: Mapped[Text]
    name: Mapped[Text]
    unit_id: Mapped[Text]
    lang: Mapped[Text]
    news: Mapped[JsonList]
    created_at: Mapped[Moment]
    message_id: Mapped[OptText]
    problem: Mapped[OptText]
