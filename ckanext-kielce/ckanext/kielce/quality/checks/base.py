"""The registry of checks: each looks at one history and says what it found, where, since when and how sure it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from ..domain.model import Finding
from .history import History
from .rules import CHECK_RULES, CheckRules


@dataclass(frozen=True, slots=True)
class Scene:
    """All histories of a folder, by name: twins are found here."""

    histories: Mapping[str, History]


class Check:
    """One check. Subclasses state their `code` (the label) and yield findings; several mean several places."""

    code: ClassVar[str]

    def __init__(self, rules: CheckRules = CHECK_RULES) -> None:
        self.rules = rules

    def findings(self, history: History, scene: Scene) -> Iterator[Finding]:
        """Yield what is wrong with the newest version."""
        raise NotImplementedError

    def found(
        self,
        history: History,
        variant: str,
        *,
        since: date | None = None,
        share: float = 1.0,
        certainty: float = 1.0,
        **params: Any,
    ) -> Finding:
        """A finding on the newest file; `variant` chooses the sentence, parameters of None are left out."""
        known = {key: value for key, value in params.items() if value is not None}
        details = {"variant": variant, "file": history.newest.content.name, "certainty": certainty, **known}
        return Finding(self.code, since=since, share=share, params=details)


_REGISTRY: dict[str, type[Check]] = {}


def register(check: type[Check]) -> type[Check]:
    """Class decorator: adds a check under its code."""
    _REGISTRY[check.code] = check
    return check


def registered() -> Sequence[type[Check]]:
    """Every check, in the order of the labels."""
    return tuple(_REGISTRY.values())


def judge(
    history: History, scene: Scene, rules: CheckRules = CHECK_RULES, codes: Collection[str] | None = None
) -> list[Finding]:
    """Every finding of every check, or of those with the given codes."""
    made = [check for check in registered() if codes is None or check.code in codes]
    return [item for check in made for item in check(rules).findings(history, scene)]
