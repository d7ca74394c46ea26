"""M, metadata: the points of the EU's Metadata Quality Assessment (MQA), computed on the RDF a portal emits.

405 points over five dimensions. A metric of the dataset and the same metric of a distribution merge by maximum; of
several distributions the best single one counts. What needs the network or a validator comes in as an argument.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from rdflib import DCAT, DCTERMS, RDF, Graph, Literal, URIRef
from rdflib.term import Node

from .model import ComponentCode, MetricScore, MqaResult, Part, PartState
from .parts import Scored, score_parts
from .rules import MQA_METRICS, RULES, Rules

FILE_TYPES = "http://publications.europa.eu/resource/authority/file-type/"
ACCESS_RIGHTS = "http://publications.europa.eu/resource/authority/access-right/"
LICENCES = "http://publications.europa.eu/resource/authority/licence/"
MEDIA_TYPES = (
    "http://www.iana.org/assignments/media-types/",
    "https://www.iana.org/assignments/media-types/",
)

KNOWN_LICENCE_PREFIXES = (
    LICENCES,
    "http://creativecommons.org/licenses/",
    "https://creativecommons.org/licenses/",
    "http://creativecommons.org/publicdomain/",
    "https://creativecommons.org/publicdomain/",
    "http://www.opendefinition.org/licenses/",
    "http://opendatacommons.org/licenses/",
    "https://opendatacommons.org/licenses/",
)
"""Beginnings of the addresses that count as known licences."""

NON_PROPRIETARY: frozenset[str] = frozenset(
    {
        *("BMP", "CSV", "DBF", "GEOJSON", "GZIP", "HTML", "ICS", "JPEG2000", "JSON", "JSON_LD", "KML", "KMZ"),
        *("NETCDF", "ODS", "PNG", "RDF_N_QUADS", "RDF_N_TRIPLES", "RDF_TRIG", "RDF_TURTLE", "RDF_XML", "RSS"),
        *("RTF", "TAR", "TIFF", "TSV", "TXT", "WMS_SRVC", "XML", "ZIP"),
    }
)
"""EU file types on data.europa.eu's list edp-non-proprietary-format (no GML or GeoPackage there: not our choice)."""

MACHINE_READABLE: frozenset[str] = frozenset(
    {
        *("CSV", "GEOJSON", "ICS", "JSON", "JSON_LD", "KML", "KMZ", "NETCDF", "ODS", "RDFA", "RDF_N_QUADS"),
        *("RDF_N_TRIPLES", "RDF_TRIG", "RDF_TURTLE", "RDF_XML", "RSS", "SHP", "XLS", "XLSX", "XML"),
    }
)
"""EU file types on data.europa.eu's list edp-machine-readable-format."""


@dataclass(frozen=True, slots=True)
class LinkStatuses:
    """Last HTTP status by address; an address that isn't there hasn't been checked."""

    by_url: Mapping[str, int]

    def ok(self, urls: Collection[str]) -> bool | None:
        """Whether any address answers (2xx or 3xx); None while none of them has been checked."""
        known = [self.by_url[url] for url in urls if url in self.by_url]
        return any(200 <= status < 400 for status in known) if known else None


def _texts(graph: Graph, subject: Node, *predicates: URIRef) -> list[str]:
    return [
        str(value)
        for predicate in predicates
        for value in graph.objects(subject, predicate)
        if str(value).strip()
    ]


def _has(graph: Graph, subject: Node, *predicates: URIRef) -> bool:
    return bool(_texts(graph, subject, *predicates))


def _code(graph: Graph, distribution: Node) -> str | None:
    """Return the EU file-type code of a distribution, from its URI or its label."""
    for value in graph.objects(distribution, DCTERMS["format"]):
        text = str(value)
        if text.startswith(FILE_TYPES):
            return text[len(FILE_TYPES) :]
        labels = [str(label) for label in graph.objects(value, None) if isinstance(label, Literal)]
        if labels or isinstance(value, Literal):
            return (labels[0] if labels else text).strip().upper()
    return None


def _media_aligned(graph: Graph, distribution: Node) -> bool:
    return any(text.startswith(MEDIA_TYPES) for text in _texts(graph, distribution, DCAT.mediaType))


def _licences(graph: Graph, subject: Node) -> list[str]:
    return _texts(graph, subject, DCTERMS.license)


def _known_licence(graph: Graph, subject: Node) -> bool:
    return any(text.startswith(KNOWN_LICENCE_PREFIXES) for text in _licences(graph, subject))


def _dataset_metrics(graph: Graph, dataset: Node) -> dict[str, bool | None]:
    rights = _texts(graph, dataset, DCTERMS.accessRights)
    return {
        "keywordAvailability": _has(graph, dataset, DCAT.keyword),
        "categoryAvailability": _has(graph, dataset, DCAT.theme),
        "spatialAvailability": _has(graph, dataset, DCTERMS.spatial),
        "temporalAvailability": _has(graph, dataset, DCTERMS.temporal),
        "licenceAvailability": bool(_licences(graph, dataset)),
        "knownLicence": _known_licence(graph, dataset),
        "accessRightsAvailability": bool(rights),
        "accessRightsVocabularyAlignment": any(text.startswith(ACCESS_RIGHTS) for text in rights),
        "contactPointAvailability": _has(graph, dataset, DCAT.contactPoint),
        "publisherAvailability": _has(graph, dataset, DCTERMS.publisher),
        "rightsAvailability": _has(graph, dataset, DCTERMS.rights),
        "dateIssuedAvailability": _has(graph, dataset, DCTERMS.issued),
        "dateModifiedAvailability": _has(graph, dataset, DCTERMS.modified),
    }


def _distribution_metrics(graph: Graph, distribution: Node, links: LinkStatuses) -> dict[str, bool | None]:
    access = _texts(graph, distribution, DCAT.accessURL)
    download = _texts(graph, distribution, DCAT.downloadURL)
    code = _code(graph, distribution)
    in_vocabulary = any(
        text.startswith(FILE_TYPES) for text in _texts(graph, distribution, DCTERMS["format"])
    )
    return {
        "accessUrlStatusCode": links.ok(access) if access else False,
        "downloadUrlAvailability": bool(download),
        "downloadUrlStatusCode": links.ok(download) if download else False,
        "formatAvailability": _has(graph, distribution, DCTERMS["format"]),
        "mediaTypeAvailability": _has(graph, distribution, DCAT.mediaType),
        "formatMediaTypeVocabularyAlignment": in_vocabulary and _media_aligned(graph, distribution),
        "formatMediaTypeNonProprietary": code in NON_PROPRIETARY,
        "formatMediaTypeMachineInterpretable": code in MACHINE_READABLE,
        "licenceAvailability": bool(_licences(graph, distribution)),
        "knownLicence": _known_licence(graph, distribution),
        "rightsAvailability": _has(graph, distribution, DCTERMS.rights),
        "byteSizeAvailability": _has(graph, distribution, DCAT.byteSize),
        "dateIssuedAvailability": _has(graph, distribution, DCTERMS.issued),
        "dateModifiedAvailability": _has(graph, distribution, DCTERMS.modified),
    }


def _merge(first: dict[str, bool | None], second: dict[str, bool | None]) -> dict[str, bool | None]:
    """Merge by maximum: yes beats no and not known."""
    return {
        name: first.get(name) or second.get(name) or first.get(name, second.get(name))
        for name in first | second
    }


def _points(values: Mapping[str, bool | None]) -> int:
    return sum(metric.points for metric in MQA_METRICS if values.get(metric.name))


def assess_mqa(
    graph: Graph,
    dataset: URIRef | None = None,
    *,
    links: Mapping[str, int] | None = None,
    shacl_valid: bool | None = None,
) -> MqaResult:
    """Return the points of one dataset in a graph.

    `dataset`: its node; without it the only dcat:Dataset in the graph. `links`: last HTTP status by address.
    `shacl_valid`: whether the RDF passes the DCAT-AP shapes; None: not validated. Raises ValueError where the graph
    doesn't hold exactly one dataset and none is named.
    """
    node: Node
    if dataset is None:
        found = list(graph.subjects(RDF.type, DCAT.Dataset))
        if len(found) != 1:
            raise ValueError(f"the graph holds {len(found)} datasets: say which one is meant")
        node = found[0]
    else:
        node = dataset
    statuses = LinkStatuses(links or {})
    own = _dataset_metrics(graph, node)
    own["dcatApCompliance"] = shacl_valid
    candidates = [
        _merge(own, _distribution_metrics(graph, item, statuses))
        for item in graph.objects(node, DCAT.distribution)
    ]
    # A stable choice among equals, whatever the order in which the graph gives its triples.
    best = max(candidates, key=lambda values: (_points(values), str(sorted(values.items()))), default=own)
    return MqaResult(
        tuple(
            MetricScore(
                metric.name,
                metric.dimension,
                metric.points if best.get(metric.name) else 0,
                metric.points,
                measured=best.get(metric.name, False) is not None,
            )
            for metric in MQA_METRICS
        )
    )


def band(points: int, rules: Rules = RULES) -> str:
    """Return the MQA's band of a number of points: excellent, good, sufficient or bad."""
    return next(name for name, least in rules.mqa_bands if points >= least)


def score_metadata(result: MqaResult | None) -> Scored:
    """Return M, 0-100, from the points: metrics not checked yet count 0 as in the EU, but lower the coverage."""
    code: ComponentCode = "M"
    if result is None:
        return score_parts(code, ())
    parts = [
        Part(
            f"mqa.{metric.name}",
            metric.maximum,
            metric.points / metric.maximum if metric.measured else None,
            PartState.MEASURED if metric.measured else PartState.UNMEASURABLE,
            {"points": metric.points, "maximum": metric.maximum},
        )
        for metric in result.metrics
    ]
    return score_parts(code, parts)
