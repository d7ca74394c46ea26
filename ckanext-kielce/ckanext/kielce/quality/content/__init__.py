"""Checks on one version's content by itself: personal data beyond PESELs, locations in photos, exact courses of networks,
columns that are empty, doubled, out of range or undescribed, files that harm. Pure: no CKAN, no database, no network.

Each check is a small class in the registry; thresholds and words are in rules.yaml, sentences in sentences.yaml.
"""

from . import columns, files, network, people, photos, small_cells  # noqa: F401
from .base import (
    ContentCheck,
    Judged,
    Subject,
    judge_content,
    register,
    registered,
    rules_version,
    traits,
)
from .columns import undescribed
from .sentences import sentence

__all__ = [
    "ContentCheck",
    "Judged",
    "Subject",
    "judge_content",
    "register",
    "registered",
    "rules_version",
    "sentence",
    "traits",
    "undescribed",
]
