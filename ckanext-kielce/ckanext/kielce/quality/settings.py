"""The room's options as one typed object, read from CKAN's configuration at the time of use."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ckan.plugins import toolkit as tk

PREFIX = "ckanext.kielce.quality."


@dataclass(frozen=True)
class Settings:
    """Options ``ckanext.kielce.quality.*``; see ``config_declaration.yaml`` for meanings and defaults."""

    frequency_field: str
    temporal_field: str
    columns_field: str
    coordinators: frozenset[str]
    observe_on_change: bool
    queue: str
    sweep_interval: int
    sweep_batch: int
    check_min: dt.timedelta
    check_max: dt.timedelta
    full_check: dt.timedelta
    max_bytes: int
    history_days: int
    versions_kept: int
    version_bytes: int
    version_store_bytes: int
    datastore_delay: int
    requests_per_second: float


def settings() -> Settings:
    """Read the options now (they may change between two requests in tests and by config tools)."""

    def option(name: str) -> str:
        return tk.config[PREFIX + name]

    return Settings(
        frequency_field=option("frequency_field"),
        temporal_field=option("temporal_field"),
        columns_field=option("columns_field"),
        coordinators=frozenset(tk.aslist(option("coordinators"))),
        observe_on_change=tk.asbool(option("observe_on_change")),
        queue=option("queue"),
        sweep_interval=int(option("sweep_interval")),
        sweep_batch=int(option("sweep_batch")),
        check_min=dt.timedelta(hours=int(option("check_min_hours"))),
        check_max=dt.timedelta(hours=int(option("check_max_hours"))),
        full_check=dt.timedelta(days=int(option("full_check_days"))),
        max_bytes=int(option("max_bytes")),
        history_days=int(option("history_days")),
        versions_kept=max(2, int(option("versions_kept"))),
        version_bytes=int(option("version_bytes")),
        version_store_bytes=int(option("version_store_bytes")),
        datastore_delay=int(option("datastore_delay")),
        requests_per_second=float(option("requests_per_second")),
    )
