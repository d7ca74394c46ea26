"""The table of the usage room."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from sqlalchemy.orm import Mapped, mapped_column


class UsageCount(tk.BaseModel):
    """How often one thing was used in one way on one day (in Warsaw). Nothing about who used it is kept.

    :ivar kind: ``download``, ``api`` or ``view``
    :ivar object_id: id of a dataset or resource; a resource's use counts for its dataset too, as a row of its own
    :ivar robot: crawlers are counted apart
    """

    __tablename__ = "kielce_usage_count"
    __table_args__ = (sa.Index("ix_kielce_usage_count_object_day", "object_id", "day"),)

    kind: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    object_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    day: Mapped[dt.date] = mapped_column(sa.Date, primary_key=True)
    robot: Mapped[bool] = mapped_column(sa.Boolean, primary_key=True)
    number: Mapped[int] = mapped_column(sa.BigInteger)
