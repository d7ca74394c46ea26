"""Judge a folder of past versions with no service running: ``python -m ckanext.kielce.quality.replay FOLDER [--json]``.

FOLDER holds one history folder for each dataset, or is one (format: quality model, section 5). Each is judged as of its
own ``as_of``. Prints labels and reasons; ``--json`` prints ``{"<folder>": {"labels": [...], "reasons": [...]}}``, and
``"error"`` beside them for a folder that can't be judged. Exit code 0; 1 when a folder could not be judged; 2 when there
is nothing to judge.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .checks import HistoryFolderError, Verdict, judge_folder


def as_json(verdicts: Mapping[str, Verdict], lang: str = "pl") -> dict[str, dict[str, Any]]:
    """Return the verdicts as plain data; a reason holds label, text, remedy, since, certainty and where."""
    found: dict[str, dict[str, Any]] = {}
    for name, verdict in verdicts.items():
        found[name] = {"labels": verdict.labels, "reasons": verdict.reasons(lang)}
        if verdict.error:
            found[name] |= {"reasons": [{"label": None, "text": verdict.error}], "error": verdict.error}
    return found


def as_text(verdicts: Mapping[str, Verdict], lang: str = "pl") -> str:
    """Return the verdicts as lines for people."""
    lines = []
    for name, verdict in verdicts.items():
        if verdict.error:
            lines.append(f"{name}: ! {verdict.error}")
            continue
        lines.append(f"{name}: {', '.join(verdict.labels) or '-'}")
        lines += [f"    {item['text']} {item['remedy']}" for item in verdict.reasons(lang)]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m ckanext.kielce.quality.replay", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of history folders, or one of them")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument(
        "--lang", choices=("pl", "en"), default="pl", help="language of the reasons (default: pl)"
    )
    chosen = parser.parse_args(arguments)
    try:
        verdicts = judge_folder(chosen.folder)
    except HistoryFolderError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if chosen.json:
        sys.stdout.write(json.dumps(as_json(verdicts, chosen.lang), ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write(as_text(verdicts, chosen.lang) + "\n")
    return 1 if any(verdict.error for verdict in verdicts.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
