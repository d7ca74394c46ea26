"""Judging a folder of histories: one verdict for each, broken ones by name with the remedy."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..domain.model import Finding
from .base import Scene, judge, registered
from .folder import TIMELINE, HistoryFolderError, read_folder
from .history import History
from .rules import CHECK_RULES, CheckRules
from .sentences import sentence


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the checks say of one history; `error` tells why there is nothing to say."""

    name: str
    findings: tuple[Finding, ...] = ()
    error: str | None = None

    @property
    def labels(self) -> list[str]:
        """The labels that hold, in the order of the model; empty for a sound set."""
        held = {finding.code for finding in self.findings}
        return [check.code for check in registered() if check.code in held]

    def reasons(self, lang: str) -> list[dict[str, Any]]:
        """One entry for each finding: label, sentence, remedy, since when, how sure, and where."""
        found = []
        for finding in self.findings:
            text, remedy = sentence(finding, lang)
            where = {
                key: finding.params[key]
                for key in ("file", "row", "column", "period")
                if key in finding.params
            }
            found.append(
                {
                    "label": finding.code,
                    "text": text,
                    "remedy": remedy,
                    "since": finding.since.isoformat() if finding.since else None,
                    "certainty": finding.params.get("certainty", 1.0),
                    "where": where,
                }
            )
        return found


def folders_of(root: Path) -> list[Path]:
    """The history folders in a folder: itself if it is one, else every folder directly in it, hidden ones aside.

    Raises HistoryFolderError when it isn't a folder or holds none.
    """
    if not root.is_dir():
        raise HistoryFolderError(f"{root}: no such folder")
    if (root / TIMELINE).is_file():
        return [root]
    found = sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith((".", "_")))
    if not found:
        raise HistoryFolderError(f"{root}: holds no history folders (each with {TIMELINE} and v001.csv …)")
    return found


def judge_folder(root: Path, rules: CheckRules = CHECK_RULES) -> Mapping[str, Verdict]:
    """Judge every history of a folder as of its own `as_of`; one broken folder doesn't stop the others.

    Twins are looked for beside each other; for a single folder also in the folder around it. Raises
    HistoryFolderError when there is no folder to judge.
    """
    paths = folders_of(root)
    verdicts: dict[str, Verdict] = {}
    histories: dict[str, History] = {}
    for path in paths:
        try:
            history = History(path.name or path.resolve().name, read_folder(path), rules)
            _ = history.seen
        except (HistoryFolderError, OSError) as error:
            verdicts[path.name] = Verdict(path.name, error=str(error))
        else:
            histories[history.name] = history
    scene = Scene({**_beside(paths, histories, rules), **histories})
    for name, history in histories.items():
        try:
            verdicts[name] = Verdict(name, tuple(judge(history, scene, rules)))
        except (OSError, ValueError, ArithmeticError, LookupError, csv.Error) as error:
            text = f"a version can't be judged ({type(error).__name__}: {error}); check that its files are CSV tables"
            verdicts[name] = Verdict(name, error=text)
    return dict(sorted(verdicts.items()))


def _beside(paths: list[Path], histories: Mapping[str, History], rules: CheckRules) -> dict[str, History]:
    """The twin of a single folder, read from beside it."""
    found: dict[str, History] = {}
    for history in histories.values() if len(paths) == 1 else ():
        twin = history.folder.twin
        path = history.folder.path.resolve().parent / twin.other if twin is not None else None
        if twin is not None and path is not None and (path / TIMELINE).is_file():
            try:
                found[twin.other] = History(twin.other, read_folder(path), rules)
            except HistoryFolderError:
                continue
    return found
