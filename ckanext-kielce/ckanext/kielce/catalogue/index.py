"""What a dataset brings into the search index beyond CKAN's own fields.

Domain pages are CKAN group pages. A dataset belongs to the group of its ``domain``, but no membership is stored:
the group's name goes into the document's ``groups``, which is the very field that CKAN counts and lists groups by.
So membership follows the field without a second edit, needs no right to edit groups, and can never contradict it.
"""

from __future__ import annotations

import json
from typing import Any

from ckanext.kielce.common import vocabularies

#: Solr refuses terms of a string field above 32,766 bytes; longer texts are searchable through ``extras_*`` anyway.
LONGEST_STRING = 8000

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
    return document


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
