"""What counts as new content: the one thing that makes a dataset fresh.

Reads a table's observations (oldest first) and tells when its content advanced. Nothing else an owner does counts:
not re-uploading, touching, reordering, going back to an older version and forth again, rows entered in advance,
copies of an earlier period, deleting and recreating. See the quality model, section 2.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from .days import local_date, midnight
from .model import Observation, ResourceEvidence
from .rules import NUMBER_TYPES, RULES, Rules


@dataclass(frozen=True, slots=True)
class Advance:
    """New content: when it was first seen and, in a dated table, the newest period it brought."""

    at: datetime
    period: date | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What a table's observations say of its content."""

    dated: bool
    first: Observation | None
    """The baseline: the first observation of content; None: never seen."""
    latest: Observation | None
    """The newest observation of content."""
    baseline_at: datetime | None
    """The age starts here until there is an advance."""
    baseline_period: date | None = None
    newest_period: date | None = None
    """Last day of the newest period that counts."""
    newest_at: datetime | None = None
    """Live data: the newest moment they state."""
    advances: tuple[Advance, ...] = ()
    volatile: bool = False
    """Generated anew on each request."""
    column_dropped: bool = False
    """Was dated and isn't any more: a schema break, not a way out."""
    behind_members: Mapping[str, date] = field(default_factory=dict)
    """Members of the series that stopped although they came on when first seen -> their last period."""

    @property
    def last_new_content(self) -> datetime | None:
        """When content last advanced; the baseline before that."""
        return self.advances[-1].at if self.advances else self.baseline_at


def content_observations(observations: Iterable[Observation]) -> list[Observation]:
    """Return the observations that looked into the content, oldest first (a HEAD proves nothing)."""
    looked = [item for item in observations if item.value_hash or item.newest_period or item.newest_at]
    return sorted(looked, key=lambda item: item.observed_at)


def same_content(current: Sequence[Observation], removed: Sequence[Observation]) -> bool:
    """Whether a removed resource held what another one began with, whatever their ids.

    Same values, or at least half of the rows or of the periods' values in common.
    """
    new, old = content_observations(current), content_observations(removed)
    if not new or not old:
        return False
    first = new[0]
    if any(first.value_hash and first.value_hash == item.value_hash for item in old):
        return True
    rows = frozenset().union(*(item.row_hashes for item in old))
    if first.row_hashes and len(first.row_hashes & rows) * 2 >= min(len(first.row_hashes), len(rows)) > 0:
        return True
    periods = {hash_ for item in old for hash_ in item.period_hashes.values()}
    shared = periods & set(first.period_hashes.values())
    return bool(periods) and len(shared) * 2 >= min(len(periods), len(set(first.period_hashes.values()))) > 0


def adopt(resource: ResourceEvidence, removed: Sequence[ResourceEvidence]) -> ResourceEvidence:
    """Give a recreated resource back its history: history follows content, not ids."""
    inherited: list[Observation] = []
    for old in removed:
        if old.resource_id != resource.resource_id and same_content(resource.observations, old.observations):
            inherited += old.observations
    if not inherited:
        return resource
    merged = sorted([*inherited, *resource.observations], key=lambda item: item.observed_at)
    return replace(resource, observations=tuple(merged))


def _retired(first: Observation, rules: Rules) -> frozenset[str]:
    """Members that had long stopped when the table was first seen: they owe nothing."""
    if not first.series:
        return frozenset()
    newest = max(first.series.values())
    limit = rules.truncated_after.get(first.period_grain or "month", 152)
    return frozenset(name for name, last in first.series.items() if (newest - last).days >= limit)


def _reached_by_half(series: Mapping[str, date], members: Iterable[str], rules: Rules) -> date | None:
    """Return the newest period for which at least half of the members have values; None: of no member."""
    names = list(members)
    lasts = sorted((series[name] for name in names if name in series), reverse=True)
    needed = max(1, math.ceil(len(names) * rules.series_share))
    return lasts[needed - 1] if len(lasts) >= needed else None


def is_panel(first: Observation, rules: Rules = RULES) -> bool:
    """Whether the members of a table have values period by period, as lines and stations do.

    In a table of events (contracts by unit, faults by street) a member appears when something happens: there most
    members lie behind the newest day, nothing is missing, and no half of them can be asked for.
    """
    if not first.series:
        return False
    newest = max(first.series.values())
    near = timedelta(days=rules.grain_days.get(first.period_grain or "month", 31))
    return sum(newest - last <= near for last in first.series.values()) >= rules.series_share * len(
        first.series
    )


def _proves_copy(seen: Observation, rules: Rules) -> bool:
    """Whether periods hold enough numbers for their likeness to be no chance (a count of 3 may well be 3 again)."""
    if seen.rows is None or seen.oldest_period is None or seen.newest_period is None:
        return True
    span = (seen.newest_period - seen.oldest_period).days
    by_calendar = span // rules.grain_days.get(seen.period_grain or "month", 31) + 1
    periods = max(len(seen.period_hashes), by_calendar if len(seen.period_hashes) >= 40 else 0, 1)
    numbers = sum(kind in NUMBER_TYPES for kind in seen.columns.values()) or 1
    return seen.rows / periods * numbers >= rules.copy_values


class _Dated:
    """Follows the newest period through the observations of a dated table."""

    def __init__(self, first: Observation, ended: frozenset[str], rules: Rules) -> None:
        self.rules = rules
        self.panel = is_panel(first, rules)
        self.excused = ended | _retired(first, rules)
        self.members: frozenset[str] = frozenset(first.series)
        self.in_advance: dict[date, str | None] = {}
        self.advance_until: date | None = None
        self.best: date | None = None

    def _is_new(self, period: date, seen: Observation, day: date) -> bool:
        if period > day:
            return False
        hashes = seen.period_hashes
        own = hashes.get(period)
        alike = own is not None and any(other < period and value == own for other, value in hashes.items())
        if alike and _proves_copy(seen, self.rules):
            return False
        if period in self.in_advance:
            before = self.in_advance[period]
            return before is not None and own is not None and before != own
        return self.advance_until is None or period > self.advance_until

    def newest(self, seen: Observation) -> date | None:
        """Return the newest period of an observation that counts as content, and remember rows in advance."""
        day = local_date(seen.observed_at)
        ceiling = seen.newest_period
        if ceiling is not None and seen.series and self.panel:
            members = (self.members | set(seen.series)) - self.excused
            half = _reached_by_half(seen.series, members or set(seen.series), self.rules)
            ceiling = min(ceiling, half) if half else None
        found = None
        if ceiling is not None and (self.best is None or ceiling > self.best):
            found = ceiling if self._is_new(ceiling, seen, day) else self._newest_below(ceiling, seen, day)
        self._remember(seen, day)
        return found

    def _newest_below(self, ceiling: date, seen: Observation, day: date) -> date | None:
        below = [
            period
            for period in seen.period_hashes
            if period < ceiling
            and (self.best is None or period > self.best)
            and self._is_new(period, seen, day)
        ]
        return max(below, default=None)

    def _remember(self, seen: Observation, day: date) -> None:
        known = [period for period in seen.period_hashes if period > day]
        for period in known:
            self.in_advance[period] = seen.period_hashes[period]
        announced = seen.announced_until
        if announced is not None and announced > day:
            if known:
                self.in_advance.setdefault(announced, None)
            else:
                self.advance_until = max(self.advance_until or announced, announced)


def _baseline_moment(first: Observation, stated: datetime | None, period: date | None) -> datetime:
    """Return when the baseline's content began: the oldest date the source states, never before its newest period."""
    dates = [first.observed_at, *(moment for moment in (stated, first.last_modified) if moment)]
    oldest = min(dates)
    if period is None or local_date(oldest) >= period:
        return oldest
    return min(midnight(period) + timedelta(hours=12), first.observed_at)


def _runs(looks: Sequence[Observation]) -> list[list[Observation]]:
    """Return the runs of checks that each saw other bytes than the check before, though no other newest period."""
    runs: list[list[Observation]] = []
    for item in looks:
        before = runs[-1][-1] if runs else None
        goes_on = (
            before is not None
            and before.checks == 1
            and (before.bytes_sha256 or before.value_hash) != (item.bytes_sha256 or item.value_hash)
            and before.newest_period == item.newest_period
        )
        if goes_on:
            runs[-1].append(item)
        else:
            runs.append([item])
    return runs


def _is_volatile(run: Sequence[Observation], period_days: float, rules: Rules) -> bool:
    """Whether a run is that of a file generated on request: 8 checks or more, at least 4 of them in one period."""
    if len(run) < rules.volatile_checks or period_days < 1:
        return False
    return any(
        (last.observed_at - first.observed_at).total_seconds() < period_days * 86400
        for first, last in zip(run, run[rules.volatile_in_period - 1 :], strict=False)
    )


def _undated_advances(looks: Sequence[Observation]) -> list[Advance]:
    values, rows = {looks[0].value_hash}, set(looks[0].row_hashes)
    advances = []
    for item in looks[1:]:
        if item.value_hash is None or item.value_hash in values:
            continue
        if item.new_rows is not None:
            new = item.new_rows > 0
        elif item.row_hashes:
            new = not item.row_hashes <= rows
        else:
            new = item.rows is None
        values.add(item.value_hash)
        rows |= item.row_hashes
        if new:
            advances.append(Advance(item.observed_at))
    return advances


def _live_advances(looks: Sequence[Observation]) -> tuple[list[Advance], datetime | None]:
    newest, last_hash = looks[0].newest_at, looks[0].value_hash
    advances = []
    for item in looks[1:]:
        if item.newest_at is not None:
            # A moment in the future is a clock gone wrong, no content.
            if item.newest_at <= item.observed_at and (newest is None or item.newest_at > newest):
                newest = item.newest_at
                advances.append(Advance(item.observed_at))
        elif newest is None and item.value_hash != last_hash:
            advances.append(Advance(item.observed_at))
        last_hash = item.value_hash
    return advances, newest


def read_history(
    resource: ResourceEvidence,
    *,
    now: datetime,
    stated_start: datetime | None = None,
    period_days: float = 0.0,
    live: bool = False,
    rules: Rules = RULES,
) -> History:
    """Return what the observations up to `now` say of one table's content.

    `period_days` is the declared period (0: none), needed to tell a file generated on request from updates;
    `live` reads moments instead of periods.
    """
    looks = content_observations(item for item in resource.observations if item.observed_at <= now)
    if not looks:
        return History(False, None, None, None)
    first, latest = looks[0], looks[-1]
    if live:
        moves, newest_at = _live_advances(looks)
        start = _baseline_moment(first, stated_start, None)
        return History(
            newest_at is not None, first, latest, start, newest_at=newest_at, advances=tuple(moves)
        )
    runs = [run for run in _runs(looks) if _is_volatile(run, period_days, rules)]
    volatile = bool(runs) and runs[-1][-1] is latest and latest.checks == 1
    dated = [item for item in looks if item.newest_period is not None]
    if not dated:
        # What a run brought is no update, not even after the run has ended: else ending it would bring freshness.
        void = {item.observed_at for run in runs for item in run}
        moves = [move for move in _undated_advances(looks) if move.at not in void]
        start = _baseline_moment(first, stated_start, None)
        return History(False, first, latest, start, advances=tuple(moves), volatile=volatile)
    return _dated_history(resource, looks, dated, stated_start, volatile, rules)


def _dated_history(
    resource: ResourceEvidence,
    looks: Sequence[Observation],
    dated: Sequence[Observation],
    stated_start: datetime | None,
    volatile: bool,
    rules: Rules,
) -> History:
    follow = _Dated(dated[0], resource.ended_members, rules)
    follow.best = follow.newest(dated[0])
    baseline = follow.best
    advances = []
    for item in dated[1:]:
        found = follow.newest(item)
        if found is not None:
            follow.best = found
            follow.members = frozenset(item.series)
            advances.append(Advance(item.observed_at, found))
    latest = looks[-1]
    return History(
        dated=True,
        first=looks[0],
        latest=latest,
        baseline_at=_baseline_moment(looks[0], stated_start, baseline),
        baseline_period=baseline,
        newest_period=follow.best,
        advances=tuple(advances),
        volatile=volatile,
        column_dropped=latest.newest_period is None and latest.undated and latest.parsed is not False,
        behind_members=_behind(dated[-1], follow),
    )


def _behind(latest: Observation, follow: _Dated) -> dict[str, date]:
    if follow.best is None or not follow.panel:
        return {}
    return {
        name: last
        for name, last in latest.series.items()
        if name not in follow.excused and last < follow.best
    }
