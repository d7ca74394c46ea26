"""What a dataset looks like as DCAT-AP: languages, vocabularies, services, and the verdict of the shapes."""

from __future__ import annotations

import copy
import importlib.util
from pathlib import Path

import pytest
from ckan.tests import factories, helpers
from ckanext.dcat.processors import RDFParser, RDFSerializer
from ckanext.dcat.profiles import DCAT
from ckanext.kielce.catalogue import shacl
from ckanext.kielce.catalogue.dcat import DCATAP
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, SKOS

spec = importlib.util.spec_from_file_location("examples", Path(__file__).parent.parent / "examples.py")
examples = importlib.util.module_from_spec(spec)
spec.loader.exec_module(examples)

PLUGINS = "kielce datastore scheming_datasets dcat structured_data spatial_metadata spatial_query"

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config("ckan.plugins", PLUGINS),
    pytest.mark.usefixtures("with_plugins"),
]
EU = "http://publications.europa.eu/resource/authority"
PROFILE = ["kielce_dcat_ap"]


made = {}


@pytest.fixture
def shown(request, with_plugins):
    """The four examples as package_show gives them, made once for the module."""
    if not made:
        request.getfixturevalue("clean_db")
        request.getfixturevalue("clean_index")
        unit = factories.Organization(name="urzad-miasta", title="Urząd Miasta Kielce")
        for kind in examples.EXAMPLES:
            created = helpers.call_action("package_create", **examples.example(kind, owner_org=unit["id"]))
            made[kind] = helpers.call_action("package_show", id=created["id"])
    return copy.deepcopy(made)


def emit(package):
    serializer = RDFSerializer(profiles=PROFILE)
    return serializer.g, serializer.graph_from_dataset(package)


@pytest.mark.parametrize("kind", sorted(examples.EXAMPLES))
def test_example_passes_the_shapes(shown, kind):
    graph, _ = emit(shown[kind])
    report = shacl.validate(graph)
    assert [str(result) for result in report.violations] == []
    assert report.conforms


def test_both_languages_are_tagged(shown):
    graph, node = emit(shown["dataset"])
    assert set(graph.objects(node, DCTERMS.title)) == {
        Literal("Wydatki miasta", lang="pl"),
        Literal("City spending", lang="en"),
    }
    assert Literal("wydatki miasta", lang="pl") in set(graph.objects(node, DCAT.keyword))


def test_a_missing_translation_leaves_no_empty_text(shown):
    package = shown["dataset"]
    del package["title_en"], package["notes_en"]
    graph, node = emit(package)
    assert [value.language for value in graph.objects(node, DCTERMS.title)] == ["pl"]
    assert all(str(value).strip() for value in graph.objects(None, DCTERMS.title))


def test_codes_become_eu_uris_with_class_and_label(shown):
    graph, node = emit(shown["dataset"])
    monthly = URIRef(f"{EU}/frequency/MONTHLY")
    assert graph.value(node, DCTERMS.accrualPeriodicity) == monthly
    assert (monthly, RDF.type, DCTERMS.Frequency) in graph
    assert Literal("co miesiąc", lang="pl") in set(graph.objects(monthly, SKOS.prefLabel))
    formats = {str(value) for value in graph.objects(None, DCTERMS.format)}
    assert formats == {f"{EU}/file-type/CSV", f"{EU}/file-type/XLSX"}
    media = {str(value) for value in graph.objects(None, DCAT.mediaType)}
    assert "http://www.iana.org/assignments/media-types/text/csv" in media
    assert {str(value) for value in graph.objects(None, DCTERMS.license)} == {f"{EU}/licence/CC_BY_4_0"}


def test_publisher_and_contact_follow_from_the_unit(shown):
    package = shown["live_feed"]
    package["contact"] = []
    graph, node = emit(package)
    publisher = graph.value(node, DCTERMS.publisher)
    names = {
        (value.language, str(value))
        for value in graph.objects(publisher, URIRef("http://xmlns.com/foaf/0.1/name"))
    }
    assert names == {("pl", "Urząd Miasta Kielce"), ("en", "Kielce City Hall")}
    mail = graph.value(
        graph.value(node, DCAT.contactPoint), URIRef("http://www.w3.org/2006/vcard/ns#hasEmail")
    )
    assert str(mail) == "mailto:dane@um-kielce.example"


def test_a_layer_has_services_area_and_systems(shown):
    graph, node = emit(shown["spatial_layer"])
    services = set(graph.subjects(RDF.type, DCAT.DataService))
    assert {str(graph.value(service, DCAT.endpointURL)) for service in services} == {
        "https://msip.kielce.example/wfs",
        "https://msip.kielce.example/wms",
    }
    assert all(graph.value(service, DCAT.servesDataset) == node for service in services)
    systems = {str(value) for value in graph.objects(node, DCTERMS.conformsTo)}
    assert "http://www.opengis.net/def/crs/EPSG/0/2178" in systems
    kielce = URIRef("https://sws.geonames.org/769250/")
    assert kielce in set(graph.objects(node, DCTERMS.spatial))
    assert "POLYGON" in str(graph.value(kielce, DCAT.bbox))
    assert str(graph.value(kielce, DCTERMS.identifier)) == "TERYT 2661011"


def test_high_value_data_name_the_regulation_everywhere(shown):
    graph, node = emit(shown["spatial_layer"])
    regulation = URIRef("http://data.europa.eu/eli/reg_impl/2023/138/oj")
    for part in (node, *graph.objects(node, DCAT.distribution)):
        assert regulation in set(graph.objects(part, DCATAP.applicableLegislation))


def test_sample_data_says_so_in_the_rdf(shown):
    graph, node = emit(shown["dataset"] | {"sample_data": True})
    texts = {value.language: str(value) for value in graph.objects(node, DCTERMS.description)}
    assert "Dane przykładowe" in texts["pl"] and "Sample data" in texts["en"]


def test_emitting_does_not_change_the_dataset(shown):
    package = shown["spatial_layer"]
    before = copy.deepcopy(package)
    emit(package)
    assert package == before


BROKEN = [
    ("title", lambda g, n: g.remove((n, DCTERMS.title, None)), "dct:title is missing"),
    (
        "two publishers",
        lambda g, n: g.add((n, DCTERMS.publisher, Literal("ktoś"))),
        "dct:publisher is given more than once",
    ),
    ("rhythm", lambda g, n: g.set((n, DCTERMS.accrualPeriodicity, Literal("co miesiąc"))), "an address"),
    (
        "unknown rhythm",
        lambda g, n: g.set((n, DCTERMS.accrualPeriodicity, URIRef("http://example.org/monthly"))),
        "not in the EU vocabulary",
    ),
    ("date", lambda g, n: g.set((n, DCTERMS.issued, Literal("wczoraj"))), "neither a date"),
    (
        "file without address",
        lambda g, n: g.remove((next(g.objects(n, DCAT.distribution)), DCAT.accessURL, None)),
        "dcat:accessURL is missing",
    ),
    (
        "media type",
        lambda g, n: g.set((next(g.objects(n, DCAT.distribution)), DCAT.mediaType, Literal("csv"))),
        "IANA",
    ),
    (
        "high value without the regulation",
        lambda g, n: g.add((n, DCATAP.hvdCategory, URIRef("http://data.europa.eu/bna/c_e1da4e07"))),
        "dcatap:applicableLegislation does not name",
    ),
]


@pytest.mark.parametrize(("what", "breaking", "words"), BROKEN, ids=[case[0] for case in BROKEN])
def test_broken_rdf_fails_with_a_sentence(shown, what, breaking, words):
    graph, node = emit(shown["dataset"])
    breaking(graph, node)
    report = shacl.validate(graph)
    assert not report.conforms
    assert any(words in str(result) for result in report.violations), [
        str(result) for result in report.violations
    ]


def test_recommendations_are_warnings_only(shown):
    graph, node = emit(shown["dataset"])
    graph.remove((node, DCAT.keyword, None))
    report = shacl.validate(graph)
    assert report.conforms
    assert any(result.property == "dcat:keyword" for result in report.warnings)


def test_catalogue_passes_the_shapes(shown, app):
    answer = app.get("/catalog.ttl")
    assert answer.status_code == 200
    graph = Graph().parse(data=answer.body, format="turtle")
    report = shacl.validate(graph)
    assert [str(result) for result in report.violations] == []
    catalogue = next(graph.subjects(RDF.type, DCAT.Catalog))
    assert {str(value) for value in graph.objects(catalogue, DCTERMS.language)} == {
        f"{EU}/language/POL",
        f"{EU}/language/ENG",
    }


def test_the_dataset_page_offers_rdf(shown, app):
    for ending in ("ttl", "xml", "jsonld"):
        assert app.get(f"/dataset/{shown['dataset']['name']}.{ending}").status_code == 200
    for package in shown.values():
        answer = app.get(f"/dataset/{package['name']}.ttl")
        assert (
            len(list(Graph().parse(data=answer.body, format="turtle").subjects(RDF.type, DCAT.Dataset))) == 1
        )


def test_reading_rdf_keeps_both_languages(shown):
    graph, _ = emit(shown["dataset"])
    parser = RDFParser(profiles=PROFILE)
    parser.parse(graph.serialize(format="turtle"), _format="turtle")
    (package,) = parser.datasets()
    assert (package["title"], package["title_en"]) == ("Wydatki miasta", "City spending")
    assert package["resources"][0]["name"]
