"""Cards and values. Rows of values are only added: a revision is a new row with the next number."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

import sqlalchemy as sa
from ckan.plugins import toolkit as tk
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

Text = Annotated[str, mapped_column(sa.UnicodeText, nullable=False)]
Moment = Annotated[dt.datetime, mapped_column(sa.DateTime(timezone=True), nullable=False)]
OptNumber = Annotated[Decimal | None, mapped_column(sa.Numeric, nullable=True)]


class IndicatorCard(tk.BaseModel):
    """A card as it stands now; its fields are those of ``domain.cards.Card``.

    :ivar revision: counts the changes of the card, from 1
    :ivar modified: when the card last changed
    """

    __tablename__ = "kielce_indicators_card"

    code: Mapped[str] = mapped_column(sa.UnicodeText, primary_key=True)
    standard: Mapped[Text]
    theme: Mapped[Text]
    kind: Mapped[Text]
    name_pl: Mapped[Text]
    name_en: Mapped[Text]
    unit: Mapped[Text]
    direction: Mapped[Text]
    definition_pl: Mapped[Text]
    definition_en: Mapped[Text]
    numerator_pl: Mapped[Text]
    numerator_en: Mapped[Text]
    denominator_pl: Mapped[Text]
    denominator_en: Mapped[Text]
    method_pl: Mapped[Text]
    method_en: Mapped[Text]
    method_version: Mapped[Text]
    comparability_pl: Mapped[Text]
    comparability_en: Mapped[Text]
    limits_pl: Mapped[Text]
    limits_en: Mapped[Text]
    source_pl: Mapped[Text]
    source_en: Mapped[Text]
    compiler: Mapped[Text]
    revision: Mapped[int] = mapped_column(sa.Integer, nullable=False)
    created: Mapped[Moment]
    modified: Mapped[Moment]


class IndicatorValue(tk.BaseModel):
    """One revision of one value.

    :ivar period: the year as text, '' when the print gives none
    :ivar revision: 1 for the first, then counting; the highest is the one in force
    :ivar value: the published value, None when there are no data
    :ivar printed_value: the plain reading of the print, before corrections
    :ivar reasons: why it is flagged, corrected or explained: ``[{"code", "pl", "en"}]``
    :ivar source: the file it came from
    """

    __tablename__ = "kielce_indicators_value"
    __table_args__ = (
        sa.UniqueConstraint("indicator", "area", "period", "revision", name="kielce_indicators_value_key"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=True)
    indicator: Mapped[str] = mapped_column(
        sa.UnicodeText, sa.ForeignKey("kielce_indicators_card.code"), nullable=False
    )
    area: Mapped[Text]
    period: Mapped[Text]
    revision: Mapped[int] = mapped_column(sa.Integer, nullable=False)
    value: Mapped[OptNumber]
    printed_value: Mapped[OptNumber]
    unit: Mapped[Text]
    status: Mapped[Text]
    as_printed: Mapped[Text]
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, nullable=False)
    source: Mapped[Text]
    created: Mapped[Moment]
