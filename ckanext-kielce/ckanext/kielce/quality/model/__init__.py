"""Tables of the quality room.

They hold no foreign keys to CKAN's tables on purpose: history follows content, so it has to outlive a dataset or a
resource that is purged and created again.
"""

from .evidence import Decision, Declaration, Lineage, LinkCheck, Observation
from .findings import FindingRow, Judgement, Version
from .publish import Event, Follower
from .score import Score, ScoreDay

__all__ = [
    "Decision",
    "Declaration",
    "Event",
    "FindingRow",
    "Follower",
    "Judgement",
    "Lineage",
    "LinkCheck",
    "Observation",
    "Score",
    "ScoreDay",
    "Version",
]
