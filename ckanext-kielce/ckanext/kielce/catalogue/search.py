"""How the portal searches: hooks that the plugin ``kielce`` takes over as its base class, and what the action adds.

What a question means is found in ``finding``; here it meets CKAN's search. A caller who writes Solr's own syntax
(``title:x``), sets ``defType`` or asks for no words gets CKAN's search as it is.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

from ckan.common import g
from ckanext.kielce.catalogue import area
from ckanext.kielce.catalogue.finding import lexicon, query
from ckanext.kielce.catalogue.finding.text import key
from ckanext.kielce.catalogue.finding.understanding import Question, Unit, understand
from flask import has_request_context

FACETS = (
    "groups",
    "organization",
    "vocab_format",
    "quality_status",
    "quality_grade",
    "vocab_year",
    "vocab_place",
    "vocab_frequency",
    "dataset_type",
    "license_id",
)
#: A facet that says nothing on the page of one unit or one domain.
NEEDLESS = {"organization": ("organization",), "group": ("groups",)}

#: Extra parameter of ``package_search``: any of the words will do.
SOME_WORDS = "ext_kielce_any_word"
#: Solr's syntax: a field's name and a colon, with its value right behind it.
_FIELDED = re.compile(r"(?<!\S)[+\-!(]*(?:[A-Za-z_]\w*|\*):\S")


def is_plain(q: str, params: Mapping[str, Any]) -> bool:
    """Whether a query is people's words rather than Solr's syntax."""
    return bool(q.strip()) and not params.get("defType") and not _FIELDED.search(q) and not q.startswith("{!")


def warm_up() -> None:
    """Gather the words that the search knows, so that the first question of this process need not."""
    lexicon.current()


class SearchHooks:
    """Methods of ``IFacets`` and ``IPackageController`` that give the portal its search.

    ``before_dataset_index`` is called with the facet fields already added.
    """

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        """Keep the document as the facets left it."""
        return pkg_dict

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        """Look for people's words in the portal's fields; a caller who writes Solr's syntax is let be."""
        q = search_params.get("q") or ""
        area.apply(search_params)
        # CKAN's search page quotes every filter; the quality room knows this word without quotation marks.
        if isinstance(search_params.get("fq"), str):
            search_params["fq"] = search_params["fq"].replace('quality_late:"true"', "quality_late:true")
        if not is_plain(q, search_params):
            return search_params
        known = lexicon.current()
        some_words = bool(search_params.get("extras", {}).get(SOME_WORDS))
        written = query.write(understand(q, known), known, some_words)
        search_params.update(written.params() if written else {"q": "*:*"})
        return search_params

    def dataset_facets(self, facets_dict: dict[str, str], package_type: str) -> OrderedDict[str, str]:
        """Return the portal's facets in their order; titles are drawn by the template in the page's language."""
        return OrderedDict((name, name) for name in FACETS)

    def organization_facets(
        self, facets_dict: dict[str, str], organization_type: str, package_type: str | None
    ) -> OrderedDict[str, str]:
        """Return the facets of a unit's page."""
        return OrderedDict((name, name) for name in FACETS if name not in NEEDLESS["organization"])

    def group_facets(
        self, facets_dict: dict[str, str], group_type: str, package_type: str | None
    ) -> OrderedDict[str, str]:
        """Return the facets of a domain's page."""
        return OrderedDict((name, name) for name in FACETS if name not in NEEDLESS["group"])


def search(original: Callable[..., Any], context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """CKAN's ``package_search``, which tells how it understood the words and, finding none with all of them, asks for some.

    ``understood`` is added to the answer to a question in words: ``instead`` (what was typed -> what was looked for),
    ``mended`` (the question with those words), ``also`` (other words looked for) and ``some_words`` (nothing holds all the
    words; these hold some).
    """
    q = data_dict.get("q")
    if not isinstance(q, str) or not is_plain(q, data_dict):
        return dict(original(context, data_dict))
    known = lexicon.current()
    question = understand(q, known)
    found: dict[str, Any] = original(context, dict(data_dict))
    some_words = not found["count"] and len(question.telling) > 1 and SOME_WORDS not in data_dict
    if some_words:
        found = original(context, {**data_dict, SOME_WORDS: "yes"})
    found["understood"] = {
        "instead": question.instead,
        "mended": mended(question, known),
        "also": also(question, known),
        "some_words": bool(some_words and found["count"]),
    }
    if has_request_context():
        # CKAN's page of results hands on nothing but the datasets; the page's helper reads it here.
        g._kielce_understood = (q, found["understood"])
    return found


def also(question: Question, known: lexicon.Lexicon, most: int = 4) -> list[str]:
    """Return the first words of the vocabulary that are looked for besides those of the question, that datasets hold."""
    asked = [frozenset(map(key, unit.words)) for unit in question.telling]
    found = dict.fromkeys(term for unit in question.telling for term in _others(unit, known))
    return [term for term in found if not any(query.covers(known.alive[term], mine) for mine in asked)][:most]


def mended(question: Question, known: lexicon.Lexicon) -> str:
    """Return the question with the words that are looked for instead, spelt as the datasets spell them; "" for none."""
    if not question.instead:
        return ""
    return " ".join(known.spelt.get(key(word), word) for unit in question.units for word in unit.words)


def _others(unit: Unit, known: lexicon.Lexicon) -> list[str]:
    related = [known.groups[name] for group in unit.groups for name in group.see if name in known.groups]
    return [term for group in (*unit.groups, *related) for term in group.pl if term in known.alive]
