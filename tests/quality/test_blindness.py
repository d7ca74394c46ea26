"""What hashes of values are blind to, and what they see, whatever the table: the portal's and that of the checks."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Any

from ckanext.kielce.quality.checks.table import Table
from ckanext.kielce.tables.shared import read, value_hash
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.quality.checks.city_histories import Spelling, panel, shown

relaxed = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
SEEDS = st.integers(0, 10**6)
SPELLINGS = st.builds(
    Spelling,
    mark=st.sampled_from([";", "\t", "|"]),
    codec=st.sampled_from(["utf-8", "cp1250", "utf-16"]),
    bom=st.booleans(),
    comma=st.booleans(),
    ends=st.sampled_from(["\n", "\r\n"]),
    quotes=st.booleans(),
    tail=st.sampled_from(["", "\n", "\r\n\r\n"]),
)


def made(seed: int) -> tuple[list[str], list[list[Any]]]:
    rng = random.Random(seed)
    one = panel(rng, rng.choice(("month", "quarter", "year")), back=6)
    return one.header, shown(one, one.rows)


def portal_hash(data: bytes) -> str:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.csv"
        path.write_bytes(data)
        return value_hash(read(path)[0])


@relaxed
@given(SEEDS, SPELLINGS, SPELLINGS, st.randoms(use_true_random=False))
def test_blind_to_spelling_and_order(seed: int, one: Spelling, two: Spelling, rng: random.Random) -> None:
    header, rows = made(seed)
    order = rng.sample(range(len(header)), len(header))
    mixed = [[row[at] for at in order] for row in rng.sample(rows, len(rows))]
    first, second = one.bytes(header, rows), two.bytes([header[at] for at in order], mixed)
    assert portal_hash(first) == portal_hash(second)
    assert Table(first).value_hash == Table(second).value_hash


@relaxed
@given(SEEDS, SPELLINGS, st.randoms(use_true_random=False))
def test_a_changed_missing_or_doubled_value_is_seen(seed: int, how: Spelling, rng: random.Random) -> None:
    header, rows = made(seed)
    at = rng.randrange(len(rows))
    column = next(n for n in range(len(header) - 1, 0, -1) if isinstance(rows[at][n], (int, float)))
    changed = [list(row) for row in rows]
    kind = rng.randrange(3)
    if kind == 0:
        changed[at][column] = rows[at][column] + 1
    elif kind == 1:
        changed[at][column] = None
    else:
        changed.append(list(rows[at]))
    first, second = how.bytes(header, rows), how.bytes(header, changed)
    assert portal_hash(first) != portal_hash(second)
    assert Table(first).value_hash != Table(second).value_hash


@relaxed
@given(SEEDS, SPELLINGS)
def test_whole_numbers_with_and_without_decimals_are_one(seed: int, how: Spelling) -> None:
    header, rows = made(seed)
    longer = [
        [
            row[0],
            *(
                float(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell
                for cell in row[1:]
            ),
        ]
        for row in rows
    ]
    assert portal_hash(how.bytes(header, rows)) == portal_hash(how.bytes(header, longer))
    assert Table(how.bytes(header, rows)).value_hash == Table(how.bytes(header, longer)).value_hash
