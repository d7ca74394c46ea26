"""Harvester ``dcat_rdf``: a DCAT-AP catalogue in RDF/XML, Turtle, JSON-LD or N-Triples."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from ckanext.kielce.harvest.base import Client, ConfigField, DatasetDraft, Record, Source, language
from ckanext.kielce.harvesters.said import Said

from .portal import PortalHarvester
from .rdf_mapping import dataset
from .rdf_parse import Parser
from .rdf_read import FORMATS, read


class DcatRdfHarvester(PortalHarvester):
    """The source's address is the catalogue's, or its first page's."""

    about: ClassVar[dict[str, str]] = {
        "name": "dcat_rdf",
        "title": "Katalog DCAT-AP (RDF)",
        "description": "Katalog danych w RDF (DCAT-AP): RDF/XML, Turtle lub JSON-LD, w całości albo na stronach",
    }
    config_schema: ClassVar[dict[str, ConfigField]] = {
        "rdf_format": ConfigField(
            "Format of the catalogue; by default it is told by the answer.",
            choices=FORMATS,
            description_pl="Zapis katalogu; domyślnie rozpoznawany po odpowiedzi.",
        ),
        "page_parameter": ConfigField(
            "Name of the page number in the address (?page=2), for catalogues that do not name their next page.",
            description_pl="Nazwa numeru strony w adresie (?page=2), gdy katalog nie podaje adresu następnej strony.",
        ),
        "ignore_total": ConfigField(
            "The catalogue's hydra:totalItems counts more than datasets: do not compare it with what was read.",
            "flag",
            description_pl="true: liczba hydra:totalItems obejmuje nie tylko zbiory, więc nie porównuj jej z odczytem.",
        ),
        **PortalHarvester.config_schema,
    }
    untitled = Said(
        "nie ma tytułu (dct:title); jego właściciel musi go podać.",
        "has no dct:title; its owner must give it one.",
    )

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self._parser = Parser()

    def records(self, source: Source, client: Client) -> Iterator[Record]:
        yield from read(client, source.url, source.config)

    def draft(self, record: Record, source: Source) -> DatasetDraft:
        content = record.loaded()
        package = self._parser.package(content["subject"], content["triples"])
        return dataset(package, record.guid, source.config.get("domains"), language())

    def original_url(self, guid: str, source: Source) -> str | None:
        return guid if guid.startswith(("http://", "https://")) else source.url
