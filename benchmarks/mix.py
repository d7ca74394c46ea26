"""What an anonymous day asks for, as a list of addresses: popular things often, half of the searches never again.

Shares are those of the issue's mix. Popularity follows Zipf's law with exponent 1 over all datasets, in an order drawn once.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from urllib.parse import urlencode

#: What is asked for, of 100 requests. Searches are half pages, half API; half of either never repeat.
SHARES = {"page": 28, "package_show": 27, "search": 30, "table": 10, "download": 5}
KNOWN_QUERIES = 300
_WORDS = (
    "ścieżki rowerowe przedszkola szkoły budżet wydatki powietrze jakość pomiary odpady śmieci drogi remonty autobusy rozkład "
    "przystanki mieszkańcy ludność działki plan zabudowa zieleń drzewa hałas woda ciepło oświetlenie parkingi wypadki kultura "
    "biblioteki sport turystyka zabytki zdrowie przychodnie pomoc wybory podatki przetargi umowy inwestycje energia zużycie "
    "rekrutacja uczniowie nauczyciele granice osiedla ulice adresy punkty obiekty sieć kanalizacja gaz targowiska place zabaw"
)
WORDS = _WORDS.split()


@dataclass(frozen=True)
class Table:
    """A table of the DataStore that is read, and the file that it was loaded from."""

    resource_id: str
    package_id: str
    file: str
    rows: int


def zipf(number: int) -> list[float]:
    """Cumulated weights 1, 1/2, 1/3 …"""
    return list(accumulate(1 / rank for rank in range(1, number + 1)))


def query(chance: random.Random, words: int) -> str:
    """A search of so many words."""
    return " ".join(chance.sample(WORDS, words))


def addresses(names: Sequence[str], tables: Sequence[Table], number: int, seed: int) -> Iterator[str]:
    """Paths to ask for. The same seed gives the same list; another seed, other searches that never repeat."""
    order = random.Random(2026).sample(list(names), len(names))
    weights = zipf(len(order))
    known = [query(random.Random(f"known {place}"), 1 + place % 2) for place in range(KNOWN_QUERIES)]
    known_weights = zipf(len(known))
    chance = random.Random(seed)
    kinds = chance.choices(list(SHARES), list(SHARES.values()), k=number)
    for place, kind in enumerate(kinds):
        if kind == "search":
            if chance.random() < 0.5:
                words = chance.choices(known, cum_weights=known_weights)[0]
            else:
                words = f"{query(chance, 2)} {seed}{place}"
            if chance.random() < 0.5:
                yield "/dataset/?" + urlencode({"q": words})
            else:
                yield "/api/3/action/package_search?" + urlencode({"q": words, "rows": 20})
        elif kind in ("page", "package_show"):
            name = chance.choices(order, cum_weights=weights)[0]
            yield f"/dataset/{name}" if kind == "page" else f"/api/3/action/package_show?id={name}"
        else:
            table = chance.choice(tables)
            if kind == "table":
                asked = {"resource_id": table.resource_id, "limit": 100, "offset": 100 * chance.randrange(10)}
                yield "/api/3/action/datastore_search?" + urlencode(asked)
            else:
                yield f"/dataset/{table.package_id}/resource/{table.resource_id}/download/{table.file}"
