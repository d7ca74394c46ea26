"""What became of sets between two moments: what turned bad, what turned good, what will. For the desk and for digests.

Consecutive spans tell each transition once: what is written down is taken by the moment it was noticed, a threshold by the
moment it passes. The table of kinds, with tone and sentences, is ``transitions.yaml``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa
import yaml
from ckan import model as ckan_model
from ckanext.kielce.common import formatting
from sqlalchemy import select
from sqlalchemy.orm import aliased

from . import findings, pending, store
from .domain.model import Finding
from .model import Event, FindingRow, Score, ScoreDay
from .overview import kind_of_finding
from .publish.events import LATE

Tone = Literal["worse", "better", "note"]
Package = ckan_model.Package
#: Grades in order, for telling up from down; sets without a grade are compared with none.
GRADES = "DCBA"


@dataclass(frozen=True)
class Transition:
    """One thing that became of one dataset.

    :ivar key: the same for the same transition however often it is asked for
    :ivar kind: key of ``transitions.yaml``; ``tone`` is its own
    :ivar at: when it was noticed, or when the threshold passed
    :ivar code: the finding's code, the new grade or status; "" where the kind says it all
    :ivar private: about suspected personal data or exact networks: for those who may edit the dataset, and the coordinator
    :ivar data: what its sentences need
    """

    key: str
    kind: str
    tone: Tone
    at: dt.datetime
    package_id: str
    name: str
    title: str
    owner_org: str | None
    code: str = ""
    resource_id: str | None = None
    private: bool = False
    data: Mapping[str, Any] = field(default_factory=dict)

    def told(self, lang: str) -> tuple[str, str]:
        """What was seen, and what mends it or comes next ("" where there is nothing to do).

        :param lang: ``pl`` or ``en``
        """
        seen, remedy = table()[self.kind][lang]
        parts = table()["parts"][lang]
        text, mends = self.data.get("told", {}).get(lang, ("", ""))
        filled = {
            "text": text,
            "remedy": mends,
            "last": _dated(parts["last"], self.data.get("last_content"), lang),
            "until": _dated(parts["until"], self.data.get("newest_period"), lang),
            "late": parts["late"] if self.data.get("was_late") else "",
            "before": self.data.get("before") or parts["none"],
            "after": self.data.get("after") or parts["none"],
        }
        return seen.format(**filled), remedy.format(**filled)


@cache
def table() -> dict[str, Any]:
    """The kinds of transitions: tone and sentences."""
    return yaml.safe_load(Path(__file__).with_name("transitions.yaml").read_text(encoding="utf-8"))


def _dated(pattern: str, value: str | None, lang: str) -> str:
    return pattern.format(date=formatting.date(value, lang)) if value else ""


def transitions(
    since: dt.datetime,
    until: dt.datetime | None = None,
    *,
    units: Iterable[str] | None = None,
    kinds: Iterable[str] | None = None,
) -> list[Transition]:
    """What became of active sets after ``since``, up to and including ``until``; the same few queries for any number.

    Private findings are among them, marked as such: the caller leaves them out where the reader may not know.

    :param since: timezone-aware
    :param until: the present moment unless given
    :param units: ids of organisations; None: all
    :param kinds: only these kinds; None: all
    :returns: worse ones first, then notes, then better ones; in each the newest first
    """
    until = until or store.utc_now()
    of_units = [Package.state == "active", Package.type.not_in(store.NO_DATA_TYPES)]
    if units is not None:
        of_units.append(Package.owner_org.in_(list(units)))
    span = (since, until)
    found = _events(span, of_units)
    late = {item.package_id for item in found if item.kind == "late"}
    found += [item for item in _thresholds(span, of_units) if item.package_id not in late]
    found += _findings(span, of_units)
    found += _grades(span, of_units)
    found += _frequencies(span, of_units)
    if kinds is not None:
        wanted = frozenset(kinds)
        found = [item for item in found if item.kind in wanted]
    order = {"worse": 0, "note": 1, "better": 2}
    return sorted(found, key=lambda item: (order[item.tone], -item.at.timestamp(), item.title, item.key))


def _made(kind: str, package: Any, at: dt.datetime, key: str, **more: Any) -> Transition:
    return Transition(
        key=f"{kind}:{key}",
        kind=kind,
        tone=table()[kind]["tone"],
        at=at,
        package_id=package.id,
        name=package.name,
        title=package.title or package.name,
        owner_org=package.owner_org,
        **more,
    )


def _events(span: tuple[dt.datetime, dt.datetime], of_units: list[Any]) -> list[Transition]:
    """Events that readers are told of too, but for faults: the findings tell those better."""
    rows = ckan_model.Session.execute(
        select(Event, Package)
        .join(Package, Package.id == Event.package_id)
        .where(Event.noticed_at > span[0], Event.noticed_at <= span[1], *of_units)
    ).all()
    found = []
    for event, package in rows:
        kind = event.kind
        if kind in {"broken", "mended"}:
            if "links_down" not in event.data.get("problems", ()):
                continue
            kind = "links_down" if kind == "broken" else "links_up"
        found.append(_made(kind, package, event.noticed_at, str(event.number), data=event.data))
    return found


def _thresholds(span: tuple[dt.datetime, dt.datetime], of_units: list[Any]) -> list[Transition]:
    """Sets that became due or long overdue by the calendar alone."""
    columns = {"due": Score.due_at, "delinquent": Score.delinquent_at}
    passed = {kind: sa.and_(column > span[0], column <= span[1]) for kind, column in columns.items()}
    turning = Score.status.in_(("fresh", "due", *LATE))
    rows = ckan_model.Session.execute(
        select(Package, Score.due_at, Score.delinquent_at, Score.last_content_at, Score.newest_period)
        .join(Score, Score.package_id == Package.id)
        .where(turning, sa.or_(*passed.values()), *of_units)
    ).all()
    found = []
    for package, due_at, delinquent_at, last, newest in rows:
        data = {
            "last_content": last.isoformat() if last else None,
            "newest_period": str(newest or "") or None,
        }
        for kind, moment in (("delinquent", delinquent_at), ("due", due_at)):
            if moment is not None and span[0] < moment <= span[1]:
                key = f"{package.id}:{moment:%Y%m%d%H%M}"
                found.append(_made(kind, package, moment, key, code=kind, data=data))
                break
    return found


def _findings(span: tuple[dt.datetime, dt.datetime], of_units: list[Any]) -> list[Transition]:
    """Findings that began or ended; one that came and went in between is nobody's business, one that was cleared neither."""
    began = sa.and_(FindingRow.found_at > span[0], FindingRow.found_at <= span[1])
    ended = sa.and_(FindingRow.ended_at > span[0], FindingRow.ended_at <= span[1])
    rows = ckan_model.Session.execute(
        select(FindingRow, Package)
        .join(Package, Package.id == FindingRow.package_id)
        .where(sa.or_(began, ended), *of_units)
    ).all()
    cleared_by = pending.decisions_of({package.id for _row, package in rows}, frozenset(findings.CLEARS))
    found = []
    for row, package in rows:
        new = span[0] < row.found_at <= span[1]
        over = row.ended_at is not None and span[0] < row.ended_at <= span[1]
        if (new and over) or findings.cleared(row, cleared_by.get(package.id, ())):
            continue
        made = Finding(
            row.code, resource_id=row.resource_id, since=row.since, share=row.share, params=row.params
        )
        kind, at = ("found", row.found_at) if new else ("gone", row.ended_at)
        if new and kind_of_finding(row.code) == "detail":
            kind = "detail"
        found.append(
            _made(
                kind,
                package,
                at,
                row.id,
                code=row.code,
                resource_id=row.resource_id,
                private=bool(findings.traits(row.code).get("private")),
                data={"told": {lang: findings.sentence(made, lang) for lang in ("pl", "en")}},
            )
        )
    return found


def _grades(span: tuple[dt.datetime, dt.datetime], of_units: list[Any]) -> list[Transition]:
    """Grades that another day began with than it ended; of days that are over in the span, for a day's row moves until then.

    Days are UTC's, for so the history is kept. Where the rules changed the sets did not.
    """
    before, day = aliased(ScoreDay), ScoreDay
    yesterday = sa.and_(before.package_id == day.package_id, before.day == day.day - 1)
    rows = ckan_model.Session.execute(
        select(Package, day.day, before.grade, day.grade)
        .join(day, Package.id == day.package_id)
        .join(before, yesterday)
        .join(Score, Score.package_id == Package.id)
        .where(day.day >= span[0].date(), day.day < span[1].date())
        .where(before.grade.is_not(None), day.grade.is_not(None), before.grade != day.grade)
        .where(before.rules_version == day.rules_version, Score.withheld.is_(False), *of_units)
    ).all()
    found = []
    for package, when, old, new in rows:
        kind = "grade_up" if GRADES.index(new) > GRADES.index(old) else "grade_down"
        at = dt.datetime.combine(when + dt.timedelta(days=1), dt.time(), dt.timezone.utc)
        data = {"before": old, "after": new}
        found.append(_made(kind, package, at, f"{package.id}:{when:%Y%m%d}", code=new, data=data))
    return found


def _frequencies(span: tuple[dt.datetime, dt.datetime], of_units: list[Any]) -> list[Transition]:
    """Looser promises that wait for the coordinator."""
    return [
        _made(
            "frequency",
            item.package,
            item.declared_at,
            item.declaration_id,
            code=item.wanted or "",
            data={"before": item.in_force, "after": item.wanted, "user": item.user_id},
        )
        for item in pending.frequency_changes(of_units)
        if span[0] < item.declared_at <= span[1]
    ]
