"""The room's options as one typed object, read from CKAN's configuration at the time of use."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ckan.plugins import toolkit as tk

PREFIX = "ckanext.kielce.desk."


@dataclass(frozen=True)
class Settings:
    """Options ``ckanext.kielce.desk.*``; see ``config_declaration.yaml`` for meanings and defaults."""

    rows: int
    export_rows: int
    use_days: int
    ask: dt.timedelta
    staged: dt.timedelta
    inline_bytes: int


def settings() -> Settings:
    """Read the options now."""

    def number(name: str) -> int:
        return int(tk.config[PREFIX + name])

    return Settings(
        rows=max(1, number("rows")),
        export_rows=number("export_rows"),
        use_days=max(1, number("use_days")),
        ask=dt.timedelta(days=number("ask_days")),
        staged=dt.timedelta(hours=max(1, number("staged_hours"))),
        inline_bytes=number("inline_bytes"),
    )
