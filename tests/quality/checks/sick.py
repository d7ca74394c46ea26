"""Histories with one failure each (or two, where the definitions say that both hold)."""

from __future__ import annotations

import random
from datetime import timedelta

from tests.quality.checks.generator import (
    AS_OF,
    GRAINS,
    REGISTER,
    Base,
    Draft,
    draft,
    grow,
    period_end,
    pesel,
    register,
    render,
)
from tests.quality.checks.sick_time import (
    touched,
    touched_headers,
    touched_order,
    touched_register,
    touched_same_bytes,
    truncated_all,
    truncated_blank,
    truncated_member,
    truncated_two_labels,
    truncated_wide,
)


def _scaled(base: Base, factor: float, since: int, members: list[str] | None = None) -> None:
    for (at, member, measure), value in list(base.values.items()):
        if at >= since and (members is None or member in members):
            base.values[at, member, measure] = value * factor


def unit_appended(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    back = rng.randrange(1, {"day": 8, "week": 6, "month": 8, "quarter": 5, "year": 3}[base.grain])
    factor = rng.choice((1000, 0.001))
    base.places = dict.fromkeys(base.measures, 3 if factor < 1 else 0)
    _scaled(base, factor, base.last - back + 1)
    found = grow(base, draft(base))
    found.labels = {"method_break"}
    return found


def unit_whole(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    found = grow(base, draft(base), base.last - 2)
    factor = rng.choice((1000, 0.001))
    _scaled(base, factor, base.first)
    if factor < 1:
        base.places = dict.fromkeys(base.measures, 3)
    for at in (base.last - 1, base.last):
        found.add(base.published(at), base.file(at))
    found.labels = {"method_break"}
    return found


def codes_whole(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    found = grow(base, draft(base), base.last - 1)
    new = {member: f"K{100 + n}" for n, member in enumerate(base.members)}
    rows = [[row[0], new[row[1]], *row[2:]] for row in base.rows(base.last)]
    found.add(base.published(base.last), render(base.header, rows, base.style))
    found.labels = {"method_break"}
    return found


def codes_appended(rng: random.Random) -> Draft:
    base = Base.draw(rng, rng.choice(("month", "quarter", "week")))
    back = rng.randrange(2, 9)
    new = {member: f"K{100 + n}" for n, member in enumerate(base.members)}
    old = {base.write(period_end(base.grain, at)) for at in range(base.first, base.last - back + 1)}
    found = draft(base)
    for at in range(base.last - base.count() + 1, base.last + 1):
        rows = [row if row[0] in old else [row[0], new[row[1]], *row[2:]] for row in base.rows(at)]
        found.add(base.published(at), render(base.header, rows, base.style))
    found.labels = {"method_break"}
    return found


def codes_register(rng: random.Random) -> Draft:
    found, style, rows, moments = register(rng)
    new = {"dobry": "A", "średni": "B", "do remontu": "C"}
    for n, at in enumerate(moments):
        kept = [[*row[:-1], new[row[-1]]] for row in rows] if n == 5 else rows
        found.add(at, render(REGISTER, kept[: 50 + n], style))
    found.labels = {"method_break"}
    return found


NOTES = (
    "Od {year} r. zmieniono metodę liczenia.", "Uwaga: nowa definicja wskaźnika od {year} roku.",
    "W {year} r. zmiana metodologii badania.", "Zmieniono sposób zbierania danych (zakres obejmuje też gminy ościenne).",
)  # fmt: skip


def jump_noted(rng: random.Random) -> Draft:
    base = Base.draw(rng, rng.choice(("month", "quarter", "year")))
    back = rng.randrange(*{"month": (4, 9), "quarter": (3, 6), "year": (2, 4)}[base.grain])
    since = base.last - back + 1
    _scaled(base, rng.choice((1.35, 1.5, 2.0, 0.6, 0.7)), since)
    found = grow(base, draft(base), since - 1, max(3, base.count() - back))
    note = found.title + ". " + rng.choice(NOTES).format(year=period_end(base.grain, since).year)
    for at in range(since, base.last + 1):
        found.add(base.published(at), base.file(at), description=note)
    found.labels = {"method_break"}
    return found


def jump_whole(rng: random.Random) -> Draft:
    base = Base.draw(rng, rng.choice(("month", "quarter", "year")))
    found = grow(base, draft(base), base.last - 1)
    _scaled(base, rng.choice((1.4, 1.6, 0.7)), base.first)
    note = found.title + ". Wartości przeliczono według nowej metody."
    found.add(base.published(base.last), base.file(base.last), description=note)
    found.labels = {"method_break"}
    return found


def schema(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    way = rng.choice(("drop", "rename", "rename_time", "text", "prefix", "date", "date"))
    if way == "drop" and len(base.measures) < 2:
        way = "rename"
    back = rng.randrange(1, 4)
    found = grow(base, draft(base), base.last - back)
    form = rng.choice(
        (
            lambda d: f"{d.day}/{d.month}/{d.year}",
            lambda d: d.strftime("%Y%m%d"),
            lambda d: d.strftime("%d-%m-%Y"),
        )
    )
    if base.grain == "year":
        form = lambda d: f"31-12-{d.year}"  # noqa: E731
    for at in range(base.last - back + 1, base.last + 1):
        header, rows = list(base.header), base.rows(at)
        if way == "drop":
            header, rows = header[:-1], [row[:-1] for row in rows]
        elif way == "rename":
            header[-1] = header[-1] + "_ogolem"
        elif way == "rename_time":
            header[0] = "data_danych" if header[0] != "data_danych" else "okres"
        elif way == "text":
            unit = rng.choice((" szt.", " zł", " os.", " ton"))
            rows = [[*row[:-1], row[-1] + unit] for row in rows]
        elif way == "prefix":
            rows = [[*row[:-1], "ok. " + row[-1]] for row in rows]
        else:
            new = {
                base.write(period_end(base.grain, k)): form(period_end(base.grain, k))
                for k in range(base.first, at + 1)
            }
            rows = [[new[row[0]], *row[1:]] for row in rows]
        found.add(base.published(at), render(header, rows, base.style))
    found.labels = {"schema_break"}
    return found


def schema_register(rng: random.Random) -> Draft:
    found, style, rows, moments = register(rng)
    gone = rng.choice((1, 3, 4, 6))
    for n, at in enumerate(moments):
        broken = n >= 4
        header = [name for k, name in enumerate(REGISTER) if not (broken and k == gone)]
        kept = [[cell for k, cell in enumerate(row) if not (broken and k == gone)] for row in rows[: 50 + n]]
        found.add(at, render(header, kept, style))
    found.labels = {"schema_break"}
    return found


UNITS = (("zł", "tys. zł", 0.001), ("m³", "hl", 10), ("kg", "Mg", 0.001), ("kWh", "MWh", 0.001), ("osoby", "tys. osób", 0.001),
         ("GJ", "MWh", 1 / 3.6), ("l", "m3", 0.001), ("t", "Mg", 1.0), ("zł", "mln zł", 1e-6))  # fmt: skip


def twins(
    rng: random.Random, sick: bool = True, ways: tuple = ("cell", "cells", "late", "ratio")
) -> tuple[Draft, Draft]:
    base = Base.draw(rng, rng.choice(("month", "quarter", "year")))
    measure = base.measures[0]
    here_unit, there_unit, factor = rng.choice(UNITS)
    for at in range(base.first, base.last + 1):
        for member in base.members:
            base.values[at, member, measure] += 1 / min(factor, 1) * rng.uniform(5, 50)
    one = draft(base)
    other = Draft(one.title + " (Bank Danych Lokalnych)", one.code, one.days)
    way = rng.choice(ways) if sick else ""
    places = rng.choice((1, 2, 3))
    style = base.style.changed(
        delimiter=";", comma=rng.random() < 0.5, encoding="utf-8", quote=rng.random() < 0.5
    )
    off = {
        (rng.randrange(base.first, base.last), rng.choice(base.members))
        for _ in range(1 if way == "cell" else 12)
    }
    write = rng.choice((base.write, base.write, lambda d: base.write(d)))
    for at in range(base.last - 7, base.last + 1):
        grow(base, one, at, 1)
        rows = []
        for k in range(base.first, at + 1):
            for member in base.members:
                value = float(base.cell(k, member, measure).replace(",", ".")) * factor
                if way == "ratio":
                    value *= 1.08
                if (way in ("cell", "cells") and (k, member) in off) or (way == "late" and k > base.last - 5):
                    value = value * 1.06 + 2 * 10**-places
                cell = f"{value:.{places}f}"
                rows.append(
                    [
                        member,
                        write(period_end(base.grain, k)),
                        cell.replace(".", ",") if style.comma else cell,
                    ]
                )
        found = render([base.member_name + "_bdl", "okres_bdl", "wartosc"], rows, style)
        other.add(base.published(at) + timedelta(days=2), found)
    mine, its = [base.time_name, base.member_name], ["okres_bdl", base.member_name + "_bdl"]
    one.extra["twin"] = {"key": {"this": mine, "other": its}, "value": {"this": measure, "other": "wartosc"},
                         "unit": {"this": here_unit, "other": there_unit}}  # fmt: skip
    other.extra["twin"] = {"key": {"this": its, "other": mine}, "value": {"this": "wartosc", "other": measure},
                           "unit": {"this": there_unit, "other": here_unit}}  # fmt: skip
    if sick:
        one.labels = other.labels = {"twin_disagreement"}
    return one, other


def collapse(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    back = rng.randrange(1, 4)
    found = grow(base, draft(base), base.last - back)
    share = rng.uniform(0.05, 0.3)
    for at in range(base.last - back + 1, base.last + 1):
        rows = base.rows(at)
        size = len(base.members)
        middle = rows[size:-size]
        kept = [middle[n] for n in sorted(rng.sample(range(len(middle)), int(share * len(middle))))]
        found.add(base.published(at), render(base.header, rows[:size] + kept + rows[-size:], base.style))
    found.labels = {"volume_collapse"}
    return found


def collapse_register(rng: random.Random) -> Draft:
    found, style, rows, moments = register(rng)
    for n, at in enumerate(moments):
        kept = rows[: int(0.3 * len(rows))] if n == 5 else rows[: len(rows) - 10 + n]
        found.add(at, render(REGISTER, kept, style))
    found.labels = {"volume_collapse"}
    return found


def bad_dates(rng: random.Random) -> Draft:
    base = Base.draw(rng)
    if base.grain == "year":
        base.write = lambda d: str(d.year)
        bad = rng.choice(("1900", "9999", "2099", "1970"))
    else:
        sample = base.write(period_end(base.grain, base.last))
        if base.grain in ("day", "month") and rng.random() < 0.6:
            base.write = lambda d: d.isoformat()
            bad = rng.choice(
                (
                    "1900-01-01",
                    "9999-12-31",
                    "1899-12-30",
                    "2099-12-31",
                    "2126-03-31",
                    "1970-01-01",
                    "0001-01-01",
                )
            )
        else:
            bad = sample.replace("2026", rng.choice(("2062", "1926", "2206", "9999")))
    found = draft(base)
    for at in range(base.last - base.count() + 1, base.last + 1):
        rows = base.rows(at)
        if at > base.last - 3:
            for n in range(rng.randrange(1, 3)):
                rows[3 + n] = [bad, *rows[3 + n][1:]]
        found.add(base.published(at), render(base.header, rows, base.style))
    found.labels = {"bad_dates"}
    return found


def bad_dates_register(rng: random.Random) -> Draft:
    found, style, rows, moments = register(rng)
    rows = [
        [*row, f"{rng.randrange(1965, 2021)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 28):02d}"]
        for row in rows
    ]
    for n in rng.sample(range(40), 3):
        rows[n][-1] = rng.choice(("1900-01-01", "9999-12-31"))
    for n, at in enumerate(moments):
        found.add(at, render([*REGISTER, "data_wpisu"], rows[: 50 + n], style))
    found.labels = {"bad_dates"}
    return found


def pii_column(rng: random.Random) -> Draft:
    found, style, rows, moments = register(rng, "QUARTERLY", 90)
    share = rng.choice((0.4, 0.6, 1.0))
    name = rng.choice(("pesel", "identyfikator", "nr_ewid", "numer_wnioskodawcy"))
    rows = [
        [*row, pesel(rng) if rng.random() < share else str(rng.randrange(10**10, 10**11))] for row in rows
    ]
    if rng.random() < 0.3:
        rows = [[*row[:-1], row[-1].lstrip("0")] for row in rows]
    for n, at in enumerate(moments):
        found.add(at, render([*REGISTER, name], rows[: 50 + n], style))
    found.labels = {"pii"}
    return found


def pii_text(rng: random.Random) -> Draft:
    found, style, rows, moments = register(rng, "QUARTERLY", 90)
    words = ("remont elewacji", "brak uwag", "wniosek w toku", "kontakt: sekretariat, tel. 41 367 60 00")
    rows = [[*row, rng.choice(words)] for row in rows]
    said = rng.choice(
        ("PESEL {}", "właściciel: Jan Kowalski, {}", "Anna Nowak (PESEL: {})", "{} – w trakcie ustaleń")
    )
    rows[rng.randrange(45)][-1] = said.format(pesel(rng))
    for n, at in enumerate(moments):
        found.add(at, render([*REGISTER, "uwagi"], rows[: 50 + n], style))
    found.labels = {"pii"}
    return found


def gamed(rng: random.Random) -> Draft:
    base = Base.draw(rng, rng.choice(("month", "week", "day")))
    late = {"month": rng.randrange(3, 9), "week": rng.randrange(3, 10), "day": rng.randrange(4, 20)}[
        base.grain
    ]
    stop = base.last - late
    found = grow(base, draft(base), stop, 8)
    new = rng.choice(
        (("ANNUAL", 365), ("QUARTERLY", 90), ("ANNUAL_2", 180), ("IRREG", None), ("UNKNOWN", None))
    )
    days = GRAINS[base.grain][1]
    after = max(
        base.published(stop) + timedelta(days=2.6 * days),
        AS_OF - timedelta(days=rng.uniform(0.3, 0.8) * days),
    )
    found.add(after, found.versions[-1][1], declared_frequency=new[0], declared_days=new[1], same_file=True)
    change = {
        "at": after.isoformat().replace("+00:00", "Z"),
        "to": new[0],
        "public_reason": None,
        "approved_by": None,
    }
    found.extra["frequency_changes"] = [change] if rng.random() < 0.8 else []
    found.labels = {"freq_gaming"}
    return found


def pii_and_cut(rng: random.Random) -> Draft:
    """Two failures at once: a member cut off, and a number that passes for a person's in a remark."""
    base = Base.draw(rng, "month")
    gone, stop = rng.choice(base.members), base.last - 8
    found = draft(base)
    number = pesel(rng)
    for at in range(base.last - 12, base.last + 1):
        rows = [[*row, ""] for row in base.rows(at, skip=lambda k, member: member == gone and k > stop)]
        rows[2][-1] = f"zgłosił {number}"
        found.add(base.published(at), render([*base.header, "uwagi"], rows, base.style))
    found.labels = {"truncated", "pii"}
    return found


SICK = {
    "touched": touched, "touched_same_bytes": touched_same_bytes, "touched_headers": touched_headers,
    "touched_order": touched_order, "touched_register": touched_register, "truncated_all": truncated_all,
    "truncated_member": truncated_member, "truncated_blank": truncated_blank, "truncated_wide": truncated_wide,
    "truncated_two_labels": truncated_two_labels, "unit_appended": unit_appended, "unit_whole": unit_whole,
    "codes_whole": codes_whole, "codes_appended": codes_appended, "codes_register": codes_register,
    "jump_noted": jump_noted, "jump_whole": jump_whole, "schema": schema, "schema_register": schema_register,
    "twins": twins, "collapse": collapse, "collapse_register": collapse_register, "bad_dates": bad_dates,
    "bad_dates_register": bad_dates_register, "pii_column": pii_column, "pii_text": pii_text, "gamed": gamed,
    "pii_and_cut": pii_and_cut,
}  # fmt: skip
