"""The room's options as one typed object, read at the time of use."""

from __future__ import annotations

from dataclasses import dataclass

from ckan.plugins import toolkit as tk

PREFIX = "ckanext.kielce.digest."


@dataclass(frozen=True)
class Settings:
    """Options ``ckanext.kielce.digest.*``; see ``config_declaration.yaml`` for meanings and defaults."""

    enabled: bool
    hour: int
    weekends: bool
    coordinator: str
    escalate_days: int
    link_days: int


def settings() -> Settings:
    """Read the options now."""

    def option(name: str) -> str:
        return tk.config[PREFIX + name]

    return Settings(
        enabled=tk.asbool(option("enabled")),
        hour=int(option("hour")),
        weekends=tk.asbool(option("weekends")),
        coordinator=str(option("coordinator") or "").strip(),
        escalate_days=int(option("escalate_days")),
        link_days=int(option("link_days")),
    )
