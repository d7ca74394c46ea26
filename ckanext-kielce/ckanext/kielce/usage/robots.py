"""Telling crawlers from people and their programs. Pure."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml

_FILE = Path(__file__).with_name("robots.yaml")


@cache
def words() -> tuple[str, ...]:
    """The words of ``robots.yaml``."""
    return tuple(yaml.safe_load(_FILE.read_text(encoding="utf-8"))["words"])


def is_robot(user_agent: str | None) -> bool:
    """True for crawlers, monitors and for those who send no User-Agent at all."""
    agent = (user_agent or "").strip().lower()
    return not agent or any(word in agent for word in words())
