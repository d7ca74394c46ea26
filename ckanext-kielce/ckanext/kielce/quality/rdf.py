"""M on the RDF that the portal really emits.

The RDF is emitted in-process by ckanext-dcat with the profiles the portal is configured with; without that plugin M isn't
measured. Emitting and validating cost about 70 ms, so the result is kept by the hash of the dataset's dict (same
dict, same RDF) and the outcome of the validation by the hash of the RDF.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib import import_module
from typing import Any

from ckan.plugins import plugin_loaded
from ckan.plugins import toolkit as tk
from rdflib import BNode, Graph, URIRef
from rdflib.term import Node

from .domain.model import DatasetEvidence, MetricScore, MqaResult
from .domain.mqa import assess_mqa
from .domain.rules import RULES

log = logging.getLogger(__name__)

#: Keys of a dataset's dict that may change without a change of what it says.
PASSING_KEYS = frozenset({"quality", "tracking_summary", "metadata_modified", "num_resources", "num_tags"})
#: The profile that adds our own scores.
SCORES_PROFILE = "kielce_dqv"
METRIC_FIELDS = tuple(field.name for field in fields(MetricScore))
SHAPES_MODULE = "ckanext.kielce.catalogue.shacl"


@dataclass(frozen=True)
class Measured:
    """Points of a dataset's metadata with what they were computed on, as the score keeps it."""

    result: MqaResult | None
    source_hash: str | None = None
    rdf_hash: str | None = None
    shacl_valid: bool | None = None

    def as_json(self) -> dict[str, Any]:
        """Plain data for the column ``mqa``."""
        if self.result is None:
            return {}
        return {
            "shacl_valid": self.shacl_valid,
            "metrics": [
                {name: getattr(metric, name) for name in METRIC_FIELDS} for metric in self.result.metrics
            ],
        }


def measure(package: dict[str, Any], links: Mapping[str, int], previous: Any | None) -> Measured:
    """Points of a dataset's metadata.

    :param package: dataset dict as ``package_show`` gives it
    :param links: last HTTP status by address
    :param previous: the score so far, whose outcome is used again while nothing changed
    """
    if not plugin_loaded("dcat"):
        return Measured(None)
    source = source_hash(package, links)
    if previous is not None and previous.source_hash == source and previous.mqa:
        kept = MqaResult(tuple(MetricScore(**metric) for metric in previous.mqa["metrics"]))
        return Measured(kept, source, previous.rdf_hash, previous.mqa["shacl_valid"])
    graph, node = emit(package)
    rdf = graph_hash(graph)
    known = previous is not None and previous.rdf_hash == rdf and previous.mqa
    valid = previous.mqa["shacl_valid"] if previous is not None and known else validate(graph)
    return Measured(assess_mqa(graph, node, links=links, shacl_valid=valid), source, rdf, valid)


def emit(package: dict[str, Any]) -> tuple[Graph, URIRef]:
    """The dataset's RDF and its node in it, by ckanext-dcat; without the profile that tells the scores themselves."""
    processors = import_module("ckanext.dcat.processors")
    configured = tk.aslist(tk.config.get("ckanext.dcat.rdf.profiles"))
    profiles = [name for name in configured if name != SCORES_PROFILE]
    serializer = processors.RDFSerializer(profiles=profiles or None)
    node = serializer.graph_from_dataset(json.loads(json.dumps(package)))
    return serializer.g, node


def validate(graph: Graph) -> bool | None:
    """Whether the RDF passes the DCAT-AP shapes; None where the shapes aren't installed."""
    try:
        shapes = import_module(SHAPES_MODULE)
    except ModuleNotFoundError:
        return None
    conforms, report = shapes.validate(graph)
    if not conforms:
        log.info("RDF doesn't pass the DCAT-AP shapes: %s", str(report)[:500])
    return bool(conforms)


def source_hash(package: dict[str, Any], links: Mapping[str, int]) -> str:
    """Hash of everything that the points depend on: dict, link states, profiles, rules."""
    said = {key: value for key, value in package.items() if key not in PASSING_KEYS}
    profiles = tk.config.get("ckanext.dcat.rdf.profiles")
    whole = [
        said,
        sorted(links.items()),
        profiles,
        tk.config.get("ckan.site_url"),
        RULES.version,
        plugin_loaded("kielce"),
    ]
    return hashlib.sha256(json.dumps(_ordered(whole), default=str).encode()).hexdigest()


def _ordered(value: Any) -> Any:
    """Dicts as sorted pairs: keys from other plugins need not be texts, which ``sort_keys`` can't order."""
    if isinstance(value, Mapping):
        return sorted(([str(key), _ordered(item)] for key, item in value.items()), key=lambda pair: pair[0])
    if isinstance(value, (list, tuple)):
        return [_ordered(item) for item in value]
    return value


def graph_hash(graph: Graph) -> str:
    """Hash of a graph, blind to the names of its blank nodes and the order of its triples."""
    names: dict[Node, str] = {}

    def name(node: Node, path: tuple[Node, ...]) -> str:
        if not isinstance(node, BNode):
            return node.n3()
        if node in path:
            return "_:cycle"
        if node not in names:
            lines = sorted(
                f"{predicate.n3()} {name(value, (*path, node))}"
                for predicate, value in graph.predicate_objects(node)
            )
            names[node] = "_:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()
        return names[node]

    lines = sorted(f"{name(s, ())} {p.n3()} {name(o, ())}" for s, p, o in graph)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def link_statuses(package: dict[str, Any], evidence: DatasetEvidence) -> dict[str, int]:
    """Last HTTP status by address, of every address that the RDF may name.

    Files that the portal serves itself answer while the portal does. A down link without an answer is 599.
    """
    statuses: dict[str, int] = {}
    site = tk.config["ckan.site_url"].rstrip("/") + "/"
    known = {item.resource_id: item for item in evidence.resources}
    for resource in package["resources"]:
        item = known.get(resource["id"])
        status = None
        if item is not None and item.link == "up":
            status = item.link_status or 200
        elif item is not None and item.link == "down":
            status = item.link_status if item.link_status and item.link_status >= 400 else 599
        url = resource.get("url")
        if url and status is not None:
            statuses[url] = status
        for key in ("access_url", "download_url"):
            other = resource.get(key)
            if other and other not in statuses and other.startswith(site):
                statuses[other] = 200
    return statuses
