"""What an address asks for: filters that any list understands. Unknown values narrow to nothing rather than fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ckan import model as ckan_model
from ckanext.kielce.quality.shared import Filter

from .roles import Viewer

KINDS = ("alert", "frequency", "broken", "twin", "content", "late", "detail")
STATES = ("open", "snoozed", "acknowledged", "all")
STATUSES = ("fresh", "due", "overdue", "delinquent", "closed", "unknown")
GRADES = ("A", "B", "C", "D", "none")
#: Names of the filters as they stand in an address.
NAMES = ("unit", "domain", "status", "kind", "grade", "state", "q", "mine", "days", "sort", "dataset")
SPANS = (1, 7, 14, 30, 90)


@dataclass(frozen=True)
class Asked:
    """Filters of one request.

    :ivar unit: name or id of an organisation
    :ivar kind: kind of task; ``state``: which tasks, by what was said of them
    :ivar mine: only tasks that are assigned to the reader
    :ivar days: how far back or ahead; 0: the list's own
    :ivar dataset: id of one dataset
    """

    unit: str = ""
    domain: str = ""
    status: str = ""
    kind: str = ""
    grade: str = ""
    state: str = "open"
    q: str = ""
    mine: bool = False
    days: int = 0
    sort: str = ""
    dataset: str = ""

    def wanted(self, viewer: Viewer) -> Filter:
        """The same for the quality room, narrowed to what the reader may see."""
        group = ckan_model.Group.get(self.unit) if self.unit else None
        return Filter(
            units=viewer.units,
            owner=(group.id if group is not None else self.unit) or None,
            domain=self.domain or None,
            status=self.status or None,
            grade=self.grade or None,
            text=self.q or None,
            package_id=self.dataset or None,
        )


def asked(given: Mapping[str, Any]) -> Asked:
    """Read the filters of an address or an API call; what isn't a value of its filter is left out."""

    def one_of(name: str, values: tuple[str, ...], default: str = "") -> str:
        value = str(given.get(name) or "")
        return value if value in values else default

    days = str(given.get("days") or "")
    return Asked(
        unit=str(given.get("unit") or "").strip(),
        domain=str(given.get("domain") or "").strip(),
        status=one_of("status", STATUSES),
        kind=one_of("kind", KINDS),
        grade=one_of("grade", GRADES),
        state=one_of("state", STATES, "open"),
        q=str(given.get("q") or "").strip()[:200],
        mine=str(given.get("mine") or "").lower() in {"1", "true", "yes"},
        days=int(days) if days.isdecimal() and int(days) in SPANS else 0,
        sort=str(given.get("sort") or ""),
        dataset=str(given.get("dataset") or ""),
    )
