"""Re-uploads without new values: bytes, order, spelling or headers change, and nothing else, for four periods on end."""

from __future__ import annotations

from collections.abc import Iterator

from ..domain.model import Finding
from .base import Check, Scene, register
from .history import History, day
from .truncated import idle_days


@register
class TouchedOnly(Check):
    """At least 4 declared periods of re-uploads with no new values.

    One re-encoding between real updates is sound, as is a set that promises no rhythm.
    """

    code = "touched_only"

    def findings(self, history: History, scene: Scene) -> Iterator[Finding]:
        """Yield one finding for the whole file."""
        period = history.period_days
        if period is None or history.ended or len(history.touches) < self.rules.touched_uploads:
            return
        since = history.same_values_since
        touches = [touch for touch in history.touches if touch.at > since]
        if len(touches) < self.rules.touched_uploads:
            return
        span = (touches[-1].at - since).total_seconds() / 86400
        if span >= self.rules.touched_periods * period * (1 - self.rules.tolerance):
            panel, best = history.panel(history.newest.content), history.newest_period(history.newest)
            span -= (
                idle_days(history, panel.grain, best, day(since), day(touches[-1].at))
                if best is not None
                else 0
            )
        if span < self.rules.touched_periods * period * (1 - self.rules.tolerance):
            return
        yield self.found(
            history,
            "same_bytes" if not any(touch.new_bytes for touch in touches) else "same_values",
            since=day(since),
            certainty=1.0 if any(touch.new_bytes for touch in touches) else 0.9,
            count=len(touches),
            last=day(touches[-1].at).isoformat(),
            rows=len(history.newest.content.table.rows),
        )
