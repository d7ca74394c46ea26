"""Template helpers of the indicator pages."""

from __future__ import annotations

from typing import Any

from ckan.plugins import toolkit as tk
from ckanext.kielce.common import formatting

from .domain import chart

__all__ = ["kielce_indicator_bars", "kielce_indicator_number", "kielce_indicator_text"]


def _lang() -> str:
    return "pl" if str(tk.h.lang()).startswith("pl") else "en"


def kielce_indicator_number(value: float | None, symbol: str = "") -> str:
    """A value in the reader's notation with its unit's symbol; a dash for no data."""
    if value is None:
        return "–"
    text = formatting.number(value, _lang())
    return f"{text}\u00a0{symbol}" if symbol else text


def kielce_indicator_text(row: dict[str, Any], name: str) -> str:
    """``<name>_pl`` or ``<name>_en`` of a card or value, in the reader's language where it is given."""
    first, second = ("pl", "en") if _lang() == "pl" else ("en", "pl")
    return str(row.get(f"{name}_{first}") or row.get(f"{name}_{second}") or "")


def kielce_indicator_bars(values: list[dict[str, Any]]) -> chart.Chart:
    """The bars that compare the cities."""
    return chart.bars(values, str(tk.config.get("ckanext.kielce.indicators.own_area")))
