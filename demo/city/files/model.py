"""What a set of files is: the rows of ``sets.yaml`` as typed objects, and a table of values before it is printed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

DAY = dt.timedelta(days=1)
_MONTHS = (
    "styczeń",
    "luty",
    "marzec",
    "kwiecień",
    "maj",
    "czerwiec",
    "lipiec",
    "sierpień",
    "wrzesień",
    "październik",
    "listopad",
    "grudzień",
)
_ROMAN = ("I", "II", "III", "IV")


@dataclass(frozen=True, order=True)
class Period:
    """A day, month, quarter or year with its first and last day."""

    start: dt.date
    end: dt.date
    grain: str

    @classmethod
    def of(cls, day: dt.date, grain: str) -> Period:
        """The period of ``grain`` that ``day`` lies in."""
        if grain == "day":
            return cls(day, day, grain)
        months = {"month": 1, "quarter": 3, "year": 12}[grain]
        first = dt.date(day.year, (day.month - 1) // months * months + 1, 1)
        after = first.replace(day=28)
        for _ in range(months):
            after = after.replace(day=28) + 4 * DAY
        return cls(first, after.replace(day=1) - DAY, grain)

    def before(self) -> Period:
        """The period before this one."""
        return Period.of(self.start - DAY, self.grain)

    def printed(self, style: str) -> str:
        """As the style of a file prints it; see ``style.period`` in ``sets.yaml``."""
        day, quarter = self.start, (self.start.month - 1) // 3
        forms = {
            "day-iso": day.isoformat(),
            "day-pl": f"{day:%d.%m.%Y}",
            "month": f"{day:%Y-%m}",
            "month-pl": f"{day:%m.%Y}",
            "month-end-pl": f"{self.end:%d.%m.%Y}",
            "month-name-pl": f"{_MONTHS[day.month - 1]} {day.year}",
            "quarter": f"{day.year} Q{quarter + 1}",
            "quarter-pl": f"{_ROMAN[quarter]} kw. {day.year}",
            "year": str(day.year),
        }
        return forms[style]


def periods(today: dt.date, grain: str, back: int, lag: int) -> list[Period]:
    """The last ``back`` periods published by ``today``, oldest first: each appears ``lag`` days after its end."""
    newest = Period.of(today, grain)
    while newest.end + lag * DAY > today:
        newest = newest.before()
    found = [newest]
    while len(found) < back:
        found.append(found[-1].before())
    return found[::-1]


@dataclass(frozen=True)
class Column:
    """A column: its name, a type of the manifest's list, Polish title and unit."""

    name: str
    type: str
    title: str
    unit: str | None = None


@dataclass
class Table:
    """Typed columns and rows (``str``, numbers, dates, ``Period``, ``bool``, None).

    ``places`` are longitude and latitude of the rows of a GeoJSON.
    """

    columns: list[Column]
    rows: list[list[Any]]
    places: list[tuple[float, float]] = field(default_factory=list)


@dataclass(frozen=True)
class FileSet:
    """One set of ``sets.yaml`` with its folder's facts."""

    id: str
    folder: str
    form: str
    unit: str
    title: str
    title_en: str
    description: str
    domain: str
    frequency: str
    keywords: tuple[str, ...]
    recipe: str = "series"
    files: tuple[str, ...] = ("csv",)
    file: str | None = None
    style: dict[str, Any] = field(default_factory=dict)
    fields: dict[str, list[Any]] = field(default_factory=dict)
    grain: str = "month"
    back: int = 12
    lag: int = 10
    end_ago: int = 0
    members: tuple[str, ...] = ()
    measures: dict[str, list[Any]] = field(default_factory=dict)
    gaps: float = 0.0
    stop: dict[str, Any] | None = None
    jump: dict[str, Any] | None = None
    rename: dict[str, str] | None = None
    sick: str | None = None
    note: str = ""
    history: bool = False
    closed: bool = False
    type: str = "dataset"
    api: dict[str, Any] | None = None
    twin: dict[str, Any] | None = None
    same: dict[str, Any] | None = None
    legal_basis: str | None = None
    declared_encoding: str | None = None
    yearly_files: bool = False
    publisher_unit: str | None = None
    version: str = "1.0.0"

    @property
    def name(self) -> str:
        """The set's address in the portal, made of its title as the portal does; also the name of its history folder."""
        return ascii_name(self.title)

    @property
    def encoding(self) -> str:
        """The encoding that its CSV really has."""
        return str(self.style.get("encoding", "utf-8"))

    @property
    def delimiter(self) -> str:
        """Field delimiter of its CSV."""
        return str(self.style.get("delimiter", ","))


@dataclass(frozen=True)
class Folder:
    """A folder of the file server: who publishes it, in which form, and its sets."""

    name: str
    unit: str
    form: str
    title: str
    sets: tuple[FileSet, ...]


_ASCII = str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszzACELNOSZZ")


def ascii_name(text: str) -> str:
    """Lower-case ASCII letters, digits and hyphens."""
    plain = text.translate(_ASCII).lower()
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in plain).split())


def set_of(key: str) -> FileSet:
    """The set with an id of ``sets.yaml``; raises StopIteration when there is none."""
    return next(of for folder in folders() for of in folder.sets if of.id == key)


@lru_cache(maxsize=1)
def folders() -> tuple[Folder, ...]:
    """All folders of ``sets.yaml``."""
    raw = yaml.safe_load(Path(__file__).with_name("sets.yaml").read_text(encoding="utf-8"))
    made = []
    for name, about in raw.items():
        sets = []
        for key, row in about["sets"].items():
            facts = {
                **row,
                "keywords": tuple(row["keywords"]),
                "members": tuple(str(m) for m in row.get("members", ())),
            }
            facts["files"] = tuple(row.get("files", ("csv",)))
            sets.append(FileSet(id=key, folder=name, form=about["form"], unit=about["unit"], **facts))
        made.append(Folder(name, about["unit"], about["form"], about["title"], tuple(sets)))
    return tuple(made)
