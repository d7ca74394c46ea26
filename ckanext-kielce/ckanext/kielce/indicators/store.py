"""Reading and writing the store's tables. Values are only added or revised; a run either writes all of a table or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa
from ckan import model

from .domain.codes import sort_key
from .domain.rules import Value
from .domain.table import IndicatorTable
from .model import IndicatorCard, IndicatorValue

#: Key of the advisory lock that keeps two imports from numbering the same revision.
_LOCK = 37120


@dataclass
class ImportReport:
    """What an import did: counts, and the gaps and doubtful values of the table for those who read the report."""

    cards: dict[str, int] = field(default_factory=lambda: {"created": 0, "changed": 0, "unchanged": 0})
    values: dict[str, int] = field(default_factory=lambda: {"added": 0, "revised": 0, "unchanged": 0})
    areas: list[str] = field(default_factory=list)
    present: dict[str, int] = field(default_factory=dict)
    gaps: list[dict[str, str]] = field(default_factory=list)
    doubtful: list[dict[str, str]] = field(default_factory=list)
    missing_codes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        return asdict(self)


def _columns(value: Value) -> dict[str, Any]:
    return {
        "value": value.value,
        "printed_value": value.printed_value,
        "unit": value.unit,
        "status": value.status,
        "as_printed": value.as_printed,
        "reasons": [
            {"code": reason.code, "pl": reason.text.pl, "en": reason.text.en} for reason in value.reasons
        ],
    }


def in_force() -> Any:
    """A select of the highest revision of every value."""
    key = (IndicatorValue.indicator, IndicatorValue.area, IndicatorValue.period)
    return sa.select(IndicatorValue).distinct(*key).order_by(*key, IndicatorValue.revision.desc())


def write(table: IndicatorTable, source: str, now: dt.datetime) -> ImportReport:
    """Add the table's cards and values to the session, revising what differs; the caller commits or rolls back.

    :param source: name of the file, kept with each value
    :param now: an aware moment
    """
    session = model.Session
    session.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    report = ImportReport(areas=list(table.areas), missing_codes=table.missing_codes)
    known = {card.code: card for card in session.scalars(sa.select(IndicatorCard))}
    for card in table.cards:
        wanted, found = card.as_dict(), known.get(card.code)
        if found is None:
            session.add(IndicatorCard(**wanted, revision=1, created=now, modified=now))
            report.cards["created"] += 1
        elif any(getattr(found, name) != text for name, text in wanted.items()):
            for name, text in wanted.items():
                setattr(found, name, text)
            found.revision, found.modified = found.revision + 1, now
            report.cards["changed"] += 1
        else:
            report.cards["unchanged"] += 1
    session.flush()
    current = {(row.indicator, row.area, row.period): row for row in session.scalars(in_force())}
    for value in table.values:
        columns, found = _columns(value), current.get((value.indicator, value.area, value.period))
        if found is not None and all(getattr(found, name) == new for name, new in columns.items()):
            report.values["unchanged"] += 1
        else:
            revision = found.revision + 1 if found is not None else 1
            key = {
                "indicator": value.indicator,
                "area": value.area,
                "period": value.period,
                "revision": revision,
            }
            session.add(IndicatorValue(**key, **columns, source=source, created=now))
            report.values["revised" if found is not None else "added"] += 1
        note = {
            "indicator": value.indicator,
            "area": value.area,
            "reason_pl": value.reason("pl"),
            "reason_en": value.reason("en"),
        }
        if value.value is None:
            report.gaps.append(note)
        elif value.status == "U":
            report.doubtful.append({**note, "as_printed": value.as_printed})
        report.present[value.area] = report.present.get(value.area, 0) + (value.value is not None)
    session.flush()
    return report


def cards(theme: str | None = None, kind: str | None = None, words: str | None = None) -> list[IndicatorCard]:
    """Cards in the standard's order, by theme, kind and words of the name or code (all words, any order)."""
    query = sa.select(IndicatorCard)
    if theme:
        query = query.where(IndicatorCard.theme == theme)
    if kind:
        query = query.where(IndicatorCard.kind == kind)
    for word in (words or "").split():
        pattern = "%" + word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        columns = (IndicatorCard.name_pl, IndicatorCard.name_en, IndicatorCard.code)
        query = query.where(sa.or_(*(column.ilike(pattern) for column in columns)))
    return sorted(model.Session.scalars(query), key=lambda card: sort_key(card.code))


def card(code: str) -> IndicatorCard | None:
    """The card of a normalised code."""
    return model.Session.get(IndicatorCard, code)


def values(
    codes: Iterable[str] | None = None,
    area: str | None = None,
    period: str | None = None,
    status: str | None = None,
    revisions: bool = False,
) -> list[IndicatorValue]:
    """Values in force (or all revisions) in the order indicator, area, period, revision."""
    base = sa.select(IndicatorValue) if revisions else in_force()
    rows = base.subquery()
    entity = sa.orm.aliased(IndicatorValue, rows)
    query = sa.select(entity)
    if codes is not None:
        query = query.where(entity.indicator.in_(list(codes)))
    for column, wanted in ((entity.area, area), (entity.period, period), (entity.status, status)):
        if wanted is not None:
            query = query.where(column == wanted)
    found = model.Session.scalars(query)
    return sorted(found, key=lambda row: (sort_key(row.indicator), row.area, row.period, row.revision))
