"""Evidence: what was seen, declared and decided. Rows are appended, never rewritten.

The only things that move in a written row are ``last_seen_at`` and ``checks`` of an observation or link check that was
confirmed unchanged, and ``revoked_*`` of a decision.
"""

from __future__ import annotations

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.columns import (
    Id,
    Json,
    JsonList,
    Moment,
    OptCount,
    OptDay,
    OptMoment,
    OptText,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column


class Observation(tk.BaseModel):
    """One state of one resource's content, and for how long it was seen.

    :ivar observed_at: when this state was first seen
    :ivar last_seen_at: when it was last confirmed
    :ivar checks: number of looks that found exactly this state, the first included
    :ivar method: how it was made: ``upload``, ``get``, ``conditional_get``, ``head``, ``import``
    :ivar value_hash: hash of the parsed values (see design: blind to encoding, order, number formatting)
    :ivar profile: what was read from the content, in the shape the domain asks for
    :ivar problems: problems met while reading, ``[{"code", "message_pl", "message_en", ...}]``
    """

    __tablename__ = "kielce_quality_observation"
    __table_args__ = (
        sa.Index("kielce_quality_observation_package_idx", "package_id", "observed_at"),
        sa.Index("kielce_quality_observation_resource_idx", "resource_id", "observed_at"),
        sa.Index("kielce_quality_observation_value_hash_idx", "value_hash"),
    )

    id: Mapped[Id]
    package_id: Mapped[Text]
    resource_id: Mapped[Text]
    observed_at: Mapped[Moment]
    last_seen_at: Mapped[Moment]
    checks: Mapped[int] = mapped_column(sa.Integer, default=1)
    method: Mapped[Text]
    url: Mapped[OptText]
    http_status: Mapped[int | None] = mapped_column(sa.Integer, nullable=True)
    etag: Mapped[OptText]
    last_modified: Mapped[OptText]
    content_length: Mapped[OptCount]
    bytes_sha256: Mapped[OptText]
    value_hash: Mapped[OptText]
    schema_fingerprint: Mapped[OptText]
    row_count: Mapped[OptCount]
    newest_period: Mapped[OptDay]
    reader_version: Mapped[OptText]
    description: Mapped[OptText]
    profile: Mapped[Json]
    problems: Mapped[JsonList]


class LinkCheck(tk.BaseModel):
    """One state of a resource's address: it answers, or how it fails.

    :ivar error: kind of failure as ``common.http`` names it (``timeout``, ``http_error`` …), None when it answers
    """

    __tablename__ = "kielce_quality_link_check"
    __table_args__ = (sa.Index("kielce_quality_link_check_resource_idx", "resource_id", "checked_at"),)

    id: Mapped[Id]
    package_id: Mapped[Text]
    resource_id: Mapped[Text]
    url: Mapped[OptText]
    checked_at: Mapped[Moment]
    last_checked_at: Mapped[Moment]
    checks: Mapped[int] = mapped_column(sa.Integer, default=1)
    ok: Mapped[bool] = mapped_column(sa.Boolean)
    http_status: Mapped[int | None] = mapped_column(sa.Integer, nullable=True)
    error: Mapped[OptText]
    message: Mapped[OptText]


class Declaration(tk.BaseModel):
    """A declared update frequency, from the moment it was declared; the field's history."""

    __tablename__ = "kielce_quality_declaration"
    __table_args__ = (sa.Index("kielce_quality_declaration_package_idx", "package_id", "declared_at"),)

    id: Mapped[Id]
    package_id: Mapped[Text]
    declared_at: Mapped[Moment]
    frequency: Mapped[OptText]
    user_id: Mapped[OptText]
    public_reason: Mapped[OptText]
    approved_by: Mapped[OptText]
    approved_at: Mapped[OptMoment]


class Decision(tk.BaseModel):
    """A coordinator's decision with its public reason.

    :ivar kind: ``reviewed``, ``closed_series``, ``archival``, ``frequency_approved``,
        ``frequency_rejected``, ``no_personal_data``
    :ivar subject: what of the dataset it is about (a resource id, a series' name); None: the whole dataset
    :ivar valid_until: the end date it was given, if any
    """

    __tablename__ = "kielce_quality_decision"
    __table_args__ = (sa.Index("kielce_quality_decision_package_idx", "package_id", "decided_at"),)

    id: Mapped[Id]
    package_id: Mapped[Text]
    kind: Mapped[Text]
    subject: Mapped[OptText]
    decided_at: Mapped[Moment]
    user_id: Mapped[OptText]
    reason: Mapped[Text]
    valid_until: Mapped[OptMoment]
    revoked_at: Mapped[OptMoment]
    revoked_by: Mapped[OptText]


class Lineage(tk.BaseModel):
    """A dataset that carries on the content of an earlier one: what was seen there before ``since`` counts here too."""

    __tablename__ = "kielce_quality_lineage"

    package_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    ancestor_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    since: Mapped[Moment]
    reason: Mapped[Text]
