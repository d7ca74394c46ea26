"""How much of a file this room is willing to read. The one home of these bounds."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on hostile or merely huge files; sizes in bytes."""

    text_bytes: int = 256 * 2**20
    """Of a text file (CSV, JSON) at most this much is read; the rest is left out and said so."""
    rows: int = 3_000_000
    columns: int = 1_500
    """PostgreSQL holds 1,600 columns at most, two of them CKAN's own."""
    line: int = 4 * 2**20
    unpacked_bytes: int = 2**30
    """Everything unpacked from one archive together (an XLSX or ODS file is an archive too)."""
    unpacked_ratio: int = 250
    """A member larger than 10 MB may be at most this many times its packed size."""
    members: int = 5_000


LIMITS = Limits()
