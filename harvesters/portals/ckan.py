"""Harvester ``ckan_portal``: another CKAN by its action API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ckanext.kielce.harvest.base import (
    Client,
    ConfigField,
    DatasetDraft,
    Record,
    RecordError,
    Source,
    SourceHarvester,
    language,
)

from .ckan_api import MOST, read, root
from .ckan_mapping import dataset

DOMAINS = ConfigField(
    "Your own table {group, category or EU theme code of that portal: domain of the city}.",
    "map",
    description_pl="Własna tabela {grupa, kategoria lub kod tematu UE tamtego portalu: dziedzina miasta}.",
)


def page_size(value: Any) -> str | None:
    """A complaint about a page size that no CKAN gives."""
    return None if 1 <= value <= MOST else f"give a number from 1 to {MOST}"


class CkanPortalHarvester(SourceHarvester):
    """The source's address is the portal's, ``https://otwartedane.example``."""

    about: ClassVar[dict[str, str]] = {
        "name": "ckan_portal",
        "title": "Inny portal CKAN",
        "description": "Zbiory innego portalu CKAN przez jego API (package_search)",
    }
    precedence = 20
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
        "domains": DOMAINS,
    }

    def records(self, source: Source, client: Client) -> Iterator[Record]:
        yield from read(client, source.url, source.config)

    def to_dataset(self, record: Record, source: Source) -> DatasetDraft:
        content = record.loaded()
        draft = dataset(content["package"], content["base"], source.config.get("domains"), language())
        if not draft.data.get("title"):
            raise RecordError(
                f"The dataset {record.guid} has neither a title nor a name; its owner must give it one.",
                f"Zbiór {record.guid} nie ma tytułu ani nazwy; jego właściciel musi je podać.",
            )
        return draft

    def original_url(self, guid: str, source: Source) -> str | None:
        return f"{root(source.url)}/dataset/{guid}"
