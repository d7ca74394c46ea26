"""A series, or one member of it, that stops while the file goes on being published."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from ckanext.kielce.common.periods import fold

from ..domain.model import Finding
from .base import Check, Scene, register
from .cells import is_blank, label, says
from .codes import replaced_members
from .history import History, day
from .panel import GRAIN_DAYS, Panel


@dataclass(frozen=True, slots=True)
class Member:
    """A part of the series: the rows with one label, or one column of quantities."""

    column: str
    name: str
    ends: tuple[date, ...]


@register
class Truncated(Check):
    """The newest period stays put for 8 days, 6 weeks, 5 months, 4 quarters or 3 years (10 % tolerance)."""

    code = "truncated"

    def findings(self, history: History, scene: Scene) -> Iterator[Finding]:
        """Yield one finding for the whole series, and one for the members that stopped."""
        panel = history.panel(history.newest.content)
        if not panel.time or history.ended:
            return
        yield from self._whole(history, panel)
        yield from self._members(history, panel)

    def _limit(self, grain: str) -> float:
        return self.rules.truncated_after[grain] * (1 - self.rules.tolerance)

    # --- the whole series

    def _whole(self, history: History, panel: Panel) -> Iterator[Finding]:
        best = history.newest_period(history.newest)
        if best is None or len(history.touches) < self.rules.truncated_uploads:
            return
        promised = _grain_of(history.period_days) if history.period_days else None
        limit = max(self._limit(panel.grain), self._limit(promised) if promised else 0.0)
        last = history.touches[-1].at
        if (last - history.seen[0].at).total_seconds() / 86400 < limit:
            return
        since = history.newest.at
        for item in reversed(history.versions[:-1]):
            newest = history.newest_period(item)
            if newest is None or newest < best:
                break
            since = item.at
        touches = [touch for touch in history.touches if touch.at > since]
        stay = (last - since).total_seconds() / 86400 - idle_days(
            history, panel.grain, best, day(since), day(last)
        )
        if stay < limit or len(touches) < self.rules.truncated_uploads:
            return
        if history.period_days is None and not panel.unique:
            return  # events with no promise: nothing may have happened
        if panel.grain == "year" and self._lists_things(panel) and self._rows_since(history, since):
            return  # new rows of old years: years of things, not of their counting
        usual = self._usual_stay(history, since)
        if stay <= self.rules.usual_gap_factor * usual:
            return
        yield self.found(
            history,
            "all",
            since=best,
            last_period=best.isoformat(),
            published=day(last).isoformat(),
            count=len(touches),
            column=panel.time,
            certainty=0.95,
        )

    def _lists_things(self, panel: Panel) -> bool:
        """Whether years and labels don't tell rows apart, or no label comes again: the years of trees, of lamps."""
        if not panel.unique or not panel.key_dims:
            return not panel.unique
        members = _members(panel, panel.ends(), self.rules.members_most)
        whole = " + ".join(panel.key_dims)
        return not any(member.column == whole for member in self._series(members, panel.ends()))

    def _rows_since(self, history: History, since: datetime) -> int:
        """Rows more than when the newest period was first reached."""
        first = next(item for item in history.versions if item.at == since)
        return len(history.newest.content.table.rows) - len(first.content.table.rows)

    def _usual_stay(self, history: History, since: object) -> float:
        """The longest time, in days, that an earlier newest period stood before the next one came."""
        advances, best = [], None
        for item in history.versions:
            newest = history.newest_period(item)
            if newest is not None and (best is None or newest > best):
                best = newest
                advances.append(item.at)
        return max(((b - a).total_seconds() / 86400 for a, b in pairwise(advances)), default=0.0)

    # --- members

    def _members(self, history: History, panel: Panel) -> Iterator[Finding]:
        if panel.grain == "year" and self._lists_things(panel):
            return
        stopped = _without_parts(self._stopped_members(history, panel))
        stopped = [member for member in stopped if not self._declared_ended(history, member)]
        if not stopped:
            return
        if replaced_members(panel, self.rules):
            return  # another code list: a break of method, not a series cut off
        first = min(stopped, key=lambda member: (member.ends[-1], member.column, member.name))
        last = first.ends[-1]
        total = len({panel.keys[i] for i in range(len(panel.rows))}) or 1
        yield self.found(
            history,
            "member",
            since=last,
            share=min(1.0, len(stopped) / max(total, len(stopped))),
            member=first.name,
            members=len(stopped),
            last_period=last.isoformat(),
            column=first.column,
            row=panel.row_of(first.column, first.name, last),
            certainty=0.9,
        )

    def _stopped_members(self, history: History, panel: Panel) -> list[Member]:
        """Members that came regularly and then no more.

        By the newest version alone where it goes back far enough. A window that moves holds neither a season nor the rows of a
        member that has left it: there all versions count together.
        """
        ends = panel.ends(begun=day(history.newest.at))
        every = sorted({*history.ends, *ends})
        limit = self._limit(panel.grain)
        found = []
        if len(ends) >= 3:
            members = self._series(_members(panel, ends, self.rules.members_most), ends)
            found = [member for member in members if self._stopped(member, panel.grain, ends, limit)]
        if not ends or len(ends) * 2 >= len(every) or not (found or panel.unique):
            return found
        grain = panel.grain_by(every)
        limit = self._limit(grain)
        longer = self._series(self._in_all_versions(history, panel), every)
        known = {(item.column, label(item.name)) for item in _members(panel, ends, self.rules.members_most)}
        stopped = [member for member in longer if self._stopped(member, grain, every, limit)]
        gone = [member for member in stopped if (member.column, label(member.name)) not in known]
        others = {column for column, _ in known}
        if len(gone) > 0.5 * sum(member.column in others for member in longer):
            stopped = [
                member for member in stopped if member not in gone
            ]  # another list, not members that stopped
        return (
            stopped
            if panel.unique
            else [item for item in stopped if item.name in {one.name for one in found}]
        )

    def _series(self, members: list[Member], ends: list[date]) -> list[Member]:
        """Those of the columns whose labels come again from period to period, as those of lists of things don't."""
        steady: dict[str, list[bool]] = {}
        for member in members:
            since = sum(end >= member.ends[0] for end in ends)
            steady.setdefault(member.column, []).append(
                1 < len(member.ends) >= self.rules.series_periods * since
            )
        share = self.rules.series_members
        return [item for item in members if sum(steady[item.column]) >= share * len(steady[item.column])]

    def _in_all_versions(self, history: History, panel: Panel) -> list[Member]:
        """The members with the periods that any version of the same shape held of them."""
        longer: dict[tuple[str, str], set[date]] = {}
        shown: dict[tuple[str, str], str] = {}
        for version in history.versions:
            older = history.panel(version.content)
            if older.time == panel.time and older.key_dims == panel.key_dims:
                for item in _members(older, older.ends(begun=day(version.at)), self.rules.members_most):
                    key = (item.column, label(item.name))
                    longer.setdefault(key, set()).update(item.ends)
                    shown[key] = item.name
        return [Member(key[0], shown[key], tuple(sorted(ends))) for key, ends in longer.items()]

    def _stopped(self, member: Member, grain: str, ends: list[date], limit: float) -> bool:
        """Whether it came regularly and then no more, for long enough, while others went on."""
        last = member.ends[-1]
        if last >= ends[-1] or (ends[-1] - last).days < limit:
            return False
        least = self.rules.member_periods.get(grain, self.rules.member_periods_default)
        if len(member.ends) < least:
            return False
        missed = [end for end in ends if end > last]
        months = {end.month for end in member.ends}
        seasonal = grain in {"day", "week", "month", "quarter"} and len(member.ends) > least
        if seasonal and len(months) < 12 and (last - member.ends[0]).days > 400:
            missed = [end for end in missed if end.month in months]
            if not missed or len(missed) * GRAIN_DAYS[grain] < limit - GRAIN_DAYS[grain]:
                return False
        others = [end for end in ends if member.ends[0] <= end <= last]
        if (last - member.ends[0]).days > 400 and seasonal:
            others = [end for end in others if end.month in months]
        if len(member.ends) < self.rules.member_regular * len(others):
            return False
        gaps = [(b - a).days for a, b in pairwise(member.ends)]
        longest = max(gaps, default=0)
        usual = max((b - a).days for a, b in pairwise(ends))
        factor = self.rules.usual_gap_factor
        return longest <= usual or (ends[-1] - last).days > factor * longest

    def _declared_ended(self, history: History, member: Member) -> bool:
        """Whether the description, the declared coverage or a decision says that this member has ended."""
        if member.name in history.folder.ended_members:
            return True
        if " + " in member.column:
            # "Zlikwidowano Bukówka": what was counted there by sex has ended with it.
            parts = [part for part in member.name.split(" / ") if len(part) > 2]
            if any(self._declared_ended(history, replace(member, column="", name=part)) for part in parts):
                return True
        coverage = fold(json.dumps(history.last_look.temporal_coverage, ensure_ascii=False))
        name = fold(member.name)
        if history.last_look.temporal_coverage and len(name) > 1 and name in coverage:
            return True
        for at, said in history.words_said:
            if day(at) < member.ends[0] or not names(said, member.name):
                continue
            if says(fold(said), self.rules.end_words):
                return True
        return False


def names(text: str, name: str) -> bool:
    """Whether a text names a member, in whatever case: "Filii nr 8" names "Filia nr 8"; a letter alone must be capital."""
    if len(name) < 3 and not name.isdigit():
        return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
    words = []
    for word in re.findall(r"\w+", fold(name)):
        stem = (
            re.escape(word[: max(3, len(word) - 2)]) + r"\w{0,4}"
            if word.isalpha() and len(word) > 3
            else re.escape(word)
        )
        words.append(stem)
    pattern = r"[\W_]{1,3}".join(words)
    return bool(words) and re.search(rf"(?<![\w.,/-]){pattern}(?!\w|[.,/-]\d)", fold(text)) is not None


def _grain_of(days: float) -> str:
    """The grain that a promised period of so many days is judged by."""
    return min(GRAIN_DAYS, key=lambda grain: (abs(GRAIN_DAYS[grain] - days) / GRAIN_DAYS[grain], grain))


def _members(panel: Panel, ends: list[date], most: int) -> list[Member]:
    """Every label of every column, every combination of labels, and every column of quantities."""
    known = set(ends)
    found: list[Member] = []
    groups: list[tuple[str, list[str]]] = [(name, list(panel.cells[name])) for name in panel.key_dims]
    if len(panel.key_dims) > 1:
        groups.append((" + ".join(panel.key_dims), [" / ".join(key) for key in panel.keys]))
    for column, labels in groups:
        by_label: dict[str, set[date]] = {}
        shown: dict[str, str] = {}  # "DROGI" goes on with "drogi"
        for name, when, full in zip(labels, panel.periods, panel.filled, strict=True):
            if name and full and when is not None and when.end in known:
                by_label.setdefault(shown.setdefault(label(name), name), set()).add(when.end)
        if 1 < len(by_label) <= most:
            found += [Member(column, name, tuple(sorted(dates))) for name, dates in by_label.items()]
    if len(panel.measures) > 1:
        for name in panel.measures:
            dates = {
                when.end
                for cell, when in zip(panel.cells[name], panel.periods, strict=True)
                if when is not None and when.end in known and not is_blank(cell)
            }
            if dates:
                found.append(Member(name, name, tuple(sorted(dates))))
    return found


def _without_parts(stopped: list[Member]) -> list[Member]:
    """Leave out combinations whose single label has stopped as well."""
    single = {member.name for member in stopped if " + " not in member.column}
    return [
        member
        for member in stopped
        if " + " not in member.column or not single & set(member.name.split(" / "))
    ]


def idle_days(history: History, grain: str, newest: date, since: date, until: date) -> int:
    """Days of the stay in months that held no data in either of the last two years (seasons), by all versions."""
    if grain not in {"day", "week", "month"}:
        return 0
    ends = [end for end in history.ends if end <= newest]
    if not ends or ends[0] > newest - timedelta(days=360):
        return 0
    active = {end.month for end in ends if end > newest - timedelta(days=2 * 366)}
    if len(active) == 12:
        return 0
    lag = (since - newest).days
    return sum((since + timedelta(days=n - lag)).month not in active for n in range((until - since).days))
