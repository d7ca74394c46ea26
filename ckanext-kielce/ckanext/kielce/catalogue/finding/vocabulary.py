"""The data of the search: groups of synonyms, weights, names of places. Read, checked, made ready to look up. Pure.

Shapes: :class:`Group` and :class:`Locality` as in ``synonyms.yaml`` and ``schemas/vocabularies/localities.yaml``;
:class:`Ranking` as in ``ranking.yaml``.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ckanext.kielce.catalogue.finding.text import key, words
from ckanext.kielce.common import vocabularies

FOLDER = Path(__file__).resolve().parent
#: The file that comes with the portal.
SYNONYMS = FOLDER / "synonyms.yaml"


class VocabularyError(ValueError):
    """A file that breaks the format; the message names the group or line and says what to write.

    :ivar line: number of the faulty line, where there are lines
    """

    line: int = 0


@dataclass(frozen=True)
class Group:
    """Words of one meaning: ``pl`` and ``en`` in basic form, ``see`` ids of groups that are found too."""

    id: str
    pl: tuple[str, ...]
    en: tuple[str, ...]
    see: tuple[str, ...]

    @property
    def terms(self) -> tuple[str, ...]:
        """All its words, Polish ones first."""
        return (*self.pl, *self.en)


@dataclass(frozen=True)
class Locality:
    """A district, street or commune by which people ask; ``prefix`` is what stands before a street's name."""

    code: str
    name: str
    kind: str
    prefix: str = ""
    bbox: tuple[float, ...] = ()


@dataclass(frozen=True)
class Ranking:
    """The weights of ``ranking.yaml``; see there what each means."""

    fields: Mapping[str, float]
    tie: float
    strong_fields: Sequence[str]
    synonym: float
    related: float
    related_words: int
    guess: float
    beside: float
    phrase: float
    place: float
    place_beside: float
    all_up_to: int
    share: float
    status: Mapping[str, float]
    grade: Mapping[str, float]
    type: Mapping[str, float]
    use_days: int
    use_bands: Sequence[Sequence[float]]
    use_most: float
    idle_pl: Sequence[str]
    idle_en: Sequence[str]


@cache
def ranking() -> Ranking:
    """The table of weights, read once a process."""
    return Ranking(**yaml.safe_load((FOLDER / "ranking.yaml").read_text(encoding="utf-8")))


def read_groups(text: str) -> tuple[Group, ...]:
    """Return the groups of a file in the format of ``synonyms.yaml``.

    Raises VocabularyError that names the faulty group and what is wrong with it.
    """
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise VocabularyError(f"not YAML: {error}") from error
    rows = raw.get("groups") if isinstance(raw, dict) else None
    if not isinstance(rows, list):
        raise VocabularyError("no list `groups:` at the top")
    groups = tuple(_group(number, row) for number, row in enumerate(rows, 1))
    faults = check(groups)
    if faults:
        raise VocabularyError("; ".join(faults))
    return groups


def _group(number: int, row: Any) -> Group:
    where = f"group {number}"
    if not isinstance(row, dict) or not isinstance(row.get("id"), str):
        raise VocabularyError(f"{where}: write {{id: name, pl: [words], en: [words]}}")
    where = f"group {row['id']!r}"
    unknown = sorted(set(row) - {"id", "pl", "en", "see"})
    if unknown:
        raise VocabularyError(
            f"{where}: unknown key {', '.join(map(str, unknown))}; there are id, pl, en, see"
        )
    lists = []
    for name in ("pl", "en", "see"):
        value = row.get(name) or []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise VocabularyError(
                f"{where}: `{name}` is a list of words in square brackets; numbers, yes, no and on stand in quotation marks"
            )
        lists.append(tuple(str(item).strip() for item in value))
    return Group(row["id"], *lists)


def read_lines(text: str) -> tuple[Group, ...]:
    """Return groups of lines ``śmieci = odpady, odpad = waste``: words that mean the same, after a second ``=`` English ones.

    Empty lines and lines that begin with ``#`` say nothing. Raises VocabularyError with the number of the line.
    """
    groups = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        parts = line.split("=")
        lists = [[word.strip() for word in part.split(",") if word.strip()] for part in parts]
        if len(lists) not in (2, 3) or len([*lists[0], *lists[1]]) < 2:
            fault = VocabularyError(
                f"line {number}: write words, then = and what else they are called: {line.strip()!r}"
            )
            fault.line = number
            raise fault
        english = lists[2] if len(lists) == 3 else []
        groups.append(Group(f"line-{number}", (*lists[0], *lists[1]), tuple(english), ()))
    return tuple(groups)


def check(groups: Iterable[Group]) -> list[str]:
    """Return what is wrong with groups: empty ones, doubled words or ids, `see` that leads nowhere or back."""
    rows = list(groups)
    faults = []
    by_id: dict[str, Group] = {}
    home: dict[tuple[str, tuple[str, ...]], str] = {}
    for group in rows:
        if group.id in by_id:
            faults.append(f"group {group.id!r} stands twice")
        by_id[group.id] = group
        if not group.terms:
            faults.append(f"group {group.id!r} has no words")
        for lang, terms in (("pl", group.pl), ("en", group.en)):
            for term in terms:
                keys = term_keys(term)
                if not keys:
                    faults.append(f"group {group.id!r}: {term!r} holds no letter")
                elif (lang, keys) in home:
                    faults.append(
                        f"{term!r} stands in {home[lang, keys]!r} and in {group.id!r}: leave it in one of them"
                    )
                home[lang, keys] = group.id
    for group in rows:
        faults += [
            f"group {group.id!r}: there is no group {name!r}" for name in group.see if name not in by_id
        ]
    faults += [f"group {group.id!r}: `see` leads back to it" for group in rows if _leads_back(group, by_id)]
    return faults


def _leads_back(start: Group, by_id: Mapping[str, Group]) -> bool:
    todo, seen = list(start.see), set()
    while todo:
        name = todo.pop()
        if name == start.id:
            return True
        if name in by_id and name not in seen:
            seen.add(name)
            todo += by_id[name].see
    return False


def term_keys(term: str) -> tuple[str, ...]:
    """Return the keys of a term's words: „ścieżka rowerowa” is ("sciezka", "rowerowa")."""
    return tuple(filter(None, map(key, words(term))))


def localities(streets: str = "") -> tuple[Locality, ...]:
    """Districts, streets and communes; ``streets``: path of an extract of TERYT's ULIC that takes the streets' place."""
    found = [
        Locality(
            entry.code,
            entry.pl,
            str(entry.data["kind"]),
            str(entry.data.get("prefix") or ""),
            tuple(entry.data.get("bbox") or ()),
        )
        for entry in vocabularies.load("localities")
        if not (streets and entry.data["kind"] == "street")
    ]
    for entry in vocabularies.load("places"):
        if len(entry.code) == 7 and entry.code != str(vocabularies.load("places").header["default"]):
            name = entry.pl.removeprefix("gmina ").removeprefix("miasto ")
            found.append(Locality(entry.code, name, "commune", "gmina", tuple(entry.data.get("bbox") or ())))
    return (*found, *(read_ulic(Path(streets)) if streets else ()))


def read_ulic(path: Path) -> list[Locality]:
    """Return the streets of an extract of TERYT's catalogue ULIC (CSV with semicolons: CECHA, NAZWA_1, NAZWA_2).

    Raises VocabularyError when the file is missing or has other columns.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream, delimiter=";"))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise VocabularyError(f"{path.name} can't be read as CSV in UTF-8: {error}") from error
    if rows and not {"CECHA", "NAZWA_1", "NAZWA_2"} <= rows[0].keys():
        raise VocabularyError(
            f"{path.name} has no columns CECHA, NAZWA_1, NAZWA_2: take ULIC, not SIMC or TERC"
        )
    named = {
        (f"{row['NAZWA_2'] or ''} {row['NAZWA_1'] or ''}".strip(), (row["CECHA"] or "ul.").strip())
        for row in rows
    }
    return [Locality(key(name), name, "street", prefix) for name, prefix in sorted(named) if name]
