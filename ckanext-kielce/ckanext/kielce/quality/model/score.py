"""Scores: the present one of each dataset and one row a day of its past."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from ckanext.kielce.common.columns import Json, JsonList, Moment, OptDay, OptMoment, OptNumber, OptText, Text
from sqlalchemy.orm import Mapped, mapped_column


class Score(tk.BaseModel):
    """The present score of a dataset.

    :ivar quality_index: 0-100, or None when there is no public index
    :ivar reason: why there is no grade, None where there is one
    :ivar coverage: share 0-1 of the evidence that could be had
    :ivar next_crossing: when the score will change though nothing happens (the next threshold)
    :ivar rdf_hash: hash of the DCAT RDF on which ``mqa`` was computed
    :ivar source_hash: hash of the dataset dict that the RDF was emitted from (same dict, same RDF)
    :ivar content_hash: hash of what search and pages show; a change re-indexes the dataset
    :ivar withheld: personal data is suspected: the score is for the owner's eyes only
    :ivar withheld_resources: ids of the files that are kept from the public for it
    """

    __tablename__ = "kielce_quality_score"
    __table_args__ = (
        sa.Index("kielce_quality_score_next_check_idx", "next_check"),
        sa.Index("kielce_quality_score_next_crossing_idx", "next_crossing"),
        sa.Index("kielce_quality_score_status_idx", "status"),
    )

    package_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    scored_at: Mapped[Moment]
    rules_version: Mapped[Text]
    quality_index: Mapped[OptNumber]
    metadata_points: Mapped[OptNumber]
    freshness_points: Mapped[OptNumber]
    content_points: Mapped[OptNumber]
    coverage: Mapped[OptNumber]
    grade: Mapped[OptText]
    reason: Mapped[OptText]
    status: Mapped[Text]
    labels: Mapped[JsonList]
    withheld: Mapped[bool] = mapped_column(sa.Boolean, default=False)
    withheld_resources: Mapped[JsonList]
    newest_period: Mapped[OptDay]
    last_content_at: Mapped[OptMoment]
    next_expected: Mapped[OptDay]
    next_crossing: Mapped[OptMoment]
    due_at: Mapped[OptMoment]
    overdue_at: Mapped[OptMoment]
    delinquent_at: Mapped[OptMoment]
    next_check: Mapped[OptMoment]
    source_hash: Mapped[OptText]
    rdf_hash: Mapped[OptText]
    content_hash: Mapped[OptText]
    mqa: Mapped[Json]
    assessment: Mapped[Json]


class ScoreDay(tk.BaseModel):
    """The last score of a dataset on one day (UTC)."""

    __tablename__ = "kielce_quality_score_day"
    __table_args__ = (sa.Index("kielce_quality_score_day_day_idx", "day"),)

    package_id: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    day: Mapped[dt.date] = mapped_column(sa.Date, primary_key=True)
    rules_version: Mapped[Text]
    quality_index: Mapped[OptNumber]
    metadata_points: Mapped[OptNumber]
    freshness_points: Mapped[OptNumber]
    content_points: Mapped[OptNumber]
    grade: Mapped[OptText]
    status: Mapped[Text]
