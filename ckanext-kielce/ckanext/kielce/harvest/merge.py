"""From a draft to the dataset that is written: defaults of the source, kept names and ids, kept hand edits. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

from ckanext.kielce.harvest.records import DatasetDraft, Record, Source

NAME_LENGTH = 90  # CKAN allows 100; the rest is for a number that keeps names apart
LETTERS = str.maketrans({"ł": "l", "Ł": "L", "ß": "ss", "æ": "ae", "ø": "o", "đ": "d", "²": "2", "³": "3"})
# Settings of a source that fill a field of the dataset when the record itself does not say.
DEFAULT_FIELDS = ("domain", "frequency", "license_id", "access_rights", "language", "legal_basis", "rights")
# What CKAN or other rooms own in a dataset; never sent back on an update.
SYSTEM_FIELDS = frozenset(
    {
        *(
            "creator_user_id",
            "isopen",
            "license_title",
            "license_url",
            "metadata_created",
            "metadata_modified",
        ),
        *("num_resources", "num_tags", "organization", "relationships_as_object", "relationships_as_subject"),
        *("tracking_summary", "harvest_object_id", "harvest_source_id", "harvest_source_title"),
    }
)
# Facts about one delivery of a file: they must not outlive a change of its address.
DELIVERY_FIELDS = frozenset(
    ["size", "hash", "hash_algorithm", "mimetype", "last_modified", "encoding", "delimiter", "columns"]
)


def slug(title: str) -> str:
    """The address of a dataset from its title: plain ASCII, 2 to 90 characters, cut between words."""
    text = unicodedata.normalize("NFKD", title.translate(LETTERS)).encode("ascii", "ignore").decode().lower()
    text = re.sub(r"[^a-z0-9]+", "-", text).strip("-")
    if len(text) > NAME_LENGTH:
        text = text[: NAME_LENGTH + 1].rpartition("-")[0] or text[:NAME_LENGTH]
    return text if len(text) > 1 else f"zbior-{text}".strip("-")


def free_name(title: str, taken: Callable[[str], Iterable[str]]) -> str:
    """A free address for the title; ``taken`` gives the names in use that begin with a prefix."""
    base = slug(title)
    used = set(taken(base))
    if base not in used:
        return base
    number = 2
    while f"{base}-{number}" in used:
        number += 1
    return f"{base}-{number}"


def with_source_settings(
    draft: DatasetDraft, record: Record, source: Source, owner: str | None
) -> dict[str, Any]:
    """The draft's data with the owner, the source's defaults for what it leaves open, and the overrides on top."""
    data = {key: value for key, value in draft.data.items() if value not in (None, "", [], {})}
    config = source.config
    if owner:
        data["owner_org"] = owner
    for name in DEFAULT_FIELDS:
        if config.get(name) and not data.get(name):
            data[name] = config[name]
    contact = {key: config.get(f"contact_{key}") for key in ("name", "email", "url")}
    if any(contact.values()) and not data.get("contact"):
        data["contact"] = [{key: value for key, value in contact.items() if value}]
    if config.get("publisher_name") and not data.get("publisher"):
        data["publisher"] = [{"name": config["publisher_name"]}]
    if config.get("sample_data"):
        data["sample_data"] = True
    data.update(
        source.overrides(record.guid, str(data.get("layer_name") or ""), str(data.get("title") or ""))
    )
    return data


def merged(
    existing: dict[str, Any], wanted: dict[str, Any], harvested_before: Iterable[str]
) -> dict[str, Any]:
    """The dataset to write over ``existing``.

    The harvest owns the fields it gives now and those it gave last time; everything else (a coordinator's
    additions) stays, and so do the address and the ids of the files.
    """
    before = set(harvested_before)
    kept = {key: value for key, value in existing.items() if key not in SYSTEM_FIELDS and key not in before}
    result = {**kept, **wanted, "id": existing["id"], "name": existing["name"], "type": existing["type"]}
    result["resources"] = matched_resources(existing.get("resources") or [], wanted.get("resources") or [])
    return result


def matched_resources(old: list[dict[str, Any]], new: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """New resources with the ids of the old ones they continue, found by address, else by name and format.

    Files that the source no longer names are dropped.
    """
    left = list(old)
    pairs: dict[int, dict[str, Any]] = {}
    for key in (_by_url, _by_name_and_format, _by_name):
        for position, resource in enumerate(new):
            if position in pairs or not key(resource):
                continue
            match = next((other for other in left if key(other) == key(resource)), None)
            if match is not None:
                left.remove(match)
                pairs[position] = match
    return [_continued(pairs.get(position), resource) for position, resource in enumerate(new)]


def _by_url(resource: dict[str, Any]) -> object:
    return resource.get("url")


def _by_name_and_format(resource: dict[str, Any]) -> object:
    name = resource.get("name")
    return (name, str(resource.get("format") or "").upper()) if name else None


def _by_name(resource: dict[str, Any]) -> object:
    return resource.get("name")


def _continued(old: dict[str, Any] | None, new: dict[str, Any]) -> dict[str, Any]:
    if old is None:
        return new
    moved = old.get("url") != new.get("url")
    kept = {key: value for key, value in old.items() if not (moved and key in DELIVERY_FIELDS)}
    for name in ("metadata_modified", "created", "position", "package_id", "revision_id", "state"):
        kept.pop(name, None)
    return {**kept, **new, "id": old["id"]}
