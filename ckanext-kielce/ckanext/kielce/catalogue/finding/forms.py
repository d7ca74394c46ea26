"""Inflected forms of Polish words, from Morfeusz 2 and its dictionary SGJP (both BSD licence), which come as one package.

Solr looks words up in a dictionary of its own. The portal needs forms only for the words of its vocabulary and of titles,
to recognise them in a question without asking Solr twice.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from ckanext.kielce.catalogue.finding.text import key

#: Tags of forms that no question holds: participles and negated gerunds would only bring wrong guesses.
_RARE = ("pact", "ppas", "pant", "pcon")


@cache
def _morfeusz() -> Any:
    import morfeusz2

    return morfeusz2.Morfeusz(separate_numbering=True, expand_dot=False, expand_tags=False)


@cache
def forms(word: str) -> frozenset[str]:
    """Return the keys of all forms of a Polish word given in any form; of an unknown word, the word's own key."""
    analyser = _morfeusz()
    found = {key(word)}
    lemmas = {
        str(reading[2][1]).split(":")[0] for reading in analyser.analyse(word) if reading[2][2] != "ign"
    }
    for lemma in lemmas:
        for form, _lemma, tag, *_ in analyser.generate(lemma):
            if not str(tag).startswith(_RARE) and ":neg" not in str(tag):
                found.add(key(str(form)))
    return frozenset(found - {""})


def english_forms(word: str) -> frozenset[str]:
    """Return the keys of an English word with and without the endings of number: bus, buses; company, companies."""
    plain = key(word)
    found = {plain, plain + "s"}
    if plain.endswith("s") and not plain.endswith("ss"):
        found.add(plain[:-1])
    if plain.endswith(("s", "x", "ch", "sh")):
        found.add(plain + "es")
    if plain.endswith("y") and plain[-2:-1] not in "aeiou":
        found.add(plain[:-1] + "ies")
    return frozenset(found)
