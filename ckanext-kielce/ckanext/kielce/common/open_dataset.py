"""A dataset that the portal makes of what it knows itself, one CSV that is refreshed: the scores, the use of the data.

Made and kept by the portal's own actions as its technical user; an option names the organisation that owns it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ckan import model as ckan_model
from ckan.plugins import plugin_loaded
from ckan.plugins import toolkit as tk
from werkzeug.datastructures import FileStorage


class NotConfiguredError(Exception):
    """The option that names the dataset and its owner is empty or names no organisation."""


@dataclass(frozen=True)
class OpenDataset:
    """What the dataset is called and what its file holds.

    :ivar option: the option that names its owner and, after a slash, its name
    :ivar name: its name where the option gives none
    :ivar titles: (title, English title); ``notes`` likewise; ``provenance`` in Polish
    :ivar file: (file's name, title of the file with ``{day}``, description)
    :ivar columns: the data dictionary: dicts of name, type, title, description and the English ones
    """

    option: str
    name: str
    titles: tuple[str, str]
    notes: tuple[str, str]
    provenance: str
    file: tuple[str, str, str]
    columns: list[dict[str, str]]
    tags: Sequence[str] = field(default=("otwarte dane",))


def publish(made_of: OpenDataset, lines: Sequence[Sequence[Any]], now: dt.datetime) -> dict[str, Any]:
    """Make the dataset if it is not there, and put these rows into it in place of the former.

    :returns: ``id``, ``name``, ``resource_id``, ``rows``, ``created``
    :raises NotConfiguredError: the option is empty, or its organisation is not there
    """
    context = {
        "user": tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"],
        "ignore_auth": True,
    }
    package, created = _dataset(made_of, context, now)
    name, title, description = made_of.file
    day = now.date().isoformat()
    upload = FileStorage(io.BytesIO(as_csv(made_of.columns, lines)), filename=name, content_type="text/csv")
    resource = next(iter(package["resources"]), None)
    action, key = ("resource_patch", "id") if resource else ("resource_create", "package_id")
    made = tk.get_action(action)(
        dict(context),
        {
            key: resource["id"] if resource else package["id"],
            "upload": upload,
            "url": name,
            "name": title.format(day=day),
            "format": "CSV",
            "mimetype": "text/csv",
            "columns": json.dumps(made_of.columns, ensure_ascii=False),
            "description": description,
        },
    )
    tk.get_action("package_patch")(dict(context), {"id": package["id"], "modified": day})
    if plugin_loaded("kielce_tables"):  # at once; else CKAN's own loader finds the upload by itself
        tk.get_action("kielce_table_load")(dict(context), {"resource_id": made["id"], "force": True})
    return {
        "id": package["id"],
        "name": package["name"],
        "resource_id": made["id"],
        "rows": len(lines),
        "created": created,
    }


def as_csv(columns: Sequence[dict[str, str]], lines: Sequence[Sequence[Any]]) -> bytes:
    """The file: UTF-8, semicolons, and a decimal point, as the portal's guide to good files asks."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\n")
    writer.writerow([column["name"] for column in columns])
    writer.writerows([[_safe(cell) for cell in line] for line in lines])
    return buffer.getvalue().encode()


def _safe(cell: Any) -> Any:
    """A title that a spreadsheet would take for a formula is told apart by an apostrophe."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "@", "\t") else cell


def _dataset(made_of: OpenDataset, context: dict[str, Any], now: dt.datetime) -> tuple[dict[str, Any], bool]:
    owner, _slash, name = str(tk.config.get(made_of.option) or "").strip().partition("/")
    unit = ckan_model.Group.get(owner) if owner else None
    if unit is None or not unit.is_organization or unit.state != "active":
        raise NotConfiguredError(
            f"Option {made_of.option} has to name an organisation that exists, for example: "
            f"urzad-miasta/{made_of.name} (now: {owner or 'empty'})"
        )
    name = name or made_of.name
    try:
        return tk.get_action("package_show")({**context, "use_cache": False}, {"id": name}), False
    except tk.ObjectNotFound:
        return tk.get_action("package_create")(dict(context), _description(made_of, name, unit, now)), True


def _description(made_of: OpenDataset, name: str, unit: Any, now: dt.datetime) -> dict[str, Any]:
    """The dataset's own description, in the city's schema where it is on and in CKAN's where it is not."""
    plain: dict[str, Any] = {
        "name": name,
        "title": made_of.titles[0],
        "notes": made_of.notes[0],
        "owner_org": unit.id,
        "tags": [{"name": tag} for tag in made_of.tags],
    }
    if not plugin_loaded("kielce"):
        return {**plain, "license_id": "cc-zero", "extras": [{"key": "frequency", "value": "DAILY"}]}
    return {
        **plain,
        "license_id": "CC0-1.0",
        "type": "dataset",
        "title_en": made_of.titles[1],
        "notes_en": made_of.notes[1],
        "frequency": "DAILY",
        "domain": "administracja",
        "access_rights": "PUBLIC",
        "language": ["POL"],
        "provenance": made_of.provenance,
        "temporal_coverage": [{"start": now.date().isoformat()}],
        "contact": _contact(unit),
    }


def _contact(unit: Any) -> list[dict[str, str]]:
    address = str(tk.config.get("smtp.reply_to") or tk.config.get("smtp.mail_from") or "")
    site = str(tk.config["ckan.site_url"]).rstrip("/") + "/"
    return [{"name": unit.title or unit.name, **({"email": address} if "@" in address else {"url": site})}]
