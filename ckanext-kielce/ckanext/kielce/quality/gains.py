"""What mending wins: points of the index by reason, and fixes ranked by points gained x use; in a few queries for many sets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from ckan import model as ckan_model
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from .domain import sentences
from .domain.model import Deduction
from .model import Score

Package = ckan_model.Package
Session = ckan_model.Session
#: Codes of deductions that new content wins back at once; punctuality comes back with time only.
WON_BY_NEWS = frozenset({"content_age", "update_age"})
#: Codes of deductions for what isn't a label -> the finding that says the same.
SAID_BY = {"described": "undescribed_columns", "completeness": "empty_column"}
#: What a list says of a dataset: id, name, title, organisation.
ABOUT = (Package.id, Package.name, sa.func.coalesce(Package.title, Package.name), Package.owner_org)


@dataclass(frozen=True)
class Lost:
    """Points that a dataset lost for one reason."""

    code: str
    component: str
    points: float
    finding: str | None


def _each_deduction() -> Any:
    return sa.func.jsonb_array_elements(Score.assessment["deductions"]).table_valued(
        sa.column("value", JSONB), name="deduction"
    )


def lost(conditions: Sequence[sa.ColumnElement[bool]]) -> dict[str, list[Lost]]:
    """What each dataset lost points for; one query.

    :param conditions: on ``Package`` and ``Score``
    """
    each = _each_deduction()
    item = each.c.value
    rows = Session.execute(
        select(
            Score.package_id,
            item["code"].astext,
            item["component"].astext,
            item["points"].astext.cast(sa.Float),
            item["params"]["finding"].astext,
        )
        .select_from(sa.join(Score, Package, Package.id == Score.package_id).join(each, sa.true()))
        .where(item["points"].astext.cast(sa.Float) > 0, *conditions)
    )
    found: dict[str, list[Lost]] = {}
    for package_id, code, component, points, finding in rows:
        found.setdefault(package_id, []).append(Lost(code, component, points, finding))
    return found


def points_of(kind: str, code: str, lost: Iterable[Lost]) -> float:
    """Points of the deductions that are about an issue.

    :param kind: ``late``, ``broken`` or another kind of issue; ``code`` is its finding's
    """

    def about(item: Lost) -> bool:
        if kind == "late":
            return item.code in WON_BY_NEWS
        if kind == "broken":
            return item.code.startswith("parses")
        return bool(code) and (item.finding or SAID_BY.get(item.code)) == code

    return round(sum(item.points for item in lost if about(item)), 1)


@dataclass(frozen=True)
class Fix:
    """One deduction of one dataset: what mending it wins, and for how many.

    :ivar use: downloads and API calls of the dataset in the time that was asked for
    :ivar gain: points x (use + 1)
    """

    package_id: str
    name: str
    title: str
    owner_org: str | None
    deduction: Mapping[str, Any]
    points: float
    use: int
    gain: float

    def told(self, lang: str) -> tuple[str, str]:
        """What was seen, and what mends it."""
        return sentences.explain(Deduction(**self.deduction), lang)


def fixes(
    conditions: Sequence[sa.ColumnElement[bool]],
    use: Mapping[str, int],
    limit: int,
    offset: int,
    *,
    least: float = 0.5,
) -> tuple[int, list[Fix]]:
    """Deductions ranked by points gained x use, and how many there are; two queries.

    :param conditions: on ``Package`` and ``Score``
    :param use: dataset -> how often it was used; those missing count as never
    :param least: points below which a fix isn't worth a row
    """
    each = _each_deduction()
    points = each.c.value["points"].astext.cast(sa.Float)
    used = (
        sa.func.unnest(
            sa.cast(list(use), ARRAY(sa.UnicodeText)), sa.cast(list(use.values()), ARRAY(sa.BigInteger))
        )
        .table_valued(sa.column("id", sa.UnicodeText), sa.column("number", sa.BigInteger), name="used")
        .render_derived()
    )
    number = sa.func.coalesce(used.c.number, 0)
    joined = sa.join(Score, Package, Package.id == Score.package_id).join(each, sa.true())
    where = [points >= least, Score.status != "closed", *conditions]
    total = Session.scalar(select(sa.func.count()).select_from(joined).where(*where)) or 0
    rows = Session.execute(
        select(*ABOUT, each.c.value, points, number, (points * (number + 1)).label("gain"))
        .select_from(joined.outerjoin(used, used.c.id == Score.package_id))
        .where(*where)
        .order_by(sa.desc("gain"), Package.name, each.c.value["code"].astext)
        .limit(limit)
        .offset(offset)
    )
    return total, [Fix(*row) for row in rows]
