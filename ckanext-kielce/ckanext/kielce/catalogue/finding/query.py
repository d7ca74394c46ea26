"""A question that was understood, written for Solr (edismax), with the weights of ``ranking.yaml``. Pure.

Every unit becomes one clause of alternatives: as typed, in other words, by what it is related to. Solr demands as many
clauses as ``mm`` says, adds up what they bring and multiplies by how current, sound and used a set is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice

from ckanext.kielce.catalogue.finding.lexicon import Lexicon, Pattern
from ckanext.kielce.catalogue.finding.text import key, words
from ckanext.kielce.catalogue.finding.understanding import Question, Unit
from ckanext.kielce.catalogue.finding.vocabulary import Group, ranking

_SPECIAL = re.compile(r'([\\+\-&|!(){}\[\]^"~*?:/])')
#: Which group of the vocabulary a kind of place belongs to.
KIND_GROUPS = {"street": "ulice", "district": "osiedla", "commune": "gminy"}
#: How far apart the words of a phrase may stand.
SLOP = 2


@dataclass(frozen=True)
class Query:
    """Parameters for CKAN's search."""

    q: str
    mm: str
    qf: str
    tie: str
    boost: str

    def params(self) -> dict[str, str]:
        """As ``package_search`` takes them."""
        return {
            "defType": "edismax",
            "q": self.q,
            "mm": self.mm,
            "qf": self.qf,
            "tie": self.tie,
            "boost": self.boost,
        }


def write(question: Question, lexicon: Lexicon, some_words: bool = False) -> Query | None:
    """Return the query, None when the question holds no word.

    ``some_words``: sets that hold any of the words will do.
    """
    units = question.telling
    table = ranking()
    if not units:
        return None
    alternatives = [list(_alternatives(unit, lexicon, len(units) == 1)) for unit in units]
    clauses = []
    for at, unit in enumerate(units):
        parts = [_weighted(clause, weight) for clause, weight in alternatives[at]]
        if not some_words and 1 < len(units) <= 3:
            for other in range(len(units)):
                if other != at:
                    parts += _beside(alternatives[other], table.beside)
        if at and len(unit.words) == 1 and len(units[at - 1].words) == 1:
            parts.append(_weighted(_phrase((*units[at - 1].words, *unit.words)), table.phrase))
        clauses.append(f"({' OR '.join(parts)})")
    counted = sum(unit.known and not (unit.places and not unit.groups) for unit in units) or 1
    if not some_words and counted > table.all_up_to:
        counted = math.ceil(counted * table.share)
    q = " OR ".join(clauses) + "".join(f" -({_all(unit.words)})" for unit in question.without)
    return Query(q, "1" if some_words else str(counted), fields(), str(table.tie), boost())


def beginnings(begun: Iterable[str]) -> str:
    """Return a query for datasets whose title or keywords hold words that begin so, in Solr's own syntax."""
    return f"+suggest:({_all(begun)})"


def _alternatives(unit: Unit, lexicon: Lexicon, alone: bool) -> Iterator[tuple[str, float]]:
    table = ranking()
    if unit.kind == "phrase":
        yield _phrase(unit.words, 0), 1.0
        return
    yield _all(unit.words), table.guess if unit.typed else 1.0
    if unit.typed:
        yield _all(unit.typed), 1.0
    if len(unit.words) > 1:
        yield _phrase(unit.words), table.phrase
    mine = frozenset(map(key, unit.words))
    kinds = {KIND_GROUPS[place.kind] for place in unit.places if place.kind in KIND_GROUPS}
    named = [lexicon.groups[name] for name in sorted(kinds) if name in lexicon.groups]
    related = [*_seen_from((*unit.groups, *named), lexicon), *_of_parts(unit, lexicon)]
    place = table.place if alone else table.place_beside
    ways = (
        (unit.groups, table.synonym, None),
        (named, place, None),
        (related, table.related, table.related_words),
    )
    for groups, weight, most in ways:
        for term in _terms(groups, unit.english, lexicon, most):
            # What holds the words asked for is found by them already, and would count twice.
            if not covers(lexicon.alive[term], mine):
                yield (_phrase(tuple(words(term))) if len(words(term)) > 1 else _escaped(term)), weight


def _seen_from(groups: Iterable[Group], lexicon: Lexicon) -> Iterator[Group]:
    for group in groups:
        yield from (lexicon.groups[name] for name in group.see if name in lexicon.groups)


def _of_parts(unit: Unit, lexicon: Lexicon) -> Iterator[Group]:
    """The groups of the single words of a phrase: who asks when bins are emptied may want to know of waste at all."""
    if len(unit.words) > 1:
        for word in map(key, unit.words):
            for term in lexicon.first.get(word, ()):
                if term.group and term.group not in unit.groups and len(term.pattern) == 1:
                    yield term.group


def covers(pattern: Pattern, mine: frozenset[str]) -> bool:
    """Whether a term holds all of some words in one form or another."""
    return all(any(word in forms for forms in pattern) for word in mine)


def _terms(groups: Iterable[Group], english: bool, lexicon: Lexicon, most: int | None) -> Iterator[str]:
    """The words of groups that datasets hold; the first ones of a group are its main ones."""
    for group in dict.fromkeys(groups):
        terms = (term for term in (group.terms if english else group.pl) if term in lexicon.alive)
        yield from islice(terms, most)


def _beside(alternatives: list[tuple[str, float]], beside: float) -> list[str]:
    """The first ways of finding another unit, in the strong fields only."""
    return [
        _weighted(
            "(" + " OR ".join(f"{name}:{clause}" for name in ranking().strong_fields) + ")", beside * weight
        )
        for clause, weight in alternatives[:3]
    ]


def _escaped(word: str) -> str:
    # In small letters, so that no word is one of the operators AND, OR, NOT.
    return _SPECIAL.sub(r"\\\1", word.lower())


def _all(found: Iterable[str]) -> str:
    escaped = [_escaped(word) for word in found]
    return escaped[0] if len(escaped) == 1 else f"({' AND '.join(escaped)})"


def _phrase(found: Iterable[str], slop: int = SLOP) -> str:
    return f'"{" ".join(_escaped(word) for word in found)}"~{slop}'


def _weighted(clause: str, weight: float) -> str:
    return clause if weight == 1.0 else f"{clause}^{weight:.3g}"


@cache
def fields() -> str:
    """Where words are looked for, as Solr's ``qf``."""
    return " ".join(f"{name}^{weight:g}" for name, weight in ranking().fields.items())


@cache
def boost() -> str:
    """What the score is multiplied by: one, and what the set's status, grade, type and use add to it."""
    table = ranking()
    parts = [f"mul({gain:g},termfreq(quality_status,'{code}'))" for code, gain in table.status.items()]
    parts += [f"mul({gain:g},termfreq(quality_grade,'{code}'))" for code, gain in table.grade.items()]
    parts += [f"mul({gain:g},termfreq(dataset_type,'{code}'))" for code, gain in table.type.items()]
    gains = [gain for _limit, gain in table.use_bands] + [table.use_most]
    parts += [f"mul({gain:g},termfreq(use_band,'{band}'))" for band, gain in enumerate(gains) if gain]
    return f"sum(1,{','.join(parts)})"


def use_band(uses: int) -> str:
    """The band of a number of uses, as it stands in the index."""
    limits = [limit for limit, _gain in ranking().use_bands]
    return str(next((band for band, limit in enumerate(limits) if uses < limit), len(limits)))
