"""With the city's own plugins: the open dataset of the scores, DQV in the RDF, every type of dataset, the dataset's page."""

from __future__ import annotations

import csv
import importlib.util
import io
from pathlib import Path
from typing import Any

import pytest

pytestmark = [
    pytest.mark.ckan,
    pytest.mark.ckan_config(
        "ckan.plugins",
        "kielce kielce_quality kielce_tables kielce_notify datastore scheming_datasets dcat structured_data "
        "spatial_metadata spatial_query",
    ),
    pytest.mark.ckan_config("ckanext.dcat.rdf.profiles", "kielce_dcat_ap kielce_dqv"),
    pytest.mark.usefixtures("city"),
]
_spec = importlib.util.spec_from_file_location(
    "examples", Path(__file__).resolve().parents[3] / "catalogue" / "examples.py"
)
examples = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(examples)


@pytest.fixture
def city(fresh: None, migrate_db_for: Any) -> None:
    for plugin in ("kielce_notify",):
        migrate_db_for(plugin)


@pytest.fixture
def scored(city: None) -> dict[str, dict[str, Any]]:
    """One dataset of each type, scored."""
    from ckan.tests import factories, helpers
    from ckanext.kielce.quality.scoring import score_package

    unit = factories.Organization(name="urzad-miasta", title="Urząd Miasta Kielce")
    found = {}
    for kind in examples.EXAMPLES:
        made = helpers.call_action("package_create", **examples.example(kind, owner_org=unit["id"]))
        score_package(made["id"])
        found[kind] = helpers.call_action("package_show", id=made["id"])
    return found


def test_badges_work_for_every_type_of_dataset(app: Any, scored: dict[str, dict[str, Any]]) -> None:
    for kind, package in scored.items():
        for address in (
            f"/dataset/{package['name']}",
            f"/{kind}/{package['name']}",
            f"/en/dataset/{package['name']}",
        ):
            for name in ("badge.svg", "widget", "changes.atom", "expected.ics", "changes", "follow"):
                assert app.get(f"{address}/{name}").status_code == 200, f"{address}/{name}"


def test_the_dataset_s_page_leads_to_changes_and_following(
    app: Any, scored: dict[str, dict[str, Any]]
) -> None:
    page = app.get(f"/dataset/{scored['dataset']['name']}").body
    assert f"/dataset/{scored['dataset']['name']}/follow" in page
    assert "changes.atom" in page


def test_rdf_with_measurements_and_findings_passes_the_shapes(scored: dict[str, dict[str, Any]]) -> None:
    from ckanext.dcat.processors import RDFSerializer
    from ckanext.kielce.catalogue import shacl
    from ckanext.kielce.quality.publish.dqv import DQV, OA, PV, metric_uri
    from rdflib import RDF

    for package in scored.values():
        serializer = RDFSerializer(profiles=["kielce_dcat_ap", "kielce_dqv"])
        node = serializer.graph_from_dataset(package)
        graph = serializer.g
        report = shacl.validate(graph)
        assert [str(result) for result in report.violations] == []
        measured = list(graph.objects(node, DQV.hasQualityMeasurement))
        metrics = {graph.value(item, DQV.isMeasurementOf) for item in measured}
        assert metric_uri("metadata") in metrics
        assert PV.keywordAvailability in metrics
        for metric in metrics:
            assert (metric, RDF.type, DQV.Metric) in graph
        findings = list(graph.objects(node, DQV.hasQualityAnnotation))
        assert findings
        bodies = list(graph.objects(findings[0], OA.hasBody))
        assert {graph.value(body, RDF.value).language for body in bodies} == {"pl", "en"}


def test_scores_are_not_part_of_what_is_scored(scored: dict[str, dict[str, Any]]) -> None:
    from ckanext.kielce.quality import rdf
    from ckanext.kielce.quality.publish.dqv import DQV

    graph, _node = rdf.emit(scored["dataset"])
    assert not list(graph.subject_objects(DQV.hasQualityMeasurement))


def test_a_withheld_score_is_not_in_the_rdf(scored: dict[str, dict[str, Any]]) -> None:
    from ckan import model
    from ckanext.dcat.processors import RDFSerializer
    from ckanext.kielce.quality.model import Score
    from ckanext.kielce.quality.publish.dqv import DQV

    score = model.Session.get(Score, scored["dataset"]["id"])
    score.withheld = True
    model.Session.commit()
    serializer = RDFSerializer(profiles=["kielce_dcat_ap", "kielce_dqv"])
    serializer.graph_from_dataset(scored["dataset"])
    assert not list(serializer.g.subject_objects(DQV.hasQualityMeasurement))


@pytest.mark.ckan_config("ckanext.kielce.quality.open_dataset", "urzad-miasta/oceny-zbiorow-danych")
def test_the_scores_are_an_open_dataset_that_is_scored_itself(
    act: Any, scored: dict[str, dict[str, Any]]
) -> None:
    first = act("kielce_quality_publish")
    assert (first["created"], first["rows"]) == (True, len(scored))
    package = act("package_show", id=first["id"])
    assert package["frequency"].endswith("DAILY")
    (resource,) = package["resources"]
    act("kielce_quality_observe", id=package["id"])
    again = act("kielce_quality_publish")
    assert (again["created"], again["rows"]) == (False, len(scored) + 1)  # its own score is in it
    assert again["resource_id"] == resource["id"]
    from ckan.lib import uploader

    path = Path(
        uploader.get_resource_uploader(act("resource_show", id=resource["id"])).get_path(resource["id"])
    )
    lines = list(csv.DictReader(io.StringIO(path.read_text()), delimiter=";"))
    assert {line["zbior"] for line in lines} == {*(item["name"] for item in scored.values()), package["name"]}
    table = act("datastore_search", resource_id=resource["id"], limit=100)
    assert table["total"] == len(lines)
    kinds = {field["id"]: field["type"] for field in table["fields"]}
    assert (kinds["punkty"], kinds["dzien"]) == ("numeric", "date")
    score = act("kielce_quality_show", id=package["id"])
    assert score["grade"] is not None, score["reason"]


def test_without_an_owner_there_is_none_and_the_message_says_why(act: Any, scored: Any) -> None:
    from ckan.plugins import toolkit as tk

    with pytest.raises(tk.ValidationError, match="open_dataset"):
        act("kielce_quality_publish")
