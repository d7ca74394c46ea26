"""The OpenAPI document of the running portal, by its version."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ckan.plugins import toolkit as tk
from ckanext.kielce.api import answers, catalogue_of_tables, kept, openapi, samples
from ckanext.kielce.api.catalogue_of_tables import Listed
from ckanext.kielce.common.localised import localised


@dataclass(frozen=True, slots=True)
class Described:
    """What a document is about, known before it is made.

    :ivar package: the dataset it is about, or None for the whole portal
    """

    lang: str
    tables: list[Listed]
    all_tables: int
    package: dict[str, Any] | None

    @property
    def version(self) -> str:
        """Changes when any of its tables does, in rows or columns, or the portal's own description."""
        tables = [[table.resource_id, table.version, table.title, table.resource] for table in self.tables]
        name = self.package["id"] if self.package else ""
        site = [tk.config["ckan.site_url"], tk.config.get("ckan.plugins")]
        return answers.tagged("openapi", openapi.SHAPE, self.lang, name, self.all_tables, tables, site)

    def body(self) -> bytes:
        """The document as JSON, made once for each version."""
        return kept.document("openapi", self.version, self._make)

    def _make(self) -> bytes:
        return json.dumps(self.document(), ensure_ascii=False, default=str).encode()

    def document(self) -> dict[str, Any]:
        """The document, made now."""
        return openapi.document(
            site=str(tk.config["ckan.site_url"]).rstrip("/"),
            title=str(tk.config["ckan.site_title"]),
            lang=self.lang,
            tables=catalogue_of_tables.known(self.tables),
            all_tables=self.all_tables,
            samples=samples.of_portal(self.tables),
            dataset=localised(self.package, "title", self.lang) or self.package["name"]
            if self.package
            else "",
        )


def of_portal(lang: str) -> Described:
    """The document of the whole portal."""
    tables, number = catalogue_of_tables.listed(int(tk.config["ckanext.kielce.api.openapi_tables"]))
    return Described(lang, tables, number, None)


def of_dataset(name: str, lang: str) -> Described:
    """The document of one public dataset. Raises CKAN's errors."""
    package = tk.get_action("package_show")({"user": "", "auth_user_obj": None}, {"id": name})
    tables, number = catalogue_of_tables.listed(1000, package["id"])
    return Described(lang, tables, number, package)
