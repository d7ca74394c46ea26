"""What the person at the terminal sees: steps with their time, and errors with their remedy."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class OperatorError(Exception):
    """Something the person at the terminal can mend; the message says how. Ends the command without a traceback."""


@contextmanager
def step(title: str) -> Iterator[None]:
    """Print ``title`` while the work goes on and its time when it is done."""
    started = time.monotonic()
    interactive = sys.stdout.isatty()
    if interactive:
        print(f"  … {title}", end="", flush=True)
    try:
        yield
    except BaseException:
        print(
            ("\r" if interactive else "") + f"  ✗ {title}  ({time.monotonic() - started:.1f} s)", flush=True
        )
        raise
    print(("\r" if interactive else "") + f"  ✓ {title}  ({time.monotonic() - started:.1f} s)", flush=True)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as aligned text; the first row is the heading."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(lines)
