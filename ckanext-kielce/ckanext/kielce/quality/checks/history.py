"""A dataset's past as the checks look at it: versions parsed when asked for, identical bytes once only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from ckanext.kielce.common.periods import fold

from ..domain.frequency import Frequency, frequency, is_looser
from .cells import period, says, sentences
from .folder import Folder, Look
from .panel import Panel, find_time
from .rules import CHECK_RULES, CheckRules
from .table import Table

_WARSAW = ZoneInfo("Europe/Warsaw")


def day(moment: datetime) -> date:
    """The calendar day in Kielce."""
    return moment.astimezone(_WARSAW).date()


@dataclass(slots=True)
class Content:
    """Bytes seen at least once; what they hold is read on demand and kept."""

    name: str
    data: bytes
    sha256: str
    _table: Table | None = None
    _panel: Panel | None = None

    @property
    def table(self) -> Table:
        """The table in it."""
        if self._table is None:
            self._table = Table(self.data)
        return self._table


@dataclass(slots=True)
class Touch:
    """A moment at which the file was put there again or its headers or description's date changed."""

    at: datetime
    look: Look
    content: Content
    new_bytes: bool


@dataclass
class Seen:
    """A look with its content."""

    look: Look
    content: Content

    @property
    def at(self) -> datetime:
        """When."""
        return self.look.at


@dataclass
class History:
    """One dataset's history up to its `as_of`."""

    name: str
    folder: Folder
    rules: CheckRules = CHECK_RULES
    _contents: dict[str, Content] = field(default_factory=dict)

    @cached_property
    def seen(self) -> list[Seen]:
        """Every look, oldest first. Raises OSError when a file can't be read."""
        by_file: dict[str, Content] = {}
        found = []
        for look in self.folder.looks:
            if look.file not in by_file:
                data = (self.folder.path / look.file).read_bytes()
                digest = hashlib.sha256(data).hexdigest()
                by_file[look.file] = self._contents.setdefault(digest, Content(look.file, data, digest))
            found.append(Seen(look, by_file[look.file]))
        return found

    @cached_property
    def versions(self) -> list[Seen]:
        """The first look at each content that differs in bytes from the one before."""
        found: list[Seen] = []
        for item in self.seen:
            if not found or found[-1].content is not item.content:
                found.append(item)
        return found

    @property
    def newest(self) -> Seen:
        """The version that is judged, as first seen."""
        return self.versions[-1]

    @property
    def last_look(self) -> Look:
        """The last look."""
        return self.seen[-1].look

    @property
    def as_of(self) -> datetime:
        """The "now" to judge at."""
        return self.folder.as_of

    # --- content

    @cached_property
    def _time(self) -> dict[tuple[str, ...], tuple[str, str | None]]:
        return {}

    def panel(self, content: Content) -> Panel:
        """A content as series. Versions with the same header share the decision which column says when."""
        if content._panel is None:
            header = tuple(content.table.header)
            if header not in self._time:
                self._time[header] = find_time(content.table, self.rules)
            content._panel = Panel(content.table, self._time[header], self.rules)
        return content._panel

    def earlier(self) -> Iterator[Seen]:
        """Versions before the newest whose values differ from it, newest first."""
        newest = self.newest.content.table.value_hash
        for item in reversed(self.versions[:-1]):
            if item.content.table.value_hash != newest:
                yield item

    @cached_property
    def same_values_since(self) -> datetime:
        """When the values of the newest version were first seen, without other values in between."""
        newest = self.newest.content.table.value_hash
        since = self.newest.at
        for item in reversed(self.versions):
            if item.content is not self.newest.content and item.content.table.value_hash != newest:
                break
            since = item.at
        return since

    def newest_period(self, item: Seen) -> date | None:
        """The last day of the newest period with values that had ended when seen."""
        ends = self.panel(item.content).ends(day(item.at))
        return ends[-1] if ends else None

    @cached_property
    def ends(self) -> list[date]:
        """The last days of all periods that any version held values for, those after the newest was seen left out."""
        until = day(self.newest.at)
        return sorted({end for item in self.versions for end in self.panel(item.content).ends(until)})

    # --- touches

    @cached_property
    def _headers_are_dynamic(self) -> bool:
        """Whether the server makes up Last-Modified at each request."""
        said = [look for look in self.folder.looks if look.last_modified]
        close = [
            look
            for look in said
            if look.last_modified
            and abs((look.at - look.last_modified).total_seconds()) < self.rules.dynamic_header_seconds
        ]
        return len(said) > 2 and len(close) > self.rules.dynamic_header_share * len(said)

    @cached_property
    def touches(self) -> list[Touch]:
        """Every look after the first that saw other bytes, or the same put there again."""
        found = []
        for before, item in zip(self.seen, self.seen[1:], strict=False):
            one, two = before.look, item.look
            new_bytes = before.content is not item.content
            moved = one.file != two.file
            if not self._headers_are_dynamic and one.last_modified and two.last_modified:
                moved = moved or one.last_modified != two.last_modified
            if one.metadata_modified and two.metadata_modified:
                moved = moved or one.metadata_modified != two.metadata_modified
            if new_bytes or moved:
                found.append(Touch(item.at, two, item.content, new_bytes))
        return found

    # --- declarations

    @cached_property
    def declared(self) -> list[tuple[datetime, Frequency]]:
        """The declared rhythms with the moment each was first seen or, if stated, declared."""
        found: list[tuple[datetime, Frequency]] = []
        for look in self.folder.looks:
            if not look.declared and look.declared_days is None:
                continue
            rhythm = frequency(look.declared, look.declared_days)
            if not found or found[-1][1] != rhythm:
                found.append((look.at, rhythm))
        last = found[-1][1] if found else None
        for change in self.folder.changes:
            if (
                found
                and change.at > found[-1][0]
                and frequency(change.to) != last
                and not self._told(change.to)
            ):
                found.append((change.at, frequency(change.to)))
        return found

    def _told(self, code: str) -> bool:
        wanted = frequency(code)
        return any(frequency(look.declared, look.declared_days) == wanted for look in self.folder.looks)

    @property
    def period_days(self) -> float | None:
        """Days of the declared period; None where nothing regular was ever declared.

        A looser promise given while nothing came doesn't excuse it: the stricter one of the run counts unless the
        change was approved or explained.
        """
        rhythms = [rhythm for _, rhythm in self.declared]
        if not rhythms:
            return None
        current = rhythms[-1]
        for at, rhythm in self.declared[:-1]:
            later = next((when for when, _ in self.declared if when > at), None)
            loosened = is_looser(current, rhythm) and later is not None and later > self.same_values_since
            if loosened and later is not None and not self.explained(later):
                current = rhythm
        return max(current.days, 0.5) if current.kind in {"periodic", "live"} and current.days else None

    def explained(self, at: datetime) -> bool:
        """Whether the change of rhythm nearest to a moment was approved or given a public reason."""
        near = [item for item in self.folder.changes if abs(item.at - at) <= timedelta(days=120)]
        if not near:
            return False
        change = min(near, key=lambda item: abs(item.at - at))
        return any(
            fold(text).strip(" .") not in self.rules.empty_reasons
            for text in (change.approved_by, change.public_reason)
        )

    @cached_property
    def descriptions(self) -> list[tuple[datetime, str]]:
        """The texts of the description, folded, each with the moment from which it stood."""
        found: list[tuple[datetime, str]] = []
        for look in self.folder.looks:
            text = fold(look.description)
            if not found or found[-1][1] != text:
                found.append((look.at, text))
        return found

    @cached_property
    def words_said(self) -> list[tuple[datetime, str]]:
        """The texts of the description as written, each with the moment from which it stood."""
        found: list[tuple[datetime, str]] = []
        for look in self.folder.looks:
            if not found or found[-1][1] != look.description:
                found.append((look.at, look.description))
        return found

    @cached_property
    def ended(self) -> bool:
        """Whether the whole set is declared ended: archived, or a closed coverage that the rhythm or the text confirms.

        A coverage that ends with the newest data alone is no declaration: many sets state it as they grow.
        """
        look = self.last_look
        if look.archived:
            return True
        text = fold(look.description)
        # In one sentence: "Liczba sprzedanych biletów. Dane miesięczne." ends nothing.
        said = any(
            says(part, self.rules.end_words) and says(part, self.rules.whole_words)
            for part in sentences(text)
        )
        end = coverage_end(look.temporal_coverage)
        if end is None or end > day(self.as_of):
            return False
        return said or (bool(self.declared) and self.declared[-1][1].kind == "never")


def coverage_end(value: object) -> date | None:
    """The last day of a declared coverage ({"start", "end"}, "2015-01-01/2023-12-31" or a list of such)."""
    if isinstance(value, dict):
        for key in ("end", "end_date", "endDate", "to", "until", "do"):
            if value.get(key):
                return _last_day(str(value[key]))
        return None
    if isinstance(value, list):
        ends = [found for item in value if (found := coverage_end(item)) is not None]
        return max(ends) if ends and len(ends) == len(value) else None
    if isinstance(value, str) and "/" in value:
        return _last_day(value.rsplit("/", 1)[-1])
    return None


def _last_day(text: str) -> date | None:
    found = period(text.strip()[:25])
    return found.end if found is not None else None
