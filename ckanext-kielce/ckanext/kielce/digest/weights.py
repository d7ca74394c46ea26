"""What mending gains: points of the score, times use."""

from __future__ import annotations

from collections.abc import Sequence

from ckanext.kielce.quality.shared import Transition, points_won
from ckanext.kielce.usage.shared import totals

#: Days over which use is counted.
USE_DAYS = 90
#: Kind of transition -> kind of issue, as the quality room counts points.
ISSUES = {"found": "found", "links_down": "broken", "late": "late", "delinquent": "late", "due": "late"}


def of(turned: Sequence[Transition]) -> dict[str, tuple[float, float]]:
    """(points gained, points times use) by the transition's key; nothing for what asks for nothing."""
    issues = {
        item.key: (item.package_id, ISSUES[item.kind], item.code if item.kind == "found" else "")
        for item in turned
        if item.kind in ISSUES
    }
    won = points_won(set(issues.values()))
    use = totals({issue[0] for issue in issues.values()}, USE_DAYS)
    found = {}
    for item in turned:
        points = won.get(issues[item.key], 0.0) if item.key in issues else 0.0
        found[item.key] = (points, points * (1 + sum(use.get(item.package_id, {}).values())))
    return found
