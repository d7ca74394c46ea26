"""A sentence in Polish and English: the harvesters find faults before anyone knows in which language they are told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Said(NamedTuple):
    """One sentence in both languages."""

    pl: str
    en: str

    def text(self, lang: str) -> str:
        """The Polish sentence for "pl", else the English one."""
        return self.pl if lang == "pl" else self.en


def tell(sentences: Iterable[Said], lang: str) -> list[str]:
    """The sentences in one language, each once, in order."""
    return list(dict.fromkeys(sentence.text(lang) for sentence in sentences))


class SaidError(ValueError):
    """A fault that ends the reading of a document, in both languages, each with the remedy."""

    def __init__(self, pl: str, en: str) -> None:
        super().__init__(en)
        self.said = Said(pl, en)
