"""RDF profile ``kielce_dcat_ap``: a dataset of the city as DCAT-AP 3, on top of ckanext-dcat's own profile.

ckanext-dcat writes the triples it has fields for; this profile feeds it a prepared dict (``rdf_values``) and adds
what is missing: language tags, classes and labels of vocabulary concepts (without which the SHACL shapes find
URIs of unknown class), coordinate systems, legal basis, and the catalogue's own metadata.
"""

from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk
from ckanext.dcat.profiles import ADMS, CNT, DCAT, DCATAP, EuropeanDCATAP3Profile
from ckanext.dcat.utils import resource_uri
from ckanext.kielce.catalogue import rdf_values
from ckanext.kielce.common import vocabularies
from rdflib import BNode, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDF, RDFS, SKOS, Namespace
from rdflib.term import Node

ELI = Namespace("http://data.europa.eu/eli/ontology#")
LICENCE_TYPE_UNKNOWN = URIRef("http://purl.org/adms/licencetype/UnknownIPR")
THEME_SCHEME = URIRef("http://publications.europa.eu/resource/authority/data-theme")

#: Properties whose values are concepts of a vocabulary: they get their class and labels.
CONCEPTS = (
    (DCAT.theme, "themes", SKOS.Concept),
    (ADMS.status, "statuses", SKOS.Concept),
    (DCATAP.availability, "availability", SKOS.Concept),
    (DCATAP.hvdCategory, "hvd_categories", SKOS.Concept),
    (DCTERMS.type, "publisher_types", SKOS.Concept),
    (DCTERMS.accrualPeriodicity, "frequencies", DCTERMS.Frequency),
    (DCTERMS.language, "languages", DCTERMS.LinguisticSystem),
    (DCTERMS.accessRights, "access_rights", DCTERMS.RightsStatement),
    (DCTERMS.license, "licences", DCTERMS.LicenseDocument),
)
DATASET_TYPE_SCHEME = "http://publications.europa.eu/resource/authority/dataset-type"
FILE_TYPE_SCHEME = "http://publications.europa.eu/resource/authority/file-type"
#: Polish and English labels of the EU dataset types that the profile itself gives.
DATASET_TYPE_LABELS = {
    rdf_values.DATASET_TYPES["indicator"]: ("dane statystyczne", "statistical data"),
    rdf_values.DATASET_TYPES["spatial_layer"]: ("dane geoprzestrzenne", "geospatial data"),
}


class KielceDcatApProfile(EuropeanDCATAP3Profile):
    """DCAT-AP 3 of the city: both languages, EU vocabularies, services, high-value data."""

    def graph_from_dataset(self, dataset_dict: dict[str, Any], dataset_ref: URIRef) -> None:
        """Add the triples of one dataset; ``dataset_dict`` is as ``package_show`` gives it and is not changed."""
        site = str(tk.config["ckan.site_url"])
        super().graph_from_dataset(rdf_values.prepared(dataset_dict, str(dataset_ref), site), dataset_ref)
        self._repair(dataset_ref)
        self._add_provenance(dataset_dict, dataset_ref)
        self._add_standards(dataset_dict, dataset_ref)
        self._add_place_code(dataset_dict, dataset_ref)
        for resource in dataset_dict.get("resources") or []:
            self._add_encoding(resource)
        if dataset_dict.get("legal_basis"):
            self._add_legal_basis(str(dataset_dict["legal_basis"]), dataset_ref)
        self._add_concepts(*self._described_nodes(dataset_ref))

    def graph_from_catalog(self, catalog_dict: dict[str, Any] | None, catalog_ref: URIRef) -> None:
        """Add the catalogue's own triples: titles, publisher, languages, theme taxonomy, area."""
        super().graph_from_catalog(catalog_dict, catalog_ref)
        site = str(tk.config["ckan.site_url"]).rstrip("/")
        graph = self.g
        graph.remove((catalog_ref, DCTERMS.language, None))
        for code in ("POL", "ENG"):
            graph.add(
                (
                    catalog_ref,
                    DCTERMS.language,
                    URIRef(vocabularies.load("languages").index[code.lower()].value),
                )
            )
        for predicate in (DCTERMS.title, DCTERMS.description):
            for value in list(graph.objects(catalog_ref, predicate)):
                graph.remove((catalog_ref, predicate, value))
                graph.add((catalog_ref, predicate, Literal(str(value), lang="pl")))
        if not any(graph.objects(catalog_ref, DCTERMS.description)):
            title = next(graph.objects(catalog_ref, DCTERMS.title), Literal("Otwarte dane"))
            graph.add((catalog_ref, DCTERMS.description, Literal(str(title), lang="pl")))
        for page in graph.objects(catalog_ref, FOAF.homepage):
            graph.add((page, RDF.type, FOAF.Document))
        publisher = URIRef(f"{site}/#publisher")
        unit = vocabularies.unit("urzad-miasta")
        graph.add((catalog_ref, DCTERMS.publisher, publisher))
        graph.add((publisher, RDF.type, FOAF.Agent))
        if unit:
            graph.add((publisher, FOAF.name, Literal(unit.pl, lang="pl")))
            graph.add((publisher, FOAF.name, Literal(unit.en, lang="en")))
        graph.add((catalog_ref, DCAT.themeTaxonomy, THEME_SCHEME))
        graph.add((THEME_SCHEME, RDF.type, SKOS.ConceptScheme))
        graph.add((THEME_SCHEME, DCTERMS.title, Literal("data-theme", lang="en")))
        self._add_place_code({"teryt": tk.config["ckanext.kielce.catalogue.teryt"]}, catalog_ref)
        self._add_concepts(catalog_ref)

    def parse_dataset(self, dataset_dict: dict[str, Any], dataset_ref: URIRef) -> dict[str, Any]:
        """Read a dataset from RDF, with titles and descriptions in both of our languages.

        ckanext-dcat takes one language unless the schema uses ckanext-fluent's validators, which CKAN 2.12 can't load.
        """
        dataset_dict = super().parse_dataset(dataset_dict, dataset_ref)
        self._read_texts(
            dataset_dict, dataset_ref, (("title", DCTERMS.title), ("notes", DCTERMS.description))
        )
        for resource in dataset_dict.get("resources") or []:
            node = resource.get("distribution_ref")
            if node:
                ref = URIRef(node) if (URIRef(node), None, None) in self.g else BNode(node)
                self._read_texts(resource, ref, (("name", DCTERMS.title),))
        return dataset_dict

    def _read_texts(self, data: dict[str, Any], node: Any, fields: tuple[tuple[str, URIRef], ...]) -> None:
        for field, predicate in fields:
            texts = {
                value.language or "": str(value)
                for value in self.g.objects(node, predicate)
                if isinstance(value, Literal)
            }
            polish = texts.get("pl") or texts.get("") or texts.get("en") or next(iter(texts.values()), None)
            if polish:
                data[field] = polish
            if texts.get("en") and texts["en"] != polish:
                data[f"{field}_en"] = texts["en"]

    def _repair(self, dataset_ref: URIRef) -> None:
        """Undo habits of ckanext-dcat that DCAT-AP's shapes refuse."""
        graph = self.g
        # 1. An identifier that looks like an address becomes a URI; it has to be a literal.
        for value in list(graph.objects(dataset_ref, DCTERMS.identifier)):
            if isinstance(value, URIRef):
                graph.remove((dataset_ref, DCTERMS.identifier, value))
                graph.add((dataset_ref, DCTERMS.identifier, Literal(str(value))))
        # 2. Every licence is said to be of unknown type, by a URI of no class.
        for licence in list(graph.subjects(DCTERMS.type, LICENCE_TYPE_UNKNOWN)):
            graph.remove((licence, DCTERMS.type, LICENCE_TYPE_UNKNOWN))
        # 3. The version notes carry no language.
        for value in list(graph.objects(dataset_ref, ADMS.versionNotes)):
            graph.remove((dataset_ref, ADMS.versionNotes, value))
            graph.add((dataset_ref, ADMS.versionNotes, Literal(str(value), lang="pl")))
        for service in graph.subjects(RDF.type, DCAT.DataService):
            for standard in graph.objects(service, DCTERMS.conformsTo):
                graph.add((standard, RDF.type, DCTERMS.Standard))

    def _add_provenance(self, package: dict[str, Any], dataset_ref: URIRef) -> None:
        for text in rdf_values.provenances(package):
            statement = BNode()
            self.g.add((dataset_ref, DCTERMS.provenance, statement))
            self.g.add((statement, RDF.type, DCTERMS.ProvenanceStatement))
            self.g.add((statement, RDFS.label, Literal(text, lang="pl")))

    def _add_standards(self, package: dict[str, Any], dataset_ref: URIRef) -> None:
        for address, name in rdf_values.reference_systems(package):
            standard = URIRef(address)
            self.g.add((dataset_ref, DCTERMS.conformsTo, standard))
            self.g.add((standard, RDF.type, DCTERMS.Standard))
            if name:
                self.g.add((standard, DCTERMS.title, Literal(name, lang="pl")))

    def _add_place_code(self, package: dict[str, Any], subject: URIRef) -> None:
        """Give the area its TERYT code, and both names; a catalogue gets the area itself as well."""
        place = vocabularies.place(rdf_values.teryt_of(package))
        geonames = place.data.get("geonames") if place else None
        if not place or not geonames:
            return
        area = URIRef(f"https://sws.geonames.org/{geonames}/")
        self.g.add((subject, DCTERMS.spatial, area))
        self.g.add((area, RDF.type, DCTERMS.Location))
        self.g.remove((area, SKOS.prefLabel, None))
        self.g.add((area, SKOS.prefLabel, Literal(place.pl, lang="pl")))
        self.g.add((area, SKOS.prefLabel, Literal(place.en, lang="en")))
        self.g.add((area, DCTERMS.identifier, Literal(f"TERYT {place.code}")))

    def _add_encoding(self, resource: dict[str, Any]) -> None:
        if resource.get("encoding"):
            self.g.add((URIRef(resource_uri(resource)), CNT.characterEncoding, Literal(resource["encoding"])))

    def _add_legal_basis(self, text: str, dataset_ref: URIRef) -> None:
        # A URI of its own, for DCAT-AP wants legislation to be nameable.
        act = URIRef(f"{dataset_ref}#legal-basis")
        self.g.add((dataset_ref, DCATAP.applicableLegislation, act))
        self.g.add((act, RDF.type, ELI.LegalResource))
        self.g.add((act, DCTERMS.title, Literal(text, lang="pl")))

    def _add_concepts(self, *subjects: Node) -> None:
        """Give values that are concepts of a vocabulary their class, scheme and labels."""
        for subject in subjects:
            for predicate, name, kind in CONCEPTS:
                vocabulary = vocabularies.load(name)
                for concept in list(self.g.objects(subject, predicate)):
                    entry = vocabulary.get(str(concept)) if isinstance(concept, URIRef) else None
                    if entry:
                        self._add_concept(concept, kind, entry.pl, entry.en, vocabulary.scheme)
            for concept in list(self.g.objects(subject, DCTERMS.type)):
                if str(concept) in DATASET_TYPE_LABELS:
                    self._add_concept(
                        concept, SKOS.Concept, *DATASET_TYPE_LABELS[str(concept)], DATASET_TYPE_SCHEME
                    )
            for file_type in list(self.g.objects(subject, DCTERMS.format)):
                if str(file_type).startswith(FILE_TYPE_SCHEME):
                    self._add_to_scheme(file_type, FILE_TYPE_SCHEME)

    def _add_concept(
        self, concept: Node, kind: URIRef, polish: str, english: str, scheme: str | None
    ) -> None:
        self.g.add((concept, RDF.type, kind))
        self.g.add((concept, SKOS.prefLabel, Literal(polish, lang="pl")))
        self.g.add((concept, SKOS.prefLabel, Literal(english, lang="en")))
        if scheme:
            self._add_to_scheme(concept, scheme)

    def _add_to_scheme(self, concept: Node, scheme: str) -> None:
        self.g.add((concept, SKOS.inScheme, URIRef(scheme)))
        self.g.add((URIRef(scheme), RDF.type, SKOS.ConceptScheme))
        self.g.add((URIRef(scheme), DCTERMS.title, Literal(scheme.rsplit("/", 1)[-1], lang="en")))

    def _described_nodes(self, dataset_ref: URIRef) -> list[Node]:
        """The dataset, its files, their services and its publisher."""
        files = list(self.g.objects(dataset_ref, DCAT.distribution))
        services = [service for file in files for service in self.g.objects(file, DCAT.accessService)]
        return [dataset_ref, *files, *services, *self.g.objects(dataset_ref, DCTERMS.publisher)]
