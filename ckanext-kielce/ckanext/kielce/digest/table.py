"""The table of kinds (``kinds.yaml``). Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

Section = Literal["worse", "soon", "better"]
SECTIONS: tuple[Section, ...] = ("worse", "soon", "better")


@dataclass(frozen=True)
class Kind:
    """How a kind of transition is told; see ``kinds.yaml``."""

    section: Section
    task: str = ""
    days: int = 0
    alone: bool = False


@cache
def _file() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("kinds.yaml").read_text(encoding="utf-8"))
    return found


def kind(name: str) -> Kind | None:
    """How a kind is told; None for one that owners are not told of."""
    found = _file()["kinds"].get(name)
    return Kind(**found) if found else None


def kinds() -> list[str]:
    """Every kind that owners are told of."""
    return list(_file()["kinds"])


def task(name: str, code: str) -> str:
    """The coordinator's desk's word for what is open; "" where there is none."""
    found = kind(name)
    return found.task.format(code=code) if found else ""


def escalation_days(name: str, code: str) -> int:
    """Days after which unacknowledged news goes to the director; 0: never."""
    found = kind(name)
    days = found.days if found else 0
    return min(days, _file()["codes"].get(code, days)) if name == "found" else days


def ended_by(name: str) -> tuple[str, ...]:
    """Kinds of news that are over once a transition of this kind comes."""
    return tuple(_file()["ends"].get(name, ()))


def snooze_days() -> list[int]:
    """For how many days news may be put off."""
    return list(_file()["snooze"])
