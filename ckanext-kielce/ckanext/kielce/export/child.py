"""Starting the process that makes a file, with bounds on its time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any


class FailedError(Exception):
    """The file can't be made; ``code`` is a key of `words.FAILURES`."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail


class SlowError(Exception):
    """The process did not end in time; it was ended."""


def run(order: dict[str, Any], work: Path, seconds: float) -> None:
    """Do an order (see `export.convert`) in a process of its own. Raises `FailedError` and `SlowError`."""
    paper = work / "order.json"
    paper.write_text(json.dumps(order, default=str, ensure_ascii=False), encoding="utf-8")
    command = [sys.executable, "-m", "ckanext.kielce.export.convert", str(paper)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, cwd=work, check=False)  # noqa: S603
    except subprocess.TimeoutExpired as err:
        raise SlowError from err
    if done.returncode == 0:
        return
    try:
        told = json.loads(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        # Killed for its memory, or a mistake of ours: the last line of what it said helps whoever reads the log.
        raise FailedError(
            "broken", (done.stderr.strip().splitlines() or [str(done.returncode)])[-1][:200]
        ) from None
    raise FailedError(told["code"], told["detail"])
