"""The table of kinds, states and lengths (``kinds.yaml``)."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml


@cache
def table() -> dict[str, Any]:
    """The whole table."""
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("kinds.yaml").read_text(encoding="utf-8"))
    return found


KINDS = tuple(table()["kinds"])
STATES = tuple(table()["states"])
REUSES = tuple(table()["reuses"])


def word(part: str, code: str, lang: str) -> str:
    """The word for a code of ``kinds``, ``states`` or ``reuses``; the code itself when there is none."""
    entry = table()[part].get(code)
    return entry["en" if lang == "en" else "pl"] if entry else code


def is_open(state: str) -> bool:
    """Whether this state waits for an answer."""
    return bool(table()["states"][state]["open"])


OPEN = tuple(state for state in STATES if is_open(state))
