"""Template helpers of the search: how a question was understood, filters as sentences, places."""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckan.common import g
from ckan.lib.search import SearchError
from ckanext.kielce.catalogue import area, labels, pages, ways
from ckanext.kielce.common import vocabularies

__all__ = [
    "kielce_area",
    "kielce_area_fault",
    "kielce_district",
    "kielce_districts",
    "kielce_event",
    "kielce_filter_sentence",
    "kielce_mended",
    "kielce_place",
    "kielce_search_fields",
    "kielce_suggestion_words",
    "kielce_understood",
]


def kielce_understood(q: str) -> dict[str, Any]:
    """Return how the words of this page's search were understood (see ``package_search``), {} for a search of none."""
    asked, understood = getattr(g, "_kielce_understood", ("", {}))
    return understood if q and asked == q else {}


def kielce_mended(q: str) -> dict[str, Any]:
    """Return {words, count}: the question with mistyped words mended, and how many sets hold them all; {} for none."""
    mended = kielce_understood(q).get("mended")
    if not mended:
        return {}
    found = pages.search(q=mended, rows=0, facet="false")
    return {"words": mended, "count": found["count"]} if found["count"] else {}


def kielce_filter_sentence(field: str, value: str) -> str:
    """Return a chosen filter as the end of a sentence: "published by Miejski Zarząd Dróg"."""
    shown = tk.h.kielce_facet_value(field, value)
    if field in labels.FILTERS:
        return tk._(labels.FILTERS[field]).format(value=shown)
    return f"{tk.h.kielce_facet_title(field)}: {shown}"


def kielce_event(kind: str) -> str:
    """Return the words for a kind of event."""
    return tk._(labels.EVENTS[kind])


def kielce_suggestion_words() -> dict[str, str]:
    """Return the words beside suggestions, by their kind."""
    return {kind: tk._(words) for kind, words in labels.SUGGESTIONS.items()}


def kielce_place(code: str) -> str:
    """Return the name of an area by its TERYT code, or the code."""
    entry = vocabularies.place(code)
    return entry.label(tk.h.kielce_lang()) if entry else code


def kielce_districts() -> list[vocabularies.Entry]:
    """Return the city's districts: ``code``, ``pl``."""
    return ways.districts()


def kielce_district(code: str) -> str:
    """Return the name of a district, or the code."""
    entry = vocabularies.load("localities").get(code)
    return entry.pl if entry else code


def kielce_area() -> dict[str, Any]:
    """Return the area that this page's address names: {} or {sentence, sides (four numbers as typed), box (for the map)}."""
    args = tk.request.args
    named = {name: args[name] for name in area.PARAMETERS if args.get(name)}
    if not named:
        return {}
    sides = [args.get(name, "") for name in area.SIDES]
    box = args.get(area.BBOX, "")
    if not box:
        try:
            box = ",".join(f"{side:g}" for side in area.rectangle(named))
        except SearchError:
            box = ""
    if not any(sides) and box and not args.get(area.DISTRICT):
        sides = [_short(side) for side in box.split(",")]
    sentence = tk._("inside the area chosen on the map")
    if args.get(area.DISTRICT):
        sentence = tk._("about the area of the district {name}").format(
            name=kielce_district(args[area.DISTRICT])
        )
    return {"sentence": sentence, "sides": sides, "box": box}


def _short(side: str) -> str:
    try:
        return f"{float(side):.4f}"
    except ValueError:
        return side


def kielce_area_fault() -> bool:
    """Tell whether this page's address names an area that is none."""
    args = tk.request.args
    try:
        area.rectangle({name: args.get(name) for name in area.PARAMETERS})
    except SearchError:
        return True
    return bool(args.get(area.BBOX)) and not area.is_box(args[area.BBOX])


def kielce_search_fields(*without: str) -> list[tuple[str, str]]:
    """Return the parameters of this page's address that a form has to keep, but those named and the number of the page."""
    pairs = tk.request.args.items(multi=True)
    return [(name, value) for name, value in pairs if value and name not in (*without, "page")]
