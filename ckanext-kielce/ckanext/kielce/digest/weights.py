"""What mending gains: points of the score, times use."""

from __future__ import annotations

from collections.abc import Sequence

from ckanext.kielce.quality.shared import Transition, deductions
from ckanext.kielce.usage.shared import totals

#: Days over which use is counted.
USE_DAYS = 90
#: Component of the score that news about time is about.
FRESHNESS = "F"
OF_TIME = frozenset({"late", "delinquent", "due"})


def of(turned: Sequence[Transition]) -> dict[str, tuple[float, float]]:
    """(points gained, points times use) by the transition's key."""
    asked = {item.package_id for item in turned if item.tone != "better"}
    lost = {package_id: deductions(package_id) for package_id in asked}
    use = totals(asked, USE_DAYS)
    found = {}
    for item in turned:
        points = _points(item, lost.get(item.package_id, []))
        found[item.key] = (points, points * (1 + sum(use.get(item.package_id, {}).values())))
    return found


def _points(item: Transition, lost: Sequence[dict]) -> float:
    if item.kind == "found":
        rows = [row for row in lost if row["code"] == item.code]
    elif item.kind in OF_TIME:
        rows = [row for row in lost if row["component"] == FRESHNESS]
    else:
        rows = []
    return float(sum(row["points"] for row in rows))
