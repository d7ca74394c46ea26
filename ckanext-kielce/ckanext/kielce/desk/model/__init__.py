"""Tables of the coordinator's desk. No foreign keys: a log outlives the sets and accounts that it tells of."""

from __future__ import annotations

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.columns import Id, Json, Moment, OptMoment, OptText, Text
from sqlalchemy.orm import Mapped, mapped_column


class Role(tk.BaseModel):
    """A user who is ``coordinator`` or ``auditor``; sysadmins are coordinators without a row."""

    __tablename__ = "kielce_desk_role"

    user_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    role: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    granted_at: Mapped[Moment]
    granted_by: Mapped[Text]


class Mark(tk.BaseModel):
    """What one side said of one task: seen, later, asked, whose it is.

    It holds for the occurrence it was said of: a task that stands since later than ``changed_at`` is a new one.

    :ivar task: names the task within its dataset (see ``quality.shared.Issue.task``)
    :ivar side: ``desk`` (the coordinator) or ``unit`` (the set's owner): each has a list of its own
    :ivar asked_at: when the owner was written to
    :ivar assigned_to: id of the user whose task it is
    """

    __tablename__ = "kielce_desk_mark"

    package_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    task: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    side: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    changed_at: Mapped[Moment]
    changed_by: Mapped[OptText]
    acknowledged_at: Mapped[OptMoment]
    snoozed_until: Mapped[OptMoment]
    asked_at: Mapped[OptMoment]
    assigned_to: Mapped[OptText]
    note: Mapped[OptText]


class Entry(tk.BaseModel):
    """One act in the log; appended, never rewritten. Decisions on quality are logged where they are kept, in the quality room.

    :ivar user_id: None: someone without an account, by a signed link
    """

    __tablename__ = "kielce_desk_entry"
    __table_args__ = (
        sa.Index("kielce_desk_entry_at_idx", "at"),
        sa.Index("kielce_desk_entry_package_idx", "package_id", "at"),
    )

    id: Mapped[Id]
    at: Mapped[Moment]
    user_id: Mapped[OptText]
    act: Mapped[Text]
    package_id: Mapped[OptText]
    task: Mapped[OptText]
    note: Mapped[OptText]
    data: Mapped[Json]


class Staged(tk.BaseModel):
    """A file that was judged, or is to be, and is not published. Its content lies in the storage until ``expires_at``.

    :ivar base: what the resource held when the file came: it is published over nothing else
    :ivar state: ``waiting`` (being judged), ``judged``, ``failed``, ``published``, ``discarded`` or ``expired``
    :ivar result: what ``quality.shared.trial`` found
    """

    __tablename__ = "kielce_desk_staged"
    __table_args__ = (
        sa.Index("kielce_desk_staged_expires_idx", "expires_at"),
        sa.Index("kielce_desk_staged_package_idx", "package_id", "staged_at"),
    )

    id: Mapped[Id]
    package_id: Mapped[Text]
    resource_id: Mapped[Text]
    user_id: Mapped[Text]
    name: Mapped[Text]
    size: Mapped[int] = mapped_column(sa.BigInteger)
    sha256: Mapped[Text]
    base: Mapped[Text]
    staged_at: Mapped[Moment]
    expires_at: Mapped[Moment]
    state: Mapped[Text]
    result: Mapped[Json]


__all__ = ["Entry", "Mark", "Role", "Staged"]
