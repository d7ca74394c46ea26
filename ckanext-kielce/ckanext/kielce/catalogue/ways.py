"""Ways into the data: what changed, by format, by place; and the suggestions that the search box asks for."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan.lib.search import SearchError
from ckanext.kielce.catalogue import pages, words
from ckanext.kielce.catalogue.finding.text import fold
from ckanext.kielce.common import vocabularies
from flask import Blueprint, Response, jsonify

kielce_ways = Blueprint("kielce_ways", __name__)

#: Suggestions may be kept by browsers this long: whoever takes a letter back sees them at once.
KEEP_SECONDS = 300
CHANGES = 100
#: Events of one kind are sought among so many.
LOOKED_AT = 500
PLACE_ROWS = 100
#: Kinds of events, in the order in which they can be chosen.
EVENT_KINDS = ("changed", "late", "resumed", "broken", "mended", "closed")


def suggest() -> Response:
    """Give suggestions for what was typed, with the address that each leads to."""
    lang = tk.h.kielce_lang()
    found = tk.get_action("kielce_search_suggest")({}, {"q": tk.request.args.get("q", ""), "lang": lang})
    answer = jsonify([{**row, "url": _address(row)} for row in found])
    answer.headers["Cache-Control"] = f"private, max-age={KEEP_SECONDS}"
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _address(row: dict[str, Any]) -> str:
    endpoints = {"domain": "group.read", "unit": "organization.read", "dataset": "dataset.read"}
    if row["kind"] == "district":
        return str(tk.url_for("kielce_ways.place", code=row["name"]))
    if row["kind"] in endpoints:
        return str(tk.url_for(endpoints[row["kind"]], id=row["name"]))
    return str(tk.url_for("dataset.search", q=row["text"]))


def changes() -> str:
    """Show what happened to the data, day by day, the newest first."""
    kind = tk.request.args.get("kind", "")
    kind = kind if kind in EVENT_KINDS else ""
    if p.plugin_loaded("kielce_quality"):
        asked = {"limit": LOOKED_AT, "lang": tk.h.kielce_lang()}
        rows = tk.get_action("kielce_quality_events")({}, asked)
        rows = [row for row in rows if not kind or row["kind"] == kind][:CHANGES]
    else:
        rows = []
    added = not rows and not kind
    rows = rows or (_edited() if added else [])
    days = [(day, list(found)) for day, found in groupby(rows, key=lambda row: tk.h.kielce_date(row["at"]))]
    return tk.render(
        "kielce/changes.html", {"days": days, "kind": kind, "kinds": EVENT_KINDS, "added": added}
    )


def _edited() -> list[dict[str, Any]]:
    """The datasets that were added or edited last, as long as no change of content has been seen."""
    found = pages.search(q="*:*", rows=CHANGES, sort="metadata_modified desc", facet="false")["results"]
    return [
        {
            "kind": "changed",
            "at": pkg["metadata_modified"],
            "name": pkg["name"],
            "title": tk.h.kielce_text(pkg, "title"),
            "text": "",
        }
        for pkg in found
    ]


def formats() -> str:
    """Show the formats in which there are data, with how many sets each has."""
    found = pages.search(q="*:*", rows=0, **{"facet.field": ["vocab_format"], "facet.limit": 200})
    counts = pages.counts(found, "vocab_format")
    rows = [entry for entry in vocabularies.load("formats") if counts.get(entry.code)]
    rows.sort(key=lambda entry: -counts[entry.code])
    return tk.render("kielce/formats.html", {"formats": rows, "counts": counts})


def places() -> str:
    """Show the districts, and the communes around."""
    named = pages.search(
        q="*:*", rows=0, **{"facet.field": ["vocab_named", "vocab_place"], "facet.limit": 500}
    )
    return tk.render(
        "kielce/places.html",
        {
            "districts": districts(),
            "named": pages.counts(named, "vocab_named"),
            "areas": [
                (code, tk.h.kielce_place(code), n) for code, n in pages.counts(named, "vocab_place").items()
            ],
        },
    )


def districts() -> list[vocabularies.Entry]:
    """Return the districts in the order of the alphabet."""
    found = [entry for entry in vocabularies.load("localities") if entry.data["kind"] == "district"]
    return sorted(found, key=lambda entry: fold(entry.pl))


def place(code: str) -> str:
    """Show the data of one district: the sets that name it, then those that cover its area."""
    entry = vocabularies.load("localities").get(code)
    if not entry or entry.data["kind"] != "district":
        tk.abort(404, tk._("There is no such district."))
    named = pages.search(
        q="*:*", fq=f'vocab_named:"{entry.code}"', rows=PLACE_ROWS, facet="false", sort="title_string asc"
    )
    box = ",".join(str(side) for side in entry.data["bbox"])
    try:
        layers = pages.search(
            q="*:*",
            fq='dataset_type:"spatial_layer"',
            rows=PLACE_ROWS,
            facet="false",
            extras={"ext_bbox": box},
        )
    except SearchError:  # a portal without ckanext-spatial
        layers = {"count": 0, "results": []}
    return tk.render("kielce/place.html", {"place": entry, "named": named, "layers": layers})


def search_words() -> str | Response:
    """Show the synonyms; who may, edits the portal's own lines."""
    mine, fault = words.lines(), ""
    may = tk.h.check_access("kielce_search_words_update")
    if tk.request.method == "POST":
        mine = tk.request.form.get("lines", "").replace("\r\n", "\n")
        try:
            tk.get_action("kielce_search_words_update")({"user": tk.current_user.name}, {"lines": mine})
        except tk.NotAuthorized as error:
            tk.abort(403, str(error))
        except tk.ValidationError as error:
            fault = "; ".join(error.error_summary.values())
        else:
            return tk.redirect_to("kielce_ways.search_words", saved="1")
    shown = tk.get_action("kielce_search_words_show")({}, {})
    shared = {"groups": shown["groups"], "lines": mine, "fault": fault, "may": may}
    return tk.render("kielce/search_words.html", {**shared, "saved": bool(tk.request.args.get("saved"))})


kielce_ways.add_url_rule("/search-words", view_func=search_words, methods=["GET", "POST"])
kielce_ways.add_url_rule("/suggest", view_func=suggest)
kielce_ways.add_url_rule("/changes", view_func=changes)
kielce_ways.add_url_rule("/formats", view_func=formats)
kielce_ways.add_url_rule("/places", view_func=places)
kielce_ways.add_url_rule("/place/<code>", view_func=place)
