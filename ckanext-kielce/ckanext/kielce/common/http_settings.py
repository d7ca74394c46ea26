"""Limits of the HTTP client; the only home of their defaults is ``config_declaration.yaml``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

import yaml

OPTIONS_FILE = Path(__file__).with_name("config_declaration.yaml")
PREFIX = "ckanext.kielce.http."


@dataclass(frozen=True)
class HttpSettings:
    """Limits of the client. Times in seconds, sizes in bytes."""

    allow_hosts: frozenset[str]
    user_agent: str
    connect_timeout: float
    read_timeout: float
    total_timeout: float
    max_bytes: int
    max_ratio: int
    max_redirects: int
    retries: int
    backoff_ms: int
    requests_per_second: float

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> HttpSettings:
        """Settings from configuration values by full option name; what is absent takes the declared default.

        Raises ValueError naming the option whose value is no number.
        """
        made: dict[str, Any] = {}
        defaults = declared_defaults()
        for field in fields(cls):
            raw = values.get(PREFIX + field.name)
            value = defaults[field.name] if raw in (None, "") else raw
            if field.name == "allow_hosts":
                entries = value.split() if isinstance(value, str) else list(value or [])
                made[field.name] = frozenset(str(entry).lower() for entry in entries)
            elif field.name == "user_agent":
                made[field.name] = str(value)
            else:
                try:
                    number = float(value)
                except (TypeError, ValueError) as error:
                    raise ValueError(f"{PREFIX}{field.name}: {value!r} is not a number") from error
                made[field.name] = int(number) if str(field.type) == "int" else number
        return cls(**made)

    @classmethod
    def defaults(cls) -> HttpSettings:
        """The declared defaults, for use without CKAN."""
        return cls.from_mapping({})

    @classmethod
    def from_config(cls) -> HttpSettings:
        """The running CKAN's settings."""
        from ckan.plugins import toolkit

        return cls.from_mapping(
            {PREFIX + field.name: toolkit.config.get(PREFIX + field.name) for field in fields(cls)}
        )


@cache
def declared_defaults() -> dict[str, Any]:
    """Option name without prefix -> default, from the declaration."""
    declared = yaml.safe_load(OPTIONS_FILE.read_text(encoding="utf-8"))
    options = (option for group in declared["groups"] for option in group["options"])
    return {option["key"].removeprefix(PREFIX): option.get("default", "") for option in options}
