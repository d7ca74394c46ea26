"""A second maker of histories, built apart from the first: other sets, other ways of going wrong, closer to the borders.

A `Maker` holds the present table as rows of plain values; scenarios change it and `publish` it; looks come at intervals of
the portal's own, whatever was published when. The seed decides everything. Truth follows the definitions of the quality
model, section 4, and nothing else.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path
from typing import Any

AS_OF = datetime(2026, 10, 31, 6, tzinfo=timezone.utc)
DAY = timedelta(days=1)
DECLARED = {"day": ("DAILY", 1), "week": ("WEEKLY", 7), "month": ("MONTHLY", 30), "quarter": ("QUARTERLY", 90),
            "half": ("ANNUAL_2", 180), "year": ("ANNUAL", 365), "school": ("ANNUAL", 365)}  # fmt: skip
OSIEDLA = (
    "Barwinek",
    "Baranówek",
    "Bukówka",
    "Centrum",
    "Dąbrowa",
    "Domaszowice",
    "Kadzielnia",
    "Łazy",
    "Pakosz",
    "Zalesie",
)
MONTHS = ("stycznia", "lutego", "marca", "kwietnia", "maja", "czerwca", "lipca", "sierpnia", "września",
          "października", "listopada", "grudnia")  # fmt: skip


def ends(grain: str, until: date, count: int) -> list[date]:
    """The last days of the newest `count` periods that ended before `until`, oldest first."""
    found: list[date] = []
    at = until
    while len(found) < count:
        at -= DAY
        nxt = at + DAY
        if (
            grain == "day"
            or (grain == "week" and at.weekday() == 6)
            or (
                nxt.day == 1
                and (
                    grain == "month"
                    or (grain == "quarter" and nxt.month in (1, 4, 7, 10))
                    or (grain == "half" and nxt.month in (1, 7))
                    or (grain == "year" and nxt.month == 1)
                    or (grain == "school" and nxt.month == 9)
                )
            )
        ):
            found.append(at)
    return found[::-1]


def written(grain: str, form: int, end: date) -> str:
    """A period as a clerk writes it."""
    if grain == "day":
        return (end.isoformat(), end.strftime("%d.%m.%Y"), end.strftime("%d-%m-%Y"))[form % 3]
    if grain == "week":
        iso = end.isocalendar()
        return (f"{iso[0]}-W{iso[1]:02d}", (end - 6 * DAY).isoformat(), end.strftime("%d.%m.%Y"))[form % 3]
    if grain == "month":
        return (end.strftime("%Y-%m"), end.strftime("%m.%Y"), end.isoformat(), f"{end.year}/{end.month:02d}")[
            form % 4
        ]
    if grain == "quarter":
        number = (end.month + 2) // 3
        return (
            f"{end.year}-Q{number}",
            f"{('I', 'II', 'III', 'IV')[number - 1]} kwartał {end.year}",
            end.isoformat(),
        )[form % 3]
    if grain == "half":
        return f"{'I' if end.month == 6 else 'II'} półrocze {end.year}"
    if grain == "school":
        return (f"{end.year - 1}/{end.year}", f"{end.year - 1}/{end.year % 100:02d}")[form % 2]
    return str(end.year)


@dataclass
class Spelling:
    """How the file is written."""

    mark: str = ";"
    codec: str = "utf-8"
    bom: bool = False
    comma: bool = True
    ends: str = "\r\n"
    quotes: bool = False
    tail: str = ""

    @classmethod
    def draw(cls, rng: random.Random) -> Spelling:
        mark = rng.choice((";", ";", ",", "\t"))
        return cls(
            mark,
            rng.choice(("utf-8", "cp1250", "utf-8")),
            rng.random() < 0.2,
            mark != ",",
            rng.choice(("\n", "\r\n")),
        )

    def cell(self, value: Any) -> str:
        if value is None:
            return ""
        text = f"{value:.2f}" if isinstance(value, float) else str(value)
        if isinstance(value, float) and self.comma:
            text = text.replace(".", ",")
        needs = self.quotes or self.mark in text or '"' in text
        return '"' + text.replace('"', '""') + '"' if needs else text

    def bytes(self, header: list[str], rows: list[list[Any]]) -> bytes:
        lines = [self.mark.join(self.cell(cell) for cell in row) for row in [header, *rows]]
        text = self.ends.join(lines) + self.ends + self.tail
        data = text.encode(self.codec, "replace")
        return b"\xef\xbb\xbf" + data if self.bom and self.codec == "utf-8" else data


@dataclass
class Maker:
    """A set and what was published of it."""

    rng: random.Random
    title: str
    grain: str
    header: list[str]
    rows: list[list[Any]]
    spelling: Spelling
    frequency: tuple[str, float | None] | None = None
    description: str = ""
    published: list[tuple[datetime, bytes, dict[str, Any]]] = field(default_factory=list)
    changes: list[dict[str, Any]] = field(default_factory=list)
    twin: dict[str, Any] | None = None
    stamps: bool = True
    form: int = 0

    def __post_init__(self) -> None:
        self.frequency = self.frequency or DECLARED[self.grain]
        self.description = self.description or f"{self.title}. Dane Urzędu Miasta."
        self.stamps = self.rng.random() < 0.85

    def publish(self, at: datetime, data: bytes | None = None, **said: Any) -> None:
        """Put the present table (or given bytes) up."""
        code, days = self.frequency or ("UNKNOWN", None)
        look = {"declared_frequency": code, "description": self.description, **said}
        if days:
            look["declared_days"] = days
        self.published.append(
            (at, data if data is not None else self.spelling.bytes(self.header, self.rows), look)
        )

    def write(self, root: Path, name: str) -> None:
        """The history folder."""
        folder = root / name
        folder.mkdir()
        self.published.sort(key=lambda item: item[0])
        step = {"day": 1, "week": 3, "month": 12, "quarter": 30}.get(self.grain, 60) * DAY
        # The portal looks on its own; something new is seen within a day or so.
        moments = {at + timedelta(minutes=self.rng.randrange(20, 1400)) for at, _, _ in self.published}
        at = self.published[0][0] + timedelta(hours=1)
        while at < AS_OF:
            moments.add(at)
            at += step
        moments.add(AS_OF)
        observations = []
        for moment in sorted(moment for moment in moments if moment <= AS_OF):
            number = sum(at <= moment for at, _, _ in self.published)
            if not number:
                continue
            since, data, look = self.published[number - 1]
            file = f"v{number:03d}.csv"
            (folder / file).write_bytes(data)
            http: dict[str, Any] = {"status": 200, "content_length": len(data)}
            if self.stamps:
                http["last_modified"] = format_datetime(since, usegmt=True)
            observations.append(
                {
                    "observed_at": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    "file": file,
                    "http": http,
                    "metadata_modified": since.strftime("%Y-%m-%dT%H:%M:%SZ"),
                    **look,
                }
            )
        line: dict[str, Any] = {"title": self.title, "as_of": AS_OF.strftime("%Y-%m-%dT%H:%M:%SZ")}
        if self.changes:
            line["frequency_changes"] = self.changes
        if self.twin:
            line["twin"] = self.twin
        (folder / "timeline.json").write_text(
            json.dumps(line | {"observations": observations}, ensure_ascii=False), encoding="utf-8"
        )


def moment(day: date, rng: random.Random) -> datetime:
    """Some time of a working day."""
    return datetime.combine(day, time(rng.randrange(7, 15), rng.randrange(60)), timezone.utc)


# --- the sets


def panel(
    rng: random.Random, grain: str | None = None, back: int | None = None, newest: date | None = None
) -> Maker:
    """A dated set of one of several kinds, its whole past in the rows; nothing published yet.

    The rows begin with the period's last day (a date, written when published by `series`).
    """
    grain = grain or rng.choice(("month", "month", "quarter", "year", "week", "day", "school", "half"))
    count = (
        back
        or {"day": 70, "week": 60, "month": 34, "quarter": 22, "half": 14, "year": 13, "school": 12}[grain]
    )
    until = newest or {
        "month": date(2026, 10, 2), "quarter": date(2026, 10, 2), "half": date(2026, 7, 2), "year": date(2026, 1, 2),
        "school": date(2026, 9, 2), "week": date(2026, 10, 27), "day": date(2026, 10, 31),
    }[grain]  # fmt: skip
    periods = ends(grain, until, count)
    kind = rng.randrange(5)
    noise = rng.choice((0.005, 0.02, 0.05))
    time_name = {"day": "data", "week": "tydzień", "month": "miesiąc", "quarter": "kwartał", "half": "półrocze",
                 "year": "rok", "school": "rok szkolny"}[grain]  # fmt: skip
    level: dict[tuple[Any, ...], float] = {}

    def value(key: tuple[Any, ...], at: int, low: float = 1.5, high: float = 4.5) -> float:
        base = level.setdefault(key, 10 ** rng.uniform(low, high))
        return base * (1 + 0.002 * at) * (1 + rng.gauss(0, noise))

    rows: list[list[Any]] = []
    if kind == 0:  # by district and sex
        header, title = [time_name, "osiedle", "płeć", "liczba_osób"], "Bezrobotni według osiedli i płci"
        names = rng.sample(OSIEDLA, 5)
        for at, end in enumerate(periods):
            rows += [[end, name, sex, round(value((name, sex), at))] for name in names for sex in ("K", "M")]
    elif kind == 1:  # stations as columns
        header, title = (
            [time_name, "Żeromskiego", "Grunwaldzka", "Ściegiennego"],
            "Natężenie ruchu w punktach pomiaru",
        )
        rows = [[end, *(round(value((name,), at)) for name in header[1:])] for at, end in enumerate(periods)]
    elif kind == 2:  # a city-wide line with two figures
        header, title = [time_name, "wydatki_zł", "dochody_zł"], "Dochody i wydatki miasta"
        rows = [[end, value(("w",), at, 6, 8), value(("d",), at, 6, 8)] for at, end in enumerate(periods)]
    elif kind == 3:  # budget chapters, codes of figures
        header, title = [time_name, "dział", "nazwa", "plan", "wykonanie"], "Wykonanie budżetu według działów"
        chapters = (("600", "Transport"), ("700", "Mieszkaniówka"), ("801", "Oświata"), ("900", "Komunalna"))
        for at, end in enumerate(periods):
            rows += [[end, c, n, value((c, "p"), at, 4, 7), value((c, "w"), at, 4, 7)] for c, n in chapters]
    else:  # units with a remark and an unchanging address beside
        header, title = (
            [time_name, "placówka", "adres", "odwiedziny", "uwagi"],
            "Odwiedziny w placówkach kultury",
        )
        places = (
            ("Teatr", "Sienkiewicza 32"),
            ("Muzeum", "pl. Zamkowy 1"),
            ("BWA", "Leśna 7"),
            ("KCK", "pl. Moniuszki 2b"),
        )
        for at, end in enumerate(periods):
            for name, where in places:
                rows.append(
                    [end, name, where, round(value((name,), at)), None if rng.random() < 0.9 else "przerwa"]
                )
    made = Maker(rng, f"{title} {rng.randrange(1000)}", grain, header, rows, Spelling.draw(rng))
    made.form = rng.randrange(12)
    return made


def shown(made: Maker, rows: list[list[Any]]) -> list[list[Any]]:
    """Rows with their periods written."""
    form = getattr(made, "form", 0)
    return [
        [written(made.grain, form, row[0]), *row[1:]] if isinstance(row[0], date) else row for row in rows
    ]


def series(
    made: Maker,
    *,
    versions: int = 10,
    edit: Callable[[int, date, list[list[Any]]], list[list[Any]]] | None = None,
    lag: tuple[int, int] = (2, 9),
    hold: int = 0,
) -> Iterator[tuple[int, date, datetime]]:
    """Publish the newest versions, one a period as it comes out; yields (number, newest end, when) before each.

    `hold`: so many newest periods are not published.
    """
    all_ends = sorted({row[0] for row in made.rows})
    rows = made.rows
    for number, end in enumerate(all_ends[len(all_ends) - versions - hold : len(all_ends) - hold]):
        wait = 0 if made.grain == "day" else made.rng.randint(*lag)
        at = moment(end + DAY + wait * DAY, made.rng)
        if at >= AS_OF:
            at = AS_OF - timedelta(hours=2)
        yield number, end, at
        part = [list(row) for row in rows if row[0] <= end]
        part = edit(number, end, part) if edit else part
        made.rows = shown(made, part)
        made.publish(at)
    made.rows = rows


def run(made: Maker, **how: Any) -> Maker:
    """Publish a series with nothing to do between."""
    for _ in series(made, **how):
        pass
    return made


def figures(made: Maker) -> list[int]:
    """Places of the columns of quantities."""
    first = made.rows[0]
    return [
        at
        for at, cell in enumerate(first)
        if at and isinstance(cell, (int, float)) and not isinstance(cell, bool)
    ]


def register(rng: random.Random, count: int | None = None) -> Maker:
    """A list of things without a column of time: trees with place, girth and year of planting."""
    rows = [
        [f"D/{n:04d}", rng.choice(("lipa", "klon", "dąb", "jesion")), rng.choice(OSIEDLA), rng.randrange(20, 300),
         rng.randrange(1890, 2020), 50.8 + rng.random() / 10]
        for n in range(1, (count or rng.randrange(30, 90)) + 1)
    ]  # fmt: skip
    header = ["nr_ewid", "gatunek", "osiedle", "obwód_cm", "rok_posadzenia", "szerokość"]
    return Maker(
        rng,
        f"Ewidencja drzew {rng.randrange(999)}",
        "year",
        header,
        rows,
        Spelling.draw(rng),
        ("ANNUAL", 365),
    )


def contracts(rng: random.Random) -> Maker:
    """A list of events: contracts with the day they were signed and the day they end."""
    rows, day = [], date(2023, 1, 5)
    number = 1
    while day < date(2026, 9, 28):
        day += rng.randrange(2, 14) * DAY
        rows.append(
            [f"{number}/{day.year}", day, rng.choice(("dostawa", "usługa", "robota")), 10 ** rng.uniform(3, 6),
             day + rng.randrange(30, 2000) * DAY]
        )  # fmt: skip
        number += 1
    header = ["nr_umowy", "data_zawarcia", "rodzaj", "kwota_brutto", "data_zakończenia"]
    return Maker(rng, f"Rejestr umów {rng.randrange(999)}", "month", header, rows, Spelling.draw(rng))
