"""The mix is the one it says it is."""

from __future__ import annotations

from collections import Counter

from benchmarks.mix import KNOWN_QUERIES, SHARES, Table, addresses

NAMES = [f"zbior-{number}" for number in range(1000)]
TABLES = [Table("r", "p", "plik.csv", 1000)]


def kind(address: str) -> str:
    if "datastore_search" in address:
        return "table"
    if "download" in address:
        return "download"
    if "package_show" in address:
        return "package_show"
    return "search" if "q=" in address else "page"


def test_the_shares_are_those_of_the_table() -> None:
    found = Counter(map(kind, addresses(NAMES, TABLES, 20_000, seed=1)))
    assert sum(SHARES.values()) == 100
    for name, share in SHARES.items():
        assert abs(found[name] / 200 - share) < 1.5, name


def test_half_of_the_searches_never_repeat() -> None:
    searches = [one for one in addresses(NAMES, TABLES, 20_000, seed=1) if kind(one) == "search"]
    once = sum(number == 1 for number in Counter(searches).values())
    assert 0.47 < once / len(searches) < 0.55
    again = set(addresses(NAMES, TABLES, 20_000, seed=2)) & set(searches)
    assert 0 < len(again) <= 2 * KNOWN_QUERIES


def test_popularity_follows_zipf_and_runs_repeat() -> None:
    first = list(addresses(NAMES, TABLES, 20_000, seed=1))
    assert first == list(addresses(NAMES, TABLES, 20_000, seed=1))
    (_, top), (_, second) = Counter(one for one in first if kind(one) == "page").most_common(2)
    assert 1.5 < top / second < 2.7
