"""Surrogate keys: short names of what an answer shows, by which a cache finds the copies that a change has spoilt."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

#: Every answer that is kept. Purged when units, domains or the portal's code change.
ALL = "all"
#: Answers that show a selection of datasets.
LISTS = "lists"
#: Answers that show more datasets than a header holds keys.
MANY = "many"
#: Keys that one header may hold: at 15 bytes each this stays well below the 8 kB that caches take.
MOST = 300


def dataset(package_id: str) -> str:
    """Key of a dataset: enough of its id to be its own."""
    return "d" + package_id.replace("-", "")[:13]


def of_answer(package_ids: Collection[str], *, lists: bool) -> list[str]:
    """Keys of an answer that shows these datasets."""
    found = [ALL, *([LISTS] if lists else [])]
    if len(package_ids) > MOST:
        return [*found, MANY]
    return [*found, *sorted(map(dataset, package_ids))]


def batches(keys: Iterable[str]) -> Iterator[list[str]]:
    """Keys in portions of which each fits into a header."""
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), MOST):
        yield wanted[start : start + MOST]
