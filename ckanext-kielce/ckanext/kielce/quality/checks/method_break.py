"""Values that can't be compared with those before: another unit, another code list, another method."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from ..domain.model import Finding
from .base import Check, Scene, register
from .cells import canonical, says, sentences
from .codes import Replacement, replaced_codes, replaced_members
from .history import History, Seen, day
from .panel import Panel

_MOST_COMPARED = 6


@dataclass(frozen=True, slots=True)
class Jump:
    """A change of level: the median factor, the share of series that share it, the first period after it."""

    column: str
    factor: float
    share: float
    since: date


@register
class MethodBreak(Check):
    """A factor of 1000, most codes replaced at once, or a lasting jump with a note on method in the description."""

    code = "method_break"

    def findings(self, history: History, scene: Scene) -> Iterator[Finding]:
        """Yield one finding, the surest."""
        panel = history.panel(history.newest.content)
        found = self._between(history, panel) or self._within(history, panel)
        if found is not None:
            yield found

    # --- the same cells in an earlier version

    def _between(self, history: History, panel: Panel) -> Finding | None:
        """Compare with the oldest version that holds the same cells (codes: the same periods or rows).

        A mistake that came later and was mended is past; one that stands shows against the oldest.
        """
        noted = self._note(history)
        judged: set[str] = set()
        codes_judged = False
        for item in _compared(history):
            before = history.panel(item.content)
            if not codes_judged and before.time == panel.time:
                codes = replaced_codes(before, panel, self.rules)
                covers = _still_covers(before, panel, codes.column if codes is not None else "")
                if codes is not None and covers and self._at_once(history):
                    return self._codes(history, codes, day(history.newest.at))
                codes_judged = covers
            for column, ratios in _ratios(before, panel).items():
                if len(ratios) < 3 or column in judged:
                    continue
                judged.add(column)
                middle = median(ratios)
                alike = sum(self._is_thousand(ratio) for ratio in ratios) / len(ratios)
                if self._is_thousand(middle) and alike >= self.rules.thousand_share:
                    return self._unit(history, column, middle, alike, day(history.newest.at))
                off = sum(self._is_jump(ratio) for ratio in ratios) / len(ratios)
                if noted and self._is_jump(middle) and off >= self.rules.jump_share:
                    return self._jump(history, Jump(column, middle, off, day(history.newest.at)), noted)
        return None

    def _at_once(self, history: History) -> bool:
        """Whether two neighbouring versions differ by most codes: a list may also change one by one, over years."""
        return any(
            replaced_codes(history.panel(one.content), history.panel(two.content), self.rules) is not None
            for one, two in pairwise(history.versions)
        )

    # --- within the newest version

    def _within(self, history: History, panel: Panel) -> Finding | None:
        if not panel.time:
            return None
        codes = replaced_members(panel, self.rules)
        if codes is not None:
            return self._codes(history, codes, codes.since)
        noted = self._note(history)
        ends = panel.ends(day(history.newest.at))
        by_column: dict[str, list[dict[date, float]]] = {}
        for (column, _), values in panel.series.items():
            if len(values) >= 3:
                by_column.setdefault(column, []).append(values)
        for column, many in by_column.items():
            jump = self._thousand(column, many, ends)
            if jump is not None:
                return self._unit(history, column, jump.factor, jump.share, jump.since)
        if noted:
            by_column, ends = self._longer(history, panel, by_column, ends)
            for column, many in by_column.items():
                jump = self._lasting(column, many, ends)
                if jump is not None and self._near_the_note(history, jump, noted, panel.grain):
                    return self._jump(history, jump, noted)
        return None

    def _longer(
        self, history: History, panel: Panel, newest: dict[str, list[dict[date, float]]], ends: list[date]
    ) -> tuple[dict[str, list[dict[date, float]]], list[date]]:
        """The series with what came before a window that moves: its own first periods are too few to know a level by."""
        for item in history.versions[:-1]:
            older = history.panel(item.content)
            known = older.ends()
            if older.time == panel.time and known and known[0] < ends[0] <= known[-1]:
                longer: dict[str, list[dict[date, float]]] = {}
                for (column, key), values in panel.series.items():
                    before = older.series.get((column, key), {})
                    early = {end: value for end, value in before.items() if end < ends[0]}
                    if column in newest and len(early) + len(values) >= 3:
                        longer.setdefault(column, []).append({**early, **values})
                return longer or newest, sorted({end for end in known if end < ends[0]} | set(ends))
        return newest, ends

    def _thousand(self, column: str, many: list[dict[date, float]], ends: list[date]) -> Jump | None:
        """A step of about 1000 in most series at one period, after which the level stays."""
        steps: dict[date, list[float]] = {}
        for values in many:
            known = [end for end in ends if values.get(end, 0) > 0]
            logs = [math.log(values[end]) for end in known]
            for at in range(1, len(known)):
                step = logs[at] - logs[at - 1]
                if abs(step) < math.log(self.rules.thousand[0]) * 0.7:
                    continue
                level = median(logs[max(0, at - 6) : at])
                later = median(logs[at : at + 6])
                quiet = max((abs(b - level) for b in logs[max(0, at - 6) : at]), default=0.0)
                back = any(abs(value - level) < math.log(10) for value in logs[at:])
                if (
                    quiet < math.log(self.rules.quiet_ratio)
                    and self._is_thousand(math.exp(later - level))
                    and not back
                ):
                    steps.setdefault(known[at], []).append(math.exp(later - level))
        for since, factors in sorted(steps.items(), reverse=True):
            share = len(factors) / len(many)
            if share >= self.rules.thousand_share:
                return Jump(column, median(factors), share, since)
        return None

    def _lasting(self, column: str, many: list[dict[date, float]], ends: list[date]) -> Jump | None:
        """A sharp change of level in most series at one period that lasts to the end; the largest."""
        plain = [_logs(values, ends) for values in many]
        adjusted = [_year_on_year(logs, ends) for logs in plain]
        best: Jump | None = None
        for series in (plain, adjusted):
            usual = _usual_step(series)
            for at in range(self.rules.jump_before, len(ends)):
                jump = self._jump_at(column, series, at, ends)
                if jump is None or abs(math.log(jump.factor)) < self.rules.jump_over_usual * usual:
                    continue
                level = math.log(jump.factor)
                least = math.log(self.rules.jump_up if level > 0 else 1 / self.rules.jump_down)
                if series is adjusted and not _seen_plainly(plain, at, level, self.rules.jump_window, least):
                    continue
                if best is None or abs(math.log(jump.factor)) > abs(math.log(best.factor)):
                    best = jump
        return best

    def _jump_at(
        self, column: str, series: list[list[float | None]], at: int, ends: list[date]
    ) -> Jump | None:
        """The jump between two neighbouring periods, if most series made it and kept it."""
        window = self.rules.jump_window
        levels, steps, stays, returns = [], [], [], []
        for logs in series:
            before = [value for value in logs[max(0, at - window) : at] if value is not None]
            after = [value for value in logs[at : at + window] if value is not None]
            late = [value for value in logs[at:][-3:] if value is not None]
            long = [value for value in logs[max(0, at - 2 * window) : at] if value is not None]
            here, last = logs[at], logs[at - 1]
            if not before or not after or not late or here is None or last is None:
                continue
            levels.append(median(after) - median(before))
            stays.append(median(late) - median(before))
            returns.append(median(late) - median(long))
            steps.append(here - last)
        if len(levels) < max(1.0, 0.5 * len(series)):
            return None
        level, stay, step = median(levels), median(stays), median(steps)
        enough = math.log(self.rules.jump_up if level > 0 else 1 / self.rules.jump_down)
        one_way = [item if level > 0 else -item for item in levels]
        share = sum(item >= self.rules.jump_noise * enough for item in one_way) / len(levels)
        if (
            abs(level) < self.rules.jump_noise * enough
            or stay * math.copysign(1, level) < self.rules.jump_stays * enough
        ):
            return None
        if (
            share < self.rules.jump_share
            or step * level <= 0
            or abs(step) < self.rules.jump_sharp * abs(level)
        ):
            return None
        if median(returns) * level <= 0 or abs(median(returns)) < 0.5 * abs(level):
            return None  # back to where it was before a shock
        return Jump(column, math.exp(level), share, ends[at])

    # --- what counts

    def _is_thousand(self, factor: float) -> bool:
        low, high = self.rules.thousand
        return low <= factor <= high or low <= 1 / factor <= high

    def _is_jump(self, factor: float) -> bool:
        return factor >= self.rules.jump_up or factor < self.rules.jump_down

    def _note(self, history: History) -> str | None:
        """The sentence of the newest description that speaks of a change of method; of method alone, if it is new."""
        text = history.descriptions[-1][1]
        first = set(sentences(history.descriptions[0][1])) if len(history.descriptions) > 1 else None
        for part in sentences(text):
            method, scope = says(part, self.rules.method_words), says(part, self.rules.scope_words)
            changed = says(part, self.rules.change_words)
            since = says(part, self.rules.since_words)
            fresh = first is not None and part not in first
            if (method and (changed or since or fresh)) or (scope and changed):
                return part.strip()
        return None

    def _near_the_note(self, history: History, jump: Jump, note: str, grain: str) -> bool:
        """Whether the note, if it came while we looked, came within a time of the jump."""
        if note in history.descriptions[0][1]:
            return True
        said = next(at for at, text in history.descriptions if note in text)
        room = self.rules.note_days_year if grain in {"year", "school_year"} else self.rules.note_days
        return abs((day(said) - jump.since).days) <= room

    # --- findings

    def _codes(self, history: History, codes: Replacement, since: date | None) -> Finding:
        return self.found(
            history, "codes", since=since, column=codes.column, gone=list(codes.gone[:3]), new=list(codes.new[:3]),
            count=len(codes.gone), certainty=0.9,
        )  # fmt: skip

    def _unit(self, history: History, column: str, factor: float, share: float, since: date) -> Finding:
        return self.found(
            history, "unit", since=since, share=share, column=column, factor=_rounded(factor), period=since.isoformat(),
            certainty=0.95,
        )  # fmt: skip

    def _jump(self, history: History, jump: Jump, note: str) -> Finding:
        return self.found(
            history, "jump", since=jump.since, share=jump.share, column=jump.column, factor=_rounded(jump.factor),
            period=jump.since.isoformat(), note=note[-160:], certainty=0.8,
        )  # fmt: skip


def _logs(values: Mapping[date, float], ends: list[date]) -> list[float | None]:
    return [math.log(values[end]) if values.get(end, 0) > 0 else None for end in ends]


def _year_on_year(logs: list[float | None], ends: list[date]) -> list[float | None]:
    """Each logarithm less that of a year before: seasons and steady growth drop out.

    Only the first year after a jump shows it; from then on the jump is in both, so later ones are left out.
    """
    by_end = {
        (end.year, end.month, end.day if (end + timedelta(days=1)).day != 1 else 0): n
        for n, end in enumerate(ends)
    }
    found: list[float | None] = []
    for end, value in zip(ends, logs, strict=True):
        earlier = by_end.get((end.year - 1, end.month, end.day if (end + timedelta(days=1)).day != 1 else 0))
        before = logs[earlier] if earlier is not None else None
        found.append(value - before if value is not None and before is not None else None)
    return found


def _usual_step(series: list[list[float | None]]) -> float:
    """How much the series usually move together from one period to the next (median of the median steps)."""
    steps = []
    for at in range(1, max((len(logs) for logs in series), default=0)):
        moves = [
            here - last
            for logs in series
            if (here := logs[at]) is not None and (last := logs[at - 1]) is not None
        ]
        if moves:
            steps.append(abs(median(moves)))
    return median(steps) if steps else 0.0


def _seen_plainly(plain: list[list[float | None]], at: int, level: float, window: int, least: float) -> bool:
    """Whether the numbers themselves moved that way: a shock a year ago shows in the comparison with it, and is none."""
    moves, stays = [], []
    for logs in plain:
        known = [value for value in logs[:at] if value is not None]
        before = [value for value in logs[max(0, at - 3) : at] if value is not None]
        after = [value for value in logs[at : at + 3] if value is not None]
        late = [value for value in logs[at:][-3:] if value is not None]
        if before and after:
            moves.append(median(after) - median(before))
            stays.append(median(late) - median(known[-2 * window :]))
    if not moves or median(moves) * level <= 0 or abs(median(moves)) < 0.4 * abs(level):
        return False
    return median(stays) * math.copysign(1, level) >= 0.4 * least


def _rounded(factor: float) -> float:
    return float(f"{factor:.3g}")


def _compared(history: History) -> list[Seen]:
    """Earlier versions to compare with, oldest first: the first, the one before, and a few between."""
    earlier = list(history.earlier())[::-1]
    if len(earlier) <= _MOST_COMPARED:
        return earlier
    step = (len(earlier) - 1) / (_MOST_COMPARED - 1)
    return [earlier[round(n * step)] for n in range(_MOST_COMPARED)]


def _still_covers(before: Panel, after: Panel, column: str) -> bool:
    """Whether the later version is still about the same: most periods, or most rows but for the column, are there.

    Else the list has moved on with its rows (job offers, a window that moves).
    """
    if after.time:
        old, new = set(before.ends()), set(after.ends())
        return len(old & new) >= 0.5 * len(old)
    old_rows, new_rows = _rows_without(before, column), _rows_without(after, column)
    return len(old_rows & new_rows) >= 0.5 * len(old_rows)


def _rows_without(panel: Panel, column: str) -> set[tuple[str, ...]]:
    """The values of the rows, one column left out."""
    names = sorted(name for name in panel.cells if name != column)
    return set(zip(*([canonical(cell) for cell in panel.cells[name]] for name in names), strict=True))


def _ratios(before: Panel, after: Panel) -> Mapping[str, list[float]]:
    """Column -> later over earlier number, for the cells that both versions hold."""
    found: dict[str, list[float]] = {}
    old = before.cells_by_key
    for where, value in after.cells_by_key.items():
        earlier = old.get(where)
        if earlier is not None and earlier > 0 and value > 0:
            found.setdefault(where[0], []).append(value / earlier)
    return found
