"""What can be had of a dataset: its tables and layers in all forms, each as an order whose key follows the content."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.kielce.common.periods import fold
from ckanext.kielce.export import about, bundle, citation, service, sources
from ckanext.kielce.export.formats import SYSTEMS
from ckanext.kielce.export.orders import Order
from ckanext.kielce.tables.shared import Field, View, rows

_NAME = 60


def slug(text: str) -> str:
    """Letters, digits and hyphens of a text, for a file's name."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")[:_NAME].rstrip("-")


def may_see(resource_id: str, user: Mapping[str, Any] | None = None) -> bool:
    """Whether the reader (of the page, or ``user`` and ``auth_user_obj``) may see a file: it is public and not withheld."""
    try:
        tk.check_access("resource_show", dict(user or {}), {"id": resource_id})  # type: ignore[arg-type]
    except (tk.NotAuthorized, tk.ObjectNotFound):
        return False
    return True


def tables_of(pkg: Mapping[str, Any], user: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """The files of a dataset that have a table and that the reader may see.

    A layer's files in several formats hold the same attributes: of them one is taken, and none where a table stands beside.
    """
    found = [resource for resource in pkg.get("resources") or () if resource.get("datastore_active")]
    seen = [
        resource
        for resource in found
        if not resource.get("kielce_withheld") and may_see(resource["id"], user)
    ]
    plain = [resource for resource in seen if not sources.format_of(resource)]
    return plain or seen[:1]


def layers_of(pkg: Mapping[str, Any], user: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """The files of a dataset that hold its layers and that the reader may see."""
    return [resource for resource in sources.layers_of(pkg) if may_see(resource["id"], user)]


def table_order(
    pkg: Mapping[str, Any],
    resource: Mapping[str, Any],
    form: str,
    view: View,
    lang: str,
    fields: Sequence[Field],
    version: str,
) -> Order:
    """The order for a table; what programs read does not depend on the reader's language."""
    order = Order(form, resource["id"], version, view=view)
    if form == "excel":
        return replace(order, lang=lang)
    if form == "parquet":
        cited = about.cited(pkg, lang)
        told = {"title": cited.title, "licence": about.licence(pkg, lang)["name"], "source": cited.url}
        return replace(order, about={"metadata": {key: value for key, value in told.items() if value}})
    if form == "xlsx":
        return replace(order, lang=lang, about=_workbook(pkg, resource, lang, fields))
    return order


def _workbook(
    pkg: Mapping[str, Any], resource: Mapping[str, Any], lang: str, fields: Sequence[Field]
) -> dict[str, Any]:
    cited = about.cited(pkg, lang)
    licence = about.licence(pkg, lang)
    lines = [
        [tk._("Dataset"), cited.title],
        [tk._("Table"), about.text(resource, "name", lang)],
        [tk._("Who publishes"), cited.publisher],
        [tk._("Licence"), " ".join(part for part in (licence["title"], licence["path"]) if part)],
        [tk._("Cite as"), citation.line(cited, lang)],
        [],
        [tk._("Column"), tk._("Plain name"), tk._("Unit"), tk._("Meaning")],
    ]
    lines += [[field.id, field.label, field.unit, field.notes] for field in fields]
    day = about.changed(resource) or about.changed(pkg)
    return {
        "title": cited.title,
        "sheet": tk._("data"),
        "about_sheet": tk._("columns"),
        "about": lines,
        "about_head": 6,
        "made_for": f"{day.isoformat() if day else '2000-01-01'}T00:00:00",
    }


def layer_order(pkg: Mapping[str, Any], resource: Mapping[str, Any], form: str, system: str) -> Order:
    """The order for a layer. Its file is fetched where it is another server's. Raises `FailedError` ("source")."""
    kept = service.layer_source(pkg, resource)
    declared = next((code for code in pkg.get("crs") or () if str(code).isdigit()), None)
    told = {
        "source_key": kept.path.name.split(".")[0],
        "source_format": sources.format_of(resource),
        "declared_system": declared,
        "name": slug(str(pkg["name"])) or "layer",
    }
    return Order(
        form, resource["id"], kept.digest, system=system if system in SYSTEMS else SYSTEMS[0], about=told
    )


def package_order(pkg: Mapping[str, Any], lang: str) -> tuple[Order, int]:
    """The order for the whole dataset, and how many rows its tables have. Raises `ViewError`, `FailedError`."""
    parts: list[dict[str, Any]] = []
    names: set[str] = set()
    number = 0
    with rows.reading() as cursor:
        for resource in tables_of(pkg):
            try:
                fields, version = rows.fields(cursor, resource["id"]), rows.version(cursor, resource["id"])
            except rows.ViewError:
                continue  # being loaded anew: the package is of what is there
            number += rows.count(cursor, resource["id"])
            order = table_order(pkg, resource, "csv", View(), lang, fields, version)
            name = _unique(slug(about.text(resource, "name", lang)) or "tabela", names)
            parts.append(
                {
                    "path": f"dane/{name}.csv",
                    "order": order.as_dict(),
                    "resource": {**_described(resource, name, lang), **_tabular(fields)},
                }
            )
    for resource in layers_of(pkg):
        try:
            order = layer_order(pkg, resource, "gpkg", "2178")
        except service.FailedError:
            continue  # its server does not answer now
        name = _unique(slug(about.text(resource, "name", lang)) or "warstwa", names)
        extra = {"format": "gpkg", "mediatype": "application/geopackage+sqlite3", "profile": "data-resource"}
        parts.append(
            {
                "path": f"mapa/{name}.gpkg",
                "order": order.as_dict(),
                "resource": {**_described(resource, name, lang), **extra},
            }
        )
    told = {"package": _package(pkg, lang), "parts": parts, "texts": _texts(pkg, lang)}
    content = str(pkg.get("metadata_modified") or "")
    return Order("package", str(pkg["id"]), content, lang=lang, about=told), number


def _unique(name: str, used: set[str]) -> str:
    found, number = name, 1
    while found in used:
        number += 1
        found = f"{name}-{number}"
    used.add(found)
    return found


def _described(resource: Mapping[str, Any], name: str, lang: str) -> dict[str, Any]:
    said = {
        "name": name,
        "title": about.text(resource, "name", lang),
        "description": about.text(resource, "description", lang),
    }
    return {key: value for key, value in said.items() if value}


def _tabular(fields: Sequence[Field]) -> dict[str, Any]:
    return {
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": {"delimiter": ",", "lineTerminator": "\n", "header": True},
        "schema": bundle.schema_of(fields),
    }


def _package(pkg: Mapping[str, Any], lang: str) -> dict[str, Any]:
    cited, licence = about.cited(pkg, lang), about.licence(pkg, lang)
    modified = str(pkg.get("metadata_modified") or "")
    said: dict[str, Any] = {
        "profile": "data-package",
        "name": slug(str(pkg["name"])),
        "id": cited.url,
        "title": cited.title,
        "description": about.text(pkg, "notes", lang),
        "homepage": cited.url,
        "version": cited.changed.isoformat() if cited.changed else "",
        "created": f"{modified[:19]}Z" if modified else "",
        "licenses": [{key: value for key, value in licence.items() if value}] if licence["name"] else [],
        "contributors": [{"title": cited.publisher, "role": "publisher"}] if cited.publisher else [],
        "sources": [{"title": cited.portal or cited.url, "path": cited.url}],
        "keywords": [tag.get("display_name") or tag.get("name") for tag in pkg.get("tags") or ()],
        "citation": citation.line(cited, lang),
    }
    return {key: value for key, value in said.items() if value}


def _texts(pkg: Mapping[str, Any], lang: str) -> dict[str, str]:
    """The files beside the data: terms, citation, and what is where."""
    cited, licence = about.cited(pkg, lang), about.licence(pkg, lang)
    terms = "\n".join(part for part in (licence["title"], licence["path"]) if part) or tk._("not stated")
    day = cited.changed or about.today()
    read_me = "\n\n".join(
        part
        for part in (
            cited.title,
            about.text(pkg, "notes", lang),
            tk._(
                "datapackage.json describes every file: columns with their types, units and meanings. "
                "The tables in dane/ are CSV (UTF-8, commas, decimal points); the layers in mapa/ are GeoPackage (EPSG:2178)."
            ),
            citation.line(cited, lang),
        )
        if part
    )
    return {
        "LICENCJA.txt": terms + "\n",
        "CYTOWANIE.txt": citation.line(cited, lang) + "\n",
        "CYTOWANIE.bib": citation.bibtex(cited, day),
        "CZYTAJ.txt": read_me + "\n",
    }
