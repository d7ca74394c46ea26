"""The description of one dataset in RDF as ckanext-dcat's DCAT-AP 3 profile reads it. Needs CKAN."""

from __future__ import annotations

from typing import Any

from ckanext.dcat.processors import RDFParser
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, FOAF, RDFS, SKOS

from .rdf_read import graph_of

#: The portal's own profile: ckanext-dcat's euro_dcat_ap_3, with titles and descriptions in both languages.
PROFILE = "kielce_dcat_ap"
LABELS = (RDFS.label, SKOS.prefLabel, FOAF.name, DCTERMS.title)


class Parser:
    """One for a run: looking up the profile and the schema takes longer than reading a dataset."""

    def __init__(self) -> None:
        self._profiles: list[Any] | None = None

    def package(self, subject: str, triples: list[list[str]]) -> dict[str, Any]:
        """A package dict in CKAN's words: fields at the top, ``extras``, ``resources``, ``tags``."""
        graph = graph_of(triples)
        node = BNode(subject[2:]) if subject[:2] == "_:" else URIRef(subject)
        if self._profiles is None:
            self._profiles = [made(graph) for made in RDFParser(profiles=[PROFILE])._profiles]
        found: dict[str, Any] = {}
        for profile in self._profiles:
            profile.g = graph
            profile.parse_dataset(found, node)
        licence = next((str(value) for value in graph.objects(node, DCTERMS.license)), "")
        if licence:
            found["license_url"] = licence
        return _without_blanks(found, graph)


def _without_blanks(value: Any, graph: Graph) -> Any:
    """The values with the names of blank nodes, which mean nothing, replaced by the nodes' labels or left out."""
    names = {str(node): node for node in graph.all_nodes() if isinstance(node, BNode)}

    def clean(each: Any) -> Any:
        if isinstance(each, dict):
            return {key: clean(inner) for key, inner in each.items() if key != "distribution_ref"}
        if isinstance(each, list):
            return [made for inner in each if (made := clean(inner)) not in (None, "")]
        if isinstance(each, str) and each in names:
            return _label(graph, names[each])
        return each

    return clean(value)


def _label(graph: Graph, node: BNode) -> str:
    for predicate in LABELS:
        texts = {
            each.language or "": str(each)
            for each in graph.objects(node, predicate)
            if isinstance(each, Literal)
        }
        if texts:
            return texts.get("pl") or texts.get("") or texts.get("en") or next(iter(texts.values()))
    return ""
