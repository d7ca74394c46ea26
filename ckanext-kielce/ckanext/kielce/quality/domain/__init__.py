"""The quality model: pure functions over plain data, with `now` passed in. No CKAN, no database, no network.

`assess(evidence, now)` is the whole model; `sentences` says its answer in plain words; `mqa.assess_mqa` counts the
EU's points on the RDF a portal emits. Numbers live in `rules`, evidence and answer in `model`.
"""

from .index import assess
from .mqa import assess_mqa, band
from .rules import RULES, Rules
from .sentences import (
    explain,
    gate_sentence,
    note_sentences,
    reason_sentence,
    status_sentence,
    status_word,
)

__all__ = [
    "RULES",
    "Rules",
    "assess",
    "assess_mqa",
    "band",
    "explain",
    "gate_sentence",
    "note_sentences",
    "reason_sentence",
    "status_sentence",
    "status_word",
]
