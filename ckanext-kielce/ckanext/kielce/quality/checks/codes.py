"""Code lists: which labels a column knows, and whether most of them were replaced at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from .cells import SPACES
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
        if (
            rules.codes_minimum <= known <= rules.codes_most
            and sum(counts.values()) >= rules.codes_repeat * known
        ):
            found[name] = counts
    return found


def replaced_members(panel: Panel, rules: CheckRules = CHECK_RULES) -> Replacement | None:
    """Whether, from one period on, most codes of a list give way to others within one table."""
    if not panel.time:
        return None
    ends = panel.ends()
    if len(ends) < 2:
        return None
    for name in code_lists(panel, rules):
        spans: dict[str, tuple[date, date]] = {}
        for cell, when in zip(panel.cells[name], panel.periods, strict=True):
            if when is None or not cell:
                continue
            first, last = spans.get(_plain(cell), (when.end, when.end))
            spans[_plain(cell)] = (min(first, when.end), max(last, when.end))
        for before, after in pairwise(ends):
            old = [code for code, span in spans.items() if span[0] <= before]
            gone = [code for code in old if spans[code][1] == before]
            new = [code for code, span in spans.items() if span[0] == after]
            alive = [code for code in old if spans[code][1] >= before]
            if (
                len(gone) >= 2
                and len(alive) >= rules.codes_minimum
                and len(gone) > rules.codes_share * len(alive)
                and len(new) >= 0.5 * len(gone)
            ):
                return Replacement(name, tuple(sorted(gone)), tuple(sorted(new)), after)
    return None


def replaced_codes(before: Panel, after: Panel, rules: CheckRules = CHECK_RULES) -> Replacement | None:
    """Whether most codes of a list are others in a later version."""
    old_lists = code_lists(before, rules)
    for name, new in code_lists(after, rules).items():
        old = old_lists.get(name)
        if old is None:
            continue
        gone, came = sorted(set(old) - set(new)), sorted(set(new) - set(old))
        if len(gone) > rules.codes_share * len(old) and len(came) >= 0.5 * len(gone):
            return Replacement(name, tuple(gone), tuple(came))
    return None
