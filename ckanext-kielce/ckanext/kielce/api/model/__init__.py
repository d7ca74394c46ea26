"""The table of the API room."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.columns import Id, Moment, OptMoment, OptText, Text
from sqlalchemy.orm import Mapped, mapped_column


class Announcement(tk.BaseModel):
    """A change of a dataset that its owner tells of beforehand.

    :ivar kind: ``columns``, ``address``, ``content``, ``end``: what will be different
    :ivar text: what will change and what to do, in Polish; ``text_en`` the same in English
    :ivar effective: the day from which it holds (Warsaw's)
    :ivar withdrawn_at: when it was taken back; it stays in the feed and says so
    """

    __tablename__ = "kielce_api_announcement"
    __table_args__ = (sa.Index("ix_kielce_api_announcement_package", "package_id", "announced_at"),)

    id: Mapped[Id]
    package_id: Mapped[Text]
    resource_id: Mapped[OptText]
    kind: Mapped[Text]
    text: Mapped[Text]
    text_en: Mapped[OptText]
    effective: Mapped[dt.date] = mapped_column(sa.Date)
    announced_at: Mapped[Moment]
    user_id: Mapped[OptText]
    withdrawn_at: Mapped[OptMoment]
