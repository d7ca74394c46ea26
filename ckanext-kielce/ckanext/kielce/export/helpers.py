"""Template helpers of the export room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import ckan.plugins.toolkit as tk
from ckanext.kielce.common import vocabularies
from ckanext.kielce.export import offers, previews, sources
from ckanext.kielce.export.formats import SYSTEMS, forms_of

__all__ = [
    "kielce_export_forms",
    "kielce_export_of_dataset",
    "kielce_export_preview",
    "kielce_export_systems",
]


def kielce_export_forms(
    resource: Mapping[str, Any], kind: str, pairs: Sequence[tuple[str, str]] = ()
) -> list[dict[str, str]]:
    """Return the forms of a "table" (or of the view of it that ``pairs`` ask for) or a "layer": code, title, note, url."""
    query = f"?{urlencode(list(pairs))}" if pairs else ""
    return [
        {
            "code": form.code,
            "title": tk._(form.title),
            "note": tk._(form.note),
            "url": tk.url_for("kielce_export.download", resource_id=resource["id"], form=form.code) + query,
        }
        for form in forms_of(kind)
    ]


def kielce_export_systems() -> list[dict[str, str]]:
    """Return the systems that layers are given out in: code and title."""
    lang = "pl" if str(tk.h.lang()).startswith("pl") else "en"
    found = [(code, vocabularies.crs(code)) for code in SYSTEMS]
    return [
        {"code": code, "title": f"{entry.label(lang)}, EPSG:{code}" if entry else code}
        for code, entry in found
    ]


def kielce_export_of_dataset(
    pkg: Mapping[str, Any], resource: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return what can be had of a dataset (or of one file of it): ``tables``, ``layers`` and the address of the ``package``."""
    tables, layers = offers.tables_of(pkg), offers.layers_of(pkg)
    if resource is not None:
        tables = (
            [dict(resource)] if resource.get("datastore_active") and offers.may_see(resource["id"]) else []
        )
        layers = [resource] if sources.format_of(resource) and resource.get("url") else []
    url = tk.url_for("kielce_export.package", package_id=pkg["name"]) if tables or layers else ""
    return {"tables": tables, "layers": layers, "package": url}


def kielce_export_preview(resource: Mapping[str, Any]) -> str:
    """Return the kind of a file that can be looked at in place (PDF, PNG, JPEG), else ""."""
    return previews.kind_of(resource)
