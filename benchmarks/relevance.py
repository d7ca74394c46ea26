"""How good an order of results is: nDCG@10 against graded judgements. Pure.

Judgements name datasets by the beginnings of their titles (``*`` stands for anything), so that they hold for every filling of
the stand-in city; see ``search_queries/``.
"""

from __future__ import annotations

import fnmatch
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).with_name("search_queries")
SETS = ("dev", "holdout")
DEPTH = 10


@dataclass(frozen=True)
class Judged:
    """A question with its judgements: ``want`` is grade -> patterns of titles."""

    q: str
    theme: str
    want: Mapping[int, Sequence[str]]


def read(name: str) -> list[Judged]:
    """The questions of a set."""
    rows: list[dict[str, Any]] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))[
        "queries"
    ]
    return [Judged(row["q"], row["theme"], row["want"]) for row in rows]


def grades(judged: Judged, titles: Iterable[str]) -> dict[str, int]:
    """Grade of each title that was judged; the highest where several patterns fit."""
    found: dict[str, int] = {}
    for grade in sorted(judged.want):
        for pattern in judged.want[grade]:
            wanted = pattern.casefold() + ("" if pattern.endswith("*") else "*")
            # "[" is no wildcard in a title
            wanted = wanted.replace("[", "[[]")
            found |= {title: grade for title in titles if fnmatch.fnmatchcase(title.casefold(), wanted)}
    return found


def gain(ordered: Sequence[int]) -> float:
    """Discounted cumulative gain of the first ten grades."""
    return sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(ordered[:DEPTH]))


def ndcg(results: Sequence[str], wanted: Mapping[str, int]) -> float:
    """nDCG@10 of titles in their order; 1 is the best order there can be. ``wanted`` must not be empty."""
    best = gain(sorted(wanted.values(), reverse=True))
    return gain([wanted.get(title, 0) for title in results]) / best


def percentile(values: Sequence[float], share: float) -> float:
    """The value that a share of the values does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]
