"""What stands against sets now, for many sets in a few queries: issues, terms, and fixes by what they gain.

Scores withheld for suspected personal data are among them: the caller asks for those units only whose owners, or the
coordinator, may know (``Filter.units``).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import sqlalchemy as sa
from ckan import model as ckan_model
from sqlalchemy import select

from . import findings, gains, pending, store
from .domain import sentences
from .gather.observe import is_passing
from .model import Decision, FindingRow, LinkCheck, Score
from .presentation import present
from .scoring import LABELS
from .settings import settings

Package, Resource = ckan_model.Package, ckan_model.Resource
Session = ckan_model.Session
Kind = Literal["alert", "frequency", "broken", "twin", "content", "late", "detail"]

SORTS: dict[str, Any] = {
    **store.SORTS,
    "title": Package.title.asc(),
    "next": Score.next_expected.asc().nulls_last(),
    "unit": Package.owner_org.asc().nulls_last(),
}


@dataclass(frozen=True)
class Filter:
    """Which sets. All fields narrow; None or "" leaves as it is.

    :ivar units: ids of the organisations that the reader may see; None: all
    :ivar owner: id of one organisation
    :ivar domain: code of one of the city's domains
    :ivar status: freshness at this moment
    :ivar grade: A to D, or ``none``
    :ivar text: part of the title
    :ivar package_id: one dataset
    """

    units: frozenset[str] | None = None
    owner: str | None = None
    domain: str | None = None
    status: str | None = None
    grade: str | None = None
    text: str | None = None
    package_id: str | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Conditions on ``Package`` and ``Score``, which the query joins."""
        found: list[sa.ColumnElement[bool]] = [
            Package.state == "active",
            Package.type.not_in(store.NO_DATA_TYPES),
        ]
        if self.units is not None:
            found.append(Package.owner_org.in_(sorted(self.units)))
        if self.owner:
            found.append(Package.owner_org == self.owner)
        if self.domain:
            found.append(Package.extras["domain"].astext == self.domain)  # type: ignore[index]
        if self.status:
            found.append(store.status_is(self.status))
        if self.grade:
            found.append(Score.grade.is_(None) if self.grade == "none" else Score.grade == self.grade)
        if self.text:
            found.append(Package.title.icontains(self.text, autoescape=True))
        if self.package_id:
            found.append(Package.id == self.package_id)
        return found


@dataclass(frozen=True)
class Issue:
    """One thing that stands against one dataset, and asks somebody to do something.

    :ivar kind: what sort of thing; ``code`` is the finding's, ``overdue``/``delinquent`` of a late set, else ""
    :ivar since: since when it stands, as the portal knows; one that ends and begins again begins anew
    :ivar resource_ids: the files it is about; none: the dataset
    :ivar subjects: ids of the findings, or of the declaration
    :ivar points: points of the index that mending it wins back, as far as one can tell; 0: none or unknown
    :ivar withholds: the file is kept from the public for it
    :ivar data: of a looser promise ``before`` and ``after`` (declared values) and ``user``; of broken links ``status`` and
        ``error``
    """

    kind: Kind
    code: str
    package_id: str
    name: str
    title: str
    owner_org: str | None
    since: dt.datetime
    resource_ids: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    points: float = 0.0
    private: bool = False
    withholds: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def task(self) -> str:
        """Names it within its dataset: ``late``, ``broken``, ``frequency``, or ``found:CODE``."""
        return f"found:{self.code}" if self.subjects and self.kind != "frequency" else self.kind


def issues(wanted: Filter, *, now: dt.datetime | None = None) -> list[Issue]:
    """Everything that stands against the wanted sets, unsorted and without points; five queries however many there are."""
    now = now or store.utc_now()
    conditions = wanted.conditions()
    return [*_late(conditions, now), *_found(conditions), *_broken(conditions), *_frequencies(conditions)]


def with_points(found: Sequence[Issue]) -> list[Issue]:
    """The same issues with what mending each wins back; one query, the dearer the more sets it is about."""
    lost = gains.lost([Package.id.in_(sorted({item.package_id for item in found}))]) if found else {}
    return [
        replace(item, points=gains.points_of(item.kind, item.code, lost.get(item.package_id, ())))
        for item in found
    ]


def _late(conditions: list[Any], now: dt.datetime) -> list[Issue]:
    rows = Session.execute(
        select(*gains.ABOUT, Score.overdue_at, Score.delinquent_at)
        .join(Score, Score.package_id == Package.id)
        .where(
            Score.overdue_at <= now, Score.status.in_(("fresh", "due", "overdue", "delinquent")), *conditions
        )
    )
    return [
        _issue("late", "delinquent" if very is not None and very <= now else "overdue", about, since=overdue)
        for *about, overdue, very in rows
    ]


def _found(conditions: list[Any]) -> list[Issue]:
    """Standing findings by dataset and code; their parameters, which may be long, are left where they are."""
    columns = (
        FindingRow.id.label("finding_id"),
        FindingRow.code,
        FindingRow.resource_id,
        FindingRow.found_at,
    )
    rows = Session.execute(
        select(*gains.ABOUT, *columns)
        .join(Package, Package.id == FindingRow.package_id)
        .join(Resource, sa.and_(Resource.id == FindingRow.resource_id, Resource.state == "active"))
        .outerjoin(Score, Score.package_id == Package.id)
        .where(FindingRow.ended_at.is_(None), *conditions)
        .order_by(FindingRow.found_at, FindingRow.id)
    ).all()
    cleared_by = pending.decisions_of({row[0] for row in rows}, frozenset(findings.CLEARS))
    grouped: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        if not findings.cleared(row, cleared_by.get(row[0], ())):
            grouped.setdefault((row[0], row.code), []).append(row)
    made = []
    for (_package_id, code), members in grouped.items():
        traits = findings.traits(code)
        made.append(
            _issue(
                kind_of_finding(code),
                code,
                members[0][:4],
                since=members[0].found_at,
                resource_ids=tuple(dict.fromkeys(member.resource_id for member in members)),
                subjects=tuple(member.finding_id for member in members),
                private=bool(traits.get("private")),
                withholds=bool(traits.get("withholds")),
            )
        )
    return made


def kind_of_finding(code: str) -> Kind:
    """What sort of thing a finding is to the one who has to act."""
    if findings.traits(code).get("private"):
        return "alert"
    if code == "twin_disagreement":
        return "twin"
    return "content" if code in LABELS or code in {"broken", "hostile_file"} else "detail"


def _broken(conditions: list[Any]) -> list[Issue]:
    """Files whose address does not answer; a time-out counts from the second look on."""
    latest = (
        select(LinkCheck)
        .order_by(LinkCheck.resource_id, LinkCheck.checked_at.desc())
        .distinct(LinkCheck.resource_id)
        .subquery()
    )
    check = sa.orm.aliased(LinkCheck, latest)
    rows = Session.execute(
        select(check, *gains.ABOUT)
        .join(Package, Package.id == check.package_id)
        .join(Resource, sa.and_(Resource.id == check.resource_id, Resource.url == check.url))
        .outerjoin(Score, Score.package_id == Package.id)
        .where(check.ok.is_(False), Resource.state == "active", *conditions)
        .order_by(check.checked_at)
    ).all()
    grouped: dict[str, list[Any]] = {}
    for row in rows:
        if not (is_passing(row[0]) and row[0].checks < 2):
            grouped.setdefault(row[1], []).append(row)
    return [
        _issue(
            "broken",
            "",
            members[0][1:],
            since=members[0][0].checked_at,
            resource_ids=tuple(member[0].resource_id for member in members),
            data={"status": members[0][0].http_status, "error": members[0][0].error},
        )
        for members in grouped.values()
    ]


def _frequencies(conditions: list[Any]) -> list[Issue]:
    return [
        Issue(
            "frequency",
            "",
            item.package.id,
            item.package.name,
            item.package.title or item.package.name,
            item.package.owner_org,
            since=item.declared_at,
            subjects=(item.declaration_id,),
            data={"before": item.in_force, "after": item.wanted, "user": item.user_id},
        )
        for item in pending.frequency_changes(conditions)
    ]


def _issue(kind: Kind, code: str, about: Sequence[Any], **more: Any) -> Issue:
    package_id, name, title, owner_org = about
    return Issue(kind, code, package_id, name, title, owner_org, **more)


# --- sets


@dataclass(frozen=True)
class SetRow:
    """A dataset with its score, for a list.

    :ivar domain: code of the city's domain; None: none
    :ivar frequency: declared update frequency as the dataset has it
    """

    package_id: str
    name: str
    title: str
    owner_org: str | None
    domain: str | None
    frequency: str | None
    score: Score | None

    @property
    def status(self) -> str:
        """Status at this moment."""
        return store.status_now(self.score) if self.score else "unknown"

    def sentence(self, lang: str) -> str:
        """Rhythm, last and next content; "" for a set that wasn't scored yet."""
        return sentences.status_sentence(present(self.score), lang) if self.score else ""


def sets(
    wanted: Filter, sort: str, limit: int, offset: int, extra: Iterable[Any] = ()
) -> tuple[int, list[SetRow]]:
    """The wanted sets with their scores, those never scored too, and how many there are; two queries.

    :param sort: key of ``SORTS``
    :param extra: more conditions on ``Package`` and ``Score``
    """
    where = [*wanted.conditions(), *extra]
    joined = sa.outerjoin(Package, Score, Score.package_id == Package.id)
    total = Session.scalar(select(sa.func.count()).select_from(joined).where(*where)) or 0
    rows = Session.execute(
        select(
            *gains.ABOUT,
            Package.extras["domain"].astext,
            Package.extras[settings().frequency_field].astext,
            Score,
        )  # type: ignore[index]
        .select_from(joined)
        .where(*where)
        .order_by(SORTS[sort], Package.name)
        .limit(limit)
        .offset(offset)
    )
    return total, [SetRow(*row) for row in rows]


def decided(
    wanted: Filter, kinds: Iterable[str] | None, limit: int, offset: int, *, in_force: bool = False
) -> tuple[int, list[tuple[Any, ...]]]:
    """Decisions on the wanted sets, the newest first, and how many there are; two queries.

    :param kinds: only these; None: all
    :param in_force: only those that were not taken back
    :returns: number, and of each: id, name, title and organisation of the dataset, and the decision's row
    """
    where = list(wanted.conditions())
    if kinds is not None:
        where.append(Decision.kind.in_(list(kinds)))
    if in_force:
        where.append(Decision.revoked_at.is_(None))
    joined = sa.join(Decision, Package, Package.id == Decision.package_id).outerjoin(
        Score, Score.package_id == Package.id
    )
    total = Session.scalar(select(sa.func.count()).select_from(joined).where(*where)) or 0
    rows = Session.execute(
        select(*gains.ABOUT, Decision)
        .select_from(joined)
        .where(*where)
        .order_by(Decision.decided_at.desc(), Decision.id)
        .limit(limit)
        .offset(offset)
    )
    return total, [tuple(row) for row in rows]


def turning_between(start: dt.datetime, end: dt.datetime) -> sa.ColumnElement[bool]:
    """Sets that become due, or are expected to bring new content, in a span."""
    expected = sa.and_(Score.next_expected >= start.date(), Score.next_expected < end.date())
    due = sa.and_(Score.due_at > start, Score.due_at <= end)
    return sa.and_(Score.status.in_(("fresh", "due")), sa.or_(due, expected))


def finding_texts(ids: Iterable[str], lang: str) -> dict[str, tuple[str, str]]:
    """What findings say and what mends them, by their ids; one query."""
    wanted = list(ids)
    rows = Session.scalars(select(FindingRow).where(FindingRow.id.in_(wanted))) if wanted else ()
    return {row.id: findings.sentence(findings.as_domain(row), lang) for row in rows}


def status_texts(package_ids: Iterable[str], lang: str) -> dict[str, str]:
    """The status sentence of datasets, by id; one query."""
    return {
        key: sentences.status_sentence(present(score), lang)
        for key, score in store.scores_of(package_ids).items()
    }
