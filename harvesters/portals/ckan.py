"""Harvester ``ckan_portal``: another CKAN by its action API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ckanext.kielce.harvest.base import Client, ConfigField, DatasetDraft, Record, Source, language
from ckanext.kielce.harvesters.said import Said

from .ckan_api import MOST, read, root
from .ckan_mapping import dataset
from .portal import PortalHarvester


def page_size(value: Any) -> str | None:
    """A complaint about a page size that no CKAN gives."""
    return None if 1 <= value <= MOST else f"give a number from 1 to {MOST}"


class CkanPortalHarvester(PortalHarvester):
    """The source's address is the portal's, ``https://otwartedane.example``."""

    about: ClassVar[dict[str, str]] = {
        "name": "ckan_portal",
        "title": "Inny portal CKAN",
        "description": "Zbiory innego portalu CKAN przez jego API (package_search)",
    }
    config_schema: ClassVar[dict[str, ConfigField]] = {
        "organizations": ConfigField(
            "Take only the datasets of these organisations (short names).",
            "list",
            description_pl="Tylko zbiory tych jednostek tamtego portalu (nazwy krótkie).",
        ),
        "groups": ConfigField(
            "Take only the datasets of these groups (short names).",
            "list",
            description_pl="Tylko zbiory tych grup tamtego portalu (nazwy krótkie).",
        ),
        "fq": ConfigField(
            "A filter query of Solr, such as tags:transport.",
            description_pl="Filtr zapytania Solr, na przykład tags:transport.",
        ),
        "page_size": ConfigField(
            "Datasets asked for at once (default 200).",
            "number",
            check=page_size,
            description_pl="Ile zbiorów w jednym zapytaniu (domyślnie 200).",
        ),
        **PortalHarvester.config_schema,
    }
    untitled = Said(
        "nie ma tytułu ani nazwy; jego właściciel musi je podać.",
        "has neither a title nor a name; its owner must give it one.",
    )

    def records(self, source: Source, client: Client) -> Iterator[Record]:
        yield from read(client, source.url, source.config)

    def draft(self, record: Record, source: Source) -> DatasetDraft:
        content = record.loaded()
        return dataset(content["package"], content["base"], source.config.get("domains"), language())

    def original_url(self, guid: str, source: Source) -> str | None:
        return f"{root(source.url)}/dataset/{guid}"
