"""Sick histories, first part: series that stand still or break off."""

from __future__ import annotations

import random
from datetime import timedelta

from tests.quality.checks.generator import (
    REGISTER,
    Base,
    Draft,
    draft,
    grow,
    period_end,
    register,
    render,
)

MANY = {"day": 12, "week": 8, "month": 7, "quarter": 5, "year": 4}
"""Periods that are more than enough for a series to count as cut off."""
RESPELT = (
    {}, {"bom": True, "encoding": "utf-8"}, {"ends": "\r\n"}, {"quote": True}, {"trailing": 3},
    {"encoding": "cp1250", "bom": False},
)  # fmt: skip


def touched(
    rng: random.Random, grain: str | None = None, ways: tuple = RESPELT, many: bool | None = None
) -> Draft:
    base = Base.draw(rng, grain)
    many = rng.random() < 0.5 if many is None else many
    times = MANY[base.grain] + rng.randrange(3) if many else 5 if base.grain in ("day", "week") else 4
    stop = base.last - times
    found = grow(base, draft(base), stop, max(3, base.count() - times))
    for n in range(1, times + 1):
        way = rng.choice(ways)
        data = base.file(stop, **way)
        if way.get("order"):
            rows = base.rows(stop)
            rng.shuffle(rows)
            data = render(base.header, rows, base.style)
        found.add(base.published(stop + n) + timedelta(days=1 if n == times and not many else 0), data)
    found.labels = {"touched_only"}
    if many or base.grain in ("quarter", "year"):
        found.labels.add("truncated")
    return found


def touched_same_bytes(rng: random.Random) -> Draft:
    return touched(rng, ways=({},))


def touched_headers(rng: random.Random) -> Draft:
    found = touched(rng, rng.choice(("month", "week")), ways=({},), many=False)
    last = found.versions[-5][1]
    found.versions = [
        (at, data, {"same_file": True} if data == last and n > len(found.versions) - 5 else {})
        for n, (at, data, _) in enumerate(found.versions)
    ]
    return found


def touched_order(rng: random.Random) -> Draft:
    base = Base.draw(rng, "month")
    stop = base.last - 4
    found = grow(base, draft(base), stop, 8)
    for n in range(1, 5):
        rows = base.rows(stop)
        rng.shuffle(rows)
        found.add(base.published(stop + n) + timedelta(days=1), render(base.header, rows, base.style))
    found.labels = {"touched_only"}
    return found


def touched_register(rng: random.Random) -> Draft:
    found, style, rows, moments = register(rng, "QUARTERLY", 90, 9)
    for n, at in enumerate(moments):
        kept = rows[: 40 + 2 * min(n, 3)]
        way = rng.choice(RESPELT) if n > 3 else {}
        found.add(at, render(REGISTER, kept, style.changed(**way)))
    found.labels = {"touched_only"}
    return found


def truncated_all(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    times = MANY[base.grain] + rng.randrange(3)
    stop = base.last - times
    found = grow(base, draft(base), stop, max(3, base.count() - times))
    for n in range(1, times + 1):
        for _ in range(3):
            where = (rng.randrange(base.first, stop), rng.choice(base.members), rng.choice(base.measures))
            base.values[where] *= 1.04
        found.add(base.published(stop + n), base.file(stop))
    found.labels = {"truncated"}
    return found


def truncated_member(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    gone = rng.choice(base.members)
    times = {"day": 9, "week": 6, "month": 5, "quarter": 4, "year": 3}[base.grain] + rng.randrange(4)
    stop = base.last - times
    found = grow(base, draft(base), skip=lambda at, member: member == gone and at > stop)
    found.labels = {"truncated"}
    return found


def truncated_blank(rng: random.Random) -> Draft:
    base = Base.draw(rng, rng.choice(("month", "week")))
    gone, times = rng.choice(base.members), rng.randrange(7, 11)
    empty = rng.choice(("", "-", "b.d."))
    found = draft(base)
    for at in range(base.last - base.count() + 1, base.last + 1):
        rows = [
            [*row[:2], *([empty] * len(base.measures))]
            if row[1] == gone and row[0] in {base.write(period_end(base.grain, k)) for k in range(base.last - times + 1, at + 1)}
            else row
            for row in base.rows(at)
        ]  # fmt: skip
        found.add(base.published(at), render(base.header, rows, base.style))
    found.labels = {"truncated"}
    return found


def wide_rows(
    base: Base, until: int, blank: tuple[str, int] | None = None
) -> tuple[list[str], list[list[str]]]:
    measure = base.measures[0]
    rows = [
        [base.write(period_end(base.grain, at))]
        + ["" if blank and blank[0] == member and at > blank[1] else base.cell(at, member, measure) for member in base.members]
        for at in range(base.first, until + 1)
    ]  # fmt: skip
    return [base.time_name, *[f"{base.member_name} {member}" for member in base.members]], rows


def truncated_wide(rng: random.Random) -> Draft:
    base = Base.draw(rng, "month")
    blank = (rng.choice(base.members), base.last - rng.randrange(5, 10))
    found = draft(base)
    for at in range(base.last - 13, base.last + 1):
        found.add(base.published(at), render(*wide_rows(base, at, blank), base.style))
    found.labels = {"truncated"}
    return found


def truncated_two_labels(rng: random.Random) -> Draft:
    base = Base.draw(rng, "month")
    stop = base.last - rng.randrange(6, 10)
    gone = (rng.choice(base.members), "B")
    found = draft(base)
    for at in range(base.last - 13, base.last + 1):
        rows = []
        for n in range(base.first, at + 1):
            for member in base.members:
                for kind in "AB":
                    if (member, kind) == gone and n > stop:
                        continue
                    value = base.cell(n, member, base.measures[0])
                    rows.append([base.write(period_end("month", n)), member, kind, value])
        header = [base.time_name, base.member_name, "rodzaj", base.measures[0]]
        found.add(base.published(at), render(header, rows, base.style))
    found.labels = {"truncated"}
    return found
