"""Far fewer rows over the same span of time: an export that was cut short."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ..domain.model import Finding
from .base import Check, Scene, register
from .history import History, Seen, day
from .panel import Panel


@register
class VolumeCollapse(Check):
    """Against the last sound version, under half the rows, missing inside the span that is still covered."""

    code = "volume_collapse"

    def findings(self, history: History, scene: Scene) -> Iterator[Finding]:
        """Yield one finding at most."""
        newest = history.newest
        if not self._suspicious(history):
            return
        sound: Seen | None = None
        since = newest
        for item in history.versions:
            if sound is None or not self._collapsed(history, sound, item):
                sound = item
                continue
            if item is newest:
                expected, rows = self._counts(history, sound, newest)
                yield self.found(
                    history,
                    "rows",
                    since=day(since.at),
                    rows=rows,
                    rows_before=expected,
                    seen=day(newest.at).isoformat(),
                    sound_file=sound.content.name,
                    certainty=0.95,
                )
                return
            since = item if since is newest else since

    def _suspicious(self, history: History) -> bool:
        """Whether any version has many more rows than the newest: else nothing is compared."""
        rows = len(history.newest.content.table.rows)
        return any(0.8 * len(item.content.table.rows) > rows for item in history.versions)

    def _collapsed(self, history: History, sound: Seen, item: Seen) -> bool:
        expected, rows = self._counts(history, sound, item)
        return expected >= self.rules.volume_minimum and rows < self.rules.volume_share * expected

    def _counts(self, history: History, sound: Seen, item: Seen) -> tuple[int, int]:
        """Rows of the sound version and of the other in the span that both cover; all, where they aren't dated."""
        before, after = history.panel(sound.content), history.panel(item.content)
        one, two = _span(before), _span(after)
        if one is None or two is None:
            return len(before.rows), len(after.rows)
        first, last = max(one[0], two[0]), min(one[1], two[1])
        return _within(before, first, last), _within(after, first, last)


def _within(panel: Panel, first: date, last: date) -> int:
    return sum(when is not None and first <= when.end <= last for when in panel.periods)


def _span(panel: Panel) -> tuple[date, date] | None:
    ends = [when.end for when in panel.periods if when is not None]
    return (min(ends), max(ends)) if ends else None
