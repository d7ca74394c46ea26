"""Column types that the tables of several rooms share."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import mapped_column


def new_id() -> str:
    """A random identifier (UUID4 as text, like CKAN's own)."""
    return str(uuid.uuid4())


def utc_now() -> dt.datetime:
    """The present moment, timezone-aware."""
    return dt.datetime.now(dt.timezone.utc)


Id = Annotated[str, mapped_column(sa.UnicodeText, primary_key=True, default=new_id)]
Text = Annotated[str, mapped_column(sa.UnicodeText)]
OptText = Annotated[str | None, mapped_column(sa.UnicodeText, nullable=True)]
Moment = Annotated[dt.datetime, mapped_column(sa.DateTime(timezone=True), default=utc_now)]
OptMoment = Annotated[dt.datetime | None, mapped_column(sa.DateTime(timezone=True), nullable=True)]
Day = Annotated[dt.date, mapped_column(sa.Date)]
OptDay = Annotated[dt.date | None, mapped_column(sa.Date, nullable=True)]
OptNumber = Annotated[float | None, mapped_column(sa.Float, nullable=True)]
OptCount = Annotated[int | None, mapped_column(sa.BigInteger, nullable=True)]
Json = Annotated[dict[str, Any], mapped_column(JSONB, default=dict)]
JsonList = Annotated[list[Any], mapped_column(JSONB, default=list)]
