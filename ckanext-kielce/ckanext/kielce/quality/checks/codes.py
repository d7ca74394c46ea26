"""Code lists: which labels a column knows, and whether most of them were replaced at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ckanext.kielce.common.periods import fold

from .cells import SPACES, is_blank, period, skeleton
from .panel import Panel
from .rules import CHECK_RULES, CheckRules


@dataclass(frozen=True, slots=True)
class Replacement:
    """Codes that went and codes that came at one moment."""

    column: str
    gone: tuple[str, ...]
    new: tuple[str, ...]
    since: date | None = None


def _plain(code: str) -> str:
    return SPACES.sub(" ", code).strip()


def code_lists(panel: Panel, rules: CheckRules = CHECK_RULES) -> dict[str, dict[str, int]]:
    """Column -> code -> rows, for the columns whose labels are a list: few, and repeated."""
    found = {}
    for name in panel.dims:
        counts: dict[str, int] = {}
        for cell in panel.cells[name]:
            if cell:
                counts[_plain(cell)] = counts.get(_plain(cell), 0) + 1
        known = len(counts)
        if dates(counts, rules):
            continue  # a day of collection is no code: another year has other days
        if 2 <= known <= rules.codes_most and sum(counts.values()) >= rules.codes_repeat * known:
            found[name] = counts
    return found


def dates(cells: Iterable[str], rules: CheckRules = CHECK_RULES) -> bool:
    """Whether labels are days, months or years."""
    labels = [cell for cell in cells if cell]
    read = [
        cell
        for cell in labels
        if (not cell.isdigit() or "1900" <= cell <= "2100") and period(cell) is not None
    ]
    return len(read) >= rules.dates_share * len(labels) > 0


def is_code_like(cells: Sequence[str], rules: CheckRules = CHECK_RULES) -> bool:
    """Whether whole numbers are labels: few of them, each repeated."""
    numbers = [cell for cell in cells if not is_blank(cell)]
    full = [cell for cell in numbers if cell.isdigit()]
    distinct = set(full)
    return len(full) >= rules.number_share * len(numbers) and (
        rules.codes_minimum <= len(distinct) <= rules.codes_most
        and len(full) >= rules.codes_repeat * len(distinct)
    )


def replaced_members(panel: Panel, rules: CheckRules = CHECK_RULES) -> Replacement | None:
    """Whether, from one period on, most codes of a list give way to others within one table."""
    if not panel.time:
        return None
    ends = panel.ends()
    if len(ends) < 2:
        return None
    place = {end: at for at, end in enumerate(ends)}
    for name in code_lists(panel, rules):
        times: dict[str, set[int]] = {}
        for cell, when in zip(panel.cells[name], panel.periods, strict=True):
            if when is not None and cell and when.end in place:
                times.setdefault(_plain(cell), set()).add(place[when.end])
        for at in range(1, len(ends)):
            old = {code for code, seen in times.items() if min(seen) < at}
            alive = {code for code in old if max(times[code]) >= at - 1}
            gone = {
                code for code in alive if max(times[code]) == at - 1 and _regular(times[code], at - 1, rules)
            }
            new = {
                code
                for code, seen in times.items()
                if min(seen) == at and _regular(seen, len(ends) - 1, rules)
            }
            gone, new = set(_but_for_spelling(gone, new)), set(_but_for_spelling(new, gone))
            if (
                len(gone) >= 2
                and len(alive) >= rules.codes_minimum
                and len(gone) > rules.codes_share * len(alive)
                and len(new) >= 0.5 * len(gone)
            ):
                return Replacement(name, tuple(sorted(gone)), tuple(sorted(new)), ends[at])
    return None


def _regular(seen: set[int], last: int, rules: CheckRules) -> bool:
    """Whether a code was there in most periods from its first on, up to some period (given by number)."""
    return len(seen) >= rules.member_regular * (last - min(seen) + 1)


def _but_for_spelling(codes: Iterable[str], others: Iterable[str]) -> list[str]:
    """The codes that are not among the others in whatever case, with or without diacritics, or in a broken encoding."""
    known = {form for code in others for form in (fold(code), skeleton(code))}
    return sorted(code for code in codes if fold(code) not in known and skeleton(code) not in known)


def replaced_codes(before: Panel, after: Panel, rules: CheckRules = CHECK_RULES) -> Replacement | None:
    """Whether most codes of a list are others in a later version."""
    old_lists = code_lists(before, rules)
    for name, new in code_lists(after, rules).items():
        old = old_lists.get(name)
        if old is None:
            continue
        gone, came = _but_for_spelling(old, new), _but_for_spelling(new, old)
        few = len(old) < rules.codes_minimum and len(gone) < len(old)
        if len(gone) > rules.codes_share * len(old) and len(came) >= 0.5 * len(gone) and not few:
            return Replacement(name, tuple(gone), tuple(came))
    return None
