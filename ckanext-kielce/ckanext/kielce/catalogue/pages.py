"""What pages show, gathered: figures, lists, citations. No HTML here."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import ckan.plugins as p
import ckan.plugins.toolkit as tk
from ckan import model
from ckan.common import g
from ckan.lib.search import SearchError
from ckanext.kielce.common import formatting, titles, vocabularies

log = logging.getLogger(__name__)

#: How many rows the lists on the home page have.
HOME_ROWS = 5
RELATED_ROWS = 4
NEAR_ROWS = 5
#: What one page of A4 about a domain holds; the rest is named with its number.
SHEET_ROWS = 15
SHEET_INDICATORS = 4
#: The list of late sets is a picture of the whole city: no more than this of one unit, out of so many looked at.
LATE_OF_ONE_UNIT = 2
LATE_LOOKED_AT = 60
#: Days over which "most used" is counted.
USED_DAYS = 90


def text(thing: Mapping[str, Any], field: str, lang: str) -> str:
    """Return a bilingual field (``title`` with ``title_en``); the other language rather than nothing."""
    polish = thing.get(field) or ""
    english = thing.get(f"{field}_en") or _extra(thing, f"{field}_en")
    return (english or polish) if lang == "en" else (polish or english)


def _extra(thing: Mapping[str, Any], key: str) -> str:
    extras = thing.get("extras") or ()
    return next(
        (extra["value"] for extra in extras if isinstance(extra, Mapping) and extra.get("key") == key), ""
    )


def capital(sentence: str) -> str:
    """Return the words with their first letter made a capital."""
    return sentence[:1].upper() + sentence[1:]


def address(path: str, args: Mapping[str, Iterable[Any]]) -> str:
    """Return a path with its parameters; empty values are left out so that shared addresses stay short."""
    pairs = [(name, value) for name, values in args.items() for value in values if value not in (None, "")]
    return f"{path}?{urlencode(pairs)}" if pairs else path


def page_numbers(current: int, last: int) -> list[int | None]:
    """Return first, last and the neighbours of the current page, with None where numbers are left out."""
    wanted = sorted({1, last, *range(max(1, current - 1), min(last, current + 1) + 1)})
    shown: list[int | None] = []
    for number in wanted:
        before = shown[-1] if shown else None
        if before is not None and number - before == 2:
            shown.append(number - 1)
        elif before is not None and number - before > 2:
            shown.append(None)
        shown.append(number)
    return shown


def search(**query: Any) -> dict[str, Any]:
    """Search as the reader; an answer with no results while the index is out of reach, so that pages still open."""
    try:
        return tk.get_action("package_search")({}, query)
    except SearchError:
        log.exception("Search for a list on a page failed")
        return {"count": 0, "results": [], "search_facets": {}}


def organization_titles() -> dict[str, str]:
    """Return the titles of the units by name in the page's language; one light query a request."""
    titles = getattr(g, "_kielce_organization_titles", None)
    if titles is None:
        rows = model.Session.query(model.Group.name, model.Group.title).filter(
            model.Group.is_organization.is_(True), model.Group.state == "active"
        )
        titles = {name: unit_title(name, title, str(tk.h.lang())) for name, title in rows}
        g._kielce_organization_titles = titles
    return titles


def unit_title(name: str, title: str | None, lang: str) -> str:
    """Return a unit's title; in English the one of the vocabulary of units, where it has the unit."""
    entry = vocabularies.unit(name)
    if entry and not lang.startswith("pl"):
        return entry.label(lang)
    return title or name


def quality(pkg: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the assessment of a set from the plugin ``kielce_quality``, {} where there is none."""
    if "kielce_quality_show" not in tk.h:
        return {}
    return tk.h.kielce_quality_show(pkg.get("id") or pkg.get("name")) or {}


def publisher_name(pkg: Mapping[str, Any], lang: str) -> str:
    """Return the publisher named in the description, else the unit that owns the set."""
    unit = pkg.get("organization") or {}
    known = vocabularies.unit(unit.get("name"))
    for publisher in pkg.get("publisher") or ():
        if isinstance(publisher, Mapping) and publisher.get("name"):
            # The unit itself, named in Polish by its own description, has an English name.
            return known.label(lang) if known and publisher["name"] == known.pl else publisher["name"]
    return organization_titles().get(unit.get("name", "")) or text(unit, "title", lang)


def citation(pkg: Mapping[str, Any], lang: str, url: str) -> str:
    """Return a line to cite: publisher, title, day of the last change, address."""
    changed = formatting.date(pkg.get("modified") or pkg.get("metadata_modified"), lang)
    title = text(pkg, "title", lang)
    return ". ".join(part for part in (publisher_name(pkg, lang), title, changed) if part) + f". {url}"


def related(pkg: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return other sets of the same domain, the ones that share most words with the title first."""
    if not pkg.get("domain"):
        return []
    others = f'+groups:"{pkg["domain"]}" -name:"{pkg["name"]}"'
    words = " ".join(word for word in str(pkg.get("title", "")).split() if word.isalnum() and len(word) > 2)
    alike = search(
        q=words, fq=others, rows=RELATED_ROWS, facet="false", extras={"ext_kielce_any_word": "yes"}
    )["results"]
    known = {row["name"] for row in alike}
    if len(alike) < RELATED_ROWS:
        rest = search(q="*:*", fq=others, rows=RELATED_ROWS, facet="false", sort="metadata_modified desc")[
            "results"
        ]
        alike += [row for row in rest if row["name"] not in known]
    return alike[:RELATED_ROWS]


def near(q: str) -> list[dict[str, Any]]:
    """Return the best sets for the words alone, for a search that its filters left empty."""
    return search(q=q, rows=NEAR_ROWS, facet="false")["results"] if q.strip() else []


def harvested_from(pkg: Mapping[str, Any]) -> dict[str, str]:
    """Return title and id of the source that a set was harvested from; {} for a set published by hand."""
    title = pkg.get("harvest_source_title") or _extra(pkg, "harvest_source_title")
    return {"title": title, "id": _extra(pkg, "harvest_source_id")} if title else {}


def most_used(days: int = USED_DAYS) -> list[dict[str, Any]]:
    """Return the sets with the most downloads and API calls, busiest first; [] while nothing has been counted."""
    if not p.plugin_loaded("kielce_usage"):
        return []
    from ckanext.kielce.usage import shared

    counts = dict(shared.busiest(days, HOME_ROWS))
    return by_ids(list(counts), {key: {"uses": count} for key, count in counts.items()})


def by_ids(ids: Sequence[str], more: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the sets with these ids in this order, each with its own further keys."""
    if not ids:
        return []
    clause = " OR ".join(f'"{id_}"' for id_ in ids)
    found = {
        row["id"]: row
        for row in search(q="*:*", fq=f"id:({clause})", rows=len(ids), facet="false")["results"]
    }
    return [{**found[id_], **more.get(id_, {})} for id_ in ids if id_ in found]


def late() -> list[Mapping[str, Any]]:
    """Return the sets that are late and why, the newly late first, from ``kielce_quality``; [] while it is off."""
    if "kielce_quality_late" not in tk.h:
        return []
    shown: list[Mapping[str, Any]] = []
    more: list[Mapping[str, Any]] = []
    for row in tk.h.kielce_quality_late(limit=LATE_LOOKED_AT) or []:
        of_unit = sum(other.get("owner_org") == row.get("owner_org") for other in shown)
        (shown if of_unit < LATE_OF_ONE_UNIT else more).append(row)
    rows = [*shown, *more][:HOME_ROWS]
    english = titles.english(row["id"] for row in rows)
    return [{**row, "title_en": english.get(row["id"], "")} for row in rows]


def counts(found: Mapping[str, Any], name: str) -> dict[str, int]:
    """Return the values of a facet with how many sets have each."""
    facets = found.get("search_facets") or {}
    return {item["name"]: item["count"] for item in facets.get(name, {}).get("items", [])}


def domain_counts() -> dict[str, int]:
    """Return how many public sets each domain has, by code."""
    return counts(search(q="*:*", rows=0, **{"facet.field": ["groups"], "facet.limit": 100}), "groups")


def domain_sheet(code: str) -> dict[str, Any]:
    """Return what the page to print about a domain shows.

    :returns: ``count`` of sets that are no indicators and ``sets`` (the first of them by title), ``statuses``: how many of them
        have each status, ``indicator_count`` and ``indicators`` by title
    """
    of_domain = f'+groups:"{code}"'
    order = {"sort": "title_string asc", "q": "*:*"}
    sets = search(
        fq=f"{of_domain} -dataset_type:indicator",
        rows=SHEET_ROWS,
        **order,
        **{"facet.field": ["quality_status"]},
    )
    indicators = search(
        fq=f"{of_domain} +dataset_type:indicator", rows=SHEET_INDICATORS, facet="false", **order
    )
    return {
        "count": sets["count"],
        "sets": sets["results"],
        "statuses": counts(sets, "quality_status"),
        "indicator_count": indicators["count"],
        "indicators": indicators["results"],
    }


def home() -> dict[str, Any]:
    """Return what the home page shows: figures, counts by domain, newest, most used, late."""
    newest = search(
        q="*:*",
        # The hundred indicators change together once a year and would crowd everything else out.
        fq="-dataset_type:indicator",
        rows=HOME_ROWS,
        sort="metadata_modified desc",
        facet="false",
    )
    found = search(
        q="*:*",
        rows=0,
        **{"facet.field": ["groups", "organization", "vocab_format", "dataset_type"], "facet.limit": 100},
    )
    return {
        "count": found["count"],
        "newest": newest["results"],
        "domains": counts(found, "groups"),
        "units": len(counts(found, "organization")),
        "types": counts(found, "dataset_type"),
        "formats": counts(found, "vocab_format"),
        "used": most_used(),
        "late": late(),
    }
