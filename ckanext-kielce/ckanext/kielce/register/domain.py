"""What an entry of the register may hold, and in which order sets should be opened. Pure.

A draft is a dict of the fields in `FIELDS`; `check` reads what people typed into it and says, field by field, what is
wrong and what would mend it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any

from ckanext.kielce.common.marking import N_
from ckanext.kielce.common.periods import fold, parse_period

from . import vocabulary

#: Every field of an entry that people fill in, with its empty value.
FIELDS: dict[str, Any] = {
    "title": "",
    "title_en": "",
    "description": "",
    "unit_id": "",
    "domain": "",
    "tier": "",
    "reason": "",
    "legal_basis": "",
    "obstacles": [],
    "planned": None,
    "office": "",
    "contact": "",
    "shared_with": [],
    "access": "",
    "dataset_id": None,
    "source_id": None,
    "url": "",
    "criteria": {},
    "public": False,
    "sample": False,
}
#: Fields that never leave the house: they may name a person, or say what the public is not to see.
INTERNAL = frozenset({"contact", "public"})
LONG = frozenset({"description", "reason", "access"})
MOST_SHORT, MOST_LONG = 300, 4000
FIRST_YEAR, LAST_YEAR = 2000, 2100

Problem = tuple[str, dict[str, Any]]
"""An English sentence with blanks, to be translated, and what fills them."""


def blank(value: Any) -> bool:
    """True for what says nothing: None, an empty text, list or dict (but not ``False``)."""
    return value is None or value == "" or value == [] or value == {}


def points(criteria: Mapping[str, int]) -> int | None:
    """Sum of the six scores; None until all are given."""
    codes = vocabulary.criteria()
    if any(code not in criteria for code in codes):
        return None
    return sum(criteria[code] for code in codes)


def check(draft: Mapping[str, Any]) -> dict[str, Problem]:
    """What is wrong with a whole draft whose fields hold values (not typed text), by field."""
    found: dict[str, Problem] = {}
    if blank(draft["title"]):
        found["title"] = (N_("Give the set a title"), {})
    if blank(draft["unit_id"]):
        found["unit_id"] = (N_("Say which unit keeps the set"), {})
    tier = draft["tier"]
    if blank(tier):
        found["tier"] = (N_("Say who may have the set"), {})
    if tier == "open" and blank(draft["dataset_id"]) and blank(draft["url"]):
        found["dataset_id"] = (
            N_("An open set can be downloaded somewhere: name its dataset here or its address elsewhere"),
            {},
        )
    if tier == "shared" and blank(draft["shared_with"]):
        found["shared_with"] = (N_("Name the units, utilities or services that get the set"), {})
    if tier == "open" and not blank(draft["planned"]):
        found["planned"] = (N_("The set is open already: leave the planned date empty"), {})
    for name, value in draft.items():
        if isinstance(value, str) and len(value) > (MOST_LONG if name in LONG else MOST_SHORT):
            most = MOST_LONG if name in LONG else MOST_SHORT
            found.setdefault(name, (N_("Too long: {n} characters at most"), {"n": most}))
    if "@" in str(draft["office"]):
        found["office"] = (N_("Name the office only, without an address or a person"), {})
    return found


def _no_problem(value: Any) -> tuple[Any, None]:
    return value, None


def read_tier(text: str) -> tuple[str, Problem | None]:
    """A tier by code or word."""
    word = vocabulary.find(vocabulary.tiers(), text)
    if word is None:
        return "", (N_("There is no tier “{value}”. Use one of: {known}"), {"value": text, "known": "tiers"})
    return word.code, None


def read_obstacles(text: str) -> tuple[list[str], Problem | None]:
    """Obstacles by code or word, parted by semicolons or commas."""
    codes: list[str] = []
    for part in filter(None, (each.strip() for each in re.split(r"[;,\n|]", text))):
        word = vocabulary.find(vocabulary.obstacles(), part)
        if word is None:
            return [], (
                N_("There is no obstacle “{value}”. Use one of: {known}"),
                {"value": part, "known": "obstacles"},
            )
        codes.append(word.code)
    return sorted(set(codes), key=list(vocabulary.obstacles()).index), None


def read_day(text: str) -> tuple[dt.date | None, Problem | None]:
    """A planned day; of a month, quarter or year, its last day."""
    period = parse_period(text)
    if period is None or not FIRST_YEAR <= period.end.year <= LAST_YEAR:
        return None, (N_("“{value}” is no date. Write it as 2027-06-30 or 30.06.2027"), {"value": text})
    return period.end, None


def read_score(text: str) -> tuple[int | None, Problem | None]:
    """Points of one criterion: 0 to 3."""
    stripped = text.strip().split(" ")[0].rstrip(".–-:")
    if stripped not in {str(level) for level in vocabulary.LEVELS}:
        return None, (N_("“{value}” is no score. Give 0, 1, 2 or 3"), {"value": text})
    return int(stripped), None


def read_flag(text: str) -> tuple[bool, Problem | None]:
    """Yes or no."""
    answer = vocabulary.yes_or_no(text)
    if answer is None:
        return False, (N_("Write yes or no instead of “{value}”"), {"value": text})
    return answer, None


def read_names(text: str) -> tuple[list[str], None]:
    """Names parted by semicolons or new lines (commas may be part of a name)."""
    return list(
        dict.fromkeys(" ".join(part.split()) for part in re.split(r"[;\n]", text) if part.strip())
    ), None


def read_url(text: str) -> tuple[str, Problem | None]:
    """A web address."""
    if not re.fullmatch(r"https?://[^\s<>\"]+", text):
        return "", (N_("“{value}” is no web address. It begins with https://"), {"value": text})
    return text, None


#: Readers of typed text for the fields that are more than text.
READERS: dict[str, Callable[[str], tuple[Any, Problem | None]]] = {
    "tier": read_tier,
    "obstacles": read_obstacles,
    "planned": read_day,
    "shared_with": read_names,
    "url": read_url,
    "public": read_flag,
    "sample": read_flag,
}


def read(name: str, text: str) -> tuple[Any, Problem | None]:
    """The value that a person means by what was typed into a field; nothing typed is the field's empty value.

    :param name: a field, or a criterion
    """
    text = text.strip()
    if name in vocabulary.criteria():
        return read_score(text) if text else (None, None)
    if not text:
        return FIELDS[name], None
    return READERS.get(name, _no_problem)(text)


def known(table: str, lang: str) -> str:
    """The words of a table in a sentence, for a message that asks for one of them."""
    words = vocabulary.tiers() if table == "tiers" else vocabulary.obstacles()
    return ", ".join(word.label(lang) for word in words.values())


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Fields that differ, as ``{field, old, new}`` of JSON values."""
    return [
        {"field": name, "old": _plain(before.get(name)), "new": _plain(after.get(name))}
        for name in FIELDS
        if not (blank(before.get(name)) and blank(after.get(name))) and before.get(name) != after.get(name)
    ]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def merge(current: Mapping[str, Any], base: Mapping[str, Any], proposed: Mapping[str, Any]) -> dict[str, Any]:
    """Fields that the portal may set: those that no person has changed since it last set them, and blank ones.

    A field that a person emptied differs from ``base`` and stays empty.

    :param base: what the portal proposed last, {} when it never did
    """
    return {
        name: value
        for name, value in proposed.items()
        if current.get(name) != value
        and (current.get(name) == base[name] if name in base else blank(current.get(name)))
    }


def key(title: str, unit_id: str) -> tuple[str, str]:
    """By which two entries without an identifier are the same set: the unit and the title's words."""
    return unit_id, fold(" ".join(title.split()))
