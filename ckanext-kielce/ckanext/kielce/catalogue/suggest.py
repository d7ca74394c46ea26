"""Suggestions while somebody types: words that datasets hold, the city's domains, units, districts, and datasets by title."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypedDict

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.kielce.catalogue.finding import lexicon, query
from ckanext.kielce.catalogue.finding.text import key, words
from ckanext.kielce.catalogue.finding.understanding import understand
from ckanext.kielce.catalogue.finding.vocabulary import term_keys
from ckanext.kielce.common import vocabularies

#: Of each kind no more than this, so that no kind crowds the others out; datasets fill up the rest.
OF_A_KIND = 2
LONGEST = 100


class Suggestion(TypedDict):
    """``kind``: words (to search for), domain, unit, district or dataset; ``text`` to show; ``name`` of the thing."""

    kind: str
    text: str
    name: str


def suggest(context: Any, typed: str, limit: int, lang: str) -> list[Suggestion]:
    """Return suggestions for the beginning of a question, the most general first; [] for nothing typed."""
    begun = tuple(map(key, words(typed[:LONGEST])))
    if not any(begun):
        return []
    known = lexicon.current()
    found: list[Suggestion] = []
    terms = ((text, text, keys) for of, keys, text in known.offers if of == lang)
    for kind, named in (
        ("words", terms),
        ("domain", _domains(lang)),
        ("unit", _units(lang)),
        ("district", _districts()),
    ):
        fitting = [row for row in named if begins(row[2], begun)]
        fitting.sort(key=lambda row: (not row[2][0].startswith(begun[0]), len(row[0])))
        found += [Suggestion(kind=kind, text=text, name=name) for text, name, _keys in fitting[:OF_A_KIND]]
    return [*found, *_datasets(context, typed, known, limit - len(found), lang)][:limit]


def begins(held: Sequence[str], begun: Sequence[str]) -> bool:
    """Whether every word begun is the beginning of one of the words, in any order; all are keys."""
    return all(any(word.startswith(part) for word in held) for part in begun)


#: Text to show, name, and the keys of the text's words.
_Named = Iterator[tuple[str, str, tuple[str, ...]]]


def _named(text: str, name: str) -> tuple[str, str, tuple[str, ...]]:
    return text, name, term_keys(text)


def _domains(lang: str) -> _Named:
    return (_named(entry.label(lang), entry.code) for entry in vocabularies.load("domains"))


def _units(lang: str) -> _Named:
    rows = model.Session.query(model.Group.title, model.Group.name).filter(
        model.Group.is_organization.is_(True), model.Group.state == "active"
    )
    for title, name in rows:
        entry = vocabularies.unit(name)
        yield _named(entry.label(lang) if entry and lang != "pl" else title or name, name)


def _districts() -> _Named:
    entries = (entry for entry in vocabularies.load("localities") if entry.data["kind"] == "district")
    return (_named(entry.pl, entry.code) for entry in entries)


def _datasets(
    context: Any, typed: str, known: lexicon.Lexicon, limit: int, lang: str
) -> Iterator[Suggestion]:
    if limit <= 0:
        return
    begun = query.beginnings(words(typed[:LONGEST]))
    rows = _titles(context, begun, limit)
    if not rows:
        meant = understand(typed[:LONGEST], known)
        used = [word for unit in meant.units for word in unit.words]
        rows = _titles(context, query.beginnings(used), limit) if meant.instead else []
    for row in rows:
        title = row.get("title_en") if lang != "pl" else None
        yield Suggestion(
            kind="dataset", text=str(title or row.get("title") or row["name"]), name=str(row["name"])
        )


def _titles(context: Any, q: str, limit: int) -> list[dict[str, Any]]:
    asked = {"q": q, "rows": limit, "fl": ["name", "title", "title_en"], "facet": "false"}
    found: list[dict[str, Any]] = tk.get_action("package_search")(context, asked)["results"]
    return found
