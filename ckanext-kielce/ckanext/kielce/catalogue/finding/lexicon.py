"""What this portal knows about words: its vocabulary, the places of the city, and the words that its datasets hold.

A lexicon is built once a process and kept; the words of the index are looked up again every few minutes, aside from the
question that finds them old. Words of sets that are not public are never among them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import ckan.plugins.toolkit as tk
from ckan.lib.search.common import make_connection
from ckanext.kielce.catalogue.finding import vocabulary
from ckanext.kielce.catalogue.finding.forms import english_forms, forms
from ckanext.kielce.catalogue.finding.text import key, words
from ckanext.kielce.catalogue.finding.vocabulary import Group, Locality
from pysolr import SolrError

log = logging.getLogger(__name__)

#: Seconds after which the words of the index are read again.
KEEP_SECONDS = 600
#: Words of the index that may be guessed at: longer or shorter ones are codes.
SHORTEST, LONGEST = 3, 30
#: Titles that are read for the forms of their words.
TITLES = 10_000
OPTION_FILE = "ckanext.kielce.catalogue.synonyms"
OPTION_MORE = "ckanext.kielce.catalogue.more_synonyms"
OPTION_STREETS = "ckanext.kielce.catalogue.streets"

#: A term: for each of its words the keys of the word's forms.
Pattern = tuple[frozenset[str], ...]


@dataclass(frozen=True)
class Term:
    """One term of the vocabulary, ready to be recognised: ``group`` or ``place`` says what it means."""

    text: str
    pattern: Pattern
    group: Group | None = None
    place: Locality | None = None


@dataclass(frozen=True, eq=False)
class Lexicon:
    """What is known. Compared by identity: it is large, and never changes.

    :ivar groups: groups by id
    :ivar first: key of a word -> terms that begin with it (of two words: or end with it)
    :ivar index: folded words of public datasets -> number of sets
    :ivar known: the same with all forms of the vocabulary's, the places' and the titles' words
    :ivar spelt: key -> the word with its diacritics
    :ivar alive: terms of the vocabulary that some dataset holds, with their patterns; all while the index is not known
    :ivar offers: (language, keys of its words, term) of the terms alive, to suggest while somebody types
    :ivar idle: words that say nothing about the data asked for
    """

    groups: Mapping[str, Group]
    first: Mapping[str, tuple[Term, ...]]
    index: Mapping[str, int]
    known: Mapping[str, int]
    spelt: Mapping[str, str]
    alive: Mapping[str, Pattern]
    offers: tuple[tuple[str, tuple[str, ...], str], ...] = ()
    idle: frozenset[str] = field(default_factory=frozenset)

    def knows(self, word: str) -> bool:
        """Whether a folded word occurs in the datasets or in the vocabulary, in this or another form."""
        return word in self.known


def build(
    groups: Iterable[Group],
    places: Iterable[Locality],
    index_words: Mapping[str, int],
    titles: Iterable[str] = (),
) -> Lexicon:
    """Make a lexicon of its parts. Pure; ``index_words`` are folded words with the number of sets that hold them."""
    by_id = {group.id: group for group in groups}
    known: Counter[str] = Counter(index_words)
    spelt: dict[str, str] = {}
    first: dict[str, list[Term]] = {}
    terms = [Term(text, _pattern(text, True), group=group) for group in by_id.values() for text in group.pl]
    terms += [Term(text, _pattern(text, False), group=group) for group in by_id.values() for text in group.en]
    terms += [Term(place.name, _pattern(place.name, True), place=place) for place in places]
    for term in terms:
        if not term.pattern:
            continue
        for at in {0, len(term.pattern) - 1}:
            for form in term.pattern[at]:
                first.setdefault(form, []).append(term)
        for word, keys in zip(words(term.text), term.pattern, strict=False):
            spelt.setdefault(key(word), word)
            for form in keys:
                known[form] += 1
    for title in titles:
        for word in words(title):
            spelt.setdefault(key(word), word.lower())
            for form in forms(word):
                known[form] += 1
    table = vocabulary.ranking()
    idle = frozenset(key(word) for word in (*table.idle_pl, *table.idle_en))
    alive = {
        term.text: term.pattern
        for term in terms
        if not index_words or all(not found.isdisjoint(index_words) for found in term.pattern)
    }
    offers = tuple(
        (lang, vocabulary.term_keys(text), text)
        for group in by_id.values()
        for lang, texts in (("pl", group.pl), ("en", group.en))
        for text in texts
        if text in alive
    )
    by_first = {form: tuple(found) for form, found in first.items()}
    return Lexicon(by_id, by_first, dict(index_words), dict(known), spelt, alive, offers, idle)


def _pattern(text: str, polish: bool) -> Pattern:
    return tuple(forms(word) if polish else english_forms(word) for word in words(text))


class _Kept:
    """The lexicon of this process, and what it was made of."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.source: tuple[object, ...] = ()
        self.lexicon: Lexicon | None = None
        self.read_at = 0.0
        self.index: tuple[dict[str, int], list[str]] = ({}, [])
        self.reading = False


_kept = _Kept()


def current() -> Lexicon:
    """Return the lexicon of this portal: new when the vocabulary was edited, its words of the index minutes old at most."""
    source = _source()
    old = time.monotonic() - _kept.read_at > KEEP_SECONDS
    lexicon = _kept.lexicon
    if lexicon is None or source != _kept.source:
        return _renew(source, read=lexicon is None or old)
    if old and not _kept.reading:
        _kept.reading = True
        config = tk.config.get("ckan.site_id"), _kept.source
        # pysolr needs no application context once the connection is made.
        threading.Thread(target=_read_aside, args=(make_connection(), *config), daemon=True).start()
    return lexicon


def forget() -> None:
    """Drop what is kept, so that the next question reads vocabulary and index anew (tests, commands)."""
    _kept.lexicon, _kept.read_at = None, 0.0


def _source() -> tuple[object, ...]:
    path = Path(str(tk.config.get(OPTION_FILE) or vocabulary.SYNONYMS))
    try:
        changed: object = path.stat().st_mtime_ns
    except OSError:
        changed = None
    return path, changed, str(tk.config.get(OPTION_MORE) or ""), str(tk.config.get(OPTION_STREETS) or "")


def _renew(source: tuple[object, ...], read: bool) -> Lexicon:
    with _kept.lock:
        if _kept.lexicon is not None and _kept.source == source:
            return _kept.lexicon
        if read:
            _kept.index = index_words(make_connection(), str(tk.config.get("ckan.site_id")))
            _kept.read_at = time.monotonic()
        _kept.lexicon = _make(source)
        _kept.source = source
        return _kept.lexicon


def _read_aside(connection: object, site: str, source: tuple[object, ...]) -> None:
    try:
        index = index_words(connection, site)
        with _kept.lock:
            _kept.index, _kept.read_at = index, time.monotonic()
            if _kept.source == source:
                _kept.lexicon = _make(source)
    finally:
        _kept.reading = False


def _make(source: tuple[object, ...]) -> Lexicon:
    path, _changed, more, streets = source
    return build(groups_of(Path(str(path)), str(more)), _places(str(streets)), *_kept.index)


def groups_of(path: Path, more: str = "") -> tuple[Group, ...]:
    """Return the groups of the file, then those of the option's lines; what can't be read is logged and left out.

    A question must be answered even while somebody edits the file.
    """
    found: tuple[Group, ...] = ()
    try:
        found = vocabulary.read_groups(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, vocabulary.VocabularyError) as error:
        log.error("Synonyms of %s are left out: %s", path, error)
    try:
        return (*found, *vocabulary.read_lines(more))
    except vocabulary.VocabularyError as error:
        log.error("Synonyms of %s are left out: %s", OPTION_MORE, error)
        return found


def _places(streets: str) -> tuple[Locality, ...]:
    try:
        return vocabulary.localities(streets)
    except vocabulary.VocabularyError as error:
        log.error("%s is left out: %s", OPTION_STREETS, error)
        return vocabulary.localities()


def index_words(connection: object, site: str) -> tuple[dict[str, int], list[str]]:
    """Return the folded words of public datasets with how many sets hold each, and their titles and keywords.

    Empty while Solr is out of reach: then nothing is guessed.
    """
    query = {
        "q": "*:*", "fq": [f'+site_id:"{site}"', "+state:active", "+capacity:public"], "rows": TITLES,
        "fl": "title,title_en,tags", "facet": "true", "facet.field": "text", "facet.method": "enum", "facet.limit": -1,
        "facet.mincount": 1, "wt": "json",
    }  # fmt: skip
    try:
        found = connection.search(**query)  # type: ignore[attr-defined]
    except (SolrError, OSError) as error:
        log.warning("The words of the index can't be read: %s", error)
        return {}, []
    flat = found.facets.get("facet_fields", {}).get("text", [])
    counted = dict(zip(flat[0::2], flat[1::2], strict=True))
    kept = {
        word: count for word, count in counted.items() if word.isalpha() and SHORTEST <= len(word) <= LONGEST
    }
    texts = [text for row in found.docs for text in (row.get("title"), *(row.get("tags") or ())) if text]
    return kept, texts
