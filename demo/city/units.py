"""The publishing units of the stand-in city (``units.yaml``): the portal makes an organisation of each."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml


@dataclass(frozen=True)
class Unit:
    """A unit: ``name`` is its id in the portal; ``kind`` urzad | jednostka | spolka | partner."""

    name: str
    title: str
    title_en: str
    kind: str

    @property
    def email(self) -> str:
        """A made-up address for questions about data."""
        return f"dane@{self.name}.kielce.example"

    @property
    def url(self) -> str:
        """A made-up home page."""
        return f"https://{self.name}.kielce.example/"


@lru_cache(maxsize=1)
def units() -> tuple[Unit, ...]:
    """All units, in the order of the file."""
    raw = yaml.safe_load(Path(__file__).with_name("units.yaml").read_text(encoding="utf-8"))
    return tuple(Unit(**row) for row in raw)


def unit(name: str) -> Unit:
    """One unit. Raises ``KeyError`` for an unknown name."""
    for one in units():
        if one.name == name:
            return one
    raise KeyError(f"no unit {name!r} in units.yaml")
