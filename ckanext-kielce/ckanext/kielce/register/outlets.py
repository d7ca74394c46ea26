"""The whole of a filtered list, for files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import access, export, presentation, store

#: More entries than a city has sets.
MOST = 100_000


def as_csv(filters: Mapping[str, Any], *, lang: str, user: str) -> bytes:
    """The entries that the filters leave and the user may see, as CSV; the internal columns where he may see any of them.

    :param filters: of ``kielce_register_list``, ``sort`` among them
    """
    where = [access.visible(user), *store.conditions(filters, presentation.today())]
    _total, rows = store.listed(where, str(filters.get("sort") or "opening"), MOST, 0)
    internal = access.may_read_all(user) or bool(access.units(user, "read"))
    return export.rows_csv(presentation.describe(rows, lang=lang, user=user), lang, internal=internal)
