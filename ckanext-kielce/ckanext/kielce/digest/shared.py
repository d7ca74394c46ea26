"""The public face of the digest room: other rooms import from here and from nowhere else in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ckan.plugins import plugin_loaded

from . import answers

__all__ = ["states"]


def states(package_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """How owners stand to what they were told of these datasets and is not mended; {} while plugin ``kielce_digest`` is off.

    :returns: by dataset id: ``told_at``, ``address``, ``acknowledged_at``, ``snoozed_until``, ``escalated_at``,
        ``answered_by``, ``note``, ``waiting`` (how many without an answer); datasets without open news are left out
    """
    return answers.states(package_ids) if plugin_loaded("kielce_digest") else {}
