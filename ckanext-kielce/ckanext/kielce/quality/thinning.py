"""Which past versions to drop when there are too many. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

#: The newest versions, which are thinned out last.
NEWEST = 4


@dataclass(frozen=True)
class Kept:
    """A kept version without its text."""

    sha256: str
    value_hash: str | None
    seen_at: dt.datetime
    size: int


def surplus(kept: Sequence[Kept], most: int, most_bytes: int) -> list[str]:
    """Which versions to drop so that at most ``most`` of ``most_bytes`` in all are left; the newest always stays.

    Versions that only spell the values of an earlier one anew go first, then those closest in time to their neighbours. The
    first and the newest few stay as long as they fit.

    :param kept: oldest first
    """
    left = sorted(kept, key=lambda item: item.seen_at)
    dropped: list[str] = []

    def too_much() -> bool:
        return len(left) > 1 and (len(left) > most or sum(item.size for item in left) > most_bytes)

    while too_much():
        inner = left[1 : max(1, len(left) - min(NEWEST, most - 1))]
        values = [item.value_hash for item in left]
        again = [item for item in inner if item.value_hash and item.value_hash in values[: left.index(item)]]
        if again:
            gone = again[0]
        elif inner:
            spans = {
                two.sha256: three.seen_at - one.seen_at
                for (one, two), (_, three) in pairwise(list(pairwise(left)))
            }
            gone = min(inner, key=lambda item: spans[item.sha256])
        else:
            gone = left[1] if len(left) > 2 else left[0]
        left.remove(gone)
        dropped.append(gone.sha256)
    return dropped
