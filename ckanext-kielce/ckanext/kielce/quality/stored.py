"""An assessment kept as JSON, and back: what was judged once can be told in any language later."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from enum import Enum
from typing import Any

from .domain.model import (
    Assessment,
    ClosedDeclaration,
    Component,
    Deduction,
    Forecast,
    Gate,
    Part,
    PartState,
)

MOMENTS = ("assessed_at", "next_crossing", "due_at", "overdue_at", "delinquent_at", "last_new_content")
FORECAST_MOMENTS = ("median", "earliest", "latest", "overdue_at")


def dump(value: Any) -> Any:
    """Plain JSON of the domain's answers: dates as ISO text, enumerations as their values."""
    if hasattr(value, "__dataclass_fields__"):
        return {item.name: dump(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    if hasattr(value, "items"):
        return {str(key): dump(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [dump(item) for item in value]
    return value


def load(kept: dict[str, Any]) -> Assessment:
    """The assessment that ``dump`` made the JSON of."""
    values = dict(kept)
    for name in MOMENTS:
        values[name] = _moment(kept.get(name))
    values["newest_period"] = _day(kept.get("newest_period"))
    for name in ("metadata", "freshness", "content"):
        values[name] = _component(kept[name])
    values["gates"] = tuple(Gate(**gate) for gate in kept["gates"])
    values["deductions"] = tuple(Deduction(**item) for item in kept["deductions"])
    forecast = kept.get("forecast")
    if forecast:
        values["forecast"] = Forecast(
            **{**forecast, **{name: _moment(forecast[name]) for name in FORECAST_MOMENTS}}
        )
    closed = kept.get("closed")
    if closed:
        values["closed"] = ClosedDeclaration(
            **{**closed, "end": _day(closed["end"]), "at": _moment(closed["at"])}
        )
    return Assessment(**values)


def _component(kept: dict[str, Any]) -> Component:
    parts = tuple(Part(**{**part, "state": PartState(part["state"])}) for part in kept["parts"])
    return Component(**{**kept, "parts": parts, "notes": tuple(kept["notes"])})


def _moment(text: str | None) -> Any:
    return dt.datetime.fromisoformat(text) if text else None


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None
