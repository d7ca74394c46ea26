"""Marking of sentences that are translated where they are shown."""

from __future__ import annotations


def N_(text: str) -> str:  # noqa: N802 - the name that message extraction looks for
    """Mark a sentence for extraction into the catalogue of translations; gives it back as it is."""
    return text
