"""The registry of checks on one version's content; the labels of failures in time are found by ``quality.checks``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, ClassVar

import yaml
from ckanext.kielce.common.periods import fold
from ckanext.kielce.tables.shared import Table

from ..domain.model import Finding


@dataclass(frozen=True, slots=True)
class Subject:
    """A file as the checks look at it.

    :ivar path: the file itself (photos, archives)
    :ivar format: what its bytes are
    :ivar words: title, names, keywords and domain of the dataset and of the file, folded
    :ivar dictionary: column -> entry of the data dictionary
    :ivar problems: codes of what the reader had to put up with -> (Polish, English) sentence
    """

    path: Path | None
    format: str
    tables: Sequence[Table] = ()
    name: str = ""
    words: str = ""
    dictionary: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    problems: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judged:
    """What the checks found, and which of them were made."""

    findings: tuple[Finding, ...] = ()
    checked: frozenset[str] = frozenset()


@lru_cache(maxsize=1)
def table_of_rules() -> Mapping[str, Any]:
    """The table: thresholds and words of every check."""
    return yaml.safe_load((Path(__file__).parent / "rules.yaml").read_text(encoding="utf-8"))


def rules_version() -> str:
    """Version of the table."""
    return str(table_of_rules()["version"])


def traits(code: str) -> Mapping[str, Any]:
    """What a finding of a check does (private, withholds, part), and the check's thresholds; {} for other codes."""
    return table_of_rules()["checks"].get(code) or {}


class ContentCheck:
    """One check. Subclasses state their ``code`` and yield findings; ``params`` never hold a personal value."""

    code: ClassVar[str]

    def __init__(self, rules: Mapping[str, Any] | None = None) -> None:
        self.rules: Mapping[str, Any] = traits(self.code) if rules is None else rules

    def applies(self, subject: Subject) -> bool:
        """Whether there is something that this check can look at."""
        return bool(subject.tables)

    def findings(self, subject: Subject) -> Iterator[Finding]:
        """Yield what is wrong."""
        raise NotImplementedError

    def found(
        self,
        subject: Subject,
        variant: str = "found",
        *,
        share: float = 1.0,
        certainty: float = 1.0,
        **params: Any,
    ) -> Finding:
        """A finding; ``variant`` chooses the sentence, parameters of None are left out."""
        known = {key: value for key, value in params.items() if value is not None}
        return Finding(
            self.code,
            share=share,
            params={"variant": variant, "file": subject.name, "certainty": certainty, **known},
        )


_REGISTRY: dict[str, type[ContentCheck]] = {}


def register(check: type[ContentCheck]) -> type[ContentCheck]:
    """Class decorator: adds a check under its code."""
    _REGISTRY[check.code] = check
    return check


def registered() -> Sequence[type[ContentCheck]]:
    """Every check."""
    return tuple(_REGISTRY.values())


def judge_content(subject: Subject) -> Judged:
    """Every finding of every check that applies."""
    findings: list[Finding] = []
    checked = []
    for check in (item() for item in registered()):
        if check.applies(subject):
            checked.append(check.code)
            findings += check.findings(subject)
    return Judged(tuple(findings), frozenset(checked))


def plain(title: str) -> str:
    """A title folded, with single spaces for whatever parts its words."""
    return " ".join("".join(c if c.isalnum() or c in "%-," else " " for c in fold(title)).split())


def has_word(text: str, words: Sequence[str]) -> bool:
    """Whether a folded text has a word (or words) that begin so; words of one to three letters have to be whole."""
    padded = f" {text} "
    return any(f" {word}{' ' if len(word) <= 3 else ''}" in padded for word in words)


def row_number(table: Table, index: int) -> int:
    """The row of the file (from 1) that holds a row of the frame, where titles above it are the only gap."""
    return (table.header_row or 0) + 1 + index
