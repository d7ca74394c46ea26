"""The publishing units, from the portal's own vocabulary: the stand-in city publishes in their names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import yaml

VOCABULARY = Path(__file__).resolve().parents[2] / "schemas" / "vocabularies" / "units.yaml"


@dataclass(frozen=True)
class Unit:
    """A unit: ``name`` is its id in the portal; ``email`` a role address in a reserved domain."""

    name: str
    title: str
    title_en: str
    email: str

    @property
    def url(self) -> str:
        """A made-up home page."""
        return f"https://{self.email.partition('@')[2]}/"


@lru_cache(maxsize=1)
def units() -> dict[str, Unit]:
    """All units by name."""
    raw = yaml.safe_load(VOCABULARY.read_text(encoding="utf-8"))
    return {row["code"]: Unit(row["code"], row["pl"], row["en"], row["email"]) for row in raw["entries"]}


def unit(name: str) -> Unit:
    """One unit. Raises ``KeyError`` for an unknown name."""
    try:
        return units()[name]
    except KeyError:
        raise KeyError(f"no unit {name!r} in {VOCABULARY.name}") from None
