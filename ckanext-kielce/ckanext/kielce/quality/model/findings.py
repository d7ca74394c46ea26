"""What checks found, what they looked at, and the past versions they compare with."""

from __future__ import annotations

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.columns import Id, Json, JsonList, Moment, OptDay, OptMoment, OptText, Text
from sqlalchemy.orm import Mapped, mapped_column


class FindingRow(tk.BaseModel):
    """One failure in one place, from when it was found until it was found no more. Never a value of personal data.

    :ivar kind: which set of checks made it: ``history`` (past versions) or ``content`` (one version by itself)
    :ivar place: what tells two findings of one code apart (a column, a member); "" where there can be one only
    :ivar since: since when the data are so, as far as the versions tell
    :ivar confirmed_at: when a check last found it
    :ivar ended_at: when a check first found it no more; None: it stands
    """

    __tablename__ = "kielce_quality_finding"
    __table_args__ = (
        sa.Index("kielce_quality_finding_package_idx", "package_id", "ended_at"),
        sa.Index("kielce_quality_finding_code_idx", "code", "found_at"),
        sa.Index(
            "kielce_quality_finding_open_idx",
            "resource_id",
            "code",
            "place",
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    package_id: Mapped[Text]
    resource_id: Mapped[Text]
    kind: Mapped[Text]
    code: Mapped[Text]
    place: Mapped[Text]
    since: Mapped[OptDay]
    share: Mapped[float] = mapped_column(sa.Float, default=1.0)
    certainty: Mapped[float] = mapped_column(sa.Float, default=1.0)
    params: Mapped[Json]
    rules_version: Mapped[Text]
    found_at: Mapped[Moment]
    confirmed_at: Mapped[Moment]
    ended_at: Mapped[OptMoment]


class Judgement(tk.BaseModel):
    """Which checks were made on a resource, so that silence can be told from ignorance."""

    __tablename__ = "kielce_quality_judgement"
    __table_args__ = (sa.Index("kielce_quality_judgement_package_idx", "package_id"),)

    resource_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    kind: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    package_id: Mapped[Text]
    judged_at: Mapped[Moment]
    rules_version: Mapped[Text]
    checked: Mapped[JsonList]


class Version(tk.BaseModel):
    """A past version's table as text (zlib), to compare later ones with. The only rows here that are ever dropped.

    :ivar size: bytes of the text
    """

    __tablename__ = "kielce_quality_version"
    __table_args__ = (sa.Index("kielce_quality_version_seen_idx", "seen_at"),)

    resource_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    bytes_sha256: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    package_id: Mapped[Text]
    value_hash: Mapped[OptText]
    seen_at: Mapped[Moment]
    size: Mapped[int] = mapped_column(sa.BigInteger)
    packed_size: Mapped[int] = mapped_column(sa.BigInteger)
    packed: Mapped[bytes] = mapped_column(sa.LargeBinary)
