"""Which files are one series: the period and version in a file's name, and the name that is left.

``zuzycie_wody_2021_v2.csv``, ``2020_zuzycie_wody.csv``, ``Zużycie wody za 2022 r.csv``, ``zuzycie_wody_2023_k1.csv`` and
``2024/zuzycie-wody.xlsx`` are one set, ``zuzycie-wody``. Rules, tested both ways:

1. Capitals, Polish letters and the signs between words do not tell names apart.
2. A period stands at the end of the name, or at its beginning, or is the name of the folder. It holds a year (1900-2099)
   and is read by `common.periods`; a bare number is a month only after the year and with two digits, and a Roman one never,
   for in ``szkola_12_2023`` and ``komisariat_II_2023`` it is the school and the station. Words such as "za", "rok",
   "stan na" beside the period belong to it.
3. A version (v2, wersja 3, korekta) counts only beside a period; of the versions of one file the highest is taken.
4. A name that is nothing but a period is a file of the folder's series.
5. Everything else parts: another word, another number, a year in the middle.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from ckanext.kielce.common.periods import parse_period
from ckanext.kielce.harvesters.said import Said

from .index import IndexEntry
from .model import FileEntry, FileSet, format_code, media_type_of

#: Double extensions are kept together: data.csv.gz is one extension.
_COMPRESSED = {"gz", "bz2", "xz", "zst"}
_LETTERS = str.maketrans({"ł": "l", "Ł": "L"})
_YEAR = re.compile(r"(?:19|20)\d\d")
_DATED = re.compile(r"(?:^|[^0-9])(?:19|20)\d\d(?:[01]\d(?:[0-3]\d)?)?(?:$|[^0-9])")
#: A year written right behind a word: budzet2023.
_GLUED = re.compile(r"([a-z]{4,})((?:19|20)\d\d)")
#: Words beside a period that say nothing of the content.
_FILLERS = {"za", "rok", "roku", "r", "w", "z", "na", "stan", "dzien", "lata", "szkolny"}
_VERSION = re.compile(r"(?:v|ver|wer|wersja)(\d{1,3})?")
_CORRECTIONS = {"korekta", "poprawka", "poprawiony", "poprawiona", "poprawione", "popr", "final", "ostateczny",
                "ostateczna"}  # fmt: skip
ROMAN = {"i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"}
#: Most words that a period is written with ("stan na dzien 31 12 2023" without its fillers).
_PERIOD_WORDS = 4


@dataclass(frozen=True)
class Part:
    """A file's name read: ``stem`` is what it shares with its series ('' if the name is only a period), ``start`` and ``end``
    the period, ``version`` 0 for none; ``words`` is the stem as written."""

    stem: str
    words: str
    start: date | None = None
    end: date | None = None
    version: int = 0


def fold(text: str) -> str:
    """A name without capitals, Polish letters and differences of signs: ``Zużycie_wody`` -> ``zuzycie-wody``."""
    plain = unicodedata.normalize("NFKD", text.translate(_LETTERS)).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def stem_of(name: str) -> str:
    """A file's name without its extension (both of ``x.csv.gz``)."""
    path = PurePosixPath(name)
    if path.suffix.lstrip(".").lower() in _COMPRESSED:
        path = path.with_suffix("")
    return path.stem


def read_name(stem: str) -> Part:
    """The name of a file (without extension) taken apart."""
    words = [word for word in re.split(r"[^\w]+|_+", stem) if word]
    folded = [fold(word) or word for word in words]
    end, version = _version(folded)
    for last in dict.fromkeys((end, len(folded))):
        found = _period_at_end(folded[:last]) or _period_at_start(folded[:last])
        if found:
            first, after, start, stop = found
            left = [*range(first), *range(after, last)]
            return Part(
                "-".join(folded[i] for i in left),
                " ".join(words[i] for i in left),
                start,
                stop,
                version if last == end else 0,
            )
    glued = _GLUED.fullmatch(folded[end - 1]) if folded else None
    if glued:
        year = int(glued[2])
        name = [*folded[: end - 1], glued[1]]
        written = [*words[: end - 1], words[end - 1][:-4]]
        return Part("-".join(name), " ".join(written), date(year, 1, 1), date(year, 12, 31), version)
    return Part("-".join(folded), " ".join(words))


def _version(folded: list[str]) -> tuple[int, int]:
    """(how many words stand before the version, its number); all words and 0 when there is none."""
    total = len(folded)
    for size in (2, 1):
        tail = folded[total - size :] if total > size else []
        if not tail:
            continue
        match = _VERSION.fullmatch(tail[0])
        number = match[1] if match and match[1] and size == 1 else (tail[1] if size == 2 else None)
        if match and number and number.isdigit() and len(number) <= 3:
            return total - size, int(number)
        if tail[0] in _CORRECTIONS and (size == 1 or (tail[1].isdigit() and len(tail[1]) <= 2)):
            return total - size, int(tail[1]) if size == 2 else 1
    return total, 0


Found = tuple[int, int, date, date]


def _period_at_end(folded: list[str]) -> Found | None:
    total = len(folded)
    end = total
    while end and folded[end - 1] in {"r", "rok", "roku"}:
        end -= 1
    for size in range(min(_PERIOD_WORDS, end), 0, -1):
        span = _span(folded[end - size : end], folded)
        if span:
            first = end - size
            while first and folded[first - 1] in _FILLERS:
                first -= 1
            return first, total, *span
    return None


def _period_at_start(folded: list[str]) -> Found | None:
    first = 0
    while first < len(folded) and folded[first] in _FILLERS:
        first += 1
    for size in range(min(_PERIOD_WORDS, len(folded) - first), 0, -1):
        span = _span(folded[first : first + size], folded)
        if span:
            after = first + size
            while after < len(folded) and folded[after] in {"r", "rok", "roku"}:
                after += 1
            return 0, after, *span
    return None


def _span(words: list[str], whole: list[str]) -> tuple[date, date] | None:
    """The period that exactly these words say, None for anything else."""
    if not _DATED.search("-".join(words)):
        return None
    years = [word for word in words if _YEAR.fullmatch(word)]
    numbers = [word for word in words if word.isdigit()]
    if len(years) == 2 and len(words) == 2:
        first, last = sorted(map(int, years))
        if last == first + 1 and {"szkolny", "szk"} & set(whole):
            return date(first, 9, 1), date(last, 8, 31)
        return date(first, 1, 1), date(last, 12, 31)
    if len(years) > 1:
        return None
    if ROMAN & set(words) and not any(word.startswith(("kw", "pol")) for word in words):
        return None  # "II 2023": February, or number two?
    if len(numbers) == len(words) == 2 and not (words[0] in years and len(words[1]) == 2):
        return None  # "12 2023": a month, or number 12? Only "2023 05" is clear.
    found = parse_period("-".join(words)) if len(numbers) == len(words) else parse_period(" ".join(words))
    return (found.start, found.end) if found else None


@dataclass(frozen=True)
class Member:
    """A file of a series."""

    entry: IndexEntry
    part: Part

    @property
    def extension(self) -> str:
        """What kind of file it is, by its name: files of one series and period that differ here are forms of the same."""
        return self.entry.name[len(stem_of(self.entry.name)) :].lower()


@dataclass(frozen=True)
class Folder:
    """Where files lie: ``name`` is '' at the top; ``top`` names the series of top files that are only periods."""

    name: str = ""
    top: str = ""


def collect(
    entries: Iterable[IndexEntry], folder: Folder, rules: Mapping[str, str] | None = None
) -> dict[str, list[Member]]:
    """Series id -> its files, in the order found. ``rules`` are the source's own: file name or stem pattern -> series id."""
    place = read_name(folder.name) if folder.name else Part("", "")
    period_folder = bool(folder.name) and place.start is not None and not place.stem
    groups: dict[str, list[Member]] = {}
    for entry in entries:
        if entry.folder:
            continue
        part = read_name(stem_of(entry.name))
        if period_folder and part.start is None:
            part = replace(part, start=place.start, end=place.end)
        ruled = next(
            (
                guid
                for pattern, guid in (rules or {}).items()
                if fnmatchcase(entry.name, pattern) or fnmatchcase(part.stem, pattern)
            ),
            None,
        )
        groups.setdefault(ruled or _series_id(part, folder, period_folder, entry), []).append(
            Member(entry, part)
        )
    return groups


def _series_id(part: Part, folder: Folder, period_folder: bool, entry: IndexEntry) -> str:
    inside = "" if period_folder else fold(folder.name)
    if part.stem:
        return f"{inside}/{part.stem}" if inside else part.stem
    return inside or fold(folder.top) or fold(stem_of(entry.name)) or entry.name


def top_name(address: str) -> str:
    """The name of the folder at an address."""
    return PurePosixPath(unquote(urlsplit(address).path)).name


def make_set(guid: str, members: Iterable[Member]) -> FileSet:
    """The set of a series: newest period first, then by name, so that an order of links cannot shuffle it."""
    files, old = _newest_versions(members)
    files.sort(key=lambda m: (-(m.part.end.toordinal() if m.part.end else 9_999_999), m.entry.name))
    titles = {member.entry.title for member in files if member.entry.title}
    words = files[0].part.words or guid.rsplit("/", 1)[-1].replace("-", " ")
    found = FileSet(guid, titles.pop() if len(titles) == 1 else words[:1].upper() + words[1:])
    found.problems += old
    days = [(m.part.start, m.part.end) for m in files if m.part.start and m.part.end]
    if days:
        first, last = min(day for day, _ in days), max(day for _, day in days)
        found.fields["temporal"] = {"start": first.isoformat(), "end": last.isoformat()}
    for member in files:
        found.files.append(_file(member, found))
    return found


def _newest_versions(members: Iterable[Member]) -> tuple[list[Member], list[Said]]:
    """The members without those that a higher version of the same period and form replaces, and what to say of these."""
    best: dict[tuple[date | None, date | None, str, str], int] = {}
    every = list(members)

    def key(m: Member) -> tuple[date | None, date | None, str, str]:
        return m.part.start, m.part.end, m.extension, m.part.stem

    for member in every:
        best[key(member)] = max(best.get(key(member), 0), member.part.version)
    kept = [m for m in every if m.part.start is None or m.part.version == best[key(m)]]
    gone = [m for m in every if m not in kept]
    said = [
        Said(
            f"zastąpiony nowszą wersją: {m.entry.name}",
            f"replaced by a newer version: {m.entry.name}",
        )
        for m in gone
    ]
    return kept, said


def _file(member: Member, found: FileSet) -> FileEntry:
    entry, part = member.entry, member.part
    code = format_code("", "", entry.url)
    if code is None:
        found.problems.append(
            Said(f"nieznane rozszerzenie: {entry.name}", f"unknown extension: {entry.name}")
        )
    span = {}
    if part.start and part.end:
        span = {"start": part.start.isoformat(), "end": part.end.isoformat()}
    return FileEntry(
        id=entry.name,
        url=entry.url,
        title=entry.title or entry.name,
        format=code or "",
        media_type=media_type_of(code or ""),
        temporal=span,
        size=entry.size,
        modified=entry.modified,
    )
