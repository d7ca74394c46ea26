"""Words as keys: folded to plain letters, so that people who type without diacritics meet those who write with them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

#: A word of a question: letters and digits with the marks that hold names and codes together (Wi-Fi, PM2.5, P+R).
WORD = re.compile(r"[^\W_]+(?:[.\-+'’/][^\W_]+)*", re.UNICODE)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
#: Shorter words have too many neighbours for a letter to be guessed.
SHORTEST_GUESSED = 4


#: Polish letters at once; what is left that is no ASCII is taken apart.
_POLISH = str.maketrans("ąćęłńóśźż", "acelnoszz")


def fold(text: str) -> str:
    """Return the text in lower case without diacritics: „Ścieżek” is "sciezek"."""
    lower = text.lower().translate(_POLISH)
    if lower.isascii():
        return lower
    return "".join(
        letter for letter in unicodedata.normalize("NFD", lower) if not unicodedata.combining(letter)
    )


def key(word: str) -> str:
    """Return what a word is looked up by: folded, letters and digits only ("Wi-Fi" and "wifi" are one)."""
    folded = fold(word)
    return folded if folded.isalnum() else "".join(filter(str.isalnum, folded))


def words(text: str) -> list[str]:
    """Return the words of a text as they are spelt, at the marks that hold names together left whole."""
    return WORD.findall(text)


def neighbours(word: str) -> Iterator[str]:
    """Yield every string one letter away from a folded word: one left out, swapped, changed or added."""
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    for left, right in splits:
        if right:
            yield left + right[1:]
        if len(right) > 1:
            yield left + right[1] + right[0] + right[2:]
        for letter in _LETTERS:
            if right:
                yield left + letter + right[1:]
            yield left + letter + right
