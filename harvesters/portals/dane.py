"""Harvester ``dane_gov_pl``: the national portal's API 1.4."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ckanext.kielce.harvest.base import (
    Client,
    ConfigField,
    DatasetDraft,
    Record,
    Source,
    SourceError,
    language,
)
from ckanext.kielce.harvesters.said import Said

from .dane_api import read, root, site
from .dane_mapping import dataset
from .portal import PortalHarvester


def whole(value: Any) -> str | None:
    """A complaint about an institution's number that is none."""
    return (
        None if str(value).isdigit() else "give the number of the institution from its address at dane.gov.pl"
    )


class DaneGovPlHarvester(PortalHarvester):
    """The source's address is the API's, ``https://api.dane.gov.pl/1.4``."""

    about: ClassVar[dict[str, str]] = {
        "name": "dane_gov_pl",
        "title": "dane.gov.pl",
        "description": "Zbiory instytucji albo wyniki wyszukiwania portalu dane.gov.pl przez jego API 1.4",
    }
    precedence = 10
    config_schema: ClassVar[dict[str, ConfigField]] = {
        "institution": ConfigField(
            "Number of the institution at dane.gov.pl, whose datasets are taken.",
            check=whole,
            description_pl="Numer instytucji w dane.gov.pl (z adresu jej strony), której zbiory bierzemy.",
        ),
        "query": ConfigField(
            "Words that the datasets are searched by.",
            description_pl="Słowa, według których szukamy zbiorów.",
        ),
        "english": ConfigField(
            "Ask for the English title and description of new and changed datasets too.",
            "flag",
            description_pl="true: dla nowych i zmienionych zbiorów pobierz też angielski tytuł i opis.",
        ),
        **PortalHarvester.config_schema,
    }
    untitled = Said(
        "nie ma tytułu; jego właściciel musi go podać w dane.gov.pl.",
        "has no title; its owner must give it one at dane.gov.pl.",
    )

    def records(self, source: Source, client: Client) -> Iterator[Record]:
        if not source.config.get("institution") and not source.config.get("query"):
            raise SourceError(
                "All of dane.gov.pl is no source: set the institution, or a query.",
                "Całe dane.gov.pl to nie źródło: ustaw numer instytucji (institution) albo zapytanie (query).",
            )
        yield from read(client, source.url, source.config)

    def draft(self, record: Record, source: Source) -> DatasetDraft:
        return dataset(record.loaded(), source.config.get("domains"), language())

    def original_url(self, guid: str, source: Source) -> str | None:
        return f"{site(root(source.url))}/pl/dataset/{guid}"
