"""The declared frequency: EU codes, and which declaration is in force.

The gaming defence is here: a looser promise takes effect only when the content has kept it, or when the coordinator
approves it with a public reason. A tighter one takes effect at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import Literal

from ckanext.kielce.schemas import read

from .model import FrequencyDeclaration
from .rules import RULES, Rules

FrequencyKind = Literal["periodic", "live", "irregular", "unknown", "never"]

_KINDS: Mapping[str, FrequencyKind] = {
    "regular": "periodic",
    "live": "live",
    "irregular": "irregular",
    "never": "never",
    "unknown": "unknown",
}

CALENDAR_MONTHS: Mapping[str, int] = {
    "MONTHLY": 1,
    "BIMONTHLY": 2,
    "QUARTERLY": 3,
    "ANNUAL_3": 4,
    "ANNUAL_2": 6,
    "ANNUAL": 12,
    "BIENNIAL": 24,
    "TRIENNIAL": 36,
    "QUADRENNIAL": 48,
    "QUINQUENNIAL": 60,
    "DECENNIAL": 120,
    "BIDECENNIAL": 240,
    "TRIDECENNIAL": 360,
}
"""Codes whose period is counted in calendar months rather than days."""


@dataclass(frozen=True, slots=True)
class Frequency:
    """One declared rhythm."""

    code: str
    kind: FrequencyKind
    days: float = 0.0
    """Nominal period in days; 0 where there is none."""
    months: int = 0
    """Calendar months of the period; 0: it is counted in days."""
    pl: str = ""
    en: str = ""


@lru_cache(maxsize=1)
def frequencies() -> Mapping[str, Frequency]:
    """Return every EU code with its rhythm, from schemas/vocabularies/frequencies.yaml (the only home of the days)."""
    entries = read("vocabularies/frequencies.yaml")["entries"]
    table = {
        entry["code"]: Frequency(
            entry["code"],
            _KINDS[entry["kind"]],
            float(entry["days"] or 0),
            CALENDAR_MONTHS.get(entry["code"], 0),
            entry["pl"],
            entry["en"],
        )
        for entry in entries
    }
    return MappingProxyType(table)


def frequency(code: str | None, days: float | None = None) -> Frequency:
    """Return the rhythm of an EU code or URI; `days` states the period of a code that has none or is 'continuous'.

    An unknown or missing code is UNKNOWN: it can't earn more than the model grants to an unknown rhythm.
    """
    notation = (code or "").rstrip("/").rsplit("/", 1)[-1].upper()
    known = frequencies().get(notation)
    if known is None:
        known = frequencies()["UNKNOWN"]
    states_own = notation in {"CONT", "UPDATE_CONT"} or (
        known.kind in {"irregular", "unknown"} and notation == "OTHER"
    )
    if days and days > 0 and (states_own or not frequencies().get(notation)):
        kind: FrequencyKind = "live" if days < 1 else "periodic"
        return Frequency(notation or "OTHER", kind, float(days), 0, known.pl, known.en)
    return known


def is_looser(new: Frequency, old: Frequency) -> bool:
    """Whether a declaration promises less: a longer period, or irregular, unknown or never instead of another."""
    if new.kind in {"periodic", "live"}:
        return old.kind in {"periodic", "live"} and new.days > old.days
    return (new.kind, new.code) != (old.kind, old.code)


@dataclass(frozen=True, slots=True)
class InForce:
    """The declaration that counts at some moment."""

    frequency: Frequency
    since: datetime | None
    pending: FrequencyDeclaration | None = None
    """A loosening that hasn't taken effect."""
    before: InForce | None = None
    """What was in force before a tightening: its learned rhythm can't be lost by tightening."""


def _rhythm_kept(
    wanted: Frequency, after: datetime, advances: Sequence[datetime], rules: Rules
) -> datetime | None:
    """Return when the content first kept a looser promise: two advances 0.5 to 1.5 of its periods apart."""
    later = [moment for moment in advances if moment > after]
    for first, second in pairwise(later):
        gap = (second - first).total_seconds() / 86400
        if rules.loosen_low * wanted.days <= gap <= rules.loosen_high * wanted.days:
            return second
    return None


def _approved_from(declaration: FrequencyDeclaration) -> datetime | None:
    if not declaration.approved_by or not (declaration.public_reason or "").strip():
        return None
    return max(declaration.at, declaration.approved_at or declaration.at)


def _effective_from(
    declaration: FrequencyDeclaration, wanted: Frequency, advances: Sequence[datetime], rules: Rules
) -> datetime | None:
    moments = [_approved_from(declaration)]
    if wanted.kind == "periodic":
        moments.append(_rhythm_kept(wanted, declaration.at, advances, rules))
    return min((moment for moment in moments if moment), default=None)


def _distinct(declarations: Sequence[FrequencyDeclaration], now: datetime) -> list[FrequencyDeclaration]:
    """Drop repeated declarations, so that saving the form again neither restarts nor hides anything."""
    kept: list[FrequencyDeclaration] = []
    for item in sorted(declarations, key=lambda declaration: declaration.at):
        if item.at > now:
            break
        if kept and frequency(kept[-1].code, kept[-1].days) == frequency(item.code, item.days):
            if _approved_from(item) and not _approved_from(kept[-1]):
                approved = item.approved_at or item.at
                kept[-1] = FrequencyDeclaration(
                    kept[-1].at, item.code, item.days, item.approved_by, item.public_reason, approved
                )
            continue
        kept.append(item)
    return kept


def in_force(
    declarations: Sequence[FrequencyDeclaration],
    advances: Sequence[datetime],
    now: datetime,
    rules: Rules = RULES,
) -> InForce:
    """Return the declaration in force at `now`, given when the content advanced (oldest first).

    Never and archived need the coordinator from the start; without approval the set's rhythm is unknown.
    """
    seen = [moment for moment in advances if moment <= now]
    items = _distinct(declarations, now)
    current: InForce | None = None
    for position, item in enumerate(items):
        wanted = frequency(item.code, item.days)
        if current is None:
            unapproved_end = wanted.kind == "never" and not _approved_from(item)
            first = frequencies()["UNKNOWN"] if unapproved_end else wanted
            current = InForce(first, item.at, item if unapproved_end else None)
            continue
        if wanted == current.frequency:
            current = InForce(current.frequency, current.since, None, current.before)
        elif not is_looser(wanted, current.frequency):
            current = InForce(
                wanted, item.at, None, InForce(current.frequency, current.since, None, current.before)
            )
        else:
            following = items[position + 1].at if position + 1 < len(items) else now
            effective = _effective_from(item, wanted, seen, rules)
            if effective is not None and effective <= following:
                current = InForce(wanted, effective)
            else:
                current = InForce(current.frequency, current.since, item, current.before)
    return current or InForce(frequencies()["UNKNOWN"], None)
