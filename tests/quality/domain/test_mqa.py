"""M: the EU's 405 points on a graph."""

import pytest
from ckanext.kielce.quality.domain.mqa import assess_mqa, band, score_metadata
from ckanext.kielce.quality.domain.rules import MQA_METRICS
from rdflib import DCTERMS, RDF, BNode, Graph, Literal, URIRef, namespace

DATASET = URIRef("https://dane.kielce.eu/dataset/pasazerowie")
FILE = URIRef("https://dane.kielce.eu/dataset/pasazerowie/resource/1")
AUTHORITY = "http://publications.europa.eu/resource/authority/"
PAGE, DOWNLOAD = "https://dane.kielce.eu/p", "https://dane.kielce.eu/p.csv"
LINKS = {PAGE: 200, DOWNLOAD: 200}


def complete():
    graph = Graph()
    for triple in (
        (DATASET, RDF.type, namespace.DCAT.Dataset),
        (DATASET, namespace.DCAT.keyword, Literal("autobusy")),
        (DATASET, namespace.DCAT.theme, URIRef(AUTHORITY + "data-theme/TRAN")),
        (DATASET, DCTERMS.spatial, BNode()),
        (DATASET, DCTERMS.temporal, BNode()),
        (DATASET, DCTERMS.accessRights, URIRef(AUTHORITY + "access-right/PUBLIC")),
        (DATASET, namespace.DCAT.contactPoint, BNode()),
        (DATASET, DCTERMS.publisher, BNode()),
        (DATASET, DCTERMS.issued, Literal("2026-01-01")),
        (DATASET, DCTERMS.modified, Literal("2026-02-01")),
        (DATASET, namespace.DCAT.distribution, FILE),
        (FILE, RDF.type, namespace.DCAT.Distribution),
        (FILE, namespace.DCAT.accessURL, URIRef(PAGE)),
        (FILE, namespace.DCAT.downloadURL, URIRef(DOWNLOAD)),
        (FILE, DCTERMS["format"], URIRef(AUTHORITY + "file-type/CSV")),
        (FILE, namespace.DCAT.mediaType, URIRef("http://www.iana.org/assignments/media-types/text/csv")),
        (FILE, DCTERMS.license, URIRef(AUTHORITY + "licence/CC_BY_4_0")),
        (FILE, DCTERMS.rights, BNode()),
        (FILE, namespace.DCAT.byteSize, Literal(1000)),
    ):
        graph.add(triple)
    return graph


def points(graph, **more):
    known = {"links": LINKS, "shacl_valid": True}
    return assess_mqa(graph, DATASET, **(known | more)).points


def test_the_table_sums_up_as_the_eu_says():
    by_dimension = {}
    for metric in MQA_METRICS:
        by_dimension[metric.dimension] = by_dimension.get(metric.dimension, 0) + metric.points
    assert by_dimension == {
        "findability": 100,
        "accessibility": 100,
        "interoperability": 110,
        "reusability": 75,
        "contextuality": 20,
    }


def test_a_complete_description_earns_405():
    assert points(complete()) == 405
    assert score_metadata(
        assess_mqa(complete(), links=LINKS, shacl_valid=True)
    ).component.score == pytest.approx(100)


@pytest.mark.parametrize(
    ("subject", "predicate", "lost"),
    [
        (DATASET, namespace.DCAT.keyword, 30),
        (DATASET, namespace.DCAT.theme, 30),
        (DATASET, DCTERMS.spatial, 20),
        (DATASET, DCTERMS.temporal, 20),
        (FILE, namespace.DCAT.accessURL, 50),
        (FILE, namespace.DCAT.downloadURL, 20 + 30),
        (FILE, DCTERMS["format"], 20 + 10 + 20 + 20),
        (FILE, namespace.DCAT.mediaType, 10 + 10),
        (FILE, DCTERMS.license, 20 + 10),
        (DATASET, DCTERMS.accessRights, 10 + 5),
        (DATASET, namespace.DCAT.contactPoint, 20),
        (DATASET, DCTERMS.publisher, 10),
        (FILE, DCTERMS.rights, 5),
        (FILE, namespace.DCAT.byteSize, 5),
        (DATASET, DCTERMS.issued, 5),
        (DATASET, DCTERMS.modified, 5),
    ],
)
def test_each_missing_statement_costs_its_points(subject, predicate, lost):
    graph = complete()
    graph.remove((subject, predicate, None))
    assert points(graph) == 405 - lost


def test_links_and_shapes_come_in_from_outside():
    assert points(complete(), links={PAGE: 404, DOWNLOAD: 200}) == 355
    assert points(complete(), links={PAGE: 301, DOWNLOAD: 500}) == 375
    assert points(complete(), shacl_valid=False) == 375


def test_what_is_not_checked_earns_nothing_and_lowers_the_coverage():
    result = assess_mqa(complete(), links={}, shacl_valid=None)
    assert result.points == 405 - 50 - 30 - 30
    unmeasured = {metric.name for metric in result.metrics if not metric.measured}
    assert unmeasured == {"accessUrlStatusCode", "downloadUrlStatusCode", "dcatApCompliance"}
    component = score_metadata(result).component
    assert component.score == pytest.approx(100 * 295 / 405)
    assert component.coverage == pytest.approx(295 / 405)


@pytest.mark.parametrize(
    ("code", "lost"), [("PDF", 40), ("XLSX", 20), ("SHP", 20), ("TXT", 20), ("GEOJSON", 0), ("XML", 0)]
)
def test_open_and_machine_readable_as_the_eu_lists_them(code, lost):
    graph = complete()
    graph.set((FILE, DCTERMS["format"], URIRef(f"{AUTHORITY}file-type/{code}")))
    assert points(graph) == 405 - lost


def test_a_free_text_format_is_present_but_not_from_the_vocabulary():
    graph = complete()
    graph.set((FILE, DCTERMS["format"], Literal("csv")))
    assert points(graph) == 395


def test_the_best_single_distribution_counts_and_the_dataset_fills_its_gaps():
    graph = complete()
    other = URIRef("https://dane.kielce.eu/dataset/pasazerowie/resource/0")
    graph.add((DATASET, namespace.DCAT.distribution, other))
    graph.add((other, DCTERMS.rights, BNode()))
    graph.remove((FILE, DCTERMS.rights, None))
    # The two distributions aren't added up: the better one has no statement of rights.
    assert points(graph) == 400
    graph.add((DATASET, DCTERMS.rights, BNode()))
    assert points(graph) == 405


def test_without_files_only_the_dataset_earns():
    graph = complete()
    graph.remove((DATASET, namespace.DCAT.distribution, None))
    # keyword, theme, place, time; shapes; access rights, contact, publisher; both dates
    assert points(graph) == 100 + 30 + 10 + 5 + 20 + 10 + 10


def test_which_dataset_is_meant_must_be_clear():
    with pytest.raises(ValueError, match="0 datasets"):
        assess_mqa(Graph())


@pytest.mark.parametrize(
    ("sum_", "name"),
    [
        (405, "excellent"),
        (351, "excellent"),
        (350, "good"),
        (221, "good"),
        (220, "sufficient"),
        (121, "sufficient"),
        (120, "bad"),
        (0, "bad"),
    ],
)
def test_bands(sum_, name):
    assert band(sum_) == name
