"""The table of what a sheet asks (``rules.yaml``), and which rule a layer belongs to. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from ckanext.kielce.common.periods import fold

Said = Mapping[str, str]


@dataclass(frozen=True)
class Rule:
    """One row of the table.

    :ivar part: ``role``, ``touches``, ``near`` or ``other``
    :ivar reach: metres within which a line or point counts as touching
    :ivar name: the column that names a feature, ``layer`` for its layer's title, "" for the first of the table's ``names``
    :ivar where: column and words, of which a feature's column has to hold one
    """

    code: str
    part: str
    title: Said
    words: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None
    kinds: frozenset[str] = frozenset()
    group: str = ""
    expected: bool = False
    reach: int = 0
    show: tuple[str, ...] = ()
    where: tuple[str, tuple[str, ...]] | None = None
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    note: Said = field(default_factory=dict)
    clear: Said = field(default_factory=dict)
    one: Said = field(default_factory=dict)
    name: str = ""

    def fits(self, text: str, kind: str) -> bool:
        """Whether a layer of this folded description belongs here; ``kind`` "" is not known yet."""
        if self.words is None or not self.words.search(text):
            return False
        if self.unless is not None and self.unless.search(text):
            return False
        return not self.kinds or not kind or kind in self.kinds


@dataclass(frozen=True)
class Table:
    """The whole file."""

    rules: tuple[Rule, ...]
    raw: Mapping[str, Any]
    skip: re.Pattern[str]

    def part(self, name: str) -> list[Rule]:
        """Rules of one part, in the file's order."""
        return [rule for rule in self.rules if rule.part == name]

    def role(self, code: str) -> Rule:
        """The rule of a role."""
        return next(rule for rule in self.rules if rule.part == "role" and rule.code == code)


OTHER = Rule("other", "other", {"pl": "Inne warstwy", "en": "Other layers"})


def _pattern(text: str | None) -> re.Pattern[str] | None:
    return re.compile(text) if text else None


def _rule(part: str, code: str, row: Mapping[str, Any]) -> Rule:
    where = row.get("where")
    return Rule(
        code=code,
        part=part,
        title=row.get("title", {}),
        words=_pattern(row["words"]),
        unless=_pattern(row.get("not")),
        kinds=frozenset(row.get("kinds", ())),
        group=row.get("group", "land" if part == "role" else ""),
        expected=bool(row.get("expected")),
        reach=int(row.get("reach", 0)),
        show=tuple(row.get("show", ())),
        where=(where["column"], tuple(where["holds"])) if where else None,
        columns={name: tuple(names) for name, names in row.get("columns", {}).items()},
        note=row.get("note", {}),
        clear=row.get("clear", {}),
        one=row.get("one", {}),
        name=row.get("name", ""),
    )


@lru_cache(maxsize=1)
def table() -> Table:
    """Read the table once a process."""
    raw = yaml.safe_load(Path(__file__).with_name("rules.yaml").read_text(encoding="utf-8"))
    rules = [_rule("role", code, row) for code, row in raw["roles"].items()]
    rules += [_rule(part, row["code"], row) for part in ("touches", "near") for row in raw[part]]
    return Table(tuple(rules), raw, re.compile(raw["other"]["skip"]))


def version() -> int:
    """Raised by hand in the table when layers have to be taken in anew."""
    return int(table().raw["version"])


@lru_cache(maxsize=4096)
def description(title: str, tags: tuple[str, ...], layer_name: str) -> str:
    """The folded text that rules look at."""
    name = layer_name.rsplit(":", 1)[-1]
    return fold(" | ".join((title, *tags, name.replace("_", " "), name)))


@lru_cache(maxsize=4096)
def rule_of(text: str, kind: str) -> Rule | None:
    """The rule of a layer; None for one that a sheet never asks.

    :param text: see `description`
    :param kind: ``point``, ``line``, ``area``, or "" when it is not known yet
    """
    if table().skip.search(text):
        return None
    for rule in table().rules:
        if rule.fits(text, kind):
            return rule
    return OTHER if kind in ("area", "") else None


def said(words: Mapping[str, Any] | None, lang: str) -> str:
    """A text of the table in one language, "" where there is none."""
    return str((words or {}).get(lang) or "")


def word(section: str, code: str, lang: str) -> str:
    """One of the table's words: ``states``, ``reasons``, ``kinds``."""
    return said(table().raw["words"][section][code], lang)


def limit(name: str) -> int:
    """A bound on what may be asked: ``vertices``, ``hectares``, ``text``, ``nearest``, ``farthest``."""
    return int(table().raw["limits"][name])


def columns_of(rule: Rule, attributes: Mapping[str, str]) -> dict[str, str]:
    """What a feature holds in the columns that a rule names, by the rule's own names."""
    folded = {name.lower(): value for name, value in attributes.items()}
    return {
        meaning: next((folded[name] for name in names if folded.get(name)), "")
        for meaning, names in rule.columns.items()
    }
