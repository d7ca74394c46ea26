"""Columns dropped or renamed, numbers turned to text, dates written another way."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

from ..domain.model import Finding
from .base import Check, Scene, register
from .cells import date_form, is_blank, number, period, skeleton
from .codes import is_code_like, replaced_codes, replaced_members
from .history import History, Seen, day
from .panel import describes_thing, time_score
from .table import Table

_NUMBER_INSIDE = re.compile(r"\d[\d \u00a0]*(?:[.,]\d+)?")


@register
class SchemaBreak(Check):
    """The newest version against the columns that earlier ones had.

    Order, a new column, decimal comma, encoding and "12" to "12.0" are sound; so is a column named after a period
    that leaves a moving window.
    """

    code = "schema_break"

    def findings(self, history: History, scene: Scene) -> Iterator[Finding]:
        """Yield one finding for each kind of break."""
        earlier = [item for item in history.versions[:-1] if item.content is not history.newest.content]
        table = history.newest.content.table
        if not earlier or not table.header:
            return
        yield from self._dropped(history, earlier, table)
        text: list[str] = []
        forms: list[str] = []
        for name, cells in table.columns():
            first = next((item for item in earlier if name in item.content.table.header), None)
            if first is None or not name:
                continue
            before = first.content.table.column(name)
            if self._turned_to_text(before, cells) or self._lately_text(name, earlier, cells):
                if name not in self._recoded(history, first):
                    text.append(name)
            elif self._written_otherwise(name, before, cells):
                forms.append(name)
        if text:
            yield self._found(history, "text", text, certainty=0.95)
        if forms:
            yield self._found(history, "date_format", forms, certainty=0.95)

    def _found(self, history: History, variant: str, columns: list[str], certainty: float) -> Finding:
        since = self._since(history, variant, columns)
        table = history.newest.content.table
        return self.found(
            history,
            variant,
            since=since,
            columns=columns[:5],
            column=columns[0],
            row=_odd_row(table, columns[0], variant),
            certainty=certainty,
        )

    # --- columns gone

    def _dropped(self, history: History, earlier: list[Seen], table: Table) -> Iterator[Finding]:
        # Another encoding, also a mistaken one, breaks letters; it renames no column.
        now = {*table.header, *map(skeleton, table.header)}
        gone: dict[str, int] = {}
        for item in earlier:
            before = item.content.table
            for name in before.header:
                if name in now or (not name.isascii() and skeleton(name) in now):
                    continue
                if name and not _is_period(name) and any(before.column(name)):
                    gone[name] = gone.get(name, 0) + 1
        last = set(earlier[-1].content.table.header)
        lasting = [
            name
            for name, times in gone.items()
            if (times > 1 or name in last or len(earlier) < 3) and not _stood_in(name, earlier, table)
        ]
        if lasting:
            yield self._found(history, "dropped", lasting, certainty=1.0)

    # --- numbers and dates

    def _turned_to_text(self, before: list[str], after: list[str]) -> bool:
        if not self._numeric(before):
            return False
        new = [cell for cell in after if not is_blank(cell)]
        known = set(before)
        odd = [cell for cell in new if _is_text(cell)]
        if is_code_like(before, self.rules) and not _holds_numbers(odd, known):
            return False  # another label in a column of codes: a new category, or another code list
        if len(odd) >= max(1.0, self.rules.text_share * len(new)):
            return True
        added = [cell for cell in new if cell not in known]
        strange = sum(map(_is_text, added))
        return strange >= 3 and strange >= 0.5 * len(added)

    def _numeric(self, cells: list[str]) -> bool:
        full = [cell for cell in cells if not is_blank(cell)]
        return bool(full) and sum(number(cell) is not None for cell in full) >= self.rules.number_share * len(
            full
        )

    def _lately_text(self, name: str, earlier: list[Seen], after: list[str]) -> bool:
        """Whether what came since the last version with nothing but numbers is text: a few new rows of a long table."""
        for item in reversed(earlier):
            before = item.content.table.column(name)
            if not self._numeric(before) or any(_is_text(cell) for cell in before if not is_blank(cell)):
                continue
            added = (Counter(cell for cell in after if not is_blank(cell)) - Counter(before)).elements()
            new = list(added)
            odd = [cell for cell in new if _is_text(cell)]
            enough = len(odd) >= self.rules.text_new_cells and len(odd) >= self.rules.text_new_share * len(
                new
            )
            return enough and _holds_numbers(odd, set())
        return False

    def _written_otherwise(self, name: str, before: list[str], after: list[str]) -> bool:
        dated = time_score(name, before) > 0 or (
            describes_thing(name, self.rules) and any("-" in c or "." in c for c in before[:5])
        )
        if not dated:
            return False
        old = [cell for cell in before if period(cell) is not None]
        # Words are no dates written otherwise: a permit without an end says "bezterminowo".
        new = [cell for cell in after if not is_blank(cell) and any(char.isdigit() for char in cell)]
        if not old or not new or len(old) < 0.6 * sum(map(bool, before)):
            return False
        forms = {date_form(cell) for cell in old}
        others = [cell for cell in new if date_form(cell) not in forms]
        known = set(old)
        added = [cell for cell in new if cell not in known]
        odd = [cell for cell in added if date_form(cell) not in forms]
        if len(others) >= self.rules.format_share * len(new):
            return True
        if len(odd) >= 2 and len(odd) >= 0.5 * len(added) and len(set(map(date_form, odd))) == 1:
            return True
        return _day_and_month_swapped(old, new)

    def _recoded(self, history: History, first: Seen) -> set[str]:
        """Columns whose labels are another code list now: a break of method, not of the table."""
        panel = history.panel(history.newest.content)
        changes = (
            replaced_codes(history.panel(first.content), panel, self.rules),
            replaced_members(panel, self.rules),
        )
        return {change.column for change in changes if change is not None}

    # --- since when

    def _since(self, history: History, variant: str, columns: list[str]) -> date:
        """The day of the first version, of those in an unbroken row to the newest, that has the break."""
        name = columns[0]
        since = history.newest
        newest = history.newest.content.table.column(name)
        for item in reversed(history.versions[:-1]):
            table = item.content.table
            if variant == "dropped":
                broken = name not in table.header
            else:
                cells = table.column(name)
                broken = bool(cells) and bool(newest) and not self._differs(name, cells, newest)
            if not broken:
                break
            since = item
        return day(since.at)

    def _differs(self, name: str, before: list[str], after: list[str]) -> bool:
        return self._turned_to_text(before, after) or self._written_otherwise(name, before, after)


def _stood_in(name: str, earlier: list[Seen], table: Table) -> bool:
    """Whether a column only stood in for one that was there before and is back: the mistake has been mended."""
    with_it = [item for item in earlier if name in item.content.table.header]
    before = earlier[: earlier.index(with_it[0])]
    known = {other for item in before for other in item.content.table.header}
    missing = known.difference(*(item.content.table.header for item in with_it))
    return bool(missing & set(table.header))


def _is_text(cell: str) -> bool:
    return number(cell) is None and period(cell) is None


def _holds_numbers(texts: list[str], known: set[str]) -> bool:
    """Whether most texts are numbers with something beside them ("ok. 12", "1 034 szt."): of those known, if some are given."""
    found = 0
    for text in texts:
        inside = [item.strip() for item in _NUMBER_INSIDE.findall(text)]
        if any(item in known or item.replace(" ", "") in known for item in inside) if known else bool(inside):
            found += 1
    return found >= 0.5 * len(texts) > 0


def _is_period(name: str) -> bool:
    return any(char.isdigit() for char in name) and period(name) is not None


def _odd_row(table: Table, name: str, variant: str) -> int | None:
    if variant != "text":
        return None
    for cell, line in zip(table.column(name), table.lines, strict=False):
        if not is_blank(cell) and number(cell) is None:
            return line
    return None


def _day_and_month_swapped(old: list[str], new: list[str]) -> bool:
    """Whether dates of the form D.D.Y had the day first and now have the month first, or the other way round."""

    def parts(cells: list[str]) -> tuple[int, int]:
        tops = [0, 0]
        for cell in cells:
            if date_form(cell) in {"D.D.Y", "D/D/Y", "D-D-Y"}:
                for at in (0, 1):
                    tops[at] = max(tops[at], int(cell.replace("/", ".").replace("-", ".").split(".")[at]))
        return tops[0], tops[1]

    if Counter(map(date_form, new)).most_common(1)[0][0] not in {"D.D.Y", "D/D/Y", "D-D-Y"}:
        return False
    (day_before, month_before), (day_now, month_now) = parts(old), parts(new)
    return day_before > 12 >= month_before and month_now > 12 >= day_now
