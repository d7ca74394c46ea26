"""Writes one harvested dataset through CKAN's actions, so that validation, activity and search stay right."""

from __future__ import annotations

import enum
import re
from typing import Any

import ckan.plugins.toolkit as tk
import sqlalchemy as sa
from ckan import model
from ckanext.harvest.model import HarvestObject
from ckanext.kielce.common import vocabularies
from ckanext.kielce.harvest import store
from ckanext.kielce.harvest.merge import free_name, merged
from ckanext.kielce.harvest.records import digest
from ckanext.kielce.harvest.words import say

NOT_IN_TAGS = re.compile(r"[^\w \-.]+")
TAG_LENGTH = 100
ATTEMPTS_AT_A_NAME = 3


class Outcome(enum.Enum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class WriteError(Exception):
    """The catalogue refused the dataset; the message names record and remedy in the portal's language."""


def write(harvest_object: HarvestObject, data: dict[str, Any], notes: list[str], lang: str) -> Outcome:
    """Create or update the record's dataset, or leave it when nothing would change. Raises WriteError."""
    data = tidied(data)
    memory = store.memory_of(harvest_object.id)
    memory.draft_hash, memory.fields, memory.notes = digest(data), sorted(set(data) - {"resources"}), notes
    was = store.known(harvest_object.harvest_source_id, harvest_object.guid).get(harvest_object.guid)
    package = model.Package.get(was.package_id if was else _new_id(harvest_object))
    if package is None:
        return _create(harvest_object, data, memory, lang)
    if package.state != "active":
        memory.notes = [say("deleted_by_hand", lang, title=package.title), *notes]
        _keep(harvest_object, memory)
        return Outcome.UNCHANGED
    if was and was.memory.draft_hash == memory.draft_hash:
        # The record changed in something that does not reach the dataset: remember its new fingerprint only.
        _keep(harvest_object, memory, current=HarvestObject.get(was.object_id))
        return Outcome.UNCHANGED
    return _update(harvest_object, package.id, data, memory, was.memory.fields if was else [], lang)


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


def _new_id(harvest_object: HarvestObject) -> str:
    return store.package_id(harvest_object.harvest_source_id, harvest_object.guid)


def _keep(harvest_object: HarvestObject, memory: store.Memory, current: HarvestObject | None = None) -> None:
    if current is not None:
        store.remember(current.id, memory)
        current.content = harvest_object.content
        harvest_object.package_id = current.package_id
    store.remember(harvest_object.id, memory)
    model.Session.commit()


def _make_current(harvest_object: HarvestObject, package_id: str, memory: store.Memory) -> None:
    """Before the package is written, for the search index takes the source from the current object.

    The package's row may not exist yet, so the foreign key is checked at commit.
    """
    model.Session.execute(sa.text("SET CONSTRAINTS harvest_object_package_id_fkey DEFERRED"))
    model.Session.execute(
        sa.update(HarvestObject)
        .where(
            HarvestObject.harvest_source_id == harvest_object.harvest_source_id,
            HarvestObject.guid == harvest_object.guid,
            HarvestObject.current.is_(True),
            HarvestObject.id != harvest_object.id,
        )
        .values(current=False, content=None)
        .execution_options(synchronize_session=False)
    )
    harvest_object.current = True
    harvest_object.package_id = package_id
    store.remember(harvest_object.id, memory)
    model.Session.flush()


def _create(harvest_object: HarvestObject, data: dict[str, Any], memory: store.Memory, lang: str) -> Outcome:
    object_id = harvest_object.id
    package_id = _new_id(harvest_object)
    title = str(data.get("title") or harvest_object.guid)
    for attempt in range(1, ATTEMPTS_AT_A_NAME + 1):
        name = free_name(title, store.names_beginning)
        _make_current(harvest_object, package_id, memory)
        try:
            tk.get_action("package_create")(store.site_context(), {**data, "id": package_id, "name": name})
            break
        except tk.ValidationError as error:
            model.Session.rollback()
            if attempt < ATTEMPTS_AT_A_NAME and set(error.error_dict) == {"name"}:
                continue  # another consumer took the name in between
            raise _invalid(HarvestObject.get(object_id), data, error, lang) from error
        except sa.exc.IntegrityError:
            model.Session.rollback()
            if attempt == ATTEMPTS_AT_A_NAME:
                raise
    model.Session.commit()
    return Outcome.CREATED


def _update(
    harvest_object: HarvestObject,
    package_id: str,
    data: dict[str, Any],
    memory: store.Memory,
    fields_before: list[str],
    lang: str,
) -> Outcome:
    object_id = harvest_object.id
    existing = tk.get_action("package_show")({**store.site_context(), "use_cache": False}, {"id": package_id})
    wanted = merged(existing, data, fields_before)
    _make_current(harvest_object, package_id, memory)
    try:
        tk.get_action("package_update")(store.site_context(), wanted)
    except tk.ValidationError as error:
        model.Session.rollback()
        raise _invalid(HarvestObject.get(object_id), data, error, lang) from error
    model.Session.commit()
    return Outcome.UPDATED


def _invalid(
    harvest_object: HarvestObject, data: dict[str, Any], error: tk.ValidationError, lang: str
) -> WriteError:
    reason = "; ".join(f"{field}: {message}" for field, message in error.error_summary.items())
    title = data.get("title") or harvest_object.guid
    return WriteError(say("invalid", lang, title=title, guid=harvest_object.guid, reason=reason))
