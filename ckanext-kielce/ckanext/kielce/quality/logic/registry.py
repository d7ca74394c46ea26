"""Which actions the plugin offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import action, action_findings, action_publish, datastore


def actions() -> dict[str, Callable[..., Any]]:
    """All actions of the room, and the DataStore's writes that it follows."""
    own = {name: getattr(action, name) for name in vars(action) if name.startswith("kielce_quality_")}
    own |= {name: getattr(action_findings, name) for name in action_findings.__all__}
    own |= {name: getattr(action_publish, name) for name in action_publish.__all__}
    return own | datastore.chained_writes()
