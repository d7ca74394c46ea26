"""A series whose name changed from one year to the next: recognised, proposed, and joined only when nothing else is possible.

Two series A and B, B beginning where A ends, are taken for one when all of this holds, and proposed in the report when only the
first two do:

1. their periods follow each other: B begins at most a day after A ends, and none of its periods lies in A's;
2. their names are alike: the words pair off one to one, each pair the same but for an ending or an abbreviation (``osiedla`` and
   ``osiedlowe``, ``zuz`` and ``zuzycie``) or a single letter; words that say nothing (``dane``, ``raport``) are free;
3. they share a kind of file, and the column names of A's last file and B's first are the same;
4. no other series could continue A, and B could continue no other.

A joined series keeps A's id. The report names the setting that makes it lasting, or parts the two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import SequenceMatcher

from ckanext.kielce.harvesters.said import Said

from .series import Member

#: Words that may come and go without changing what the data are.
_EMPTY = {"dane", "raport", "zestawienie", "tabela", "wykaz", "lista", "kielce", "kielcach", "kielc", "miasto", "miasta",
          "otwarte", "plik", "csv", "data", "nowe", "nowy", "w", "i", "z", "na", "wg", "wedlug", "dla", "do"}  # fmt: skip
#: An ending may differ when so many letters, and this share of the longer word, are the same.
_SAME_LETTERS, _SAME_SHARE = 4, 0.6
#: An abbreviation has at least so many letters.
_SHORTEST = 3
#: Names that are only this alike are neither joined nor proposed.
_ALIKE = 0.75

Columns = Callable[[Member], list[str] | None]


@dataclass(frozen=True)
class Rename:
    """``new`` continues ``old``; ``joined`` when beyond doubt, else a proposal."""

    old: str
    new: str
    joined: bool

    def said(self) -> Said:
        """The sentence for the report, with the setting that settles it."""
        rule = f'"series": {{"{self.new}": "{self.old}"}}'
        part = f'"series": {{"{self.new}": "{self.new}"}}'
        if self.joined:
            return Said(
                f"zmieniona nazwa serii: „{self.new}” to dalszy ciąg „{self.old}” (te same kolumny, kolejny okres); "
                f"na stałe: {rule}, a jeśli to dwa zbiory: {part}",
                f"renamed series: '{self.new}' continues '{self.old}' (same columns, next period); to make it lasting: "
                f"{rule}, or to part them: {part}",
            )
        return Said(
            f"możliwa zmiana nazwy serii: „{self.new}” wygląda na dalszy ciąg „{self.old}”; jeśli tak jest, wpisz "
            f"w ustawieniach źródła {rule}",
            f"possibly renamed series: '{self.new}' looks like the continuation of '{self.old}'; if it is, add {rule} to "
            "the source's settings",
        )


def same_word(one: str, other: str) -> bool:
    """Whether two words differ only by an ending, an abbreviation or one letter; numbers must be equal."""
    if one == other:
        return True
    if any(letter.isdigit() for letter in one + other):
        return False
    short, long = sorted((one, other), key=len)
    if len(short) >= _SHORTEST and long.startswith(short):
        return True
    common = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(short))
    if common >= _SAME_LETTERS and common >= _SAME_SHARE * len(long):
        return True
    changed = sum(a != b for a, b in zip(one, other, strict=False)) if len(one) == len(other) else 9
    return len(short) > _SAME_LETTERS and changed == 1


def same_name(one: str, other: str) -> bool:
    """Whether the words of two folded names pair off one to one, but for words that say nothing."""
    left, right = ([w for w in name.split("-") if w not in _EMPTY] for name in (one, other))
    if not left or len(left) != len(right):
        return False
    for word in left:
        match = next((w for w in right if w == word), None) or next(
            (w for w in right if same_word(word, w)), None
        )
        if match is None:
            return False
        right.remove(match)
    return True


def _alike(one: str, other: str) -> bool:
    return same_name(one, other) or SequenceMatcher(None, one, other).ratio() >= _ALIKE


@dataclass(frozen=True)
class _Span:
    first: date
    last: date
    periods: frozenset[tuple[date, date]]


def _spans(groups: dict[str, list[Member]]) -> dict[str, _Span]:
    spans = {}
    for guid, members in groups.items():
        days = {(m.part.start, m.part.end) for m in members if m.part.start and m.part.end}
        if days and len({m for m in members if m.part.start}) == len(members):
            pairs = frozenset((start, end) for start, end in days if start and end)
            spans[guid] = _Span(min(p[0] for p in pairs), max(p[1] for p in pairs), pairs)
    return spans


def find_renames(
    groups: dict[str, list[Member]], columns: Columns, settled: set[str] | None = None
) -> list[Rename]:
    """The renames among the series of one listing; ``columns`` is asked only for the files in question.

    :param settled: series that the source's settings name, which nothing is guessed about
    """
    spans = {guid: span for guid, span in _spans(groups).items() if guid not in (settled or set())}
    pairs = [
        (old, new)
        for old, before in spans.items()
        for new, after in spans.items()
        if old != new
        and before.last < after.first <= before.last + timedelta(days=1)
        and old.rpartition("/")[0] == new.rpartition("/")[0]
        and _alike(old.rpartition("/")[2], new.rpartition("/")[2])
    ]
    found = []
    for old, new in pairs:
        rivals = [pair for pair in pairs if (pair[0] == old) != (pair[1] == new)]
        sure = (
            not rivals
            and same_name(old.rpartition("/")[2], new.rpartition("/")[2])
            and _same_columns(groups[old], groups[new], columns)
        )
        found.append(Rename(old, new, sure))
    return found


def join(groups: dict[str, list[Member]], renames: list[Rename]) -> dict[str, list[Said]]:
    """Move the files of the joined series to the older one's id, chains too; returns what to say of each series left."""
    said: dict[str, list[Said]] = {}
    home: dict[str, str] = {}
    first_day = {guid: min(m.part.start for m in groups[guid] if m.part.start) for guid in _spans(groups)}
    for rename in sorted(renames, key=lambda r: first_day[r.new]):
        old = home.get(rename.old, rename.old)
        if rename.joined:
            groups[old] += groups.pop(rename.new)
            home[rename.new] = old
            said.setdefault(old, []).append(Rename(old, rename.new, True).said())
        else:
            said.setdefault(rename.new, []).append(rename.said())
    return {home.get(guid, guid): sentences for guid, sentences in said.items()}


def _same_columns(old: list[Member], new: list[Member], columns: Columns) -> bool:
    """Whether the last file of one and the first of the other, of a kind that both have, name the same columns."""
    for extension in sorted({m.extension for m in old} & {m.extension for m in new}):
        last = max((m for m in old if m.extension == extension), key=lambda m: m.part.end or date.min)
        first = min((m for m in new if m.extension == extension), key=lambda m: m.part.start or date.max)
        before = columns(last)
        if before:
            return before == columns(first)
    return False
