"""Histories made up for the tests: deterministic, in the portal's folder format, with the labels they deserve.

`Base` draws a set as a Polish city publishes it (rhythm, members, quantities, spelling of the file); `Draft` is the
history that scenarios (sick.py, sound.py) write versions into. The seed decides everything.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from email.utils import format_datetime
from pathlib import Path

AS_OF = datetime(2026, 10, 31, 6, tzinfo=timezone.utc)
MONTHS = ("styczeń", "luty", "marzec", "kwiecień", "maj", "czerwiec", "lipiec", "sierpień", "wrzesień", "październik",
          "listopad", "grudzień")  # fmt: skip
ROMAN = ("I", "II", "III", "IV")
GRAINS = {
    "month": ("MONTHLY", 30),
    "quarter": ("QUARTERLY", 90),
    "year": ("ANNUAL", 365),
    "week": ("WEEKLY", 7),
    "day": ("DAILY", 1),
}
STREETS = (
    "Sienkiewicza",
    "Warszawska",
    "Żytnia",
    "Źródłowa",
    "Śląska",
    "Krakowska",
    "Łódzka",
    "Paderewskiego",
)
DISTRICTS = ("Czarnów", "Ślichowice", "Bocianek", "Szydłówek", "Herby", "Uroczysko", "Białogon", "Niewachlów")
THEMES = (
    ("Liczba pasażerów komunikacji", "linia", ("30", "34", "103", "46", "2"), ("liczba_pasazerow", "wozokilometry")),
    ("Wypożyczenia w filiach biblioteki", "filia", tuple(f"Filia nr {n}" for n in (1, 2, 3, 8, 11)), ("wypozyczenia",)),
    ("Jakość powietrza", "stacja", ("Targowa", "Kusocińskiego", "Warszawska"), ("pm10", "pm25", "no2")),
    ("Wpływy ze strefy parkowania", "podstrefa", ("A", "B", "C", "D"), ("wplywy_zl", "liczba_biletow")),
    ("Odpady komunalne", "frakcja", ("zmieszane", "papier", "szkło", "bio"), ("masa_mg",)),
    ("Wskaźniki miasta", "wskaznik", ("5.1 Bezrobocie", "6.4 Uczniowie", "8.1 Pył PM2.5", "13.1 Zieleń"), ("wartosc",)),
    ("Zużycie wody", "strefa", ("Północ", "Południe", "Centrum"), ("pobor_m3", "odbiorcy")),
    ("Interwencje straży miejskiej", "rejon", ("R-01", "R-02", "R-03", "R-04", "R-05"), ("liczba", "mandaty")),
)  # fmt: skip


def period_end(grain: str, number: int) -> date:
    """The last day of the number-th period since 2000."""
    if grain == "day":
        return date(2000, 1, 1) + timedelta(days=number)
    if grain == "week":
        return date(2000, 1, 9) + timedelta(days=7 * number)
    months = {"month": 1, "quarter": 3, "year": 12}[grain] * (number + 1)
    return date(2000 + months // 12, months % 12 + 1, 1) - timedelta(days=1)


def last_ended(grain: str, day: date) -> int:
    """The number of the last period that had ended before a day."""
    number = max(0, {"day": 1, "week": 7, "month": 31, "quarter": 92, "year": 366}[grain])
    number = max(0, (day - date(2000, 1, 1)).days // number - 3)
    while period_end(grain, number + 1) < day:
        number += 1
    return number


WRITTEN: dict[str, tuple[Callable[[date], str], ...]] = {
    "day": (lambda d: d.isoformat(), lambda d: d.strftime("%d.%m.%Y")),
    "week": (lambda d: "{}-W{:02d}".format(*d.isocalendar()[:2]), lambda d: d.isoformat()),
    "month": (
        lambda d: d.strftime("%Y-%m"),
        lambda d: d.strftime("%d.%m.%Y"),
        lambda d: f"{MONTHS[d.month - 1]} {d.year}",
        lambda d: d.isoformat(),
        lambda d: d.strftime("%m.%Y"),
    ),
    "quarter": (
        lambda d: f"{d.year}-Q{(d.month + 2) // 3}",
        lambda d: f"{ROMAN[(d.month - 1) // 3]} kw. {d.year}",
        lambda d: f"{d.year} K{(d.month + 2) // 3}",
    ),
    "year": (lambda d: str(d.year), lambda d: f"{d.year} r."),
}
TIME_NAMES = {"day": "data", "week": "tydzien", "month": "okres", "quarter": "kwartal", "year": "rok"}


@dataclass
class Style:
    """How a file is spelt."""

    delimiter: str = ";"
    encoding: str = "utf-8"
    bom: bool = False
    comma: bool = True
    ends: str = "\n"
    quote: bool = False
    trailing: int = 0
    title: bool = False

    @classmethod
    def draw(cls, rng: random.Random) -> Style:
        delimiter = rng.choice(";;,\t")
        return cls(
            delimiter,
            rng.choice(("utf-8", "utf-8", "cp1250", "iso8859-2")),
            rng.random() < 0.3,
            delimiter != "," and rng.random() < 0.7,
            rng.choice(("\n", "\r\n")),
            rng.random() < 0.2,
            title=rng.random() < 0.1,
        )

    def changed(self, **how: object) -> Style:
        return Style(**{**vars(self), **how})


def number(value: float, places: int, style: Style) -> str:
    text = f"{value:.{places}f}"
    return text.replace(".", ",") if style.comma else text


def render(header: list[str], rows: Iterable[list[str]], style: Style) -> bytes:
    out = io.StringIO()
    quoting = csv.QUOTE_ALL if style.quote else csv.QUOTE_MINIMAL
    writer = csv.writer(out, delimiter=style.delimiter, quoting=quoting, lineterminator=style.ends)
    if style.title:
        writer.writerow(["Urząd Miasta Kielce – zestawienie"])
    writer.writerow(header)
    writer.writerows(rows)
    text = out.getvalue() + style.ends * style.trailing
    data = text.encode(style.encoding, "replace")
    return b"\xef\xbb\xbf" + data if style.bom and style.encoding == "utf-8" else data


@dataclass
class Base:
    """A dated set: for each period and member one row of quantities."""

    rng: random.Random
    grain: str
    title: str
    member_name: str
    members: list[str]
    measures: list[str]
    style: Style
    write: Callable[[date], str]
    time_name: str
    first: int
    last: int
    places: dict[str, int]
    values: dict[tuple[int, str, str], float] = field(default_factory=dict)
    lag: int = 0

    @classmethod
    def draw(cls, rng: random.Random, grain: str | None = None) -> Base:
        grain = grain or rng.choice(("month", "month", "month", "quarter", "year", "week", "day"))
        title, member_name, members, measures = rng.choice(THEMES)
        last = last_ended(grain, date(2026, 10, 5) if grain in ("month", "quarter") else date(2026, 10, 28))
        if grain == "year":
            last = last_ended(grain, date(2026, 3, 1))
        behind = {"day": 40, "week": 24, "month": 30, "quarter": 24, "year": 12}[grain]
        base = cls(
            rng, grain, f"{title} {rng.randrange(100)}", member_name, list(members), list(measures), Style.draw(rng),
            rng.choice(WRITTEN[grain]), rng.choice((TIME_NAMES[grain], TIME_NAMES[grain], "okres", "data")),
            last - behind, last, {name: rng.choice((0, 0, 1, 2)) for name in measures},
        )  # fmt: skip
        base.lag = rng.randrange(3, 12) if grain in ("month", "quarter", "year") else 0
        if grain == "year":
            base.time_name = "rok"
            base.lag += rng.randrange(40, 100)
        noise = rng.choice((0.01, 0.03, 0.06, 0.12))
        for measure in measures:
            for member in members:
                level = 10 ** rng.uniform(1.2, 5)
                season, growth = rng.uniform(0, 0.25), rng.uniform(-0.002, 0.006)
                for at in range(base.first, base.last + 1):
                    phase = period_end(grain, at).timetuple().tm_yday / 365
                    wave = 1 + season * (abs(2 * phase - 1) - 0.5) + rng.gauss(0, noise)
                    base.values[at, member, measure] = max(
                        1.0, level * wave * (1 + growth) ** (at - base.first)
                    )
        return base

    @property
    def header(self) -> list[str]:
        return [self.time_name, self.member_name, *self.measures]

    def cell(self, at: int, member: str, measure: str) -> str:
        return number(self.values[at, member, measure], self.places[measure], self.style)

    def rows(self, until: int, since: int | None = None, skip: Callable[[int, str], bool] | None = None):
        found = []
        for at in range(self.first if since is None else since, until + 1):
            when = self.write(period_end(self.grain, at))
            for member in self.members:
                if skip is None or not skip(at, member):
                    found.append([when, member, *(self.cell(at, member, name) for name in self.measures)])
        return found

    def file(self, until: int, since: int | None = None, **how: object) -> bytes:
        skip = how.pop("skip", None)
        return render(self.header, self.rows(until, since, skip), self.style.changed(**how))

    def published(self, until: int) -> datetime:
        """When the file up to a period comes out."""
        end = period_end(self.grain, until)
        jitter = self.rng.uniform(
            0, {"day": 0.3, "week": 1, "month": 4, "quarter": 6, "year": 20}[self.grain]
        )
        moment = datetime(end.year, end.month, end.day, 9, tzinfo=timezone.utc)
        return min(AS_OF - timedelta(hours=5), moment + timedelta(days=1 + self.lag + jitter))

    def count(self) -> int:
        """How many versions the history shows."""
        return {"day": 16, "week": 14, "month": 16, "quarter": 12, "year": 8}[self.grain]


@dataclass
class Draft:
    """A history being written."""

    title: str
    code: str
    days: float | None
    description: str = ""
    labels: set[str] = field(default_factory=set)
    versions: list[tuple[datetime, bytes, dict]] = field(default_factory=list)
    extra: dict = field(default_factory=dict)
    kind: str = ""

    def add(self, at: datetime, data: bytes, **over: object) -> None:
        self.versions.append((min(at, AS_OF - timedelta(hours=3)), data, over))

    def save(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        looks = []
        state = {"declared_frequency": self.code, "declared_days": self.days,
                 "description": self.description or f"{self.title}. Dane publikowane regularnie."}  # fmt: skip
        self.versions.sort(key=lambda item: item[0])
        names: list[tuple[str, datetime, datetime, dict]] = []
        for index, (at, data, over) in enumerate(self.versions, 1):
            name = f"v{index:03d}.csv"
            if over.pop("same_file", False):
                name = names[-1][0]
            else:
                (folder / name).write_bytes(data)
            state = {**state, **over}
            names.append((name, at, at, dict(state)))
        for index, (name, at, modified, said) in enumerate(names):
            until = names[index + 1][1] if index + 1 < len(names) else AS_OF
            step = timedelta(days=max(1.0, (self.days or 180) / 2))
            moments = [at + timedelta(hours=2)]
            while moments[-1] + step < until - timedelta(hours=3) and len(moments) < 6:
                moments.append(moments[-1] + step)
            if index + 1 == len(names):
                moments.append(AS_OF)
            for moment in moments:
                looks.append(
                    {"observed_at": moment.isoformat().replace("+00:00", "Z"), "file": name,
                     "http": {"status": 200, "etag": f'"{name}"', "last_modified": format_datetime(modified, usegmt=True),
                              "content_length": (folder / name).stat().st_size},
                     "metadata_modified": modified.isoformat().replace("+00:00", "Z"), **said}
                )  # fmt: skip
        timeline = {"dataset": folder.name, "title": self.title, "organization": "Urząd Miasta", "resource_format": "CSV",
                    "as_of": AS_OF.isoformat().replace("+00:00", "Z"), **self.extra, "observations": looks}  # fmt: skip
        (folder / "timeline.json").write_text(json.dumps(timeline, ensure_ascii=False), encoding="utf-8")


def draft(base: Base, **extra: object) -> Draft:
    code, days = GRAINS[base.grain]
    return Draft(base.title, code, days, **extra)


def grow(
    base: Base, found: Draft, until: int | None = None, count: int | None = None, **how: object
) -> Draft:
    """Add a sound version for each of the periods up to `until`."""
    until = base.last if until is None else until
    for at in range(until - (count or base.count()) + 1, until + 1):
        found.add(base.published(at), base.file(at, **how))
    return found


# --- undated registers ---

REGISTER = ["id", "nazwa", "ulica", "numer", "dzielnica", "szerokosc", "stan"]


def register_rows(rng: random.Random, count: int) -> list[list[str]]:
    return [
        [str(n), f"Obiekt {n}", f"ul. {rng.choice(STREETS)}", str(rng.randrange(1, 150)), rng.choice(DISTRICTS),
         f"{50.8 + rng.random() / 5:.6f}".replace(".", ","), rng.choice(("dobry", "średni", "do remontu"))]
        for n in range(1, count + 1)
    ]  # fmt: skip


def register(rng: random.Random, code: str = "ANNUAL", days: float | None = 365, versions: int = 6):
    """A register that gains a few rows at each version; returns (draft, style, rows, moments)."""
    rows = register_rows(rng, rng.randrange(60, 120))
    step = timedelta(days=(days or 300))
    moments = [AS_OF - timedelta(days=40) - step * (versions - 1 - n) for n in range(versions)]
    return Draft(f"Ewidencja obiektów {rng.randrange(99)}", code, days), Style.draw(rng), rows, moments


def checksum(first: str) -> str:
    return first + str(
        (10 - sum(int(d) * w for d, w in zip(first, (1, 3, 7, 9) * 3, strict=False)) % 10) % 10
    )


def pesel(rng: random.Random) -> str:
    year = rng.randrange(1940, 2008)
    month = rng.randrange(1, 13) + (20 if year >= 2000 else 0)
    return checksum(f"{year % 100:02d}{month:02d}{rng.randrange(1, 29):02d}{rng.randrange(10000):04d}")


Scenario = Callable[[random.Random], "Draft | tuple[Draft, Draft]"]


def write_all(
    root: Path, seed: int, scenarios: dict[str, Scenario], count: int
) -> dict[str, tuple[str, set[str]]]:
    """Write `count` histories, the scenarios in turn; returns folder -> (scenario, labels)."""
    truth: dict[str, tuple[str, set[str]]] = {}
    names = sorted(scenarios)
    number = 0
    while len(truth) < count:
        kind = names[number % len(names)]
        rng = random.Random(f"{seed}:{number}:{kind}")
        number += 1
        made = scenarios[kind](rng)
        made = made if isinstance(made, tuple) else (made,)
        folders = [f"h{len(truth) + n:04d}" for n in range(len(made))]
        for name, item in zip(folders, made, strict=True):
            if "twin" in item.extra:
                item.extra["twin"]["other"] = folders[1 - folders.index(name)]
            item.save(root / name)
            truth[name] = (kind, item.labels)
    return truth
