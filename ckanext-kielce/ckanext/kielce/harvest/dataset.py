"""A record's dataset, complete: the protocol's draft with the source's settings, in a form that the catalogue takes."""

from __future__ import annotations

import re
from typing import Any

from ckanext.kielce.common import vocabularies
from ckanext.kielce.harvest.merge import with_source_settings
from ckanext.kielce.harvest.records import DatasetDraft, Record, Source

NOT_IN_TAGS = re.compile(r"[^\w \-.]+")
TAG_LENGTH = 100


def complete(draft: DatasetDraft, record: Record, source: Source, owner: str | None) -> dict[str, Any]:
    """The dataset to write for a draft; plain JSON data, alike for alike drafts."""
    return tidied(with_source_settings(draft, record, source, owner))


def tidied(data: dict[str, Any]) -> dict[str, Any]:
    """Tags that CKAN accepts, each once; themes of the city's domain where the record names none."""
    result = dict(data)
    given = [tag["name"] if isinstance(tag, dict) else str(tag) for tag in result.pop("tags", [])]
    given += str(result.pop("tag_string", "") or "").split(",")
    tags: dict[str, str] = {}
    for raw in given:
        tag = " ".join(NOT_IN_TAGS.sub(" ", raw).split())[:TAG_LENGTH].strip()
        if len(tag) > 1:
            tags.setdefault(tag.casefold(), tag)
    if tags:
        result["tags"] = [{"name": tag} for tag in tags.values()]
    if not result.get("theme") and result.get("domain"):
        result["theme"] = vocabularies.themes_of_domain(result["domain"])
    result.setdefault("type", "dataset")
    return result
