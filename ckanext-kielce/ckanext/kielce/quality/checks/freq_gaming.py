"""A promise loosened instead of kept: declared fast, late, then slower, with neither reason nor content."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise

from ..domain.frequency import Frequency, frequency, is_looser
from ..domain.model import Finding
from .base import Check, Scene, register
from .history import History, day


@register
class FrequencyGamed(Check):
    """Declared monthly or faster, late beyond twice the period, then loosened unapproved, unexplained and without content.

    Tightened, approved, corrected while on time, or four cycles at the new pace are sound.
    """

    code = "freq_gaming"

    def findings(self, history: History, scene: Scene) -> Iterator[Finding]:
        """Yield one finding for the latest such change that still stands."""
        declared = history.declared
        if len(declared) < 2:
            return
        now = declared[-1][1]
        for position in range(len(declared) - 1, 0, -1):
            old = declared[position - 1][1]
            seen_at, new = declared[position]
            if not (old.days and old.days <= self.rules.fast_days and is_looser(new, old)):
                continue
            if not is_looser(now, old):
                continue  # taken back since
            at = self._declared_at(history, seen_at, new)
            late = self._late(history, at, old)
            if late is None or history.explained(at) or self._came_with_content(history, at, seen_at, old):
                continue
            if self._kept(history, at, new):
                continue
            yield self.found(
                history,
                "loosened",
                since=day(at),
                before=old.code,
                after=new.code,
                age_days=late,
                seen=day(at).isoformat(),
                certainty=0.9,
            )
            return

    def _declared_at(self, history: History, seen_at: datetime, new: Frequency) -> datetime:
        """When it was declared: stated in the timeline, or when it was first seen."""
        near = [
            change.at
            for change in history.folder.changes
            if frequency(change.to) == new and abs(change.at - seen_at) <= timedelta(days=120)
        ]
        return min(near, key=lambda at: abs(at - seen_at)) if near else seen_at

    def _advances(self, history: History) -> list[datetime]:
        """When new content came: a newer period, or for an undated table values never seen before."""
        panel = history.panel(history.newest.content)
        found: list[datetime] = []
        best: date | None = None
        known: set[str] = set()
        for item in history.versions:
            if panel.time:
                newest = history.newest_period(item)
                if newest is not None and (best is None or newest > best):
                    best = newest
                    found.append(item.at)
            elif item.content.table.value_hash not in known:
                known.add(item.content.table.value_hash)
                found.append(item.at)
        return found

    def _late(self, history: History, at: datetime, old: Frequency) -> int | None:
        """Days without new content when it was declared, if these are more than two periods."""
        before = [moment for moment in self._advances(history) if moment < at]
        if not before:
            return None
        age = (at - before[-1]).total_seconds() / 86400
        period = max(old.days, 1.0)
        if age > self.rules.late_periods * period:
            return int(age)
        if len(before) > 1:
            return None
        first = history.newest_period(history.versions[0])
        if first is None:
            return None
        content = (day(at) - first).days
        return content if content > self.rules.late_at_first_look * period + 31 else None

    def _came_with_content(self, history: History, at: datetime, seen_at: datetime, old: Frequency) -> bool:
        """Whether new content came along with the change."""
        first, last = at - timedelta(hours=12), max(at, seen_at) + timedelta(days=old.days / 2)
        return any(first <= moment <= last for moment in self._advances(history))

    def _kept(self, history: History, at: datetime, new: Frequency) -> bool:
        """Whether the new pace has been kept for four cycles since."""
        later = [moment for moment in self._advances(history) if moment > at]
        if new.kind != "periodic":
            return len(later) > self.rules.kept_cycles
        gaps = [(b - a).total_seconds() / 86400 / new.days for a, b in pairwise([at, *later])]
        good = [gap for gap in gaps if self.rules.kept_low <= gap <= self.rules.kept_high]
        return len(good) >= self.rules.kept_cycles
