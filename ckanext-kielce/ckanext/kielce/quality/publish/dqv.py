"""RDF profile ``kielce_dqv``: the scores of a dataset in the Data Quality Vocabulary, beside its DCAT.

Used as one more profile of ckanext-dcat (``ckanext.dcat.rdf.profiles = … kielce_dqv``). M is computed on the RDF without
this profile: a score that were part of what is scored would never come to rest.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml
from ckanext.dcat.profiles import RDFProfile
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCTERMS, PROV, RDF, SKOS, XSD

from .. import presentation, store
from ..domain import sentences
from ..domain.model import Deduction
from . import links

DQV = Namespace("http://www.w3.org/ns/dqv#")
OA = Namespace("http://www.w3.org/ns/oa#")
#: Vocabulary of data.europa.eu's own measurements; the names of its metrics are those of the MQA.
PV = Namespace("https://piveau.eu/ns/voc#")
#: Findings that are told, the ones that cost most first.
MOST_FINDINGS = 20


@cache
def table() -> dict[str, Any]:
    """Metrics and dimensions of the portal's own, by code."""
    found: dict[str, Any] = yaml.safe_load(
        Path(__file__).with_name("metrics.yaml").read_text(encoding="utf-8")
    )
    return found


def metric_uri(code: str) -> URIRef:
    """URI of a metric of ours; its page explains it."""
    return URIRef(links.site(f"/quality/metrics#{code}"))


def dimension_uri(code: str) -> URIRef:
    """URI of a dimension of ours."""
    return URIRef(links.site(f"/quality/metrics#dimension-{code}"))


def definitions() -> Graph:
    """The metrics and dimensions, defined: what the URIs of ``metric_uri`` lead to."""
    graph = Graph()
    for prefix, namespace in (("dqv", DQV), ("skos", SKOS), ("pv", PV)):
        graph.bind(prefix, namespace)
    for code, names in table()["dimensions"].items():
        node = dimension_uri(code)
        graph.add((node, RDF.type, DQV.Dimension))
        for lang in ("pl", "en"):
            graph.add((node, SKOS.prefLabel, Literal(names[lang], lang=lang)))
    for code in table()["metrics"]:
        _define(graph, code)
    return graph


def _define(graph: Graph, code: str) -> None:
    metric, node = table()["metrics"][code], metric_uri(code)
    graph.add((node, RDF.type, DQV.Metric))
    graph.add((node, DQV.inDimension, dimension_uri(metric["dimension"])))
    graph.add((node, DQV.expectedDataType, XSD[metric["type"]]))
    for lang in ("pl", "en"):
        label, definition = metric[lang]
        graph.add((node, SKOS.prefLabel, Literal(label, lang=lang)))
        graph.add((node, SKOS.definition, Literal(definition, lang=lang)))


class KielceDqvProfile(RDFProfile):
    """Measurements and findings of a dataset that has a public score."""

    def graph_from_dataset(self, dataset_dict: dict[str, Any], dataset_ref: URIRef) -> None:
        """Add ``dqv:QualityMeasurement`` and ``dqv:QualityAnnotation`` nodes."""
        score = store.score_of(dataset_dict["id"]) if dataset_dict.get("id") else None
        if score is None or score.withheld or dataset_dict.get("private"):
            return
        for prefix, namespace in (("dqv", DQV), ("oa", OA), ("pv", PV)):
            self.g.bind(prefix, namespace)
        at = Literal(score.scored_at.isoformat(), datatype=XSD.dateTime)
        values = {
            "index": score.quality_index,
            "grade": score.grade,
            "metadata": score.metadata_points,
            "freshness": score.freshness_points,
            "content": score.content_points,
            "coverage": score.coverage,
            "status": store.status_now(score),
        }
        for code, value in values.items():
            if value is not None:
                datatype = URIRef(f"{XSD}{table()['metrics'][code]['type']}")
                self._measure(dataset_ref, code, metric_uri(code), Literal(value, datatype=datatype), at)
                _define(self.g, code)
        for metric in (score.mqa or {}).get("metrics", ()):
            if metric["measured"]:
                points = Literal(metric["points"], datatype=XSD.integer)
                self._measure(dataset_ref, f"mqa-{metric['name']}", PV[metric["name"]], points, at)
                self.g.add((PV[metric["name"]], RDF.type, DQV.Metric))
                self.g.add((PV[metric["name"]], DQV.inDimension, PV[metric["dimension"]]))
        deductions = presentation.present(score).deductions
        for place, item in enumerate(deductions[:MOST_FINDINGS], 1):
            self._annotate(dataset_ref, place, item, at)

    def _measure(self, dataset: URIRef, code: str, metric: URIRef, value: Literal, at: Literal) -> None:
        node = URIRef(f"{dataset}#measured-{code}")
        self.g.add((dataset, DQV.hasQualityMeasurement, node))
        self.g.add((node, RDF.type, DQV.QualityMeasurement))
        self.g.add((node, DQV.isMeasurementOf, metric))
        self.g.add((node, DQV.computedOn, dataset))
        self.g.add((node, DQV.value, value))
        self.g.add((node, PROV.generatedAtTime, at))

    def _annotate(self, dataset: URIRef, place: int, item: Deduction, at: Literal) -> None:
        """A finding: what was seen and what would mend it, in both languages."""
        node = URIRef(f"{dataset}#finding-{place}-{item.code}")
        self.g.add((dataset, DQV.hasQualityAnnotation, node))
        self.g.add((node, RDF.type, DQV.QualityAnnotation))
        self.g.add((node, OA.hasTarget, dataset))
        self.g.add((node, OA.motivatedBy, DQV.qualityAssessment))
        self.g.add((node, PROV.generatedAtTime, at))
        dimension = {"M": "metadata", "F": "freshness", "C": "content"}[item.component]
        self.g.add((node, DQV.inDimension, dimension_uri(dimension)))
        for lang in ("pl", "en"):
            seen, remedy = sentences.explain(item, lang)
            body = URIRef(f"{node}-{lang}")
            self.g.add((node, OA.hasBody, body))
            self.g.add((body, RDF.type, OA.TextualBody))
            self.g.add((body, RDF.value, Literal(f"{seen} {remedy}".strip(), lang=lang)))
            self.g.add((body, DCTERMS.format, Literal("text/plain")))
