"""What a dataset gives to start from: a notebook, a QGIS project, and the addresses of its machine-readable forms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ckan.plugins import toolkit as tk
from ckanext.kielce.api import notebook, qgis
from ckanext.kielce.common.localised import localised, publisher_of

NOTES = 600


def files_of(package: Mapping[str, Any], lang: str) -> list[dict[str, str]]:
    """Name, format, address of the files that the public may have."""
    return [
        {
            "id": item["id"],
            "name": localised(item, "name", lang) or item["id"],
            "format": str(item.get("format") or ""),
            "url": str(item["url"]),
            "table": "yes" if item.get("datastore_active") else "",
        }
        for item in package.get("resources") or ()
        if item.get("url") and not item.get("kielce_withheld")
    ]


def notebook_of(package: Mapping[str, Any], lang: str) -> bytes:
    """The notebook of a dataset, as JSON."""
    files = files_of(package, lang)
    name = package["name"]
    about = {
        "title": localised(package, "title", lang) or name,
        "notes": localised(package, "notes", lang)[:NOTES],
        "page": tk.url_for("dataset.read", id=name, _external=True),
        "publisher": publisher_of(package, lang),
        "licence": str(package.get("license_title") or package.get("license_id") or "–"),
        "developers": tk.url_for("kielce_api.developers", _external=True),
        "openapi": tk.url_for("kielce_api.openapi", dataset=name, _external=True),
        "changes": tk.url_for("kielce_api.changes_atom", dataset=name, _external=True),
    }
    found = notebook.build(
        portal=str(tk.config["ckan.site_url"]).rstrip("/"),
        lang=lang,
        about=about,
        tables=[(item["id"], item["name"]) for item in files if item["table"]],
        files=[{key: item[key] for key in ("name", "format", "url")} for item in files if not item["table"]],
    )
    return json.dumps(found, ensure_ascii=False, indent=1).encode()


def layers_of(package: Mapping[str, Any], lang: str) -> list[qgis.Layer]:
    """What of a dataset QGIS can show."""
    about = {**package, "title": localised(package, "title", lang) or package["name"]}
    return qgis.layers(about, files_of(package, lang))


def project_of(package: Mapping[str, Any], lang: str) -> bytes | None:
    """The QGIS project of a dataset; None where it has nothing for a map."""
    found = layers_of(package, lang)
    return qgis.project(localised(package, "title", lang) or package["name"], found) if found else None
