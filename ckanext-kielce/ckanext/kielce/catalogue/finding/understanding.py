"""A question read: which words belong together, what they mean, which were mistyped, which say nothing. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from ckanext.kielce.catalogue.finding.lexicon import Lexicon, Term
from ckanext.kielce.catalogue.finding.text import SHORTEST_GUESSED, key, neighbours, words
from ckanext.kielce.catalogue.finding.vocabulary import Group, Locality

#: More words than this are no question; the rest is not looked at.
MOST_WORDS = 16
#: What people write before the name of a place.
PREFIXES = frozenset(
    {
        "ul",
        "ulica",
        "ulicy",
        "ulice",
        "al",
        "aleja",
        "alei",
        "pl",
        "plac",
        "os",
        "osiedle",
        "osiedlu",
        "dzielnica",
    }
    | {"dzielnicy", "gmina", "gminie", "gminy", "street", "avenue", "district", "commune"}
)
_QUOTED = re.compile(r'"([^"]+)"')
_WITHOUT = re.compile(r"(?<!\S)-(?=\w)")


@dataclass(frozen=True)
class Unit:
    """Words of a question that are looked for as one.

    :ivar words: as typed (or as guessed, see ``typed``)
    :ivar typed: what was typed where another word is looked for instead
    :ivar kind: ``plain``, ``phrase`` (in quotation marks), ``idle`` (says nothing), ``without`` (must not occur)
    :ivar groups: groups of the vocabulary whose term it is; ``english``: the term was an English one
    :ivar places: places of that name
    :ivar known: whether the portal has ever seen such a word
    """

    words: tuple[str, ...]
    kind: str = "plain"
    typed: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    english: bool = False
    places: tuple[Locality, ...] = ()
    known: bool = True


@dataclass(frozen=True)
class Question:
    """The units of a question in their order."""

    units: tuple[Unit, ...]

    @property
    def telling(self) -> tuple[Unit, ...]:
        """The units that say something; all of them when none does."""
        found = tuple(unit for unit in self.units if unit.kind in ("plain", "phrase"))
        return found or tuple(replace(unit, kind="plain") for unit in self.units if unit.kind == "idle")

    @property
    def without(self) -> tuple[Unit, ...]:
        """The units that must not occur."""
        return tuple(unit for unit in self.units if unit.kind == "without")

    @property
    def instead(self) -> dict[str, str]:
        """What was typed -> what is looked for instead."""
        return {" ".join(unit.typed): " ".join(unit.words) for unit in self.units if unit.typed}


def understand(question: str, lexicon: Lexicon) -> Question:
    """Read a question as people type it."""
    phrases = tuple(
        Unit(tuple(words(found)), "phrase") for found in _QUOTED.findall(question) if words(found)
    )
    rest = _QUOTED.sub(" ", question).replace('"', " ")
    without = tuple(
        Unit((found[0],), "without")
        for part in _WITHOUT.split(rest)[1:]
        if (found := words(part)) and len(_WITHOUT.split(rest)) > 1
    )
    for unit in without:
        rest = re.sub(rf"(?<!\S)-{re.escape(unit.words[0])}", " ", rest, count=1)
    return Question((*phrases, *_units(words(rest)[:MOST_WORDS], lexicon), *without))


def _units(typed: Sequence[str], lexicon: Lexicon) -> list[Unit]:
    used = [_meant(word, lexicon) for word in typed]
    keys = [key(word) for word in used]
    found: list[Unit] = []
    at = 0
    while at < len(keys):
        terms = _terms_at(keys, at, lexicon)
        prefixed = bool(
            keys[at] in PREFIXES and at + 1 < len(keys) and _places(_terms_at(keys, at + 1, lexicon))
        )
        if prefixed and not any(term.group and len(term.pattern) > 1 for term in terms):
            at += 1
            terms = _places(_terms_at(keys, at, lexicon))
        size = len(terms[0].pattern) if terms else 1
        span = tuple(used[at : at + size])
        before = tuple(typed[at : at + size])
        groups = tuple(dict.fromkeys(term.group for term in terms if term.group))
        unit = Unit(
            span,
            typed=before if before != span else (),
            groups=groups,
            english=any(term.group and term.text in term.group.en for term in terms),
            places=tuple(term.place for term in terms if term.place)
            if prefixed or (not groups and _is_name(before, keys[at : at + size], lexicon))
            else (),
            known=bool(terms) or lexicon.knows(keys[at]),
        )
        if not terms and keys[at] in lexicon.idle:
            unit = replace(unit, kind="idle")
        found.append(unit)
        at += size
    return found


def _places(terms: Sequence[Term]) -> tuple[Term, ...]:
    found = [term for term in terms if term.place]
    size = max((len(term.pattern) for term in found), default=0)
    return tuple(term for term in found if len(term.pattern) == size)


def _is_name(typed: Sequence[str], keys: Sequence[str], lexicon: Lexicon) -> bool:
    """A name is written with a capital, has several words, or is no word of the datasets themselves."""
    return len(keys) > 1 or typed[0][:1].isupper() or keys[0] not in lexicon.index


def _terms_at(keys: Sequence[str], at: int, lexicon: Lexicon) -> tuple[Term, ...]:
    """The longest terms that begin at a word; terms of two words are known in either order."""
    found = [term for term in lexicon.first.get(keys[at], ()) if _fits(term, keys, at)]
    size = max((len(term.pattern) for term in found), default=0)
    return tuple(term for term in found if len(term.pattern) == size)


def _fits(term: Term, keys: Sequence[str], at: int) -> bool:
    span = keys[at : at + len(term.pattern)]
    if len(span) != len(term.pattern):
        return False
    if all(word in forms for word, forms in zip(span, term.pattern, strict=True)):
        return True
    return len(span) == 2 and span[1] in term.pattern[0] and span[0] in term.pattern[1]


def _meant(word: str, lexicon: Lexicon) -> str:
    """The word itself, or the commonest known one that is a letter away from a word nobody knows."""
    folded = key(word)
    if (
        len(folded) < SHORTEST_GUESSED
        or not folded.isalpha()
        or folded in lexicon.idle
        or lexicon.knows(folded)
    ):
        return word
    guessed = _nearest(folded, lexicon)
    return lexicon.spelt.get(guessed, guessed) if guessed else word


@lru_cache(maxsize=4096)
def _nearest(folded: str, lexicon: Lexicon) -> str:
    found = {candidate for candidate in neighbours(folded) if candidate in lexicon.known}
    # The first letter is seldom the wrong one; then what more sets hold; then the alphabet, to be the same every time.
    return max(
        found, key=lambda word: (word[:1] == folded[:1], len(word) > 3, lexicon.known[word], word), default=""
    )
