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
                expected = self._expected(history, sound, newest)
                yield self.found(
                    history,
                    "rows",
                    since=day(since.at),
                    rows=len(newest.content.table.rows),
                    rows_before=expected,
                    seen=day(newest.at).isoformat(),
                    sound_file=sound.content.name,
                    certainty=0.95,
                )
                return
            since = item if since is newest else since

    def _suspicious(self, history: History) -> bool:
        """Whether any version has twice the rows of the newest: else nothing collapsed, and nothing is compared."""
        rows = len(history.newest.content.table.rows)
        return any(rows < self.rules.volume_share * len(item.content.table.rows) for item in history.versions)

    def _collapsed(self, history: History, sound: Seen, item: Seen) -> bool:
        expected = self._expected(history, sound, item)
        rows = len(item.content.table.rows)
        return expected >= self.rules.volume_minimum and rows < self.rules.volume_share * expected

    def _expected(self, history: History, sound: Seen, item: Seen) -> int:
        """How many rows of the sound version lie in the span that the other one covers; all, if it isn't dated."""
        before, after = history.panel(sound.content), history.panel(item.content)
        span = _span(after)
        if not before.time or span is None:
            return len(before.rows)
        first, last = span
        return sum(when is not None and first <= when.end <= last for when in before.periods)


def _span(panel: Panel) -> tuple[date, date] | None:
    ends = [when.end for when in panel.periods if when is not None]
    return (min(ends), max(ends)) if ends else None
