"""Today's list: what stands against sets, what was said of it, and in which order it is worth doing."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from ckan import model as ckan_model
from ckanext.kielce.common.columns import utc_now
from ckanext.kielce.quality.shared import Issue, issues, with_points
from ckanext.kielce.usage.shared import busiest

from .asked import Asked
from .model import Mark
from .roles import Viewer
from .settings import settings

#: What comes first whatever it gains: files kept from the public, then what only a coordinator can decide; details last.
FIRST: Mapping[str, int] = {"withheld": 0, "alert": 1, "frequency": 1, "detail": 3}
OTHERS = 2
#: Sets whose use is asked for; what is used less than the last of them weighs as if nobody used it.
MOST_USED = 20_000


@dataclass(frozen=True)
class Task:
    """One row of the list.

    :ivar mark: what the reader's side said of this occurrence; ``other`` what the other side said
    :ivar use: downloads and API calls of the set
    :ivar new: it began less than a day ago
    """

    issue: Issue
    mark: Mark | None = None
    other: Mark | None = None
    use: int = 0
    new: bool = False

    @property
    def key(self) -> str:
        """The task in a form or an address."""
        return f"{self.issue.package_id}|{self.issue.task}"

    @property
    def gain(self) -> float:
        """Points that mending it wins back x use."""
        return self.issue.points * (self.use + 1)

    def state(self, now: dt.datetime) -> str:
        """``open``, ``snoozed`` or ``acknowledged``, by the reader's side."""
        if self.mark is None:
            return "open"
        if self.mark.snoozed_until is not None and self.mark.snoozed_until > now:
            return "snoozed"
        return "acknowledged" if self.mark.acknowledged_at is not None else "open"

    @property
    def order(self) -> tuple[int, float, float, str]:
        """Sorts as the list shows."""
        group = FIRST.get("withheld" if self.issue.withholds else self.issue.kind, OTHERS)
        return group, -self.gain, -self.issue.since.timestamp(), self.key


def use_of_sets() -> dict[str, int]:
    """Dataset -> downloads and API calls by people in the span that fixes are weighed by; one query."""
    return dict(busiest(settings().use_days, MOST_USED))


def tasks(viewer: Viewer, wanted: Asked, *, now: dt.datetime | None = None) -> list[Task]:
    """Tasks of every kind that the other filters want, unsorted; the same few queries for any number."""
    now = now or utc_now()
    found = with_marks(issues(wanted.wanted(viewer), now=now), viewer, now)
    return [task for task in found if _wanted(task, viewer, wanted, now)]


def ranked(found: Sequence[Task]) -> list[Task]:
    """The same tasks, the most worth doing first; one query."""
    known = with_points([task.issue for task in found])
    made = [replace(task, issue=issue) for task, issue in zip(found, known, strict=True)]
    return sorted(made, key=lambda task: task.order)


def with_marks(found: Sequence[Issue], viewer: Viewer, now: dt.datetime) -> list[Task]:
    """Issues with what was said of them and how much their sets are used; two queries."""
    marks = _marks()
    use = use_of_sets()
    other = "desk" if viewer.side == "unit" else "unit"

    def mark(issue: Issue, side: str) -> Mark | None:
        said = marks.get((issue.package_id, issue.task, side))
        return said if said is not None and said.changed_at >= issue.since else None

    return [
        Task(
            issue,
            mark(issue, viewer.side),
            mark(issue, other),
            use.get(issue.package_id, 0),
            now - issue.since < dt.timedelta(days=1),
        )
        for issue in found
    ]


def _marks() -> dict[tuple[str, str, str], Mark]:
    rows = ckan_model.Session.scalars(sa.select(Mark))
    return {(row.package_id, row.task, row.side): row for row in rows}


def _wanted(task: Task, viewer: Viewer, wanted: Asked, now: dt.datetime) -> bool:
    if wanted.mine and (task.mark is None or task.mark.assigned_to != viewer.user_id):
        return False
    return wanted.state == "all" or task.state(now) == wanted.state


def of_kind(found: Iterable[Task], kind: str) -> list[Task]:
    """Tasks of one kind; without one all but the details, which would bury the rest."""
    return [task for task in found if task.issue.kind == kind or (not kind and task.issue.kind != "detail")]


def by_kind(found: Iterable[Task]) -> dict[str, int]:
    """How many tasks there are of each kind."""
    return dict(Counter(task.issue.kind for task in found))
