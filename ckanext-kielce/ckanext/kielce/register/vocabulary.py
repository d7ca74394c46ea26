"""The register's words from ``words.yaml``: tiers, obstacles, criteria, columns of lists. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ckanext.kielce.common.periods import fold

#: Points of one criterion, from worst to best; all six together give at most ``MOST_POINTS``.
LEVELS = (0, 1, 2, 3)


@dataclass(frozen=True)
class Word:
    """A code with its words; ``data`` holds whatever else the file says of it."""

    code: str
    pl: str
    en: str
    data: Mapping[str, Any] = field(default_factory=dict, hash=False, compare=False)

    def label(self, lang: str) -> str:
        """The word in ``lang``."""
        return self.pl if lang == "pl" else self.en

    def text(self, name: str, lang: str) -> str:
        """A longer text of the file (``long``, ``help``) in ``lang``."""
        return str(self.data.get(f"{lang}_{name}") or "")

    def levels(self, lang: str) -> list[str]:
        """What the points of a criterion mean, from 0 on."""
        return [str(level[lang]) for level in self.data.get("levels", ())]

    @property
    def spellings(self) -> list[str]:
        """Every way of writing it, folded."""
        return [fold(text) for text in (self.code, self.pl, self.en, *self.data.get("aliases", ()))]


@cache
def _file() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("words.yaml").read_text(encoding="utf-8"))
    return found


@cache
def _table(name: str) -> dict[str, Word]:
    return {code: Word(code, raw["pl"], raw["en"], raw) for code, raw in _file()[name].items()}


def tiers() -> dict[str, Word]:
    """Who may have a set, by code."""
    return _table("tiers")


def obstacles() -> dict[str, Word]:
    """What stands in the way of opening, by code."""
    return _table("obstacles")


def criteria() -> dict[str, Word]:
    """The six criteria for opening, by code, in their order."""
    return _table("criteria")


def columns() -> dict[str, Word]:
    """Columns of imported and exported lists, by field, in their order."""
    return _table("columns")


def most_points() -> int:
    """The sum of a set that is best by every criterion."""
    return LEVELS[-1] * len(criteria())


def find(words: Mapping[str, Word], text: str) -> Word | None:
    """The entry that a person means by ``text`` (code, word in either language or alias), in any case."""
    wanted = fold(" ".join(text.split()))
    return next((word for word in words.values() if wanted in word.spellings), None)


def tier_of_access(access_rights: str | None) -> str | None:
    """Tier that a declared access right (EU code or URI) stands for; None for one that is not listed."""
    code = (access_rights or "").rstrip("/").rpartition("/")[2].upper()
    return _file()["access_rights"].get(code)


def yes_or_no(text: str) -> bool | None:
    """True or False as people write it; None for anything else."""
    wanted = fold(text.strip())
    answers = {name: {fold(each) for each in spellings} for name, spellings in _file()["answers"].items()}
    if wanted in answers["affirmative"]:
        return True
    return False if wanted in answers["negative"] else None
