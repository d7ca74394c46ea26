"""Whether what a source answered may be believed. Pure.

The rules are a table: each looks at the numbers of a reading and says when it must not be acted on. A refused reading
changes nothing until somebody accepts it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from ckanext.kielce.harvest.words import say


@dataclass(frozen=True)
class Reading:
    """The numbers of a reading.

    ``read`` records came, ``expected`` were promised (None: no promise), ``alive`` were there before, ``gone`` of them are
    not there now, ``minimum_share`` is the share (%) of the known records that has to remain.
    """

    read: int
    expected: int | None
    alive: int
    gone: int
    minimum_share: float
    known: int = 0

    @property
    def left(self) -> int:
        """Known records that are still there."""
        return self.alive - self.gone


@dataclass(frozen=True)
class Refusal:
    """Why a reading is not acted on; ``cause`` is the rule's name."""

    cause: str
    numbers: dict[str, Any]

    def as_json(self, **more: Any) -> dict[str, Any]:
        """``{cause, pl, en, numbers}``; ``more`` fills the sentence (``url``)."""
        values = {**self.numbers, **more}
        return {
            "cause": self.cause,
            "pl": say(self.cause, "pl", **values),
            "en": say(self.cause, "en", **values),
            "numbers": self.numbers,
        }


FEW = 3  # so many lost records are a loss at minimum_share; one or two only when they are half of all


def _empty(it: Reading) -> bool:
    # A source whose records are all given up already (an accepted loss) may stay empty.
    return it.read == 0 and (it.alive > 0 or it.known == 0)


def _cut(it: Reading) -> bool:
    return it.expected is not None and it.read < it.expected


def _shrunk(it: Reading) -> bool:
    many = it.gone >= FEW or it.gone * 2 >= it.alive
    return it.gone > 0 and many and it.left * 100 < it.alive * it.minimum_share


RULES: tuple[tuple[str, Callable[[Reading], bool]], ...] = (
    ("empty", _empty),
    ("cut", _cut),
    ("shrunk", _shrunk),
)


def refusal(reading: Reading) -> Refusal | None:
    """The first rule that the reading breaks, or None when it may be acted on."""
    for cause, broken in RULES:
        if broken(reading):
            numbers = {**asdict(reading), "left": reading.left, "share": f"{reading.minimum_share:g}"}
            return Refusal(cause, numbers)
    return None
