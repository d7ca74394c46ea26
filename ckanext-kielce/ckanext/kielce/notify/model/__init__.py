"""The table of the notify room."""

from __future__ import annotations

import datetime as dt
import uuid

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column


def _new_id() -> str:
    return str(uuid.uuid4())


def _now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc)


class Message(tk.BaseModel):
    """One message to one person.

    :ivar topic: what it is about, for filters: "quality.digest", "harvest.failed" …
    :ivar status: ``queued``, ``sent``, ``failed`` (see ``error``) or ``held`` (sending is switched off)
    :ivar headers: further headers of the mail, such as ``List-Unsubscribe``
    :ivar body_html: the same text with marks, for mail programs that show them
    """

    __tablename__ = "kielce_notify_message"
    __table_args__ = (sa.Index("ix_kielce_notify_message_status", "status", "created_at"),)

    id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True, default=_new_id)
    created_at: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True), default=_now)
    recipient_name: Mapped[str] = mapped_column(sa.UnicodeText)
    recipient_email: Mapped[str] = mapped_column(sa.UnicodeText)
    topic: Mapped[str] = mapped_column(sa.UnicodeText)
    subject: Mapped[str] = mapped_column(sa.UnicodeText)
    body: Mapped[str] = mapped_column(sa.UnicodeText)
    status: Mapped[str] = mapped_column(sa.UnicodeText, default="queued")
    attempts: Mapped[int] = mapped_column(sa.Integer, default=0)
    sent_at: Mapped[dt.datetime | None] = mapped_column(sa.DateTime(timezone=True), nullable=True)
    error: Mapped[str | None] = mapped_column(sa.UnicodeText, nullable=True)
    headers: Mapped[dict[str, str] | None] = mapped_column(JSONB, nullable=True)
    body_html: Mapped[str | None] = mapped_column(sa.UnicodeText, nullable=True)
