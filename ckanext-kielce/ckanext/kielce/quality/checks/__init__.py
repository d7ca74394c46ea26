"""Checks on a dataset's past versions: pure, no CKAN, no database, no network.

`judge_folder` judges every history of a folder; each check is a small class in the registry (one file each), its numbers
are in `rules`, its sentences in sentences.yaml.
"""

from . import (  # noqa: F401
    bad_dates,
    freq_gaming,
    method_break,
    pii,
    schema_break,
    touched_only,
    truncated,
    twin_disagreement,
    volume_collapse,
)  # isort: skip
from .base import Check, Scene, judge, register, registered
from .folder import Folder, HistoryFolderError, read_folder
from .history import History
from .rules import CHECK_RULES, CheckRules
from .sentences import sentence
from .verdict import Verdict, judge_folder

__all__ = [
    "CHECK_RULES",
    "Check",
    "CheckRules",
    "Folder",
    "History",
    "HistoryFolderError",
    "Scene",
    "Verdict",
    "judge",
    "judge_folder",
    "read_folder",
    "register",
    "registered",
    "sentence",
]
