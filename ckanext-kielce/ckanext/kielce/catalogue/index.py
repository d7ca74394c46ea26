"""What a dataset brings into the search index beyond CKAN's own fields.

Domain pages are CKAN group pages. A dataset belongs to the group of its ``domain``, but no membership is stored:
the group's name goes into the document's ``groups``, which is the very field that CKAN counts and lists groups by.
So membership follows the field without a second edit, needs no right to edit groups, and can never contradict it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ckan.plugins import plugin_loaded
from ckanext.kielce.catalogue.finding.query import use_band
from ckanext.kielce.catalogue.finding.vocabulary import Locality, localities, ranking, term_keys
from ckanext.kielce.common import vocabularies

#: Solr refuses terms of a string field above 32,766 bytes; longer texts are searchable through ``extras_*`` anyway.
LONGEST_STRING = 8000
#: Years of a dataset that are offered as a filter.
MOST_YEARS = 60
#: Words of the longest name of a place.
LONGEST_NAME = 4

#: Facets, each a multi-valued string field (CKAN's Solr schema has no other): field of the dataset → field of Solr.
FACETS = {
    "domain": "vocab_domain",
    "theme": "vocab_theme",
    "frequency": "vocab_frequency",
    "teryt": "vocab_place",
    "hvd_category": "vocab_hvd",
    "language": "vocab_language",
    "format": "vocab_format",
    "format_kind": "vocab_format_kind",
    "indicator_theme": "vocab_indicator_theme",
}

#: Fields whose values are vocabulary entries; facets carry the short code, which survives in a web address.
VOCABULARY_OF = {
    "domain": "domains",
    "theme": "themes",
    "frequency": "frequencies",
    "hvd_category": "hvd_categories",
    "language": "languages",
}


def with_facet_fields(pkg_dict: dict[str, Any]) -> dict[str, Any]:
    """Return the Solr document with facet fields, the domain as group, and without what Solr could not take."""
    try:
        validated = json.loads(pkg_dict.get("validated_data_dict") or "{}")
    except ValueError:
        validated = {}
    document = {key: value for key, value in pkg_dict.items() if not _too_long(key, value)}
    for name, solr_field in FACETS.items():
        codes = _codes(validated, name)
        if codes:
            document[solr_field] = codes
    domain = vocabularies.domain(validated.get("domain"))
    if domain:
        document["groups"] = sorted({*document.get("groups", []), domain.code})
    document["vocab_flag"] = [
        name for name in ("sample_data", "closed_series") if validated.get(name) is True
    ]
    years = covered_years(validated)
    if years:
        document["vocab_year"] = years
    document["find_subject"] = list(dict.fromkeys(_subject(validated)))
    document["find_columns"] = list(dict.fromkeys(_columns(validated)))
    named = _places(str(document.get("id")))
    document["find_places"] = sorted({place.name for place in named})
    districts = sorted(place.code for place in named if place.kind == "district")
    if districts:
        document["vocab_named"] = districts
    document["use_band"] = use_band(_uses(str(document.get("id"))))
    return document


def covered_years(validated: Mapping[str, Any]) -> list[str]:
    """Return the years that a dataset says it covers, the newest ``MOST_YEARS`` at most; one that only begins has one."""
    found: set[int] = set()
    spans = [*(validated.get("temporal_coverage") or ()), *(validated.get("resources") or ())]
    for span in spans:
        if not isinstance(span, Mapping):
            continue
        first = _year(span.get("start") or span.get("temporal_start"))
        last = _year(span.get("end") or span.get("temporal_end"))
        if first or last:
            found.update(
                range(
                    max(first or last or 0, (last or first or 0) - MOST_YEARS + 1), (last or first or 0) + 1
                )
            )
    return [str(year) for year in sorted(found)[-MOST_YEARS:]]


def _year(value: Any) -> int | None:
    text = str(value or "")[:4]
    return int(text) if text.isdigit() and 1000 <= int(text) <= 2999 else None


def _subject(validated: Mapping[str, Any]) -> Iterator[str]:
    """What a set is about and of whom, in words of both languages: domain, EU themes, unit, formats."""
    themes = validated.get("theme") or ()
    found = [
        vocabularies.domain(validated.get("domain")),
        *(vocabularies.theme(str(theme)) for theme in (themes if isinstance(themes, list) else [themes])),
        *(vocabularies.file_format(item.get("format")) for item in validated.get("resources", ())),
        vocabularies.unit((validated.get("organization") or {}).get("name")),
    ]
    for entry in found:
        if entry:
            yield from (entry.pl, entry.en, str(entry.data.get("short") or entry.code).replace("_", " "))
    yield str((validated.get("organization") or {}).get("title") or "")
    for publisher in validated.get("publisher") or ():
        if isinstance(publisher, Mapping):
            yield str(publisher.get("name") or "")


def _columns(validated: Mapping[str, Any]) -> Iterator[str]:
    for resource in validated.get("resources", ()):
        for column in resource.get("columns") or ():
            if isinstance(column, Mapping):
                yield from (str(column[name]) for name in ("title", "title_en", "name") if column.get(name))


def _places(package_id: str) -> list[Locality]:
    """The city's districts and streets that the tables' rows name, as the quality room last saw them."""
    if not plugin_loaded("kielce_quality"):
        return []
    from ckanext.kielce.quality import shared

    members = {term_keys(member) for member in shared.series_members(package_id)}
    if not members:
        return []
    held = {span for member in members for span in _spans(member)}
    return [place for place in localities() if term_keys(place.name) in held]


def _spans(member: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for start in range(len(member)):
        for end in range(start + 1, min(len(member), start + LONGEST_NAME) + 1):
            yield member[start:end]


def _uses(package_id: str) -> int:
    if not plugin_loaded("kielce_usage"):
        return 0
    from ckanext.kielce.usage import shared

    return sum(shared.totals([package_id], ranking().use_days).get(package_id, {}).values())


def _too_long(key: str, value: Any) -> bool:
    stored_apart = key.startswith(("extras_", "res_")) or key in (
        "notes",
        "title",
        "data_dict",
        "validated_data_dict",
        "text",
    )
    return isinstance(value, str) and len(value) > LONGEST_STRING and not stored_apart


def _codes(validated: dict[str, Any], name: str) -> list[str]:
    if name in ("format", "format_kind"):
        entries = [vocabularies.file_format(item.get("format")) for item in validated.get("resources", [])]
        found = {entry.code if name == "format" else str(entry.data["kind"]) for entry in entries if entry}
        return sorted(found)
    value = validated.get(name)
    values = value if isinstance(value, list) else [value] if value else []
    if name not in VOCABULARY_OF:
        return [str(item) for item in values]
    vocabulary = vocabularies.load(VOCABULARY_OF[name])
    return [entry.code for entry in (vocabulary.get(item) for item in values) if entry]
