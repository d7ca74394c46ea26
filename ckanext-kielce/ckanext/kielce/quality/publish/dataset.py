"""The open dataset of the scores: one CSV, refreshed each day, itself a dataset that is observed and scored.

Made and kept by the portal's own actions as its technical user; the owner is the organisation that an option names. The file
holds the public scores of the day, so that each dataset's own row is part of it.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ckan import model as ckan_model
from ckan.plugins import plugin_loaded
from ckan.plugins import toolkit as tk
from ckanext.kielce.common import spreadsheet
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from .. import store
from ..model import Score
from . import journal, links

OPTION = "ckanext.kielce.quality.open_dataset"
FILE = "oceny-zbiorow.csv"


@cache
def columns() -> list[dict[str, str]]:
    """The columns of the file with their words, as the data dictionary has them."""
    found: list[dict[str, str]] = yaml.safe_load(
        Path(__file__).with_name("scores.yaml").read_text(encoding="utf-8")
    )
    return found


class NotConfiguredError(Exception):
    """The option that names the dataset and its owner is empty or names no organisation."""


def rows(day: dt.date) -> list[list[Any]]:
    """The public scores of a moment, by name of the dataset."""
    package, unit = ckan_model.Package, ckan_model.Group
    found = ckan_model.Session.execute(
        select(Score, package, unit.name)
        .join(package, package.id == Score.package_id)
        .outerjoin(unit, unit.id == package.owner_org)
        .where(journal.public())
        .order_by(package.name)
    )
    return [_row(day, score, dataset, owner) for score, dataset, owner in found]


def _row(day: dt.date, score: Score, dataset: Any, owner: str | None) -> list[Any]:
    return [
        day.isoformat(),
        dataset.name,
        dataset.title or dataset.name,
        owner or "",
        dataset.type,
        store.status_now(score),
        score.grade or "",
        score.reason or "",
        _number(score.quality_index),
        _number(score.metadata_points),
        _number(score.freshness_points),
        _number(score.content_points),
        " ".join(label for label in score.labels if label != "pii"),
        score.last_content_at.date().isoformat() if score.last_content_at else "",
        score.next_expected.isoformat() if score.next_expected else "",
        score.rules_version,
        links.dataset(dataset),
    ]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"


def as_csv(lines: list[list[Any]]) -> bytes:
    """The file: UTF-8, semicolons, and a decimal point, as the portal's guide to good files asks."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\n")
    writer.writerow([column["name"] for column in columns()])
    writer.writerows([[spreadsheet.safe(cell) for cell in line] for line in lines])
    return buffer.getvalue().encode()


def publish(now: dt.datetime | None = None) -> dict[str, Any]:
    """Make the dataset if it is not there, and put the scores of this moment into it.

    :returns: ``id``, ``name``, ``resource_id``, ``rows``, ``created``, ``changed`` (False: the same scores as before)
    :raises NotConfiguredError: the option is empty, or its organisation is not there
    """
    now = now or store.utc_now()
    context_user = tk.get_action("get_site_user")({"ignore_auth": True}, {})["name"]
    package, created = _dataset(context_user)
    day = now.date()
    lines = rows(day)
    fields = {
        "name": f"Oceny zbiorów na {day.isoformat()}",
        "format": "CSV",
        "mimetype": "text/csv",
        "columns": json.dumps(columns(), ensure_ascii=False),
        "description": "Jeden wiersz na zbiór danych: stan, ocena i punkty.",
    }
    upload = FileStorage(io.BytesIO(as_csv(lines)), filename=FILE, content_type="text/csv")
    resource = next(iter(package["resources"]), None)
    action, key = ("resource_patch", "id") if resource else ("resource_create", "package_id")
    made = tk.get_action(action)(
        {"user": context_user, "ignore_auth": True},
        {key: resource["id"] if resource else package["id"], "upload": upload, "url": FILE, **fields},
    )
    tk.get_action("package_patch")(
        {"user": context_user, "ignore_auth": True}, {"id": package["id"], "modified": day.isoformat()}
    )
    _load(context_user, made["id"])
    return {
        "id": package["id"],
        "name": package["name"],
        "resource_id": made["id"],
        "rows": len(lines),
        "created": created,
    }


def _dataset(user: str) -> tuple[dict[str, Any], bool]:
    owner, _slash, name = str(tk.config.get(OPTION) or "").strip().partition("/")
    unit = ckan_model.Group.get(owner) if owner else None
    if unit is None or not unit.is_organization or unit.state != "active":
        raise NotConfiguredError(
            f"Option {OPTION} has to name an organisation that exists, for example: "
            f"urzad-miasta/oceny-zbiorow-danych (now: {owner or 'empty'})"
        )
    name = name or "oceny-zbiorow-danych"
    context = {"user": user, "ignore_auth": True}
    try:
        return tk.get_action("package_show")({**context, "use_cache": False}, {"id": name}), False
    except tk.ObjectNotFound:
        made = tk.get_action("package_create")(context, _description(name, unit))
        return made, True


def _description(name: str, unit: Any) -> dict[str, Any]:
    """The dataset's own description, in the city's schema where it is on and in CKAN's where it is not."""
    plain: dict[str, Any] = {
        "name": name,
        "title": "Oceny zbiorów danych",
        "notes": (
            "Jak aktualne i wiarygodne są zbiory na tym portalu: stan, ocena i punkty każdego zbioru, liczone codziennie z "
            "treści plików. Zasady oceny opisuje strona " + links.site("/quality/metrics") + "."
        ),
        "owner_org": unit.id,
        "license_id": "CC0-1.0",
        "tags": [{"name": "jakość danych"}, {"name": "aktualność"}, {"name": "otwarte dane"}],
    }
    if not plugin_loaded("kielce"):
        return {**plain, "license_id": "cc-zero", "extras": [{"key": "frequency", "value": "DAILY"}]}
    return {
        **plain,
        "type": "dataset",
        "title_en": "Scores of the datasets",
        "notes_en": (
            "How current and trustworthy the datasets of this portal are: status, grade and points of each, counted every day "
            "from the content of the files. The rules are on the page " + links.site("/quality/metrics") + "."
        ),
        "frequency": "DAILY",
        "domain": "administracja",
        "access_rights": "PUBLIC",
        "language": ["POL"],
        "provenance": "Policzone przez portal z tego, co zaobserwował w plikach.",
        "temporal_coverage": [{"start": store.utc_now().date().isoformat()}],
        "contact": _contact(unit),
    }


def _contact(unit: Any) -> list[dict[str, str]]:
    address = str(tk.config.get("smtp.reply_to") or tk.config.get("smtp.mail_from") or "")
    return [
        {
            "name": unit.title or unit.name,
            **({"email": address} if "@" in address else {"url": links.site("/")}),
        }
    ]


def _load(user: str, resource_id: str) -> None:
    """Into the DataStore at once where our loader is on; else CKAN's own loader finds the upload by itself."""
    if plugin_loaded("kielce_tables"):
        tk.get_action("kielce_table_load")(
            {"user": user, "ignore_auth": True}, {"resource_id": resource_id, "force": True}
        )
