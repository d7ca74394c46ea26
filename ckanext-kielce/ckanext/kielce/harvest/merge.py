"""From a draft to the dataset that is written: defaults of the source, kept names and ids, curated fields. Pure."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
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

# What CKAN owns in a resource.
RESOURCE_SYSTEM_FIELDS = frozenset(
    ["metadata_modified", "created", "position", "package_id", "revision_id", "state"]
)
EMPTY: tuple[Any, ...] = (None, "", [], {})
SHORT = 400  # characters of a value that a report shows


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


@dataclass(frozen=True)
class Base:
    """What the harvest wrote last: ``draft`` as the source said it, ``stored`` as the catalogue had it afterwards.

    An empty ``stored`` means that nobody knows how it was stored; nothing then counts as curated.
    """

    draft: Mapping[str, Any] = field(default_factory=dict)
    stored: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Merged:
    """The dataset to write, and what changes: ``[{field, old, new, kept}]``.

    ``old`` and ``new`` are the source's values; ``kept`` marks a field where a curated value stays nevertheless.
    """

    dataset: dict[str, Any]
    changes: list[dict[str, Any]]


@dataclass(frozen=True)
class Curated:
    """A field whose value in the portal is not the source's; ``resource_id`` where it is a file's."""

    field: str
    source_value: Any
    our_value: Any
    resource_id: str | None = None
    resource_name: str | None = None


def merged(existing: Mapping[str, Any], wanted: Mapping[str, Any], base: Base) -> Merged:
    """The dataset to write over ``existing``, merged three ways.

    A field that nobody touched since the last harvest takes the source's value; one that a coordinator changed, added
    or emptied keeps the coordinator's. The address, the files' ids and files added by hand stay.
    """
    changes: list[dict[str, Any]] = []
    kept = {key: value for key, value in existing.items() if key not in SYSTEM_FIELDS and key != "archived"}
    ours = {key: value for key, value in kept.items() if key != "resources"}
    theirs = {key: value for key, value in wanted.items() if key != "resources"}
    result = _three_way(ours, theirs, _plain(base.draft), _plain(base.stored), changes, "")
    result |= {"id": existing["id"], "name": existing["name"], "type": existing["type"]}
    result["resources"] = _merged_resources(existing, wanted, base, changes)
    return Merged(result, changes)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if key != "resources"}


def _three_way(
    ours: Mapping[str, Any],
    theirs: Mapping[str, Any],
    draft: Mapping[str, Any],
    stored: Mapping[str, Any],
    changes: list[dict[str, Any]],
    prefix: str,
) -> dict[str, Any]:
    result = dict(ours)
    for name in [*theirs, *(name for name in draft if name not in theirs)]:
        if name in SYSTEM_FIELDS:
            continue
        new, old = theirs.get(name), draft.get(name)
        curated = is_curated(name, ours.get(name), stored) and normal(name, ours.get(name)) != normal(
            name, new
        )
        moved = normal(name, new) != normal(name, old)
        if moved:
            changes.append({"field": prefix + name, "old": short(old), "new": short(new), "kept": curated})
        if curated:
            continue
        if name in theirs:
            result[name] = new
        else:
            result.pop(name, None)
    return result


def is_curated(name: str, ours: Any, stored: Mapping[str, Any]) -> bool:
    """True when somebody changed, added or emptied the field since the harvest wrote the dataset."""
    return bool(stored) and normal(name, ours) != normal(name, stored.get(name))


def normal(name: str, value: Any) -> Any:
    """The value in a form in which equal things are equal: empty ones alike, tags by name."""
    if value in EMPTY:
        return None
    if name == "tags":
        return sorted(tag["name"] if isinstance(tag, dict) else str(tag) for tag in value)
    if isinstance(value, (list, dict)):
        return json.dumps(value, sort_keys=True, ensure_ascii=False, default=str)
    return str(value).strip().replace("\r\n", "\n") if isinstance(value, str) else value


def short(value: Any) -> Any:
    """The value as a report shows it: a long one cut."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= SHORT else text[:SHORT] + "…"


def _merged_resources(
    existing: Mapping[str, Any], wanted: Mapping[str, Any], base: Base, changes: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    old = list(existing.get("resources") or [])
    rows = list(zip(base.stored.get("resources") or [], base.draft.get("resources") or [], strict=False))
    stored = {row["id"]: row for row, _draft in rows if row.get("id")}
    drafts = {row["id"]: draft for row, draft in rows if row.get("id")}
    removed = [row for key, row in stored.items() if key not in {each["id"] for each in old}]
    result, taken = [], set()
    for previous, resource in matched_resources(old, wanted.get("resources") or []):
        name = str(resource.get("name") or resource.get("url") or "?")
        if previous is None:
            if _matching(removed, resource):
                changes.append(
                    {
                        "field": f"resources/{name}",
                        "old": None,
                        "new": short(resource.get("url")),
                        "kept": True,
                    }
                )
                continue  # a coordinator took this file out
            if base.draft:
                changes.append(
                    {
                        "field": f"resources/{name}",
                        "old": None,
                        "new": short(resource.get("url")),
                        "kept": False,
                    }
                )
            result.append(resource)
            continue
        taken.add(previous["id"])
        result.append(
            _continued(
                previous,
                resource,
                drafts.get(previous["id"], {}),
                stored.get(previous["id"], {}),
                changes,
                name,
            )
        )
    for previous in old:
        if previous["id"] in taken:
            continue
        if stored and previous["id"] not in stored:
            result.append(previous)  # added by hand
        else:
            name = str(previous.get("name") or previous.get("url") or "?")
            changes.append(
                {"field": f"resources/{name}", "old": short(previous.get("url")), "new": None, "kept": False}
            )
    return result


def matched_resources(
    old: Iterable[dict[str, Any]], new: Iterable[dict[str, Any]]
) -> list[tuple[dict[str, Any] | None, dict[str, Any]]]:
    """Each new resource with the old one that it continues, found by its URI, else by address, by name and format, by name."""
    left, fresh = list(old), list(new)
    pairs: dict[int, dict[str, Any]] = {}
    for key in (_by_uri, _by_url, _by_name_and_format, _by_name):
        for position, resource in enumerate(fresh):
            if position in pairs or not key(resource):
                continue
            match = next((other for other in left if key(other) == key(resource)), None)
            if match is not None:
                left.remove(match)
                pairs[position] = match
    return [(pairs.get(position), resource) for position, resource in enumerate(fresh)]


def _matching(rows: list[dict[str, Any]], resource: dict[str, Any]) -> bool:
    return any(
        key(row) and key(row) == key(resource) for row in rows for key in (_by_url, _by_name_and_format)
    )


def _by_uri(resource: dict[str, Any]) -> object:
    return resource.get("uri")


def _by_url(resource: dict[str, Any]) -> object:
    return resource.get("url")


def _by_name_and_format(resource: dict[str, Any]) -> object:
    name = resource.get("name")
    return (name, str(resource.get("format") or "").upper()) if name else None


def _by_name(resource: dict[str, Any]) -> object:
    return resource.get("name")


def _continued(
    old: dict[str, Any],
    new: dict[str, Any],
    draft: Mapping[str, Any],
    stored: Mapping[str, Any],
    changes: list[dict[str, Any]],
    name: str,
) -> dict[str, Any]:
    # The address of an upload is the portal's own; what counts is how the source called the file.
    called = draft.get("url", old.get("url"))
    moved = called != new.get("url") and not is_curated("url", old.get("url"), stored)
    out = RESOURCE_SYSTEM_FIELDS | DELIVERY_FIELDS if moved else RESOURCE_SYSTEM_FIELDS
    ours = {key: value for key, value in old.items() if key not in out}
    base = {key: value for key, value in stored.items() if key not in out}
    found: list[dict[str, Any]] = []
    result = _three_way(ours, new, draft, base, found, f"resources/{name}/")
    if draft:
        changes.extend(found)
    return {**result, "id": old["id"]}


def as_stored(draft: Mapping[str, Any], package: Mapping[str, Any]) -> dict[str, Any]:
    """The dataset as the catalogue has it after a write, empty fields left out, resources in the draft's order.

    All its fields, not only the draft's: a default that the schema filled in is not a coordinator's doing.
    """
    found = {
        name: value
        for name, value in package.items()
        if name != "resources" and name not in SYSTEM_FIELDS and value not in EMPTY
    }
    rows = []
    for previous, _resource in matched_resources(
        package.get("resources") or [], draft.get("resources") or []
    ):
        # a file that a coordinator took out has no row any more, but keeps its place in the list
        row = {"id": ""} if previous is None else previous
        rows.append(
            {
                name: value
                for name, value in row.items()
                if name == "id" or (name not in RESOURCE_SYSTEM_FIELDS and value not in EMPTY)
            }
        )
    found["resources"] = rows
    return found


def curated_base(draft: Mapping[str, Any], base: Base, existing: Mapping[str, Any]) -> dict[str, Any]:
    """The stored values of what was curated before a write: ``{field: value, "resources": {id: {field: value}}}``.

    Put over what the catalogue stores now (`with_kept`), they let a curated field go on counting as curated.
    """
    rows = {row["id"]: row for row in existing.get("resources") or []}
    before = {row["id"]: row for row in base.stored.get("resources") or []}
    matched = matched_resources(existing.get("resources") or [], draft.get("resources") or [])
    kept: dict[str, Any] = _curated_values(draft, base.stored, existing)
    kept["resources"] = {
        old["id"]: _curated_values(new, before[old["id"]], rows[old["id"]])
        for old, new in matched
        if old is not None and old["id"] in before
    }
    return kept


def _curated_values(
    draft: Mapping[str, Any], before: Mapping[str, Any], existing: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        name: before.get(name)
        for name in {*before, *existing} - {"resources", "id"} - SYSTEM_FIELDS - RESOURCE_SYSTEM_FIELDS
        if is_curated(name, existing.get(name), before)
        and normal(name, existing.get(name)) != normal(name, draft.get(name))
    }


def with_kept(stored: dict[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """What the catalogue stored, with the older base of what was curated."""
    rows = kept.get("resources") or {}
    resources = [{**row, **rows.get(row["id"], {})} for row in stored["resources"]]
    return {**stored, **_plain(kept), "resources": resources}


def curated(base: Base, package: Mapping[str, Any]) -> list[Curated]:
    """The fields of the dataset and its files where our value is not the source's."""
    found = [
        Curated(name, value, package.get(name))
        for name, value in _plain(base.draft).items()
        if name not in SYSTEM_FIELDS and is_curated(name, package.get(name), base.stored)
    ]
    rows = {row["id"]: row for row in package.get("resources") or []}
    for row, draft in zip(
        base.stored.get("resources") or [], base.draft.get("resources") or [], strict=False
    ):
        resource = rows.get(row.get("id") or "")
        if resource is None:
            continue
        found += [
            Curated(name, value, resource.get(name), resource["id"], str(resource.get("name") or ""))
            for name, value in draft.items()
            if is_curated(name, resource.get(name), row)
        ]
    return found


def restored(base: Base, package: Mapping[str, Any], name: str, resource_id: str | None) -> dict[str, Any]:
    """The patch that gives a field the source's value again. Raises KeyError when the source does not give the field."""
    if resource_id is None:
        return {"id": package["id"], name: _plain(base.draft)[name]}
    for row, draft in zip(
        base.stored.get("resources") or [], base.draft.get("resources") or [], strict=False
    ):
        if row.get("id") == resource_id:
            return {"id": resource_id, name: draft[name]}
    raise KeyError(resource_id)
