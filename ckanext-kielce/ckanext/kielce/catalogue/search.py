"""How the portal searches: hooks that the plugin ``kielce`` takes over as its base class."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

#: Where words are looked for and how much a hit there weighs. ``text`` holds everything, folded and lemmatised.
QUERY_FIELDS = "title^8 title_en^6 tags^3 groups^2 name^2 notes^2 notes_en text text_en^0.5"
#: All of up to three words, then all but one: a forgotten or needless word must not empty the answer.
MINIMUM_MATCH = "3<-1 6<70%"
TIE = "0.2"

FACETS = (
    "groups",
    "organization",
    "vocab_format",
    "quality_status",
    "quality_grade",
    "vocab_frequency",
    "dataset_type",
    "license_id",
)
#: A facet that says nothing on the page of one unit or one domain.
NEEDLESS = {"organization": ("organization",), "group": ("groups",)}


#: What Solr reads as a command; alone, each of them is an error there and means nothing to people.
OPERATORS = frozenset({"+", "-", "!", "&&", "||", "AND", "OR", "NOT"})


def plain_words(q: str) -> str:
    """Return a query that Solr can't stumble over: no lone operators, no quotation mark without its pair."""
    if q.count('"') % 2:
        q = q.replace('"', " ")
    return " ".join(word for word in q.split() if word not in OPERATORS)


class SearchHooks:
    """Methods of ``IFacets`` and ``IPackageController`` that give the portal its search.

    ``before_dataset_index`` is called with the facet fields already added.
    """

    def before_dataset_index(self, pkg_dict: dict[str, Any]) -> dict[str, Any]:
        """Keep the document as the facets left it."""
        return pkg_dict

    def before_dataset_search(self, search_params: dict[str, Any]) -> dict[str, Any]:
        """Look for people's words in the portal's fields; a caller who sets ``qf`` or asks for fields is let be."""
        q = search_params.get("q") or ""
        if search_params.get("extras", {}).get("ext_kielce_any_word"):
            search_params["mm"] = "1"
        # CKAN's search page quotes every filter; the quality room knows this word without quotation marks.
        if isinstance(search_params.get("fq"), str):
            search_params["fq"] = search_params["fq"].replace('quality_late:"true"', "quality_late:true")
        if q and ":" not in q and not plain_words(q):
            search_params["q"] = "*:*"
        elif q and ":" not in q and not search_params.get("defType"):
            # Not edismax: CKAN always sends q.op=AND, which makes edismax demand every word and pass over mm.
            search_params["defType"] = "dismax"
            search_params["q"] = plain_words(q)
            search_params.setdefault("qf", QUERY_FIELDS)
            search_params.setdefault("mm", MINIMUM_MATCH)
            search_params.setdefault("tie", TIE)
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
