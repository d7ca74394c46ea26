"""Sources from a file: made, updated, or left as they are. Repeating it changes nothing."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urljoin

import ckan.plugins.toolkit as tk
from ckan import model
from ckanext.harvest.model import HarvestSource
from ckanext.harvest.queue import get_harvester
from ckanext.kielce.harvest import credentials, rhythm, runs, schedule, settings, store

SOURCE_KEYS = ("name", "title", "url", "source_type", "notes", "owner_org", "frequency", "config", "schedule")


def save(entry: dict[str, Any], base_url: str) -> str:
    """Make or update the source of an entry, known by its name: "created", "updated" or "unchanged".

    ``base_url`` completes a relative address. Raises ValidationError.
    """
    unknown = sorted(set(entry) - set(SOURCE_KEYS))
    if unknown:
        raise tk.ValidationError(
            {"file": [f"unknown keys {', '.join(unknown)}; possible: {', '.join(SOURCE_KEYS)}"]}
        )
    wanted = _wanted(entry, base_url)
    plan = wanted.pop("schedule", None)
    if plan:
        try:
            plan = schedule.normal(str(plan))
        except schedule.ScheduleError as error:
            raise tk.ValidationError({"schedule": [error.message]}) from error
    done, source_id = _written(wanted)
    if plan and runs.state_of(source_id).schedule != plan:
        rhythm.reschedule(HarvestSource.get(source_id), plan)
        done = "updated" if done == "unchanged" else done
    return done


def _wanted(entry: dict[str, Any], base_url: str) -> dict[str, Any]:
    config = entry.get("config") or {}
    wanted = {
        **{key: value for key, value in entry.items() if value not in (None, "")},
        "url": urljoin(base_url, entry.get("url") or "") if base_url else entry.get("url") or "",
        "config": json.dumps(config, ensure_ascii=False) if isinstance(config, dict) else config,
    }
    wanted.setdefault("title", wanted.get("name", ""))
    wanted.setdefault("frequency", "MANUAL")
    complaints = credentials.complaints(wanted["url"], wanted["config"])
    if complaints:
        raise tk.ValidationError({field: [text] for field, text in complaints.items()})
    return wanted


def _written(wanted: dict[str, Any]) -> tuple[str, str]:
    """(created, updated or unchanged; the source's id)."""
    package = model.Package.get(wanted.get("name") or "")
    if package is None or package.type != "harvest":
        return "created", tk.get_action("harvest_source_create")(store.site_context(), wanted)["id"]
    row = HarvestSource.get(package.id)
    owner = model.Group.get(wanted.get("owner_org") or "")
    same = (
        row.active
        and (row.url, row.title, row.type, row.frequency)
        == (wanted["url"], wanted["title"], wanted.get("source_type"), wanted["frequency"])
        and (package.notes or "") == wanted.get("notes", "")
        and (owner is None or package.owner_org == owner.id)
        and settings.parse(row.config) == _normalised(wanted)
    )
    if same:
        return "unchanged", package.id
    tk.get_action("harvest_source_update")(
        store.site_context(), {**wanted, "id": package.id, "state": "active"}
    )
    return "updated", package.id


def _normalised(wanted: dict[str, Any]) -> dict[str, Any]:
    harvester = get_harvester(wanted.get("source_type"))
    text = wanted["config"]
    if harvester is None or not hasattr(harvester, "validate_config"):
        return settings.parse(text)
    try:
        return settings.parse(harvester.validate_config(text))
    except ValueError:
        return {}  # the update will complain in full
