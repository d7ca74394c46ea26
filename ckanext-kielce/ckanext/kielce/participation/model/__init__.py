"""The table of the participation room."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from ckan.model.types import make_uuid
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column


class Submission(tk.BaseModel):
    """What a visitor sent: a report, a request or a reuse.

    :ivar id: unguessable; whoever holds it may see the matter before it is public
    :ivar number: short number, for the address of the public page
    :ivar kind: see ``kinds.yaml``, as ``state``
    :ivar package_ids: datasets that it is about
    :ivar unit_id: organisation that is to answer; None: the coordinator decides
    :ivar what: kind of a reuse
    :ivar email: where the answer goes; erased some days after it
    :ivar public: shown to everyone; nothing is until a person of the city has read it
    :ivar due_on: day in Warsaw by which an answer is due; None for a reuse
    """

    __tablename__ = "kielce_participation_submission"
    __table_args__ = (
        sa.Index("ix_kielce_participation_packages", "package_ids", postgresql_using="gin"),
        sa.Index("ix_kielce_participation_state", "kind", "state", "created_at"),
        sa.UniqueConstraint("number", name="uq_kielce_participation_number"),
    )

    id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True, default=make_uuid)
    number: Mapped[int] = mapped_column(sa.Integer, sa.Identity(start=1))
    kind: Mapped[str] = mapped_column(sa.UnicodeText)
    state: Mapped[str] = mapped_column(sa.UnicodeText, default="received")
    public: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    package_ids: Mapped[list[str]] = mapped_column(ARRAY(sa.UnicodeText), default=list)
    unit_id: Mapped[str | None] = mapped_column(sa.UnicodeText)
    title: Mapped[str] = mapped_column(sa.UnicodeText)
    text: Mapped[str] = mapped_column(sa.UnicodeText)
    url: Mapped[str | None] = mapped_column(sa.UnicodeText)
    what: Mapped[str | None] = mapped_column(sa.UnicodeText)
    author: Mapped[str | None] = mapped_column(sa.UnicodeText)
    email: Mapped[str | None] = mapped_column(sa.UnicodeText)
    lang: Mapped[str] = mapped_column(sa.UnicodeText, default="pl")
    created_at: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True))
    due_on: Mapped[dt.date | None] = mapped_column(sa.Date)
    answer: Mapped[str | None] = mapped_column(sa.UnicodeText)
    answered_at: Mapped[dt.datetime | None] = mapped_column(sa.DateTime(timezone=True))
    decided_by: Mapped[str | None] = mapped_column(sa.UnicodeText)
    reminded_at: Mapped[dt.datetime | None] = mapped_column(sa.DateTime(timezone=True))
