"""Template helpers of the desk."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from . import roles, words

__all__ = ["kielce_desk_signed", "kielce_desk_viewer", "kielce_desk_word"]


def kielce_desk_viewer() -> roles.Viewer | None:
    """What the reader is at the desk; asked once a request. None: he has no place there."""
    if not tk.current_user.is_authenticated:
        return None
    if "_kielce_desk_viewer" not in tk.g.__dict__:
        tk.g._kielce_desk_viewer = roles.viewer_of(tk.g.user)
    return tk.g._kielce_desk_viewer


def kielce_desk_word(table: str, code: str) -> str:
    """Word for a code; table is kind, state, role, do, list or head."""
    tables = {
        "kind": words.KINDS,
        "state": words.STATES,
        "role": words.ROLES,
        "do": words.DO,
        "list": words.LISTS,
        "head": words.HEADS,
    }
    return tk._(tables[table][code]) if code in tables[table] else code


def kielce_desk_signed(value: Any, decimals: int = 1) -> str:
    """A number with its sign, as a trend is written; "–" for none."""
    if value is None:
        return "–"
    text = tk.h.kielce_number(abs(value), decimals)
    zero = round(abs(value), decimals) == 0
    return text if zero else f"+{text}" if value > 0 else f"\u2212{text}"
