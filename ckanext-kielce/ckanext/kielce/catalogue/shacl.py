"""Does RDF obey DCAT-AP 3? SHACL validation against tables of the profile's own constraints.

``shapes/dcat-ap-3.0.1.csv`` states the constraints of release 3.0.1 (class, property, cardinality, kind, class and
type of value), so that each finding can be told in a sentence. ``vocabularies.csv`` says which values must come from an
EU vocabulary, ``high_value.csv`` what Regulation 2023/138 asks, ``recommended.csv`` what should be there (warnings), and
``exclusions.csv`` every constraint that is left out, with the reason. Shapes are built once per process. The tests
hold the official shapes, and judge what the portal emits by them as well.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from ckanext.kielce.common import vocabularies
from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.namespace import DCTERMS, FOAF, RDF, SKOS, XSD
from rdflib.namespace import PROV as PROVENANCE
from rdflib.term import Node

VERSION = "DCAT-AP 3.0.1"
FOLDER = Path(__file__).parent / "shapes"
SH = Namespace("http://www.w3.org/ns/shacl#")
OURS = Namespace("urn:kielce:shapes:")
PREFIXES = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dct": str(DCTERMS),
    "eli": "http://data.europa.eu/eli/ontology#",
    "foaf": str(FOAF),
    "locn": "http://www.w3.org/ns/locn#",
    "odrl": "http://www.w3.org/ns/odrl/2/",
    "prov": str(PROVENANCE),
    "skos": str(SKOS),
    "spdx": "http://spdx.org/rdf/terms#",
    "time": "http://www.w3.org/2006/time#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": str(XSD),
}
KINDS = {"literal": SH.Literal, "node": SH.BlankNodeOrIRI}
#: DCAT-AP's "temporal literal": one of these types.
TEMPORAL = (XSD.date, XSD.dateTime, XSD.gYear, XSD.gYearMonth)
IANA = "^https?://www.iana.org/assignments/media-types/"
SEVERITIES = {"violation": SH.Violation, "warning": SH.Warning}

#: Component of SHACL → what is said about it; ``property``, ``value`` and ``wanted`` are filled in.
MESSAGES = {
    SH.MinCountConstraintComponent: "{property} is missing",
    SH.MaxCountConstraintComponent: "{property} is given more than once",
    SH.NodeKindConstraintComponent: "{property} has {value}, where {wanted} is expected",
    SH.ClassConstraintComponent: "{property} points to {value}, which is not described as {wanted}",
    SH.DatatypeConstraintComponent: "{property} has {value}, which is not of type {wanted}",
    SH.OrConstraintComponent: "{property} has {value}, which is neither a date, a year, a month nor a moment",
    SH.InConstraintComponent: "{property} has {value}, which is not in the EU vocabulary",
    SH.PatternConstraintComponent: "{property} has {value}, which is not a URI of IANA's media types",
    SH.HasValueConstraintComponent: "{property} does not name {wanted}",
    SH.NodeConstraintComponent: "{property} has {value}, which lacks what the regulation on high-value data asks",
}


@dataclass(frozen=True)
class ShaclResult:
    """One finding: where, about which property, how bad (``violation`` or ``warning``), and a sentence."""

    focus: str
    property: str
    value: str | None
    severity: str
    component: str
    message: str

    def __str__(self) -> str:
        return f"{self.focus}: {self.message}"


class ShaclReport(NamedTuple):
    """Whether the RDF conforms (warnings don't count), and all findings."""

    conforms: bool
    results: list[ShaclResult]

    @property
    def violations(self) -> list[ShaclResult]:
        """Findings without which the RDF would conform."""
        return [result for result in self.results if result.severity == "violation"]

    @property
    def warnings(self) -> list[ShaclResult]:
        """What is recommended and not there."""
        return [result for result in self.results if result.severity == "warning"]


def validate(graph: Graph) -> ShaclReport:
    """Validate RDF against the tables; the graph is not changed and nothing is fetched.

    :param graph: one dataset, or a catalogue with its datasets
    """
    import pyshacl  # a third of a second of start-up, which only validation needs

    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes(), inference="none", allow_warnings=True)
    results = sorted(_results(report), key=str)
    return ShaclReport(not any(result.severity == "violation" for result in results), results)


def uri(curie: str) -> URIRef:
    """Expand ``dct:title``; KeyError for an unknown prefix."""
    prefix, _, name = curie.partition(":")
    return URIRef(PREFIXES[prefix] + name)


def short(node: Any) -> str:
    """Write a node so that a person can read it: ``dct:title``, a quoted text, or the address."""
    if isinstance(node, Literal):
        return f"“{str(node)[:80]}”"
    text = str(node)
    for prefix, namespace in PREFIXES.items():
        if text.startswith(namespace) and "/" not in text[len(namespace) :]:
            return f"{prefix}:{text[len(namespace) :]}"
    return "an unnamed node" if isinstance(node, BNode) else text


def table(name: str) -> list[dict[str, str]]:
    """Rows of one of the tables in ``shapes/``."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@lru_cache(maxsize=1)
def shapes() -> Graph:
    """The shapes graph built from the tables; ``ckan kielce catalogue shapes`` prints it as Turtle."""
    graph = Graph()
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace, replace=True)
    graph.bind("sh", SH)
    excluded = {(row["class"], row["property"], row["constraint"]) for row in table("exclusions")}
    for row in table("dcat-ap-3.0.1"):
        _add_row(graph, row, excluded)
    for row in table("vocabularies"):
        _add_vocabulary(graph, row)
    for row in table("recommended"):
        node = _property(graph, row["class"], row["property"], SH.Warning)
        graph.add((node, SH.minCount, Literal(1)))
    _add_high_value(graph)
    return graph


def _shape(graph: Graph, curie: str) -> URIRef:
    shape = OURS[curie.replace(":", "-")]
    graph.add((shape, RDF.type, SH.NodeShape))
    graph.add((shape, SH.targetClass, uri(curie)))
    return shape


def _property(graph: Graph, class_curie: str, property_curie: str, severity: URIRef) -> URIRef:
    shape = _shape(graph, class_curie)
    # A URI, not a blank node, so that a finding names the very row that it breaks.
    node = URIRef(
        f"{shape}/{property_curie.replace(':', '-')}/{len(list(graph.objects(shape, SH.property)))}"
    )
    graph.add((shape, SH.property, node))
    graph.add((node, SH.path, uri(property_curie)))
    graph.add((node, SH.severity, severity))
    return node


def _add_row(graph: Graph, row: dict[str, str], excluded: set[tuple[str, str, str]]) -> None:
    wanted = {
        key: value
        for key, value in row.items()
        if key not in ("class", "property") and value and (row["class"], row["property"], key) not in excluded
    }
    if not wanted:
        return
    node = _property(graph, row["class"], row["property"], SH.Violation)
    if "min" in wanted:
        graph.add((node, SH.minCount, Literal(int(wanted["min"]))))
    if "max" in wanted:
        graph.add((node, SH.maxCount, Literal(int(wanted["max"]))))
    if "kind" in wanted:
        graph.add((node, SH.nodeKind, KINDS[wanted["kind"]]))
    if "value_class" in wanted:
        graph.add((node, SH["class"], uri(wanted["value_class"])))
    if wanted.get("datatype") == "temporal":
        choices = []
        for datatype in TEMPORAL:
            choice = BNode()
            graph.add((choice, SH.datatype, datatype))
            choices.append(choice)
        graph.add((node, SH["or"], _list(graph, choices)))
    elif "datatype" in wanted:
        graph.add((node, SH.datatype, uri(wanted["datatype"])))


def _list(graph: Graph, items: Sequence[Node]) -> BNode:
    head = BNode()
    Collection(graph, head, list(items))  # type: ignore[arg-type]
    return head


def _add_vocabulary(graph: Graph, row: dict[str, str]) -> None:
    node = _property(graph, row["class"], row["property"], SEVERITIES[row["severity"]])
    if row["vocabulary"] == "iana":
        graph.add((node, SH.pattern, Literal(IANA)))
        return
    graph.add(
        (node, SH["in"], _list(graph, [URIRef(address) for address in sorted(_addresses(row["vocabulary"]))]))
    )


def _addresses(name: str) -> set[str]:
    if name == "formats":
        return {vocabularies.file_type_uri(entry) for entry in vocabularies.load(name)}
    entries = vocabularies.load(name)
    return {str(entry.uri or entry.data.get("url")) for entry in entries}


def _add_high_value(graph: Graph) -> None:
    shape = OURS["high-value"]
    graph.add((shape, RDF.type, SH.NodeShape))
    graph.add((shape, SH.targetSubjectsOf, uri("dcatap:hvdCategory")))
    files = BNode()
    each = OURS["high-value-file"]
    graph.add((shape, SH.property, files))
    graph.add((files, SH.path, uri("dcat:distribution")))
    graph.add((files, SH.node, each))
    graph.add((each, RDF.type, SH.NodeShape))
    for number, row in enumerate(table("high_value")):
        node = URIRef(f"{shape}/{row['property'].replace(':', '-')}/{number}")
        graph.add((shape if row["target"] == "dataset" else each, SH.property, node))
        graph.add((node, SH.path, uri(row["property"])))
        if row["value"]:
            graph.add((node, SH.hasValue, URIRef(row["value"])))
        else:
            graph.add((node, SH.minCount, Literal(1)))


def _results(report: Graph) -> Iterator[ShaclResult]:
    for node in report.objects(None, SH.result):
        component = report.value(node, SH.sourceConstraintComponent)
        path = report.value(node, SH.resultPath)
        value = report.value(node, SH.value)
        source = report.value(node, SH.sourceShape)
        severity = "warning" if report.value(node, SH.resultSeverity) == SH.Warning else "violation"
        template = MESSAGES.get(component, "{property} breaks {component}")  # type: ignore[call-overload]
        yield ShaclResult(
            focus=short(report.value(node, SH.focusNode)),
            property=short(path) if path is not None else "",
            value=None if value is None else short(value),
            severity=severity,
            component=short(component).removeprefix("http://www.w3.org/ns/shacl#"),
            message=template.format(
                property=short(path) if path is not None else "the node",
                value=short(value) if value is not None else "nothing",
                wanted=_wanted(source, component),
                component=short(component),
            ),
        )


def _wanted(source: Node | None, component: Node | None) -> str:
    """What the shape asked for, in words."""
    graph = shapes()
    if component == SH.NodeKindConstraintComponent:
        return (
            "a text" if graph.value(source, SH.nodeKind) == SH.Literal else "an address or a described thing"
        )
    if component == SH.ClassConstraintComponent:
        return short(graph.value(source, SH["class"]))
    if component == SH.DatatypeConstraintComponent:
        return short(graph.value(source, SH.datatype))
    if component == SH.HasValueConstraintComponent:
        return short(graph.value(source, SH.hasValue))
    return ""
