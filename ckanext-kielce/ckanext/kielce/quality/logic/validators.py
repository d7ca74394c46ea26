"""Validators of this room."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ckan.plugins import toolkit as tk


def kielce_quality_iso_date(value: Any) -> str:
    """A calendar day as ``YYYY-MM-DD``."""
    try:
        return dt.date.fromisoformat(str(value).strip()).isoformat()
    except ValueError as error:
        raise tk.Invalid(tk._("Give a date as year-month-day, for example 2026-03-31")) from error
