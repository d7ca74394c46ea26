"""What a source promised and kept, day by day: a figure, a sentence and a small strip. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ckanext.kielce.common import formatting
from ckanext.kielce.common.formatting import NBSP, number, plural
from markupsafe import Markup

DAYS = 90
NAMED = 3  # so many of the days with gaps are named in the text; the rest are counted
STEP, BAR, HEIGHT = 4, 3, 32
# How high a day's bar stands, so that the strip can be read without its colours.
HEIGHTS = {"kept": 32, "partly": 18, "missed": 9, "none": 2}


@dataclass(frozen=True)
class Day:
    """One day by Kielce's calendar: so many runs were due, so many of them kept."""

    day: dt.date
    due: int = 0
    kept: int = 0

    @property
    def mark(self) -> str:
        """kept, partly, missed, or none when nothing was due."""
        if self.due <= 0:
            return "none"
        if self.kept >= self.due:
            return "kept"
        return "partly" if self.kept > 0 else "missed"


@dataclass(frozen=True)
class Punctuality:
    """The days, oldest first, without holes."""

    days: tuple[Day, ...]

    @property
    def due(self) -> int:
        return sum(max(day.due, 0) for day in self.days)

    @property
    def kept(self) -> int:
        return sum(min(day.kept, day.due) for day in self.days if day.due > 0)

    @property
    def share(self) -> float | None:
        """Percent of due runs that were kept, 0 to 100; None when nothing was due yet."""
        return 100 * self.kept / self.due if self.due else None

    def sentence(self, lang: str) -> str:
        """ "W ciągu 90 dni: 88 z 90 odczytań na czas (97,8 %).\""""
        if self.share is None:
            return (
                f"W ciągu {DAYS} dni harmonogram nie przewidywał odczytań."
                if lang == "pl"
                else f"The schedule asked for no reading in {DAYS} days."
            )
        kept, due = number(self.kept, lang), number(self.due, lang)
        share = percent(self.share, lang)
        if lang == "pl":
            word = plural(self.due, "odczytania", "odczytań", "odczytań")
            return f"W ciągu {DAYS} dni: {kept} z {due} {word} na czas ({share})."
        return f"In {DAYS} days: {kept} of {due} {plural(self.due, 'reading', 'readings', 'readings')} on time ({share})."

    def gaps(self, lang: str) -> str:
        """The days with a reading that did not come, as a sentence; empty when there are none."""
        found = [day.day for day in self.days if day.mark in ("partly", "missed")]
        if not found:
            return ""
        last = [formatting.date(day, lang) for day in found[-NAMED:]]
        more = len(found) - len(last)
        named = ", ".join(last)
        if lang == "pl":
            rest = f" i {more} {plural(more, 'wcześniejszy dzień', 'wcześniejsze dni', 'wcześniejszych dni')}"
            return f"Zabrakło: {named}{rest if more else ''}."
        rest = f" and {more} earlier {plural(more, 'day', 'days', 'days')}"
        return f"Missed on {named}{rest if more else ''}."


def of(rows: Iterable[tuple[dt.date, int, int]], today: dt.date, days: int = DAYS) -> Punctuality:
    """The last ``days`` days up to today from rows of (day, due, kept), in any order."""
    known = {day: (due, kept) for day, due, kept in rows}
    span = [today - dt.timedelta(days=back) for back in range(days - 1, -1, -1)]
    return Punctuality(tuple(Day(day, *known.get(day, (0, 0))) for day in span))


def percent(share: float, lang: str) -> str:
    """97,8 % in Polish, 97.8% in English; whole numbers without a zero behind the point, 99,96 never as 100."""
    shown = min(share, 99.9) if share < 100 else 100.0
    text = number(round(shown, 1), lang, 0 if round(shown, 1) == round(shown) else 1)
    return f"{text}{NBSP}%" if lang == "pl" else f"{text}%"


def strip(punctuality: Punctuality, lang: str) -> Markup:
    """The days as an inline SVG with its text as the accessible name; empty when nothing was due."""
    if punctuality.share is None:
        return Markup("")
    return _svg(
        punctuality.days, " ".join(filter(None, (punctuality.sentence(lang), punctuality.gaps(lang))))
    )


def _svg(days: Sequence[Day], label: str) -> Markup:
    bars = Markup("").join(
        Markup('<rect class="kh-day kh-day--{}" x="{}" y="{}" width="{}" height="{}"/>').format(
            day.mark, position * STEP, HEIGHT - HEIGHTS[day.mark], BAR, HEIGHTS[day.mark]
        )
        for position, day in enumerate(days)
    )
    width = len(days) * STEP - (STEP - BAR)
    return Markup(
        '<svg class="kh-strip" role="img" viewBox="0 0 {w} {h}" width="{w}" height="{h}" '
        'preserveAspectRatio="none" aria-label="{label}">{bars}</svg>'
    ).format(w=width, h=HEIGHT, label=label, bars=bars)
