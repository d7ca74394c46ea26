"""What the person at the terminal sees: steps with their time, and errors with their remedy."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager


class OperatorError(Exception):
    """Something the person at the terminal can mend; the message says how. Ends the command without a traceback."""


Note = Callable[[str], None]

# Where nobody watches (a log), a long step says how far it is this often, in seconds.
QUIET_SECONDS = 20


@contextmanager
def step(title: str) -> Iterator[Note]:
    """Print ``title`` while the work goes on and its time when it is done.

    Yields a function that says how far the work is.
    """
    started = said = time.monotonic()
    interactive = sys.stdout.isatty()
    begin = "\r\x1b[K" if interactive else ""

    def note(text: str) -> None:
        nonlocal said
        if interactive:
            print(f"{begin}  … {title}: {text}"[:120], end="", flush=True)
        elif time.monotonic() - said > QUIET_SECONDS:
            said = time.monotonic()
            print(f"  … {title}: {text}", flush=True)

    if interactive:
        print(f"  … {title}", end="", flush=True)
    try:
        yield note
    except BaseException:
        print(f"{begin}  ✗ {title}  ({time.monotonic() - started:.1f} s)", flush=True)
        raise
    print(f"{begin}  ✓ {title}  ({time.monotonic() - started:.1f} s)", flush=True)


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows as aligned text; the first row is the heading."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return "\n".join(lines)
